//! What a door, a till and the server must agree on, and nothing else.
//!
//! Pure: no file, no socket, no clock, no random source of its own. Time comes in through
//! [`clock::Clock`], randomness through [`ids::Random`]. The same functions run on a door, on the
//! server and in the simulation, so that two of them can never disagree about a rule.

pub mod admission;
pub mod clock;
pub mod fact;
pub mod ids;
pub mod language;
pub mod lease;
pub mod money;
#[cfg(test)]
mod planted;
pub mod price;
pub mod roster;
#[cfg(test)]
mod simulation;
pub mod supervisor;
pub mod sync;
pub mod ticket;
pub mod till;
pub mod when;
pub mod wire;
