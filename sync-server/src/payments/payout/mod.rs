//! Organizers who are paid by the provider itself: their accounts there, to which the money of their orders is passed on
//! at once, less the platform's fee.
//!
//! An organizer without such an account sells all the same: then the platform takes the money, and the ledger says what it
//! owes.

pub(crate) mod api;
mod connect;
mod owed;
mod provider;

pub use connect::sweep;
pub(crate) use connect::{COUNTRIES, ConnectError, Way, account_of, again, look, told, way_to};
pub(crate) use owed::shares_of;
pub use provider::{AccountStanding, Errand, Missing, Opening, PayoutAccounts, PayoutError, Share};
