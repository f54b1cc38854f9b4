//! Choosing places.

use shared::ids::TypeNo;

use super::paper_till::{Desk, EVENING, TOMORROW, euros, shows, total};
use crate::station::view::{
    FreeReason, SaleAct, SaleView, TillAct, TillRefusal, TillScreen, TillView,
};

fn sale(view: TillView) -> SaleView {
    match view.screen {
        TillScreen::Sale(sale) => sale,
        other => panic!("not the sale: {other:?}"),
    }
}

#[test]
fn todays_show_comes_first_and_is_looked_at() {
    let view = sale(Desk::open().screen.view());
    assert_eq!(view.shows[0].event, EVENING);
    assert!(view.shows[0].current);
    assert_eq!(view.keys[0].key, Some(1));
}

#[test]
fn a_key_adds_a_place_and_takes_it_from_what_is_left() {
    let mut desk = Desk::open();
    let view = sale(desk.keys("1 1 2"));
    assert_eq!(view.cart.places, 3);
    assert_eq!(view.cart.total, euros(2 * 3_400 + 2_450));
    assert_eq!((view.keys[0].own_left, view.keys[0].in_cart), (2, 2));
    assert_eq!(
        view.cart.lines[1].proof.as_deref(),
        Some("Pièce d’identité")
    );
}

#[test]
fn no_more_places_are_chosen_than_are_left() {
    let mut desk = Desk::open();
    let view = desk.keys("1 1 1 1 1");
    assert_eq!(view.refusal, Some(TillRefusal::NothingLeft));
    assert_eq!(sale(view).cart.places, 4);
    assert_eq!(desk.keys("3").refusal, Some(TillRefusal::NothingLeft));
}

#[test]
fn what_is_lacking_comes_from_another_till_while_the_server_is_away() {
    let mut desk = Desk::open();
    assert_eq!(desk.keys("3").refusal, Some(TillRefusal::NothingLeft));
    let asked = |desk: &Desk| desk.till.asked.clone();
    assert_eq!(asked(&desk), [(EVENING, TypeNo(3), 1)], "nobody lent any");
    let mut lent = shows();
    lent[1].offers[2].left.own = 2;
    desk.till.nearby = Some(lent);
    let view = desk.keys("3");
    assert_eq!(view.refusal, None);
    let view = sale(view);
    assert_eq!((view.cart.places, view.keys[2].own_left), (1, 1));
    let set = |quantity| TillAct::Sale(SaleAct::Set { line: 0, quantity });
    assert_eq!(desk.act(set(4)).refusal, Some(TillRefusal::NothingLeft));
    assert_eq!(asked(&desk)[2..], [(EVENING, TypeNo(3), 2)]);
}

#[test]
fn no_other_till_is_asked_while_the_server_is_there() {
    let mut desk = Desk::open();
    let mut stock = shows();
    stock[1].offers[2].left.common = Some(0);
    desk.screen.stock(stock);
    assert_eq!(desk.keys("3").refusal, Some(TillRefusal::NothingLeft));
    assert_eq!(desk.till.asked, []);
}

#[test]
fn what_was_added_last_is_taken_back_first() {
    let mut desk = Desk::open();
    let view = sale(desk.keys("1 2 1 Backspace"));
    let lines: Vec<_> = view.cart.lines.iter().map(|line| line.quantity).collect();
    assert_eq!(lines, [1, 1]);
    let view = sale(desk.keys("Backspace"));
    assert_eq!(view.cart.lines.len(), 1);
    assert_eq!(view.cart.lines[0].name, "Fosse, debout");
    assert!(sale(desk.keys("- -")).cart.lines.is_empty());
}

#[test]
fn a_group_is_typed_as_a_number_and_is_no_larger_than_what_is_left() {
    let mut desk = Desk::open();
    desk.keys("1 2");
    let set = |quantity| TillAct::Sale(SaleAct::Set { line: 1, quantity });
    let view = sale(desk.act(set(9)));
    assert_eq!(view.cart.total, euros(3_400 + 9 * 2_450));
    assert_eq!(view.keys[1].own_left, 0);
    let view = desk.act(set(10));
    assert_eq!(view.refusal, Some(TillRefusal::NothingLeft));
    assert_eq!(sale(view).cart.places, 10);
    assert_eq!(sale(desk.act(set(2))).cart.places, 3);
    assert_eq!(sale(desk.act(set(0))).cart.lines.len(), 1);
    // What is taken back last was there before.
    assert!(sale(desk.keys("Backspace")).cart.lines.is_empty());
}

#[test]
fn a_cart_holds_places_of_several_shows_and_says_of_which() {
    let mut desk = Desk::open();
    desk.keys("1");
    desk.act(TillAct::Sale(SaleAct::Show { event: TOMORROW }));
    let view = sale(desk.act(TillAct::Sale(SaleAct::Add { type_no: TypeNo(1) })));
    assert_eq!(view.cart.total, euros(5_400));
    let titles: Vec<_> = view
        .cart
        .lines
        .iter()
        .map(|line| line.title.clone())
        .collect();
    assert_eq!(
        titles,
        [Some("Mirabelle Nord".into()), Some("Halo Vert".into())]
    );
}

#[test]
fn a_place_without_charge_needs_a_reason_and_costs_nothing() {
    let mut desk = Desk::open();
    let view = sale(desk.keys("F4 2"));
    assert_eq!(view.free, Some(FreeReason::Press));
    let view = sale(desk.keys("1 Escape 1"));
    assert_eq!(view.free, None);
    assert_eq!(view.cart.lines[0].free, Some(FreeReason::Press));
    assert_eq!(view.cart.lines[0].total, euros(0));
    assert_eq!(view.cart.total, euros(3_400));
}

#[test]
fn places_that_cost_nothing_are_given_out_without_asking_for_money() {
    let mut desk = Desk::open();
    let view = desk.keys("F4 1 1 F1");
    assert!(matches!(view.screen, TillScreen::Done(_)), "{view:?}");
    assert!(desk.till.sales[0].parts.is_empty());
}

#[test]
fn a_cart_that_waits_keeps_its_places_and_comes_back_whole() {
    let mut desk = Desk::open();
    let view = sale(desk.keys("1 1 1 F5"));
    assert!(view.cart.lines.is_empty());
    assert_eq!((view.parked, view.keys[0].own_left), (1, 1));
    desk.keys("2 F6");
    let view = sale(desk.keys("1"));
    assert_eq!(view.cart.total, euros(3 * 3_400));
    // The one at hand waits in its place.
    assert_eq!((view.parked, view.keys[1].own_left), (1, 8));
}

#[test]
fn a_show_that_is_gone_is_no_longer_looked_at() {
    let mut desk = Desk::open();
    let mut shows = super::paper_till::shows();
    shows.retain(|show| show.event == TOMORROW);
    desk.screen.stock(shows);
    let view = desk.keys("1");
    assert_eq!(total(&view), Some(2_000));
}
