//! The hold of a reservation ends, because a till takes its places over.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, TypeNo};
use sqlx::PgConnection;

use crate::orders::OrderState;

/// What is left for a till to take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    /// These places, by ascending type; the order holds them no more. The caller has to lend them in the same transaction.
    Over(Vec<HeldPlaces>),
    /// Nothing: it was paid online.
    Paid,
    /// Nothing: it is no reservation, was given up, or has lapsed.
    Nothing,
}

/// Places of a reservation, of one type at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldPlaces {
    pub(crate) type_no: TypeNo,
    pub(crate) places: u32,
    /// Of one place, VAT included.
    pub(crate) unit_minor: i64,
    pub(crate) vat_basis_points: i32,
}

/// Ends the hold, in a transaction that has called `begin_change`. `stock.held` still counts the places.
pub(crate) async fn hand_over(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    order: OrderId,
    now_ms: UnixMillis,
) -> Result<Handed, sqlx::Error> {
    let row = sqlx::query!(
        "select state, expires_ms, reserved_ms from orders
         where organizer_id = $1 and event_id = $2 and id = $3 for update",
        organizer.0,
        event.0,
        order.0
    )
    .fetch_one(&mut *connection)
    .await?;
    match row.state.parse::<OrderState>()? {
        OrderState::Paid | OrderState::Refunded => return Ok(Handed::Paid),
        OrderState::Held if row.reserved_ms.is_some() && row.expires_ms > now_ms => {}
        OrderState::Held | OrderState::Cancelled | OrderState::Expired => {
            return Ok(Handed::Nothing);
        }
    }
    let lines = sqlx::query!(
        r#"with over as (
               update orders set state = 'cancelled'
               where organizer_id = $1 and event_id = $2 and id = $3
           )
           select type_no, unit_minor, vat_basis_points, sum(quantity)::bigint as "places!" from order_lines
           where organizer_id = $1 and event_id = $2 and order_id = $3
           group by type_no, unit_minor, vat_basis_points order by type_no, unit_minor, vat_basis_points"#,
        organizer.0,
        event.0,
        order.0
    )
    .fetch_all(connection)
    .await?;
    let places = lines.into_iter().map(|line| HeldPlaces {
        type_no: TypeNo(line.type_no as u16),
        places: line.places as u32,
        unit_minor: line.unit_minor,
        vat_basis_points: line.vat_basis_points,
    });
    Ok(Handed::Over(places.collect()))
}
