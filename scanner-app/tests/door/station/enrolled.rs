//! Screens, places and choices.

use std::sync::Arc;

use scanner_app::replica::identity;
use scanner_app::station::NoCameras;
use scanner_app::station::view::{
    CameraStanding, EnrolStep, News, Screen, Settings, Theme, UiErrorCode, Use, Way,
};
use shared::ids::{EventId, GateNo};
use shared::language::Language;
use shared::roster::{Revocation, Rights};

use super::screen::{Window, at_gate_a, enrolled};
use crate::venue::{Device, GATE_A, HOUR, NOW, Venue};

fn enrol_step(window: &Window, what: &str, look: impl Fn(&EnrolStep) -> bool) -> EnrolStep {
    window.told.screen(what, |screen| match screen {
        Screen::Enrol(enrol) if look(&enrol.step) => Some(enrol.step.clone()),
        Screen::Enrol(_)
        | Screen::Choose { .. }
        | Screen::Door(_)
        | Screen::Closed { .. }
        | Screen::Till { .. } => None,
    })
}

#[test]
fn a_new_device_looks_for_the_organizers_code() {
    let window = Window::of(Device::new(21));
    let station = window.start();
    let Screen::Enrol(enrol) = station.overview().screen else {
        panic!("{:?}", station.overview());
    };
    assert_eq!(enrol.step, EnrolStep::Waiting);
    assert!(!enrol.device_name.is_empty());
    let camera = window.told.wait("the camera", |told| {
        told.iter().find_map(|news| match news {
            News::Camera(camera) => Some(camera.standing),
            _ => None,
        })
    });
    assert_eq!(camera, CameraStanding::Looking);
}

#[test]
fn a_code_or_an_address_that_is_none_is_said_to_be_so() {
    let window = Window::of(Device::new(21));
    let station = window.start_blind();
    for (server, code, expected) in [
        (
            "https://billets.example.org",
            "7K2M",
            UiErrorCode::CodeMalformed,
        ),
        (
            "http://billets.example.org",
            "7K2M4QXW9A3BCDEF",
            UiErrorCode::ServerAddress,
        ),
        ("billets", "7K2M4QXW9A3BCDEF", UiErrorCode::ServerAddress),
    ] {
        let error = station.enrol(server, code).expect_err("no server");
        assert_eq!(error.code, expected, "{server} {code}");
        let failed = enrol_step(
            &window,
            "the failure",
            |step| matches!(step, EnrolStep::Failed { error } if error.code == expected),
        );
        assert_eq!(failed, EnrolStep::Failed { error });
    }
    station.enrol_cancel().expect("back");
    enrol_step(&window, "looking again", |step| *step == EnrolStep::Waiting);
}

/// Nobody listens there: the loopback's port 9 is closed.
#[test]
fn a_server_that_does_not_answer_is_told_and_nothing_is_kept() {
    let window = Window::of(Device::new(21));
    let station = window.start_blind();
    station
        .enrol("http://127.0.0.1:9", "7K2M 4QXW 9A3B CDEF")
        .expect("it is tried");
    enrol_step(
        &window,
        "the failure",
        |step| matches!(step, EnrolStep::Failed { error } if error.code == UiErrorCode::ServerUnreachable),
    );
    assert_eq!(station.overview().device_name, None);
}

#[test]
fn an_enrolled_device_chooses_a_place_and_goes_back_to_it_after_a_crash() {
    let (venue, window) = enrolled(&[1, 2]);
    let station = window.start_blind();
    let places = station.places().expect("places");
    assert_eq!(places.len(), 1);
    let place = &places[0];
    assert_eq!(place.name.as_deref(), Some("Nuit électrique"));
    assert!(place.today && place.can_scan && place.complete && !place.test);
    assert_eq!((place.tickets, place.gates.len()), (2, 1));
    assert!(
        place.starts.as_deref().is_some_and(|at| at.contains('h')),
        "{place:?}"
    );
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("the door opens");
    station.face(Way::Out).expect("turned");
    let door = window.told.door();
    assert_eq!(door.gate.as_deref(), Some("Porte A"));
    // Killed, and started again.
    drop(station);
    let station = window.start_blind();
    let Screen::Door(again) = station.overview().screen else {
        panic!("{:?}", station.overview());
    };
    assert_eq!((again.gate, again.way), (door.gate, Way::Out));
    station.leave_place().expect("left");
    drop(station);
    let station = window.start_blind();
    assert!(matches!(station.overview().screen, Screen::Choose { .. }));
}

#[test]
fn the_only_event_of_today_at_the_organizers_gate_needs_no_choosing() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1]);
    let (event, rights) = (
        venue.event,
        Rights {
            scan: true,
            ..Rights::default()
        },
    );
    replica
        .write(move |tx| identity::update_rights(tx, &rights, &[event], GATE_A))
        .expect("written");
    drop(replica);
    let window = Window::of(device);
    let station = window.start_blind();
    assert_eq!(window.told.door().gate.as_deref(), Some("Porte A"));
    // Whoever leaves it wants another.
    station.leave_place().expect("left");
    window.told.screen("choosing", |screen| {
        matches!(screen, Screen::Choose { .. }).then_some(())
    });
    drop(station);
}

