//! Keeping a replica in step with the server: enrolment, sessions, the engine, claims, the checksum; and with
//! its peers: the gossip. No I/O.

pub mod backoff;
pub mod checksum;
pub mod claim;
pub mod effect;
pub mod engine;
pub mod enrolment;
pub mod event;
pub mod gossip;
pub mod peer_clocks;
pub mod peer_name;
pub mod session;
pub mod state;
pub mod summaries;
