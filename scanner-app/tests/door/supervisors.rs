//! Supervisors by PIN: told by the server, sealed on the disk, forgotten with the right, and few tries.

use std::fs;
use std::path::Path;

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use scanner_app::replica::{Replica, open_to_look};
use scanner_app::supervisor::{Duty, UnlockError, locked_until, people, unlock};
use scanner_app::sync::driver::Driver;
use shared::ids::UserId;
use shared::roster::Rights;
use shared::sync::state::{BlockReason, State};
use shared::wire::latest::SupervisorRow;

use crate::sync::{Scene, scene};
use crate::venue::{Device, NOW, Venue, copy_folder};

const MINUTE: i64 = 60_000;
pub(crate) const ANA: UserId = UserId(uuid::Uuid::from_bytes([0xa1; 16]));
const BOB: UserId = UserId(uuid::Uuid::from_bytes([0xb0; 16]));
const SUPERVISES: Rights = Rights {
    scan: true,
    search: false,
    sell: false,
    supervise: true,
};

fn hash(pin: &str, passes: u32) -> String {
    let params = Params::new(19 * 1024, passes, 1, None).expect("parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(pin.as_bytes(), &[7; 16])
        .expect("a hash")
        .to_string()
}

pub(crate) fn row(person: UserId, name: &str, pin: &str) -> SupervisorRow {
    SupervisorRow {
        person,
        name: name.into(),
        pin_hash: hash(pin, 2),
        supervises: true,
        sells: true,
    }
}

/// A door that may supervise, with Ana (7351) and Bob (80417).
fn supervised() -> Scene {
    let scene = scene();
    scene.server.grants(SUPERVISES);
    let list = [
        row(BOB, "Bob Martin", "80417"),
        row(ANA, "Ana Costa", "7351"),
    ];
    scene.server.lists(5, &list);
    scene.run(Driver::is_settled);
    scene
}

fn names(replica: &Replica) -> Vec<String> {
    let people = people(replica, Duty::Supervise).expect("readable");
    people.into_iter().map(|person| person.name).collect()
}

/// Everything in the data folder.
fn bytes(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).expect("a folder");
    files
        .flat_map(|file| fs::read(file.expect("a file").path()).expect("readable"))
        .collect()
}

fn holds(folder: &Path, part: &[u8]) -> bool {
    bytes(folder).windows(part.len()).any(|found| found == part)
}

fn sealed(scene: &Scene) -> Vec<u8> {
    open_to_look(&scene.device.data())
        .expect("opens")
        .query_row("select sealed from supervisor_list", [], |row| row.get(0))
        .expect("there is a list")
}

#[test]
fn a_door_that_may_supervise_gets_the_list_and_its_file_tells_neither_name_nor_hash() {
    let scene = supervised();
    assert_eq!(names(&scene.replica), ["Ana Costa", "Bob Martin"]);
    let told = unlock(&scene.replica, (ANA, Duty::Supervise), "7351", NOW).expect("her PIN");
    assert_eq!((told.person, told.name.as_str()), (ANA, "Ana Costa"));
    let data = scene.device.data();
    for part in ["Ana Costa", "Bob Martin", "argon2id", "7351"] {
        assert!(!holds(&data, part.as_bytes()), "{part}");
    }
    let hash = hash("7351", 2);
    let (_, digest) = hash.rsplit_once('$').expect("PHC form");
    assert!(!holds(&data, digest.as_bytes()), "the hash itself");
    assert!(!holds(&data, ANA.as_bytes()), "the person's id");
}

#[test]
fn a_changed_list_takes_the_place_of_the_old_one_and_an_older_server_is_believed() {
    let scene = supervised();
    scene.server.lists(6, &[row(BOB, "Bob M.", "80418")]);
    scene.run(Driver::is_settled);
    assert_eq!(names(&scene.replica), ["Bob M."]);
    assert!(matches!(
        unlock(&scene.replica, (ANA, Duty::Supervise), "7351", NOW),
        Err(UnlockError::Nobody)
    ));
    assert!(unlock(&scene.replica, (BOB, Duty::Supervise), "80418", NOW).is_ok());
    // It was put back from a backup: its list is what it is.
    scene.server.lists(4, &[row(ANA, "Ana Costa", "7351")]);
    scene.run(Driver::is_settled);
    assert_eq!(names(&scene.replica), ["Ana Costa"]);
}

