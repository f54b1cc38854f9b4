//! A supervisor at the screen: by PIN, for two minutes, and what only they may do.

use scanner_app::door::{HandIn, finish_sign_off};
use scanner_app::replica::{REPLICA_FILE, ReplicaError, facts, journals, signed};
use scanner_app::station::Station;
use scanner_app::station::view::{
    EnrolStep, Screen, Settings, UiError, UiErrorCode, UndoReason, Use, VerdictLight, VerdictView,
    Way,
};
use scanner_app::sync::Holds;
use shared::fact::{Envelope, FactBody};
use shared::ids::{KeyId, TicketId, UserId};
use shared::ticket::Presented;

use super::screen::{Window, at_gate_a, strict_at_gate_a, supervised_at_gate_a, verdicts};
use crate::sign_off::hand_in;
use crate::supervisors::ANA;
use crate::venue::{GATE_A, NOW, OTHER_KEY, Venue};

use VerdictLight::{Admit, Ask, Refuse};

const MINUTE: i64 = 60_000;

fn venue() -> Venue {
    Venue::at(NOW).with_supervision()
}

fn code<T: std::fmt::Debug>(refused: Result<T, UiError>) -> UiErrorCode {
    refused.expect_err("refused").code
}

fn unlock(station: &Station) {
    let view = station.unlock(ANA, "7351").expect("her PIN");
    let by = view.unlocked.expect("unlocked");
    assert_eq!((by.person, by.name.as_str()), (ANA, "Ana Costa"));
}

fn unlocked(station: &Station) -> Option<UserId> {
    let view = station.supervisors().expect("readable");
    view.unlocked.map(|one| one.person)
}

/// Ticket 1 went in, and is shown again: the refusal, which is verdict 2.
fn refused(venue: &Venue, window: &Window, station: &Station) -> VerdictView {
    station.wedge(&venue.code(1));
    window.clock.advance(10_000);
    station.wedge(&venue.code(1));
    let refused = window.told.verdicts(2).remove(1);
    assert_eq!((refused.no, refused.light), (2, Refuse));
    refused
}

/// Of the device's own journals, in order.
fn overrides(window: &Window) -> Vec<(TicketId, u8, UserId)> {
    let replica = window.device.open();
    let written = replica.read(|tx| {
        let mut written = Vec::new();
        for journal in journals::all(tx)? {
            for bytes in facts::of_journal(tx, journal.id)? {
                let envelope = Envelope::decode(&bytes).expect("own fact");
                if let FactBody::Override {
                    ticket,
                    reason,
                    person,
                    ..
                } = &envelope.fact().body
                {
                    written.push((*ticket, *reason, *person));
                }
            }
        }
        Ok::<_, ReplicaError>(written)
    });
    written.expect("readable")
}

#[test]
fn people_with_a_pin_are_shown_where_the_device_may_supervise() {
    let (_, window, station, _) = supervised_at_gate_a(venue());
    assert!(window.told.door().may_supervise);
    let view = station.supervisors().expect("readable");
    let names: Vec<_> = view.people.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        (names, view.unlocked, view.locked_until_ms),
        (vec!["Ana Costa"], None, None)
    );

    let (_, window, station) = at_gate_a(&[1]);
    assert!(!window.told.door().may_supervise);
    assert_eq!(station.supervisors().expect("readable").people, []);
    assert_eq!(code(station.unlock(ANA, "7351")), UiErrorCode::NotFound);
}

#[test]
fn wrong_pins_are_counted_and_the_fifth_locks_for_a_minute() {
    let (_, window, station, _) = supervised_at_gate_a(venue());
    for _ in 0..4 {
        assert_eq!(code(station.unlock(ANA, "9064")), UiErrorCode::WrongPin);
    }
    // What is no PIN is no try.
    assert_eq!(code(station.unlock(ANA, "90 64")), UiErrorCode::WrongPin);
    assert_eq!(code(station.unlock(ANA, "9064")), UiErrorCode::PinLocked);
    assert_eq!(code(station.unlock(ANA, "7351")), UiErrorCode::PinLocked);
    let view = station.supervisors().expect("readable");
    assert_eq!(
        (view.unlocked, view.locked_until_ms),
        (None, Some(NOW + MINUTE))
    );
    window.clock.advance(MINUTE + 1);
    unlock(&station);
}

#[test]
fn two_minutes_without_a_decision_lock_it_again() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    refused(&venue, &window, &station);
    unlock(&station);
    window.clock.advance(2 * MINUTE - 1);
    assert_eq!(unlocked(&station), Some(ANA));
    station.let_in_anyway(2).expect("a decision");
    window.clock.advance(2 * MINUTE - 1);
    assert_eq!(unlocked(&station), Some(ANA), "counted anew");
    window.clock.advance(1);
    assert_eq!(unlocked(&station), None);
    assert_eq!(code(station.sign_off()), UiErrorCode::SupervisorNeeded);
    // A clock that is put back makes no two minutes longer.
    unlock(&station);
    window.clock.advance(-1);
    assert_eq!(unlocked(&station), None);
    unlock(&station);
    station.lock();
    assert_eq!(unlocked(&station), None);
    assert_eq!(code(station.hand_back()), UiErrorCode::SupervisorNeeded);
}

