//! What the platform tells people. Mail leaves only through the [`outbox`].

mod calendar;
pub mod carrier;
pub mod content;
mod eml;
mod given;
mod host;
pub mod letter;
mod line;
pub mod outbox;
mod page;
pub mod sender;
pub(crate) use host::host;
pub(crate) use shared::when;
