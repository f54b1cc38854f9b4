//! Whether buyers of an event are asked for a gift to its organizer.

use shared::ids::{EventId, OrganizerId};
use sqlx::PgPool;

use crate::catalog::transaction::{self, LockEventError, lock_event};

/// Asks from now on, or no longer; orders that have a gift keep it.
pub(crate) async fn ask_for_donation(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    asks: bool,
) -> Result<(), LockEventError> {
    let mut tx = transaction::begin(pool)
        .await
        .map_err(LockEventError::Database)?;
    lock_event(&mut tx, (organizer, event)).await?;
    sqlx::query!(
        "update events set asks_donation = $3 where organizer_id = $1 and id = $2 and asks_donation <> $3",
        organizer.0,
        event.0,
        asks
    )
    .execute(&mut *tx)
    .await
    .map_err(LockEventError::Database)?;
    tx.commit().await.map_err(LockEventError::Database)
}
