//! A till's refund: the money that went back, and the tickets that ended.

use std::collections::BTreeMap;

use shared::fact::till::RefundReason;
use shared::ids::{EventId, OrderId, RefundId, TicketId};
use shared::till::acts::{self, Act, Portion};
use sqlx::PgConnection;

use super::journal::{Done, Till};
use super::sale::{cents, columns};
use super::{MakeError, unmade};
use crate::edge::OsRandom;

/// What of a refund is one event's.
#[derive(Default)]
struct Ended {
    tickets: Vec<i64>,
    price: u64,
}

/// Writes the refunds of what a till gave back, one for each order and means; what can't be told of an order is written down for
/// a person.
pub(super) async fn make(
    conn: &mut PgConnection,
    till: &Till,
    act: &Act,
    (reason, tickets, back): (RefundReason, &[TicketId], &[Portion]),
    done: &mut Done,
) -> Result<(), MakeError> {
    let named: Vec<i64> = tickets.iter().map(|ticket| ticket.to_i64()).collect();
    let rows = sqlx::query!(
        "select s.event_id, s.order_id, s.ticket_id, s.back_seq, l.unit_minor
         from till_orders o
         join till_sale_tickets s on s.organizer_id = o.organizer_id and s.event_id = o.event_id and s.order_id = o.order_id
         join order_lines l on l.organizer_id = s.organizer_id and l.event_id = s.event_id and l.order_id = s.order_id
                           and l.no = s.line_no
         where o.organizer_id = $1 and o.device_id = $2 and o.sale_id = $3 and s.ticket_id = any($4)
         order by s.event_id, s.ticket_id",
        till.organizer.0,
        till.device.0,
        act.sale.0,
        &named
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut ended: BTreeMap<(EventId, OrderId), Ended> = BTreeMap::new();
    let mut again = None;
    for row in &rows {
        let event = EventId(row.event_id);
        if row.back_seq.is_some() {
            again = Some(event);
        } else {
            let ended = ended.entry((event, OrderId(row.order_id))).or_default();
            ended.tickets.push(row.ticket_id);
            ended.price += row.unit_minor.cast_unsigned();
        }
    }
    let whole: u64 = back.iter().map(|back| back.amount).sum();
    let known: u64 = ended.values().map(|ended| ended.price).sum();
    if rows.len() < named.len() || again.is_some() {
        let why = if again.is_some() {
            "refunded_before"
        } else {
            "unknown_sale"
        };
        let missing = whole.saturating_sub(known);
        unmade::note(conn, till, act.seq, (again, why), missing).await?;
        done.is_short = true;
    }
    let prices: Vec<u64> = ended.values().map(|ended| ended.price).collect();
    let shares = acts::allot(&prices, back);
    for (((event, order), ended), share) in ended.into_iter().zip(shares) {
        write(
            conn,
            till,
            act,
            (event, order),
            (reason, &ended, &share),
            done,
        )
        .await?;
        done.refunded
            .entry(event)
            .or_default()
            .extend(ended.tickets);
    }
    Ok(())
}

async fn write(
    conn: &mut PgConnection,
    till: &Till,
    act: &Act,
    (event, order): (EventId, OrderId),
    (reason, ended, share): (RefundReason, &Ended, &[Portion]),
    done: &mut Done,
) -> Result<(), MakeError> {
    let mut portions: Vec<(i64, Option<&str>, Option<i32>)> = share
        .iter()
        .map(|portion| {
            let (word, voucher) = columns(portion.means);
            (cents(portion.amount), Some(word), voucher)
        })
        .collect();
    if portions.is_empty() {
        portions.push((0, None, None));
    }
    let mut tickets = ended.tickets.as_slice();
    for (amount, means, voucher) in portions {
        sqlx::query!(
            "with payment as (
                 select id, currency from payments
                 where organizer_id = $1 and event_id = $2 and order_id = $3 and state = 'succeeded'
                 order by means is not distinct from $4 desc, amount_minor desc, id limit 1
             ), written as (
                 insert into refunds (organizer_id, event_id, id, order_id, payment_id, amount_minor, currency, reason,
                     ticket_ids, state, created_ms, settled_ms, till_journal, till_seq, means, voucher, clerk_id)
                 select $1, $2, $5, $3, payment.id, $6, payment.currency, $7, $8, 'succeeded', $9, $9, $10, $11, $4, $12, $13
                 from payment
                 returning payment_id, currency
             )
             insert into ledger (organizer_id, event_id, at_ms, order_id, payment_id, refund_id, kind, amount_minor, currency)
             select $1, $2, $9, $3, written.payment_id, $5, 'till_refund', -$6, written.currency from written where $6 <> 0",
            till.organizer.0,
            event.0,
            order.0,
            means,
            RefundId::new(till.now_ms, &mut OsRandom).0,
            amount,
            reason.code(),
            tickets,
            act.at_ms,
            till.journal.0,
            act.seq.cast_signed(),
            voucher,
            act.clerk.map(|clerk| clerk.0)
        )
        .execute(&mut *conn)
        .await?;
        tickets = &[];
    }
    let given: u64 = share.iter().map(|portion| portion.amount).sum();
    end(conn, till, act, (event, order), (ended, cents(given)), done).await
}

/// Ends the tickets, and the order once none is left. More than the order has left went back before, by the office: then no
/// more than all of it is written on the order, and a person is told.
async fn end(
    conn: &mut PgConnection,
    till: &Till,
    act: &Act,
    (event, order): (EventId, OrderId),
    (ended, given): (&Ended, i64),
    done: &mut Done,
) -> Result<(), MakeError> {
    let row = sqlx::query!(
        r#"with former as (
               select refunded_minor, total_minor from orders where organizer_id = $1 and event_id = $2 and id = $3 for update
           ), marked as (
               update till_sale_tickets set back_seq = $5
               where organizer_id = $1 and event_id = $2 and order_id = $3 and ticket_id = any($4)
           ), ended as (
               update tickets set status = 2
               where organizer_id = $1 and event_id = $2 and order_id = $3 and id = any($4) and status in (0, 4)
           ), changed as (
               update orders o set refunded_minor = least(o.total_minor, o.refunded_minor + $6),
                   state = case when exists (
                       select from till_sale_tickets s
                       where s.organizer_id = $1 and s.event_id = $2 and s.order_id = $3 and s.back_seq is null
                         and s.ticket_id <> all($4)) then o.state else 'refunded' end
               where o.organizer_id = $1 and o.event_id = $2 and o.id = $3
           )
           select greatest(refunded_minor + $6 - total_minor, 0)::bigint as "excess!" from former"#,
        till.organizer.0,
        event.0,
        order.0,
        &ended.tickets,
        act.seq.cast_signed(),
        given
    )
    .fetch_one(&mut *conn)
    .await?;
    if row.excess > 0 {
        let excess = row.excess.cast_unsigned();
        unmade::note(
            conn,
            till,
            act.seq,
            (Some(event), "refunded_before"),
            excess,
        )
        .await?;
        done.is_short = true;
    }
    Ok(())
}
