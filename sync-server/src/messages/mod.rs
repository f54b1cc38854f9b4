//! What the platform tells people. Mail leaves only through the [`outbox`].

pub mod carrier;
mod eml;
mod host;
pub mod outbox;
pub mod sender;
pub mod texts;
pub(crate) mod when;

pub(crate) use host::host;
