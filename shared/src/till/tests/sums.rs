//! Sums come from facts (S3): whatever happens at a till, an independent adding up agrees.

use std::collections::BTreeMap;

use super::found::assert_found;
use super::*;
use crate::fact::till::{PeriodClosing, Perpetual};
use crate::money::vat_included;
use crate::till::planted::Bug;

/// Adds a journal up without the books: amounts only, straight from the facts.
#[derive(Debug, Default, PartialEq, Eq)]
struct ByHand {
    sold: i64,
    refunded: i64,
    paid: BTreeMap<Means, i64>,
    tickets: i64,
}

impl ByHand {
    fn of(facts: &[Fact]) -> Self {
        let mut sums = Self::default();
        // Of each ticket its price.
        let mut prices = BTreeMap::new();
        for fact in facts {
            let FactBody::Till(body) = &fact.body else {
                panic!("a till's")
            };
            match body {
                TillFact::Sale { lines, .. } => {
                    for line in lines {
                        sums.sold += i64::from(line.unit) * line.tickets.len() as i64;
                        sums.tickets += line.tickets.len() as i64;
                        for ticket in &line.tickets {
                            prices.insert(*ticket, i64::from(line.unit));
                        }
                    }
                }
                TillFact::Payment { amount, by, .. } if by.counts() => {
                    *sums.paid.entry(by.means()).or_default() += i64::from(*amount);
                }
                TillFact::Refund { tickets, back, .. } => {
                    for ticket in tickets {
                        sums.refunded += prices.remove(ticket).expect("sold and not back");
                        sums.tickets -= 1;
                    }
                    for back in back {
                        *sums.paid.entry(back.means).or_default() -= i64::from(back.amount);
                    }
                }
                _other => {}
            }
        }
        sums
    }
}

fn closings(till: &Till) -> Vec<PeriodClosing> {
    let closings = till.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Till(TillFact::PeriodClosed(closing)) => Some(closing.clone()),
        _other => None,
    });
    closings.collect()
}

/// Seeds that fail under a planted bug are no regressions, and need no shrinking.
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 100,
        ..ProptestConfig::with_cases(96)
    }
}

