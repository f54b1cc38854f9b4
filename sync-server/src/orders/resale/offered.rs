//! Tickets whose places are offered to whoever is next: under the event's lock, in the transaction that holds the places.

use shared::ids::{EventId, OrderId, OrganizerId, TypeNo};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::app::App;
use crate::door::folding::refold_tickets;
use crate::door::rights::{self, SettleRightsError};
use crate::door::rules::LoadRulesError;
use crate::orders::stock::{self, Move, Places};

/// As many as an order may have.
const MOST: i64 = 100;

/// A ticket that is up.
#[derive(Clone, Copy, Debug)]
pub(in crate::orders) struct ForSale {
    id: Uuid,
    ticket: i64,
}

/// Those of a type that are up and good, locked, in the order in which they were put up: not used, not on their way back,
/// and not too late.
pub(in crate::orders) async fn for_sale(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    type_no: TypeNo,
    now_ms: i64,
) -> Result<Vec<ForSale>, sqlx::Error> {
    sqlx::query_as!(
        ForSale,
        r#"select r.id, r.ticket_id as ticket
           from resales r
           join tickets t on t.organizer_id = $1 and t.event_id = $2 and t.id = r.ticket_id
           join orders o on o.organizer_id = $1 and o.event_id = $2 and o.id = t.order_id
           join events e on e.organizer_id = $1 and e.id = $2
           join event_terms c on c.organizer_id = $1 and c.event_id = $2
           where r.organizer_id = $1 and r.event_id = $2 and r.type_no = $3 and r.state = 'open'
             and t.status = 0 and o.state = 'paid' and (o.total_minor = 0 or o.refunded_minor < o.total_minor)
             and e.doors_ms - c.resale_hours::bigint * 3600000 > $4
             and not exists (select from ticket_states s
                 where s.organizer_id = $1 and s.event_id = $2 and s.ticket_id = t.id and s.entries > 0)
             and not exists (select from refunds f
                 where f.organizer_id = $1 and f.event_id = $2 and f.order_id = o.id and f.state = 'pending'
                   and (t.id = any(f.ticket_ids) or f.amount_minor = 0))
           order by r.asked_ms, r.id limit $5 for update of r"#,
        organizer.0,
        event.0,
        i32::from(type_no.0),
        now_ms,
        MOST,
    )
    .fetch_all(connection)
    .await
}

/// An offer of tickets that are up was not made.
#[derive(Debug, thiserror::Error)]
pub enum PutOutError {
    /// What doors are told of the blocked tickets.
    #[error("folding the tickets of a resale anew")]
    Rules(#[from] LoadRulesError),
    /// Doors keep their rights of entry.
    #[error("taking the rights of entry of resold tickets")]
    Rights(#[from] SettleRightsError),
    /// PostgreSQL.
    #[error("blocking the tickets of a resale")]
    Database(#[from] sqlx::Error),
}

/// Blocks the tickets and frees their places for `offer`, which the caller holds in the same transaction.
pub(in crate::orders) async fn put_out(
    app: &App,
    connection: &mut PgConnection,
    of: (OrganizerId, EventId),
    (type_no, up): (TypeNo, &[ForSale]),
) -> Result<(), PutOutError> {
    let tickets: Vec<i64> = up.iter().map(|up| up.ticket).collect();
    sqlx::query!(
        "update tickets set status = 4 where organizer_id = $1 and event_id = $2 and id = any($3) and status = 0",
        of.0.0,
        of.1.0,
        &tickets,
    )
    .execute(&mut *connection)
    .await?;
    let places: Places = [(type_no, tickets.len() as u32)].into();
    stock::shift(&mut *connection, of.0, of.1, &places, Move::SoldToFree).await?;
    refold_tickets(app, &mut *connection, of, &tickets).await?;
    rights::ended(app, connection, of, &tickets).await?;
    Ok(())
}

/// Says in which order their places are now.
pub(in crate::orders) async fn held_by(
    connection: &mut PgConnection,
    up: &[ForSale],
    offer: OrderId,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = up.iter().map(|up| up.id).collect();
    sqlx::query!(
        "update resales set state = 'offered', offer_id = $2 where id = any($1) and state = 'open'",
        &ids,
        offer.0,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Whether places of this order came from tickets that are up for resale.
pub(in crate::orders) async fn is_offered(
    connection: &mut PgConnection,
    order: OrderId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from resales where offer_id = $1 and state = 'offered') as "is_offered!""#,
        order.0
    )
    .fetch_one(connection)
    .await
}
