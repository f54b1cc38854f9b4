//! Promo codes: what the server answers is in the cart until the cart changes.

use shared::price::{BasisPoints, Off};

use super::paper_till::{Desk, EVENING, euros};
use crate::station::view::{SaleAct, SaleView, TillAct, TillRefusal, TillScreen, TillView};

fn sale(view: &TillView) -> &SaleView {
    match &view.screen {
        TillScreen::Sale(sale) => sale,
        other => panic!("not the sale: {other:?}"),
    }
}

fn typed(desk: &mut Desk, code: &str) -> TillView {
    desk.act(TillAct::Sale(SaleAct::CodeIs { code: code.into() }))
}

/// With the server there, whose code NOEL10 takes this off the type "Fosse".
fn online(off: Off) -> Desk {
    let mut desk = Desk::open();
    desk.till.takes_off = Some(off);
    desk
}

fn percent(points: u32) -> Off {
    Off::Percent(BasisPoints::new(points).unwrap())
}

#[test]
fn a_code_is_typed_for_the_cart_and_what_it_takes_off_is_shown_on_each_line() {
    let mut desk = online(percent(2_000));
    assert_eq!(desk.keys("F10").refusal, Some(TillRefusal::CartEmpty));
    assert!(sale(&desk.keys("1 1 2 F10")).asking_code);
    let view = typed(&mut desk, " NOEL10 ");
    let view = sale(&view);
    assert!(!view.asking_code);
    let lines: Vec<_> = view
        .cart
        .lines
        .iter()
        .map(|line| (line.unit, line.total, line.off))
        .collect();
    assert_eq!(
        lines,
        [
            (euros(3_400), euros(5_440), Some(euros(1_360))),
            (euros(2_450), euros(2_450), None),
        ]
    );
    let code = view.cart.code.clone().expect("in the cart");
    assert_eq!(
        (code.code.as_str(), code.percent_basis_points, code.off),
        ("NOEL10", Some(2_000), euros(1_360))
    );
    assert_eq!(view.cart.total, euros(7_890));
    let asked = &desk.till.codes[0];
    assert_eq!((asked.event, asked.code.as_str()), (EVENING, "NOEL10"));
    // Paid, and the till is told which use of it.
    let fact = asked.fact;
    desk.keys("F2 Enter");
    let sold = &desk.till.sales[0];
    assert_eq!((sold.total, sold.promotion), (euros(7_890), Some(fact)));
    assert!(desk.till.given_up.borrow().is_empty());
    let view = desk.keys("Enter");
    let view = sale(&view);
    assert_eq!((&view.cart.code, &view.code_out), (&None, &None));
}

#[test]
fn whatever_changes_the_cart_takes_the_code_out_and_says_so() {
    for keys in ["1", "-", "+", "2", "F5 F6 1"] {
        let mut desk = online(percent(2_000));
        desk.keys("1 1");
        typed(&mut desk, "NOEL10");
        let fact = desk.till.codes[0].fact;
        let view = desk.keys(keys);
        let view = sale(&view);
        assert_eq!(view.cart.code, None, "{keys}");
        assert_eq!(view.code_out.as_deref(), Some("NOEL10"), "{keys}");
        assert_eq!(*desk.till.given_up.borrow(), [fact], "{keys}");
        let full: i64 = view
            .cart
            .lines
            .iter()
            .map(|line| line.unit.minor * i64::from(line.quantity))
            .sum();
        assert_eq!(view.cart.total, euros(full), "{keys}");
        // It is entered again, under an id of its own.
        typed(&mut desk, "NOEL10");
        let view = desk.screen.view();
        assert!(sale(&view).cart.code.is_some());
        assert_eq!(sale(&view).code_out, None);
        assert_ne!(desk.till.codes[1].fact, fact);
    }
    // What leaves it as it is, does not.
    let mut desk = online(percent(2_000));
    desk.keys("1 1");
    typed(&mut desk, "NOEL10");
    let view = desk.keys("F8 Escape F7 Escape F2 Escape");
    assert!(sale(&view).cart.code.is_some());
    // Escape takes it out for good.
    let view = desk.keys("Escape");
    let view = sale(&view);
    assert_eq!((&view.cart.code, &view.code_out), (&None, &None));
    assert_eq!(view.cart.total, euros(6_800));
    assert_eq!(desk.till.given_up.borrow().len(), 1);
}

#[test]
fn an_amount_that_does_not_divide_is_taken_off_to_the_cent_with_its_vat() {
    let mut desk = online(Off::Amount(euros(1_000)));
    desk.keys("1 1 1");
    let view = typed(&mut desk, "NOEL10");
    let cart = &sale(&view).cart;
    assert_eq!(cart.total, euros(3 * 3_400 - 1_000));
    // Two places at 30.67 and one at 30.66: the VAT of each price is rounded, as in the sale.
    assert_eq!(cart.vat[0].vat, euros(320 + 160));
}

#[test]
fn without_the_server_or_for_another_word_nothing_changes_and_the_sale_goes_on() {
    let mut desk = Desk::open();
    desk.keys("1 F10");
    let view = typed(&mut desk, "NOEL10");
    assert_eq!(view.refusal, Some(TillRefusal::CodeNeedsServer));
    assert_eq!(sale(&view).cart.total, euros(3_400));
    desk.till.takes_off = Some(percent(2_000));
    let view = typed(&mut desk, "noel11");
    assert_eq!(view.refusal, Some(TillRefusal::CodeUnknown));
    assert!(sale(&view).asking_code, "to correct it");
    let view = desk.keys("Escape F2 Enter");
    assert!(matches!(view.screen, TillScreen::Done(_)), "{view:?}");
    // Of a type that the code is not for, and of reduced rates, nothing is taken off.
    desk.keys("Enter F8 1 1");
    let view = typed(&mut desk, "NOEL10");
    assert_eq!(view.refusal, Some(TillRefusal::CodeOtherTypes));
}

#[test]
fn a_code_whose_time_is_nearly_over_is_entered_again_before_anybody_pays() {
    let mut desk = online(percent(2_000));
    desk.keys("1 1");
    typed(&mut desk, "NOEL10");
    desk.till.is_late = true;
    let view = desk.keys("F1");
    assert_eq!(view.refusal, Some(TillRefusal::CodeAgain));
    assert_eq!(sale(&view).cart.total, euros(6_800));
    assert_eq!(sale(&view).code_out.as_deref(), Some("NOEL10"));
    assert!(matches!(desk.keys("F1").screen, TillScreen::Payment(_)));
}
