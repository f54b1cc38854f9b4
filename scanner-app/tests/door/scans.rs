//! One scan, one verdict, one fact.

use scanner_app::door::{AtGate, Door, OpenDoorError, Outcome, ScanError, Sight, Verdict};
use scanner_app::replica::facts::{self, HashedFact};
use scanner_app::replica::{Replica, ReplicaError, events, journals, signed};
use shared::admission::{Decision, Direction, RosterState};
use shared::fact::{Envelope, FactBody};
use shared::ids::{DeviceId, FactName, KeyId, TicketId};
use shared::language::Language;
use shared::roster::signed::{DeviceList, KeySet, SignedKind};
use shared::roster::{ReEntry, Revocation, TicketStatus};
use shared::ticket::{Flags, Presented, TokenFields};
use shared::wire::v1::{FactLabelRow, Page, PageEntry};

use crate::venue::{Device, GATE_A, KEY, NOW, OTHER_KEY, Venue};

fn open(venue: &Venue, replica: &Replica) -> Door {
    Door::open(
        replica,
        venue.event,
        &AtGate::Named("porte a".into()),
        Direction::In,
    )
    .expect("the door opens")
}

/// The decision in a word, and the reason.
fn said(verdict: &Verdict) -> String {
    match &verdict.outcome {
        Outcome::Decided { decision, .. } => match decision {
            Decision::Admit(_) => "admit".into(),
            Decision::Refuse(reason) => format!("refuse {}", reason.reason().code()),
            Decision::Ask(reason) => format!("ask {}", reason.reason().code()),
        },
        Outcome::OrderCode(_) => "order_code".into(),
        Outcome::Foreign(_) => "foreign".into(),
    }
}

fn scan(door: &Door, text: &str, now_ms: i64) -> Verdict {
    door.scan(text, Sight::Stream, now_ms).expect("a verdict")
}

/// What the journal says, one body after the other.
fn written(replica: &Replica) -> Vec<FactBody> {
    let envelopes = replica
        .read(|tx| {
            let mut all = Vec::new();
            for journal in journals::all(tx)? {
                all.extend(facts::of_journal(tx, journal.id)?);
            }
            Ok::<_, ReplicaError>(all)
        })
        .expect("read");
    envelopes
        .iter()
        .map(|bytes| {
            Envelope::decode(bytes)
                .expect("own fact")
                .fact()
                .body
                .clone()
        })
        .collect()
}

fn kinds(replica: &Replica) -> Vec<&'static str> {
    written(replica).iter().map(FactBody::kind_name).collect()
}

fn facts_of(venue: &Venue, replica: &Replica, id: u64) -> Vec<HashedFact> {
    let event = venue.event;
    replica
        .read(move |tx| {
            let no = events::number(tx, event)?.expect("an event");
            facts::of_ticket(tx, no, TicketId(id))
        })
        .expect("read")
}

/// A1: the entry is in the journal before there is a verdict.
#[test]
fn a_good_ticket_enters_once_and_its_entry_is_written_first() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    let door = open(&venue, &replica);
    let verdict = scan(&door, &venue.code(5), NOW);
    assert_eq!(said(&verdict), "admit");
    let fact = verdict.fact.expect("a fact");
    assert_eq!(fact.seq, 2, "after the journal's opening");
    let body = written(&replica).pop().expect("an entry");
    assert!(
        matches!(
            body,
            FactBody::Entry {
                ticket: TicketId(5),
                gate: GATE_A,
                ..
            }
        ),
        "{body:?}"
    );
}

#[test]
fn second_scan_is_refused_with_time_and_gate() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    let door = open(&venue, &replica);
    scan(&door, &venue.code(5), NOW);
    let again = scan(&door, &venue.code(5), NOW + 60_000);
    assert_eq!(said(&again), "refuse already_entered");
    let sentence = door.sentence(&again, Language::Fr).expect("a sentence");
    assert!(
        sentence.says.starts_with("Déjà entré à"),
        "{}",
        sentence.says
    );
    assert!(sentence.says.ends_with("porte A"), "{}", sentence.says);
    assert_eq!(kinds(&replica), ["journal_opened", "entry", "refusal"]);
}

#[test]
fn a_code_that_stays_in_view_is_one_scan_until_it_was_away_for_two_seconds() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    let door = open(&venue, &replica);
    for after in [0, 1_900, 3_800, 5_800] {
        let verdict = scan(&door, &venue.code(5), NOW + after);
        assert_eq!(said(&verdict), "admit", "after {after} ms");
        assert_eq!(verdict.repeated, after > 0);
    }
    assert_eq!(kinds(&replica), ["journal_opened", "entry"]);
    let back = scan(&door, &venue.code(5), NOW + 7_801);
    assert_eq!(said(&back), "refuse already_entered");
}

