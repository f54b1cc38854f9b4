//! What the server makes of a journal, against the books: they are two ways to the same cent.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::acts::{self, Act as Moved, Portion, What};
use super::super::compare::{Difference, Figure, KeptLine, differences, rates};
use super::super::tally;
use super::*;
use crate::fact::till::Totals;
use crate::money::vat_included;

/// The stretch of a shift, added up from the acts of its journal.
fn added_up(moved: &[Moved], from: u64, until: u64) -> Totals {
    let mut totals = Totals::default();
    let mut kept: Vec<(SaleId, TicketId, KeptLine)> = Vec::new();
    for act in moved.iter().filter(|act| act.seq < until) {
        let is_in = act.seq > from;
        match &act.what {
            What::Sold { lines, paid, .. } => {
                let parts = acts::parts(lines, paid);
                for line in parts.iter().flat_map(|part| &part.lines) {
                    let places = line.tickets.len() as u32;
                    let kept_line = KeptLine {
                        unit: line.unit,
                        vat_bps: line.vat_bps,
                        sold: if is_in { places } else { 0 },
                        left_before: places,
                        left_after: places,
                    };
                    kept.push((act.sale, line.tickets[0], kept_line));
                }
                if is_in {
                    totals.sales += 1;
                    let lines = parts.iter().flat_map(|part| &part.lines);
                    totals.tickets += lines.map(|line| line.tickets.len() as u32).sum::<u32>();
                    for portion in parts.iter().flat_map(|part| &part.paid) {
                        let total = tally::means(&mut totals, portion.means).expect("room");
                        total.paid += portion.amount;
                    }
                }
            }
            What::TakenBack { tickets, back, .. } => {
                for ticket in tickets {
                    let of = kept
                        .iter_mut()
                        .rfind(|(sale, first, _)| *sale == act.sale && first <= ticket);
                    let (_, _, line) = of.expect("it was sold");
                    line.left_after -= 1;
                    if !is_in {
                        line.left_before -= 1;
                    }
                }
                if is_in {
                    totals.refunds += 1;
                    totals.tickets_back += tickets.len() as u32;
                    for portion in back {
                        let total = tally::means(&mut totals, portion.means).expect("room");
                        total.back += portion.amount;
                    }
                }
            }
        }
    }
    let lines: Vec<KeptLine> = kept.into_iter().map(|(_, _, line)| line).collect();
    let vat = |price: u64, bps: u16| {
        let price = Money::new(price as i64, Currency::Eur);
        vat_included(price, bps.into()).minor.unsigned_abs()
    };
    totals.rates = rates(&lines, vat).expect("room");
    totals
}

fn moved_by(till: &Till) -> Vec<Moved> {
    let facts = till.facts.iter().map(|fact| (fact.seq, Some(fact.clone())));
    acts::read(0, None, facts).acts
}

proptest! {
    /// Orders, payments and refunds come to each Z, to the cent and to the cent of VAT.
    #[test]
    fn what_is_made_of_a_journal_comes_to_each_z(
        mut played in prop::collection::vec(any_act(), 1..60),
    ) {
        played.push(Act::Close(0));
        let till = play(&played);
        let moved = moved_by(&till);
        let mut from = 0;
        for fact in &till.facts {
            let FactBody::Till(body) = &fact.body else {
                continue;
            };
            match body {
                TillFact::ShiftOpened { .. } => from = fact.seq,
                TillFact::ShiftClosed { totals, .. } => {
                    let mut found = added_up(&moved, from, fact.seq);
                    (found.moved_in, found.moved_out) = (totals.moved_in, totals.moved_out);
                    prop_assert_eq!(differences(totals, &found), []);
                    for rate in &mut found.rates {
                        rate.sold += 1;
                    }
                    prop_assert_eq!(differences(totals, &found).len(), totals.rates.len());
                }
                _other => {}
            }
        }
    }

    /// However a journal comes in pieces, the same acts are read, each once.
    #[test]
    fn pieces_of_a_journal_are_read_as_the_whole(
        played in prop::collection::vec(any_act(), 1..30),
        cuts in prop::collection::vec(1..6usize, 1..60),
    ) {
        let till = play(&played);
        let (mut acts, mut through, mut there) = (Vec::new(), 0, 0);
        for cut in cuts.into_iter().chain([till.facts.len()]) {
            there = (there + cut).min(till.facts.len());
            let clerk = acts_clerk(&till, through);
            let stretch = &till.facts[through as usize..there];
            let stretch = stretch.iter().map(|fact| (fact.seq, Some(fact.clone())));
            let read = acts::read(through, clerk, stretch);
            prop_assert!(read.through <= there as u64);
            acts.extend(read.acts);
            through = read.through;
        }
        prop_assert_eq!(through, till.facts.len() as u64);
        prop_assert_eq!(acts, moved_by(&till));
    }

    /// No cent is lost or made, and nobody is paid before those before are.
    #[test]
    fn money_is_shared_out_to_the_cent(
        sums in prop::collection::vec(0..5_000u64, 1..5),
        amounts in prop::collection::vec(1..4_000u64, 0..6),
    ) {
        let money: Vec<Portion> = (1..)
            .zip(&amounts)
            .map(|(seq, &amount)| Portion { seq, means: Means::Voucher(seq as u16), amount })
            .collect();
        let shares = acts::allot(&sums, &money);
        let mut by_means: BTreeMap<Means, u64> = BTreeMap::new();
        for portion in shares.iter().flatten() {
            *by_means.entry(portion.means).or_default() += portion.amount;
        }
        for portion in &money {
            prop_assert_eq!(by_means[&portion.means], portion.amount);
        }
        let filled: Vec<u64> = shares
            .iter()
            .map(|share| share.iter().map(|portion| portion.amount).sum())
            .collect();
        let mut left: u64 = amounts.iter().sum();
        for (sum, filled) in sums.iter().zip(&filled).take(sums.len() - 1) {
            prop_assert_eq!(*filled, left.min(*sum));
            left -= filled;
        }
        prop_assert_eq!(filled[sums.len() - 1], left, "what is too much is the last one's");
    }
}

