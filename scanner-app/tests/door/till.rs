//! A till's stock: what it is lent, sells and gives back, and what becomes of it when something goes wrong.

use std::fs;

use scanner_app::door::{AtGate, Door, Outcome, Sight, now_of};
use scanner_app::replica::{REPLICA_FILE, Replica, facts};
use scanner_app::sync::driver::Driver;
use scanner_app::till::stock::{
    EndsSoon, Holding, LeasedTicket, NotTaken, SellError, Which, give_back, holdings, sell,
};
use shared::admission::{Decision, Direction, RefuseReason};
use shared::fact::kind::{RightKind, RightStep};
use shared::fact::{Envelope, FactBody};
use shared::ids::{KeyId, TicketId, TypeNo, WindowNo};
use shared::lease::{Cause, Lease, LeaseList};
use shared::roster::signed::{DeviceList, KeySet, SignedKind, SignedObject};
use shared::roster::{KeyRow, Revocation, Rights};
use shared::ticket::{Flags, Presented, SigningKey, Token, TokenFields};
use shared::till::contact::ContactOpener;
use shared::wire::latest::{
    ReservedLine, ReservedPlaces, StockAnswer, StockPaper, StockTicket, StockType, TillTerms,
};

use crate::box_office::{CONTACT_SECRET, vouchers};
use crate::run::now;
use crate::sync::{Scene, scene_at};
use crate::venue::{HOUR, Venue, copy_folder};

pub(crate) const TYPE: TypeNo = TypeNo(1);
const LEASE_KEY: KeyId = KeyId(40);
const PLACES: u64 = 10;
const FIRST: u64 = 500;

fn lease_key() -> SigningKey {
    SigningKey::from_seed(&[40; 32])
}

fn token(id: u64) -> Token {
    lease_key().sign(TokenFields {
        flags: Flags::LEASED,
        key: LEASE_KEY,
        type_no: TYPE,
        window: WindowNo(0),
        ticket: TicketId(id),
    })
}

/// A venue whose devices sell and scan.
/// Whose devices may sell.
pub(crate) fn venue() -> Venue {
    let venue = Venue::at(now());
    Venue {
        rights: Rights {
            scan: true,
            sell: true,
            ..Rights::default()
        },
        ..venue
    }
}

/// Places of `scene`'s device.
fn lease(venue: &Venue, scene: &Scene) -> Lease {
    Lease {
        event: venue.event,
        right: RightKind::Sell,
        term: 100,
        device: scene.device.id,
        cause: Cause::First,
        after: Vec::new(),
        type_no: Some(TYPE),
        ends_ms: Some(now() + 30 * HOUR),
        is_stopped: false,
        tickets: (FIRST..FIRST + PLACES).map(TicketId).collect(),
    }
}

/// The signed leases and keys, with the tickets of `scene`'s device.
fn leases(
    venue: &Venue,
    scene: &Scene,
    version: u64,
    change: impl FnOnce(&mut Lease),
) -> SignedObject {
    let mut lease = lease(venue, scene);
    change(&mut lease);
    let list = LeaseList {
        leases: vec![lease],
        write_offs: Vec::new(),
    };
    venue.sign(SignedKind::Leases, version, now(), &list)
}

fn key_set(venue: &Venue, scene: &Scene) -> SignedObject {
    let key = KeyRow {
        id: LEASE_KEY,
        public: lease_key().public().to_bytes(),
        event: venue.event,
        event_name: "Nuit électrique".into(),
        event_starts_ms: venue.doors_ms + HOUR,
        lessee: Some(scene.device.id),
        revoked: false,
    };
    venue.sign(SignedKind::KeySet, 7, now(), &KeySet { keys: vec![key] })
}

/// A till that was lent ten places by the server, at its first sync.
pub(crate) fn at_work(venue: &Venue) -> Scene {
    let scene = scene_at(venue);
    scene.server.grants(venue.rights);
    let tickets = (0..PLACES).map(|n| StockTicket {
        ticket: TicketId(FIRST + n),
        type_no: TYPE,
        series: "B".into(),
        number: Some(n + 1),
        price_minor: 3_400,
        vat_basis_points: 550,
        token: token(FIRST + n).to_bytes(),
    });
    scene.server.lends(StockAnswer {
        objects: vec![leases(venue, &scene, 100, |_| {}), key_set(venue, &scene)],
        series: "B".into(),
        currency: "EUR".into(),
        paper: StockPaper::default(),
        terms: TillTerms {
            contact_key: ContactOpener::from_secret(CONTACT_SECRET).key().to_bytes(),
            vouchers: vouchers(),
        },
        types: vec![StockType {
            type_no: TYPE,
            price_minor: 3_400,
            vat_basis_points: 550,
            left: 190,
            group: None,
            rates: Vec::new(),
        }],
        // In any order.
        tickets: tickets.rev().collect(),
    });
    let failed = scene.run(Driver::is_settled);
    assert!(failed.is_empty(), "{failed:?}");
    scene
}

