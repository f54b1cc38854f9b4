//! Signing off: nobody is let in any more, the secrets are gone at once, the journals are handed in, then the device is as
//! new; whatever ends the program on the way.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use scanner_app::door::{
    AtGate, Door, HandIn, OpenDoorError, ScanError, Sight, SignedOff, To, finish_sign_off, share,
    sign_off,
};
use scanner_app::edge::{OsRandom, SystemClock};
use scanner_app::replica::{
    REPLICA_FILE, Removal, Replica, Start, facts, identity, remove_handed_in, sign_off as state,
    signed,
};
use scanner_app::supervisor::{Duty, people};
use scanner_app::sync::Holds;
use scanner_app::sync::driver::{Driver, StartSyncError};
use shared::admission::Direction;
use shared::fact::kind::RightKind;
use shared::fact::{Envelope, FactBody};
use shared::ids::{Random as _, TicketId, UserId};
use shared::lease::{Cause, Lease, LeaseList};
use shared::roster::Rights;
use shared::roster::signed::SignedKind;
use shared::sync::engine::Follow;
use shared::wire::latest::{PageEntry, SupervisorRow};

use crate::run::{command, now, run};
use crate::sync::{Memory, Scene, scene};
use crate::venue::{Device, NOW, Venue, copy_folder};

fn signs_off(replica: &Replica) -> SignedOff {
    sign_off(replica, To::Server, NOW).expect("signed off")
}

fn keys(replica: &Replica) -> usize {
    replica.read(signed::keys).expect("readable").len()
}

fn outstanding(replica: &Replica) -> state::Outstanding {
    replica.read(state::outstanding).expect("readable")
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

/// Steps a driver until it is settled, then asks what the server holds.
pub(crate) fn hand_in(replica: &Replica, server: &Memory) -> Holds {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (clock, random) = (std::sync::Arc::new(SystemClock), Box::new(OsRandom));
        let server = server.clone();
        // It is told to follow, and knows better.
        let driver = Driver::start(replica, server, Follow::Changes, clock, random);
        let mut driver = driver.expect("its key is here");
        let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while !driver.is_settled() {
            assert!(std::time::Instant::now() < until, "{:?}", driver.state());
            driver.step(&mut |_| {}).await;
        }
        driver.server_holds().await.expect("it says")
    })
}

/// As [`scene`], with a roster, a verdict in the journal, and somebody who may supervise.
fn at_work() -> (Venue, Scene) {
    let (venue, scene) = (Venue::at(NOW), scene());
    scene.server.grants(Rights {
        scan: true,
        supervise: true,
        ..Rights::default()
    });
    let ana = SupervisorRow {
        person: UserId(uuid::Uuid::from_bytes([0xa1; 16])),
        name: "Ana Costa".into(),
        pin_hash: "none".into(),
        supervises: true,
        sells: true,
    };
    scene.server.lists(5, &[ana]);
    scene.run(Driver::is_settled);
    let door = Door::open(
        &scene.replica,
        venue.event,
        &AtGate::AsEnrolled,
        Direction::In,
    );
    let door = door.expect("a door");
    door.scan(&venue.code(1), Sight::Still, NOW)
        .expect("a verdict");
    (venue, scene)
}

#[test]
fn a_door_that_signed_off_lets_nobody_in_and_has_no_secrets() {
    let (venue, scene) = at_work();
    let door = Door::open(
        &scene.replica,
        venue.event,
        &AtGate::AsEnrolled,
        Direction::In,
    );
    let open = door.expect("a door");
    assert_eq!(
        (
            keys(&scene.replica),
            people(&scene.replica, Duty::Supervise).expect("read").len()
        ),
        (2, 1)
    );
    signs_off(&scene.replica);
    assert_eq!(
        (
            keys(&scene.replica),
            people(&scene.replica, Duty::Supervise).expect("read").len()
        ),
        (0, 0)
    );
    assert!(matches!(
        open.scan(&venue.code(2), Sight::Still, NOW),
        Err(ScanError::SignedOff)
    ));
    let again = Door::open(
        &scene.replica,
        venue.event,
        &AtGate::AsEnrolled,
        Direction::In,
    );
    assert!(matches!(
        again,
        Err(OpenDoorError::Scan(ScanError::SignedOff))
    ));
    assert_eq!(outstanding(&scene.replica).own, 1, "the journal is kept");

    // What the server or another door says later brings nothing back.
    Venue::tell(&scene.replica, venue.keys(2, NOW));
    assert_eq!(keys(&scene.replica), 0);
    let Scene {
        device, replica, ..
    } = scene;
    drop((open, replica));
    let replica = device.open();
    let again = Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::In);
    assert!(again.is_err(), "after a start");
}

