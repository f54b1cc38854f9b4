//! Sales that this till made: in short, in detail, and with the codes of their tickets.

use rusqlite::Connection;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::till::{ClerkId, PaidBy, SaleId, TillFact};
use shared::ids::{EventId, FactId, TicketId, TypeNo};
use shared::money::{Currency, Money};
use shared::ticket::Token;
use shared::till::{Sold, cart::Paid};

use super::ledger::Books;
use super::stock::open_token;
use super::{Till, TillError};
use crate::replica::till::{self as journal, Which};
use crate::replica::{ReplicaError, events, stock as kept};

/// A sale in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSale {
    /// Which.
    pub sale: SaleId,
    /// Its receipt.
    pub receipt: u32,
    /// When.
    pub at_ms: UnixMillis,
    /// Who sold it.
    pub clerk: ClerkId,
    /// How many tickets it had.
    pub places: u32,
    /// How many of them were taken back.
    pub taken_back: u32,
    /// What it cost.
    pub total: Money,
}

/// A ticket of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastTicket {
    /// Which.
    pub ticket: TicketId,
    /// Of which event.
    pub event: EventId,
    /// Of which type.
    pub type_no: TypeNo,
    /// What it cost.
    pub price: Money,
    /// Its number in the till's series, with its letters; `B-?` where the place is not here any more.
    pub number: String,
    /// It was not taken back.
    pub is_left: bool,
}

/// A sale in detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// In short.
    pub sale: PastSale,
    /// How it was paid, in order; a refused card among it.
    pub paid: Vec<Paid>,
    /// Its tickets, line by line, by their numbers.
    pub tickets: Vec<PastTicket>,
}

/// A sold ticket with what the door reads.
#[derive(Clone, Debug)]
pub struct HandedOut {
    /// The ticket.
    pub ticket: PastTicket,
    /// Its code.
    pub token: Token,
}

impl Till {
    /// The last sales of the open journal, the newest first.
    pub fn last_sales(&self, most: usize) -> Result<Vec<PastSale>, TillError> {
        self.sales(most, |_| Ok(Which::Last))
    }

    /// Sales by a receipt's or a ticket's number: `1204`, `B-101`. The newest first.
    pub fn find_sales(&self, text: &str, most: usize) -> Result<Vec<PastSale>, TillError> {
        let text = text.trim().to_uppercase();
        let receipt: Option<u32> = text.parse().ok();
        let (series, number) = text
            .split_once(['-', ' '])
            .unwrap_or_else(|| text.split_at(letters(&text)));
        let number = number.trim().parse::<u64>().ok();
        let series = series.trim().to_owned();
        self.sales(most, move |connection| match (receipt, number) {
            (Some(receipt), _) => Ok(Which::Receipt(receipt)),
            (None, Some(number)) => {
                let tickets = kept::numbered(connection, &series, number)?;
                Ok(Which::Of(tickets))
            }
            (None, None) => Ok(Which::Of(Vec::new())),
        })
    }

    fn sales(
        &self,
        most: usize,
        wanted: impl FnOnce(&Connection) -> Result<Which, ReplicaError> + Send + 'static,
    ) -> Result<Vec<PastSale>, TillError> {
        let found = self.look(move |connection, books| {
            let currency = books.book().opening().currency;
            let wanted = wanted(connection)?;
            let mut found = Vec::new();
            for sale in journal::which(connection, books.journal(), &wanted, most)? {
                let sold = journal::sold(connection, books.journal(), sale, u64::MAX)?;
                found.extend(sold.map(|sold| in_short(sale, &sold, currency)));
            }
            Ok(found)
        })?;
        Ok(found.unwrap_or_default())
    }

    /// The receipt's number of a sale of the open journal; none of another fact.
    pub fn receipt_of(&self, fact: FactId) -> Result<Option<u32>, TillError> {
        let seen = self.look(move |connection, books| {
            let sold = journal::sold(connection, books.journal(), fact, u64::MAX)?;
            Ok(sold.map(|sold| sold.receipt))
        })?;
        Ok(seen.flatten())
    }

