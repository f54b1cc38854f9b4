//! Another name on a ticket: doors that search find it by that one.

use shared::ids::TicketId;

use crate::app::App;
use crate::database::transaction::{begin, begin_change};
use crate::orders::present::Order;

/// Writes the name on a ticket of the order that is good, in a change of the event's feed. Whether there was such a ticket.
pub(crate) async fn rename(
    app: &App,
    order: &Order,
    ticket: TicketId,
    name: &str,
) -> Result<bool, sqlx::Error> {
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, order.organizer, order.event).await?;
    let renamed = sqlx::query!(
        "update tickets set holder_name = $5
         where organizer_id = $1 and event_id = $2 and order_id = $3 and id = $4 and status = 0",
        order.organizer.0,
        order.event.0,
        order.id.0,
        ticket.to_i64(),
        name,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.door.watch.changed(order.event);
    Ok(renamed.rows_affected() == 1)
}
