//! Carts, payments and refunds: what is refused.

use super::found::assert_found;
use super::*;
use crate::till::cart::{CartError, NotPaid, price, settle};
use crate::till::planted::Bug;

fn line(unit: Money, quantity: u16) -> CartLine {
    CartLine {
        event: EventId::from_bytes([2; 16]),
        type_no: TypeNo(1),
        unit,
        vat_bps: 550,
        reason: PriceReason::Full,
        quantity,
    }
}

fn refused(lines: Vec<CartLine>) -> CartError {
    price(lines, Currency::Eur).expect_err("no cart")
}

#[test]
fn a_carts_sum_is_that_of_its_lines() {
    let cart = price(
        vec![line(euros(2200), 3), line(euros(1500), 1)],
        Currency::Eur,
    );
    assert_eq!(cart.expect("a cart").total(), euros(8100));
}

#[test]
fn negative_absurd_and_foreign_prices_are_refused() {
    assert_eq!(refused(Vec::new()), CartError::Empty);
    assert_eq!(refused(vec![line(euros(100), 0)]), CartError::NoneOfALine);
    assert_eq!(refused(vec![line(euros(-1), 1)]), CartError::NoPrice);
    assert_eq!(refused(vec![line(euros(1_000_001), 1)]), CartError::NoPrice);
    assert_eq!(refused(vec![line(euros(0), 401)]), CartError::TooMany);
    assert_eq!(refused(vec![line(euros(0), 1); 41]), CartError::TooMany);
    let till = Currency::Eur;
    let francs = Money::new(100, Currency::Chf);
    assert_eq!(
        refused(vec![line(francs, 1)]),
        CartError::OtherCurrency { till }
    );
    let guest = CartLine {
        reason: PriceReason::Guest,
        ..line(euros(1), 1)
    };
    assert_eq!(refused(vec![guest]), CartError::FreeWithPrice);
    let vat_bps = 10_001;
    let vat = CartLine {
        vat_bps,
        ..line(euros(1), 1)
    };
    assert_eq!(refused(vec![vat]), CartError::NoVatRate);
}

/// Whatever cart passes can be written: its fact fits an envelope.
#[test]
fn the_greatest_cart_fits_an_envelope() {
    let mut greatest = None;
    for quantity in (1..=400).rev() {
        let mut lines = vec![line(euros(100), 1); 39];
        lines.push(line(euros(100), quantity));
        if let Ok(cart) = price(lines, Currency::Eur) {
            greatest = Some(cart);
            break;
        }
    }
    let cart = greatest.expect("some cart of forty lines");
    let mut first = 1;
    let lines = cart.lines().iter().map(|line| {
        let tickets = (first..).take(line.quantity.into()).map(TicketId);
        first += u64::from(line.quantity);
        SaleLine {
            event: line.event,
            type_no: line.type_no,
            unit: line.unit.minor as u32,
            vat_bps: line.vat_bps,
            reason: line.reason,
            tickets: tickets.collect(),
        }
    });
    let lines = lines.collect();
    let sale = fact(2, EVENING, TillFact::Sale { receipt: 1, lines });
    crate::fact::Envelope::sign(&sale, &sample::key()).expect("it fits");
}

#[test]
fn only_cash_has_change_and_nothing_is_paid_twice() {
    let cash = |minor| Tender::Cash {
        given: euros(minor),
    };
    let card = |minor, outcome| Tender::Card {
        amount: euros(minor),
        outcome,
    };
    let voucher = |minor| Tender::Voucher {
        kind: 3,
        amount: euros(minor),
    };
    let total = euros(4400);
    let paid = settle(total, &[voucher(1000), cash(5000)]).expect("paid");
    assert_eq!(paid[1].amount, 3400);
    assert_eq!(paid[1].by, PaidBy::Cash { change: 1600 });
    let left = euros(4400);
    assert_eq!(settle(total, &[]), Err(NotPaid::Missing { left }));
    let refused = [card(4400, Outcome::Refused)];
    assert_eq!(settle(total, &refused), Err(NotPaid::Missing { left }));
    assert_eq!(
        settle(total, &[cash(4400), cash(4400)]),
        Err(NotPaid::PaidAlready)
    );
    assert_eq!(
        settle(total, &[voucher(4401)]),
        Err(NotPaid::TooMuch { left })
    );
    for none in [cash(0), cash(-5), voucher(i64::MAX)] {
        assert_eq!(settle(total, &[none]), Err(NotPaid::NoAmount));
    }
    assert_eq!(settle(euros(0), &[cash(100)]), Err(NotPaid::PaidAlready));
    assert_eq!(settle(euros(0), &[]), Ok(Vec::new()));
}

