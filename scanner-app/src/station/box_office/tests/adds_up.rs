//! Whatever is struck in whatever order: the amounts on the screen add up, and so does what the till was told.

use proptest::prelude::*;
use shared::ids::FactId;
use shared::money::Money;

use super::paper_till::{Desk, shows};
use crate::station::box_office::{By, Checkout};
use crate::station::view::{
    AskingView, CartView, Means, PastAct, PaymentAct, SaleAct, Stroke, TillAct, TillKey,
    TillRefusal, TillScreen, TillView,
};

fn key() -> impl Strategy<Value = TillKey> {
    prop_oneof![
        4 => (0_u8..10).prop_map(|digit| TillKey::Digit { digit }),
        4 => (1_u8..13).prop_map(|no| TillKey::Function { no }),
        3 => Just(TillKey::Enter),
        1 => Just(TillKey::Escape),
        1 => Just(TillKey::Plus),
        1 => Just(TillKey::Minus),
        1 => Just(TillKey::Backspace),
    ]
}

fn touch() -> impl Strategy<Value = TillAct> {
    let sale = prop_oneof![
        (0_usize..4).prop_map(|line| SaleAct::Less { line: Some(line) }),
        (0_usize..4).prop_map(|line| SaleAct::More { line: Some(line) }),
        (0_u32..6).prop_map(|no| SaleAct::Resume { no }),
        (0_usize..4, 0_u32..12).prop_map(|(line, quantity)| SaleAct::Set { line, quantity }),
        Just(SaleAct::Empty),
        Just(SaleAct::NoExchange),
        Just(SaleAct::Parked),
        Just(SaleAct::Pay {
            means: Some(Means::Cash)
        }),
    ];
    let payment = prop_oneof![
        any::<u32>().prop_map(|minor| PaymentAct::Give { minor }),
        (0_usize..4).prop_map(|part| PaymentAct::GiveBack { part }),
        Just(PaymentAct::Type {
            stroke: Stroke::DoubleZero
        }),
        Just(PaymentAct::TakePart),
        Just(PaymentAct::Return { means: Means::Cash }),
        (0_u16..4).prop_map(|kind| PaymentAct::By {
            means: Means::Voucher { kind }
        }),
    ];
    let past = prop_oneof![
        (1_u128..4).prop_map(|sale| PastAct::Look {
            sale: FactId(uuid::Uuid::from_u128(sale))
        }),
        (0_usize..3).prop_map(|ticket| PastAct::Mark { ticket }),
        Just(PastAct::Exchange),
    ];
    prop_oneof![
        2 => sale.prop_map(TillAct::Sale),
        2 => payment.prop_map(TillAct::Payment),
        3 => past.prop_map(TillAct::Past),
    ]
}

#[derive(Clone, Debug)]
enum Stroked {
    Key(TillKey),
    Touch(TillAct),
    /// The journal can't be written for a while, or can again.
    OutOfOrder(bool),
}

fn stroked() -> impl Strategy<Value = Stroked> {
    prop_oneof![
        8 => key().prop_map(Stroked::Key),
        3 => touch().prop_map(Stroked::Touch),
        1 => any::<bool>().prop_map(Stroked::OutOfOrder),
    ]
}

fn sum(amounts: impl Iterator<Item = Money>) -> i64 {
    amounts.map(|amount| amount.minor).sum()
}

fn cart_adds_up(cart: &CartView) {
    for line in &cart.lines {
        assert_eq!(line.total.minor, line.unit.minor * i64::from(line.quantity));
        assert!(line.quantity > 0);
        assert!(line.free.is_none() || line.total.minor == 0);
    }
    assert_eq!(
        cart.total.minor,
        sum(cart.lines.iter().map(|line| line.total))
    );
    let places: u32 = cart.lines.iter().map(|line| line.quantity).sum();
    assert_eq!(cart.places, places);
    assert!(sum(cart.vat.iter().map(|vat| vat.vat)) <= cart.total.minor);
}

