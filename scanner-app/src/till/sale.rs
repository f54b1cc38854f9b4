//! Selling: places, price, payments, facts and print job in one transaction.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use shared::admission::Now;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::till::{PaidBy, PriceReason, SaleId, SaleLine, TillFact};
use shared::ids::{EventId, FactId, TicketId, TypeNo};
use shared::language::Language;
use shared::money::Money;
use shared::price::Tariff;
use shared::till::cart::{self, CartLine, Tender};
use shared::till::contact::Contact;
use shared::till::rates::Rates;
use shared::wire::latest::StockType;

use super::contact;
use super::ledger::Ledger;
use super::promotion::{self, Taken};
use super::stock::{self, LeasedTicket};
use super::{Till, TillError};
use crate::door::{NewFact, now_of, write_fact};
use crate::replica::print_jobs::{self, PrintCopy, PrintWhat};
use crate::replica::stock as on_sale;
use crate::replica::till as kept;
use crate::replica::{ReplicaError, events};
use crate::vault::Vault;

/// So many of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The event.
    pub event: EventId,
    /// The type.
    pub type_no: TypeNo,
    /// How many.
    pub quantity: u16,
    /// Why they cost what they cost. Without charge: nothing.
    pub reason: PriceReason,
}

/// What is to be sold, and how it is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Its id, made when the cart was begun: the same sale told twice (a double tap, an answer that was lost) is made once.
    pub id: SaleId,
    /// What.
    pub wanted: Vec<Wanted>,
    /// How it is paid.
    pub tenders: Vec<Tender>,
    /// Of its tickets.
    pub language: Language,
    /// Who buys, if they said so: sealed for the server with the sale.
    pub contact: Option<Contact>,
    /// The use of a promo code that the server gave this till for what is wanted: the fact that says so.
    pub promotion: Option<FactId>,
}

/// What the guest was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it costs; nothing: they pay what it comes to.
    pub total: Option<Money>,
    /// Places that are theirs, reserved before: they go first, as far as they are here.
    pub first: Vec<TicketId>,
}

/// A ticket that was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SoldTicket {
    /// Which.
    pub ticket: TicketId,
    /// Its number in the till's series, with its letters.
    pub number: String,
}

/// A sale that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleDone {
    /// Which.
    pub sale: SaleId,
    /// Its receipt.
    pub receipt: u32,
    /// What it cost.
    pub total: Money,
    /// What the guest gets back of what was given.
    pub change: Money,
    /// Its tickets.
    pub tickets: Vec<SoldTicket>,
    /// Where it stands in the journal, for the paper: place and hash.
    pub place: (u64, [u8; 32]),
    /// It had been made before, and was not made again.
    pub made_before: bool,
}

impl Till {
    /// Sells. When this returns, the sale is on the disk with its payments, its tickets' facts and its print jobs.
    pub fn sell(&self, sale: Sale, now_ms: UnixMillis) -> Result<SaleDone, TillError> {
        let anything = Told {
            total: None,
            first: Vec::new(),
        };
        self.sell_as_told(sale, anything, now_ms)
    }

    /// The same, of a sale that the guest was told of: nothing is sold if the leased places cost something else.
    pub fn sell_as_told(
        &self,
        sale: Sale,
        told: Told,
        now_ms: UnixMillis,
    ) -> Result<SaleDone, TillError> {
        let vault = self.vault.clone();
        let now = now_of(self.replica.time().now(now_ms));
        self.write(now_ms, move |ledger| {
            if let Some(done) = made_before(ledger, &sale)? {
                return Ok(done);
            }
            let places = places(ledger, &vault, (&sale.wanted, sale.promotion), &told, now)?;
            let paid = cart::settle(places.total, &sale.tenders)?;
            ledger.close_what_is_over()?;
            sell(ledger, &vault, &sale, places, paid)
        })
    }
}

/// Places that were taken for a sale, and what they cost.
pub(super) struct Places {
    lines: Vec<SaleLine>,
    tickets: Vec<LeasedTicket>,
    promotion: Option<Taken>,
    /// All of them.
    pub(super) total: Money,
}

