//! Whose account it is when somebody comes by another's log-in.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{UserId, uuid_v7};
use shared::language::Language;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::links::{self, Purpose};
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// Who somebody is at a provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) issuer: String,
    /// Never given to anybody else there; an address of mail may be.
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    /// The provider knows that the address is theirs.
    pub(crate) is_verified: bool,
    pub(crate) name: Option<String>,
}

/// One that an account is joined with.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub(crate) id: Uuid,
    pub(crate) issuer: String,
    pub(crate) email: Option<String>,
    pub(crate) created_ms: UnixMillis,
}

/// The account that is joined with them.
pub(crate) async fn known_account(app: &App, known: &Known) -> Result<Option<UserId>, sqlx::Error> {
    let account = sqlx::query_scalar!(
        "update oidc_identities i set used_ms = $3 from accounts a
         where i.issuer = $1 and i.subject = $2 and a.id = i.account_id and a.erased_ms is null returning i.account_id",
        known.issuer,
        known.subject,
        app.now_ms(),
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(account.map(UserId))
}

/// Joins an account, whose owner is logged in and has said so. Whether it is theirs now: another account's stays that one's.
pub(crate) async fn join(app: &App, account: UserId, known: &Known) -> Result<bool, sqlx::Error> {
    let mut connection = app.pool.acquire().await?;
    insert(app, &mut connection, account, known).await?;
    let owner = sqlx::query_scalar!(
        "select account_id from oidc_identities where issuer = $1 and subject = $2",
        known.issuer,
        known.subject,
    )
    .fetch_optional(&mut *connection)
    .await?;
    Ok(owner == Some(account.0))
}

async fn insert(
    app: &App,
    connection: &mut PgConnection,
    account: UserId,
    known: &Known,
) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    sqlx::query!(
        "insert into oidc_identities (id, account_id, issuer, subject, email, created_ms) values ($1, $2, $3, $4, $5, $6)
         on conflict (issuer, subject) do nothing",
        uuid_v7(now_ms, &mut OsRandom),
        account.0,
        known.issuer,
        known.subject,
        known.email,
        now_ms,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A new account without a password. None where one has that address: it is joined by its own log-in only.
pub(crate) async fn make_account(
    app: &App,
    known: &Known,
    (name, email): (&str, &str),
    language: Language,
) -> Result<Option<UserId>, ApiError> {
    let now_ms = app.now_ms();
    let id = UserId::new(now_ms, &mut OsRandom);
    let mut tx = transaction::begin(&app.pool).await?;
    let made = sqlx::query!(
        "insert into accounts (id, email, email_verified_ms, name, language, created_ms) values ($1, $2, $3, $4, $5, $6)
         on conflict (lower(email)) where erased_ms is null do nothing",
        id.0,
        email,
        known.is_verified.then_some(now_ms),
        name,
        language.code(),
        now_ms,
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(None);
    }
    insert(app, &mut tx, id, known).await?;
    if !known.is_verified {
        links::send(app, &mut tx, id, Purpose::Verify).await?;
    }
    tx.commit().await?;
    // Two tabs may have made two: the first has it.
    Ok(known_account(app, known).await?)
}

/// Those of an account.
pub(crate) async fn list(app: &App, account: UserId) -> Result<Vec<Join>, sqlx::Error> {
    sqlx::query_as!(
        Join,
        "select id, issuer, email, created_ms from oidc_identities where account_id = $1 order by created_ms, id limit 50",
        account.0,
    )
    .fetch_all(&app.pool)
    .await
}

/// Ends one; somebody else's is as if there were none.
pub(crate) async fn remove(app: &App, account: UserId, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from oidc_identities where id = $1 and account_id = $2",
        id,
        account.0,
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// All of an account.
pub(crate) async fn drop_for(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from oidc_identities where account_id = $1",
        account.0
    )
    .execute(connection)
    .await
    .map(drop)
}
