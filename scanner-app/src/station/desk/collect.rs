//! Orders of the store: asked of the server, shown, and forgotten. What was reserved is taken over to be sold here.

use std::time::Duration;

use shared::ids::{EventId, FactId, OrderId};
use shared::money::{Currency, Money};
use shared::when;
use shared::wire::latest::{
    CollectAnswer, CollectAsk, Collected, ErrorCode, FoundOrder, OrderState, ReservedLine,
};

use super::Desk;
use super::refused::refused;
use crate::replica::{ReplicaError, events};
use crate::station::box_office::{FoundOrders, HandedOut, Reserved, TakenHere};
use crate::station::view::{
    CollectedView, OrderStanding, OrderTicketsView, OrderView, TakenOverView, TillRefusal,
};
use crate::sync::{StockLine, TookOver, Unanswered};
use crate::till::stock::sellable;
use crate::till::{Prints, TillError};

/// So long a clerk waits for the server.
const WITHIN: Duration = Duration::from_secs(6);

impl Desk {
    pub(super) fn orders(&self, text: &str) -> Result<FoundOrders, TillRefusal> {
        let found = self.line()?.find_orders(text, WITHIN).map_err(unanswered)?;
        let orders = found.orders.into_iter().map(|order| self.order(order));
        Ok(FoundOrders {
            orders: orders.collect(),
            more: found.more,
        })
    }

    pub(super) fn handed_out(
        &self,
        order: OrderId,
        fact: FactId,
        duplicate: bool,
    ) -> Result<HandedOut, TillRefusal> {
        // Else it would be noted as handed out, and never come out.
        let printers = self.till.printers().map_err(|error| refused(&error))?;
        if printers.for_papers(Prints::Tickets).is_none() {
            return Err(TillRefusal::NoPrinter);
        }
        let ask = CollectAsk { fact, duplicate };
        let answer = self.line()?.collect(order, ask, WITHIN);
        let tickets = match answer.map_err(unanswered)? {
            CollectAnswer::HandOut(tickets) => tickets,
            CollectAnswer::Collected(before) => {
                return Ok(HandedOut::Before(self.collected(&before)));
            }
            CollectAnswer::NotPaid => return Err(TillRefusal::OrderNotPaid),
            CollectAnswer::NothingLeft => return Err(TillRefusal::OrderEmpty),
            CollectAnswer::Rotates => return Err(TillRefusal::OrderRotates),
            CollectAnswer::Unknown => return Err(TillRefusal::NotHere),
        };
        let now_ms = self.now_ms();
        let places = u32::try_from(tickets.tickets.len()).unwrap_or(u32::MAX);
        self.till
            .hand_out(tickets, fact, duplicate, now_ms)
            .map_err(|error| refused(&error))?;
        self.paper_waits();
        let by_this_one = Collected {
            at_ms: self.replica.time().now(now_ms).now_ms,
            till: self.name(),
        };
        Ok(HandedOut::Printing {
            tickets: places,
            collected: self.collected(&by_this_one),
        })
    }

    /// What the server lends of a reservation, less what was sold here since.
    pub(super) fn taken_over(&self, order: OrderId) -> Result<TakenHere, TillRefusal> {
        let line = self.lender.as_ref();
        let line = line.ok_or(TillRefusal::ReservationOffline)?;
        let took = line.take_over(order, WITHIN);
        match took.map_err(|error| match unanswered(error) {
            TillRefusal::NoServer => TillRefusal::ReservationOffline,
            other => other,
        })? {
            TookOver::Here(event, lines) => self.not_sold(event, lines),
            TookOver::There(before) => Ok(TakenHere::Before(self.collected(&Collected {
                at_ms: before.at_ms,
                till: before.till,
            }))),
            TookOver::Paid => Err(TillRefusal::ReservationPaid),
            TookOver::Over => Err(TillRefusal::ReservationOver),
            TookOver::Unknown => Err(TillRefusal::NotHere),
        }
    }

