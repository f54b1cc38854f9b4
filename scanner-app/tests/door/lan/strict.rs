//! Strict mode on real sockets: each ticket's right of entry has one holder, and doors ask it. Invariants E1, E2.

use std::sync::Arc;

use scanner_app::door::{AtGate, Door, Outcome, Sight, To, hand_back, share};
use scanner_app::edge::SystemClock;
use scanner_app::replica::{Replica, ReplicaError, events, facts, open_to_look, rights};
use serde_json::json;
use shared::admission::{AskReason, Decision, Direction, RefuseReason};
use shared::fact::FactBody;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, FactId, TicketId, UserId};
use shared::lease::{Cause, Lease, LeaseList, Right};
use shared::roster::signed::{DeviceList, SignedKind};
use shared::roster::{EntryRule, ReEntry};
use shared::wire::latest::PageEntry;
use uuid::Uuid;

use super::building::{Building, Member, wait_until};
use super::caller::{Caller, GOOD};
use crate::run::now;
use crate::venue::{Device, Venue};

const AFTER_EXIT: EntryRule = EntryRule {
    re_entry: ReEntry::AfterExit,
    max_entries: None,
    max_entries_per_day: None,
};

/// So many doors with tickets 1 to 50 in equal shares, in order: of two doors the first has 1 to 25.
fn strict(doors: u8, rule: EntryRule) -> Building {
    let building = Building::with(doors);
    let each = 50 / u64::from(doors);
    let shares = building.members.iter().zip(0u64..).map(|(member, n)| {
        let tickets = (n * each + 1..=(n + 1) * each).map(TicketId).collect();
        lease(&building.venue, member.device.id, tickets, 100)
    });
    let list = LeaseList {
        leases: shares.collect(),
        write_offs: Vec::new(),
    };
    let leases = building.venue.sign(SignedKind::Leases, 100, now(), &list);
    for member in &building.members {
        become_strict(&building.venue, member, rule);
        Venue::tell(&member.replica, leases.clone());
    }
    building
}

fn lease(venue: &Venue, device: DeviceId, tickets: Vec<TicketId>, term: u64) -> Lease {
    Lease {
        event: venue.event,
        right: RightKind::Admit,
        term,
        device,
        cause: Cause::First,
        after: Vec::new(),
        type_no: None,
        ends_ms: None,
        is_stopped: false,
        tickets,
    }
}

fn become_strict(venue: &Venue, member: &Member, rule: EntryRule) {
    let tickets: Vec<u64> = (1..=50).collect();
    let mut page = venue.page(now(), &tickets);
    let mut event = venue.event_row();
    (event.strict, event.entry_rule) = (true, rule);
    page.entries[0] = PageEntry::Event(event);
    venue.pull(&member.replica, page);
}

impl Member {
    fn shows(&self, venue: &Venue, ticket: u64) -> Decision {
        decision(&self.door, venue, ticket)
    }

    fn share(&self, venue: &Venue) -> (u64, u64, u64) {
        let (event, me) = (venue.event, self.device.id);
        let share = self.replica.read(move |tx| share(tx, event, me));
        let share = share.expect("read").expect("strict");
        (share.held, share.void, share.elsewhere)
    }

    fn passages(&self, venue: &Venue, ticket: u64) -> Vec<FactBody> {
        let event = venue.event;
        let facts = self.replica.read(move |tx| {
            let no = events::number(tx, event)?.expect("known");
            facts::of_ticket(tx, no, TicketId(ticket))
        });
        let facts = facts.expect("read").into_iter().map(|(fact, _)| fact.body);
        facts
            .filter(|body| !matches!(body, FactBody::Refusal { .. }))
            .collect()
    }
}

fn decision(door: &Door, venue: &Venue, ticket: u64) -> Decision {
    let verdict = door.scan(&venue.code(ticket), Sight::Still, now());
    match verdict.expect("a verdict").outcome {
        Outcome::Decided { decision, .. } => decision,
        other => panic!("{other:?}"),
    }
}

fn admit(ticket: u64) -> Right {
    Right {
        kind: RightKind::Admit,
        ticket: TicketId(ticket),
    }
}

fn is_green(decision: &Decision) -> bool {
    matches!(decision, Decision::Admit(_))
}

fn is_elsewhere(decision: &Decision) -> bool {
    matches!(decision, Decision::Ask(AskReason::HomeGateElsewhere { .. }))
}

/// E1, E2.
#[test]
fn a_good_ticket_is_green_at_its_holder_and_at_a_door_that_reaches_it_and_then_nowhere() {
    let building = strict(2, EntryRule::SINGLE);
    building.acquaint();
    let venue = &building.venue;
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    assert!(is_green(&one.shows(venue, 1)), "its own");
    for ticket in 2..=20 {
        let shown = other.shows(venue, ticket);
        assert!(is_green(&shown), "it asks the holder: {shown:?}");
        let again = one.shows(venue, ticket);
        assert!(!is_green(&again), "once: {again:?}");
    }
    wait_until("each right has one holder", || {
        match (one.share(venue), other.share(venue)) {
            ((held, 0, _), (others, 0, _)) if held + others == 50 => Ok(()),
            shares => Err(shares),
        }
    });
    for ticket in 1..=20 {
        wait_until("both know of it", || {
            match (
                one.passages(venue, ticket).len(),
                other.passages(venue, ticket).len(),
            ) {
                (1, 1) => Ok(()),
                counts => Err(counts),
            }
        });
    }
}

