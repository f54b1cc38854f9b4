//! Devices, their roster and their facts.

pub mod authority;