    fn not_sold(&self, event: EventId, lines: Vec<ReservedLine>) -> Result<TakenHere, TillRefusal> {
        let now = crate::door::now_of(self.replica.time().now(self.now_ms()));
        let currency = self.currency;
        let left = self.replica.read(move |connection| {
            let mut left = Vec::with_capacity(lines.len());
            for line in lines {
                let tickets = sellable(connection, event, &line.tickets, now)?;
                if !tickets.is_empty() {
                    left.push(Reserved {
                        type_no: line.type_no,
                        price: Money::new(line.price_minor, currency),
                        vat_bps: u16::try_from(line.vat_basis_points).unwrap_or(u16::MAX),
                        tickets,
                    });
                }
            }
            Ok::<_, ReplicaError>(left)
        });
        let shows = self
            .shows()
            .map_err(|error| refused(&TillError::from(error)))?;
        let lines = left.map_err(|error| refused(&TillError::from(error)))?;
        if lines.is_empty() {
            return Err(TillRefusal::ReservationSold);
        }
        Ok(TakenHere::Places {
            shows,
            event,
            lines,
        })
    }

    fn line(&self) -> Result<&StockLine, TillRefusal> {
        self.lender.as_ref().ok_or(TillRefusal::NoServer)
    }

    fn order(&self, order: FoundOrder) -> OrderView {
        let event = self.replica.read(move |connection| {
            let no = events::number(connection, order.event)?;
            match no {
                Some(no) => events::event_row(connection, no),
                None => Ok::<_, ReplicaError>(None),
            }
        });
        let event = event.unwrap_or_else(|error| {
            tracing::error!(code = error.code(), "the event of an order can't be read");
            None
        });
        let moment = |time_zone: &str, at_ms| {
            let day = when::day_in_words(at_ms, time_zone, self.language);
            let at = super::places::clock_in(time_zone, at_ms);
            format!("{day}, {at}")
        };
        let zone = event
            .as_ref()
            .map_or(self.time_zone.as_str(), |row| row.time_zone.as_str());
        let reserved_until = order
            .reserved_until_ms
            .map(|until_ms| moment(zone, until_ms));
        let (title, when) = event.as_ref().map_or_else(Default::default, |row| {
            (row.name.clone(), moment(&row.time_zone, row.starts_ms))
        });
        let currency = Currency::from_code(&order.currency).unwrap_or(self.currency);
        OrderView {
            order: order.order,
            code: order.code,
            buyer: order.buyer,
            title,
            when,
            state: match order.state {
                OrderState::Paid => OrderStanding::Paid,
                OrderState::Held if reserved_until.is_some() => OrderStanding::Reserved,
                OrderState::Held => OrderStanding::Held,
                OrderState::Refunded => OrderStanding::Refunded,
                OrderState::Cancelled if order.taken_over.is_some() => OrderStanding::TakenOver,
                OrderState::Cancelled | OrderState::Expired | OrderState::Unknown => {
                    OrderStanding::Over
                }
            },
            tickets: order
                .tickets
                .into_iter()
                .map(|tickets| OrderTicketsView {
                    name: tickets.name,
                    places: tickets.places,
                })
                .collect(),
            total: Money::new(order.total_minor, currency),
            collected: order.collected.map(|before| self.collected(&before)),
            reserved_until,
            taken_over: order.taken_over.map(|before| TakenOverView {
                at: moment(&self.time_zone, before.at_ms),
                till: before.till,
                here: before.here,
            }),
        }
    }

    fn collected(&self, before: &Collected) -> CollectedView {
        let day = when::day_in_words(before.at_ms, &self.time_zone, self.language);
        CollectedView {
            at: format!("{day}, {}", self.clock_at(before.at_ms)),
            till: before.till.clone(),
        }
    }
}

fn unanswered(error: Unanswered) -> TillRefusal {
    match error {
        Unanswered::Refused(ErrorCode::InvalidRequest) => TillRefusal::TooShort,
        Unanswered::Refused(ErrorCode::NotFound | ErrorCode::Forbidden) => TillRefusal::NotHere,
        Unanswered::Away | Unanswered::Refused(_) => TillRefusal::NoServer,
    }
}
