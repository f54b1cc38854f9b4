//! Names on a device that may search: sealed, after the roster, and gone when they have to be.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scanner_app::door::{AtGate, Door, Sight, TicketStanding, To, sign_off};
use scanner_app::edge::SystemClock;
use scanner_app::replica::{REPLICA_FILE, ReplicaError, secrets};
use scanner_app::search::{Hit, Index, MOST_HITS, SearchError};
use scanner_app::sync::driver::Driver;
use shared::admission::Direction;
use shared::ids::{OrderId, TicketId};
use shared::roster::summary::{HeldTicket, OrderSummary};
use shared::roster::{Rights, TicketStatus};
use shared::ticket::ShortCode;
use shared::wire::latest::{ErrorCode, PageEntry};

use crate::run::now;
use crate::sync::{Scene, scene_at};
use crate::venue::{Device, HOUR, Venue};

/// The secrets of [`orders`], as they would stand in a file.
const SECRETS: [&str; 6] = ["Dupont", "dupont", "Noël", "TH-4K7M2", "4K7M2Q", "fauteuil"];

const SEARCHES: Rights = Rights {
    scan: true,
    search: true,
    sell: false,
    supervise: false,
};

fn order(n: u8, buyer: &str, tickets: &[(u64, &str)]) -> OrderSummary {
    OrderSummary {
        order: OrderId::from_bytes([n; 16]),
        code: format!("TH-4K7M2Q9XW{n}"),
        buyer: buyer.into(),
        note: "fauteuil roulant".into(),
        tickets: tickets
            .iter()
            .map(|(id, holder)| HeldTicket {
                ticket: TicketId(*id),
                holder: (*holder).into(),
            })
            .collect(),
    }
}

fn orders() -> Vec<OrderSummary> {
    vec![
        order(
            1,
            "Marie Dupont",
            &[(1, "Marie Dupont"), (2, "Noël Dupont")],
        ),
        order(2, "Zoé Petit", &[(3, "")]),
        order(3, "Anna Weiß", &[(4, "Anna Weiß")]),
    ]
}

/// A device that may search, and a server that tells it names.
fn scene() -> Scene {
    let scene = scene_at(&Venue::at(now()).with_search());
    scene.server.grants(SEARCHES);
    let mut there = scene.server.names.lock().expect("unpoisoned");
    there.orders = orders();
    there.epoch = 7;
    drop(there);
    scene
}

fn index(scene: &Scene) -> Index {
    Index::of(&scene.replica, scene.server.event, Arc::new(SystemClock))
}

fn found(scene: &Scene, text: &str) -> Vec<Hit> {
    index(scene).find(text, MOST_HITS).expect("names are here")
}

fn buyers(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| &*hit.buyer).collect()
}

/// No names are here, and no sealed row is left of them.
fn are_wiped(scene: &Scene) -> bool {
    let rows = scene.replica.read(|connection| {
        Ok::<_, ReplicaError>(connection.query_row(
            "select (select count(*) from order_summary) + (select count(*) from summary_feed)",
            [],
            |row| row.get::<_, i64>(0),
        )?)
    });
    rows.expect("readable") == 0
}

/// All bytes of the files in the device's data folder.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    files
        .flat_map(|file| std::fs::read(file).expect("readable"))
        .collect()
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn names_come_after_the_roster_and_lie_sealed_in_the_replica() {
    let scene = scene();
    scene.run(Driver::is_settled);
    let standing = index(&scene).refresh().expect("names are here");
    assert_eq!((standing.orders, standing.is_complete), (3, true));
    assert!(scene.device.data().join(REPLICA_FILE).exists());
    let bytes = bytes_of(&scene.device.data());
    assert!(
        has(&bytes, "Plein tarif"),
        "what is not sealed is found by this"
    );
    for secret in SECRETS {
        assert!(!has(&bytes, secret), "{secret} lies in the replica");
    }
    let hits = found(&scene, "dup mar");
    assert_eq!(buyers(&hits), ["Marie Dupont"]);
    // After a search neither.
    let bytes = bytes_of(&scene.device.data());
    assert!(SECRETS.iter().all(|secret| !has(&bytes, secret)));
}

