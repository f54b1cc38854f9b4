//! One's own log-ins, to look at and to end.

use shared::clock::UnixMillis;
use shared::ids::SessionId;

use super::session::SessionKind;
use super::{Identity, session};
use crate::app::App;
use crate::web::ApiError;

/// A log-in that lives.
#[derive(Clone, Debug)]
pub(crate) struct OwnSession {
    pub(crate) id: SessionId,
    pub(crate) kind: SessionKind,
    /// Which program it was, in a few words.
    pub(crate) client: Option<String>,
    pub(crate) since_ms: UnixMillis,
    /// The one that asks.
    pub(crate) is_this: bool,
}

/// The newest hundred.
pub(crate) async fn list(app: &App, identity: &Identity) -> Result<Vec<OwnSession>, ApiError> {
    let rows = sqlx::query!(
        "select id, kind, client, created_ms from sessions
         where account_id = $1 and ended_ms is null and expires_ms > $2 order by created_ms desc, id desc limit 100",
        identity.account.0,
        app.now_ms(),
    )
    .fetch_all(&app.pool)
    .await?;
    let sessions = rows.into_iter().map(|row| OwnSession {
        id: SessionId(row.id),
        kind: SessionKind::from_text(&row.kind),
        client: row.client,
        since_ms: row.created_ms,
        is_this: row.id == identity.session.0,
    });
    Ok(sessions.collect())
}

/// Ends one of one's own; somebody else's is as if there were none.
pub(crate) async fn end(
    app: &App,
    identity: &Identity,
    session: SessionId,
) -> Result<(), ApiError> {
    sqlx::query!(
        "update sessions set ended_ms = $3 where id = $1 and account_id = $2 and ended_ms is null",
        session.0,
        identity.account.0,
        app.now_ms(),
    )
    .execute(&app.pool)
    .await?;
    app.accounts.sessions.forget_account(identity.account);
    Ok(())
}

/// Ends all but the one that asks.
pub(crate) async fn end_others(app: &App, identity: &Identity) -> Result<(), ApiError> {
    let mut connection = app.pool.acquire().await?;
    session::end_others(
        &mut connection,
        identity.account,
        identity.session,
        app.now_ms(),
    )
    .await?;
    app.accounts.sessions.forget_account(identity.account);
    Ok(())
}
