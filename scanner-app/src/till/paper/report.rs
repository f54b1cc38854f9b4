//! An X and a Z on paper.

use std::collections::{BTreeMap, BTreeSet};

use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::fact::till::{ClerkId, Means as PaidBy, Pieces, TillFact, Totals};
use shared::ids::EventId;
use shared::language::Language;
use shared::till::at_ms;

use super::receipt::Rates;
use super::{Desk, Of, PaperError, cents};
use crate::print::document::{
    Document, Drawer, JournalPlace, Mark, Report, ReportKind, SeriesRange,
};
use crate::replica::{events, stock, till as kept};

/// What the facts of a shift say beside its totals.
#[derive(Default)]
struct Seen {
    opened_ms: i64,
    float: i64,
    clerks: BTreeSet<ClerkId>,
    /// How often each means was used.
    payments: BTreeMap<PaidBy, u32>,
    /// Letters: first number, last number, how many.
    series: BTreeMap<String, (u64, u64, u64)>,
    receipts: Option<(u32, u32)>,
    event: Option<EventId>,
}

/// What it closes with.
struct Closing<'a> {
    totals: &'a Totals,
    expected: i64,
    /// What was counted.
    counted: Option<i64>,
    perpetual: i64,
    kind: ReportKind,
    made_ms: i64,
}

