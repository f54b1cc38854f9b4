//! How every write of the catalog begins.

use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;

use super::event::organizer_of;
pub(crate) use crate::database::transaction::{begin, begin_change};

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
