//! What `serve --demo` shows: an organizer, its people, and three events with dates from today on.
//!
//! Ids are fixed, so that a second start finds what the first one made. Never in production: the passwords are known.

mod evenings;
mod people;
mod programme;
mod seed;

pub use seed::{DemoDoor, DemoLogin, DemoSummary, SeedError, seed};
