//! How far the resale of a ticket is, for its holder.

use std::collections::BTreeMap;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, TicketId};
use sqlx::{PgExecutor, PgPool};

use crate::orders::UnreadableRow;

/// A resale that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resale {
    pub(crate) state: ResaleState,
    /// Its holder wants the ticket back.
    pub(crate) stops: bool,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResaleState {
    /// The ticket is good.
    Open,
    /// Somebody can pay until then; the ticket is blocked.
    Offered(UnixMillis),
    /// Nobody paid; the ticket is good again in a moment.
    Back,
    /// Somebody paid; the money is on its way back.
    Sold,
}

/// Of an order's tickets, those with a resale that is not over.
pub(crate) async fn resales_of(
    pool: &PgPool,
    of: (OrganizerId, EventId),
    tickets: &[TicketId],
) -> Result<BTreeMap<TicketId, Resale>, sqlx::Error> {
    let ids: Vec<i64> = tickets.iter().map(|ticket| ticket.to_i64()).collect();
    read(pool, of, &ids).await
}

/// Of one ticket.
pub(crate) async fn resale_of(
    pool: &PgPool,
    of: (OrganizerId, EventId),
    ticket: TicketId,
) -> Result<Option<Resale>, sqlx::Error> {
    let mut found = read(pool, of, &[ticket.to_i64()]).await?;
    Ok(found.remove(&ticket))
}

async fn read(
    executor: impl PgExecutor<'_>,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[i64],
) -> Result<BTreeMap<TicketId, Resale>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select r.ticket_id, r.state, r.stops, o.state as "offer?", o.expires_ms as "expires_ms?"
           from resales r left join orders o on o.id = r.offer_id
           where r.organizer_id = $1 and r.event_id = $2 and r.ticket_id = any($3)
             and r.state in ('open', 'offered', 'back', 'sold', 'unpaid')"#,
        organizer.0,
        event.0,
        tickets
    )
    .fetch_all(executor)
    .await?;
    let resale = rows.into_iter().map(|row| {
        let state = match (row.state.as_str(), row.offer.as_deref()) {
            ("open", _) => ResaleState::Open,
            ("offered", Some("paid" | "refunded")) | ("sold" | "unpaid", _) => ResaleState::Sold,
            ("offered", _) => ResaleState::Offered(row.expires_ms.unwrap_or_default()),
            ("back", _) => ResaleState::Back,
            (other, _) => return Err(UnreadableRow::new("a resale's state", other).into()),
        };
        let stops = row.stops;
        Ok((TicketId::from_i64(row.ticket_id), Resale { state, stops }))
    });
    resale.collect()
}
