//! The box office on a station: chosen beside the door, logged in to by PIN, told to the page and to the guest's window.

use std::sync::Arc;

use scanner_app::station::Station;
use scanner_app::station::view::{
    News, PastAct, PrintState, SaleAct, Screen, Settings, ShiftAct, TillAct, TillChoice, TillKey,
    TillRefusal, TillScreen, TillView, UiErrorCode,
};
use shared::clock::ManualClock;
use shared::roster::Rights;
use shared::roster::signed::{DeviceList, SignedKind};

use super::screen::Window;
use crate::box_office::Office;
use crate::run::now;
use crate::supervisors::ANA;
use crate::venue::{GATE_A, Venue};

/// An office's device behind a window that is at no place yet.
fn window(places: u64) -> (Venue, Window) {
    let Office { venue, device } = Office::with_places(places);
    let mut window = Window::of(device);
    window.clock = Arc::new(ManualClock::at(now()));
    (venue, window)
}

fn choices(window: &Window) -> (usize, TillChoice) {
    window.told.screen("the choice", |screen| match screen {
        Screen::Choose { places, till } => Some((places.len(), *till)),
        Screen::Enrol(_) | Screen::Door(_) | Screen::Closed { .. } | Screen::Till { .. } => None,
    })
}

fn is_at_till(station: &Station) -> bool {
    matches!(station.overview().screen, Screen::Till { .. })
}

/// What the page was told of the till last.
fn told(window: &Window, what: &str, look: impl Fn(&TillView) -> bool) -> TillView {
    window.told.wait(what, |told| {
        let last = told.iter().rev().find_map(|news| match news {
            News::Till(till) => Some((**till).clone()),
            _ => None,
        });
        last.filter(&look)
    })
}

fn act(station: &Station, step: u32, act: TillAct) -> TillView {
    station.till_act(step, act).expect("at the till")
}

fn press(station: &Station, step: u32, key: TillKey) -> TillView {
    station.till_press(step, key).expect("at the till")
}

/// Ana logs in and opens a shift with 50 euros.
fn opened(station: &Station) -> TillView {
    station.take_till().expect("the till opens");
    let view = station.till_log_in(ANA, "7351").expect("her PIN");
    let count = ShiftAct::Count {
        value: 5_000,
        count: 1,
    };
    let view = act(station, view.step, TillAct::Shift(count));
    press(station, view.step, TillKey::Enter)
}

fn own_left(view: &TillView) -> Option<u32> {
    match &view.screen {
        TillScreen::Sale(sale) => sale.keys.first().map(|key| key.own_left),
        _ => None,
    }
}

#[test]
fn a_device_with_both_rights_chooses_and_goes_back_to_the_till_after_a_crash() {
    let (venue, window) = window(10);
    let station = window.start_blind();
    assert_eq!(choices(&window), (1, TillChoice::Ready));
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("it may be a door, too");
    let at_no_till = station.till_press(0, TillKey::Enter).expect_err("a door");
    assert_eq!(at_no_till.code, UiErrorCode::NotFound);
    station.leave_place().expect("nobody came");

    station.take_till().expect("the till opens");
    assert!(is_at_till(&station));
    drop(station);
    let station = window.start_blind();
    assert!(is_at_till(&station), "after a crash it is a till again");
    station.leave_place().expect("nobody is logged in");
    assert!(matches!(station.overview().screen, Screen::Choose { .. }));
    drop(station);
    let station = window.start_blind();
    assert!(!is_at_till(&station));
}

#[test]
fn a_clerk_sells_by_pin_and_key_and_the_guests_window_shows_it() {
    let (_, window) = window(10);
    let station = window.start_blind();
    station.take_till().expect("the till opens");
    let wrong = station.till_log_in(ANA, "1111").expect_err("not her PIN");
    assert_eq!(wrong.code, UiErrorCode::WrongPin);
    let view = opened(&station);
    assert_eq!(view.clerk.as_deref(), Some("Ana Costa"));
    assert_eq!(own_left(&view), Some(10));
    assert!(!window.told.guest().1, "no window for the guest yet");
    let settings = Settings {
        guest_window: true,
        ..station.overview().settings
    };
    station.save_settings(settings).expect("kept");
    assert!(window.told.guest().1);

    let digit = TillKey::Digit { digit: 1 };
    let view = press(&station, view.step, digit);
    let view = press(&station, view.step, digit);
    let (guest, _) = window.told.guest();
    let cart = guest.and_then(|guest| guest.cart).expect("what they buy");
    assert_eq!((cart.places, cart.total.minor), (2, 4_400));
    let view = press(&station, view.step, TillKey::Function { no: 1 });
    let paid = press(&station, view.step, TillKey::Enter);
    // The same stroke again, before the clerk saw what the first one did.
    let again = press(&station, view.step, TillKey::Enter);
    assert_eq!(paid, again);
    let TillScreen::Done(done) = &paid.screen else {
        panic!("{paid:?}");
    };
    assert_eq!(
        (done.receipt, done.places, done.print),
        (1, 2, PrintState::NoPrinter)
    );
    let (guest, _) = window.told.guest();
    let guest = guest.expect("a view");
    assert!(guest.paid && guest.codes.len() == 2, "{guest:?}");
    let view = press(&station, paid.step, TillKey::Enter);
    assert!(matches!(view.screen, TillScreen::Sale(_)), "{view:?}");
    told(&window, "eight places are left", |view| {
        own_left(view) == Some(8)
    });

    // Switched off and on: the shift goes on, with who logs in.
    drop(station);
    let station = window.start_blind();
    let view = station.till_log_in(ANA, "7351").expect("her PIN");
    assert!(view.opened.is_some());
    assert_eq!(own_left(&view), Some(8));
}