#[test]
fn an_event_of_another_day_waits_to_be_chosen() {
    let (venue, device) = (Venue::at(NOW + 48 * HOUR), Device::new(21));
    let replica = venue.door(&device, NOW, &[1]);
    let (event, rights) = (
        venue.event,
        Rights {
            scan: true,
            ..Rights::default()
        },
    );
    replica
        .write(move |tx| identity::update_rights(tx, &rights, &[event], GATE_A))
        .expect("written");
    drop(replica);
    let station = Window::of(device).start_blind();
    let places = station.places().expect("places");
    assert!(!places[0].today && places[0].gates[0].own, "{places:?}");
}

#[test]
fn a_place_that_there_is_none_of_changes_nothing() {
    let (venue, window, station) = at_gate_a(&[1]);
    let unknown = station.take_place(EventId::from_bytes([9; 16]), None);
    assert_eq!(
        unknown.expect_err("no event").code,
        UiErrorCode::RosterMissing
    );
    let no_gate = station.take_place(venue.event, Some(GateNo(7)));
    assert_eq!(no_gate.expect_err("no gate").code, UiErrorCode::NotFound);
    let Screen::Door(place) = station.overview().screen else {
        panic!("{:?}", station.overview());
    };
    assert_eq!(place, window.told.door());
}

#[test]
fn what_was_chosen_is_kept_and_told() {
    let (_, window) = enrolled(&[1]);
    let station = window.start_blind();
    let chosen = Settings {
        language: Language::De,
        theme: Theme::Day,
        volume: 150,
        wedge_prefix: "]C1".into(),
        ..Settings::default()
    };
    station.save_settings(chosen.clone()).expect("kept");
    let expected = Settings {
        volume: 100,
        ..chosen
    };
    assert_eq!(station.overview().settings, expected);
    drop(station);
    assert_eq!(window.start_blind().overview().settings, expected);
}

#[test]
fn who_uses_the_device_is_not_changed_without_a_supervisor() {
    let (_, window) = enrolled(&[1]);
    let station = window.start_blind();
    let locked = Settings {
        used_by: Use::Locked,
        ..Settings::default()
    };
    let refused = station.save_settings(locked.clone());
    assert_eq!(
        refused.expect_err("refused").code,
        UiErrorCode::SupervisorNeeded
    );
    assert_eq!(station.overview().settings.used_by, Use::Staffed);
    drop(station);
    // As a supervisor left it: it starts in full screen, and nobody gets it out.
    let kept = serde_json::to_vec(&locked).expect("JSON");
    std::fs::write(window.device.data().join("settings.json"), kept).expect("written");
    let station = window.start_blind();
    assert_eq!(window.told.full_screens(), [false, true]);
    let refused = station.save_settings(Settings::default());
    assert_eq!(
        refused.expect_err("refused").code,
        UiErrorCode::SupervisorNeeded
    );
    assert_eq!(window.told.full_screens(), [false, true]);
}

#[test]
fn a_second_window_on_the_same_data_says_so() {
    let (_, window) = enrolled(&[1]);
    let station = window.start_blind();
    let second = window.start_with(Arc::new(NoCameras));
    assert_eq!(second.expect_err("in use").code, UiErrorCode::InUse);
    drop(station);
    drop(window.start_blind());
}

/// The organizer's list as the sync would have brought it, written beside the station, which has the replica.
fn revoke(venue: &Venue, window: &Window) {
    let mut row = venue.device_row(&window.device);
    row.revocation = Some(Revocation {
        at_ms: NOW,
        points: Vec::new(),
    });
    let connection = rusqlite::Connection::open(
        window
            .device
            .data()
            .join(scanner_app::replica::REPLICA_FILE),
    )
    .expect("opens");
    connection
        .busy_timeout(std::time::Duration::from_secs(10))
        .expect("set");
    connection
        .execute(
            "update device set row = ?1 where id = ?2",
            rusqlite::params![
                serde_json::to_string(&row).expect("JSON"),
                window.device.id.as_bytes()
            ],
        )
        .expect("written");
    connection
        .execute("update sync_state set generation = generation + 1", [])
        .expect("written");
}

#[test]
fn a_revoked_device_is_closed_and_admits_nobody() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    station.wedge(&venue.code(1));
    window.told.verdicts(1);
    revoke(&venue, &window);
    let unsent = window.told.screen("closed", |screen| match screen {
        Screen::Closed {
            unsent,
            revoked: true,
        } => Some(*unsent),
        Screen::Closed { .. }
        | Screen::Enrol(_)
        | Screen::Choose { .. }
        | Screen::Door(_)
        | Screen::Till { .. } => None,
    });
    assert_eq!(unsent, 2, "the journal's beginning and an entry");
    station.wedge(&venue.code(2));
    assert!(station.face(Way::In).is_err());
    assert!(station.take_place(venue.event, Some(GATE_A)).is_err());
    drop(station);
    let station = window.start_blind();
    assert!(matches!(station.overview().screen, Screen::Closed { .. }));
    assert_eq!(super::screen::verdicts(&window.told.all()).len(), 1);
}
