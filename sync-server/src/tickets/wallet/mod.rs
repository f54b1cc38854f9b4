//! A ticket for a phone's own wallet: Apple's takes a signed file, Google's a signed link. Both carry the very code of the
//! ticket's page, and nothing that the page does not say.
//!
//! A ticket whose code changes has neither: a wallet would keep one code for ever.

mod apple;
mod card;
mod google;
pub(crate) mod pages;
mod pictures;

use crate::config::WalletSettings;
use apple::{AppleSigner, PrepareAppleError};
use google::{GoogleSigner, PrepareGoogleError};

/// What signs for wallets; each only where it is configured.
#[derive(Default)]
pub struct Wallets {
    apple: Option<AppleSigner>,
    google: Option<GoogleSigner>,
}

/// The keys for wallets can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PrepareWalletsError {
    /// Apple's.
    #[error(transparent)]
    Apple(#[from] PrepareAppleError),
    /// Google's.
    #[error(transparent)]
    Google(#[from] PrepareGoogleError),
}

impl Wallets {
    /// With the keys that the settings name.
    pub fn of(settings: &WalletSettings) -> Result<Self, PrepareWalletsError> {
        Ok(Self {
            apple: settings.apple.as_ref().map(AppleSigner::read).transpose()?,
            google: settings
                .google
                .as_ref()
                .map(GoogleSigner::read)
                .transpose()?,
        })
    }
}
