//! Doors of one building on real sockets, with no server anywhere.

mod building;
pub(crate) mod caller;
mod clocks;
mod exchange;
mod hostile;
mod impostor;
mod lending;
mod refusals;
mod strict;
