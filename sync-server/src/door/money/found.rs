//! What is found of tills' sales.

use std::collections::BTreeMap;

use shared::ids::{DeviceId, EventId, OrganizerId, TicketId};
use sqlx::PgConnection;

use crate::door::alerts::Noticed;

/// Tickets named by one alert.
const MOST_NAMED: i64 = 50;

/// Tickets that tills sold of an event and that were not lent to them, by till; none of a till that people were told of, and that
/// is right by now.
pub(super) async fn unlent(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<BTreeMap<DeviceId, Vec<TicketId>>, sqlx::Error> {
    let told = sqlx::query_scalar!(
        "select subject from alerts
         where organizer_id = $1 and event_id = $2 and kind = $3 and resolved_ms is null",
        organizer.0,
        event.0,
        Noticed::TicketUnlent.code()
    )
    .fetch_all(&mut *conn)
    .await?;
    let told = told.iter().filter_map(|subject| subject.parse().ok());
    let mut by_till: BTreeMap<DeviceId, Vec<TicketId>> =
        told.map(|till| (till, Vec::new())).collect();
    let waiting = sqlx::query!(
        "select o.device_id, s.ticket_id from till_sale_tickets s
         join till_orders o on o.organizer_id = $1 and o.event_id = $2 and o.order_id = s.order_id
         where s.organizer_id = $1 and s.event_id = $2 and s.waiting order by s.ticket_id limit $3",
        organizer.0,
        event.0,
        MOST_NAMED
    )
    .fetch_all(conn)
    .await?;
    for row in waiting {
        let of = by_till.entry(DeviceId(row.device_id)).or_default();
        of.push(TicketId::from_i64(row.ticket_id));
    }
    Ok(by_till)
}
