//! Tickets and the keys that sign them.

pub mod keys;
