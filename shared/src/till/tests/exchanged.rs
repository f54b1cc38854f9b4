//! Tickets for tickets: what both have in common is no money, and the act is whole.

use super::found::assert_found;
use super::*;
use crate::till::planted::Bug;

impl Till {
    /// What an exchange is made of: some tickets of the nth sale become one at this price. `off_by` is added to the credit.
    pub(super) fn exchange_facts(
        &self,
        nth: usize,
        most: usize,
        unit: u32,
        off_by: u32,
    ) -> Option<[Vec<TillFact>; 3]> {
        let sales: Vec<_> = self.book.sales().map(|(sale, _)| sale).collect();
        let old = *sales.get(nth.checked_rem(sales.len())?)?;
        let lines = self.book.sale(old)?.lines.iter();
        let left = lines.flat_map(|line| line.left.iter().map(|ticket| (*ticket, line.unit)));
        let mut taken: Vec<_> = left.take(most).collect();
        taken.sort_unstable();
        let price: u32 = taken.iter().map(|(_, unit)| unit).sum();
        let tickets: Vec<_> = taken.iter().map(|(ticket, _)| *ticket).collect();
        if tickets.is_empty() || self.book.shift().is_none() {
            return None;
        }
        let credit = price.min(unit) + off_by;
        let given = |means, amount| (amount > 0).then_some(GivenBack { means, amount });
        let back = [
            given(Means::Cash, price.saturating_sub(credit)),
            given(Means::Exchange, credit),
        ];
        let after = self.facts.len() as u64 + 1;
        let [refund, sale] = [after + 1, after + 2].map(|seq| fact(seq, 0, opened()).id);
        let receipt = self.book.counters().receipt + 1;
        let line = SaleLine {
            event: EventId::from_bytes([2; 16]),
            type_no: TypeNo(2),
            unit,
            vat_bps: 550,
            reason: PriceReason::Full,
            tickets: vec![TicketId(self.next_ticket)],
        };
        let pay = |amount, by| TillFact::Payment { sale, amount, by };
        let cash = unit.saturating_sub(credit);
        let paid = [
            (credit, PaidBy::Exchange),
            (cash, PaidBy::Cash { change: 0 }),
        ];
        let paid = paid.into_iter().filter(|(amount, _)| *amount > 0);
        Some([
            vec![
                TillFact::Exchange { refund, sale },
                TillFact::Refund {
                    receipt,
                    sale: old,
                    reason: RefundReason::Exchange,
                    tickets,
                    back: back.into_iter().flatten().collect(),
                },
            ],
            vec![TillFact::Sale {
                receipt: receipt + 1,
                lines: vec![line],
            }],
            paid.map(|(amount, by)| pay(amount, by)).collect(),
        ])
    }

    pub(super) fn exchange(&mut self, nth: usize, most: usize, unit: u32) -> Option<()> {
        self.close_what_is_over();
        let facts = self.exchange_facts(nth, most, unit, 0)?.concat();
        for body in facts {
            match &body {
                TillFact::Refund { back, .. } => {
                    let cash = back.iter().filter(|back| back.means == Means::Cash);
                    self.drawer -= cash.map(|back| i64::from(back.amount)).sum::<i64>();
                }
                TillFact::Payment {
                    amount,
                    by: PaidBy::Cash { .. },
                    ..
                } => self.drawer += i64::from(*amount),
                _other => {}
            }
            self.append(body).expect("an exchange by the books");
        }
        self.next_ticket += 1;
        Some(())
    }

    fn close_what_is_over(&mut self) {
        while let Some(closing) = self.book.due(&calendar(), self.now_ms) {
            self.append(TillFact::PeriodClosed(closing))
                .expect("it is due");
        }
    }

    /// Writes these, up to the first that breaks a rule.
    fn all(&mut self, facts: impl IntoIterator<Item = TillFact>) -> Result<(), Broken> {
        facts
            .into_iter()
            .try_for_each(|body| self.append(body).map(drop))
    }
}

