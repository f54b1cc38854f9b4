//! What devices and server say to each other. Business code imports from [`latest`]; a protocol
//! version once published is never edited.

pub mod error;
pub mod latest;
pub mod v1;
