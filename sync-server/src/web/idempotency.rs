//! `Idempotency-Key`: bound to who asks and to what was asked. The resource behind a request has an id of its own, so a
//! key only tells a first request from its repeat; a repeat is answered from the resource's present state.

use axum::http::HeaderMap;
use sha2::{Digest as _, Sha256};
use shared::ids::UserId;
use shared::wire::latest::ErrorCode;
use uuid::Uuid;

use super::{ApiError, ClientAddress};
use crate::app::App;

const HEADER: &str = "idempotency-key";
/// As long as a key may be; more than any generator of such keys makes.
const LONGEST: usize = 255;

/// Whether this request came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It did not, or has no key.
    First,
    /// The same key with the same request.
    Again,
}

/// Who asks: an account, or a guest's address.
pub fn scope(account: Option<UserId>, address: ClientAddress) -> String {
    account.map_or_else(
        || format!("address/{}", address.0),
        |account| format!("account/{account}"),
    )
}

/// Takes the request's key, if it has one.
///
/// # Errors
/// `idempotency_mismatch` where the key came with another request.
pub async fn claim(
    app: &App,
    headers: &HeaderMap,
    scope: &str,
    resource: Uuid,
    request: &impl serde::Serialize,
) -> Result<Sent, ApiError> {
    let Some(key) = headers.get(HEADER) else {
        return Ok(Sent::First);
    };
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=LONGEST).contains(&key.len()))
        .ok_or_else(|| ApiError::invalid([(HEADER, "1 to 255 printable ASCII characters")]))?;
    let hash = Sha256::digest(serde_json::to_vec(request).map_err(ApiError::internal)?);
    let taken = sqlx::query!(
        "insert into idempotency_keys (scope, key, request_hash, resource_id, created_ms)
         values ($1, $2, $3, $4, $5) on conflict (scope, key) do nothing",
        scope,
        key,
        hash.as_slice(),
        resource,
        app.now_ms()
    )
    .execute(&app.pool)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Sent::First);
    }
    let same = sqlx::query_scalar!(
        r#"select request_hash = $3 and resource_id = $4 as "same!" from idempotency_keys where scope = $1 and key = $2"#,
        scope,
        key,
        hash.as_slice(),
        resource
    )
    .fetch_one(&app.pool)
    .await?;
    if same {
        Ok(Sent::Again)
    } else {
        Err(ApiError::new(
            ErrorCode::IdempotencyMismatch,
            "This Idempotency-Key came with another request before; use a new one. Nothing was done.",
        ))
    }
}