/// What the server lends of a reservation of two places, which were held at 30 euros.
pub(crate) fn reservation(venue: &Venue, scene: &Scene) -> ReservedPlaces {
    let tickets = [FIRST + PLACES, FIRST + PLACES + 1].map(TicketId);
    let own = lease(venue, scene);
    let its = Lease {
        term: 101,
        tickets: tickets.into(),
        ..own.clone()
    };
    let list = LeaseList {
        leases: vec![own, its],
        write_offs: Vec::new(),
    };
    let lent = (PLACES + 1..)
        .zip(tickets)
        .map(|(number, ticket)| StockTicket {
            ticket,
            type_no: TYPE,
            series: "B".into(),
            number: Some(number),
            price_minor: 3_000,
            vat_basis_points: 550,
            token: token(ticket.0).to_bytes(),
        });
    let mut stock = scene.server.has_lent();
    stock.objects = vec![venue.sign(SignedKind::Leases, 101, now(), &list)];
    stock.tickets.extend(lent);
    ReservedPlaces {
        event: venue.event,
        lines: vec![ReservedLine {
            type_no: TYPE,
            price_minor: 3_000,
            vat_basis_points: 550,
            tickets: tickets.into(),
        }],
        stock,
    }
}

fn held_at(replica: &Replica, at_ms: i64) -> Holding {
    let now = now_of(replica.time().now(at_ms));
    let mut held = replica
        .read(move |connection| holdings(connection, now))
        .expect("readable");
    assert_eq!(held.len(), 1, "one type");
    held.remove(0)
}

fn held(replica: &Replica) -> Holding {
    held_at(replica, now())
}

fn sells(scene: &Scene, venue: &Venue, n: u32) -> Result<Vec<LeasedTicket>, SellError> {
    sell(&scene.replica, venue.event, TYPE, n, now())
}

fn why(outcome: Result<Vec<LeasedTicket>, SellError>) -> &'static str {
    outcome.expect_err("nothing is sold").code()
}

/// Bodies of what waits to be sent.
fn unsent(replica: &Replica) -> Vec<FactBody> {
    let unsent = replica.read(|tx| facts::unsent(tx, 500)).expect("read");
    let decoded = unsent
        .iter()
        .map(|bytes| Envelope::decode(bytes).expect("own"));
    decoded
        .map(|envelope| envelope.fact().body.clone())
        .collect()
}

