//! The door without a window.

pub mod cli;
pub mod edge;
pub mod status;
