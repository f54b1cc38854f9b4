//! Money: providers, what they tell us, refunds, and the ledger that only grows.
//!
//! Whatever a provider says goes through [`settle()`], be it an answer, a webhook or the test provider's talk, once or
//! ten times, in any order.

pub mod give_back;
pub mod listen;
pub mod pay;
mod provider;
pub mod refund;
pub mod settle;
mod test_provider;

pub use provider::{
    GiveBack, GiveBackError, Notification, Outcome, PaymentProvider, PaymentRequest, StartError,
    Started,
};
pub use settle::{SettleError, Settlement, settle};
pub use test_provider::TestProvider;

use std::sync::Arc;

use crate::config::{Config, Mode};

/// In production there has to be a real provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "in production mode the built-in test payment provider is not used, since it takes no money; configure a real provider, or start in development mode"
)]
pub struct NoRealProvider;

/// The provider that the settings ask for, and what it will tell by itself, for [`listen::listen`].
pub fn provider_for(
    config: &Config,
) -> Result<(Arc<dyn PaymentProvider>, listen::Notifications), NoRealProvider> {
    match config.mode {
        Mode::Development => {
            let (provider, notifications) = TestProvider::new();
            Ok((Arc::new(provider), notifications))
        }
        Mode::Production => Err(NoRealProvider),
    }
}
