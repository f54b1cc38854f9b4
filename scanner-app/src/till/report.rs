//! What a till tells of itself. Every sum is read from the facts at that moment (S3).

use rusqlite::Connection;
use serde::Serialize;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::till::{ClerkId, Means, Perpetual, TillFact, Totals};
use shared::ids::JournalId;
use shared::money::Currency;
use shared::till::Balance;
use shared::till::archive::period_text;

use super::ledger::Books;
use super::{Till, TillError};
use crate::replica::journals::cause_code;
use crate::replica::print_jobs::{self, PrintJob};
use crate::replica::till as kept;

/// Sold and given back at one VAT rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RateLine {
    /// 550 = 5.5 %.
    pub vat_bps: u16,
    /// Sold, VAT included.
    pub sold: u64,
    /// The VAT in it.
    pub sold_vat: u64,
    /// Given back, VAT included.
    pub refunded: u64,
    /// The VAT in it.
    pub refunded_vat: u64,
}

/// What came and went by one means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeansLine {
    /// `cash`, `card`, `cheque`, or `voucher` with its number.
    pub means: String,
    /// Paid with it.
    pub paid: u64,
    /// Given back by it.
    pub back: u64,
}

/// The totals of a shift or a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Sales.
    pub sales: u32,
    /// Refunds.
    pub refunds: u32,
    /// Tickets sold.
    pub tickets: u32,
    /// Tickets taken back.
    pub tickets_back: u32,
    /// Duplicates.
    pub reprints: u32,
    /// Sales in training, which count nowhere else.
    pub trainings: u32,
    /// Sold, VAT included.
    pub sold: u64,
    /// Given back, VAT included.
    pub refunded: u64,
    /// Put into the drawer without a sale.
    pub moved_in: u64,
    /// Taken out of it without a sale.
    pub moved_out: u64,
    /// By VAT rate.
    pub rates: Vec<RateLine>,
    /// By means.
    pub means: Vec<MeansLine>,
}

/// As JSON names a means.
fn means_code(means: Means) -> String {
    match means {
        Means::Cash => "cash".into(),
        Means::Card => "card".into(),
        Means::Cheque => "cheque".into(),
        Means::Exchange => "exchange".into(),
        Means::Voucher(kind) => format!("voucher:{kind}"),
    }
}

impl From<&Totals> for Sums {
    fn from(totals: &Totals) -> Self {
        let rates = totals.rates.iter().map(|rate| RateLine {
            vat_bps: rate.vat_bps,
            sold: rate.sold,
            sold_vat: rate.sold_vat,
            refunded: rate.refunded,
            refunded_vat: rate.refunded_vat,
        });
        let means = totals.means.iter().map(|total| MeansLine {
            means: means_code(total.means),
            paid: total.paid,
            back: total.back,
        });
        Self {
            sales: totals.sales,
            refunds: totals.refunds,
            tickets: totals.tickets,
            tickets_back: totals.tickets_back,
            reprints: totals.reprints,
            trainings: totals.trainings,
            sold: totals.sold(),
            refunded: totals.refunded(),
            moved_in: totals.moved_in,
            moved_out: totals.moved_out,
            rates: rates.collect(),
            means: means.collect(),
        }
    }
}

/// A Z.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ZReport {
    /// Its number.
    pub z: u32,
    /// ISO 4217.
    pub currency: &'static str,
    /// What was taken in the shift.
    pub sums: Sums,
    /// What should have been in the drawer.
    pub expected: i64,
    /// What was counted.
    pub counted: i64,
    /// `counted` less `expected`.
    pub difference: i64,
    /// Sold since the till's first sale.
    pub perpetual_sold: u64,
    /// Given back since the till's first sale.
    pub perpetual_refunded: u64,
}

/// A Z as its fact says; `None` for another fact.
pub(super) fn z_of(fact: &TillFact, currency: Currency) -> Option<ZReport> {
    match fact {
        TillFact::ShiftClosed {
            z,
            totals,
            expected,
            difference,
            perpetual,
        } => Some(ZReport {
            z: *z,
            currency: currency.code(),
            sums: totals.into(),
            expected: *expected,
            counted: expected.saturating_add(*difference),
            difference: *difference,
            perpetual_sold: perpetual.sold,
            perpetual_refunded: perpetual.refunded,
        }),
        _other => None,
    }
}

