//! Stripe's settings.

use std::fmt;
use std::time::Duration;

use super::Mode;
use super::read::{Reader, parse_url};

/// A value that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For the one place that has to send or compare it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// An account at Stripe that takes the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeSettings {
    /// `sk_…` or `rk_…`.
    pub secret_key: Secret,
    /// `whsec_…` of the webhook's endpoint; two while one is being changed.
    pub webhook_secrets: Vec<Secret>,
    /// Scheme and authority of the API.
    pub api_base: String,
    /// How long an answer of Stripe is waited for.
    pub patience: Duration,
}

impl StripeSettings {
    /// Stripe itself, with its usual patience.
    pub fn new(secret_key: Secret, webhook_secrets: Vec<Secret>) -> Self {
        Self {
            secret_key,
            webhook_secrets,
            api_base: "https://api.stripe.com".to_owned(),
            patience: Duration::from_secs(10),
        }
    }

    /// Whether it takes real money.
    pub fn is_live(&self) -> bool {
        self.secret_key.0.contains("_live_")
    }
}

pub(super) fn stripe(reader: &Reader<'_>, mode: Mode) -> Option<StripeSettings> {
    const SECRETS: &str = "STRIPE_WEBHOOK_SECRET";
    let key = reader.value("STRIPE_SECRET_KEY", None, |text| parse_key(text, mode));
    let secrets = reader.list(SECRETS, |item| {
        if item.starts_with("whsec_") {
            Ok(Secret::new(item))
        } else {
            Err("is not a list of signing secrets, each of which begins with whsec_".to_owned())
        }
    });
    let base = reader.value("STRIPE_API_BASE", None, |text| {
        let url = parse_url(text)?;
        if mode == Mode::Production && !url.starts_with("https://") {
            return Err("in production it must begin with https://".to_owned());
        }
        Ok(Some(url))
    });
    if key.is_some() && secrets.is_empty() && reader.is_right(SECRETS) {
        reader.report(
            SECRETS,
            "must be set with STRIPE_SECRET_KEY: without it nothing that Stripe tells can be believed",
        );
    }
    let mut settings = StripeSettings::new(key?, secrets);
    if let Some(base) = base {
        settings.api_base = base;
    }
    Some(settings)
}

/// Never repeats what it read.
fn parse_key(text: &str, mode: Mode) -> Result<Option<Secret>, String> {
    if !(text.starts_with("sk_") || text.starts_with("rk_")) {
        Err("is not a secret key of Stripe, which begins with sk_ or rk_".to_owned())
    } else if mode == Mode::Production && !text.contains("_live_") {
        Err(
            "is a key for tests, with which no money comes: in production it must be a live one"
                .to_owned(),
        )
    } else {
        Ok(Some(Secret::new(text)))
    }
}
