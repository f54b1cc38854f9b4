//! A server of its own for each test.

pub(crate) mod fixtures;
mod people;
mod server;

pub(crate) use server::{Answer, NOW, TestServer};