#[test]
fn whoever_is_taken_off_the_list_decides_nothing_more() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    refused(&venue, &window, &station);
    unlock(&station);
    let file = window.device.data().join(REPLICA_FILE);
    let connection = rusqlite::Connection::open(file).expect("opens");
    connection
        .busy_timeout(std::time::Duration::from_secs(10))
        .expect("set");
    connection
        .execute("delete from supervisor_list", [])
        .expect("written");
    assert_eq!(
        code(station.let_in_anyway(2)),
        UiErrorCode::SupervisorNeeded
    );
    window.told.screen("no supervision", |screen| match screen {
        Screen::Door(place) if !place.may_supervise => Some(()),
        Screen::Door(_)
        | Screen::Enrol(_)
        | Screen::Choose { .. }
        | Screen::Closed { .. }
        | Screen::Till { .. } => None,
    });
}

#[test]
fn a_refused_ticket_is_let_in_in_the_name_of_the_supervisor_and_of_nobody_else() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    let red = refused(&venue, &window, &station);
    assert!(red.may_override);
    assert_eq!(
        code(station.let_in_anyway(2)),
        UiErrorCode::SupervisorNeeded
    );
    unlock(&station);
    assert_eq!(
        code(station.let_in_anyway(1)),
        UiErrorCode::NotFound,
        "it went in"
    );
    window.clock.advance(30_000);
    let green = station.let_in_anyway(2).expect("let in");
    assert_eq!((green.no, green.light, green.way), (3, Admit, Way::In));
    assert_eq!(green.type_name.as_deref(), Some("Plein tarif"));
    assert!(!green.may_override);
    assert_eq!(window.told.verdicts(3).remove(2), green);
    assert_eq!(
        code(station.let_in_anyway(2)),
        UiErrorCode::NotFound,
        "once"
    );
    // The phone is still before the camera.
    window.clock.advance(1_900);
    station.wedge(&venue.code(1));
    assert_eq!(window.told.lights(3).len(), 3);
    drop(station);
    assert_eq!(overrides(&window), [(TicketId(1), 7, ANA)]);
}

#[test]
fn letting_in_anyway_is_taken_back_like_any_entry() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    refused(&venue, &window, &station);
    unlock(&station);
    station.let_in_anyway(2).expect("let in");
    station.undo(3, UndoReason::Other).expect("taken back");
    station.undo(1, UndoReason::Other).expect("taken back");
    window.clock.advance(10_000);
    station.wedge(&venue.code(1));
    assert_eq!(window.told.verdicts(4).remove(3).light, Admit);
}

#[test]
fn a_ticket_that_was_found_by_hand_is_let_in_anyway() {
    let (_, window, station, _) = supervised_at_gate_a(venue().with_search());
    station.by_hand(TicketId(2)).expect("decided on");
    let red = station.by_hand(TicketId(2)).expect("decided on");
    assert!(red.light == Refuse && red.may_override);
    unlock(&station);
    let green = station.let_in_anyway(red.no).expect("let in");
    assert_eq!(green.light, Admit);
    drop(station);
    assert_eq!(overrides(&window), [(TicketId(2), 7, ANA)]);
}

#[test]
fn nobody_is_let_in_with_a_ticket_of_another_event_or_on_the_way_out() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    let elsewhere = Presented::plain(venue.other_key.sign(Venue::fields(9, OTHER_KEY)));
    station.wedge(&elsewhere.to_string());
    let unknown = Presented::plain(venue.key.sign(Venue::fields(9, KeyId(99))));
    station.wedge(&unknown.to_string());
    station.wedge(&venue.code(1));
    station.face(Way::Out).expect("turned");
    station.wedge(&venue.code(2));
    unlock(&station);
    for verdict in window.told.verdicts(4) {
        assert!(!verdict.may_override, "{verdict:?}");
        let refused = station.let_in_anyway(verdict.no);
        assert_eq!(code(refused), UiErrorCode::NotFound, "{verdict:?}");
    }
    // Refused on the way in; the door was turned since.
    station.face(Way::In).expect("turned");
    window.clock.advance(10_000);
    station.wedge(&venue.code(1));
    assert!(window.told.verdicts(5).remove(4).may_override);
    station.face(Way::Out).expect("turned");
    assert_eq!(
        code(station.let_in_anyway(5)),
        UiErrorCode::OverrideImpossible
    );
    drop(station);
    assert_eq!(overrides(&window), []);
}

#[test]
fn a_ticket_that_may_go_in_by_now_is_scanned_again() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    refused(&venue, &window, &station);
    station
        .undo(1, UndoReason::DidNotEnter)
        .expect("taken back");
    unlock(&station);
    assert_eq!(
        code(station.let_in_anyway(2)),
        UiErrorCode::OverrideNotNeeded
    );
}

