//! A log-in by a key: the device says whose it is.

use shared::ids::UserId;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

use super::{Challenge, RelyingParty, challenge};
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// Why a key opens nothing.
#[derive(Debug)]
pub(crate) enum LogInError {
    /// The question was answered already, or its time is over.
    Over,
    /// No account has this key, or the answer is not one to the question, or the device did not verify its owner.
    Refused,
    /// Something else.
    Failed(ApiError),
}

impl From<ApiError> for LogInError {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for LogInError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Asks a device for whatever key it has for this server.
pub(crate) async fn ask(app: &App, party: &RelyingParty) -> Result<Challenge, ApiError> {
    let (mut options, state) = party
        .webauthn
        .start_discoverable_authentication()
        .map_err(ApiError::internal)?;
    // A button was pressed: nothing waits behind a field.
    options.mediation = None;
    let token = challenge::keep(app, None, &state).await?;
    let options = serde_json::to_value(options).map_err(ApiError::internal)?;
    Ok(Challenge { options, token })
}

/// Whose key answered. The device has verified its owner: the library asks for that, and refuses without.
pub(crate) async fn log_in(
    app: &App,
    party: &RelyingParty,
    token: &str,
    answer: &str,
) -> Result<UserId, LogInError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let state: Option<DiscoverableAuthentication> =
        challenge::take(app, &mut tx, None, token).await?;
    let refused = |reason: &'static str| {
        tracing::info!(reason, "a log-in by a passkey was refused");
        LogInError::Refused
    };
    let checked = async {
        let state = state.ok_or(LogInError::Over)?;
        let answer: PublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| refused("not an answer of a device"))?;
        let (account, credential_id) = party
            .webauthn
            .identify_discoverable_authentication(&answer)
            .map_err(|_| refused("names no account"))?;
        // Locked: of a key that was copied, two answers at once must not both be newer than the last one.
        let known = sqlx::query!(
            "select p.id, p.credential from passkeys p join accounts a on a.id = p.account_id
             where p.credential_id = $1 and p.account_id = $2 and a.erased_ms is null for update of p",
            credential_id,
            account,
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| refused("no such key of this account"))?;
        let mut passkey: Passkey =
            serde_json::from_value(known.credential).map_err(ApiError::internal)?;
        let result = party
            .webauthn
            .finish_discoverable_authentication_v2(&answer, state, &passkey)
            .map_err(|error| {
                tracing::info!(%error, "a log-in by a passkey was refused");
                LogInError::Refused
            })?;
        if !result.user_verified() {
            return Err(refused("its owner was not verified"));
        }
        passkey.update_credential(&result);
        let credential = serde_json::to_value(&passkey).map_err(ApiError::internal)?;
        sqlx::query!(
            "update passkeys set credential = $2, used_ms = $3 where id = $1",
            known.id,
            credential,
            app.now_ms(),
        )
        .execute(&mut *tx)
        .await?;
        Ok(UserId(account))
    }
    .await;
    // Whatever the answer was, it was the one to this question.
    tx.commit().await?;
    checked
}