#[test]
fn its_journals_are_handed_in_and_then_the_device_is_as_new() {
    let (venue, scene) = at_work();
    signs_off(&scene.replica);
    assert!(matches!(
        finish_sign_off(&scene.replica),
        Ok(HandIn::Waits(waits)) if waits.own == 1
    ));
    scene.server.lists(6, &[]);
    assert_eq!(hand_in(&scene.replica, &scene.server), Holds::All);
    assert_eq!(scene.server.facts(), 5);
    assert_eq!(keys(&scene.replica), 0, "nothing was asked for");
    let data = scene.device.data();
    let state = scene.device.state();
    assert!(matches!(finish_sign_off(&scene.replica), Ok(HandIn::Done)));
    let Scene {
        device, replica, ..
    } = scene;
    assert_eq!(files(&state.join("keys")), 1);
    drop(replica);
    assert_eq!(
        remove_handed_in(&data, &state).expect("removed"),
        Removal::Done
    );
    assert!(!data.join(REPLICA_FILE).exists());
    assert_eq!(
        (files(&state.join("keys")), files(&state.join("places"))),
        (0, 0)
    );
    assert_eq!(
        remove_handed_in(&data, &state).expect("nothing"),
        Removal::NotYet
    );

    // Another organizer's door, in the same folder.
    let replica = device.open();
    assert_eq!(replica.start(), Start::New);
    drop(replica);
    let replica = venue.door(&device, NOW, &[1, 2]);
    let door = Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::In);
    assert!(door.is_ok());
}

/// The journal is destroyed only if the server still has what it acknowledged.
#[test]
fn a_server_that_was_put_back_meanwhile_gets_everything_again() {
    let (_, scene) = at_work();
    signs_off(&scene.replica);
    assert_eq!(hand_in(&scene.replica, &scene.server), Holds::All);
    scene.server.forgets_journals();
    assert_eq!(hand_in(&scene.replica, &scene.server), Holds::Less);
    assert!(matches!(
        finish_sign_off(&scene.replica),
        Ok(HandIn::Waits(waits)) if waits.own == 5
    ));
    assert_eq!(hand_in(&scene.replica, &scene.server), Holds::All);
    assert_eq!(scene.server.facts(), 5);
    assert!(matches!(finish_sign_off(&scene.replica), Ok(HandIn::Done)));
}

#[test]
fn facts_that_the_server_refuses_keep_the_replica() {
    let (_, scene) = at_work();
    signs_off(&scene.replica);
    let parked = scene.replica.write(|tx| {
        let journals = scanner_app::replica::journals::all(tx)?;
        facts::park_unsent(tx, journals[0].id, "unknown_event")
    });
    assert_eq!(parked.expect("parked"), 1);
    assert!(matches!(
        finish_sign_off(&scene.replica),
        Ok(HandIn::Waits(waits)) if waits.refused == 1
    ));
}

#[test]
fn a_device_at_work_is_not_removed() {
    let (_, scene) = at_work();
    assert!(matches!(
        finish_sign_off(&scene.replica),
        Ok(HandIn::AtWork)
    ));
    let Scene {
        device, replica, ..
    } = scene;
    drop(replica);
    let removed = remove_handed_in(&device.data(), device.state());
    assert_eq!(removed.expect("looked"), Removal::NotYet);
    assert_eq!(device.open().start(), Start::AsLeft);
}

/// Tickets 1 to 20 of a strict event are this door's.
pub(crate) fn strict(scene: &Scene, venue: &Venue) {
    let mut page = venue.page(NOW, &(1..=50).collect::<Vec<_>>());
    let mut event = venue.event_row();
    event.strict = true;
    page.entries[0] = PageEntry::Event(event);
    venue.pull(&scene.replica, page);
    let lease = Lease {
        event: venue.event,
        right: RightKind::Admit,
        term: 100,
        device: scene.device.id,
        cause: Cause::First,
        after: Vec::new(),
        type_no: None,
        ends_ms: None,
        is_stopped: false,
        tickets: (1..=20).map(TicketId).collect(),
    };
    let list = LeaseList {
        leases: vec![lease],
        write_offs: Vec::new(),
    };
    Venue::tell(
        &scene.replica,
        venue.sign(SignedKind::Leases, 100, NOW, &list),
    );
}

fn held(scene: &Scene, venue: &Venue) -> u64 {
    let (event, me) = (venue.event, scene.device.id);
    let share = scene.replica.read(move |tx| share(tx, event, me));
    share.expect("read").expect("strict").held
}

#[test]
fn its_share_of_a_strict_event_goes_back_with_the_same_write() {
    let (venue, scene) = at_work();
    strict(&scene, &venue);
    assert_eq!(held(&scene, &venue), 20);
    let done = signs_off(&scene.replica);
    assert_eq!((done.handed_over, done.released), (0, 20));
    assert_eq!(held(&scene, &venue), 0);
    assert_eq!(signs_off(&scene.replica), SignedOff::default(), "once");
    let unsent = scene
        .replica
        .read(|tx| facts::unsent(tx, 500))
        .expect("read");
    let released = unsent.iter().any(|bytes| {
        let envelope = Envelope::decode(bytes).expect("own");
        matches!(&envelope.fact().body, FactBody::Release { tickets, .. } if tickets.len() == 20)
    });
    assert!(released, "the server is told");
}

