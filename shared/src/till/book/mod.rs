//! The books of a till: what its journal comes to, fact by fact.
//!
//! A [`Balance`] is all that the next fact is checked against but for the sale that it names: it is as large after a year
//! as after an hour. A [`Book`] keeps the sales beside it, for whoever reads a whole journal at once.

mod closing;
mod exchange;
mod money;
mod promotion;
mod sold;

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::UnixMillis;
use crate::fact::kind::{Fact, FactBody};
use crate::fact::till::{
    ClerkId, Connection, Counters, Period, PeriodClosing, SaleId, TillFact, TillOpening, Totals,
};
use crate::ids::TicketId;

#[cfg(test)]
use super::planted::{self, Bug};
use super::tally;
use super::{Broken, Calendar};
use exchange::Exchange;
use promotion::Promotion;
pub use sold::{Sold, SoldLine};

/// A till's books with every sale, as far as they have been read.
#[derive(Clone, Debug)]
pub struct Book {
    balance: Balance,
    sales: BTreeMap<SaleId, Sold>,
    /// Every ticket that was ever sold here (S2).
    tickets: BTreeSet<TicketId>,
}

/// What a till's journal comes to, without its sales one by one.
#[derive(Clone, Debug)]
pub struct Balance {
    opening: TillOpening,
    counters: Counters,
    /// The last sale, and what is left to pay of it.
    unpaid: Option<(SaleId, u64)>,
    /// The exchange that is being written, from its first fact to the last payment.
    exchange: Option<Exchange>,
    /// The promotion that was written last, if its sale is still to come.
    promotion: Option<Promotion>,
    shift: Option<Shift>,
    /// What the drawer held when it was counted, if that was the last fact.
    counted: Option<u64>,
    /// Whether the till had the server when it last said so.
    connection: Option<Connection>,
    /// The open day, month and year.
    running: [Running; 3],
}

/// A shift that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Who sells now.
    pub clerk: ClerkId,
    /// Since when.
    pub opened_ms: UnixMillis,
    /// What lay in the drawer at its beginning.
    pub float: u64,
    /// What was taken since.
    pub totals: Totals,
}

impl Shift {
    /// What should be in the drawer.
    pub fn expected(&self) -> i64 {
        let float = i64::try_from(self.float).unwrap_or(i64::MAX);
        float.saturating_add(self.totals.cash())
    }
}

/// What a fact needs to know of the journal before it, beyond the balance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past<'a> {
    /// The sale that it names, as far as it goes by then: see [`named`].
    pub sale: Option<&'a Sold>,
    /// One of the tickets that it sells, if that one was sold before: see [`sells`].
    pub sold_before: Option<TicketId>,
}

/// The earlier sale that a fact takes back, prints again or says something of.
pub fn named(body: &TillFact) -> Option<SaleId> {
    match body {
        TillFact::Refund { sale, .. }
        | TillFact::Reprint { sale, .. }
        | TillFact::Contact { sale, .. } => Some(*sale),
        TillFact::JournalOpened(_)
        | TillFact::ShiftOpened { .. }
        | TillFact::ClerkChanged { .. }
        | TillFact::Sale { .. }
        | TillFact::Payment { .. }
        | TillFact::CashMoved { .. }
        | TillFact::DrawerCounted { .. }
        | TillFact::ShiftClosed { .. }
        | TillFact::PeriodClosed(_)
        | TillFact::TrainingSale { .. }
        | TillFact::TestPrint { .. }
        | TillFact::ConfigurationChanged { .. }
        | TillFact::Exchange { .. }
        | TillFact::Collected { .. }
        | TillFact::Promotion { .. }
        | TillFact::ConnectionChanged { .. } => None,
    }
}

/// The tickets that a fact sells.
pub fn sells(body: &TillFact) -> impl Iterator<Item = TicketId> {
    let lines = match body {
        TillFact::Sale { lines, .. } => &lines[..],
        _other => &[],
    };
    lines.iter().flat_map(|line| line.tickets.iter().copied())
}

/// A day, month or year that is not closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Running {
    totals: Totals,
    /// The times of the first and the last fact that counted in it.
    counted: Option<(UnixMillis, UnixMillis)>,
    /// The end of the last one that was closed; 0 = none.
    closed_until_ms: UnixMillis,
}

/// When a fact happened, for the books: by the clock that never goes back (T1), so that a clock set back brings nothing into a
/// period that is closed.
pub fn at_ms(fact: &Fact) -> UnixMillis {
    (fact.hlc >> 16).cast_signed()
}

impl Book {
    /// The books of a journal that begins with this fact.
    pub fn open(first: &Fact) -> Result<Self, Broken> {
        Ok(Self {
            balance: Balance::open(first)?,
            sales: BTreeMap::new(),
            tickets: BTreeSet::new(),
        })
    }