fn acts_clerk(till: &Till, through: u64) -> Option<UserId> {
    let before = &till.facts[..through as usize];
    before.iter().rev().find_map(|fact| match &fact.body {
        FactBody::Till(TillFact::ShiftOpened { clerk, .. } | TillFact::ClerkChanged { clerk }) => {
            Some(*clerk)
        }
        _other => None,
    })
}

#[test]
fn a_sale_waits_for_its_payments_and_for_nothing_else() {
    let mut till = Till::new();
    till.open_shift(1);
    till.sell(&[(2_500, 550, 2)], 3_000, true).expect("sold");
    let facts = |count: usize| {
        let facts = till.facts[..count].iter();
        facts.map(|fact| (fact.seq, Some(fact.clone())))
    };
    // Opened, shift, sale, a refused card, cash, card.
    assert_eq!(till.facts.len(), 6);
    for count in 3..6 {
        let read = acts::read(0, None, facts(count));
        assert_eq!((read.acts.len(), read.through), (0, 2), "{count} facts");
    }
    let read = acts::read(0, None, facts(6));
    let What::Sold { paid, .. } = &read.acts[0].what else {
        panic!("a sale");
    };
    let paid: Vec<_> = paid.iter().map(|paid| (paid.means, paid.amount)).collect();
    assert_eq!(paid, [(Means::Cash, 3_000), (Means::Card, 2_000)]);
    assert_eq!((read.acts[0].receipt, read.through), (1, 6));
    // Whatever comes instead of a payment: no more comes of it.
    let next = fact(7, EVENING, TillFact::DrawerCounted { count: Vec::new() });
    let broken = facts(5).chain([(6, Some(next))]);
    let read = acts::read(0, None, broken);
    assert_eq!((read.acts.len(), read.through), (1, 6));
}

#[test]
fn each_event_of_a_sale_has_an_order_of_its_own() {
    let line = |event: u8, unit, tickets: &[u64]| SaleLine {
        event: EventId::from_bytes([event; 16]),
        type_no: TypeNo(1),
        unit,
        vat_bps: 550,
        reason: PriceReason::Full,
        tickets: tickets.iter().copied().map(TicketId).collect(),
    };
    let lines = [
        line(9, 1_000, &[1]),
        line(3, 700, &[2, 3]),
        line(9, 0, &[4]),
    ];
    let paid = [(4, Means::Cash, 500), (5, Means::Card, 1_900)]
        .map(|(seq, means, amount)| Portion { seq, means, amount });
    let parts = acts::parts(&lines, &paid);
    let told: Vec<_> = parts
        .iter()
        .map(|part| {
            let paid: Vec<_> = part.paid.iter().map(|paid| paid.amount).collect();
            (part.event.as_bytes()[0], part.lines.len(), part.total, paid)
        })
        .collect();
    assert_eq!(
        told,
        [(3, 1, 1_400, vec![500, 900]), (9, 2, 1_000, vec![1_000]),]
    );
}

#[test]
fn a_difference_names_its_means_or_rate_and_both_figures() {
    let mut till = Till::new();
    till.open_shift(1);
    till.sell(&[(2_500, 550, 2)], 5_000, false).expect("sold");
    let stated = till.book.shift().expect("open").totals.clone();
    let mut found = stated.clone();
    found.means[0].paid -= 1;
    found.rates[0].sold_vat += 2;
    found.reprints = 7;
    let told = differences(&stated, &found);
    let figures: Vec<Figure> = told.iter().map(|told| told.figure).collect();
    assert_eq!(figures, [Figure::SoldVat(550), Figure::Paid(Means::Cash)]);
    let cash = Difference {
        figure: Figure::Paid(Means::Cash),
        stated: 5_000,
        found: 4_999,
    };
    assert_eq!(told[1], cash);
    assert_eq!(differences(&stated, &Totals::default()).len(), 5);
}
