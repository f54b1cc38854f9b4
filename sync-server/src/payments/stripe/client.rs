//! Calls to Stripe's API.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::API_VERSION;
use super::form::Fields;
use crate::config::StripeSettings;

/// A call that came to nothing, or to an unknown end.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// No answer: whether it was done is not known.
    #[error("reaching Stripe")]
    Unreachable(#[source] reqwest::Error),
    /// Its own failure, or it is busy: to be sent again.
    #[error("Stripe failed with {0}")]
    Failed(StatusCode),
    /// The key is not good, or may not do this: an operator has to look.
    #[error("Stripe does not take our key ({0})")]
    Key(StatusCode),
    /// A card that is not charged.
    #[error("the card was declined")]
    Declined,
    /// It says no to what was asked.
    #[error("Stripe refuses: {kind}, {code}")]
    Refused {
        /// `invalid_request_error` and its kin.
        kind: String,
        /// A word for programs, may be empty.
        code: String,
    },
}

impl CallError {
    /// Whether the same call may come to something else later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Failed(_) | Self::Key(_) => true,
            Self::Declined | Self::Refused { .. } => false,
        }
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorFields,
}

/// Its message isn't read: it may repeat what was sent.
#[derive(Default, Deserialize)]
struct ErrorFields {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    code: Option<String>,
}

/// Speaks to Stripe, or to what stands in for it.
pub struct StripeClient {
    client: Client,
    base: String,
}

impl std::fmt::Debug for StripeClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StripeClient")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StripeClientError {
    /// Stripe's keys are of ASCII letters.
    #[error("STRIPE_SECRET_KEY holds letters that no key of Stripe has")]
    Key,
    /// The system's TLS could not be set up.
    #[error("setting up TLS for Stripe")]
    Tls(#[source] reqwest::Error),
}

impl StripeClient {
    /// With these settings.
    pub fn new(settings: &StripeSettings) -> Result<Self, StripeClientError> {
        // Twice installed is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut key = HeaderValue::from_str(&format!("Bearer {}", settings.secret_key.reveal()))
            .map_err(|_| StripeClientError::Key)?;
        key.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, key),
            (
                HeaderName::from_static("stripe-version"),
                HeaderValue::from_static(API_VERSION),
            ),
        ]);
        let client = Client::builder()
            .default_headers(headers)
            .timeout(settings.patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(StripeClientError::Tls)?;
        Ok(Self {
            client,
            base: settings.api_base.clone(),
        })
    }

    /// Reads; `path` begins with `/v1/`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Fields,
    ) -> Result<T, CallError> {
        let url = format!("{}{path}?{}", self.base, query.encode());
        read(self.client.request(Method::GET, url)).await
    }

    /// Writes. The same `key` with the same fields is done once, however often it is sent.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        fields: &Fields,
        key: &str,
    ) -> Result<T, CallError> {
        let request = self
            .client
            .request(Method::POST, format!("{}{path}", self.base))
            .header("idempotency-key", key)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(fields.encode());
        read(request).await
    }
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, CallError> {
    let answer = request.send().await.map_err(CallError::Unreachable)?;
    let status = answer.status();
    if status.is_success() {
        // Half an answer is none.
        return answer.json().await.map_err(CallError::Unreachable);
    }
    if status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT)
    {
        return Err(CallError::Failed(status));
    }
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(CallError::Key(status));
    }
    let error = answer
        .json::<ErrorBody>()
        .await
        .map(|body| body.error)
        .unwrap_or_default();
    Err(if error.kind == "card_error" {
        CallError::Declined
    } else {
        CallError::Refused {
            kind: error.kind,
            code: error.code.unwrap_or_default(),
        }
    })
}
