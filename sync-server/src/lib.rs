//! The server.

pub mod database;
