//! Taking the money.

use super::paper_till::{Desk, PASS_CULTURE, euros};
use crate::station::box_office::{By, Interrupted};
use crate::station::view::{
    AskingView, DoneAct, Means, PaperAct, PaperKind, PaymentAct, PaymentView, PrintState, SaleAct,
    TillAct, TillRefusal, TillScreen, TillView, UnprintedView,
};

fn payment(view: TillView) -> PaymentView {
    match view.screen {
        TillScreen::Payment(payment) => payment,
        other => panic!("not the payment: {other:?}"),
    }
}

fn is_done(view: &TillView) -> bool {
    matches!(view.screen, TillScreen::Done(_))
}

#[test]
fn two_tickets_for_cash_take_fewer_than_six_strokes() {
    for keys in ["1 1 F1 Enter", "1 + F1 F7 Enter"] {
        assert!(keys.split_whitespace().count() < 6);
        let mut desk = Desk::open();
        assert!(is_done(&desk.keys(keys)), "{keys}");
        assert_eq!(desk.till.sales[0].total, euros(6_800));
        // The next guest's begins with no stroke lost.
        assert!(is_done(&desk.keys("Enter 1 F1 Enter")));
    }
}

#[test]
fn what_is_given_above_the_price_comes_back_as_change() {
    let mut desk = Desk::open();
    let view = payment(desk.keys("1 1 2 F1 1 0 0 0 0"));
    let AskingView::Cash {
        given,
        change,
        pieces,
        ..
    } = view.asking
    else {
        panic!("not cash")
    };
    assert_eq!((given, change), (euros(10_000), Some(euros(750))));
    let pieces: Vec<_> = pieces
        .iter()
        .map(|one| (one.count, one.value.minor))
        .collect();
    assert_eq!(pieces, [(1, 500), (1, 200), (1, 50)]);
    let view = desk.keys("Enter");
    let TillScreen::Done(done) = &view.screen else {
        panic!("not done")
    };
    assert_eq!(done.change, Some(euros(750)));
    assert_eq!(desk.till.sales[0].parts[0].amount, euros(9_250));
}

#[test]
fn a_second_tap_takes_no_money_and_sells_nothing() {
    let mut desk = Desk::open();
    desk.keys("1 F1");
    assert!(is_done(&desk.twice("Enter")));
    assert_eq!(desk.till.sales.len(), 1);
    // Nor does one that arrives when the next guest pays already.
    let late = desk.screen.view().step;
    desk.keys("Enter 1 F1");
    desk.screen
        .act(late, TillAct::Payment(PaymentAct::Take), &mut desk.till);
    assert_eq!(desk.till.sales.len(), 1);
}

#[test]
fn a_part_is_taken_once_however_often_it_is_tapped() {
    let mut desk = Desk::open();
    desk.keys("1 F2 1 0 0 0");
    let view = payment(desk.twice("Enter"));
    assert_eq!(view.taken.len(), 1);
    assert_eq!(view.rest, euros(2_400));
}

#[test]
fn too_little_cash_is_not_taken_by_a_stroke_too_many() {
    let mut desk = Desk::open();
    let view = desk.keys("1 F1 2 0 0 0 Enter");
    assert_eq!(view.refusal, Some(TillRefusal::Short));
    let view = payment(view);
    assert!(view.taken.is_empty());
    assert!(
        matches!(view.asking, AskingView::Cash { missing: Some(missing), .. } if missing == euros(1_400))
    );
}

#[test]
fn a_sale_is_paid_by_several_means() {
    let mut desk = Desk::open();
    let view = payment(desk.keys("1 F1 2 0 0 0 F3"));
    assert_eq!(view.rest, euros(1_400));
    assert!(is_done(&desk.keys("F2 Enter")));
    let parts = &desk.till.sales[0].parts;
    assert_eq!(parts[0].amount, euros(2_000));
    assert_eq!(parts[1].amount, euros(1_400));
    assert_eq!(parts[1].by, By::Card { accepted: true });
}

