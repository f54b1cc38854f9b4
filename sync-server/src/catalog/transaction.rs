//! How every write of the catalog begins.

use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;

use super::event::organizer_of;
pub(crate) use crate::database::transaction::begin;

/// Takes the event's lock and its next number; held to the end of the transaction. The event's feed must be there.
pub(crate) async fn begin_change(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("select begin_change($1, $2)", organizer.0, event.0)
        .fetch_one(conn)
        .await
        .map(drop)
}

/// An event was not locked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockEventError {
    /// None of that organizer.
    #[error("the organizer has no such event")]
    NoSuchEvent,
    /// The database failed.
    #[error("taking an event's lock")]
    Database(#[from] sqlx::Error),
}

/// As [`begin_change`], for an event that may not be there or may be another's.
pub(crate) async fn lock_event(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(), LockEventError> {
    if organizer_of(conn, event).await? != Some(organizer) {
        return Err(LockEventError::NoSuchEvent);
    }
    begin_change(conn, organizer, event).await?;
    Ok(())
}
