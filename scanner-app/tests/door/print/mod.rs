//! Printing: the bytes, and the way to a printer.

mod cups;
pub(crate) mod double;
mod golden;
mod program;
mod transport;
