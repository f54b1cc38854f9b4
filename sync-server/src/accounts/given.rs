//! Accounts that the server itself makes, verified and with a password that others know: the demo's.

use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};
use sqlx::PgPool;

use super::Role;

/// Those of `wanted` that there are not.
pub(crate) async fn missing(pool: &PgPool, wanted: &[UserId]) -> Result<Vec<UserId>, sqlx::Error> {
    let ids: Vec<uuid::Uuid> = wanted.iter().map(|id| id.0).collect();
    let there = sqlx::query_scalar!("select id from accounts where id = any($1)", &ids)
        .fetch_all(pool)
        .await?;
    let missing = wanted.iter().filter(|id| !there.contains(&id.0));
    Ok(missing.copied().collect())
}

/// Makes an account; if the address is somebody else's, nothing.
pub(crate) async fn make(
    pool: &PgPool,
    id: UserId,
    email: &str,
    name: &str,
    password_hash: &str,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into accounts (id, email, email_verified_ms, password_hash, name, created_ms)
         values ($1, $2, $3, $4, $5, $3) on conflict do nothing",
        id.0,
        email,
        now_ms,
        password_hash,
        name
    )
    .execute(pool)
    .await
    .map(drop)
}

/// Makes an account a member, if it is none.
pub(crate) async fn join(
    pool: &PgPool,
    organizer: OrganizerId,
    account: UserId,
    role: Role,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into memberships (organizer_id, account_id, role, created_ms)
         select $1, id, $3, $4 from accounts where id = $2 on conflict do nothing",
        organizer.0,
        account.0,
        role.as_str(),
        now_ms
    )
    .execute(pool)
    .await
    .map(drop)
}
