//! An order's tickets as they are at this moment, with what may be done with each.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::TicketId;

use super::rules::{
    Act, Entered, EventNow, NotNow, PaidBy, Refunding, Resale as OnSale, TicketNow, may,
};
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::event::terms::terms_of;
use crate::door::entered::entered_of;
use crate::orders::present::Order;
use crate::orders::resale::{Resale, ResaleState, resales_of};
use crate::payments::refund::{UnderWay, under_way};
use crate::tickets::present::{TicketView, tickets_of_order};
use crate::web::ApiError;

/// A ticket, and what is known of it now.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) view: TicketView,
    pub(super) now: TicketNow,
    /// One that is not over.
    pub(super) resale: Option<Resale>,
}

/// An order's tickets under its event's terms.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) event: EventNow,
    pub(super) tickets: Vec<Kept>,
    at_ms: i64,
}

impl Standing {
    pub(super) async fn read(
        app: &App,
        order: &Order,
        event: &EventPage,
    ) -> Result<Self, ApiError> {
        let of = (order.organizer, order.event);
        let tickets = tickets_of_order(&app.pool, order.id).await?;
        let ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
        let entered = entered_of(&app.pool, of, &ids).await?;
        let refunds = under_way(&app.pool, order).await?;
        let resales = resales_of(&app.pool, of, &ids).await?;
        let kept = |view: TicketView| Kept {
            now: now(order, &view, &entered, &refunds, &resales),
            resale: resales.get(&view.id).copied(),
            view,
        };
        Ok(Self {
            event: EventNow {
                status: event.status,
                doors_ms: event.doors_ms,
                terms: terms_of(&app.pool, of).await?,
            },
            tickets: tickets.into_iter().map(kept).collect(),
            at_ms: app.now_ms(),
        })
    }

    pub(super) fn may(&self, act: Act, ticket: &Kept) -> Result<(), NotNow> {
        may(act, ticket.now, &self.event, self.at_ms)
    }

    /// The one of that id; none of another order.
    pub(super) fn ticket(&self, id: TicketId) -> Option<&Kept> {
        self.tickets.iter().find(|kept| kept.view.id == id)
    }
}

fn now(
    order: &Order,
    view: &TicketView,
    entered: &BTreeSet<TicketId>,
    refunds: &UnderWay,
    resales: &BTreeMap<TicketId, Resale>,
) -> TicketNow {
    TicketNow {
        status: view.status,
        entered: if entered.contains(&view.id) {
            Entered::Before
        } else {
            Entered::Never
        },
        paid_by: match order.given_by {
            None => PaidBy::ThisOrder,
            Some(_) => PaidBy::AnotherOrder,
        },
        refunding: if refunds.has(view.id) {
            Refunding::UnderWay
        } else {
            Refunding::No
        },
        resale: match resales.get(&view.id).map(|resale| resale.state) {
            None => OnSale::No,
            Some(ResaleState::Open) => OnSale::Open,
            Some(ResaleState::Offered(_) | ResaleState::Back | ResaleState::Sold) => OnSale::Out,
        },
    }
}
