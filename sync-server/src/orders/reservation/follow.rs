//! A reservation lapses before its event, also when the event moves or is called off.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;

use super::rules::lapses_ms;
use crate::catalog::event::terms::terms_of;

/// The event starts then, by the caller's transaction, which has its lock.
pub(crate) async fn moved(
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    starts_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let terms = terms_of(&mut *connection, of).await?;
    keep_until(connection, of, lapses_ms(&terms, starts_ms)).await
}

/// The event does not take place, by the caller's transaction, which has its lock.
pub(crate) async fn called_off(
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    keep_until(connection, of, now_ms).await
}

async fn keep_until(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    until_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    // In ascending order, as locks are taken.
    sqlx::query!(
        "with open as (
             select id from orders
             where organizer_id = $1 and event_id = $2 and state = 'held' and reserved_ms is not null
             order by id for update)
         update orders o set expires_ms = $3 from open where o.id = open.id",
        organizer.0,
        event.0,
        until_ms
    )
    .execute(connection)
    .await
    .map(drop)
}