fn opened() -> TillFact {
    TillFact::JournalOpened(opening())
}

/// A till in a shift that sold two tickets at 20.00.
fn selling() -> Till {
    let mut till = Till::new();
    till.open_shift(50);
    till.sell(&[(2_000, 550, 2)], 4_000, false).expect("a sale");
    till
}

#[test]
fn an_exchange_takes_the_difference_alone_and_one_for_less_gives_it_back() {
    for (unit, cash, credit) in [
        (3_000, 1_000, 2_000),
        (2_000, 0, 2_000),
        (1_200, -800, 1_200),
        (0, -2_000, 0),
    ] {
        let mut till = selling();
        let before = till.drawer;
        till.exchange(0, 1, unit).expect("an exchange");
        assert_eq!(till.drawer - before, cash, "for one at {unit}");
        let shift = till.book.shift().expect("open");
        assert_eq!(shift.expected(), till.drawer);
        let exchanged = shift.totals.means.iter();
        let exchanged: Vec<_> = exchanged
            .filter(|total| total.means == Means::Exchange)
            .map(|total| (total.paid, total.back))
            .collect();
        let expected: &[_] = if credit > 0 { &[(credit, credit)] } else { &[] };
        assert_eq!(exchanged, expected);
    }
}

#[test]
fn tickets_pay_what_they_were_worth_and_only_within_their_exchange() {
    let mut till = selling();
    let [back, sale, paid] = till.exchange_facts(0, 1, 3_000, 0).expect("one");
    for body in [&back[1], &sale[0]] {
        assert!(
            till.append(body.clone()).is_err() || matches!(body, TillFact::Sale { .. }),
            "no ticket is money without an exchange"
        );
    }
    // The sale stands alone now, and tickets pay nothing of it.
    assert_eq!(till.append(paid[0].clone()).err(), Some(Broken::Exchange));
    for (unit, off_by) in [(2_400, 400), (3_000, 1_000)] {
        let mut till = selling();
        let [back, sale, paid] = till.exchange_facts(0, 1, unit, 0).expect("one");
        let more = |amount| TillFact::Payment {
            sale: fact(till.facts.len() as u64 + 3, 0, opened()).id,
            amount,
            by: PaidBy::Exchange,
        };
        let too_much = more(2_000 + off_by);
        let written = till.all([back, sale].concat().into_iter().chain([too_much]));
        assert_eq!(written, Err(Broken::Exchange), "{paid:?}");
    }
    // As money and as tickets at once.
    let mut till = selling();
    let [mut back, sale, _] = till.exchange_facts(0, 1, 3_000, 0).expect("one");
    if let TillFact::Refund { back, .. } = &mut back[1] {
        back[0].means = Means::Cash;
    }
    let written = till.all([back, sale].concat());
    assert_eq!(written, Err(Broken::Exchange));
}

#[test]
fn an_exchange_is_whole_or_not_in_the_books() {
    let whole = selling().exchange_facts(0, 1, 3_000, 0).expect("one");
    let whole = whole.concat();
    for kept in 1..whole.len() {
        let mut till = selling();
        till.all(whole[..kept].iter().cloned()).expect("so far");
        assert!(!till.book.is_settled());
        assert!(Book::read(&till.facts).is_err(), "{kept} of its facts");
        let count = Vec::new();
        let next = till.append(TillFact::DrawerCounted { count });
        assert!(next.is_err(), "nothing comes between, after {kept}");
    }
    let mut till = selling();
    till.all(whole).expect("all of it");
    assert!(Book::read(&till.facts).is_ok());
}

#[test]
fn a_ticket_that_pays_more_than_it_cost_is_found() {
    assert_found(
        Bug::ExchangedForMore,
        tickets_pay_what_they_were_worth_and_only_within_their_exchange,
    );
}
