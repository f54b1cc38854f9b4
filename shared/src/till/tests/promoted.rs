//! A promo code at a till: said ahead of its sale, and the sale's prices are what it leaves.

use super::super::acts::{self, What};
use super::found::assert_found;
use super::*;
use crate::ids::PromoId;
use crate::till::planted::Bug;

fn event() -> EventId {
    EventId::from_bytes([2; 16])
}

fn promo() -> PromoId {
    PromoId::from_bytes([8; 16])
}

/// A till in a shift.
fn open() -> Till {
    let mut till = Till::new();
    till.open_shift(50);
    till
}

impl Till {
    /// Three places at 10.00, ten euros off them together, and one more at its price.
    fn promoted(&self) -> [TillFact; 3] {
        let sale = fact(self.facts.len() as u64 + 2, 0, opened()).id;
        let first = self.next_ticket;
        let line = |unit, reason, tickets: [u64; 2]| SaleLine {
            event: event(),
            type_no: TypeNo(1),
            unit,
            vat_bps: 550,
            reason,
            tickets: (tickets[0]..tickets[1])
                .map(|at| TicketId(first + at))
                .collect(),
        };
        [
            TillFact::Promotion {
                promo: promo(),
                sale,
                event: event(),
                full: 3_000,
                off: 1_000,
            },
            TillFact::Sale {
                receipt: self.book.counters().receipt + 1,
                lines: vec![
                    line(667, PriceReason::Promotion, [0, 2]),
                    line(666, PriceReason::Promotion, [2, 3]),
                    line(1_000, PriceReason::Full, [3, 4]),
                ],
            },
            TillFact::Payment {
                sale,
                amount: 3_000,
                by: PaidBy::Cheque,
            },
        ]
    }
}

fn opened() -> TillFact {
    TillFact::JournalOpened(opening())
}

fn write_all(till: &mut Till, facts: impl IntoIterator<Item = TillFact>) -> Result<(), Broken> {
    facts
        .into_iter()
        .try_for_each(|body| till.append(body).map(drop))
}

#[test]
fn a_promotion_takes_off_what_its_sale_costs_less() {
    let mut till = open();
    let facts = till.promoted();
    write_all(&mut till, facts).expect("by the books");
    let totals = &till.book.shift().expect("open").totals;
    assert_eq!((totals.sold(), totals.tickets), (3_000, 4));
    assert!(Book::read(&till.facts).is_ok());
}

#[test]
fn a_promotion_without_its_sale_a_second_one_or_of_another_amount_is_broken() {
    let [promotion, sale, paid] = open().promoted();
    let changed = |change: fn(&mut TillFact)| {
        let mut changed = promotion.clone();
        change(&mut changed);
        changed
    };
    let more = changed(|fact| {
        if let TillFact::Promotion { off, .. } = fact {
            *off += 1;
        }
    });
    let all_off = changed(|fact| {
        if let TillFact::Promotion { off, full, .. } = fact {
            *off = *full + 1;
        }
    });
    let of_another_event = changed(|fact| {
        if let TillFact::Promotion { event, .. } = fact {
            *event = EventId::from_bytes([3; 16]);
        }
    });
    let of_another_sale = changed(|fact| {
        if let TillFact::Promotion { sale, .. } = fact {
            *sale = FactId::from_bytes([9; 16]);
        }
    });
    let count = TillFact::DrawerCounted { count: Vec::new() };
    for (facts, why) in [
        (vec![promotion.clone(), count], "no sale"),
        (vec![promotion.clone(), promotion.clone()], "a second one"),
        (vec![promotion.clone(), paid], "a payment"),
        (vec![more, sale.clone()], "a cent more"),
        (vec![all_off, sale.clone()], "more than all"),
        (vec![of_another_event, sale.clone()], "of another event"),
        (vec![of_another_sale, sale.clone()], "of another sale"),
    ] {
        let written = write_all(&mut open(), facts);
        assert_eq!(written, Err(Broken::Promotion), "{why}");
    }
    let mut till = open();
    till.append(promotion).expect("so far");
    assert!(!till.book.is_settled());
    assert_eq!(
        Book::read(&till.facts).err(),
        Some((3, Broken::Promotion)),
        "a journal doesn't end there"
    );
    // An organizer's own rate for a promotion needs no code.
    let mut till = open();
    assert!(till.append(sale).is_ok());
}

#[test]
fn a_promotion_that_takes_off_anything_is_found() {
    assert_found(
        Bug::PromotionUnchecked,
        a_promotion_without_its_sale_a_second_one_or_of_another_amount_is_broken,
    );
}

#[test]
fn a_sale_is_read_with_its_promotion_however_the_journal_is_cut() {
    let mut till = open();
    let facts = till.promoted();
    write_all(&mut till, facts).expect("by the books");
    let read = |after: u64, through: usize| {
        let facts = till.facts[..through].iter().skip(after as usize);
        acts::read(
            after,
            None,
            facts.map(|fact| (fact.seq, Some(fact.clone()))),
        )
    };
    // Opened, shift, promotion, sale, payment.
    for through in [3, 4] {
        let cut = read(0, through);
        assert_eq!((cut.acts.len(), cut.through), (0, 2), "{through} facts");
    }
    for after in [0, 2] {
        let whole = read(after, 5);
        assert_eq!((whole.acts.len(), whole.through), (1, 5));
        assert_eq!(
            whole.passed_ms,
            till.now_ms - 1,
            "when the last one was written"
        );
        let What::Sold { promotion, .. } = &whole.acts[0].what else {
            panic!("a sale");
        };
        let promotion = promotion.expect("with a code");
        assert_eq!(
            (
                promotion.fact,
                promotion.promo,
                promotion.event,
                promotion.off
            ),
            (till.facts[2].id, promo(), event(), 1_000)
        );
    }
}