#[test]
fn a_card_that_the_terminal_refused_pays_nothing_and_is_noted() {
    let mut desk = Desk::open();
    let view = payment(desk.keys("1 F2 F4"));
    assert_eq!(view.rest, euros(3_400));
    assert!(view.taken[0].refused);
    assert!(is_done(&desk.keys("F3 Enter")));
    let sale = &desk.till.sales[0];
    assert_eq!(sale.parts[0].by, By::Card { accepted: false });
    assert_eq!(sale.parts[1].by, By::Cheque);
}

#[test]
fn a_voucher_gives_no_change() {
    let mut desk = Desk::open();
    let view = desk.keys("1 F3 2 5 0 0 0 Enter");
    assert_eq!(view.refusal, Some(TillRefusal::TooMuch));
    let view = payment(desk.keys("Backspace Backspace Backspace Backspace 3 0 0 0 Enter"));
    assert_eq!(view.rest, euros(400));
    assert_eq!(view.taken[0].means, Means::Voucher { kind: PASS_CULTURE });
    assert_eq!(view.taken[0].name.as_deref(), Some("pass Culture"));
}

#[test]
fn a_kind_of_voucher_that_nobody_set_up_is_not_taken() {
    let mut desk = Desk::open();
    desk.keys("1 F3");
    let by = PaymentAct::By {
        means: Means::Voucher { kind: 9 },
    };
    let view = payment(desk.act(TillAct::Payment(by)));
    assert_eq!(view.asking, AskingView::Means);
    desk.keys("Escape");
    let pay = SaleAct::Pay {
        means: Some(Means::Voucher { kind: 9 }),
    };
    let view = payment(desk.act(TillAct::Sale(pay)));
    assert_eq!(view.asking, AskingView::Means);
}

#[test]
fn whoever_took_money_gives_it_back_before_the_cart_is_changed() {
    let mut desk = Desk::open();
    desk.keys("1 F2 1 0 0 0 Enter");
    let view = desk.keys("Escape");
    assert_eq!(view.refusal, Some(TillRefusal::MoneyTaken));
    let back = PaymentAct::GiveBack { part: 0 };
    assert_eq!(payment(desk.act(TillAct::Payment(back))).rest, euros(3_400));
    assert!(matches!(desk.keys("Escape").screen, TillScreen::Sale(_)));
}

#[test]
fn a_sale_that_could_not_be_written_keeps_its_money_in_sight_and_is_tried_again() {
    let mut desk = Desk::open();
    desk.till.out_of_order = Some(TillRefusal::DiskFull);
    let view = desk.keys("1 F1 Enter");
    assert_eq!(view.refusal, Some(TillRefusal::DiskFull));
    let view = payment(view);
    assert_eq!((view.taken.len(), view.rest), (1, euros(0)));
    // Twice the same sale is told, not two sales.
    desk.keys("Enter");
    desk.till.out_of_order = None;
    assert!(is_done(&desk.keys("Enter")));
    assert_eq!(desk.till.sales.len(), 1);
    assert_eq!(desk.till.sales[0].parts.len(), 1);
    let [first, .., last] = desk.till.told.as_slice() else {
        panic!("told once")
    };
    assert_eq!(first, last);
}

#[test]
fn an_empty_cart_is_not_paid() {
    assert_eq!(
        Desk::open().keys("F1").refusal,
        Some(TillRefusal::CartEmpty)
    );
}

#[test]
fn an_amount_stays_within_what_a_till_can_hold() {
    let mut desk = Desk::open();
    let view = payment(desk.keys("1 F1 9 9 9 9 9 9 9 9 9"));
    assert!(matches!(view.asking, AskingView::Cash { given, .. } if given == euros(9_999_999)));
}

