//! A sale, and what became of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::UnixMillis;
use crate::fact::till::{ClerkId, Means, PaidBy, PriceReason, SaleLine};
use crate::ids::{EventId, TicketId, TypeNo};

#[cfg(test)]
use super::planted::{self, Bug};

/// A sale, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold {
    /// Its receipt.
    pub receipt: u32,
    /// When.
    pub at_ms: UnixMillis,
    /// Who sold.
    pub clerk: ClerkId,
    /// Its lines.
    pub lines: Vec<SoldLine>,
    /// What was paid, by means.
    pub paid: BTreeMap<Means, u64>,
}

/// A line of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldLine {
    /// The event.
    pub event: EventId,
    /// The type.
    pub type_no: TypeNo,
    /// What one cost.
    pub unit: u32,
    /// The VAT rate in it.
    pub vat_bps: u16,
    /// Why it cost that.
    pub reason: PriceReason,
    /// Its tickets.
    pub tickets: Vec<TicketId>,
    /// Those that were not taken back.
    pub left: BTreeSet<TicketId>,
}

impl From<&SaleLine> for SoldLine {
    fn from(line: &SaleLine) -> Self {
        Self {
            event: line.event,
            type_no: line.type_no,
            unit: line.unit,
            vat_bps: line.vat_bps,
            reason: line.reason,
            tickets: line.tickets.clone(),
            left: line.tickets.iter().copied().collect(),
        }
    }
}

impl Sold {
    /// A sale as its fact has it, before it is paid.
    pub fn of(lines: &[SaleLine], receipt: u32, clerk: ClerkId, at_ms: UnixMillis) -> Self {
        Self {
            receipt,
            at_ms,
            clerk,
            lines: lines.iter().map(SoldLine::from).collect(),
            paid: BTreeMap::new(),
        }
    }

    /// A payment of it.
    pub fn pay(&mut self, amount: u32, by: PaidBy) {
        if counts(by) {
            let paid = self.paid.entry(by.means()).or_default();
            *paid = paid.saturating_add(amount.into());
        }
    }

    /// Tickets of it were taken back.
    pub fn take_back(&mut self, tickets: &[TicketId]) {
        if keeps_what_is_taken_back() {
            return;
        }
        for line in &mut self.lines {
            for ticket in tickets {
                line.left.remove(ticket);
            }
        }
    }

    /// What its tickets that are left cost.
    pub fn left(&self) -> u64 {
        let lines = self.lines.iter();
        lines
            .map(|line| u64::from(line.unit) * line.left.len() as u64)
            .sum()
    }
}

/// Does it pay anything? A card that was refused does not.
pub(super) fn counts(by: PaidBy) -> bool {
    #[cfg(test)]
    if planted::is(Bug::RefusedCardCounts) {
        return true;
    }
    by.counts()
}

pub(super) fn keeps_what_is_taken_back() -> bool {
    #[cfg(test)]
    if planted::is(Bug::RefundedTwice) {
        return true;
    }
    false
}
