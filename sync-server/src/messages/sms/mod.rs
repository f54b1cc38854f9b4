//! Text messages: a ticket's link and the reminder of the day before, to numbers that buyers left for that.
//!
//! They wait in the [`super::outbox`] as mails do. Whoever dies between sending one and noting it sends it twice: the API of
//! those who send them knows no key for "the same again".

pub mod carrier;
mod content;
pub mod sender;

pub use carrier::{PrepareSmsError, SmsCarrier};