/// E1, E2: no network at all.
#[test]
fn a_door_that_is_cut_off_lets_in_what_it_holds_and_asks_a_supervisor_about_the_rest() {
    let building = strict(2, EntryRule::SINGLE);
    let (venue, one) = (&building.venue, &building.members[0]);
    assert!(is_green(&one.shows(venue, 1)));
    let shown = one.shows(venue, 30);
    assert!(is_elsewhere(&shown), "{shown:?}");
    assert!(one.passages(venue, 30).is_empty(), "amber writes nothing");
    let person = UserId::from_bytes([8; 16]);
    let refused = one.door.let_in_anyway(&venue.code(30), person, now());
    assert_eq!(refused.expect_err("it may not").code(), "not_allowed");

    let mut rows: Vec<_> = building
        .everybody()
        .into_iter()
        .map(|device| venue.device_row(device))
        .collect();
    rows[0].rights.supervise = true;
    let list = DeviceList {
        devices: rows,
        server: None,
        peer_authority: Some(building.authority.der.clone()),
    };
    let list = venue.sign(SignedKind::DeviceList, 5, now(), &list);
    Venue::tell(&one.replica, list);
    one.door
        .let_in_anyway(&venue.code(30), person, now())
        .expect("a supervisor may");
    let written = one.passages(venue, 30);
    assert!(
        matches!(written[..], [FactBody::Override { reason: 107, .. }]),
        "counted as what it is: {written:?}"
    );
    let twice = one.shows(venue, 30);
    let Decision::Refuse(RefuseReason::AlreadyEntered { .. }) = twice else {
        panic!("{twice:?}");
    };
    assert_eq!(one.share(venue), (25, 0, 25));
}

/// E1: whoever shows the same code at two doors at the same moment goes in once.
#[test]
fn one_ticket_at_two_doors_at_the_same_moment_goes_in_once() {
    let building = strict(2, EntryRule::SINGLE);
    building.acquaint();
    let venue = &building.venue;
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    for ticket in 1..=25 {
        let at_once = std::sync::Barrier::new(2);
        let greens: Vec<bool> = std::thread::scope(|scope| {
            let doors = [one, other].map(|member| {
                let at_once = &at_once;
                scope.spawn(move || {
                    at_once.wait();
                    is_green(&member.shows(venue, ticket))
                })
            });
            doors.map(|door| door.join().expect("no panic")).to_vec()
        });
        let count = greens.iter().filter(|green| **green).count();
        assert_eq!(count, 1, "ticket {ticket}: {greens:?}");
    }
}

/// E1 with a re-entry rule: the right stays through exits, and who gets it is told of them.
#[test]
fn after_an_exit_the_holder_lets_it_in_again_and_so_does_a_door_that_asks_it() {
    let building = strict(2, AFTER_EXIT);
    building.acquaint();
    let venue = &building.venue;
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    let leave = |member: &Member| {
        let out = Door::open(
            &member.replica,
            venue.event,
            &AtGate::AsEnrolled,
            Direction::Out,
        );
        decision(&out.expect("it opens"), venue, 1)
    };
    assert!(is_green(&one.shows(venue, 1)));
    wait_until("the exit's door knows of the entry", || {
        match other.passages(venue, 1).len() {
            1 => Ok(()),
            count => Err(count),
        }
    });
    let inside = other.shows(venue, 1);
    assert!(!is_green(&inside), "inside: {inside:?}");
    assert!(is_green(&leave(other)));
    wait_until("the holder knows of the exit", || {
        match one.would_say(venue, 1) {
            Decision::Admit(_) => Ok(()),
            other => Err(other),
        }
    });
    assert!(is_green(&one.shows(venue, 1)), "again at its holder");
    assert!(is_green(&leave(one)));
    wait_until("the exit is known", || {
        match other.passages(venue, 1).len() {
            4 => Ok(()),
            count => Err(count),
        }
    });
    assert!(is_green(&other.shows(venue, 1)), "the right was asked for");
    assert_eq!(one.share(venue).0, 24);
}