    /// The books of a whole journal; else the place of the first fact that breaks a rule, from 1. A journal that ends before
    /// its last sale is paid breaks one at its end.
    pub fn read<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Result<Self, (u64, Broken)> {
        let mut facts = (1..).zip(facts);
        let (_, first) = facts.next().ok_or((1, Broken::Opening))?;
        let mut book = Self::open(first).map_err(|broken| (1, broken))?;
        let mut last = 1;
        for (place, fact) in facts {
            book.write(fact).map_err(|broken| (place, broken))?;
            last = place;
        }
        let Balance {
            unpaid,
            exchange,
            promotion,
            ..
        } = book.balance;
        match (unpaid, exchange, promotion) {
            (None, None, None) => Ok(book),
            (Some(_), _, _) => Err((last, Broken::Unpaid)),
            (None, Some(_), _) => Err((last, Broken::Exchange)),
            (None, None, Some(_)) => Err((last, Broken::Promotion)),
        }
    }

    /// What it comes to.
    pub fn balance(&self) -> &Balance {
        &self.balance
    }

    /// See [`Balance::opening`].
    pub fn opening(&self) -> &TillOpening {
        self.balance.opening()
    }

    /// See [`Balance::counters`].
    pub fn counters(&self) -> Counters {
        self.balance.counters()
    }

    /// See [`Balance::shift`].
    pub fn shift(&self) -> Option<&Shift> {
        self.balance.shift()
    }

    /// See [`Balance::connection`].
    pub fn connection(&self) -> Connection {
        self.balance.connection()
    }

    /// See [`Balance::running`].
    pub fn running(&self, period: Period) -> &Totals {
        self.balance.running(period)
    }

    /// See [`Balance::is_settled`].
    pub fn is_settled(&self) -> bool {
        self.balance.is_settled()
    }

    /// See [`Balance::z`].
    pub fn z(&self) -> Option<TillFact> {
        self.balance.z()
    }

    /// See [`Balance::due`].
    pub fn due(&self, calendar: &Calendar, at_ms: UnixMillis) -> Option<PeriodClosing> {
        self.balance.due(calendar, at_ms)
    }

    /// A sale of this journal.
    pub fn sale(&self, sale: SaleId) -> Option<&Sold> {
        self.sales.get(&sale)
    }

    /// All sales of this journal.
    pub fn sales(&self) -> impl Iterator<Item = (SaleId, &Sold)> {
        self.sales.iter().map(|(id, sold)| (*id, sold))
    }

    /// Takes the next fact. One that breaks a rule leaves the books half written: they are not to be used any more.
    pub fn write(&mut self, fact: &Fact) -> Result<(), Broken> {
        let FactBody::Till(body) = &fact.body else {
            return Err(Broken::NotATills);
        };
        let past = Past {
            sale: named(body).and_then(|sale| self.sales.get(&sale)),
            sold_before: sells(body).find(|ticket| self.tickets.contains(ticket)),
        };
        self.balance.write(fact, past)?;
        self.tickets.extend(sells(body));
        match body {
            TillFact::Sale { receipt, lines } => {
                let clerk = self.balance.shift().ok_or(Broken::NoShift)?.clerk;
                let sold = Sold::of(lines, *receipt, clerk, at_ms(fact));
                self.sales.insert(fact.id, sold);
            }
            TillFact::Payment { sale, amount, by } => {
                if let Some(sold) = self.sales.get_mut(sale) {
                    sold.pay(*amount, *by);
                }
            }
            TillFact::Refund { sale, tickets, .. } => {
                if let Some(sold) = self.sales.get_mut(sale) {
                    sold.take_back(tickets);
                }
            }
            _other => {}
        }
        Ok(())
    }
}

impl Balance {
    /// That of a journal that begins with this fact.
    pub fn open(first: &Fact) -> Result<Self, Broken> {
        match &first.body {
            FactBody::Till(TillFact::JournalOpened(opening)) => Ok(Self {
                opening: *opening,
                counters: opening.counters,
                unpaid: None,
                exchange: None,
                promotion: None,
                shift: None,
                counted: None,
                connection: None,
                running: Default::default(),
            }),
            _other => Err(Broken::Opening),
        }
    }

    /// How the journal began.
    pub fn opening(&self) -> &TillOpening {
        &self.opening
    }

    /// The numbers that never begin again.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The open shift.
    pub fn shift(&self) -> Option<&Shift> {
        self.shift.as_ref()
    }

    /// Whether the till had the server when it last said so; online until it says otherwise.
    pub fn connection(&self) -> Connection {
        self.connection.unwrap_or(Connection::Online)
    }

    /// What was taken since the last closing of such a period.
    pub fn running(&self, period: Period) -> &Totals {
        &self.running[kind_of(period)].totals
    }

    /// Is the last sale paid? Between two transactions of a till it always is.
    pub fn is_settled(&self) -> bool {
        self.unpaid.is_none() && self.exchange.is_none() && self.promotion.is_none()
    }