/// Takes what is wanted, in a shift, at the price that the guest was told.
pub(super) fn places(
    ledger: &Ledger<'_>,
    vault: &Vault,
    (wanted, promotion): (&[Wanted], Option<FactId>),
    told: &Told,
    now: Now,
) -> Result<Places, TillError> {
    if ledger.book.shift().is_none() {
        return Err(TillError::NoShift);
    }
    let (lines, tickets) = take(ledger, vault, wanted, &told.first, now)?;
    let (lines, promotion) = match promotion {
        Some(fact) => {
            let (lines, taken) = promotion::promote(ledger, fact, lines)?;
            (lines, Some(taken))
        }
        None => (lines, None),
    };
    let currency = ledger.setup.currency;
    let of_cart = lines.iter().map(|line| CartLine {
        event: line.event,
        type_no: line.type_no,
        unit: Money::new(line.unit.into(), currency),
        vat_bps: line.vat_bps,
        reason: line.reason,
        quantity: line.tickets.len() as u16,
    });
    let total = cart::price(of_cart.collect(), currency)?.total();
    if told.total.is_some_and(|told| told != total) {
        return Err(TillError::OtherPrice { now: total });
    }
    Ok(Places {
        lines,
        tickets,
        promotion,
        total,
    })
}

/// Writes the sale of places that were paid, with its print job. Periods that are over were closed before.
pub(super) fn sell(
    ledger: &mut Ledger<'_>,
    vault: &Vault,
    sale: &Sale,
    places: Places,
    paid: Vec<cart::Paid>,
) -> Result<SaleDone, TillError> {
    let Places {
        lines,
        tickets,
        promotion,
        total,
    } = places;
    if let Some(promotion) = promotion {
        promotion.write(ledger, sale.id)?;
    }
    let receipt = ledger.book.counters().receipt.saturating_add(1);
    ledger.write_as(
        sale.id,
        TillFact::Sale {
            receipt,
            lines: lines.clone(),
        },
    )?;
    let place = (ledger.head.seq, ledger.head.hash);
    let mut change = 0;
    for paid in paid {
        if let PaidBy::Cash { change: back } = paid.by {
            change += i64::from(back);
        }
        ledger.write(TillFact::Payment {
            sale: sale.id,
            amount: paid.amount,
            by: paid.by,
        })?;
    }
    if let Some(left) = &sale.contact {
        contact::leave(ledger, sale.id, left)?;
    }
    let sold = lines.iter().map(|line| (line.event, &line.tickets));
    note_tickets(ledger, sold, |tickets| FactBody::Issued { tickets })?;
    // A receipt is printed for who asks for one: the law against waste, article L. 541-15-10 of the Code de l'environnement.
    let tickets_on_paper = (PrintWhat::Tickets, PrintCopy::Original);
    let job = print_jobs::add(
        ledger.tx,
        sale.id,
        tickets_on_paper,
        sale.language,
        ledger.now_ms,
    )?;
    if let Some(left) = &sale.contact {
        contact::hold_for(ledger, vault, job, left.name())?;
    }
    Ok(SaleDone {
        sale: sale.id,
        receipt,
        total,
        change: Money::new(change, ledger.setup.currency),
        tickets: tickets.iter().map(sold_ticket).collect(),
        place,
        made_before: false,
    })
}

/// Writes a fact about tickets into the door journal of each event, its tickets in ascending order.
pub(super) fn note_tickets<'t>(
    ledger: &Ledger<'_>,
    of: impl Iterator<Item = (EventId, &'t Vec<TicketId>)>,
    body: impl Fn(Vec<TicketId>) -> FactBody,
) -> Result<(), TillError> {
    let mut by_event: BTreeMap<EventId, Vec<TicketId>> = BTreeMap::new();
    for (event, tickets) in of {
        by_event.entry(event).or_default().extend(tickets);
    }
    for (event, mut tickets) in by_event {
        tickets.sort_unstable();
        let fact = NewFact {
            body: body(tickets),
            seen: Vec::new(),
        };
        write_fact(
            ledger.tx,
            ledger.author,
            event,
            ledger.setup.gate,
            fact,
            ledger.now_ms,
        )?;
    }
    Ok(())
}

