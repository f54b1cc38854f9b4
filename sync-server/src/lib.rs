//! The server: API, store, back office and sync endpoints on PostgreSQL.
//!
//! One folder for each capability; a capability calls another's functions, never its tables.

pub mod accounts;
pub mod app;
pub mod artwork;
pub mod catalog;
pub mod config;
pub mod database;
pub mod demo;
pub mod door;
pub mod edge;
pub mod jobs;
pub mod log;
pub mod messages;
pub(crate) mod office;
pub mod orders;
pub mod payments;
pub mod serve;
pub mod tickets;
pub mod vault;
pub mod web;
