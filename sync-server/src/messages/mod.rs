//! What the platform tells people. Mails and text messages leave only through the [`outbox`].

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
mod reservation;
pub mod sender;
pub mod sms;
pub(crate) mod unsent;
pub(crate) use host::host;
pub(crate) use shared::when;
