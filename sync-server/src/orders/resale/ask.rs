//! What its holder does: putting a ticket up, and taking it back.

use shared::ids::{RefundId, TicketId, uuid_v7};

use crate::app::App;
use crate::edge::OsRandom;
use crate::orders::present::Order;

/// Puts a ticket of the order up; one that is up stays so. `false`: it has ended.
pub(in crate::orders) async fn put_up(
    app: &App,
    order: &Order,
    ticket: TicketId,
) -> Result<bool, sqlx::Error> {
    let now_ms = app.now_ms();
    let put = sqlx::query_scalar!(
        "insert into resales (organizer_id, event_id, id, ticket_id, type_no, state, refund_id, asked_ms)
         select t.organizer_id, t.event_id, $5, t.id, t.type_no, 'open', $6, $7
         from tickets t join orders o on o.organizer_id = t.organizer_id and o.event_id = t.event_id and o.id = t.order_id
         where t.organizer_id = $1 and t.event_id = $2 and t.order_id = $3 and t.id = $4 and t.status = 0 and o.given_by is null
             -- Of a till's tickets the place and the money are the till's to give back.
             and not exists (select from leased_tickets k where k.organizer_id = $1 and k.event_id = $2 and k.id = t.id)
         on conflict (organizer_id, event_id, ticket_id) where state in ('open', 'offered', 'back', 'sold', 'unpaid')
             do update set stops = false
         returning id",
        order.organizer.0,
        order.event.0,
        order.id.0,
        ticket.to_i64(),
        uuid_v7(now_ms, &mut OsRandom),
        RefundId::new(now_ms, &mut OsRandom).0,
        now_ms,
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(put.is_some())
}

/// What became of a wish to keep a ticket after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::orders) enum Withdrawn {
    /// It is theirs alone again.
    Now,
    /// Somebody has an offer; if they don't pay, it comes back and is offered to nobody else.
    WhenItComesBack,
    /// It is sold, or was not up.
    TooLate,
}

/// Takes a ticket of the order back.
pub(in crate::orders) async fn withdraw(
    app: &App,
    order: &Order,
    ticket: TicketId,
) -> Result<Withdrawn, sqlx::Error> {
    let state = sqlx::query_scalar!(
        "update resales r set stops = true, state = case r.state when 'open' then 'withdrawn' else r.state end
         from tickets t
         where r.organizer_id = $1 and r.event_id = $2 and r.ticket_id = $4 and r.state in ('open', 'offered', 'back')
             and t.organizer_id = $1 and t.event_id = $2 and t.id = $4 and t.order_id = $3
         returning r.state",
        order.organizer.0,
        order.event.0,
        order.id.0,
        ticket.to_i64(),
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(match state.as_deref() {
        Some("withdrawn") => Withdrawn::Now,
        Some(_) => Withdrawn::WhenItComesBack,
        None => Withdrawn::TooLate,
    })
}