#[test]
fn once_somebody_was_decided_on_only_a_supervisor_leaves_the_place() {
    let (venue, window, station, _) = supervised_at_gate_a(venue());
    station.leave_place().expect("nobody came yet");
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("again");
    station.wedge(&venue.code(1));
    window.told.verdicts(1);
    assert_eq!(code(station.leave_place()), UiErrorCode::SupervisorNeeded);
    // Started again, it still has scanned.
    drop(station);
    let station = window.start_blind();
    assert_eq!(code(station.leave_place()), UiErrorCode::SupervisorNeeded);
    unlock(&station);
    station.leave_place().expect("a supervisor may");
    assert!(matches!(station.overview().screen, Screen::Choose { .. }));
}

/// Else nobody ever could.
#[test]
fn where_nobody_supervises_whoever_is_there_leaves_the_place() {
    let (venue, window, station) = at_gate_a(&[1]);
    station.wedge(&venue.code(1));
    window.told.verdicts(1);
    station.leave_place().expect("left");
}

#[test]
fn a_supervisor_says_who_uses_the_device() {
    let (_, window, station, _) = supervised_at_gate_a(venue());
    let kiosk = Settings {
        used_by: Use::SelfService,
        ..Settings::default()
    };
    assert_eq!(
        code(station.save_settings(kiosk.clone())),
        UiErrorCode::SupervisorNeeded
    );
    unlock(&station);
    station.save_settings(kiosk.clone()).expect("kept");
    assert_eq!(station.overview().settings, kiosk);
    assert_eq!(window.told.full_screens(), [false, true]);
    station.save_settings(Settings::default()).expect("kept");
    assert_eq!(window.told.full_screens(), [false, true, false]);
}

#[test]
fn a_strict_doors_tickets_are_handed_back_and_others_have_none() {
    let (venue_there, window, station) = strict_at_gate_a(venue());
    assert_eq!(code(station.hand_back()), UiErrorCode::SupervisorNeeded);
    unlock(&station);
    assert_eq!(station.hand_back().expect("given"), 20);
    assert_eq!(station.hand_back().expect("given"), 0);
    station.wedge(&venue_there.code(1));
    assert_eq!(window.told.lights(1), [Ask], "its right is elsewhere now");

    let (_, _window, station, _) = supervised_at_gate_a(venue());
    unlock(&station);
    assert_eq!(code(station.hand_back()), UiErrorCode::NotFound);
}

fn closed(window: &Window) -> u32 {
    window.told.screen("signed off", |screen| match screen {
        Screen::Closed {
            unsent,
            revoked: false,
        } => Some(*unsent),
        Screen::Closed { .. }
        | Screen::Enrol(_)
        | Screen::Choose { .. }
        | Screen::Door(_)
        | Screen::Till { .. } => None,
    })
}

#[test]
fn a_signed_off_device_has_no_secrets_lets_nobody_in_and_waits_for_the_server() {
    let (venue, window, station, server) = supervised_at_gate_a(venue());
    station.wedge(&venue.code(1));
    window.told.verdicts(1);
    assert_eq!(code(station.sign_off()), UiErrorCode::SupervisorNeeded);
    unlock(&station);
    let locked = Settings {
        used_by: Use::Locked,
        ..Settings::default()
    };
    station.save_settings(locked).expect("kept");
    station.sign_off().expect("signed off");
    assert_eq!(closed(&window), 1, "the entry");
    assert_eq!(station.supervisors().expect("read").people, []);
    assert_eq!(code(station.unlock(ANA, "7351")), UiErrorCode::NotFound);
    assert_eq!(
        window.told.full_screens().last(),
        Some(&false),
        "nobody could unlock the screen any more"
    );
    station.wedge(&venue.code(2));
    assert!(station.face(Way::In).is_err());
    let taken = station.take_place(venue.event, Some(GATE_A));
    assert_eq!(code(taken), UiErrorCode::SignedOff);
    drop(station);

    // Started again while there is no server: the same.
    let station = window.start_blind();
    let Screen::Closed { unsent, revoked } = station.overview().screen else {
        panic!("{:?}", station.overview());
    };
    assert_eq!((unsent, revoked), (1, false));
    assert_eq!(verdicts(&window.told.all()).len(), 1);
    drop(station);

    let replica = window.device.open();
    assert_eq!(replica.read(signed::keys).expect("readable"), []);
    assert_eq!(hand_in(&replica, &server), Holds::All);
    assert_eq!(finish_sign_off(&replica).expect("noted"), HandIn::Done);
    drop(replica);
    // The server has it all: a new device.
    let station = window.start_blind();
    let Screen::Enrol(enrol) = station.overview().screen else {
        panic!("{:?}", station.overview());
    };
    assert_eq!(enrol.step, EnrolStep::Waiting);
    assert_eq!(station.overview().organizer_name, None);
}