/// An X: how the open shift stands. Closes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct XReport {
    /// Who sells.
    pub clerk: ClerkId,
    /// Since when.
    pub opened_ms: UnixMillis,
    /// ISO 4217.
    pub currency: &'static str,
    /// What lay in the drawer at its beginning.
    pub float: u64,
    /// What was taken since.
    pub sums: Sums,
    /// What should be in the drawer.
    pub expected: i64,
    /// Sold since the till's first sale.
    pub perpetual_sold: u64,
    /// Given back since the till's first sale.
    pub perpetual_refunded: u64,
}

/// A period that was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closings {
    /// `2026-11-28`, `2026-11` or `2026`.
    pub period: String,
    /// When it ended.
    pub until_ms: UnixMillis,
    /// What was taken in it.
    pub sums: Sums,
    /// Sold since the till's first sale, by its end.
    pub perpetual_sold: u64,
    /// Given back by then.
    pub perpetual_refunded: u64,
}

/// A journal of this till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalStanding {
    /// Which.
    pub journal: JournalId,
    /// Why it was begun.
    pub cause: &'static str,
    /// Why it was ended: the cause of the next. `None` = it is being written.
    pub closed: Option<&'static str>,
    /// Facts that anybody knows of.
    pub through: u64,
    /// Of them, those that are not here: an old replica was put back.
    pub missing: u64,
    /// Facts that the server hasn't acknowledged.
    pub unsent: u64,
}

/// How a till stands, without what should be in the drawer: a count is blind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Who sells; `None` = no shift is open.
    pub clerk: Option<ClerkId>,
    /// The till's letters; `None` = it has no journal yet.
    pub series: Option<String>,
    /// The last receipt.
    pub receipt: u32,
    /// The last Z.
    pub z: u32,
    /// Sold since the till's first sale.
    pub perpetual_sold: u64,
    /// Given back since.
    pub perpetual_refunded: u64,
    /// Its journals, the oldest first.
    pub journals: Vec<JournalStanding>,
    /// What is not printed yet.
    pub to_print: Vec<PrintJob>,
}

impl Till {
    /// The open shift's X.
    pub fn x(&self) -> Result<XReport, TillError> {
        let seen = self.look(|_, books| {
            let book = books.book();
            let shift = book.shift().ok_or(TillError::NoShift)?;
            let Perpetual { sold, refunded } = book.counters().perpetual;
            Ok(XReport {
                clerk: shift.clerk,
                opened_ms: shift.opened_ms,
                currency: book.opening().currency.code(),
                float: shift.float,
                sums: (&shift.totals).into(),
                expected: shift.expected(),
                perpetual_sold: sold,
                perpetual_refunded: refunded,
            })
        })?;
        seen.ok_or(TillError::NoShift)
    }

    /// Closes the days, months and years that are over; all that were ever closed in the open journal.
    pub fn closings(&self, now_ms: UnixMillis) -> Result<Vec<Closings>, TillError> {
        self.write(now_ms, |ledger| {
            ledger.close_what_is_over()?;
            closings(ledger.tx, ledger.journal)
        })
    }

    /// How it stands.
    pub fn standing(&self) -> Result<Standing, TillError> {
        self.look_around(standing)
    }
}

fn closings(connection: &Connection, journal: JournalId) -> Result<Vec<Closings>, TillError> {
    let mut closings = Vec::new();
    kept::each(connection, (journal, 1), |fact| {
        if let FactBody::Till(TillFact::PeriodClosed(closing)) = &fact.body {
            closings.push(Closings {
                period: period_text(closing.period),
                until_ms: closing.until_ms,
                sums: (&closing.totals).into(),
                perpetual_sold: closing.perpetual.sold,
                perpetual_refunded: closing.perpetual.refunded,
            });
        }
        Ok::<_, TillError>(())
    })?;
    Ok(closings)
}

fn standing(connection: &Connection, books: Option<&Books>) -> Result<Standing, TillError> {
    let mut journals = Vec::new();
    for journal in kept::all(connection)? {
        let here = kept::count(connection, journal.id)?;
        journals.push(JournalStanding {
            journal: journal.id,
            cause: cause_code(journal.cause),
            closed: journal.closed.map(cause_code),
            through: journal.head.seq,
            missing: journal.head.seq.saturating_sub(here),
            unsent: here.saturating_sub(journal.acked_through),
        });
    }
    let book = books.map(Books::book);
    let counters = book.map(Balance::counters).unwrap_or_default();
    Ok(Standing {
        clerk: book.and_then(Balance::shift).map(|shift| shift.clerk),
        series: book.map(|book| book.opening().series.to_string()),
        receipt: counters.receipt,
        z: counters.z,
        perpetual_sold: counters.perpetual.sold,
        perpetual_refunded: counters.perpetual.refunded,
        journals,
        to_print: print_jobs::unfinished(connection)?,
    })
}