    /// A sale of the open journal in detail.
    pub fn sale(&self, sale: SaleId) -> Result<Detail, TillError> {
        let seen = self.look(move |connection, books| detail(connection, books, sale))?;
        seen.ok_or(TillError::NoSuchSale)
    }

    /// The tickets of a sale that were not taken back, with their codes.
    pub fn handed_out(&self, sale: SaleId) -> Result<Vec<HandedOut>, TillError> {
        let vault = self.vault.clone();
        let seen = self.look(move |connection, books| {
            let detail = detail(connection, books, sale)?;
            let left = detail.tickets.into_iter().filter(|ticket| ticket.is_left);
            let tickets = left.map(|ticket| {
                let no = events::number(connection, ticket.event)?;
                let sealed = match no {
                    Some(no) => kept::get(connection, no, ticket.ticket)?,
                    None => None,
                };
                let Some(sealed) = sealed else {
                    return Ok(None);
                };
                let token = open_token(&vault, &sealed)?;
                Ok(Some(HandedOut { ticket, token }))
            });
            tickets
                .filter_map(Result::transpose)
                .collect::<Result<Vec<_>, TillError>>()
        })?;
        seen.ok_or(TillError::NoSuchSale)
    }
}

/// So many letters a text begins with.
fn letters(text: &str) -> usize {
    text.find(|letter: char| !letter.is_alphabetic())
        .unwrap_or(text.len())
}

fn in_short(sale: SaleId, sold: &Sold, currency: Currency) -> PastSale {
    let (mut places, mut left, mut total) = (0, 0, 0);
    for line in &sold.lines {
        places += line.tickets.len();
        left += line.left.len();
        total += i64::from(line.unit) * line.tickets.len() as i64;
    }
    let count = |places: usize| u32::try_from(places).unwrap_or(u32::MAX);
    PastSale {
        sale,
        receipt: sold.receipt,
        at_ms: sold.at_ms,
        clerk: sold.clerk,
        places: count(places),
        taken_back: count(places - left),
        total: Money::new(total, currency),
    }
}

fn detail(connection: &Connection, books: &Books, sale: SaleId) -> Result<Detail, TillError> {
    let sold =
        journal::sold(connection, books.journal(), sale, u64::MAX)?.ok_or(TillError::NoSuchSale)?;
    let opening = books.book().opening();
    let place = journal::find(connection, sale)?.ok_or(TillError::NoSuchSale)?;
    let is_payment = |fact: &shared::fact::kind::Fact| payment(&fact.body).is_some();
    let payments = journal::facts_after(connection, (place.0, place.1), is_payment)?;
    let mut tickets = Vec::new();
    for line in &sold.lines {
        let no = events::number(connection, line.event)?;
        let mut of_line = Vec::with_capacity(line.tickets.len());
        for &ticket in &line.tickets {
            let here = match no {
                Some(no) => kept::get(connection, no, ticket)?,
                None => None,
            };
            let number = here.as_ref().map(|here| (here.series.clone(), here.number));
            let ticket = PastTicket {
                ticket,
                event: line.event,
                type_no: line.type_no,
                price: Money::new(line.unit.into(), opening.currency),
                number: match here {
                    Some(here) => format!("{}-{}", here.series, here.number),
                    None => format!("{}-?", opening.series),
                },
                is_left: line.left.contains(&ticket),
            };
            of_line.push((number, ticket));
        }
        // As they were handed out.
        of_line.sort_by(|(one, _), (other, _)| one.cmp(other));
        tickets.extend(of_line.into_iter().map(|(_, ticket)| ticket));
    }
    Ok(Detail {
        sale: in_short(sale, &sold, opening.currency),
        paid: payments
            .iter()
            .filter_map(|fact| payment(&fact.body))
            .map(|(amount, by)| Paid { amount, by })
            .collect(),
        tickets,
    })
}

fn payment(body: &FactBody) -> Option<(u32, PaidBy)> {
    match body {
        FactBody::Till(TillFact::Payment { amount, by, .. }) => Some((*amount, *by)),
        _other => None,
    }
}