#[test]
fn two_pictures_of_one_ticket_are_two_scans_and_the_same_refusal_twice_is_one_fact() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    let door = open(&venue, &replica);
    for expected in ["admit", "refuse already_entered", "refuse already_entered"] {
        let verdict = door
            .scan(&venue.code(5), Sight::Still, NOW)
            .expect("a verdict");
        assert_eq!(said(&verdict), expected);
    }
    assert_eq!(kinds(&replica), ["journal_opened", "entry", "refusal"]);
}

#[test]
fn each_ticket_gets_its_reason() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let mut page = venue.page(NOW, &[1, 2, 3, 4]);
    page.tickets[1].status = TicketStatus::Refunded;
    page.tickets[2].status = TicketStatus::Revoked;
    page.barred = vec![(TicketId(9), TicketStatus::Blocked)];
    let replica = venue.enrol(&device, NOW);
    venue.pull(&replica, page);
    let door = open(&venue, &replica);
    let sign = |fields: TokenFields| Presented::plain(venue.key.sign(fields)).to_string();
    let fields = Venue::fields(4, KEY);
    let other = Presented::plain(venue.other_key.sign(Venue::fields(7, OTHER_KEY)));
    let forged = Presented::plain(venue.other_key.sign(Venue::fields(4, KEY)));
    let codes = [
        (venue.code(1), "admit"),
        (venue.code(2), "refuse refunded"),
        (venue.code(3), "refuse revoked"),
        (venue.code(9), "refuse blocked"),
        // No row, and the door may be behind: the signature is enough.
        (venue.code(8), "admit"),
        (other.to_string(), "refuse other_event"),
        (forged.to_string(), "refuse forged"),
        (
            sign(TokenFields {
                flags: Flags::TEST,
                ..fields
            }),
            "refuse test_ticket",
        ),
        (
            sign(TokenFields {
                type_no: shared::ids::TypeNo(3),
                ..fields
            }),
            "refuse superseded",
        ),
        (
            sign(TokenFields {
                key: KeyId(99),
                ..fields
            }),
            "ask unknown_key_offline",
        ),
        ("TH-4K7M2Q9XWA".into(), "order_code"),
        ("https://example.org".into(), "foreign"),
    ];
    for (text, expected) in codes {
        assert_eq!(said(&scan(&door, &text, NOW)), expected, "{text}");
    }
    // Questions, order codes and foreign codes are no facts; forged ones wait to be summed.
    assert_eq!(
        kinds(&replica),
        [
            "journal_opened",
            "entry",
            "refusal",
            "refusal",
            "refusal",
            "entry",
            "refusal",
            "refusal",
            "refusal"
        ]
    );
}

#[test]
fn a_live_door_asks_for_a_ticket_without_a_row() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1]);
    let door = open(&venue, &replica);
    door.set_roster_state(RosterState::Live);
    assert_eq!(
        said(&scan(&door, &venue.code(8), NOW)),
        "ask row_unseen_live"
    );
}

#[test]
fn a_page_of_forged_codes_is_one_fact_a_minute() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1]);
    let door = open(&venue, &replica);
    let forged =
        |id: u64| Presented::plain(venue.other_key.sign(Venue::fields(id, KEY))).to_string();
    for id in 0..100 {
        let verdict = scan(&door, &forged(id), NOW + id as i64);
        assert_eq!(said(&verdict), "refuse forged");
    }
    assert_eq!(kinds(&replica), Vec::<&str>::new());
    scan(&door, &forged(100), NOW + 60_000);
    let sums = |replica: &Replica| -> Vec<u32> {
        written(replica)
            .iter()
            .filter_map(|body| match body {
                FactBody::Refusals { count, .. } => Some(*count),
                _ => None,
            })
            .collect()
    };
    assert_eq!(sums(&replica), [100]);
    door.flush(NOW + 60_001).expect("written");
    assert_eq!(sums(&replica), [100, 1]);
    door.flush(NOW + 60_002).expect("nothing to write");
    assert_eq!(sums(&replica), [100, 1]);
}