#[test]
fn a_till_is_left_by_nobody_who_is_logged_in_nor_while_a_cart_waits() {
    let (_, window) = window(10);
    let station = window.start_blind();
    let view = opened(&station);
    station.leave_place().expect("asked");
    assert!(is_at_till(&station), "Ana is logged in");
    let add = TillAct::Sale(SaleAct::Add {
        type_no: shared::ids::TypeNo(1),
    });
    let view = act(&station, view.step, add);
    let view = act(&station, view.step, TillAct::Sale(SaleAct::Park));
    let view = act(&station, view.step, TillAct::Sale(SaleAct::Menu));
    act(&station, view.step, TillAct::Shift(ShiftAct::LogOut));
    station.leave_place().expect("asked");
    assert!(is_at_till(&station), "a cart waits");
    told(&window, "why it is not left", |view| {
        view.refusal == Some(TillRefusal::CartsWait)
    });
}

#[test]
fn a_device_that_may_only_sell_is_a_till_at_once_and_none_when_the_right_is_taken_back() {
    let Office { mut venue, device } = Office::with_places(10);
    venue.rights = Rights {
        sell: true,
        supervise: true,
        ..Rights::default()
    };
    let list = |venue: &Venue, version| {
        let list = DeviceList {
            devices: vec![venue.device_row(&device)],
            ..DeviceList::default()
        };
        venue.sign(SignedKind::DeviceList, version, now(), &list)
    };
    let (sells, no_more) = {
        let sells = list(&venue, 8);
        venue.rights = Rights {
            scan: true,
            ..Rights::default()
        };
        (sells, list(&venue, 9))
    };
    let replica = device.open();
    Venue::tell(&replica, sells);
    drop(replica);
    let mut window = Window::of(device);
    window.clock = Arc::new(ManualClock::at(now()));
    let station = window.start_blind();
    window.told.screen("the till", |screen| {
        matches!(screen, Screen::Till { .. }).then_some(())
    });
    drop(station);
    let replica = window.device.open();
    Venue::tell(&replica, no_more);
    drop(replica);
    let station = window.start_blind();
    window.told.screen("no till", |screen| match screen {
        Screen::Choose { till, .. } => (*till == TillChoice::No).then_some(()),
        Screen::Door(_) => Some(()),
        Screen::Enrol(_) | Screen::Closed { .. } | Screen::Till { .. } => None,
    });
    assert!(!is_at_till(&station));
}

#[test]
fn tickets_are_exchanged_on_the_screen_and_the_journal_has_both_sides() {
    let (_, window) = window(10);
    let station = window.start_blind();
    let view = opened(&station);
    let view = press(&station, view.step, TillKey::Digit { digit: 1 });
    let view = press(&station, view.step, TillKey::Function { no: 1 });
    let view = press(&station, view.step, TillKey::Enter);
    let view = press(&station, view.step, TillKey::Enter);
    let view = act(&station, view.step, TillAct::Sale(SaleAct::Menu));
    let view = act(&station, view.step, TillAct::Shift(ShiftAct::Past));
    let TillScreen::Past(past) = &view.screen else {
        panic!("{view:?}");
    };
    let sale = past.found[0].sale;
    let view = act(&station, view.step, TillAct::Past(PastAct::Look { sale }));
    let mark = PastAct::Mark { ticket: 0 };
    let view = act(&station, view.step, TillAct::Past(mark));
    let view = act(&station, view.step, TillAct::Past(PastAct::Exchange));
    // 22.00 for 15.00.
    let view = press(&station, view.step, TillKey::Digit { digit: 2 });
    let view = press(&station, view.step, TillKey::Function { no: 1 });
    let view = press(&station, view.step, TillKey::Function { no: 1 });
    let TillScreen::Done(done) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(
        (done.receipt, done.change.map(|change| change.minor)),
        (3, Some(700))
    );
    let view = press(&station, view.step, TillKey::Enter);
    let view = act(&station, view.step, TillAct::Sale(SaleAct::Menu));
    let view = act(&station, view.step, TillAct::Shift(ShiftAct::Report));
    let TillScreen::Report(figures) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(
        (figures.sales, figures.refunds, figures.revenue.minor),
        (2, 1, 1_500)
    );
}