/// Takes the places, and makes a line of those of one type, price and reason.
pub(super) fn take(
    ledger: &Ledger<'_>,
    vault: &Vault,
    wanted: &[Wanted],
    first: &[TicketId],
    now: Now,
) -> Result<(Vec<SaleLine>, Vec<LeasedTicket>), TillError> {
    // Of a type that is wanted twice, at two rates say, the places are taken together: none is taken twice.
    let mut of_type: BTreeMap<(EventId, TypeNo), u32> = BTreeMap::new();
    for wanted in wanted {
        let places = of_type.entry((wanted.event, wanted.type_no)).or_default();
        *places = places.saturating_add(wanted.quantity.into());
    }
    // Whoever pays counts for a group's price.
    let mut paid: BTreeMap<(EventId, TypeNo), u32> = BTreeMap::new();
    for wanted in wanted.iter().filter(|wanted| !wanted.reason.is_free()) {
        let places = paid.entry((wanted.event, wanted.type_no)).or_default();
        *places = places.saturating_add(wanted.quantity.into());
    }
    let said = said(ledger, wanted)?;
    let mut taken = BTreeMap::new();
    for (&(event, type_no), &places) in &of_type {
        let tickets = stock::take(ledger.tx, vault, (event, type_no), places, first, now)?;
        taken.insert((event, type_no), tickets.into_iter());
    }
    let (mut lines, mut all) = (Vec::<SaleLine>::new(), Vec::new());
    for wanted in wanted {
        let places = taken.get_mut(&(wanted.event, wanted.type_no));
        let places = places.into_iter().flatten();
        for ticket in places.take(wanted.quantity.into()) {
            let (price, vat_bps) = leased_price(ledger.tx, &ticket)?;
            let paid = paid.get(&(wanted.event, wanted.type_no));
            let asked = (wanted.reason, paid.copied().unwrap_or(0));
            let of_event = said.get(&wanted.event).map_or(&[][..], Vec::as_slice);
            let price = Money::new(price.into(), ledger.setup.currency);
            let (reason, unit) = unit_of(of_event, wanted.type_no, price, asked)?;
            let same = |line: &&mut SaleLine| {
                (
                    line.event,
                    line.type_no,
                    line.unit,
                    line.vat_bps,
                    line.reason,
                ) == (ticket.event, ticket.type_no, unit, vat_bps, reason)
            };
            match lines.iter_mut().find(same) {
                Some(line) => line.tickets.push(ticket.id),
                None => lines.push(SaleLine {
                    event: ticket.event,
                    type_no: ticket.type_no,
                    unit,
                    vat_bps,
                    reason,
                    tickets: vec![ticket.id],
                }),
            }
            all.push(ticket);
        }
    }
    for line in &mut lines {
        line.tickets.sort_unstable();
    }
    Ok((lines, all))
}

