//! A buyer's own refund: the same way as an organizer's, for tickets that the event's terms let go.

use shared::ids::{RefundId, TicketId};
use shared::money::Money;

use super::rules::{Act, NotNow, back_of};
use super::standing::{Kept, Standing};
use crate::app::App;
use crate::orders::present::Order;
use crate::payments::refund::{Refund, RefundError, RefundRequest, refund};

/// What would go back, and what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) tickets: Vec<TicketId>,
    pub(super) back: Money,
    pub(super) fee: Money,
}

/// Nothing goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSum {
    /// Nothing was chosen, or a ticket of somebody else's.
    NoTicket,
    /// Of one of those that were chosen.
    NotNow(NotNow),
}

/// Of the tickets that were chosen; never more than is left of what the order has cost.
pub(super) fn sum_of(
    order: &Order,
    standing: &Standing,
    chosen: &[TicketId],
) -> Result<Sum, NoSum> {
    if chosen.is_empty() {
        return Err(NoSum::NoTicket);
    }
    let (mut price, mut back) = (0, 0);
    for id in chosen {
        let kept: &Kept = standing.ticket(*id).ok_or(NoSum::NoTicket)?;
        standing.may(Act::Refund, kept).map_err(NoSum::NotNow)?;
        price += kept.view.price_minor;
        back += back_of(kept.view.price_minor, &standing.event.terms);
    }
    let left = order.total.minor - order.refunded.minor;
    let currency = order.total.currency;
    Ok(Sum {
        tickets: chosen.to_vec(),
        back: Money::new(back.min(left), currency),
        fee: Money::new(price.min(left) - back.min(left), currency),
    })
}

/// Carries it out; the same id again is the same refund.
pub(super) async fn give_back(
    app: &App,
    order: &Order,
    id: RefundId,
    sum: &Sum,
    reason: String,
) -> Result<Refund, RefundError> {
    let request = RefundRequest {
        id,
        amount_minor: sum.back.minor,
        reason,
        tickets: sum.tickets.clone(),
    };
    refund(app, order.id, &request).await
}