proptest! {
    /// However it is put down: what is paid is what is due, to the cent.
    #[test]
    fn whatever_settles_pays_exactly_what_is_due(
        due in 0i64..100_000,
        given in prop::collection::vec((0..3u8, 1i64..60_000), 0..5),
    ) {
        let tenders: Vec<_> = given.iter().map(|(kind, minor)| match kind {
            0 => Tender::Cash { given: euros(*minor) },
            1 => Tender::Card { amount: euros(*minor), outcome: Outcome::Refused },
            _ => Tender::Cheque { amount: euros(*minor) },
        }).collect();
        if let Ok(paid) = settle(euros(due), &tenders) {
            let counted = paid.iter().filter(|paid| paid.by.counts());
            prop_assert_eq!(counted.map(|paid| i64::from(paid.amount)).sum::<i64>(), due);
        }
    }
}

fn sold() -> (Till, SaleId) {
    let mut till = Till::new();
    till.open_shift(100);
    let sale = till.sell(&[(2200, 550, 2)], 0, false).expect("sold");
    (till, sale)
}

fn refund_of(till: &Till, sale: SaleId, tickets: &[u64], amount: u32) -> TillFact {
    let means = Means::Card;
    TillFact::Refund {
        receipt: till.book.counters().receipt + 1,
        sale,
        reason: RefundReason::Mistake,
        tickets: tickets.iter().copied().map(TicketId).collect(),
        back: vec![GivenBack { means, amount }],
    }
}

#[test]
fn a_ticket_is_given_back_once_at_its_price_and_to_its_own_sale() {
    let (mut till, sale) = sold();
    let too_much = refund_of(&till, sale, &[1], 2201);
    let (given, price) = (2201, 2200);
    assert_eq!(
        till.append(too_much),
        Err(Broken::GivenBack { given, price })
    );
    let once = refund_of(&till, sale, &[1], 2200);
    till.append(once).expect("given back");
    let ticket = TicketId(1);
    let again = refund_of(&till, sale, &[1], 2200);
    assert_eq!(till.append(again), Err(Broken::NotThere { ticket }));
    let other = refund_of(&till, FactId::from_bytes([9; 16]), &[2], 2200);
    assert_eq!(till.append(other), Err(Broken::NoSuchSale));
}

#[test]
fn a_sale_is_paid_before_anything_else_happens_and_by_no_other_payment() {
    let mut till = Till::new();
    till.open_shift(0);
    let lines = vec![SaleLine {
        event: EventId::from_bytes([2; 16]),
        type_no: TypeNo(1),
        unit: 2200,
        vat_bps: 550,
        reason: PriceReason::Full,
        tickets: vec![TicketId(1)],
    }];
    let receipt = 1;
    let sale = till
        .append(TillFact::Sale { receipt, lines })
        .expect("sold");
    assert_eq!(Book::read(&till.facts).err(), Some((3, Broken::Unpaid)));
    assert_eq!(
        till.append(TillFact::DrawerCounted { count: Vec::new() }),
        Err(Broken::Unpaid)
    );
    let payment = |sale, amount| TillFact::Payment {
        sale,
        amount,
        by: PaidBy::Cheque,
    };
    let other = FactId::from_bytes([9; 16]);
    assert_eq!(till.append(payment(other, 2200)), Err(Broken::NotWaiting));
    assert_eq!(till.append(payment(sale, 2201)), Err(Broken::PaidTooMuch));
    till.append(payment(sale, 1200)).expect("a part");
    till.append(payment(sale, 1000)).expect("the rest");
    assert_eq!(till.append(payment(sale, 1)), Err(Broken::NotWaiting));
}

#[test]
fn nothing_is_sold_twice_or_without_a_shift_or_out_of_the_series() {
    let (mut till, _) = sold();
    let sale = |receipt, ticket| TillFact::Sale {
        receipt,
        lines: vec![SaleLine {
            event: EventId::from_bytes([2; 16]),
            type_no: TypeNo(1),
            unit: 0,
            vat_bps: 550,
            reason: PriceReason::Guest,
            tickets: vec![TicketId(ticket)],
        }],
    };
    let ticket = TicketId(1);
    assert_eq!(till.append(sale(2, 1)), Err(Broken::SoldBefore { ticket }));
    let (found, next) = (3, 2);
    assert_eq!(till.append(sale(3, 7)), Err(Broken::Number { found, next }));
    till.close_shift(0);
    assert_eq!(till.append(sale(2, 7)), Err(Broken::NoShift));
    let moved = TillFact::CashMoved {
        way: CashWay::Out,
        amount: 1,
        reason: CashReason::Banked,
    };
    assert_eq!(till.append(moved), Err(Broken::NoShift));
}

#[test]
fn what_is_no_fact_of_a_till_is_not_in_its_books() {
    let (mut till, _) = sold();
    let mut foreign = till.facts[1].clone();
    foreign.body = sample::entry(1);
    assert_eq!(till.book.write(&foreign), Err(Broken::NotATills));
    let second = TillFact::JournalOpened(opening());
    assert_eq!(till.append(second), Err(Broken::Opening));
    assert_eq!(Book::read([&foreign]).err(), Some((1, Broken::Opening)));
}

#[test]
fn bugs_in_refunds_are_found() {
    for bug in [Bug::RefundedTwice, Bug::RefundAbovePrice] {
        assert_found(
            bug,
            a_ticket_is_given_back_once_at_its_price_and_to_its_own_sale,
        );
    }
}
