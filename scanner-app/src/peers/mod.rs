//! Devices of one building among themselves: each answers the others over mutual TLS, calls them, and finds them.
//!
//! What is said when is `shared::sync::gossip`'s affair; here are sockets, certificates and addresses.

mod credentials;
mod dial;
pub mod discover;
mod interfaces;
mod lan;
mod rights;
mod roster;
mod saves;
mod serve;

pub use credentials::{Credentials, CredentialsError};
pub use lan::{Lan, LanConfig, LanLink, LanNews, StartLanError};
pub use rights::{RightCalls, RightLine, right_line};

/// The largest body between devices, either way: a batch of the longest facts, in base64.
const LARGEST_BODY: usize = 4 << 20;
/// Facts in one answer or offer.
const MOST_FACTS: usize = 250;
