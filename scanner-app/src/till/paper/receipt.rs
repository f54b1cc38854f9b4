//! Receipts of sales and refunds.

use std::collections::{BTreeMap, BTreeSet};

use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::fact::till::{ClerkId, Means as Kind, PaidBy, SaleId, TillFact};
use shared::ids::TicketId;
use shared::money::{Money, vat_included};
use shared::till::{Sold, SoldLine, at_ms};

use super::super::exchange::refund_before;
use super::super::promotion::taken_off;
use super::{Billing, Desk, Of, PaperError, cents, words};
use crate::print::document::{
    CashGiven, Document, ExchangedLines, Means, Receipt, ReceiptKind, ReceiptLine, VatLine,
};
use crate::replica::{stock, till as kept};

/// More payments than a sale has.
const MOST_PAYMENTS: usize = 64;

/// How a sale was paid, and the cash that changed hands.
type Paid = (Vec<(Means, Money)>, Option<CashGiven>);

/// What a refund took back.
struct Taken {
    billing: Billing,
    clerk: ClerkId,
    lines: Vec<ReceiptLine>,
    rates: Rates,
    total: i64,
}

/// Gross and VAT by rate.
#[derive(Default)]
pub(super) struct Rates(BTreeMap<u32, (i64, i64)>);

impl Rates {
    pub(super) fn add(&mut self, basis_points: u32, gross: i64, vat: i64) {
        let sums = self.0.entry(basis_points).or_default();
        sums.0 = sums.0.saturating_add(gross);
        sums.1 = sums.1.saturating_add(vat);
    }

    pub(super) fn lines(&self, money: impl Fn(i64) -> Money) -> Vec<VatLine> {
        let lines = self.0.iter().map(|(basis_points, (gross, vat))| VatLine {
            basis_points: *basis_points,
            net: money(gross - vat),
            vat: money(*vat),
            gross: money(*gross),
        });
        lines.collect()
    }
}

