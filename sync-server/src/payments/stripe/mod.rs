//! Stripe: a thin client, the provider on top of it, and what its webhook tells.
//!
//! A buyer pays on Stripe's own page (a Checkout Session), which needs no script of ours and does 3-D Secure; or by a
//! payment method that Stripe's own fields on a page made (a PaymentIntent). Both carry our ids as metadata, so that
//! whatever tells of them, an answer, an event or a list, is the same notification for [`super::settle()`].
//!
//! Of an organizer with an account at Stripe each payment is a destination charge: Stripe passes all of it on and takes the
//! platform's fee out of it; a refund takes the money back from there, and the part of the fee that the ledger says goes
//! back the other way.

mod client;
mod form;
mod objects;
mod payees;
mod provider;
mod signature;
mod told;
pub mod webhook;

pub use client::{StripeClient, StripeClientError};
pub use provider::StripeProvider;

/// The version of the API that this client reads and writes. Pinned: an answer of another version may lack what is read.
pub const API_VERSION: &str = "2026-10-28.endive";
