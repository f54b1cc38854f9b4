//! What of an order is on its way back.

use std::collections::BTreeSet;

use shared::ids::{OrderId, RefundId, TicketId};
use sqlx::PgExecutor;

use super::RefundState;
use crate::orders::present::Order;

/// Tickets that a refund ends as soon as the provider has given the money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnderWay {
    /// All of an order's.
    All,
    /// These.
    Some(BTreeSet<TicketId>),
}

impl UnderWay {
    /// Whether the ticket is among them.
    pub fn has(&self, ticket: TicketId) -> bool {
        match self {
            Self::All => true,
            Self::Some(tickets) => tickets.contains(&ticket),
        }
    }
}

/// Of the money that paid the order's tickets, be it another's.
pub async fn under_way(
    executor: impl PgExecutor<'_>,
    order: &Order,
) -> Result<UnderWay, sqlx::Error> {
    let row = sqlx::query!(
        r#"select o.total_minor > 0 and o.refunded_minor = o.total_minor
               or exists (select from refunds r
                   where r.organizer_id = $1 and r.event_id = $2 and r.order_id = $3 and r.state = 'pending'
                     and r.amount_minor = 0 and r.ticket_ids = '{}') as "all!",
               array(select unnest(r.ticket_ids) from refunds r
                   where r.organizer_id = $1 and r.event_id = $2 and r.order_id = $3 and r.state = 'pending') as "tickets!"
           from orders o where o.organizer_id = $1 and o.event_id = $2 and o.id = $3"#,
        order.organizer.0,
        order.event.0,
        order.given_by.unwrap_or(order.id).0
    )
    .fetch_one(executor)
    .await?;
    if row.all {
        return Ok(UnderWay::All);
    }
    let tickets = row.tickets.into_iter().map(TicketId::from_i64);
    Ok(UnderWay::Some(tickets.collect()))
}

/// Where a refund of that order stands; `None` where there is none of that id.
pub async fn state_of(
    executor: impl PgExecutor<'_>,
    order: OrderId,
    refund: RefundId,
) -> Result<Option<RefundState>, sqlx::Error> {
    let state = sqlx::query_scalar!(
        "select state from refunds where id = $1 and order_id = $2",
        refund.0,
        order.0
    )
    .fetch_optional(executor)
    .await?;
    state
        .map(|state| state.parse().map_err(sqlx::Error::from))
        .transpose()
}