impl Desk<'_> {
    /// The Z with that number.
    pub(in crate::till) fn numbered(
        &self,
        number: u32,
        language: Language,
    ) -> Result<Document, PaperError> {
        let journal = self.ledger.journal;
        let facts = kept::facts(self.ledger.tx, journal)?;
        let is_it = |fact: &&Fact| match &fact.body {
            FactBody::Till(TillFact::ShiftClosed { z, .. }) => *z == number,
            _other => false,
        };
        let fact = facts.iter().find(is_it).ok_or(PaperError::NotHere)?;
        let (_, seq, hash) = kept::find(self.ledger.tx, fact.id)?.ok_or(PaperError::NotHere)?;
        self.z(&Of {
            journal,
            place: JournalPlace { seq, hash },
            mark: Mark::Original,
            language,
            holder: None,
        })
    }

    /// The Z that stands at that place.
    pub(super) fn z(&self, of: &Of) -> Result<Document, PaperError> {
        let through = usize::try_from(of.place.seq).unwrap_or(usize::MAX);
        let facts = kept::facts_from(self.ledger.tx, of.journal, 1, through)?;
        let last = facts.last().ok_or(PaperError::NotHere)?;
        let FactBody::Till(TillFact::ShiftClosed {
            z,
            totals,
            expected,
            difference,
            perpetual,
        }) = &last.body
        else {
            return Err(PaperError::NotOnPaper);
        };
        let closing = Closing {
            totals,
            expected: *expected,
            counted: Some(expected.saturating_add(*difference)),
            perpetual: cents(perpetual.sold),
            kind: ReportKind::Z((*z).into()),
            made_ms: at_ms(last),
        };
        self.report(of, &facts, &closing)
    }

    /// How the open shift stands.
    pub(in crate::till) fn x(&self, language: Language) -> Result<Document, PaperError> {
        let ledger = self.ledger;
        let shift = ledger.book.shift().ok_or(PaperError::NotOnPaper)?;
        let facts = kept::facts(ledger.tx, ledger.journal)?;
        let of = Of {
            journal: ledger.journal,
            place: JournalPlace {
                seq: ledger.head.seq,
                hash: ledger.head.hash,
            },
            mark: Mark::Original,
            language,
            holder: None,
        };
        let closing = Closing {
            totals: &shift.totals,
            expected: shift.expected(),
            counted: None,
            perpetual: cents(ledger.book.counters().perpetual.sold),
            kind: ReportKind::X,
            made_ms: ledger.now_ms,
        };
        self.report(&of, &facts, &closing)
    }

    fn report(
        &self,
        of: &Of,
        facts: &[Fact],
        closing: &Closing<'_>,
    ) -> Result<Document, PaperError> {
        let seen = self.seen(facts)?;
        let Closing {
            totals,
            expected,
            counted,
            perpetual,
            kind,
            made_ms,
        } = *closing;
        let mut rates = Rates::default();
        for rate in &totals.rates {
            let net = |sold, refunded| cents(sold) - cents(refunded);
            rates.add(
                rate.vat_bps.into(),
                net(rate.sold, rate.refunded),
                net(rate.sold_vat, rate.refunded_vat),
            );
        }
        let by_means = totals.means.iter().map(|total| {
            let times = seen.payments.get(&total.means).copied().unwrap_or(0);
            let net = cents(total.paid) - cents(total.back);
            (self.means(total.means), times, self.money(net))
        });
        let cash = totals
            .means
            .iter()
            .find(|total| total.means == PaidBy::Cash);
        let cash = cash.map_or(0, |total| cents(total.paid) - cents(total.back));
        let series = seen.series.iter().map(|(letters, numbers)| SeriesRange {
            letters: letters.clone(),
            first: numbers.0,
            last: numbers.1,
            used: numbers.2,
        });
        let (paper, time_zone) = match seen.event {
            Some(event) => {
                let billing = self.billing(event)?;
                (billing.paper, billing.event.time_zone)
            }
            None => (Default::default(), self.time_zone()?),
        };
        let receipts = seen.receipts;
        Ok(Document::Report(Report {
            language: of.language,
            mark: of.mark,
            kind,
            seller: self.seller(&paper),
            till: self.till.clone(),
            clerks: seen.clerks.iter().map(|clerk| self.clerk(*clerk)).collect(),
            opened_ms: seen.opened_ms,
            made_ms,
            time_zone,
            total: self.money(cents(totals.sold()) - cents(totals.refunded())),
            vat: rates.lines(|minor| self.money(minor)),
            means: by_means.collect(),
            sales: totals.sales,
            refunds: (totals.refunds, self.money(-cents(totals.refunded()))),
            voids: 0,
            reprints: totals.reprints,
            drawer: Drawer {
                float: self.money(seen.float),
                sales: self.money(cash),
                put_in: self.money(cents(totals.moved_in)),
                taken_out: self.money(-cents(totals.moved_out)),
                expected: self.money(expected),
                counted: counted
                    .map(|counted| (self.money(counted), self.money(counted - expected))),
            },
            series: series.collect(),
            receipts: receipts
                .map(|(first, last)| (self.receipt_number(first), self.receipt_number(last))),
            perpetual: self.money(perpetual),
            journal: of.place.clone(),
        }))
    }

    /// Of a shift without a sale: any event's.
    fn time_zone(&self) -> Result<String, PaperError> {
        for (no, _) in events::all(self.ledger.tx)? {
            if let Some(row) = events::event_row(self.ledger.tx, no)? {
                return Ok(row.time_zone);
            }
        }
        Ok("UTC".to_owned())
    }

    /// The last shift among these facts.
    fn seen(&self, facts: &[Fact]) -> Result<Seen, PaperError> {
        let mut seen = Seen::default();
        for fact in facts {
            let FactBody::Till(body) = &fact.body else {
                continue;
            };
            match body {
                TillFact::ShiftOpened { clerk, float } => {
                    seen = Seen {
                        opened_ms: at_ms(fact),
                        float: worth(float),
                        clerks: BTreeSet::from([*clerk]),
                        ..Seen::default()
                    };
                }
                TillFact::ClerkChanged { clerk } => {
                    seen.clerks.insert(*clerk);
                }
                TillFact::Sale { receipt, lines } => {
                    let first = seen.receipts.map_or(*receipt, |(first, _)| first);
                    seen.receipts = Some((first, *receipt));
                    for line in lines {
                        seen.event = seen.event.or(Some(line.event));
                        self.note_numbers(&mut seen, line.event, &line.tickets)?;
                    }
                }
                TillFact::Refund { receipt, .. } => {
                    let first = seen.receipts.map_or(*receipt, |(first, _)| first);
                    seen.receipts = Some((first, *receipt));
                }
                TillFact::Payment { by, .. } if by.counts() => {
                    *seen.payments.entry(by.means()).or_default() += 1;
                }
                _other => {}
            }
        }
        Ok(seen)
    }

    fn note_numbers(
        &self,
        seen: &mut Seen,
        event: EventId,
        tickets: &[shared::ids::TicketId],
    ) -> Result<(), PaperError> {
        let Some(no) = events::number(self.ledger.tx, event)? else {
            return Ok(());
        };
        for &ticket in tickets {
            if let Some(place) = stock::get(self.ledger.tx, no, ticket)? {
                let number = place.number;
                let range = seen
                    .series
                    .entry(place.series)
                    .or_insert((number, number, 0));
                range.0 = range.0.min(number);
                range.1 = range.1.max(number);
                range.2 += 1;
            }
        }
        Ok(())
    }
}

fn worth(pieces: &[Pieces]) -> i64 {
    let worth = pieces
        .iter()
        .map(|pieces| i64::from(pieces.value) * i64::from(pieces.count));
    worth.sum()
}
