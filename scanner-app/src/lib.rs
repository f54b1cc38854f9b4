//! The door without a window.

pub mod status;
