//! Tickets that come back for others: only the difference changes hands, and nothing is done before it does.

use shared::ids::FactId;

use super::paper_till::{Desk, euros, total};
use crate::station::box_office::By;
use crate::station::view::{
    DoneView, ExchangeView, Means, PastAct, PaymentAct, SaleAct, TillAct, TillRefusal, TillScreen,
    TillView,
};

const FIRST: FactId = FactId(uuid::Uuid::from_u128(1));

/// Two at 34.00 and one at 24.50 are sold, and some of them are to be exchanged.
fn exchanging(marked: &[usize]) -> Desk {
    let mut desk = Desk::open();
    desk.keys("1 1 2 F1 Enter Enter F9 1");
    desk.act(TillAct::Past(PastAct::Look { sale: FIRST }));
    for &ticket in marked {
        desk.act(TillAct::Past(PastAct::Mark { ticket }));
    }
    desk.act(TillAct::Past(PastAct::Exchange));
    desk
}

fn exchange(view: &TillView) -> Option<ExchangeView> {
    match &view.screen {
        TillScreen::Sale(sale) => sale.exchange.clone(),
        TillScreen::Payment(payment) => payment.exchange.clone(),
        TillScreen::Done(done) => done.exchange.clone(),
        other => panic!("{other:?}"),
    }
}

fn done(view: TillView) -> DoneView {
    match view.screen {
        TillScreen::Done(done) => done,
        other => panic!("{other:?}"),
    }
}

#[test]
fn dearer_tickets_cost_the_difference() {
    let mut desk = exchanging(&[2]);
    let before = desk.till.drawer();
    let shown = exchange(&desk.keys("1")).expect("an exchange");
    assert_eq!(
        (shown.credit, shown.due, shown.back, shown.receipt),
        (euros(2_450), euros(950), euros(0), 1)
    );
    let view = desk.keys("F1");
    assert_eq!(total(&view), Some(950), "only that is asked for");
    let view = desk.twice("Enter");
    assert_eq!(done(view).change, None);
    let made = desk.till.sales.last().expect("sold");
    assert_eq!((made.total, made.parts.len()), (euros(3_400), 1));
    let of = made.exchange.as_ref().expect("an exchange");
    assert_eq!(
        (of.of, &of.tickets, of.back_by),
        (FIRST, &vec![2_usize], None)
    );
    assert_eq!(desk.till.drawer() - before, 950);
    assert_eq!(exchange(&desk.keys("Enter")), None, "the next guest");
}

#[test]
fn as_dear_tickets_are_exchanged_without_asking_for_money() {
    let mut desk = exchanging(&[0]);
    let view = done(desk.keys("1 F1"));
    assert!(view.taken.is_empty() && view.change.is_none());
    assert_eq!(view.exchange.expect("an exchange").back, euros(0));
    assert_eq!(desk.till.sales.len(), 2);
}

#[test]
fn cheaper_tickets_give_the_difference_back_once_somebody_said_by_what() {
    let mut desk = exchanging(&[0, 1]);
    let before = desk.till.drawer();
    let view = desk.keys("2 F1 Enter Enter");
    assert_eq!(desk.till.sales.len(), 1, "nobody said by what");
    assert_eq!(exchange(&view).expect("one").back, euros(6_800 - 2_450));
    let by_card = PaymentAct::Return { means: Means::Card };
    let view = desk.act(TillAct::Payment(by_card));
    assert_eq!(view.refusal, Some(TillRefusal::NothingAsked), "not so paid");
    let view = done(desk.keys("F1"));
    assert_eq!(view.change, Some(euros(4_350)), "into the guest's hand");
    assert_eq!(desk.till.sales.len(), 2);
    assert_eq!(desk.till.drawer() - before, -4_350);
    let made = &desk.till.sales[1];
    assert!(made.parts.is_empty());
    let back_by = made.exchange.as_ref().expect("an exchange").back_by;
    assert_eq!(back_by, Some(Means::Cash));
    let shown = desk.screen.customer();
    assert_eq!(shown.change, Some(euros(4_350)), "and on their own window");
}

#[test]
fn an_exchange_that_is_left_has_done_nothing_and_a_cart_waited_meanwhile() {
    let mut desk = Desk::open();
    desk.keys("1 F1 Enter Enter 2 2 F9 1");
    desk.act(TillAct::Past(PastAct::Look { sale: FIRST }));
    let view = desk.act(TillAct::Past(PastAct::Exchange));
    assert_eq!(view.refusal, Some(TillRefusal::NothingAsked), "none marked");
    desk.act(TillAct::Past(PastAct::Mark { ticket: 0 }));
    let view = desk.act(TillAct::Past(PastAct::Exchange));
    assert_eq!(total(&view), Some(0), "the cart at hand was put aside");
    for key in ["F5", "F6", "F9"] {
        let view = desk.keys(key);
        assert_eq!(view.refusal, Some(TillRefusal::ExchangeOpen), "{key}");
    }
    desk.keys("1");
    let view = desk.keys("Escape");
    assert_eq!((total(&view), exchange(&view)), (Some(0), None));
    assert!(desk.till.refunds.is_empty());
    let view = desk.keys("F6 1");
    assert_eq!(total(&view), Some(4_900));
}

#[test]
fn money_that_was_taken_for_an_exchange_is_in_sight_until_it_is_made() {
    let mut desk = exchanging(&[2]);
    desk.till.out_of_order = Some(TillRefusal::NotWritten);
    let view = desk.keys("1 F1 Enter");
    assert_eq!(view.refusal, Some(TillRefusal::NotWritten));
    assert_eq!(desk.till.held.len(), 1);
    desk.till.out_of_order = None;
    let view = done(desk.keys("Enter"));
    assert_eq!(view.exchange.expect("an exchange").due, euros(950));
    assert!(desk.till.held.is_empty());
    let made = &desk.till.sales[1];
    assert!(matches!(made.parts[0].by, By::Cash { .. }));
    let emptied = desk.act(TillAct::Sale(SaleAct::NoExchange));
    assert!(
        matches!(emptied.screen, TillScreen::Done(_)),
        "it is made, and stays so"
    );
}
