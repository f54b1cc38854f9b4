//! The door without a window.