    /// Takes the next fact. One that breaks a rule leaves the balance half written: it is not to be used any more.
    pub fn write(&mut self, fact: &Fact, past: Past<'_>) -> Result<(), Broken> {
        let FactBody::Till(body) = &fact.body else {
            return Err(Broken::NotATills);
        };
        if self.unpaid.is_some() && !matches!(body, TillFact::Payment { .. }) {
            return Err(Broken::Unpaid);
        }
        let at_ms = at_ms(fact);
        if at_ms < self.counters.closed_until_ms && !enters_closed_periods() {
            return Err(Broken::ClosedPeriod);
        }
        let counted = self.counted.take();
        self.begin_in_exchange(fact.id, body)?;
        self.begin_at_promotion(fact.id, body)?;
        self.written(fact, body, past, (counted, at_ms))?;
        self.end_at_promotion(body)?;
        self.end_in_exchange(body)
    }

    fn written(
        &mut self,
        fact: &Fact,
        body: &TillFact,
        past: Past<'_>,
        (counted, at_ms): (Option<u64>, UnixMillis),
    ) -> Result<(), Broken> {
        match body {
            TillFact::JournalOpened(_) => Err(Broken::Opening),
            TillFact::ShiftOpened { clerk, float } => self.open_shift(*clerk, float, at_ms),
            TillFact::ClerkChanged { clerk } => {
                self.open_one()?.clerk = *clerk;
                Ok(())
            }
            TillFact::Sale { receipt, lines } => self.sell((fact.id, *receipt), lines, past, at_ms),
            TillFact::Payment { sale, amount, by } => self.pay(*sale, *amount, *by, at_ms),
            TillFact::Refund {
                receipt,
                tickets,
                back,
                ..
            } => self.refund((past.sale, *receipt), tickets, back, at_ms),
            TillFact::CashMoved { way, amount, .. } => self.move_cash(*way, *amount, at_ms),
            TillFact::DrawerCounted { count } => {
                self.open_one()?;
                self.counted = Some(money::worth(count)?);
                Ok(())
            }
            TillFact::ShiftClosed { .. } => self.close_shift(body, counted),
            TillFact::PeriodClosed(closing) => self.close_period(closing, at_ms),
            TillFact::Reprint { .. } => {
                past.sale.ok_or(Broken::NoSuchSale)?;
                self.each_total(at_ms, |totals| tally::count(&mut totals.reprints, 1))
            }
            TillFact::TrainingSale { receipt, lines } => {
                next(&mut self.counters.training, *receipt)?;
                #[cfg(test)]
                if planted::is(Bug::TrainingCounts) {
                    let line = lines[0];
                    let sold = u64::from(line.unit) * u64::from(line.quantity);
                    self.each_total(at_ms, |totals| {
                        tally::add(&mut tally::rate(totals, line.vat_bps)?.sold, sold)
                    })?;
                }
                let _ = lines;
                self.each_total(at_ms, |totals| tally::count(&mut totals.trainings, 1))
            }
            TillFact::Contact { .. } => past.sale.map(drop).ok_or(Broken::NoSuchSale),
            TillFact::Exchange { .. } | TillFact::Collected { .. } | TillFact::Promotion { .. } => {
                self.open_one().map(drop)
            }
            TillFact::ConnectionChanged { to } => {
                self.connection = Some(*to);
                Ok(())
            }
            TillFact::TestPrint { .. } | TillFact::ConfigurationChanged { .. } => Ok(()),
        }
    }

    fn open_one(&mut self) -> Result<&mut Shift, Broken> {
        self.shift.as_mut().ok_or(Broken::NoShift)
    }

    /// Changes the totals of the open shift, day, month and year.
    fn each_total(
        &mut self,
        at_ms: UnixMillis,
        change: impl Fn(&mut Totals) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if let Some(shift) = &mut self.shift {
            change(&mut shift.totals)?;
        }
        for running in &mut self.running {
            let (first, last) = running.counted.unwrap_or((at_ms, at_ms));
            running.counted = Some((first.min(at_ms), last.max(at_ms)));
            change(&mut running.totals)?;
        }
        Ok(())
    }
}

/// The number that follows the one before.
fn next(last: &mut u32, found: u32) -> Result<(), Broken> {
    let next = last.checked_add(1).ok_or(Broken::TooLarge)?;
    if found != next {
        return Err(Broken::Number { found, next });
    }
    *last = next;
    Ok(())
}

/// Which of the running totals a period closes.
fn kind_of(period: Period) -> usize {
    match period {
        Period::Day(_) => 0,
        Period::Month { .. } => 1,
        Period::Year(_) => 2,
    }
}

fn enters_closed_periods() -> bool {
    #[cfg(test)]
    if planted::is(Bug::ClosedPeriodOpen) {
        return true;
    }
    false
}
