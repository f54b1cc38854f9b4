//! A device at work, as a window drives it.

pub mod view;
