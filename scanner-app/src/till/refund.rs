//! Taking back what this till sold, and printing it once more. What another till or the store sold is taken back there.

use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::till::{GivenBack, Means, RefundReason, Reprinted, SaleId, TillFact};
use shared::ids::{EventId, FactId, TicketId};
use shared::language::Language;
use shared::money::Money;

use super::ledger::Ledger;
use super::sale::note_tickets;
use super::{Till, TillError};
use crate::replica::print_jobs::{self, PrintCopy, PrintWhat};

/// What is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeBack {
    /// Of which sale.
    pub sale: SaleId,
    /// Which of its tickets; empty = all that are left.
    pub tickets: Vec<TicketId>,
    /// Why.
    pub reason: RefundReason,
    /// By what the money goes back.
    pub means: Means,
}

/// A refund that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// Its fact.
    pub refund: FactId,
    /// Its receipt.
    pub receipt: u32,
    /// What went back.
    pub amount: Money,
    /// The tickets that let nobody in any more.
    pub tickets: Vec<TicketId>,
}

impl Till {
    /// Takes tickets of an own sale back: the money, and their right to enter, in one transaction.
    pub fn refund(&self, back: TakeBack, now_ms: UnixMillis) -> Result<Refunded, TillError> {
        self.write(now_ms, move |ledger| {
            let taken = taken(ledger, back.sale, &back.tickets)?;
            let (means, amount) = (back.means, taken.amount);
            is_there(ledger, means, amount)?;
            ledger.close_what_is_over()?;
            let receipt = ledger.book.counters().receipt.saturating_add(1);
            let given = (amount > 0).then_some(GivenBack { means, amount });
            let refund = ledger.write(TillFact::Refund {
                receipt,
                sale: back.sale,
                reason: back.reason,
                tickets: taken.tickets.clone(),
                back: given.into_iter().collect(),
            })?;
            taken.withdraw(ledger)?;
            let language = language_of(ledger, back.sale)?;
            let receipt_on_paper = (PrintWhat::Receipt, PrintCopy::Original);
            print_jobs::add(ledger.tx, refund, receipt_on_paper, language, ledger.now_ms)?;
            Ok(Refunded {
                refund,
                receipt,
                amount: Money::new(amount.into(), ledger.setup.currency),
                tickets: taken.tickets,
            })
        })
    }

    /// Prints something of an own sale once more: a duplicate, which is a fact and says so. Only the first receipt of a sale,
    /// which nobody has yet, is none; then the answer is the sale.
    pub fn reprint(
        &self,
        sale: SaleId,
        what: Reprinted,
        now_ms: UnixMillis,
    ) -> Result<FactId, TillError> {
        self.write(now_ms, move |ledger| {
            let sold = ledger.sale(sale)?.ok_or(TillError::NoSuchSale)?;
            let is_left = |ticket| sold.lines.iter().any(|line| line.left.contains(&ticket));
            let print = match what {
                Reprinted::Receipt => PrintWhat::Receipt,
                Reprinted::Tickets if sold.lines.iter().all(|line| line.left.is_empty()) => {
                    return Err(TillError::NothingLeft);
                }
                Reprinted::Ticket(ticket) if !is_left(ticket) => {
                    return Err(TillError::NotOfSale(ticket));
                }
                Reprinted::Tickets | Reprinted::Ticket(_) => PrintWhat::Tickets,
            };
            let language = language_of(ledger, sale)?;
            let of_sale = print_jobs::of(ledger.tx, Some(sale))?;
            let is_first = what == Reprinted::Receipt
                && !of_sale.iter().any(|job| job.what == PrintWhat::Receipt);
            let (id, copy) = if is_first {
                (sale, PrintCopy::Original)
            } else {
                let id = ledger.write(TillFact::Reprint { sale, what })?;
                (id, PrintCopy::Duplicate)
            };
            print_jobs::add(ledger.tx, id, (print, copy), language, ledger.now_ms)?;
            Ok(id)
        })
    }
}

/// Tickets of an own sale that are not taken back yet.
pub(super) struct Taken {
    /// Which, ascending.
    pub(super) tickets: Vec<TicketId>,
    /// What they cost.
    pub(super) amount: u32,
    of: Vec<(EventId, Vec<TicketId>)>,
}

impl Taken {
    /// They let nobody in any more.
    pub(super) fn withdraw(&self, ledger: &Ledger<'_>) -> Result<(), TillError> {
        let of = self.of.iter().map(|(event, tickets)| (*event, tickets));
        note_tickets(ledger, of, |tickets| FactBody::Withdrawn { tickets })
    }
}

/// Of this sale these tickets, or all that are left; within a shift.
pub(super) fn taken(
    ledger: &Ledger<'_>,
    sale: SaleId,
    tickets: &[TicketId],
) -> Result<Taken, TillError> {
    if ledger.book.shift().is_none() {
        return Err(TillError::NoShift);
    }
    let sold = ledger.sale(sale)?.ok_or(TillError::NoSuchSale)?;
    let left = sold.lines.iter().flat_map(|line| {
        let (event, unit) = (line.event, line.unit);
        line.left.iter().map(move |ticket| (*ticket, event, unit))
    });
    let left: Vec<(TicketId, EventId, u32)> = left.collect();
    let mut tickets = tickets.to_vec();
    if tickets.is_empty() {
        tickets = left.iter().map(|(ticket, _, _)| *ticket).collect();
    }
    tickets.sort_unstable();
    tickets.dedup();
    if tickets.is_empty() {
        return Err(TillError::NothingLeft);
    }
    let (mut amount, mut of) = (0u32, Vec::new());
    for &ticket in &tickets {
        let found = left.iter().find(|(of, _, _)| *of == ticket);
        let (_, event, unit) = found.ok_or(TillError::NotOfSale(ticket))?;
        amount = amount.checked_add(*unit).ok_or(TillError::NoAmount)?;
        of.push((*event, vec![ticket]));
    }
    Ok(Taken {
        tickets,
        amount,
        of,
    })
}

/// Cash that goes back lies in the drawer.
pub(super) fn is_there(ledger: &Ledger<'_>, means: Means, amount: u32) -> Result<(), TillError> {
    let shift = ledger.book.shift().ok_or(TillError::NoShift)?;
    if means == Means::Cash && i64::from(amount) > shift.expected() {
        return Err(TillError::DrawerTooSmall);
    }
    Ok(())
}

/// That of the tickets that were sold.
fn language_of(ledger: &Ledger<'_>, sale: SaleId) -> Result<Language, TillError> {
    let jobs = print_jobs::of(ledger.tx, Some(sale))?;
    Ok(jobs.first().map(|job| job.language).unwrap_or_default())
}
