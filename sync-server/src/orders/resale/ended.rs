//! An offer that ends unpaid, and a ticket that ends while it is up.

use std::collections::BTreeSet;

use shared::ids::{EventId, OrganizerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::orders::stock::{self, Move};

/// Of orders that were held and have just ended, whose places the caller has set free in this transaction: those that came
/// from tickets are theirs again, before anybody else sees them.
pub(in crate::orders) async fn offer_ended(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    orders: &[Uuid],
) -> Result<(), sqlx::Error> {
    let back = sqlx::query_scalar!(
        "update resales set state = 'back' where offer_id = any($1) and state = 'offered' returning type_no",
        orders
    )
    .fetch_all(&mut *connection)
    .await?;
    let places = stock::places(&back, &vec![1; back.len()]);
    stock::shift(connection, organizer, event, &places, Move::FreeToSold).await
}

/// Of tickets that the caller ends, under the event's lock: no resale of theirs goes on. Given back are those whose place is
/// somebody else's by now, so that it must not be freed with them.
pub(crate) async fn tickets_ended(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    tickets: &[i64],
) -> Result<BTreeSet<i64>, sqlx::Error> {
    // Whoever ends the offer at this moment is waited for: whose the place is, is known then.
    let under_way = sqlx::query!(
        "select id, ticket_id, state from resales
         where organizer_id = $1 and event_id = $2 and ticket_id = any($3)
             and state in ('open', 'offered', 'back', 'sold', 'unpaid')
         order by id for update",
        organizer.0,
        event.0,
        tickets
    )
    .fetch_all(&mut *connection)
    .await?;
    if under_way.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<Uuid> = under_way.iter().map(|resale| resale.id).collect();
    sqlx::query!(
        "update resales set state = case state when 'sold' then 'done' else 'ended' end where id = any($1)",
        &ids
    )
    .execute(connection)
    .await?;
    let away = under_way
        .into_iter()
        .filter(|resale| matches!(resale.state.as_str(), "offered" | "sold" | "unpaid"))
        .map(|resale| resale.ticket_id);
    Ok(away.collect())
}