#[test]
fn whoever_left_may_come_back_where_the_rule_says_so() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    let mut event = venue.event_row();
    event.entry_rule.re_entry = ReEntry::AfterExit;
    event.entry_rule.max_entries = None;
    let page = Page {
        entries: vec![PageEntry::Event(event)],
        ..venue.page(NOW, &[])
    };
    let way_in = open(&venue, &replica);
    let way_out = Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::Out)
        .expect("the way out opens");
    let code = venue.code(5);
    assert_eq!(said(&scan(&way_out, &code, NOW)), "refuse not_inside");
    assert_eq!(said(&scan(&way_in, &code, NOW)), "admit");
    // The rule arrives while the doors are at work.
    venue.pull(&replica, page);
    assert_eq!(
        said(&scan(&way_in, &code, NOW + 10_000)),
        "refuse already_entered"
    );
    assert_eq!(said(&scan(&way_out, &code, NOW + 20_000)), "admit");
    assert_eq!(said(&scan(&way_in, &code, NOW + 30_000)), "admit");
    let facts = facts_of(&venue, &replica, 5);
    let entry = facts
        .iter()
        .rfind(|(fact, _)| matches!(fact.body, FactBody::Entry { .. }));
    let exit = facts
        .iter()
        .find(|(fact, _)| matches!(fact.body, FactBody::Exit { .. }));
    assert_eq!(
        entry.map(|(fact, _)| fact.seen.clone()),
        exit.map(|(fact, _)| vec![fact.name()])
    );
}

#[test]
fn what_another_door_saw_counts_here() {
    let venue = Venue::at(NOW);
    let (here, there) = (Device::new(21), Device::new(22));
    let (a, b) = (venue.door(&here, NOW, &[5]), venue.door(&there, NOW, &[5]));
    scan(&open(&venue, &b), &venue.code(5), NOW);
    let envelopes = b.read(|tx| facts::unsent(tx, 500)).expect("read");
    assert_eq!(envelopes.len(), 2);
    let page = Page {
        entries: envelopes
            .into_iter()
            .map(|bytes| PageEntry::Fact(bytes.into()))
            .collect(),
        ..venue.page(NOW, &[])
    };
    // Its author isn't known here yet: kept aside, and counted once the device list names it.
    venue.pull(&a, page.clone());
    let door = open(&venue, &a);
    let judged = |door: &Door| {
        let judged = door.judge(&venue.code(5), NOW + 1_000).expect("judged");
        matches!(judged.expect("a ticket").decision, Decision::Admit(_))
    };
    assert!(judged(&door));
    Venue::tell(&a, venue.devices(2, NOW, &[&here, &there]));
    assert!(!judged(&door));
    venue.pull(&a, page);
    assert_eq!(facts_of(&venue, &a, 5).len(), 1, "what comes twice is one");
    assert_eq!(
        a.read(facts::unsent_count).expect("read"),
        0,
        "only own facts are sent"
    );
}

#[test]
fn judging_writes_nothing() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    let door = open(&venue, &replica);
    for _ in 0..3 {
        let judged = door.judge(&venue.code(5), NOW).expect("judged");
        assert!(matches!(
            judged.expect("a ticket").decision,
            Decision::Admit(_)
        ));
    }
    assert_eq!(kinds(&replica), Vec::<&str>::new());
}

#[test]
fn a_clock_never_compared_with_the_servers_asks() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5]);
    drop(replica);
    let connection =
        rusqlite::Connection::open(device.data().join(scanner_app::replica::REPLICA_FILE))
            .expect("opens");
    connection
        .execute("delete from clock", [])
        .expect("forgotten");
    drop(connection);
    let replica = device.open();
    let verdict = scan(&open(&venue, &replica), &venue.code(5), NOW);
    assert_eq!(said(&verdict), "ask clock_doubtful");
}

#[test]
fn a_clock_set_back_asks_also_after_a_restart() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5, 6]);
    scan(&open(&venue, &replica), &venue.code(5), NOW);
    drop(replica);
    let replica = device.open();
    let verdict = scan(&open(&venue, &replica), &venue.code(6), NOW - 1_800_000);
    assert_eq!(said(&verdict), "ask clock_doubtful");
}

#[test]
fn a_door_needs_enrolment_a_roster_and_the_right_to_scan() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let open = |replica: &Replica| {
        Door::open(replica, venue.event, &AtGate::AsEnrolled, Direction::In)
            .expect_err("no door")
            .code()
    };
    assert_eq!(open(&device.open()), "not_enrolled");
    let replica = venue.enrol(&device, NOW);
    assert_eq!(open(&replica), "roster_missing");
    venue.pull(&replica, venue.page(NOW, &[5]));
    let gate = AtGate::Named("Porte Z".into());
    let error = Door::open(&replica, venue.event, &gate, Direction::In).expect_err("no gate");
    assert!(matches!(&error, OpenDoorError::UnknownGate { gates, .. } if gates == "Porte A"));
    Venue::tell(&replica, venue.devices(2, NOW, &[&Device::new(30)]));
    assert_eq!(open(&replica), "not_listed");
    let mut row = venue.device_row(&device);
    row.rights.scan = false;
    let tell = |version, row| {
        let list = DeviceList {
            devices: vec![row],
            server: None,
            ..DeviceList::default()
        };
        Venue::tell(
            &replica,
            venue.sign(SignedKind::DeviceList, version, NOW, &list),
        );
    };
    tell(3, row.clone());
    assert_eq!(open(&replica), "not_allowed");
    row.rights.scan = true;
    tell(4, row);
    Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::In).expect("a door");
}