#[test]
fn a_door_without_the_right_gets_nothing() {
    let scene = scene();
    scene.server.lists(5, &[row(ANA, "Ana Costa", "7351")]);
    scene.run(Driver::is_settled);
    assert!(names(&scene.replica).is_empty());
    assert!(matches!(
        unlock(&scene.replica, (ANA, Duty::Supervise), "7351", NOW),
        Err(UnlockError::Nobody)
    ));
}

#[test]
fn with_the_right_goes_the_list_and_its_bytes() {
    let by_session = supervised();
    let was = sealed(&by_session);
    assert!(holds(&by_session.device.data(), &was));
    by_session.server.grants(Rights {
        supervise: false,
        ..SUPERVISES
    });
    by_session.run(Driver::is_settled);
    assert!(names(&by_session.replica).is_empty());
    assert!(!holds(&by_session.device.data(), &was), "overwritten");

    // Another door brings the organizer's word first.
    let by_list = supervised();
    let was = sealed(&by_list);
    let list = Venue::at(NOW).devices(2, NOW, &[&by_list.device]);
    Venue::tell(&by_list.replica, list);
    assert!(names(&by_list.replica).is_empty());
    assert!(!holds(&by_list.device.data(), &was), "overwritten");
}

#[test]
fn a_revoked_door_forgets_its_supervisors() {
    let scene = supervised();
    let was = sealed(&scene);
    scene.server.revokes();
    scene.run(|driver| {
        driver.state() == State::Blocked(BlockReason::Revoked) && scene.unsent() == 0
    });
    assert!(names(&scene.replica).is_empty());
    assert!(!holds(&scene.device.data(), &was), "overwritten");
}

fn left(replica: &Replica, person: UserId, now_ms: i64) -> u32 {
    match unlock(replica, (person, Duty::Supervise), "9064", now_ms) {
        Err(UnlockError::WrongPin { left }) => left,
        other => panic!("{other:?}"),
    }
}

fn locked_for(replica: &Replica, pin: &str, now_ms: i64) -> i64 {
    match unlock(replica, (ANA, Duty::Supervise), pin, now_ms) {
        Err(UnlockError::Locked { until_ms }) => until_ms - now_ms,
        other => panic!("{other:?}"),
    }
}

#[test]
fn five_wrong_pins_lock_the_device_whoever_is_chosen_and_restarts_change_nothing() {
    let Scene {
        device,
        replica,
        server: _,
    } = supervised();
    assert!(matches!(
        unlock(&replica, (ANA, Duty::Supervise), "73 51", NOW),
        Err(UnlockError::NotAPin)
    ));
    assert_eq!(left(&replica, ANA, NOW), 4, "what is no PIN is no try");
    assert_eq!(
        left(&replica, BOB, NOW),
        3,
        "of the device, not of a person"
    );
    drop(replica);
    let replica = device.open();
    assert_eq!([0; 2].map(|_| left(&replica, ANA, NOW)), [2, 1]);
    assert_eq!(locked_for(&replica, "9064", NOW), MINUTE);
    assert_eq!(
        locked_for(&replica, "7351", NOW + 1),
        MINUTE - 1,
        "the right one, too"
    );
    drop(replica);
    let replica = device.open();
    assert_eq!(locked_for(&replica, "7351", NOW + 2), MINUTE - 2);
    let shown = |now_ms| locked_until(&replica, now_ms).expect("readable");
    assert_eq!(shown(NOW + 2), Some(NOW + MINUTE));
    assert_eq!(shown(NOW + MINUTE), None);

    // A clock that is put back.
    let back = NOW - 60 * MINUTE;
    assert_eq!(locked_for(&replica, "7351", back), MINUTE - 2);
    drop(replica);
    let replica = device.open();
    assert_eq!(locked_for(&replica, "7351", back), MINUTE);
    assert!(unlock(&replica, (ANA, Duty::Supervise), "7351", NOW + MINUTE + 1).is_ok());
    assert_eq!(left(&replica, ANA, NOW + MINUTE + 1), 4, "counted anew");
}

