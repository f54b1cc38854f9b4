//! Writing a refund down: what may be asked for, and setting its amount aside on the order.

use shared::ids::OrderId;
use sqlx::PgConnection;

use super::fee::fee_returned;
use super::{RefundError, RefundRequest};
use crate::app::App;
use crate::database::transaction::begin;
use crate::orders::OrderState;

/// Writes the refund down, and its amount as refunded on the order: from here on no other refund can have that money.
pub(super) async fn set_aside(
    app: &App,
    order: OrderId,
    request: &RefundRequest,
) -> Result<(), RefundError> {
    let mut tx = begin(&app.pool).await?;
    let row = sqlx::query!(
        r#"select o.organizer_id, o.event_id, o.state, o.currency, o.total_minor, o.donation_minor,
               o.total_minor - o.refunded_minor as "left!",
               coalesce((select -sum(l.amount_minor) from ledger l
                where l.organizer_id = o.organizer_id and l.event_id = o.event_id and l.order_id = o.id
                    and l.kind = 'platform_fee'), 0)::bigint as "fee!",
               (select p.id from payments p
                where p.organizer_id = o.organizer_id and p.event_id = o.event_id and p.order_id = o.id
                    and p.state = 'succeeded'
                -- A till takes several for one order.
                order by p.amount_minor desc, p.id limit 1) as payment_id
           from orders o where o.id = $1 for update of o"#,
        order.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(RefundError::NoOrder)?;
    if is_known(&mut tx, order, request).await? {
        return Ok(());
    }
    let state: OrderState = row.state.parse().map_err(sqlx::Error::from)?;
    let (OrderState::Paid | OrderState::Refunded, Some(payment)) = (state, row.payment_id) else {
        return Err(RefundError::NotPaid(state));
    };
    if request.amount_minor > row.left {
        return Err(RefundError::TooLarge { left: row.left });
    }
    if request.amount_minor == 0 {
        check_ends_something(request, state, row.total_minor)?;
    }
    let tickets: Vec<i64> = request
        .tickets
        .iter()
        .map(|ticket| ticket.to_i64())
        .collect();
    check_tickets(&mut tx, row.organizer_id, row.event_id, order, &tickets).await?;
    let fee_gone = fee_gone(&mut tx, row.organizer_id, row.event_id, order).await?;
    // Places come first, and on a gift there is no fee.
    let of_places = row.total_minor - row.donation_minor;
    let left = (row.left - request.amount_minor - row.donation_minor).max(0);
    let fee_back = fee_returned(row.fee, row.fee - fee_gone, of_places, left);
    sqlx::query!(
        "with written as (
             insert into refunds (organizer_id, event_id, id, order_id, payment_id, amount_minor, currency, reason,
                 ticket_ids, state, created_ms, fee_minor)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $11)
         )
         update orders set refunded_minor = refunded_minor + $6 where id = $4",
        row.organizer_id,
        row.event_id,
        request.id.0,
        order.0,
        payment,
        request.amount_minor,
        row.currency,
        request.reason,
        &tickets,
        app.now_ms(),
        fee_back
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Of the platform's fee, what goes back or went back already. In a statement of its own: it has to see what was written
/// while the lock was waited for.
async fn fee_gone(
    connection: &mut PgConnection,
    organizer: uuid::Uuid,
    event: uuid::Uuid,
    order: OrderId,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(fee_minor), 0)::bigint as "gone!" from refunds
           where organizer_id = $1 and event_id = $2 and order_id = $3 and state <> 'failed'"#,
        organizer,
        event,
        order.0
    )
    .fetch_one(connection)
    .await
}

/// A refund of nothing that ends nothing is a mistake.
fn check_ends_something(
    request: &RefundRequest,
    state: OrderState,
    total_minor: i64,
) -> Result<(), RefundError> {
    if state == OrderState::Refunded {
        Err(RefundError::NothingLeft)
    } else if total_minor > 0 && request.tickets.is_empty() {
        Err(RefundError::Field(
            "amount_minor",
            "at least 1, or 0 with the tickets that end",
        ))
    } else {
        Ok(())
    }
}

async fn is_known(
    connection: &mut PgConnection,
    order: OrderId,
    request: &RefundRequest,
) -> Result<bool, RefundError> {
    let known = sqlx::query!(
        "select order_id, amount_minor, reason, ticket_ids from refunds where id = $1",
        request.id.0
    )
    .fetch_optional(connection)
    .await?;
    let Some(known) = known else {
        return Ok(false);
    };
    let tickets = request.tickets.iter().map(|ticket| ticket.to_i64());
    let same = known.order_id == order.0
        && known.amount_minor == request.amount_minor
        && known.reason == request.reason
        && known.ticket_ids.into_iter().eq(tickets);
    if same {
        Ok(true)
    } else {
        Err(RefundError::OtherContent)
    }
}

async fn check_tickets(
    connection: &mut PgConnection,
    organizer: uuid::Uuid,
    event: uuid::Uuid,
    order: OrderId,
    tickets: &[i64],
) -> Result<(), RefundError> {
    if tickets.is_empty() {
        return Ok(());
    }
    let good = sqlx::query_scalar!(
        r#"select count(*) as "count!" from tickets t
           where t.organizer_id = $1 and t.event_id = $2 and t.id = any($4) and t.status in (0, 4)
             and (t.order_id = $3 or t.order_id in (select id from orders
                 where organizer_id = $1 and event_id = $2 and given_by = $3))
             -- Two who ask for the same ticket's money at once: the order's lock lets the second see the first.
             and not exists (select from refunds r
                 where r.organizer_id = $1 and r.event_id = $2 and r.order_id = $3 and r.state = 'pending'
                   and t.id = any(r.ticket_ids))"#,
        organizer,
        event,
        order.0,
        tickets
    )
    .fetch_one(connection)
    .await?;
    if good == tickets.len() as i64 {
        Ok(())
    } else {
        Err(RefundError::Tickets)
    }
}
