//! Tickets: the keys that sign them, the issuer that signs and publishes, and what their holders see.

pub mod issue;
pub mod issuer;
pub mod keys;

pub use issuer::Issuer;