#[test]
fn a_hit_has_the_tickets_of_the_order_and_what_became_of_them() {
    let mut scene = scene();
    let refunded = &mut scene.server.page.tickets[1];
    assert_eq!(refunded.id, TicketId(2));
    refunded.status = TicketStatus::Refunded;
    scene.run(Driver::is_settled);
    let venue = Venue::at(now());
    let door = Door::open(
        &scene.replica,
        venue.event,
        &AtGate::Named("Porte A".into()),
        Direction::In,
    )
    .expect("a door");
    door.scan(&venue.code(1), Sight::Still, now())
        .expect("a verdict");
    let hits = found(&scene, "noel");
    let [hit] = &hits[..] else {
        panic!("{hits:?}");
    };
    assert_eq!(
        (&*hit.code, &*hit.note),
        ("TH-4K7M2Q9XW1", "fauteuil roulant")
    );
    let [first, second] = &hit.tickets[..] else {
        panic!("{hit:?}");
    };
    assert_eq!(first.type_name.as_deref(), Some("Plein tarif"));
    assert!(
        matches!(&first.standing, TicketStanding::Inside { gate: Some(gate), .. } if gate == "Porte A"),
        "{first:?}"
    );
    let barred = TicketStanding::Barred {
        status: TicketStatus::Refunded,
    };
    assert_eq!(second.standing, barred);
    assert_eq!(second.holder, "Noël Dupont");
    assert_eq!(second.short_code, ShortCode::of(TicketId(2)).to_string());
    assert_eq!((first.is_meant, second.is_meant), (false, true));
    let zoe = found(&scene, "petit").remove(0).tickets.remove(0);
    assert_eq!(zoe.standing, TicketStanding::NotYet);
}

#[test]
fn what_comes_later_is_found_without_reading_all_again_and_former_names_are_not() {
    let scene = scene();
    scene.run(Driver::is_settled);
    let index = index(&scene);
    let find = |text| index.find(text, MOST_HITS).expect("names are here");
    assert_eq!(buyers(&find("petit")), ["Zoé Petit"]);
    assert!(find("martin").is_empty());
    let more = [
        order(2, "Zoé Grand", &[(3, "")]),
        order(4, "Paul Martin", &[(5, "")]),
    ];
    scene
        .server
        .names
        .lock()
        .expect("unpoisoned")
        .orders
        .extend(more);
    scene.run(Driver::is_settled);
    assert_eq!(buyers(&find("martin")), ["Paul Martin"]);
    assert_eq!(buyers(&find("zoe")), ["Zoé Grand"]);
    assert!(find("petit").is_empty());
}

#[test]
fn a_device_without_the_right_asks_for_no_names_and_finds_nothing() {
    let scene = scene_at(&Venue::at(now()));
    scene.run(Driver::is_settled);
    assert_eq!(scene.server.names.lock().expect("unpoisoned").asked, 0);
    let refused = index(&scene).find("dupont", MOST_HITS);
    assert!(
        matches!(refused, Err(SearchError::NotAllowed)),
        "{refused:?}"
    );
}

#[test]
fn names_that_fail_hold_nobody_up() {
    let scene = scene();
    scene
        .server
        .names
        .lock()
        .expect("unpoisoned")
        .refusals
        .extend([ErrorCode::Internal; 100]);
    let told = scene.run(Driver::is_settled);
    assert_eq!(told, [""; 0], "nobody is told of them");
    let refused = index(&scene).find("dupont", MOST_HITS);
    assert!(
        matches!(refused, Err(SearchError::NotHere(_))),
        "{refused:?}"
    );
}

#[test]
fn a_right_that_was_taken_away_wipes_the_names_by_a_refusal_or_by_the_next_session() {
    for by_refusal in [true, false] {
        let scene = scene();
        scene.run(Driver::is_settled);
        let index = index(&scene);
        assert_eq!(index.find("dupont", MOST_HITS).expect("names").len(), 1);
        if by_refusal {
            let mut there = scene.server.names.lock().expect("unpoisoned");
            there.refusals.push_back(ErrorCode::SearchNotAllowed);
        } else {
            scene.server.grants(Rights::default());
        }
        scene.run(|driver| driver.is_settled() && are_wiped(&scene));
        let refused = index.find("dupont", MOST_HITS);
        assert!(
            matches!(refused, Err(SearchError::NotAllowed)),
            "{refused:?}"
        );
    }
}

#[test]
fn a_revocation_heard_from_another_door_wipes_the_names() {
    let scene = scene();
    scene.run(Driver::is_settled);
    let venue = Venue::at(now()).with_search();
    let mut row = venue.device_row(&scene.device);
    row.revocation = Some(shared::roster::Revocation {
        at_ms: now(),
        points: Vec::new(),
    });
    let list = shared::roster::signed::DeviceList {
        devices: vec![row],
        ..Default::default()
    };
    let kind = shared::roster::signed::SignedKind::DeviceList;
    Venue::tell(&scene.replica, venue.sign(kind, 2, now(), &list));
    let refused = index(&scene).find("dupont", MOST_HITS);
    assert!(
        matches!(refused, Err(SearchError::NotAllowed)),
        "{refused:?}"
    );
    scene.replica.wipe_names().expect("what is left is swept");
    assert!(are_wiped(&scene));
}

