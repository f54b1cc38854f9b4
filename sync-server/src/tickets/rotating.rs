//! The code of a rotating ticket at this moment, for its holder's page: worth nothing on a screenshot within a minute.

use shared::clock::UnixMillis;
use shared::ticket::{Presented, Token};
use sqlx::PgPool;

use super::keys::open_rotating;
use crate::app::App;
use crate::web::ApiError;

/// Why there is no code to show.
#[derive(Debug, thiserror::Error)]
pub enum ShowRotatingError {
    /// The key is not there, or has no secret for such codes.
    #[error("a rotating ticket's key has no secret for its codes")]
    NoSecret,
    /// Its secret does not open.
    #[error("opening the secret of an event's rotating codes")]
    Unseal(#[from] crate::vault::UnsealError),
    /// PostgreSQL.
    #[error("reading the secret of an event's rotating codes")]
    Database(#[from] sqlx::Error),
}

/// What a door reads at `now_ms` from the screen of the holder of `token`, a rotating one.
pub async fn presented_at(
    app: &App,
    token: Token,
    now_ms: UnixMillis,
) -> Result<Presented, ShowRotatingError> {
    let claimed = token.claimed();
    let sealed = sealed_secret(&app.pool, claimed.key.0.cast_signed())
        .await?
        .ok_or(ShowRotatingError::NoSecret)?;
    let key = open_rotating(&app.vault, claimed.key, &sealed)?.key_of(claimed.ticket);
    let presented = key
        .code_at(now_ms)
        .and_then(|code| Presented::with_code(token, code).ok());
    presented.ok_or(ShowRotatingError::NoSecret)
}

async fn sealed_secret(pool: &PgPool, key: i32) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select sealed_rotating from signing_keys where id = $1",
        key
    )
    .fetch_optional(pool)
    .await
}

impl From<ShowRotatingError> for ApiError {
    fn from(error: ShowRotatingError) -> Self {
        match error {
            ShowRotatingError::Database(error) => error.into(),
            error @ (ShowRotatingError::NoSecret | ShowRotatingError::Unseal(_)) => {
                Self::internal(error)
            }
        }
    }
}