#[test]
fn the_second_lock_lasts_five_minutes_and_the_third_thirty() {
    let scene = supervised();
    let mut now = NOW;
    for minutes in [1, 5, 30] {
        for _ in 0..4 {
            left(&scene.replica, ANA, now);
        }
        assert_eq!(locked_for(&scene.replica, "9064", now), minutes * MINUTE);
        now += minutes * MINUTE + 1;
    }
}

/// Pulling the plug gives no free try: while the PIN is still being compared, the try is on the disk.
#[test]
fn a_try_is_counted_before_its_pin_is_compared() {
    let scene = supervised();
    let slow = SupervisorRow {
        pin_hash: hash("7351", 60),
        supervises: true,
        sells: true,
        ..row(ANA, "Ana Costa", "7351")
    };
    scene.server.lists(7, &[slow]);
    scene.run(Driver::is_settled);
    let replica = scene.replica.clone();
    let comparing =
        std::thread::spawn(move || unlock(&replica, (ANA, Duty::Supervise), "7351", NOW).is_ok());
    let looked = open_to_look(&scene.device.data()).expect("opens");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let sql = "select coalesce(max(wrong), 0) from pin_tries";
        let wrong: u32 = looked.query_row(sql, [], |row| row.get(0)).expect("read");
        if wrong == 1 {
            break;
        }
        assert!(!comparing.is_finished(), "compared, and {wrong} counted");
        assert!(std::time::Instant::now() < until, "{wrong} counted");
        std::thread::yield_now();
    }
    // The power goes now.
    let cut = scene.device.data().with_file_name("cut");
    copy_folder(&scene.device.data(), &cut);
    assert!(
        !comparing.is_finished(),
        "it was right, and nobody knows yet"
    );
    assert!(comparing.join().expect("it ends"));
    let after = Replica::open(&cut, scene.device.state()).expect("opens");
    assert_eq!(left(&after, ANA, NOW), 3);
    assert_eq!(left(&scene.replica, ANA, NOW), 4, "a right one resets");
}

#[test]
fn a_copied_folder_names_nobody() {
    let scene = supervised();
    let (copy, elsewhere) = (Device::new(9), scene.device.data());
    copy_folder(&elsewhere, &copy.data());
    let replica = copy.open();
    assert!(
        people(&replica, Duty::Supervise).is_err(),
        "its keys are elsewhere"
    );
    assert!(unlock(&replica, (ANA, Duty::Supervise), "7351", NOW).is_err());
}

#[test]
fn a_clerk_sells_and_does_not_supervise_and_whoever_is_off_the_list_does_neither() {
    let scene = scene();
    scene.server.grants(Rights {
        sell: true,
        ..SUPERVISES
    });
    let clerk = SupervisorRow {
        supervises: false,
        ..row(ANA, "Ana Costa", "7351")
    };
    let chief = SupervisorRow {
        sells: false,
        ..row(BOB, "Bob Martin", "80417")
    };
    scene.server.lists(5, &[clerk, chief.clone()]);
    scene.run(Driver::is_settled);
    let of = |duty| {
        let people = people(&scene.replica, duty).expect("readable").into_iter();
        people.map(|person| person.name).collect::<Vec<_>>()
    };
    assert_eq!(of(Duty::Sell), ["Ana Costa"]);
    assert_eq!(of(Duty::Supervise), ["Bob Martin"]);
    assert!(unlock(&scene.replica, (ANA, Duty::Sell), "7351", NOW).is_ok());
    for (person, duty, pin) in [(ANA, Duty::Supervise, "7351"), (BOB, Duty::Sell, "80417")] {
        let refused = unlock(&scene.replica, (person, duty), pin, NOW);
        assert!(matches!(refused, Err(UnlockError::Nobody)), "{refused:?}");
    }
    scene.server.lists(6, &[chief]);
    scene.run(Driver::is_settled);
    let refused = unlock(&scene.replica, (ANA, Duty::Sell), "7351", NOW);
    assert!(matches!(refused, Err(UnlockError::Nobody)), "{refused:?}");
}
