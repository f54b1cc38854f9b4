//! Log-ins by somebody else's: Google, Apple, or a provider of one's own, by OpenID Connect.
//!
//! A browser goes there with a question that a sealed cookie remembers ([`attempt`]), comes back with a code that is exchanged
//! for a signed token ([`back`]), and so shows who it is there. Whose account that is here, [`identities`] knows. An account is
//! never given to somebody because of an address of mail: it is joined by its own log-in.

mod apple;
mod attempt;
mod back;
mod client;
mod http;
mod identities;

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use openidconnect::core::CoreProviderMetadata;

pub(crate) use attempt::{Attempt, go, seal, unseal};
pub(crate) use back::{Back, BackError, come_back};
pub(crate) use identities::{Known, drop_for, join, known_account, list, make_account, remove};

use crate::config::OidcProvider;

/// Providers change their keys every few days, and say them early.
const METADATA_LASTS: Duration = Duration::from_hours(1);

/// Those that are set up.
#[derive(Debug)]
pub(crate) struct Providers {
    all: Vec<Arc<OidcProvider>>,
    client: reqwest::Client,
    /// By the provider's id.
    metadata: Cache<String, Arc<CoreProviderMetadata>>,
}

impl Providers {
    pub(crate) fn of(settings: &[OidcProvider]) -> Result<Self, reqwest::Error> {
        Ok(Self {
            all: settings.iter().cloned().map(Arc::new).collect(),
            client: http::client()?,
            metadata: Cache::builder().time_to_live(METADATA_LASTS).build(),
        })
    }

    /// In the order of their buttons.
    pub(crate) fn all(&self) -> impl Iterator<Item = &OidcProvider> {
        self.all.iter().map(Arc::as_ref)
    }

    pub(crate) fn named(&self, id: &str) -> Option<Arc<OidcProvider>> {
        self.all.iter().find(|known| known.id == id).cloned()
    }

    /// What a person calls whoever stands behind an issuer.
    pub(crate) fn name_of<'a>(&'a self, issuer: &'a str) -> &'a str {
        let known = self.all().find(|known| known.issuer == issuer);
        known.map_or(issuer, |known| &known.name)
    }
}
