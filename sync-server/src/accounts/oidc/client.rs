//! A provider as it describes itself, and us as its client.

use std::sync::Arc;

use openidconnect::core::{CoreClient, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::{
    AuthType, ClientId, ClientSecret as Shown, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, RedirectUrl,
};

use super::{apple, http};
use crate::app::App;
use crate::config::{ClientSecret, OidcProvider};

/// With the endpoints that every provider has.
pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider is not there, or not as it should be. Nothing is wrong with whoever wanted to log in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AwayError {
    /// What it says of itself can't be had.
    #[error("reading what {0} says of itself: {1}")]
    Discovery(String, String),
    /// Our own address does for no redirect.
    #[error("TICKETHUB_PUBLIC_URL is no address that a provider can send browsers back to")]
    OwnAddress,
    /// Our own key signs nothing.
    #[error("signing who we are for Apple")]
    Key(#[from] jsonwebtoken::errors::Error),
}

/// What a provider says of itself, from memory if it was asked within the hour.
pub(super) async fn metadata(
    app: &App,
    provider: &OidcProvider,
) -> Result<Arc<CoreProviderMetadata>, AwayError> {
    let providers = &app.accounts.providers;
    let found = providers.metadata.try_get_with_by_ref(&provider.id, async {
        let client = providers.client.clone();
        let asking = |request| http::ask(client.clone(), request);
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|error| error.to_string())?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &asking).await;
        metadata.map(Arc::new).map_err(|error| format!("{error:?}"))
    });
    found.await.map_err(|error: Arc<String>| {
        AwayError::Discovery(provider.issuer.clone(), error.to_string())
    })
}

/// At the next need it is asked anew: its keys may be others by now.
pub(super) async fn forget_metadata(app: &App, provider: &OidcProvider) {
    app.accounts
        .providers
        .metadata
        .invalidate(&provider.id)
        .await;
}

/// Where the provider sends browsers back to; it has to know that address.
fn redirect_url(app: &App, provider: &OidcProvider) -> Result<RedirectUrl, AwayError> {
    let url = format!("{}/login/back/{}", app.config.public_url, provider.id);
    RedirectUrl::new(url).map_err(|_| AwayError::OwnAddress)
}

pub(super) fn client_of(
    app: &App,
    provider: &OidcProvider,
    metadata: &CoreProviderMetadata,
) -> Result<Client, AwayError> {
    let secret = match &provider.secret {
        ClientSecret::Text(text) => text.reveal().to_owned(),
        ClientSecret::Signed(key) => {
            apple::client_secret(key, &provider.client_id, &provider.issuer, app.now_ms())?
        }
    };
    let ways = metadata.token_endpoint_auth_methods_supported();
    let in_body = ways.is_some_and(|ways| {
        ways.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
    });
    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new(provider.client_id.clone()),
        Some(Shown::new(secret)),
    );
    let client = client.set_redirect_uri(redirect_url(app, provider)?);
    Ok(if in_body {
        client.set_auth_type(AuthType::RequestBody)
    } else {
        client
    })
}
