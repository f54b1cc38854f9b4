//! Requests to providers: our own client, no redirects, no answer without end.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::redirect::Policy;

const PATIENCE: Duration = Duration::from_secs(10);
/// Google's list of keys has 2 kB.
const MOST_BYTES: usize = 512 * 1024;

/// What a provider should have answered and didn't.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("asking the provider")]
    Transport(#[from] reqwest::Error),
    #[error("the provider's answer has more than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the provider's answer is none")]
    Malformed(#[from] axum::http::Error),
}

pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Installing it twice does nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()
}

pub(super) async fn ask(
    client: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, AskError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = axum::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > MOST_BYTES {
            return Err(AskError::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(response.body(body)?)
}
