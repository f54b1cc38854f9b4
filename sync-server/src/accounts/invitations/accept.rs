//! Coming by an invitation's link.

use shared::ids::{OrganizerId, UserId};
use shared::language::Language;
use sqlx::PgConnection;

use super::hash_of;
use crate::accounts::Role;
use crate::accounts::password::Password;
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// What a link offers, as long as it is good.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) organizer: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    /// An account has the address.
    pub(crate) is_known: bool,
}

/// Why somebody is in no team now.
#[derive(Debug)]
pub(crate) enum AcceptError {
    /// It was taken, withdrawn or sent anew, or its time is over.
    Over,
    /// It is for another address than the account's.
    Another,
    /// Meanwhile an account has the address.
    Known,
    /// Something else.
    Failed(ApiError),
}

impl From<ApiError> for AcceptError {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for AcceptError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// What the link says, without taking it.
pub(crate) async fn offered(app: &App, token: &str) -> Result<Option<Offered>, sqlx::Error> {
    let hash = hash_of(token);
    let row = sqlx::query!(
        r#"select o.name, i.email, i.role,
             exists (select from accounts a where lower(a.email) = lower(i.email) and a.erased_ms is null) as "is_known!"
           from invitations i join organizers o on o.id = i.organizer_id
           where i.token_hash = $1 and i.accepted_ms is null and i.withdrawn_ms is null and i.expires_ms > $2"#,
        hash.as_slice(),
        app.now_ms(),
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(row.and_then(|row| {
        Some(Offered {
            organizer: row.name,
            email: row.email,
            role: Role::from_text(&row.role)?,
            is_known: row.is_known,
        })
    }))
}

struct Taken {
    organizer: OrganizerId,
    email: String,
    role: String,
}

/// Uses the link up.
async fn take(app: &App, connection: &mut PgConnection, token: &str) -> Result<Taken, AcceptError> {
    let hash = hash_of(token);
    let row = sqlx::query!(
        "update invitations set accepted_ms = $2
         where token_hash = $1 and accepted_ms is null and withdrawn_ms is null and expires_ms > $2
         returning organizer_id, email, role",
        hash.as_slice(),
        app.now_ms(),
    )
    .fetch_optional(connection)
    .await?;
    let row = row.ok_or(AcceptError::Over)?;
    Ok(Taken {
        organizer: OrganizerId(row.organizer_id),
        email: row.email,
        role: row.role,
    })
}

/// Whoever is a member already stays what they are.
async fn join(
    app: &App,
    connection: &mut PgConnection,
    taken: &Taken,
    account: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into memberships (organizer_id, account_id, role, created_ms) values ($1, $2, $3, $4) on conflict do nothing",
        taken.organizer.0,
        account.0,
        taken.role,
        app.now_ms(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Taken by an account that is logged in and has the address: the link has shown that it is theirs.
pub(crate) async fn accept(app: &App, token: &str, account: UserId) -> Result<(), AcceptError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let taken = take(app, &mut tx, token).await?;
    let theirs = sqlx::query!(
        "update accounts set email_verified_ms = coalesce(email_verified_ms, $3)
         where id = $1 and lower(email) = lower($2) and erased_ms is null",
        account.0,
        taken.email,
        app.now_ms(),
    )
    .execute(&mut *tx)
    .await?;
    if theirs.rows_affected() == 0 {
        return Err(AcceptError::Another);
    }
    join(app, &mut tx, &taken, account).await?;
    tx.commit().await?;
    app.accounts.sessions.forget_account(account);
    Ok(())
}

/// Taken by somebody who has no account: one is made, of the address that the link was sent to.
pub(crate) async fn accept_as_new(
    app: &App,
    token: &str,
    (name, password): (&str, Password),
    language: Language,
) -> Result<UserId, AcceptError> {
    let hash = app.accounts.passwords.hash(password).await;
    let hash = hash.map_err(ApiError::internal)?;
    let now_ms = app.now_ms();
    let id = UserId::new(now_ms, &mut OsRandom);
    let mut tx = transaction::begin(&app.pool).await?;
    let taken = take(app, &mut tx, token).await?;
    let made = sqlx::query!(
        "insert into accounts (id, email, email_verified_ms, password_hash, name, language, created_ms)
         values ($1, $2, $3, $4, $5, $6, $3) on conflict (lower(email)) where erased_ms is null do nothing",
        id.0,
        taken.email,
        now_ms,
        hash,
        name,
        language.code(),
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Err(AcceptError::Known);
    }
    join(app, &mut tx, &taken, id).await?;
    tx.commit().await?;
    Ok(id)
}