#[test]
fn a_print_that_failed_is_tried_again_and_is_no_second_sale() {
    let mut desk = Desk::open();
    desk.keys("1 F1 Enter");
    let TillScreen::Done(done) = desk.screen.view().screen else {
        panic!("not done")
    };
    assert_eq!(done.print, PrintState::Waiting);
    let sale = shared::ids::FactId(uuid::Uuid::from_u128(1));
    desk.screen.printed(sale, PrintState::Failed);
    desk.act(TillAct::Done(DoneAct::PrintAgain));
    let TillScreen::Done(done) = desk.screen.view().screen else {
        panic!("not done")
    };
    assert_eq!(done.print, PrintState::Waiting);
    assert_eq!(desk.till.sales.len(), 1);
}

#[test]
fn money_that_is_taken_is_held_until_the_sale_is_made_or_it_goes_back() {
    let mut desk = Desk::open();
    desk.keys("1 F3 F2 1 0 0 0 F3");
    let held: Vec<_> = desk.till.held.iter().map(|part| part.amount).collect();
    assert_eq!(held, [euros(1_000)]);
    let interrupted = Interrupted {
        at: "19:42".into(),
        parts: desk.till.held.clone(),
    };
    desk.act(TillAct::Payment(PaymentAct::GiveBack { part: 0 }));
    assert!(desk.till.held.is_empty());
    desk.keys("F1 Enter");
    assert!(desk.till.held.is_empty(), "it is a sale now");

    // The same after the machine died in between.
    let mut desk = Desk::open();
    desk.screen.interrupted(interrupted);
    let view = desk.keys("F9");
    let told = view.interrupted.expect("it is said");
    assert_eq!(
        (told.at.as_str(), told.taken[0].amount),
        ("19:42", euros(1_000))
    );
    let view = desk.act(TillAct::GivenBack);
    assert_eq!(view.interrupted, None);
}

#[test]
fn a_paper_that_did_not_come_out_is_said_on_each_screen_and_seen_to_once() {
    let mut desk = Desk::open();
    let unprinted = |job| UnprintedView {
        job,
        paper: PaperKind::Tickets,
        receipt: Some(12),
        began: false,
        says: "Plus de papier.".into(),
    };
    desk.screen.unprinted(vec![unprinted(4), unprinted(9)]);
    let view = desk.keys("F9");
    assert_eq!(view.unprinted.len(), 2);
    let again = TillAct::Paper(PaperAct::Again { job: 4 });
    let step = view.step;
    desk.screen.act(step, again.clone(), &mut desk.till);
    let view = desk.screen.act(step, again, &mut desk.till);
    assert_eq!(
        desk.till.papers,
        [(4, true)],
        "the second tap was for a step that is over"
    );
    assert_eq!(view.unprinted, [unprinted(9)]);
    let view = desk.act(TillAct::Paper(PaperAct::LetBe { job: 9 }));
    assert_eq!(desk.till.papers, [(4, true), (9, false)]);
    assert!(view.unprinted.is_empty());
    let gone = desk.act(TillAct::Paper(PaperAct::LetBe { job: 9 }));
    assert_eq!(gone.refusal, Some(TillRefusal::NotHere));
}

#[test]
fn the_guests_window_shows_the_amount_then_the_codes_of_tickets_that_were_not_printed() {
    let mut desk = Desk::open();
    assert_eq!(desk.screen.customer().cart, None);
    desk.till.print = Some(PrintState::NoPrinter);
    desk.keys("1 1 F1");
    assert_eq!(desk.screen.customer().rest, Some(euros(6_800)));
    desk.keys("1 0 0 0 0 Enter");
    let guest = desk.screen.customer();
    assert_eq!(guest.change, Some(euros(3_200)));
    assert_eq!(guest.codes.len(), 2);
    assert!(guest.codes[0].svg.starts_with("<svg"));
    desk.keys("Enter");
    assert!(desk.screen.customer().codes.is_empty());
}
