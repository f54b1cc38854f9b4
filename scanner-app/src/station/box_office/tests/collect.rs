//! Orders of the store at the counter: found, printed once, and once more only by who says so; what was reserved is sold as any.

use shared::ids::{OrderId, TicketId, TypeNo};

use super::paper_till::{Desk, EVENING, euros, shows, total};
use crate::station::box_office::{Reserved, TakenHere};
use crate::station::view::{
    CollectAct, CollectView, CollectedView, OrderStanding, OrderTicketsView, OrderView,
    TakenOverView, TillAct, TillRefusal, TillScreen, TillView,
};

fn order(no: u128, buyer: &str) -> OrderView {
    OrderView {
        order: OrderId(uuid::Uuid::from_u128(no)),
        code: format!("TH-000000000{no}"),
        buyer: buyer.into(),
        title: "Mirabelle Nord".into(),
        when: "ce soir".into(),
        state: OrderStanding::Paid,
        tickets: vec![OrderTicketsView {
            name: "Fosse".into(),
            places: 2,
        }],
        total: euros(6_800),
        collected: None,
        reserved_until: None,
        taken_over: None,
    }
}

/// At the orders' screen, with a server that has two of them.
fn looking() -> Desk {
    let mut desk = Desk::open();
    desk.till.orders = Some(vec![order(1, "Camille Roux"), order(2, "Camille Petit")]);
    desk.keys("F9 7");
    desk
}

fn shown(view: TillView) -> CollectView {
    match view.screen {
        TillScreen::Collect(collect) => collect,
        other => panic!("{other:?}"),
    }
}

fn act(desk: &mut Desk, act: CollectAct) -> TillView {
    desk.act(TillAct::Collect(act))
}

fn find(desk: &mut Desk, text: &str) -> TillView {
    let text = text.to_owned();
    act(desk, CollectAct::Find { text })
}

#[test]
fn a_name_finds_several_and_a_code_opens_the_one_that_it_names() {
    let mut desk = looking();
    let view = shown(find(&mut desk, "camille"));
    assert_eq!((view.found.len(), view.order), (2, None));
    let view = shown(find(&mut desk, "TH-0000000002"));
    let looked_at = view.order.expect("the one");
    assert_eq!(looked_at.buyer, "Camille Petit");
    let order = OrderId(uuid::Uuid::from_u128(1));
    let view = act(&mut desk, CollectAct::Look { order });
    assert_eq!(view.refusal, Some(TillRefusal::NotHere), "it was not found");
}

#[test]
fn tickets_are_handed_out_once_however_often_it_is_tapped() {
    let mut desk = looking();
    find(&mut desk, "TH-0000000001");
    let step = desk.screen.view().step;
    for _ in 0..2 {
        let hand_out = TillAct::Collect(CollectAct::HandOut);
        desk.screen.act(step, hand_out, &mut desk.till);
    }
    let view = shown(desk.screen.view());
    assert_eq!(view.printing, Some(2));
    assert!(view.order.expect("the order").collected.is_some());
    assert_eq!(desk.till.handed_out.len(), 1);
    let view = act(&mut desk, CollectAct::HandOut);
    assert_eq!(
        view.refusal,
        Some(TillRefusal::NotHere),
        "it was handed out"
    );
    act(&mut desk, CollectAct::Duplicate);
    let (first, second) = (desk.till.handed_out[0], desk.till.handed_out[1]);
    assert_eq!((first.2, second.2), (false, true));
    assert_ne!(first.1, second.1, "a duplicate is a fact of its own");
}

#[test]
fn an_answer_that_was_lost_is_asked_for_with_the_same_fact() {
    let mut desk = looking();
    find(&mut desk, "TH-0000000001");
    desk.till.out_of_order = Some(TillRefusal::NoServer);
    let view = act(&mut desk, CollectAct::HandOut);
    assert_eq!(view.refusal, Some(TillRefusal::NoServer));
    let asked = desk.till.begun();
    desk.till.out_of_order = None;
    act(&mut desk, CollectAct::HandOut);
    assert_eq!(desk.till.handed_out[0].1, asked);
}

#[test]
fn what_another_till_handed_out_meanwhile_is_told_and_not_printed() {
    let mut desk = looking();
    find(&mut desk, "TH-0000000001");
    let before = CollectedView {
        at: "samedi 28 novembre, 19:12".into(),
        till: "Guichet 1".into(),
    };
    let orders = desk.till.orders.as_mut().expect("a server");
    orders[0].collected = Some(before.clone());
    let view = shown(act(&mut desk, CollectAct::HandOut));
    assert_eq!(view.printing, None);
    assert_eq!(view.order.expect("the order").collected, Some(before));
    assert!(desk.till.handed_out.is_empty());
}

