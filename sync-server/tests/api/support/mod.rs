//! A server of its own for each test.

mod people;
mod server;

pub(crate) use server::{Answer, NOW, TestServer};
