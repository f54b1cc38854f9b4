//! Selling, paying, giving back, and the drawer.

use std::collections::BTreeSet;

use crate::clock::UnixMillis;
use crate::fact::till::{CashWay, ClerkId, GivenBack, PaidBy, Pieces, SaleId, SaleLine};
use crate::ids::TicketId;
use crate::money::{Money, vat_included};

#[cfg(test)]
use super::planted::{self, Bug};
use super::sold::{Sold, counts, keeps_what_is_taken_back};
use super::{Balance, Broken, Past, Shift, next, tally};

/// What coins and notes are worth.
pub(super) fn worth(count: &[Pieces]) -> Result<u64, Broken> {
    let mut worth = 0;
    for pieces in count {
        tally::add(
            &mut worth,
            u64::from(pieces.value) * u64::from(pieces.count),
        )?;
    }
    Ok(worth)
}

impl Balance {
    pub(super) fn open_shift(
        &mut self,
        clerk: ClerkId,
        float: &[Pieces],
        at_ms: UnixMillis,
    ) -> Result<(), Broken> {
        if self.shift.is_some() {
            return Err(Broken::ShiftOpen);
        }
        self.shift = Some(Shift {
            clerk,
            opened_ms: at_ms,
            float: worth(float)?,
            totals: Default::default(),
        });
        Ok(())
    }

    pub(super) fn sell(
        &mut self,
        (sale, receipt): (SaleId, u32),
        lines: &[SaleLine],
        past: Past<'_>,
        at_ms: UnixMillis,
    ) -> Result<(), Broken> {
        self.open_one()?;
        next(&mut self.counters.receipt, receipt)?;
        let mut of_this = BTreeSet::new();
        let mut tickets = lines.iter().flat_map(|line| line.tickets.iter().copied());
        let twice = tickets.find(|ticket| !of_this.insert(*ticket));
        if let Some(ticket) = past.sold_before.or(twice) {
            return Err(Broken::SoldBefore { ticket });
        }
        let mut total = 0;
        for line in lines {
            let sold = price(line.unit, line.tickets.len());
            let vat = self.vat(sold, line.vat_bps);
            tally::add(&mut total, sold)?;
            let tickets = u32::try_from(line.tickets.len()).map_err(|_| Broken::TooLarge)?;
            self.each_total(at_ms, |totals| {
                tally::count(&mut totals.tickets, tickets)?;
                let rate = tally::rate(totals, line.vat_bps)?;
                tally::add(&mut rate.sold, sold)?;
                tally::add(&mut rate.sold_vat, vat)
            })?;
        }
        self.each_total(at_ms, |totals| tally::count(&mut totals.sales, 1))?;
        tally::add_perpetual(&mut self.counters.perpetual, total, 0)?;
        self.unpaid = (total > 0).then_some((sale, total));
        Ok(())
    }

    pub(super) fn pay(
        &mut self,
        sale: SaleId,
        amount: u32,
        by: PaidBy,
        at_ms: UnixMillis,
    ) -> Result<(), Broken> {
        let left = match self.unpaid {
            Some((waiting, left)) if waiting == sale => left,
            Some(_) | None => return Err(Broken::NotWaiting),
        };
        if !counts(by) {
            return Ok(());
        }
        let amount = u64::from(amount);
        let left = left.checked_sub(amount).ok_or(Broken::PaidTooMuch)?;
        let taken = amount + counted_change(by);
        self.each_total(at_ms, |totals| {
            tally::add(&mut tally::means(totals, by.means())?.paid, taken)
        })?;
        self.unpaid = (left > 0).then_some((sale, left));
        Ok(())
    }

    pub(super) fn refund(
        &mut self,
        (sale, receipt): (Option<&Sold>, u32),
        tickets: &[TicketId],
        back: &[GivenBack],
        at_ms: UnixMillis,
    ) -> Result<(), Broken> {
        self.open_one()?;
        next(&mut self.counters.receipt, receipt)?;
        let sold = sale.ok_or(Broken::NoSuchSale)?;
        let mut missing: BTreeSet<TicketId> = tickets.iter().copied().collect();
        let mut total = 0;
        for line in &sold.lines {
            let taken: Vec<_> = line.left.intersection(&missing).copied().collect();
            for ticket in &taken {
                missing.remove(ticket);
            }
            let price_back = price(line.unit, taken.len());
            // What is left of the line keeps the VAT of what is left: after the last ticket nothing of it remains.
            let vat_back = if rounds_refunds_alone() || keeps_what_is_taken_back() {
                self.vat(price_back, line.vat_bps)
            } else {
                let left = line.left.len();
                self.vat(price(line.unit, left), line.vat_bps)
                    - self.vat(price(line.unit, left - taken.len()), line.vat_bps)
            };
            tally::add(&mut total, price_back)?;
            let vat_bps = line.vat_bps;
            if !taken.is_empty() {
                self.each_total(at_ms, |totals| {
                    let rate = tally::rate(totals, vat_bps)?;
                    tally::add(&mut rate.refunded, price_back)?;
                    tally::add(&mut rate.refunded_vat, vat_back)
                })?;
            }
        }
        if let Some(&ticket) = missing.first() {
            return Err(Broken::NotThere { ticket });
        }
        let given = back.iter().map(|back| u64::from(back.amount)).sum();
        if given != total && !gives_back_anything() {
            let price = total;
            return Err(Broken::GivenBack { given, price });
        }
        for back in back {
            self.each_total(at_ms, |totals| {
                tally::add(
                    &mut tally::means(totals, back.means)?.back,
                    back.amount.into(),
                )
            })?;
        }
        let tickets = u32::try_from(tickets.len()).map_err(|_| Broken::TooLarge)?;
        self.each_total(at_ms, |totals| {
            tally::count(&mut totals.refunds, 1)?;
            tally::count(&mut totals.tickets_back, tickets)
        })?;
        #[cfg(test)]
        if planted::is(Bug::PerpetualFalls) {
            self.counters.perpetual.sold -= total;
        }
        tally::add_perpetual(&mut self.counters.perpetual, 0, total)
    }

    pub(super) fn move_cash(
        &mut self,
        way: CashWay,
        amount: u32,
        at_ms: UnixMillis,
    ) -> Result<(), Broken> {
        self.open_one()?;
        self.each_total(at_ms, |totals| {
            let to = match way {
                CashWay::In => &mut totals.moved_in,
                CashWay::Out => &mut totals.moved_out,
            };
            tally::add(to, amount.into())
        })
    }

    /// The VAT in a price, rounded once.
    fn vat(&self, price: u64, bps: u16) -> u64 {
        let minor = i64::try_from(price).unwrap_or(i64::MAX);
        let vat = vat_included(Money::new(minor, self.opening.currency), bps.into());
        vat.minor.unsigned_abs()
    }
}

fn price(unit: u32, tickets: usize) -> u64 {
    u64::from(unit) * tickets as u64
}

/// Change stays out of every sum: the drawer gave it back.
fn counted_change(by: PaidBy) -> u64 {
    #[cfg(test)]
    if let (true, PaidBy::Cash { change }) = (planted::is(Bug::ChangeCounted), by) {
        return change.into();
    }
    let _ = by;
    0
}

fn rounds_refunds_alone() -> bool {
    #[cfg(test)]
    if planted::is(Bug::VatOfRefundAlone) {
        return true;
    }
    false
}

fn gives_back_anything() -> bool {
    #[cfg(test)]
    if planted::is(Bug::RefundAbovePrice) {
        return true;
    }
    false
}