#[test]
fn bugs_in_sums_are_found() {
    for (bug, test) in [
        (
            Bug::ChangeCounted,
            invariant_s3_the_ledger_agrees_with_the_drawer_and_with_a_sum_by_hand as fn(),
        ),
        (
            Bug::RefusedCardCounts,
            invariant_s3_the_ledger_agrees_with_the_drawer_and_with_a_sum_by_hand,
        ),
        (
            Bug::PerpetualFalls,
            the_perpetual_total_never_falls_or_begins_again,
        ),
        (
            Bug::PerpetualReset,
            the_perpetual_total_never_falls_or_begins_again,
        ),
        (Bug::TrainingCounts, a_sale_in_training_counts_nowhere),
        (
            Bug::VatOfRefundAlone,
            after_each_refund_the_vat_is_that_of_what_is_left,
        ),
    ] {
        assert_found(bug, test);
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn invariant_s3_the_ledger_agrees_with_the_drawer_and_with_a_sum_by_hand(
        acts in prop::collection::vec(any_act(), 0..60)
    ) {
        let till = play(&acts);
        let read = Book::read(&till.facts).expect("a till's own journal");
        if let Some(shift) = read.shift() {
            prop_assert_eq!(shift.expected(), till.drawer);
        }
        let by_hand = ByHand::of(&till.facts);
        let Perpetual { sold, refunded } = read.counters().perpetual;
        prop_assert_eq!((sold as i64, refunded as i64), (by_hand.sold, by_hand.refunded));
        prop_assert_eq!(by_hand.paid.values().sum::<i64>(), by_hand.sold - by_hand.refunded);
        prop_assert_eq!(by_hand.paid.get(&Means::Exchange).copied().unwrap_or(0), 0, "tickets are no money");
        for (_, sold) in read.sales() {
            let paid: u64 = sold.paid.values().sum();
            prop_assert!(sold.left() <= paid, "never more to give back than was paid");
        }
    }

    /// All Z of a till together, and its days, months and years, say what its facts say.
    #[test]
    fn every_closing_states_what_its_facts_add_up_to(acts in prop::collection::vec(any_act(), 0..60)) {
        let mut till = play(&acts);
        till.now_ms += 800 * 24 * HOUR;
        till.train(100);
        let by_hand = ByHand::of(&till.facts);
        for kind in 0..3 {
            let of_kind = closings(&till).into_iter().filter(|closing| {
                matches!((kind, closing.period), (0, crate::fact::till::Period::Day(_))
                    | (1, crate::fact::till::Period::Month { .. })
                    | (2, crate::fact::till::Period::Year(_)))
            });
            let (mut sold, mut refunded, mut tickets) = (0, 0, 0);
            for closing in of_kind {
                sold += closing.totals.sold() as i64;
                refunded += closing.totals.refunded() as i64;
                tickets += i64::from(closing.totals.tickets) - i64::from(closing.totals.tickets_back);
            }
            prop_assert_eq!((sold, refunded, tickets), (by_hand.sold, by_hand.refunded, by_hand.tickets));
        }
    }

    #[test]
    fn the_perpetual_total_never_falls_or_begins_again(acts in prop::collection::vec(any_act(), 0..60)) {
        let till = play(&acts);
        let mut book = Book::open(&till.facts[0]).expect("an opening");
        let mut before = book.counters().perpetual;
        for fact in &till.facts[1..] {
            book.write(fact).expect("a till's own fact");
            let now = book.counters().perpetual;
            prop_assert!(now.sold >= before.sold && now.refunded >= before.refunded);
            before = now;
        }
        // The next journal, after a roll-back say, goes on from there.
        let next = Till::going_on_from(TillOpening { counters: book.counters(), ..opening() });
        prop_assert_eq!(next.book.counters(), book.counters());
    }

    /// In which order guests come makes no difference to the day.
    #[test]
    fn the_order_of_sales_makes_no_difference_to_their_sums(
        mut carts in prop::collection::vec((1u32..9_000, prop::sample::select(vec![550u16, 2000]), 1..4u16), 1..12)
    ) {
        let totals = |carts: &[(u32, u16, u16)]| {
            let mut till = Till::new();
            till.open_shift(0);
            for cart in carts {
                till.sell(&[*cart], 10_000, false);
            }
            till.book.shift().expect("open").totals.clone()
        };
        let forwards = totals(&carts);
        carts.reverse();
        prop_assert_eq!(forwards, totals(&carts));
    }

    /// What training does is seen in the count of trainings and nowhere else.
    #[test]
    fn a_sale_in_training_counts_nowhere(acts in prop::collection::vec(any_act(), 0..40), unit in 1..9_000u32) {
        let mut till = play(&acts);
        let before = (till.book.counters().perpetual, till.book.shift().cloned());
        till.train(unit);
        let mut after = (till.book.counters().perpetual, till.book.shift().cloned());
        if let Some(shift) = &mut after.1 {
            shift.totals.trainings -= 1;
        }
        prop_assert_eq!(before, after);
    }

    /// Given back one by one, the VAT that is left is always that of the tickets that are left, to the cent.
    #[test]
    fn after_each_refund_the_vat_is_that_of_what_is_left(
        unit in 1u32..9_000, vat_bps in prop::sample::select(vec![210u16, 550, 1000, 2000]), tickets in 1..6u16
    ) {
        let mut till = Till::new();
        till.open_shift(5_000);
        till.sell(&[(unit, vat_bps, tickets)], 0, false);
        for left in (0..tickets).rev() {
            till.refund(0, 1).expect("one is left");
            let rate = till.book.shift().expect("open").totals.rates[0];
            let price = euros(i64::from(unit) * i64::from(left));
            let vat = vat_included(price, vat_bps.into()).minor;
            prop_assert_eq!(rate.sold_vat as i64 - rate.refunded_vat as i64, vat);
        }
        prop_assert_eq!(till.refund(0, 1), None, "nothing is left to give back");
    }
}
