//! Organizers who ask their members for a second step: their office opens to a log-in that has made both.

use shared::ids::{OrganizerId, SessionId, UserId};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::{Identity, passkeys, second_factor};
use crate::app::App;
use crate::web::ApiError;

/// What an account can make the second step by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Means {
    pub(crate) has_codes: bool,
    pub(crate) has_passkey: bool,
}

pub(crate) async fn means(app: &App, account: UserId) -> Result<Means, sqlx::Error> {
    Ok(Means {
        has_codes: second_factor::is_on(app, account).await?,
        has_passkey: !passkeys::list(app, account).await?.is_empty(),
    })
}

/// Whether an organizer asks for it.
pub(crate) async fn asks(app: &App, organizer: OrganizerId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from second_step_rules where organizer_id = $1) as "asks!""#,
        organizer.0,
    )
    .fetch_one(&app.pool)
    .await
}

/// Asks for it from now on. Whoever says so has made both steps: nobody closes the door on themselves.
pub(crate) async fn ask(
    app: &App,
    organizer: OrganizerId,
    identity: &Identity,
) -> Result<(), ApiError> {
    if !identity.by_both_steps {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "Log in with a second step yourself first; nothing was changed.",
        ));
    }
    sqlx::query!(
        "insert into second_step_rules (organizer_id, since_ms) values ($1, $2) on conflict do nothing",
        organizer.0,
        app.now_ms(),
    )
    .execute(&app.pool)
    .await?;
    forget_members(app, organizer).await?;
    Ok(())
}

/// Asks for it no more.
pub(crate) async fn stop_asking(app: &App, organizer: OrganizerId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from second_step_rules where organizer_id = $1",
        organizer.0,
    )
    .execute(&app.pool)
    .await?;
    forget_members(app, organizer).await
}

async fn forget_members(app: &App, organizer: OrganizerId) -> Result<(), sqlx::Error> {
    let members = sqlx::query_scalar!(
        "select account_id from memberships where organizer_id = $1",
        organizer.0,
    )
    .fetch_all(&app.pool)
    .await?;
    for account in members {
        app.accounts.sessions.forget_account(UserId(account));
    }
    Ok(())
}

/// This log-in has made both steps.
pub(crate) async fn note_both(
    connection: &mut PgConnection,
    session: SessionId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update sessions set by_both_steps = true where id = $1",
        session.0,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The same, of whoever has just shown it.
pub(crate) async fn has_made_both(app: &App, identity: &Identity) -> Result<(), sqlx::Error> {
    let mut connection = app.pool.acquire().await?;
    note_both(&mut connection, identity.session).await?;
    app.accounts.sessions.forget_account(identity.account);
    Ok(())
}