#[test]
fn what_a_revoked_device_erases_are_its_names_too() {
    let scene = scene();
    scene.run(Driver::is_settled);
    scene
        .replica
        .write(secrets::erase)
        .expect("as the engine's EraseSecrets does");
    let refused = index(&scene).find("dupont", MOST_HITS);
    assert!(
        matches!(refused, Err(SearchError::NotAllowed)),
        "{refused:?}"
    );
}

#[test]
fn seven_days_after_the_event_the_names_are_wiped_and_not_fetched_again() {
    const DAY: i64 = 24 * HOUR;
    for (ended, is_wiped) in [(7 * DAY - HOUR, false), (7 * DAY + HOUR, true)] {
        let scene = scene();
        scene.run(Driver::is_settled);
        let index = index(&scene);
        assert_eq!(index.find("dupont", MOST_HITS).expect("names").len(), 1);
        let venue = Venue::at(now());
        let mut row = venue.event_row();
        row.ends_ms = now() - ended;
        let mut page = venue.page(now(), &[]);
        page.entries = vec![PageEntry::Event(row)];
        venue.pull(&scene.replica, page);
        let hits = index.find("dupont", MOST_HITS);
        assert_eq!(hits.is_err(), is_wiped, "{hits:?}");
        scene.run(Driver::is_settled);
        assert_eq!(are_wiped(&scene), is_wiped);
    }
}

#[test]
fn who_signs_off_leaves_no_names_and_the_next_sync_brings_them() {
    let scene = scene();
    scene.run(Driver::is_settled);
    scene.replica.wipe_names().expect("wiped");
    assert!(are_wiped(&scene));
    let refused = index(&scene).find("dupont", MOST_HITS);
    assert!(
        matches!(refused, Err(SearchError::NotHere(_))),
        "{refused:?}"
    );
    scene.run(Driver::is_settled);
    assert_eq!(found(&scene, "dupont").len(), 1);
}

#[test]
fn a_server_that_was_put_back_has_its_names_pulled_from_the_beginning() {
    for by_refusal in [true, false] {
        let scene = scene();
        scene.run(Driver::is_settled);
        let mut there = scene.server.names.lock().expect("unpoisoned");
        there.orders = vec![order(9, "Paul Martin", &[(5, "")])];
        if by_refusal {
            there.refusals.push_back(ErrorCode::ResetRequired);
        }
        there.epoch = 8;
        // A cursor of the former feed, taken for one of this.
        there.orders.extend(orders());
        drop(there);
        let until = std::time::Instant::now() + Duration::from_secs(30);
        loop {
            scene.run(Driver::is_settled);
            let hits = index(&scene).find("paul", MOST_HITS);
            if hits.is_ok_and(|hits| hits.len() == 1) {
                break;
            }
            assert!(std::time::Instant::now() < until, "the new feed's names");
        }
        assert_eq!(found(&scene, "dupont").len(), 1);
    }
}

#[test]
fn a_device_that_signed_off_has_no_names_and_fetches_none() {
    let scene = scene();
    scene.run(Driver::is_settled);
    let asked = scene.server.names.lock().expect("unpoisoned").asked;
    sign_off(&scene.replica, To::Server, now()).expect("signed off");
    let refused = index(&scene).find("dupont", MOST_HITS);
    assert!(
        matches!(refused, Err(SearchError::NotAllowed)),
        "{refused:?}"
    );
    scene.run(|driver| driver.is_settled() && are_wiped(&scene));
    let after = scene.server.names.lock().expect("unpoisoned").asked;
    assert_eq!(after, asked);
}

#[test]
fn names_of_one_machine_do_not_open_on_another() {
    let scene = scene();
    scene.run(Driver::is_settled);
    let elsewhere = Device::new(9);
    crate::venue::copy_folder(&scene.device.data(), &elsewhere.data());
    let copy = elsewhere.open();
    let index = Index::of(&copy, scene.server.event, Arc::new(SystemClock));
    let refused = index.find("dupont", MOST_HITS).expect_err("no key here");
    assert_eq!(refused.code(), "keys_elsewhere");
}