#[test]
fn a_share_that_nobody_may_take_stays_and_the_door_works_on() {
    let (venue, scene) = at_work();
    strict(&scene, &venue);
    let stranger = To::Door(Device::new(99).id);
    let refused = sign_off(&scene.replica, stranger, NOW).expect_err("no door of the event");
    assert_eq!(refused.code(), "not_a_door");
    assert_eq!((held(&scene, &venue), keys(&scene.replica)), (20, 2));
    let other = Device::new(2);
    let list = venue.devices(3, NOW, &[&scene.device, &other]);
    Venue::tell(&scene.replica, list);
    let done = sign_off(&scene.replica, To::Door(other.id), NOW).expect("signed off");
    // Ticket 1 was let in: the other door has to know that, so it goes by itself.
    assert_eq!(done.handed_over + done.released, 20);
    assert_eq!(held(&scene, &venue), 0);
}

fn door_sign_off(device: &Device) -> std::process::Command {
    let data = device.data().display().to_string();
    command(device, &["sign-off", "--data", &data, "--give-up", "1"])
}

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    OsRandom.fill(&mut bytes);
    u64::from_be_bytes(bytes) % below
}

#[test]
fn the_program_signs_off_and_says_what_is_left_while_there_is_no_server() {
    let (venue, device) = (Venue::at(now()), Device::new(21));
    let replica = venue.door(&device, now(), &[1, 2]);
    let door = Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::In);
    let door = door.expect("a door");
    door.scan(&venue.code(1), Sight::Still, now())
        .expect("a verdict");
    drop((door, replica));
    let said = run(&mut door_sign_off(&device));
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.lines[0].get("signed_off").is_some(), "{said:?}");
    let event = venue.event.to_string();
    let data = device.data().display().to_string();
    let scan = [
        "scan", "--data", &data, "--event", &event, "--camera", "dir:/",
    ];
    assert_eq!(run(&mut command(&device, &scan)).error(), "signed_off");
    let status = run(&mut command(&device, &["status", "--data", &data]));
    assert!(
        status.lines[0]["enrolled"]["signed_off_ms"].is_i64(),
        "{status:?}"
    );
}

/// `kill -9` at any moment: either the door works with all its secrets, or it has signed off and has none.
#[test]
fn killed_at_any_moment_it_has_signed_off_or_not() {
    let (mut before, mut after) = (0, 0);
    for _ in 0..12 {
        let (venue, device) = (Venue::at(now()), Device::new(21));
        drop(venue.door(&device, now(), &[1, 2]));
        let mut child = door_sign_off(&device)
            .stdout(Stdio::null())
            .spawn()
            .expect("started");
        let (began, spin) = (std::time::Instant::now(), random(60_000));
        while began.elapsed().as_micros() < u128::from(spin) {
            std::hint::spin_loop();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        let replica = device.open();
        let key_is_here = replica.signing_key().is_ok();
        assert!(key_is_here, "it still has journals to send");
        match replica.read(state::since_ms).expect("readable") {
            None => before += u32::from(keys(&replica) == 2),
            Some(_) => after += u32::from(keys(&replica) == 0),
        }
    }
    assert_eq!(before + after, 12, "{before} before, {after} after");
}

/// The steps of the removal, each as a `kill -9` after it leaves the folders.
#[test]
fn a_removal_that_was_cut_short_goes_on_at_the_next_start() {
    let (_, scene) = at_work();
    signs_off(&scene.replica);
    assert_eq!(hand_in(&scene.replica, &scene.server), Holds::All);
    assert!(matches!(finish_sign_off(&scene.replica), Ok(HandIn::Done)));
    let Scene {
        device, replica, ..
    } = scene;
    let started = Driver::start(
        &replica,
        scene.server.clone(),
        Follow::Once,
        std::sync::Arc::new(SystemClock),
        Box::new(OsRandom),
    );
    assert!(
        matches!(started, Err(StartSyncError::Key(_))),
        "nobody's now"
    );
    drop(replica);
    let key = fs::read_dir(device.state().join("keys")).expect("there");
    let key = key.last().expect("one").expect("readable").path();
    for step in 0..3 {
        let cut = Device::new(30 + step);
        copy_folder(&device.data(), &cut.data());
        copy_folder(&device.state(), &cut.state());
        let file = |end: &str| cut.data().join(format!("{REPLICA_FILE}{end}"));
        if step >= 1 {
            fs::remove_file(
                cut.state()
                    .join("keys")
                    .join(key.file_name().expect("named")),
            )
            .expect("the key goes first");
        }
        if step >= 2 {
            // Closed in order, the log is in the file.
            drop(rusqlite::Connection::open(file("")).and_then(|replica| {
                replica.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
            }));
            let _ = fs::remove_file(file("-wal"));
            let _ = fs::remove_file(file("-shm"));
        }
        let replica = cut.open();
        assert_eq!(replica.start(), Start::New, "after step {step}");
        assert_eq!(replica.read(identity::load).expect("readable"), None);
        assert_eq!(files(&cut.state().join("keys")), 1, "the new one's");
    }
}
