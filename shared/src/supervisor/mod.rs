//! People who decide against the rules at a door, each known by a PIN: what a PIN may be, and how often one may be tried.

mod pin;
mod tries;

pub use pin::{Pin, PinRefused};
pub use tries::{Locked, Tries};
