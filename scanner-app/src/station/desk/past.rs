//! Sales of this till, for the screen.

use std::collections::BTreeMap;

use rusqlite::Connection;
use shared::fact::till::{ClerkId, SaleId};
use shared::ids::{EventId, TicketId, TypeNo};
use shared::money::Money;

use super::{Desk, codes, words};
use crate::replica::{ReplicaError, events};
use crate::station::box_office::{By, Part, PastSale, PastTicket};
use crate::station::view::{KeptBecause, Means, PastSaleView};
use crate::till::{self, TillError};

/// A screen shows no more.
const MOST: usize = 50;

/// What types are called.
#[derive(Debug, Default)]
pub(super) struct TypeNames(BTreeMap<(EventId, TypeNo), String>);

impl TypeNames {
    pub(super) fn load(connection: &Connection) -> Result<Self, ReplicaError> {
        let mut names = BTreeMap::new();
        for (no, event) in events::all(connection)? {
            for row in events::ticket_types(connection, no)? {
                names.insert((event, row.no), row.name);
            }
        }
        Ok(Self(names))
    }

    pub(super) fn of(&self, event: EventId, type_no: TypeNo) -> String {
        let name = self.0.get(&(event, type_no));
        name.cloned().unwrap_or_else(|| format!("n° {type_no}"))
    }
}

impl Desk {
    pub(super) fn found(&self, text: &str) -> Result<Vec<PastSaleView>, TillError> {
        let found = if text.trim().is_empty() {
            self.till.last_sales(MOST)?
        } else {
            self.till.find_sales(text, MOST)?
        };
        let clerks = self.clerks();
        Ok(found
            .iter()
            .map(|sale| self.in_short(sale, &clerks))
            .collect())
    }

    pub(super) fn looked_at(&self, sale: SaleId) -> Result<PastSale, TillError> {
        let detail = self.till.sale(sale)?;
        let names = self.type_names();
        let inside = self.went_in(&detail);
        let money = |minor: u32| Money::new(minor.into(), self.currency);
        let parts: Vec<Part> = detail
            .paid
            .iter()
            .map(|paid| Part {
                amount: money(paid.amount),
                by: codes::by(paid.by, money),
            })
            .collect();
        let tickets = detail.tickets.iter().map(|ticket| PastTicket {
            number: ticket.number.clone(),
            name: names.of(ticket.event, ticket.type_no),
            price: ticket.price,
            kept: if !ticket.is_left {
                Some(KeptBecause::TakenBack)
            } else if inside.contains(&ticket.ticket) {
                Some(KeptBecause::Used)
            } else {
                None
            },
        });
        let vouchers = self.vouchers();
        Ok(PastSale {
            sale: self.in_short(&detail.sale, &self.clerks()),
            tickets: tickets.collect(),
            back_by: back_by(&parts),
            parts: parts
                .into_iter()
                .map(|part| {
                    (
                        part,
                        codes::voucher(codes::means(part.by.means()), &vouchers),
                    )
                })
                .collect(),
        })
    }

    fn in_short(&self, sale: &till::PastSale, clerks: &BTreeMap<ClerkId, String>) -> PastSaleView {
        let clerk = clerks.get(&sale.clerk).cloned();
        PastSaleView {
            sale: sale.sale,
            receipt: sale.receipt,
            at: self.clock_at(sale.at_ms),
            clerk: clerk.unwrap_or_else(|| words::nobody_known(self.language).to_owned()),
            places: sale.places,
            total: sale.total,
            taken_back: sale.taken_back,
        }
    }

    fn clerks(&self) -> BTreeMap<ClerkId, String> {
        let people = self.people().unwrap_or_else(|error| {
            tracing::warn!(error = error.detail, "who sold can't be named");
            Vec::new()
        });
        people
            .into_iter()
            .map(|one| (one.person, one.name))
            .collect()
    }

    /// Nobody is said to have gone in where it isn't known.
    fn went_in(&self, detail: &till::Detail) -> Vec<TicketId> {
        let mut of_event: BTreeMap<EventId, Vec<TicketId>> = BTreeMap::new();
        for ticket in &detail.tickets {
            of_event
                .entry(ticket.event)
                .or_default()
                .push(ticket.ticket);
        }
        let inside = of_event.into_iter().flat_map(|(event, tickets)| {
            self.till.went_in(event, tickets).unwrap_or_else(|error| {
                tracing::warn!(
                    code = error.code(),
                    "whether tickets were used is not known"
                );
                Vec::new()
            })
        });
        inside.collect()
    }
}

/// By what it was paid, and in cash, which every till has. A sale without charge has nothing to give: cash stands for it.
fn back_by(parts: &[Part]) -> Vec<Means> {
    let mut means: Vec<Means> = Vec::new();
    // Tickets that were given for these were paid by something once: what goes back of them is money.
    let paid = parts
        .iter()
        .filter(|part| part.counts() && part.by != By::Exchange);
    for one in paid.map(|part| part.by.means()).chain([Means::Cash]) {
        if !means.contains(&one) {
            means.push(one);
        }
    }
    means
}