/// Rule 3: the hand-over is on the disk before the answer leaves, so whoever starts again knows of it.
#[test]
fn a_holder_that_starts_again_right_after_a_hand_over_knows_that_it_gave_the_right_away() {
    let mut building = strict(2, EntryRule::SINGLE);
    building.acquaint();
    assert!(is_green(&building.members[1].shows(&building.venue, 1)));
    let mut holder = building.members.remove(0);
    let on_disk = open_to_look(&holder.device.data()).expect("it opens");
    let moved = events::number(&on_disk, building.venue.event).expect("read");
    let moved = rights::moving(&on_disk, moved.expect("known"), admit(1));
    assert_eq!(moved.expect("read").len(), 1);
    let device = std::mem::replace(&mut holder.device, Device::new(77));
    let replica = holder.replica.clone();
    drop(holder);
    let again = building.run(device, replica, Arc::new(SystemClock));
    let shown = again.shows(&building.venue, 1);
    assert!(!is_green(&shown), "{shown:?}");
    assert!(
        is_green(&again.shows(&building.venue, 2)),
        "what it still has"
    );
    building.members.insert(0, again);
}

/// Rule 5: the one that it was copied from may be using them.
#[test]
fn a_copy_of_a_replica_uses_no_right_of_its_device() {
    let mut building = strict(1, EntryRule::SINGLE);
    let mut original = building.members.remove(0);
    let device = std::mem::replace(&mut original.device, Device::new(77));
    assert!(is_green(&original.shows(&building.venue, 1)));
    drop(original);
    let copied = device.data().with_file_name("copied");
    crate::venue::copy_folder(&device.data(), &copied);
    let replica = Replica::open(&copied, device.state()).expect("it opens");
    let event = building.venue.event;
    let door = Door::open(&replica, event, &AtGate::AsEnrolled, Direction::In).expect("it opens");
    let shown = decision(&door, &building.venue, 2);
    assert!(is_elsewhere(&shown), "{shown:?}");
}

#[test]
fn a_door_that_signs_off_hands_its_share_to_another_first() {
    let building = strict(2, AFTER_EXIT);
    building.acquaint();
    let venue = &building.venue;
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    assert!(is_green(&one.shows(venue, 1)));
    let stranger = hand_back(&one.replica, venue.event, To::Door(one.device.id), now());
    assert_eq!(stranger.expect_err("itself").code(), "not_a_door");
    let given = hand_back(&one.replica, venue.event, To::Door(other.device.id), now());
    let given = given.expect("given");
    assert_eq!((given.given, given.kept), (25, 0));
    assert_eq!(one.share(venue).0, 0);
    wait_until("the other one holds all", || match other.share(venue) {
        (50, 0, 0) => Ok(()),
        share => Err(share),
    });
    assert!(is_green(&other.shows(venue, 2)), "without asking");
    let inside = other.shows(venue, 1);
    assert!(
        matches!(
            inside,
            Decision::Refuse(RefuseReason::AlreadyEntered { .. })
        ),
        "it was told of the entry: {inside:?}"
    );
}

#[test]
fn a_right_is_asked_for_by_the_events_devices_only_and_the_same_answer_comes_again() {
    let building = strict(1, EntryRule::SINGLE);
    let (venue, door) = (&building.venue, &building.members[0]);
    let asker = &building.others[0];
    let (ours, event) = (&building.authority, venue.event);
    let caller = Caller::of(ours, ours, asker.id, GOOD, door.address);
    let ask = |ticket: u64| {
        let fact = FactId::from_bytes([9; 16]);
        json!({ "right": RightKind::Admit, "ticket": TicketId(ticket), "fact": fact, "leases": 0 })
            .to_string()
    };
    let path = |ticket: u64| format!("/events/{event}/rights/{}", TicketId(ticket));
    building.block_on(async {
        let (answer, first) = caller.post(&path(1), ask(1)).await;
        assert_eq!(answer.status(), 200, "{first}");
        assert_eq!(first["outcome"]["outcome"], "handed_over");
        assert_eq!(
            first["facts"].as_array().unwrap().len(),
            2,
            "opening, hand-over"
        );
        assert_eq!(first["leases"]["version"], 100, "the asker had none");
        let (_, again) = caller.post(&path(1), ask(1)).await;
        assert_eq!(again["facts"], first["facts"], "the same fact");
        let (answer, _) = caller.post(&path(2), ask(3)).await;
        assert_eq!(answer.status(), 400, "two tickets");
        let (answer, _) = caller.post(&path(2), "{").await;
        assert_eq!((answer.status(), answer.code()), (400, "malformed_body"));
        let elsewhere = format!("/events/{}/rights/{}", Uuid::nil(), TicketId(2));
        assert_eq!(caller.post(&elsewhere, ask(2)).await.0.status(), 404);
        let stranger = Caller::of(ours, ours, Device::new(55).id, GOOD, door.address);
        assert_eq!(stranger.post(&path(2), ask(2)).await.0.status(), 403);
    });
    let moves = door.replica.read(move |tx| {
        let no = events::number(tx, event)?.expect("known");
        Ok::<_, ReplicaError>(rights::moving(tx, no, admit(1))?.len())
    });
    assert_eq!(moves.expect("read"), 1, "handed over once");
    assert!(is_green(&door.shows(venue, 2)), "nothing else left");
    assert!(!is_green(&door.shows(venue, 1)));
}
