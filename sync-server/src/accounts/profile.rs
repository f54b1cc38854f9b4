//! One's own account: what is known of it, and what its owner changes.

use axum::http::HeaderMap;
use shared::clock::UnixMillis;
use shared::ids::UserId;
use shared::language::Language;

use super::entrance;
use super::identity::Identity;
use super::password::Password;
use super::second_asked;
use super::session::{self, NewSession, SessionKind};
use crate::app::App;
use crate::database::transaction;
use crate::web::{ApiError, ClientAddress};

/// What is known of a person.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) email: String,
    /// The link sent to that address was followed.
    pub(crate) is_verified: bool,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) has_password: bool,
    pub(crate) created_ms: UnixMillis,
}

/// Of an account that is not erased.
pub(crate) async fn profile(app: &App, account: UserId) -> Result<Profile, ApiError> {
    let row = sqlx::query!(
        "select email, email_verified_ms, name, language, password_hash is not null as \"has_password!\", created_ms
         from accounts where id = $1 and erased_ms is null",
        account.0,
    )
    .fetch_optional(&app.pool)
    .await?
    .ok_or_else(|| ApiError::not_found("account"))?;
    Ok(Profile {
        email: row.email,
        is_verified: row.email_verified_ms.is_some(),
        name: row.name,
        language: row.language,
        has_password: row.has_password,
        created_ms: row.created_ms,
    })
}

/// Whether an account has this address.
pub(crate) async fn has_account(app: &App, email: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from accounts where lower(email) = lower($1) and erased_ms is null) as "has!""#,
        email.trim(),
    )
    .fetch_one(&app.pool)
    .await
}

/// A new name, already checked, and the language of pages and mails.
pub(crate) async fn save(
    app: &App,
    account: UserId,
    name: &str,
    language: Language,
) -> Result<(), ApiError> {
    sqlx::query!(
        "update accounts set name = $2, language = $3 where id = $1 and erased_ms is null",
        account.0,
        name,
        language.code(),
    )
    .execute(&app.pool)
    .await?;
    app.accounts.sessions.forget_account(account);
    Ok(())
}

/// Whether `password` is that account's; a wrong one counts as a failed log-in.
pub(crate) async fn confirm(
    app: &App,
    account: UserId,
    password: String,
    from: ClientAddress,
) -> Result<(), ApiError> {
    let email = profile(app, account).await?.email;
    entrance::check_password(app, &email, password, from)
        .await
        .map(drop)
}

/// Sets the new password, ends every log-in made with the old one and every link that would set another, and goes on in a
/// new session.
pub(crate) async fn change_password(
    app: &App,
    identity: &Identity,
    new: Password,
    headers: &HeaderMap,
) -> Result<NewSession, ApiError> {
    let account = identity.account;
    let hash = app.accounts.passwords.hash(new).await;
    let hash = hash.map_err(ApiError::internal)?;
    let mut tx = transaction::begin(&app.pool).await?;
    sqlx::query!(
        "update accounts set password_hash = $2 where id = $1 and erased_ms is null",
        account.0,
        hash,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update account_links set used_ms = $2 where account_id = $1 and purpose <> 'verify' and used_ms is null",
        account.0,
        app.now_ms(),
    )
    .execute(&mut *tx)
    .await?;
    session::end_all(&mut tx, account, app.now_ms()).await?;
    let session = session::begin(app, &mut tx, account, SessionKind::Browser).await?;
    session::note_client(&mut tx, session.id, headers).await?;
    if identity.by_both_steps {
        second_asked::note_both(&mut tx, session.id).await?;
    }
    tx.commit().await?;
    app.accounts.sessions.forget_account(account);
    Ok(session)
}