#[test]
fn without_the_server_no_order_is_looked_up_and_names_are_forgotten_with_the_screen() {
    let mut desk = Desk::open();
    desk.keys("F9 7");
    let view = find(&mut desk, "camille");
    assert_eq!(view.refusal, Some(TillRefusal::NoServer));
    let mut desk = looking();
    find(&mut desk, "camille");
    let view = shown(desk.keys("Escape 7"));
    assert_eq!((view.text.as_str(), view.found.len()), ("", 0));
}

/// Two places of type 1 that were reserved at 30 euros, of which the server has three at 34 here.
fn reserved() -> TakenHere {
    TakenHere::Places {
        shows: shows(),
        event: EVENING,
        lines: vec![Reserved {
            type_no: TypeNo(1),
            price: euros(3_000),
            vat_bps: 550,
            tickets: vec![TicketId(7_001), TicketId(7_002)],
        }],
    }
}

/// At a reservation of a server that lends its places.
fn at_a_reservation() -> Desk {
    let mut desk = looking();
    let orders = desk.till.orders.as_mut().expect("a server");
    orders[0].state = OrderStanding::Reserved;
    orders[0].reserved_until = Some("ce soir, 19:30".into());
    desk.till.reserved = Some(reserved());
    find(&mut desk, "TH-0000000001");
    desk
}

#[test]
fn a_reservation_fills_the_cart_and_its_own_places_are_sold_at_its_price() {
    let mut desk = at_a_reservation();
    let view = act(&mut desk, CollectAct::TakeOver);
    assert_eq!((view.refusal, total(&view)), (None, Some(6_000)));
    // One more, at the price of now.
    desk.keys("1 F1 Enter");
    let [sale] = &desk.till.sales[..] else {
        panic!("one sale: {:?}", desk.till.sales);
    };
    assert_eq!(sale.first, [TicketId(7_001), TicketId(7_002)]);
    assert_eq!(sale.total, euros(6_000 + 3_400));
    desk.keys("Enter 1 F1 Enter");
    assert!(desk.till.sales[1].first.is_empty(), "the next guest's");
}

#[test]
fn a_cart_at_hand_waits_while_a_reservation_is_paid() {
    let mut desk = Desk::open();
    desk.keys("1 F9 7");
    desk.till.orders = Some(vec![OrderView {
        state: OrderStanding::Reserved,
        ..order(1, "Camille Roux")
    }]);
    desk.till.reserved = Some(reserved());
    find(&mut desk, "TH-0000000001");
    let view = act(&mut desk, CollectAct::TakeOver);
    let TillScreen::Sale(sale) = view.screen else {
        panic!("{view:?}");
    };
    assert_eq!((sale.parked, sale.cart.places), (1, 2));
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_and_nothing_is_in_the_cart_before() {
    let mut desk = at_a_reservation();
    desk.till.out_of_order = Some(TillRefusal::ReservationOffline);
    let view = act(&mut desk, CollectAct::TakeOver);
    assert_eq!(view.refusal, Some(TillRefusal::ReservationOffline));
    assert!(matches!(view.screen, TillScreen::Collect(_)));
    desk.till.out_of_order = None;
    let view = act(&mut desk, CollectAct::TakeOver);
    assert_eq!((total(&view), desk.till.taken_over), (Some(6_000), 2));
}

#[test]
fn what_another_till_took_over_is_told_with_its_time_and_stays_there() {
    let mut desk = at_a_reservation();
    desk.till.reserved = Some(TakenHere::Before(CollectedView {
        at: "ce soir, 19:12".into(),
        till: "Guichet 1".into(),
    }));
    let view = shown(act(&mut desk, CollectAct::TakeOver));
    let order = view.order.expect("the order");
    assert_eq!(order.state, OrderStanding::TakenOver);
    let by_another = TakenOverView {
        at: "ce soir, 19:12".into(),
        till: "Guichet 1".into(),
        here: false,
    };
    assert_eq!(order.taken_over, Some(by_another));
    let view = act(&mut desk, CollectAct::TakeOver);
    assert_eq!(view.refusal, Some(TillRefusal::NotHere));
    assert_eq!(desk.till.taken_over, 1, "the server is not asked again");
}

#[test]
fn an_order_that_is_no_reservation_is_not_taken_over() {
    let mut desk = looking();
    find(&mut desk, "TH-0000000001");
    let view = act(&mut desk, CollectAct::TakeOver);
    assert_eq!(view.refusal, Some(TillRefusal::NotHere));
    assert_eq!(desk.till.taken_over, 0);
}