fn adds_up(view: &TillView) {
    match &view.screen {
        TillScreen::Sale(sale) => {
            cart_adds_up(&sale.cart);
        }
        TillScreen::Parked { carts } => carts.iter().for_each(|parked| cart_adds_up(&parked.cart)),
        TillScreen::Payment(payment) => {
            let taken = payment.taken.iter().filter(|taken| !taken.refused);
            let taken = sum(taken.map(|taken| taken.amount));
            assert_eq!(payment.due.minor, taken + payment.rest.minor);
            assert!(payment.rest.minor >= 0 && taken >= 0);
            if let AskingView::Cash {
                given,
                change,
                missing,
                pieces,
                ..
            } = &payment.asking
            {
                let change = change.map_or(0, |change| change.minor);
                let missing = missing.map_or(0, |missing| missing.minor);
                assert_eq!(given.minor + missing, payment.rest.minor + change);
                assert_eq!(sum(pieces.iter().map(|pieces| pieces.sum)), change);
            }
        }
        TillScreen::Done(done) => {
            let taken = done.taken.iter().filter(|taken| !taken.refused);
            let credit = done.exchange.as_ref().map_or(0, |exchange| {
                assert!(exchange.due.minor == 0 || exchange.back.minor == 0);
                exchange.credit.minor - exchange.back.minor
            });
            let taken = sum(taken.map(|taken| taken.amount));
            assert_eq!(done.total.minor, taken + credit);
        }
        TillScreen::LogIn { .. }
        | TillScreen::Open(_)
        | TillScreen::Menu
        | TillScreen::Cash(_)
        | TillScreen::Report(_)
        | TillScreen::Count(_)
        | TillScreen::Compare(_)
        | TillScreen::Closed(_)
        | TillScreen::Past(_)
        | TillScreen::Collect(_) => {}
    }
}

fn is_paid(sale: &Checkout, credit: i64) {
    let counted = sale.parts.iter().filter(|part| part.counts());
    let paid = sum(counted.map(|part| part.amount));
    assert_eq!(paid, (sale.total.minor - credit).max(0));
    let back_by = sale.exchange.as_ref().and_then(|of| of.back_by);
    assert_eq!(back_by.is_some(), credit > sale.total.minor);
    let lines = sale.lines.iter();
    let lines: i64 = lines
        .map(|line| line.unit.minor * i64::from(line.quantity))
        .sum();
    assert_eq!(lines, sale.total.minor);
    for part in &sale.parts {
        assert!(part.amount.minor > 0);
        assert!(!matches!(part.by, By::Cash { change } if change.minor < 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn amounts_always_add_up(strokes in proptest::collection::vec(stroked(), 1..120)) {
        let mut desk = Desk::open();
        for stroke in strokes {
            let step = desk.screen.view().step;
            let view = match stroke {
                Stroked::Key(key) => desk.screen.press(step, key, &mut desk.till),
                Stroked::Touch(act) => desk.screen.act(step, act, &mut desk.till),
                Stroked::OutOfOrder(is) => {
                    desk.till.out_of_order = is.then_some(TillRefusal::NotWritten);
                    desk.screen.view()
                }
            };
            adds_up(&view);
        }
        for sale in &desk.till.sales {
            is_paid(sale, desk.till.credit(sale));
        }
        // No ticket comes back twice.
        let mut back: Vec<_> = desk.till.refunds.iter().collect();
        back.sort_unstable_by_key(|(sale, tickets, _)| (*sale, tickets.clone()));
        for pair in back.windows(2) {
            let shared = pair[0].1.iter().any(|ticket| pair[1].1.contains(ticket));
            prop_assert!(pair[0].0 != pair[1].0 || !shared);
        }
        // Nobody chose more at once than there was, free or not.
        for show in shows() {
            for offer in &show.offers {
                for sale in &desk.till.sales {
                    let lines = sale.lines.iter().filter(|line| {
                        (line.event, line.type_no) == (show.event, offer.type_no)
                    });
                    let places: u32 = lines.map(|line| line.quantity).sum();
                    prop_assert!(places <= offer.left.places());
                }
            }
        }
    }
}