/// The price that was leased with a place, whatever it costs by now, and its VAT rate.
fn leased_price(connection: &Connection, ticket: &LeasedTicket) -> Result<(u32, u16), TillError> {
    let missing = || TillError::NoPrice(ticket.type_no);
    let event = events::number(connection, ticket.event)?.ok_or_else(missing)?;
    let row: Option<(u32, u16)> = connection
        .prepare_cached(
            "select price_minor, vat_basis_points from leased_ticket where event = ?1 and ticket = ?2",
        )
        .map_err(ReplicaError::from)?
        .query_row(params![event.0, ticket.id.to_i64()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(ReplicaError::from)?;
    row.ok_or_else(missing)
}

/// What the server said last of the types of these events.
fn said(
    ledger: &Ledger<'_>,
    wanted: &[Wanted],
) -> Result<BTreeMap<EventId, Vec<StockType>>, TillError> {
    let mut said = BTreeMap::new();
    for wanted in wanted {
        if let Entry::Vacant(of_event) = said.entry(wanted.event) {
            let event = events::number(ledger.tx, wanted.event)?;
            let event = event.map(|event| on_sale::on_sale(ledger.tx, event));
            let event = event.transpose()?.flatten();
            of_event.insert(event.map_or_else(Vec::new, |on_sale| on_sale.types));
        }
    }
    Ok(said)
}

/// What a place that was leased at `price` costs for a reason, among so many of its type that are paid.
fn unit_of(
    said: &[StockType],
    type_no: TypeNo,
    price: Money,
    (reason, paid): (PriceReason, u32),
) -> Result<(PriceReason, u32), TillError> {
    let of_type = said.iter().find(|row| row.type_no == type_no);
    let rates = of_type.map_or_else(
        || Rates {
            tariff: Tariff::single(price),
            reduced: Vec::new(),
        },
        |row| row.rates(price),
    );
    let (reason, unit) = rates.unit(reason, paid).ok_or(TillError::NoRate(type_no))?;
    let unit = u32::try_from(unit.minor).map_err(|_| TillError::NoPrice(type_no))?;
    Ok((reason, unit))
}

fn sold_ticket(ticket: &LeasedTicket) -> SoldTicket {
    SoldTicket {
        ticket: ticket.id,
        number: format!("{}-{}", ticket.series.0, ticket.number),
    }
}

/// A sale of that id, if it was made. What the guest got back then isn't told again.
pub(super) fn made_before(ledger: &Ledger<'_>, sale: &Sale) -> Result<Option<SaleDone>, TillError> {
    let Some((_, seq, hash)) = kept::find(ledger.tx, sale.id)? else {
        return Ok(None);
    };
    let sold = ledger.sale(sale.id)?.ok_or(TillError::NoSuchSale)?;
    let sums = |lines: &mut dyn Iterator<Item = ((EventId, TypeNo, PriceReason), usize)>| {
        let mut sums = BTreeMap::new();
        for (of, quantity) in lines {
            *sums.entry(of).or_insert(0) += quantity;
        }
        sums
    };
    // A group's price comes by itself, a promotion's by the code.
    let asked = |reason| match reason {
        PriceReason::Group => PriceReason::Full,
        PriceReason::Promotion if sale.promotion.is_some() => PriceReason::Full,
        reason => reason,
    };
    let wanted = sums(&mut sale.wanted.iter().map(|line| {
        let of = (line.event, line.type_no, asked(line.reason));
        (of, usize::from(line.quantity))
    }));
    let made = sums(&mut sold.lines.iter().map(|line| {
        let of = (line.event, line.type_no, asked(line.reason));
        (of, line.tickets.len())
    }));
    if wanted != made {
        return Err(TillError::OtherSale);
    }
    let mut tickets = Vec::new();
    for line in &sold.lines {
        for &ticket in &line.tickets {
            tickets.push(SoldTicket {
                ticket,
                number: number(ledger, line.event, ticket)?,
            });
        }
    }
    let total = sold
        .lines
        .iter()
        .map(|line| i64::from(line.unit) * line.tickets.len() as i64);
    let currency = ledger.setup.currency;
    Ok(Some(SaleDone {
        sale: sale.id,
        receipt: sold.receipt,
        total: Money::new(total.sum(), currency),
        change: Money::zero(currency),
        tickets,
        place: (seq, hash),
        made_before: true,
    }))
}

/// Its number in its series; without it where the place is not here any more.
fn number(ledger: &Ledger<'_>, event: EventId, ticket: TicketId) -> Result<String, TillError> {
    let number: Option<String> = ledger
        .tx
        .query_row(
            "select series || '-' || number from leased_ticket join event on event.no = leased_ticket.event
             where event.id = ?1 and ticket = ?2",
            params![event.as_bytes(), ticket.to_i64()],
            |row| row.get(0),
        )
        .optional()
        .map_err(ReplicaError::from)?;
    Ok(number.unwrap_or_else(|| format!("{}-?", ledger.setup.series)))
}
