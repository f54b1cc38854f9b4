//! Money: providers, what they tell us, refunds, and the ledger that only grows.
//!
//! Whatever a provider says goes through [`settle()`], be it an answer, a webhook or the test provider's talk, once or
//! ten times, in any order.

pub mod ask;
pub mod give_back;
pub mod history;
pub mod listen;
pub mod pay;
pub mod payout;
mod provider;
pub mod refund;
pub mod settle;
pub mod standing;
pub mod stripe;
pub mod takings;
mod test_provider;
pub mod troubles;

pub use provider::{
    AskError, GiveBack, GiveBackError, GivenBy, Notification, Onward, Outcome, PaymentProvider,
    PaymentRequest, Question, Standing, StartError, Started, Wanted,
};
pub use settle::{SettleError, Settlement, settle};
pub use test_provider::TestProvider;

use std::sync::Arc;

use shared::clock::Clock;

use crate::config::{Config, Mode};
use stripe::{StripeClient, StripeClientError, StripeProvider};

/// There is nobody to take the money.
#[derive(Debug, thiserror::Error)]
pub enum NoProvider {
    /// In production there has to be a real one.
    #[error(
        "in production mode the built-in test payment provider is not used, since it takes no money; configure a real provider by STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or start in development mode"
    )]
    OnlyTest,
    /// The one that is configured can't be used.
    #[error(transparent)]
    Stripe(#[from] StripeClientError),
}

/// A provider, and what it will tell by itself, for [`listen::listen`].
pub type Provider = (Arc<dyn PaymentProvider>, Option<listen::Notifications>);

/// The provider that the settings ask for.
pub fn provider_for(config: &Config, clock: &Arc<dyn Clock>) -> Result<Provider, NoProvider> {
    match (&config.stripe, config.mode) {
        (Some(settings), Mode::Development | Mode::Production) => {
            let client = StripeClient::new(settings)?;
            let provider = StripeProvider::new(client, Arc::clone(clock));
            Ok((Arc::new(provider), None))
        }
        (None, Mode::Development) => {
            let (provider, notifications) = TestProvider::new();
            Ok((Arc::new(provider), Some(notifications)))
        }
        (None, Mode::Production) => Err(NoProvider::OnlyTest),
    }
}
