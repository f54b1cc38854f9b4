//! With which tickets anybody went in, as far as this server has heard.

use std::collections::BTreeSet;

use shared::ids::{EventId, OrganizerId, TicketId};
use sqlx::PgExecutor;

/// Those among `tickets`.
pub async fn entered_of(
    executor: impl PgExecutor<'_>,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[TicketId],
) -> Result<BTreeSet<TicketId>, sqlx::Error> {
    let ids: Vec<i64> = tickets.iter().map(|ticket| ticket.to_i64()).collect();
    let entered = sqlx::query_scalar!(
        "select ticket_id from ticket_states
         where organizer_id = $1 and event_id = $2 and ticket_id = any($3) and entries > 0",
        organizer.0,
        event.0,
        &ids
    )
    .fetch_all(executor)
    .await?;
    Ok(entered.into_iter().map(TicketId::from_i64).collect())
}
