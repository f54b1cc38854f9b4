//! Keys of a person's own devices (WebAuthn): a log-in without a password, by a finger, a face or a PIN that never leaves
//! the device. The device has verified its owner, so such a log-in is both steps at once.

mod challenge;
mod log_in;
mod register;
mod relying_party;

use shared::clock::UnixMillis;
use shared::ids::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::entrance::parse_name;
use crate::app::App;

pub(crate) use challenge::Challenge;
pub(crate) use log_in::{LogInError, ask as ask_for_log_in, log_in};
pub(crate) use register::{RegisterError, ask as ask_for_new, register};
pub(crate) use relying_party::RelyingParty;

/// More than anybody has devices; a list stays a list.
const MOST: i64 = 20;

/// One of somebody's own.
#[derive(Clone, Debug)]
pub(crate) struct OwnPasskey {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) created_ms: UnixMillis,
    /// The last log-in by it.
    pub(crate) used_ms: Option<UnixMillis>,
}

/// Oldest first.
pub(crate) async fn list(app: &App, account: UserId) -> Result<Vec<OwnPasskey>, sqlx::Error> {
    sqlx::query_as!(
        OwnPasskey,
        "select id, name, created_ms, used_ms from passkeys where account_id = $1 order by created_ms, id",
        account.0,
    )
    .fetch_all(&app.pool)
    .await
}

/// A name by which its owner knows it again; else the text is none.
pub(crate) fn parse_passkey_name(text: &str) -> Option<String> {
    parse_name(text).ok()
}

/// Gives one of one's own another name; somebody else's is as if there were none.
pub(crate) async fn rename(
    app: &App,
    account: UserId,
    id: Uuid,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update passkeys set name = $3 where id = $1 and account_id = $2",
        id,
        account.0,
        name,
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// Nobody logs in by it any more; what is kept on the device is its owner's to delete.
pub(crate) async fn remove(app: &App, account: UserId, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from passkeys where id = $1 and account_id = $2",
        id,
        account.0,
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// All of an account, and what was asked for a further one.
pub(super) async fn drop_for(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from passkey_challenges where account_id = $1",
        account.0
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from passkeys where account_id = $1", account.0)
        .execute(connection)
        .await
        .map(drop)
}
