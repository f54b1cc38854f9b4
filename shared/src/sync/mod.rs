//! Keeping a replica in step with the server: enrolment, sessions, the checksum. No I/O.

pub mod checksum;
pub mod enrolment;
pub mod session;
