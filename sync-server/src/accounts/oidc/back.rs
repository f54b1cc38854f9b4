//! Back from a provider: the code is exchanged for a token, and the token looked through.

use openidconnect::core::{CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreTokenResponse};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse as _,
    PkceCodeVerifier, TokenResponse as _,
};
use serde::Deserialize;

use super::client::{AwayError, Client, client_of, forget_metadata, metadata};
use super::{Attempt, Known, http};
use crate::accounts::entrance::{parse_email, parse_name};
use crate::app::App;
use crate::config::OidcProvider;
use crate::web::csrf::same;

/// What the browser brings.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    /// Apple's, at the first log-in only: a name, in JSON.
    user: Option<String>,
}

/// Why nobody is known now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackError {
    /// It is no answer to a question of this browser, or a late one.
    #[error("no answer to a question of this browser")]
    Over,
    /// The person, or the provider, said no.
    #[error("the provider says `{0}`")]
    Declined(String),
    /// The provider is not there.
    #[error(transparent)]
    Away(#[from] AwayError),
    /// The provider took no code for a token.
    #[error("exchanging the code: {0}")]
    Exchange(String),
    /// The token is not one for this question, or nobody's that we trust.
    #[error("the token is refused: {0}")]
    Refused(String),
}

/// Signed by the provider's own key. A secret that both sides know signs nothing here.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Who the browser is at the provider.
pub(crate) async fn come_back(
    app: &App,
    provider: &OidcProvider,
    attempt: &Attempt,
    back: Back,
) -> Result<Known, BackError> {
    let is_ours =
        attempt.provider == provider.id && same(attempt.state.as_bytes(), back.state.as_bytes());
    if !is_ours {
        return Err(BackError::Over);
    }
    let code = match (back.code, back.error) {
        (Some(code), None) => code,
        (_, Some(error)) => return Err(BackError::Declined(error)),
        (None, None) => return Err(BackError::Over),
    };
    let metadata_of_now = metadata(app, provider).await?;
    let client = client_of(app, provider, &metadata_of_now)?;
    let token = exchange(app, &client, code, &attempt.verifier).await?;
    let claims = match claims_of(app, &client, &token, &attempt.nonce) {
        // Signed by a key that is newer than what we know of the provider.
        Err(ClaimsVerificationError::SignatureVerification(_)) => {
            forget_metadata(app, provider).await;
            let metadata = metadata(app, provider).await?;
            let client = client_of(app, provider, &metadata)?;
            claims_of(app, &client, &token, &attempt.nonce)
        }
        other => other,
    };
    let claims = claims.map_err(|error| BackError::Refused(error.to_string()))?;
    Ok(known(&claims, back.user.as_deref()))
}

async fn exchange(
    app: &App,
    client: &Client,
    code: String,
    verifier: &str,
) -> Result<CoreTokenResponse, BackError> {
    let http_client = app.accounts.providers.client.clone();
    let asking = |request| http::ask(http_client.clone(), request);
    client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| BackError::Exchange(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
        .request_async(&asking)
        .await
        .map_err(|error| BackError::Exchange(format!("{error:?}")))
}

fn claims_of(
    app: &App,
    client: &Client,
    token: &CoreTokenResponse,
    nonce: &str,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_millis(app.now_ms().unsigned_abs());
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNED_BY)
        .set_time_fn(move || now.into());
    let id_token = token
        .id_token()
        .ok_or_else(|| ClaimsVerificationError::Other("there is no ID token".into()))?;
    let claims = id_token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    if let Some(expected) = claims.access_token_hash() {
        let other = |error: String| ClaimsVerificationError::Other(error);
        let algorithm = id_token
            .signing_alg()
            .map_err(|error| other(error.to_string()))?;
        let key = id_token.signing_key(&verifier);
        let key = key.map_err(|error| other(error.to_string()))?;
        let actual = AccessTokenHash::from_token(token.access_token(), algorithm, key);
        if actual.map_err(|error| other(error.to_string()))? != *expected {
            return Err(other("the access token is another's".into()));
        }
    }
    Ok(claims.clone())
}

#[derive(Deserialize)]
struct AppleUser {
    name: Option<AppleName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppleName {
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

/// The address is the token's alone: the form beside it is written by the browser.
fn known(claims: &CoreIdTokenClaims, user: Option<&str>) -> Known {
    let told = claims.name().and_then(|name| name.get(None));
    let told = told.map(|name| name.as_str().to_owned());
    let typed = || {
        let user: AppleUser = serde_json::from_str(user?).ok()?;
        let name = user.name?;
        Some(format!("{} {}", name.first_name, name.last_name))
    };
    let email = claims.email().map(|email| email.as_str());
    Known {
        issuer: claims.issuer().as_str().to_owned(),
        subject: claims.subject().as_str().to_owned(),
        is_verified: claims.email_verified() == Some(true),
        email: email.and_then(|email| parse_email(email).ok()),
        name: told.or_else(typed).and_then(|name| parse_name(&name).ok()),
    }
}
