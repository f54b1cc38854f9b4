//! What a device is asked to sign, between the question and its answer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use shared::ids::UserId;
use sqlx::PgConnection;

use crate::app::App;
use crate::edge::random_bytes;
use crate::web::ApiError;

/// As long as the library has browsers wait, and what a page takes on its way.
const LASTS_MS: i64 = 6 * 60_000;

/// A question to a device.
#[derive(Debug, Serialize)]
pub(crate) struct Challenge {
    /// For `navigator.credentials`.
    pub(crate) options: serde_json::Value,
    /// Names the question when its answer comes.
    pub(crate) token: String,
}

fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Keeps what the answer will be compared with. Questions that nobody answered go.
pub(super) async fn keep<S: Serialize>(
    app: &App,
    account: Option<UserId>,
    state: &S,
) -> Result<String, ApiError> {
    let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let state = serde_json::to_value(state).map_err(ApiError::internal)?;
    let (hash, now_ms) = (hash_of(&token), app.now_ms());
    sqlx::query!(
        "with over as (delete from passkey_challenges where expires_ms < $4)
         insert into passkey_challenges (token_hash, account_id, state, expires_ms) values ($1, $2, $3, $5)",
        hash.as_slice(),
        account.map(|account| account.0),
        state,
        now_ms,
        now_ms + LASTS_MS,
    )
    .execute(&app.pool)
    .await?;
    Ok(token)
}

/// Uses a question up: of `account`, or of somebody who logs in. None if there is no such one, or it was answered already, or
/// its time is over.
pub(super) async fn take<S: DeserializeOwned>(
    app: &App,
    connection: &mut PgConnection,
    account: Option<UserId>,
    token: &str,
) -> Result<Option<S>, ApiError> {
    let hash = hash_of(token);
    let state = sqlx::query_scalar!(
        "delete from passkey_challenges
         where token_hash = $1 and account_id is not distinct from $2 and expires_ms > $3 returning state",
        hash.as_slice(),
        account.map(|account| account.0),
        app.now_ms(),
    )
    .fetch_optional(connection)
    .await?;
    let state = state.map(serde_json::from_value).transpose();
    state.map_err(ApiError::internal)
}
