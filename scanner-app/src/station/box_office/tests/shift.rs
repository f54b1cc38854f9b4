//! The shift, its drawer, and sales that were made.

use super::paper_till::{Desk, euros, nadia};
use crate::station::view::{
    CashReason, Means, PastAct, PastDetailView, RefundReason, TillAct, TillRefusal, TillScreen,
    TillView,
};

fn at(view: &TillView) -> &'static str {
    match view.screen {
        TillScreen::LogIn { .. } => "log in",
        TillScreen::Open(_) => "open",
        TillScreen::Sale(_) => "sale",
        TillScreen::Menu => "menu",
        TillScreen::Count(_) => "count",
        TillScreen::Compare(_) => "compare",
        TillScreen::Closed(_) => "closed",
        TillScreen::Parked { .. }
        | TillScreen::Payment(_)
        | TillScreen::Done(_)
        | TillScreen::Cash(_)
        | TillScreen::Report(_)
        | TillScreen::Past(_)
        | TillScreen::Collect(_) => "elsewhere",
    }
}

#[test]
fn a_shift_begins_with_a_clerk_and_a_counted_float() {
    let mut desk = Desk::locked();
    assert_eq!(at(&desk.keys("1 F1 Enter")), "log in");
    desk.screen.log_in(nadia(), &mut desk.till);
    desk.count(2_000, 5);
    desk.count(50, 8);
    desk.count(77, 3);
    let TillScreen::Open(count) = desk.screen.view().screen else {
        panic!("not the float")
    };
    assert_eq!(count.total, euros(10_400));
    let view = desk.keys("Enter");
    assert_eq!(at(&view), "sale");
    assert_eq!(view.opened.as_deref(), Some("19:42"));
    assert_eq!(desk.till.opened, [[(2_000, 5), (50, 8)]]);
}

#[test]
fn a_shift_that_was_going_on_goes_on_with_whoever_logs_in() {
    let mut desk = Desk::open();
    assert_eq!(at(&desk.keys("F9 5")), "log in");
    desk.screen.log_in(nadia(), &mut desk.till);
    assert_eq!(at(&desk.screen.view()), "sale");
    assert_eq!(desk.till.opened.len(), 1);
    assert_eq!(desk.till.clerks.len(), 2);
}

#[test]
fn money_moves_with_a_reason_and_never_more_than_there_is() {
    let mut desk = Desk::open();
    assert_eq!(at(&desk.keys("F9 3 1 0 0 0 0 F2 Enter")), "menu");
    assert_eq!(
        desk.till.moved,
        [(false, euros(10_000), CashReason::Banked)]
    );
    let view = desk.keys("3 9 0 0 0 Enter");
    assert_eq!(view.refusal, Some(TillRefusal::DrawerTooLow));
    let view = desk.keys("Escape 2 Enter");
    assert_eq!(view.refusal, Some(TillRefusal::NothingAsked));
    assert_eq!(desk.till.moved.len(), 1);
}

#[test]
fn the_drawer_is_counted_before_anybody_is_told_what_should_be_in_it() {
    let mut desk = Desk::open();
    desk.keys("1 F1 Enter Enter");
    assert_eq!(at(&desk.keys("F9 6")), "count");
    desk.count(5_000, 3);
    desk.count(2_000, 1);
    desk.count(1_000, 1);
    desk.count(200, 1);
    let view = desk.keys("Enter");
    let TillScreen::Compare(compared) = &view.screen else {
        panic!("nothing to compare")
    };
    assert_eq!(compared.expected, euros(15_000 + 3_400));
    assert_eq!(compared.count.total, euros(18_200));
    assert_eq!(compared.difference, euros(-200));
    // Counted again, the first count stays on record.
    desk.keys("Escape");
    desk.count(200, 2);
    desk.keys("Enter");
    assert_eq!(desk.till.counted.len(), 2);
    let view = desk.twice("Enter");
    let TillScreen::Closed(closed) = &view.screen else {
        panic!("not closed")
    };
    assert_eq!((closed.z, closed.difference), (Some(1), euros(0)));
    assert_eq!(desk.till.closed, 1);
    assert_eq!(at(&desk.keys("Enter")), "log in");
    assert_eq!(desk.screen.view().opened, None);
}

#[test]
fn no_shift_ends_while_a_cart_waits() {
    let mut desk = Desk::open();
    let view = desk.keys("1 F5 F9 6");
    assert_eq!(view.refusal, Some(TillRefusal::CartsWait));
    assert_eq!(at(&view), "menu");
}

fn looked_at(view: TillView) -> PastDetailView {
    let TillScreen::Past(past) = view.screen else {
        panic!("not at past sales")
    };
    past.sale.expect("no sale is looked at")
}

#[test]
fn a_ticket_is_taken_back_once_and_its_price_goes_back() {
    let mut desk = Desk::open();
    desk.keys("1 1 2 F1 Enter Enter F9 1");
    let TillScreen::Past(past) = desk.screen.view().screen else {
        panic!("not at past sales")
    };
    let act = |desk: &mut Desk, act| desk.act(TillAct::Past(act));
    let sale = past.found[0].sale;
    act(&mut desk, PastAct::Look { sale });
    act(&mut desk, PastAct::Mark { ticket: 0 });
    let detail = looked_at(act(&mut desk, PastAct::Mark { ticket: 2 }));
    assert_eq!(detail.back, euros(3_400 + 2_450));
    let step = desk.screen.view().step;
    let refund = PastAct::Refund {
        reason: RefundReason::Guest,
        means: Means::Cash,
    };
    for _ in 0..2 {
        desk.screen
            .act(step, TillAct::Past(refund.clone()), &mut desk.till);
    }
    assert_eq!(desk.till.refunds, [(sale, vec![0, 2], Means::Cash)]);
    let detail = looked_at(desk.screen.view());
    assert_eq!(detail.refund_receipt, Some(2));
    assert!(detail.tickets[0].kept.is_some());
    let view = act(&mut desk, PastAct::Mark { ticket: 0 });
    assert_eq!(view.refusal, Some(TillRefusal::NotHere));
}

#[test]
fn money_goes_back_only_by_a_means_that_may() {
    let mut desk = Desk::open();
    desk.keys("1 F1 Enter Enter F9 1");
    let sale = shared::ids::FactId(uuid::Uuid::from_u128(1));
    desk.act(TillAct::Past(PastAct::Look { sale }));
    desk.act(TillAct::Past(PastAct::Mark { ticket: 0 }));
    let view = desk.act(TillAct::Past(PastAct::Refund {
        reason: RefundReason::Mistake,
        means: Means::Card,
    }));
    assert_eq!(view.refusal, Some(TillRefusal::NothingAsked));
    assert!(desk.till.refunds.is_empty());
}

#[test]
fn a_duplicate_is_printed_once_a_tap() {
    let mut desk = Desk::open();
    desk.keys("1 F1 Enter Enter F9 1");
    let sale = shared::ids::FactId(uuid::Uuid::from_u128(1));
    desk.act(TillAct::Past(PastAct::Look { sale }));
    let step = desk.screen.view().step;
    for _ in 0..2 {
        let reprint = TillAct::Past(PastAct::Reprint { receipt: true });
        desk.screen.act(step, reprint, &mut desk.till);
    }
    assert_eq!(desk.till.reprints, [(sale, true)]);
}
