//! What everybody with tickets of an event is told: that it changed, that it is off, that it is tomorrow. And who has not
//! finished an order, that there are places left, if they asked for it.
//!
//! A notice is written in the transaction of its cause; [`tell`] turns it into mails, a few orders at a time.

pub mod carts;
pub(crate) mod pages;
pub mod remind;
pub(crate) mod stop;
pub mod tell;

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;

/// A second correction of an organizer within this time makes no second mail.
const SETTLES_MS: i64 = 10 * 60_000;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Another date or place.
    Changed,
    /// It does not take place.
    Cancelled,
    /// It is tomorrow.
    Reminder,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Changed, Self::Cancelled, Self::Reminder];

    fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Reminder => "reminder",
        }
    }
}

/// Date and place of an event: what people come for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Doors open.
    pub doors_ms: UnixMillis,
    /// It begins.
    pub starts_ms: UnixMillis,
    /// Where its clocks are.
    pub time_zone: String,
    /// Where.
    pub place: String,
}

/// Of an event whose date or place changes in this transaction; `before` is how it was.
pub(crate) async fn changed(
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    before: &Appointment,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let cause = format!("changed/{}/{now_ms}", of.1);
    let before = serde_json::json!(before);
    write(
        connection,
        of,
        Kind::Changed,
        &cause,
        before,
        (now_ms, now_ms + SETTLES_MS),
    )
    .await
}

/// Of an event that is called off in this transaction.
pub(crate) async fn cancelled(
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let cause = format!("cancelled/{}", of.1);
    write(
        connection,
        of,
        Kind::Cancelled,
        &cause,
        serde_json::json!({}),
        (now_ms, now_ms),
    )
    .await
}

/// One that was written before, or a change of an event of which one waits, is left as it is.
async fn write(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    kind: Kind,
    cause: &str,
    before: serde_json::Value,
    (now_ms, due_ms): (UnixMillis, UnixMillis),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into notices (organizer_id, event_id, kind, cause, before, created_ms, due_ms)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        organizer.0,
        event.0,
        kind.as_str(),
        cause,
        before,
        now_ms,
        due_ms,
    )
    .execute(connection)
    .await
    .map(drop)
}
