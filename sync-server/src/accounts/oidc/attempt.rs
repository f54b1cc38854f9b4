//! On the way to a provider: what the browser keeps sealed until it is back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, Scope};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::language::Language;

use super::client::{AwayError, client_of, metadata};
use crate::app::App;
use crate::config::{AnswerMode, OidcProvider};
use crate::web::ApiError;

/// Somebody may look for a password first.
const LASTS_MS: i64 = 15 * 60_000;

/// What was asked, to compare the answer with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// Where it went.
    pub(super) provider: String,
    /// Comes back with the answer: it is one to our question, in this browser.
    pub(super) state: String,
    /// Comes back within the token: it was made for this question.
    pub(super) nonce: String,
    /// Shown when the code is exchanged: nobody else can (PKCE).
    pub(super) verifier: String,
    /// In which the pages go on.
    pub(crate) language: Language,
    /// Where the log-in leads.
    pub(crate) next: String,
}

/// Where to send the browser, and what it keeps.
pub(crate) async fn go(
    app: &App,
    provider: &OidcProvider,
    language: Language,
    next: String,
) -> Result<(String, Attempt), AwayError> {
    let metadata = metadata(app, provider).await?;
    let client = client_of(app, provider, &metadata)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let question = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".into()))
        .set_pkce_challenge(challenge);
    let (url, state, nonce) = match provider.answer {
        AnswerMode::Query => question.add_scope(Scope::new("profile".into())),
        // Apple's own name of it; it gives names to forms alone.
        AnswerMode::FormPost => question
            .add_scope(Scope::new("name".into()))
            .add_extra_param("response_mode", "form_post"),
    }
    .url();
    let attempt = Attempt {
        provider: provider.id.clone(),
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        verifier: verifier.into_secret(),
        language,
        next,
    };
    Ok((url.into(), attempt))
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    expires_ms: UnixMillis,
    value: T,
}

/// As the value of a cookie that only this server reads, for a quarter of an hour.
pub(crate) fn seal<T: Serialize>(app: &App, purpose: &str, value: &T) -> Result<String, ApiError> {
    let sealed = Sealed {
        expires_ms: app.now_ms() + LASTS_MS,
        value,
    };
    let text = serde_json::to_vec(&sealed).map_err(ApiError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(app.vault.seal(purpose, &text)))
}

/// None if it is another's, or too old.
pub(crate) fn unseal<T: DeserializeOwned>(app: &App, purpose: &str, cookie: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
    let text = app.vault.unseal(purpose, &bytes).ok()?;
    let sealed: Sealed<T> = serde_json::from_slice(&text).ok()?;
    (app.now_ms() < sealed.expires_ms).then_some(sealed.value)
}