#[test]
fn a_till_in_step_is_lent_tickets_and_sells_the_lowest_numbers_first_with_one_fact_a_sale() {
    let venue = venue();
    let scene = at_work(&venue);
    let before = held(&scene.replica);
    assert_eq!(
        (before.can_sell, before.sold, before.left),
        (10, 0, Some(190))
    );
    assert_eq!(before.type_name.as_deref(), Some("Plein tarif"));
    assert_eq!(before.price_minor, Some(3_400));

    let sold = sells(&scene, &venue, 3).expect("sold");
    let numbers: Vec<String> = sold
        .iter()
        .map(|ticket| format!("{}{}", ticket.series.0, ticket.number))
        .collect();
    assert_eq!(numbers, ["B1", "B2", "B3"]);
    assert_eq!(sold[0].token, token(FIRST).to_bytes());
    let issued = FactBody::Issued {
        tickets: (FIRST..FIRST + 3).map(TicketId).collect(),
    };
    assert_eq!(unsent(&scene.replica), [issued]);
    let after = held(&scene.replica);
    assert_eq!((after.can_sell, after.sold), (7, 3));
    match sells(&scene, &venue, 8) {
        Err(SellError::NotTaken(NotTaken::TooFew { left: 7 })) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(held(&scene.replica).can_sell, 7, "nothing was taken");
}

#[test]
fn unsold_tickets_are_sealed_in_the_folder_and_gone_with_the_devices_revocation() {
    let venue = venue();
    let scene = at_work(&venue);
    let has_in_clear = |id: u64| {
        let files = fs::read_dir(scene.device.data()).expect("a folder");
        let token = token(id).to_bytes();
        files
            .map(|file| fs::read(file.expect("an entry").path()).unwrap_or_default())
            .any(|bytes| bytes.windows(32).any(|part| part == &token[..32]))
    };
    assert!(scene.device.data().join(REPLICA_FILE).exists());
    assert!((FIRST..FIRST + PLACES).all(|id| !has_in_clear(id)));

    sells(&scene, &venue, 2).expect("sold");
    let mut row = venue.device_row(&scene.device);
    row.revocation = Some(Revocation {
        at_ms: now(),
        points: Vec::new(),
    });
    let list = DeviceList {
        devices: vec![row],
        ..DeviceList::default()
    };
    Venue::tell(
        &scene.replica,
        venue.sign(SignedKind::DeviceList, 9, now(), &list),
    );
    assert_eq!(why(sells(&scene, &venue, 1)), "not_a_till");
    let kept: i64 = scene
        .replica
        .read(|connection| {
            let sql = "select count(*) from leased_ticket";
            Ok::<_, scanner_app::replica::ReplicaError>(
                connection.query_row(sql, [], |row| row.get(0))?,
            )
        })
        .expect("readable");
    assert_eq!(kept, 0);
    assert_eq!(
        unsent(&scene.replica).len(),
        1,
        "the sale is told all the same"
    );
}

#[test]
fn a_lease_that_was_taken_back_or_is_over_sells_nothing_and_goes_back() {
    let venue = venue();
    let scene = at_work(&venue);
    let in_a_day = held_at(&scene.replica, now() + 7 * HOUR);
    assert_eq!(in_a_day.ends_soon, Some(EndsSoon::WithinADay));
    assert_eq!(held(&scene.replica).ends_soon, None);
    let soon = held_at(&scene.replica, now() + 29 * HOUR + HOUR / 2);
    assert_eq!(soon.ends_soon, Some(EndsSoon::WithinAnHour));
    let over_ms = now() + 31 * HOUR;
    let over = sell(&scene.replica, venue.event, TYPE, 1, over_ms);
    assert_eq!(why(over), "lease_over");

    let none = give_back(&scene.replica, None, Which::NotForSale, now()).expect("looked");
    assert_eq!(none, 0, "all of it is for sale");
    sells(&scene, &venue, 4).expect("sold");
    let stopped = leases(&venue, &scene, 101, |lease| lease.is_stopped = true);
    Venue::tell(&scene.replica, stopped);
    assert_eq!(why(sells(&scene, &venue, 1)), "lease_stopped");
    assert_eq!(held(&scene.replica).stopped, 6);
    // The next sync gives them back by itself, and tells.
    scene.run(Driver::is_settled);
    let left = held(&scene.replica);
    assert_eq!((left.can_sell, left.stopped), (0, 0));
    assert!(unsent(&scene.replica).is_empty(), "the server knows");
}

#[test]
fn what_was_given_back_is_sold_no_more_and_a_door_turns_it_away() {
    let venue = venue();
    let scene = at_work(&venue);
    let sold = sells(&scene, &venue, 2).expect("sold");
    let given =
        give_back(&scene.replica, Some(venue.event), Which::All, now()).expect("given back");
    assert_eq!(given, PLACES - 2);
    let released = unsent(&scene.replica)
        .into_iter()
        .find_map(|body| match body {
            FactBody::Release {
                right: RightKind::Sell,
                term,
                tickets,
            } => Some((term, tickets)),
            _ => None,
        });
    let (term, steps) = released.expect("a release");
    assert_eq!(term, 100);
    let expected: Vec<RightStep> = (FIRST + 2..FIRST + PLACES)
        .map(|id| RightStep {
            ticket: TicketId(id),
            step: 1,
        })
        .collect();
    assert_eq!(steps, expected);
    assert_eq!(why(sells(&scene, &venue, 1)), "too_few_leased");

    let door = Door::open(
        &scene.replica,
        venue.event,
        &AtGate::AsEnrolled,
        Direction::In,
    );
    let door = door.expect("a door");
    let shown = |id: u64| {
        let text = Presented::plain(token(id)).to_string();
        let verdict = door.scan(&text, Sight::Still, now()).expect("a verdict");
        match verdict.outcome {
            Outcome::Decided { decision, .. } => decision,
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(shown(sold[0].id.0), Decision::Admit(_)));
    assert_eq!(shown(FIRST + 5), Decision::Refuse(RefuseReason::Revoked));
}

#[test]
fn a_replica_that_was_put_back_sells_nothing_since_it_may_have_sold_it_before() {
    let venue = venue();
    let scene = at_work(&venue);
    let (data, copy) = (
        scene.device.data(),
        scene.device.data().with_extension("copy"),
    );
    copy_folder(&data, &copy);
    sells(&scene, &venue, 5).expect("sold");
    let Scene {
        device, replica, ..
    } = scene;
    drop(replica);
    fs::remove_dir_all(&data).expect("removed");
    copy_folder(&copy, &data);
    let replica = device.open();
    let refused = sell(&replica, venue.event, TYPE, 1, now());
    assert_eq!(why(refused), "replica_doubtful");
}