#[test]
fn tickets_of_a_revoked_key_are_refused_from_the_new_key_set_on() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5, 6]);
    let door = open(&venue, &replica);
    assert_eq!(said(&scan(&door, &venue.code(5), NOW)), "admit");
    let mut set: KeySet = venue
        .keys(2, NOW)
        .open(&venue.root.verifying_key())
        .expect("a set");
    set.keys[0].revoked = true;
    Venue::tell(&replica, venue.sign(SignedKind::KeySet, 2, NOW, &set));
    assert_eq!(said(&scan(&door, &venue.code(6), NOW)), "refuse revoked");
    // An older set that a peer still has does not bring it back.
    Venue::tell(&replica, venue.keys(1, NOW));
    let again = scan(&door, &venue.code(6), NOW + 10_000);
    assert_eq!(said(&again), "refuse revoked");
}

#[test]
fn a_revoked_door_admits_nobody_from_then_on() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5, 6]);
    let door = open(&venue, &replica);
    scan(&door, &venue.code(5), NOW);
    let mut row = venue.device_row(&device);
    row.revocation = Some(Revocation {
        at_ms: NOW,
        points: Vec::new(),
    });
    let list = DeviceList {
        devices: vec![row],
        server: Some(DeviceId::from_bytes([8; 16])),
        ..DeviceList::default()
    };
    Venue::tell(&replica, venue.sign(SignedKind::DeviceList, 2, NOW, &list));
    let refused = door.scan(&venue.code(6), Sight::Stream, NOW + 1);
    assert!(matches!(refused, Err(ScanError::Revoked)), "{refused:?}");
    assert_eq!(
        kinds(&replica),
        ["journal_opened", "entry"],
        "its journal is kept"
    );
    // Nor does a newer key set bring its keys back.
    Venue::tell(&replica, venue.keys(2, NOW));
    assert_eq!(replica.read(signed::keys).expect("read"), []);
}

/// M3: what the fold says of a ticket that this door let in is told at the door, until somebody has dealt with it.
#[test]
fn a_duplicate_that_concerns_this_door_is_told_with_place_and_time() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5, 6]);
    let door = open(&venue, &replica);
    scan(&door, &venue.code(5), NOW);
    scan(&door, &venue.code(6), NOW);
    let told = |replica: &Replica| {
        let (event, own) = (venue.event, device.id);
        let alerts = replica.read(move |tx| scanner_app::door::open_alerts(tx, event, own));
        alerts.expect("readable")
    };
    assert!(told(&replica).is_empty());
    // Another door, cut off, lets the copy in a minute later; the server says what it comes to.
    let other = Device::new(22);
    let there = venue.door(&other, NOW, &[5]);
    let twice = scan(&open(&venue, &there), &venue.code(5), NOW + 60_000);
    let fact = twice.fact.expect("an entry");
    let both = venue.devices(2, NOW, &[&device, &other]);
    Venue::tell(&replica, both);
    let envelopes = there
        .read(move |tx| facts::of_journal(tx, fact.journal))
        .expect("readable");
    let label = FactLabelRow {
        fact: FactName {
            device: other.id,
            fact: fact.id,
        },
        labels: vec!["duplicate_entry".into()],
    };
    let facts = envelopes
        .into_iter()
        .map(|bytes| PageEntry::Fact(bytes.into()));
    let page = Page {
        tickets: Vec::new(),
        entries: facts.chain([PageEntry::FactLabel(label)]).collect(),
        ..venue.page(NOW, &[])
    };
    venue.pull(&replica, page);
    let alerts = told(&replica);
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(
        (alerts[0].kind, alerts[0].ticket),
        ("duplicate_entry", TicketId(5))
    );
    let seen: Vec<(bool, &str)> = alerts[0]
        .seen
        .iter()
        .map(|seen| (seen.here, seen.at.as_str()))
        .collect();
    assert_eq!(seen.len(), 2);
    assert!(seen[0].0 && !seen[1].0, "first here, then there: {seen:?}");
    assert_ne!(seen[0].1, seen[1].1, "a minute apart: {seen:?}");
}
