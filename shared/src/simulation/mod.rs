//! A whole evening in memory: one server, doors and tills with the real engine, real facts and signatures, the real
//! fold, decision, clock and leases; lines that are cut, lose, repeat and reorder; crashes, thefts, copies, a server
//! put back. Every invariant is looked at after every event, and what truly happened is kept outside.
//!
//! Everything follows from a seed: the actions are drawn up front, and the same seed gives the same run.

mod action;
mod acts;
mod device;
pub(crate) mod dice;
mod duplicates;
mod facts;
mod invariants;
mod oracle;
mod peers;
mod runs;
mod scans;
mod server;
mod serving;
mod tills;
mod venue;
mod world;
