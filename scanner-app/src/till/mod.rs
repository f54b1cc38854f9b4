//! A device that sells: what it may sell without asking.

pub mod stock;
