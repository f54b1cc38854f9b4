//! Who buys, where the guest says so.

use shared::language::Language;

use super::paper_till::Desk;
use crate::station::view::{SaleAct, SaleView, TillAct, TillRefusal, TillScreen, TillView};

fn sale(view: TillView) -> SaleView {
    match view.screen {
        TillScreen::Sale(sale) => sale,
        other => panic!("not the sale: {other:?}"),
    }
}

fn is(desk: &mut Desk, name: &str, email: &str) -> TillView {
    let act = SaleAct::GuestIs {
        name: name.into(),
        email: email.into(),
        language: Language::De,
    };
    let step = desk.screen.view().step;
    desk.screen.act(step, TillAct::Sale(act), &mut desk.till)
}

#[test]
fn a_guest_who_gives_name_and_address_is_in_that_sale_and_in_no_other() {
    let mut desk = Desk::open();
    assert!(sale(desk.keys("1 F7")).asking_guest);
    let view = sale(is(&mut desk, " Nadia Ferrand", "nadia@example.org "));
    assert!(!view.asking_guest);
    assert_eq!(view.ticket_language, Language::De);
    let view = desk.keys("F1 Enter");
    let TillScreen::Done(done) = &view.screen else {
        panic!("{view:?}")
    };
    assert_eq!(done.email.as_deref(), Some("nadia@example.org"));
    let guest = desk.till.sales[0].guest.clone().expect("who bought");
    assert_eq!(
        (guest.name(), guest.email(), guest.language()),
        ("Nadia Ferrand", "nadia@example.org", Language::De)
    );
    desk.keys("Enter 1 F1 Enter");
    assert_eq!(desk.till.sales[1].guest, None);
}

#[test]
fn a_wrong_address_is_caught_here_and_the_form_stays_open() {
    let mut desk = Desk::open();
    desk.keys("1 F7");
    let view = is(&mut desk, "Nadia", "nadia@example");
    assert_eq!(view.refusal, Some(TillRefusal::WrongEmail));
    let view = sale(view);
    assert!(view.asking_guest);
    assert_eq!(view.guest, None);
    // Escape leaves the form, not the cart; two empty fields are nobody.
    assert!(!sale(desk.keys("Escape")).asking_guest);
    is(&mut desk, "Nadia", "");
    assert!(sale(desk.screen.view()).guest.is_some());
    is(&mut desk, " ", "");
    assert_eq!(sale(desk.screen.view()).guest, None);
}

#[test]
fn a_cart_on_hold_keeps_its_guest() {
    let mut desk = Desk::open();
    desk.keys("1");
    is(&mut desk, "Nadia", "nadia@example.org");
    assert_eq!(sale(desk.keys("F5")).guest, None);
    desk.keys("2 F1 Enter Enter");
    assert_eq!(desk.till.sales[0].guest, None);
    let resumed = sale(desk.keys("F6 1"));
    assert_eq!(resumed.guest.expect("a guest").name, "Nadia");
}
