//! Tickets: the keys that sign them, the issuer that signs and publishes, and what their holders see.

pub mod api;
pub(crate) mod enclosed;
pub mod issue;
pub mod issuer;
pub mod keys;
pub mod keys_api;
pub(crate) mod pages;
mod paper;
pub mod pdf;
mod pocket;
pub mod present;
pub(crate) mod rename;
pub mod resend;
pub mod rotating;
pub mod rotation;
pub mod scan;
pub(crate) mod transfer;
pub mod wallet;

pub use issuer::Issuer;