impl Desk<'_> {
    /// What was sold, as it was sold: what was taken back since has a receipt of its own.
    pub(super) fn receipt(&self, of: &Of, sale: SaleId) -> Result<Document, PaperError> {
        let sold = self.sold(of.journal, sale, u64::MAX)?;
        let (mut lines, mut rates, mut total) = (Vec::new(), Rates::default(), 0);
        for line in &sold.lines {
            let gross = gross(line, line.tickets.len());
            rates.add(line.vat_bps.into(), gross, self.vat(gross, line.vat_bps));
            total += gross;
            lines.push(self.line(of, line, &line.tickets, gross)?);
        }
        let (paid, cash) = self.payments(of, sale)?;
        let billing = self.first(&sold)?;
        Ok(Document::Receipt(Receipt {
            language: of.language,
            mark: of.mark,
            kind: ReceiptKind::Sale,
            seller: self.seller(&billing.paper),
            number: self.receipt_number(sold.receipt),
            till: self.till.clone(),
            clerk: self.clerk(sold.clerk),
            at_ms: sold.at_ms,
            time_zone: billing.event.time_zone,
            lines,
            total: self.money(total),
            taken_off: taken_off(self.ledger, (of.journal, of.place.seq), sale)?
                .map(|off| self.money(-i64::from(off))),
            exchanged: self.exchanged(of, sale)?,
            vat: rates.lines(|minor| self.money(minor)),
            paid,
            cash,
            journal: of.place.clone(),
        }))
    }

    /// What went back. The VAT is what the books count: what is left of a line keeps the VAT of what is left.
    pub(super) fn refund(&self, of: &Of, fact: &Fact) -> Result<Document, PaperError> {
        let FactBody::Till(TillFact::Refund { receipt, back, .. }) = &fact.body else {
            return Err(PaperError::NotOnPaper);
        };
        let taken = self.taken(of, fact)?;
        let paid = back
            .iter()
            .map(|back| (self.means(back.means), self.money(-i64::from(back.amount))));
        Ok(Document::Receipt(Receipt {
            language: of.language,
            mark: of.mark,
            kind: ReceiptKind::Refund,
            seller: self.seller(&taken.billing.paper),
            number: self.receipt_number(*receipt),
            till: self.till.clone(),
            clerk: self.clerk(taken.clerk),
            at_ms: at_ms(fact),
            time_zone: taken.billing.event.time_zone,
            lines: taken.lines,
            total: self.money(taken.total),
            taken_off: None,
            exchanged: None,
            vat: taken.rates.lines(|minor| self.money(minor)),
            paid: paid.collect(),
            cash: None,
            journal: of.place.clone(),
        }))
    }

    /// What a refund took back, by the books as they were before it.
    fn taken(&self, of: &Of, fact: &Fact) -> Result<Taken, PaperError> {
        let FactBody::Till(TillFact::Refund { sale, tickets, .. }) = &fact.body else {
            return Err(PaperError::NotOnPaper);
        };
        let sold = self.sold(of.journal, *sale, fact.seq)?;
        let clerk = kept::clerk_at(self.ledger.tx, of.journal, fact.seq)?;
        let clerk = clerk.ok_or(PaperError::NotHere)?;
        let taken: BTreeSet<_> = tickets.iter().copied().collect();
        let (mut lines, mut rates, mut total) = (Vec::new(), Rates::default(), 0);
        for line in &sold.lines {
            let of_line: Vec<_> = line.left.intersection(&taken).copied().collect();
            if of_line.is_empty() {
                continue;
            }
            let vat_of = |tickets: usize| self.vat(gross(line, tickets), line.vat_bps);
            let vat = vat_of(line.left.len()) - vat_of(line.left.len() - of_line.len());
            let gross = -gross(line, of_line.len());
            rates.add(line.vat_bps.into(), gross, -vat);
            total += gross;
            lines.push(self.line(of, line, &of_line, gross)?);
        }
        Ok(Taken {
            billing: self.first(&sold)?,
            clerk,
            lines,
            rates,
            total,
        })
    }

    /// The tickets that this sale was made for, if it was.
    fn exchanged(&self, of: &Of, sale: SaleId) -> Result<Option<ExchangedLines>, PaperError> {
        let place = (of.journal, of.place.seq);
        let Some(refund) = refund_before(self.ledger, place, sale)? else {
            return Ok(None);
        };
        let FactBody::Till(TillFact::Refund { receipt, back, .. }) = &refund.body else {
            return Ok(None);
        };
        let taken = self.taken(of, &refund)?;
        let back = back.iter().filter(|back| back.means != Kind::Exchange);
        Ok(Some(ExchangedLines {
            number: self.receipt_number(*receipt),
            lines: taken.lines,
            back: back
                .map(|back| (self.means(back.means), self.money(back.amount.into())))
                .collect(),
        }))
    }

    fn first(&self, sold: &Sold) -> Result<Billing, PaperError> {
        let line = sold.lines.first().ok_or(PaperError::NotOnPaper)?;
        self.billing(line.event)
    }

    fn vat(&self, gross: i64, bps: u16) -> i64 {
        vat_included(self.money(gross), bps.into()).minor
    }

    fn line(
        &self,
        of: &Of,
        line: &SoldLine,
        tickets: &[TicketId],
        gross: i64,
    ) -> Result<ReceiptLine, PaperError> {
        let billing = self.billing(line.event)?;
        let reason = words::reason(line.reason, of.language).map(str::to_owned);
        let numbers = self.numbers(&billing, tickets)?;
        let notes: Vec<_> = reason.into_iter().chain(numbers).collect();
        Ok(ReceiptLine {
            count: u32::try_from(tickets.len()).unwrap_or(u32::MAX),
            text: format!(
                "{} · {}",
                billing.type_name(line.type_no),
                billing.event.name
            ),
            each: self.money(line.unit.into()),
            total: self.money(gross),
            note: Some(notes.join(" · ")).filter(|note| !note.is_empty()),
        })
    }

    /// `B-1`, or `B-1 – B-4` of those that follow each other; of places that are here.
    fn numbers(
        &self,
        billing: &Billing,
        tickets: &[TicketId],
    ) -> Result<Option<String>, PaperError> {
        let mut numbers = BTreeSet::new();
        for &ticket in tickets {
            if let Some(place) = stock::get(self.ledger.tx, billing.no, ticket)? {
                numbers.insert((place.series, place.number));
            }
        }
        let mut runs: Vec<(String, u64, u64)> = Vec::new();
        for (series, number) in numbers {
            match runs.last_mut() {
                Some((of, _, last)) if *of == series && *last + 1 == number => *last = number,
                Some(_) | None => runs.push((series, number, number)),
            }
        }
        let told = runs.iter().map(|(series, first, last)| {
            if first == last {
                format!("{series}-{first}")
            } else {
                format!("{series}-{first} \u{2013} {series}-{last}")
            }
        });
        let told = told.collect::<Vec<_>>().join(", ");
        Ok(Some(told).filter(|told| !told.is_empty()))
    }

    /// How a sale was paid: its payments stand right after it.
    fn payments(&self, of: &Of, sale: SaleId) -> Result<Paid, PaperError> {
        let after = of.place.seq + 1;
        let facts = kept::facts_from(self.ledger.tx, of.journal, after, MOST_PAYMENTS)?;
        let (mut paid, mut cash) = (Vec::new(), None::<(i64, i64)>);
        for fact in &facts {
            let FactBody::Till(TillFact::Payment {
                sale: of,
                amount,
                by,
            }) = &fact.body
            else {
                break;
            };
            if *of != sale || !by.counts() {
                continue;
            }
            let amount = cents((*amount).into());
            paid.push((self.means(by.means()), self.money(amount)));
            if let PaidBy::Cash { change } = by {
                let sums = cash.get_or_insert((0, 0));
                sums.0 += amount + i64::from(*change);
                sums.1 += i64::from(*change);
            }
        }
        let cash = cash.map(|(given, change)| CashGiven {
            given: self.money(given),
            change: self.money(change),
        });
        Ok((paid, cash))
    }
}

fn gross(line: &SoldLine, tickets: usize) -> i64 {
    i64::from(line.unit) * tickets as i64
}
