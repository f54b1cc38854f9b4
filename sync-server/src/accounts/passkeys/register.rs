//! A new key.

use shared::ids::{UserId, uuid_v7};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use super::{Challenge, MOST, RelyingParty, challenge};
use crate::accounts::profile;
use crate::app::App;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// Why a device has no key now.
#[derive(Debug)]
pub(crate) enum RegisterError {
    /// The question was answered already, or its time is over.
    Over,
    /// The answer is not one to the question, or the device did not verify its owner.
    Refused,
    /// There are as many as anybody may have.
    TooMany,
    /// Something else.
    Failed(ApiError),
}

impl From<ApiError> for RegisterError {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for RegisterError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Asks a device to make a key that it finds by itself at a log-in, where nobody types who it is.
pub(crate) async fn ask(
    app: &App,
    party: &RelyingParty,
    account: UserId,
) -> Result<Challenge, ApiError> {
    let known = profile::profile(app, account).await?;
    let has = sqlx::query_scalar!(
        "select credential_id from passkeys where account_id = $1",
        account.0
    )
    .fetch_all(&app.pool)
    .await?;
    let (options, state) = party
        .webauthn
        .start_passkey_registration(account.0, &known.email, &known.name, Some(has))
        .map_err(ApiError::internal)?;
    let mut options = serde_json::to_value(options).map_err(ApiError::internal)?;
    // The library leaves it open whether the device keeps the key where it finds it; without that it is no log-in of its own.
    let choice = &mut options["publicKey"]["authenticatorSelection"];
    choice["residentKey"] = "required".into();
    choice["requireResidentKey"] = true.into();
    let token = challenge::keep(app, Some(account), &state).await?;
    Ok(Challenge { options, token })
}

/// Keeps the key that the device has made.
pub(crate) async fn register(
    app: &App,
    party: &RelyingParty,
    account: UserId,
    (token, answer): (&str, &str),
    name: &str,
) -> Result<(), RegisterError> {
    let mut connection = app.pool.acquire().await?;
    let state: PasskeyRegistration = challenge::take(app, &mut connection, Some(account), token)
        .await?
        .ok_or(RegisterError::Over)?;
    let answer: RegisterPublicKeyCredential =
        serde_json::from_str(answer).map_err(|_| RegisterError::Refused)?;
    let passkey = party
        .webauthn
        .finish_passkey_registration(&answer, &state)
        .map_err(|error| {
            tracing::info!(%error, "a new passkey was refused");
            RegisterError::Refused
        })?;
    let now_ms = app.now_ms();
    let credential = serde_json::to_value(&passkey).map_err(ApiError::internal)?;
    // A key that another account has is nobody's second one.
    let kept = sqlx::query!(
        "insert into passkeys (id, account_id, credential_id, credential, name, created_ms)
         select $1, $2, $3, $4, $5, $6 where (select count(*) from passkeys where account_id = $2) < $7
         on conflict (credential_id) do nothing",
        uuid_v7(now_ms, &mut OsRandom),
        account.0,
        passkey.cred_id().as_slice(),
        credential,
        name,
        now_ms,
        MOST,
    )
    .execute(&mut *connection)
    .await?;
    if kept.rows_affected() == 1 {
        return Ok(());
    }
    let is_known = sqlx::query_scalar!(
        r#"select exists (select from passkeys where credential_id = $1) as "known!""#,
        passkey.cred_id().as_slice(),
    )
    .fetch_one(&mut *connection)
    .await?;
    Err(if is_known {
        RegisterError::Refused
    } else {
        RegisterError::TooMany
    })
}
