//! Reduced rates, and what a group pays.

use super::paper_till::{Desk, euros, shows};
use crate::station::view::{ReducedReason, SaleView, TillRefusal, TillScreen, TillView};

fn sale(view: TillView) -> SaleView {
    match view.screen {
        TillScreen::Sale(sale) => sale,
        other => panic!("not the sale: {other:?}"),
    }
}

#[test]
fn a_reduced_rate_is_chosen_by_a_digit_and_shown_until_escape() {
    let mut desk = Desk::open();
    let view = sale(desk.keys("F8"));
    assert!(view.choosing_rate);
    assert_eq!(view.rates, [ReducedReason::Student]);
    let view = sale(desk.keys("1"));
    assert_eq!(
        (view.reduced, view.choosing_rate),
        (Some(ReducedReason::Student), false)
    );
    assert_eq!(view.keys[0].price, euros(2_400));
    let view = sale(desk.keys("1 1"));
    assert_eq!(view.cart.lines[0].reduced, Some(ReducedReason::Student));
    assert_eq!((view.cart.places, view.cart.total), (2, euros(4_800)));
    // The other type has no such rate.
    let view = desk.keys("2");
    assert_eq!(view.refusal, Some(TillRefusal::NoRate));
    let view = sale(desk.keys("Escape 1"));
    assert_eq!((view.reduced, view.cart.total), (None, euros(8_200)));
    desk.keys("F1 Enter");
    let lines = &desk.till.sales[0].lines;
    let told: Vec<_> = lines.iter().map(|line| (line.reduced, line.unit)).collect();
    assert_eq!(
        told,
        [
            (Some(ReducedReason::Student), euros(2_400)),
            (None, euros(3_400))
        ]
    );
}

#[test]
fn a_groups_price_comes_and_goes_with_the_number_of_places() {
    let mut desk = Desk::open();
    let mut enough = shows();
    enough[1].offers[0].left.own = 12;
    desk.screen.stock(enough);
    let nine = sale(desk.keys("1 1 1 1 1 1 1 1 1"));
    assert_eq!(
        (nine.cart.total, nine.cart.lines[0].group),
        (euros(30_600), false)
    );
    let ten = sale(desk.keys("+"));
    assert_eq!(
        (ten.cart.total, ten.cart.lines[0].group),
        (euros(30_000), true)
    );
    assert_eq!(ten.cart.lines.len(), 1);
    // Whoever pays a reduced rate is one of the group, whoever pays nothing is not.
    let with_student = sale(desk.keys("- F8 1 1 Escape"));
    assert_eq!(with_student.cart.total, euros(9 * 3_000 + 2_400));
    let nine = sale(desk.keys("-"));
    assert_eq!(nine.cart.total, euros(30_600));
    let with_guest = sale(desk.keys("F4 1 1"));
    assert_eq!(
        (with_guest.cart.places, with_guest.cart.total),
        (10, euros(30_600))
    );
}
