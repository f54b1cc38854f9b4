//! Entries, signed lists and forks between doors without a server.

use std::sync::Arc;

use scanner_app::peers::discover::{LanText, told};
use scanner_app::replica::peers::{Source, put_address};
use scanner_app::replica::{ReplicaError, carried, held};
use shared::clock::ManualClock;
use shared::fact::FactBody;
use shared::roster::signed::SignedKind;
use shared::sync::gossip::effect::Report;

use super::building::{Building, wait_until};
use super::caller::{Pen, entry};
use crate::run::now;
use crate::venue::{Device, Venue};

#[test]
fn an_entry_on_one_door_is_refused_on_the_other_with_the_server_gone() {
    let building = Building::with(2);
    building.acquaint();
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    for ticket in 1..=10 {
        assert!(one.admits(&building.venue, ticket));
        other.wait_until_refused(&building.venue, ticket);
        assert!(!other.admits(&building.venue, ticket));
    }
    assert!(other.admits(&building.venue, 11), "one that did not enter");
}

/// L2: of four doors each knows where the next one is, no more.
#[test]
fn entries_are_passed_on_from_door_to_door() {
    let building = Building::with(4);
    for here in 0..3 {
        building.introduce(here, here + 1);
    }
    for member in &building.members[..3] {
        member.wait_for_peers(1);
    }
    let [first, .., last] = building.members.as_slice() else {
        panic!("four doors");
    };
    assert!(first.admits(&building.venue, 1));
    last.wait_until_refused(&building.venue, 1);
    // The other way round by the rounds: nobody knows where the first one is, but it calls.
    assert!(last.admits(&building.venue, 2));
    first.wait_until_refused(&building.venue, 2);
}

#[test]
fn a_door_that_comes_back_gets_all_that_it_missed_and_hands_over_what_it_saw() {
    let mut building = Building::with(3);
    building.acquaint();
    let mut away = building.members.pop().expect("three doors");
    let device = std::mem::replace(&mut away.device, Device::new(77));
    let replica = away.replica.clone();
    assert!(away.admits(&building.venue, 20));
    drop(away);
    for ticket in 1..=10 {
        assert!(building.members[0].admits(&building.venue, ticket));
    }
    let back = building.run(device, replica, Arc::new(scanner_app::edge::SystemClock));
    building.members.push(back);
    building.introduce(2, 0);
    for ticket in 1..=10 {
        building.members[2].wait_until_refused(&building.venue, ticket);
    }
    building.members[0].wait_until_refused(&building.venue, 20);
}

/// Discovery: what one screen shows, told to the other; and an address of which nobody says whose it is.
#[test]
fn doors_find_each_other_by_what_a_screen_shows_and_by_a_typed_address() {
    let building = Building::with(3);
    let [shown, typed, told_of] = building.members.as_slice() else {
        panic!("three doors");
    };
    let text = LanText {
        device: Some(told_of.device.id),
        addresses: vec![told_of.address],
    };
    told::leave(&shown.device.data(), &text).expect("noted");
    let text: LanText = told_of.address.to_string().parse().expect("an address");
    told::leave(&typed.device.data(), &text).expect("noted");
    assert!(told_of.admits(&building.venue, 1));
    shown.wait_until_refused(&building.venue, 1);
    typed.wait_until_refused(&building.venue, 1);
}

/// A false address costs nothing: who answers there has to be that device.
#[test]
fn a_door_at_anothers_address_is_not_taken_for_it() {
    let building = Building::with(3);
    let [one, other, third] = building.members.as_slice() else {
        panic!("three doors");
    };
    let (device, address) = (other.device.id, third.address);
    one.replica
        .write(move |tx| put_address(tx, address, Some(device), Source::Announced, now()))
        .expect("kept");
    building.introduce(0, 1);
    assert!(other.admits(&building.venue, 1));
    one.wait_until_refused(&building.venue, 1);
    assert_eq!(third.facts_of(&building.venue, 1), 0);
}

#[test]
fn a_newer_signed_list_reaches_everybody_and_a_revoked_door_is_let_in_no_more() {
    let building = Building::with(3);
    building.acquaint();
    let [one, other, lost] = building.members.as_slice() else {
        panic!("three doors");
    };
    let list = building.list(3, &building.everybody(), &[lost.device.id]);
    Venue::tell(&one.replica, list);
    for member in [other, lost] {
        wait_until("the newer list", || {
            match member.version(SignedKind::DeviceList) {
                3 => Ok(()),
                version => Err(version),
            }
        });
    }
    one.wait_for_peers(1);
    other.wait_for_peers(1);
    let refused = lost.door.scan(
        &building.venue.code(5),
        scanner_app::door::Sight::Still,
        now(),
    );
    assert_eq!(refused.expect_err("revoked").code(), "device_revoked");
    assert!(one.admits(&building.venue, 1));
    other.wait_until_refused(&building.venue, 1);
    assert_eq!(
        lost.facts_of(&building.venue, 1),
        0,
        "it hears nothing more"
    );
}

/// A7: the two sides of a fork meet.
#[test]
fn a_forked_journal_is_an_alarm_and_both_sides_are_kept() {
    let building = Building::with(2);
    let author = &building.others[0];
    let mut pen = Pen::of(author, building.venue.event, 0x50);
    let common = pen.entries(&[1, 2]);
    let at = pen.head;
    let one_side: Vec<_> = (3..6)
        .map(|ticket| pen.write(entry(ticket), now()))
        .collect();
    pen.head = at;
    let other_side: Vec<_> = (6..8)
        .map(|ticket| pen.write(entry(ticket), now()))
        .collect();
    building.block_on(async {
        for (to, side) in [(0, &one_side), (1, &other_side)] {
            let caller = building.caller(&building.members[to]);
            assert_eq!(caller.offer(&common).await.0.status(), 200);
            assert_eq!(caller.offer(side).await.0.status(), 200);
        }
    });
    building.acquaint();
    for member in &building.members {
        wait_until("both sides", || {
            let here: Vec<u64> = (1..8)
                .filter(|ticket| member.facts_of(&building.venue, *ticket) == 1)
                .collect();
            if here.len() == 7 { Ok(()) } else { Err(here) }
        });
        assert!(member.held(pen.journal).expect("held").is_forked);
    }
    let alarms = building
        .members
        .iter()
        .flat_map(super::building::Member::reports);
    let is_fork = |report: &Report| matches!(report, Report::JournalForkedAtPeer { journal, .. } if *journal == pen.journal);
    assert!(alarms.filter(is_fork).count() >= 1, "A7");
    assert!(
        building.members[0].admits(&building.venue, 30),
        "nothing stops scanning"
    );
}

/// A fact of a kind that this program doesn't know is kept and passed on as it is.
#[test]
fn a_fact_of_an_unknown_kind_is_passed_on() {
    let building = Building::with(2);
    building.acquaint();
    let mut pen = Pen::of(&building.others[0], building.venue.event, 0x60);
    let mut facts = pen.entries(&[]);
    let opaque = FactBody::Opaque {
        kind: 40_000,
        body: b"later".to_vec(),
    };
    facts.push(pen.write(opaque, now()));
    facts.push(pen.write(entry(9), now()));
    let caller = building.caller(&building.members[0]);
    let (answer, said) = building.block_on(caller.offer(&facts));
    assert_eq!(
        (answer.status(), &said["journals"][0]["acked_through"]),
        (200, &3.into())
    );
    building.members[1].wait_until_refused(&building.venue, 9);
    let journal = pen.journal;
    let passed_on = building.members[1]
        .replica
        .read(move |tx| held::of_span(tx, journal, 1, 9, 9))
        .expect("read");
    assert_eq!(passed_on, facts);
}

/// So is one of a newer version, which this program can't even read; what follows it counts.
#[test]
fn a_fact_of_a_newer_version_is_passed_on_and_holds_up_nothing() {
    let building = Building::with(2);
    building.acquaint();
    let mut pen = Pen::of(&building.others[0], building.venue.event, 0x61);
    let mut facts = pen.entries(&[]);
    facts.push(pen.newer(8));
    facts.push(pen.write(entry(9), now()));
    let mut forged = facts[1].clone();
    forged[80] ^= 1;
    let caller = building.caller(&building.members[0]);
    let offered = [facts.clone(), vec![forged]].concat();
    let (answer, said) = building.block_on(caller.offer(&offered));
    assert_eq!(
        (answer.status(), &said["journals"][0]["acked_through"]),
        (200, &3.into())
    );
    building.members[1].wait_until_refused(&building.venue, 9);
    let journal = pen.journal;
    let passed_on = building.members[1]
        .replica
        .read(move |tx| held::of_span(tx, journal, 1, 9, 9))
        .expect("read");
    assert_eq!(passed_on, facts, "as it is, and the forged one nowhere");
    assert!(
        building.members[1].admits(&building.venue, 8),
        "nobody here can know what it says"
    );
}

/// T2: one tablet set to 2031 does not drag the venue along; what it saw is kept.
#[test]
fn a_fact_from_2031_is_kept_and_moves_no_clock() {
    const YEAR_2031: i64 = 1_930_000_000_000;
    let building = Building::with(2);
    building.acquaint();
    let mut pen = Pen::of(&building.others[0], building.venue.event, 0x70);
    let mut facts = pen.entries(&[]);
    facts.push(pen.write(entry(8), YEAR_2031));
    let caller = building.caller(&building.members[0]);
    assert_eq!(building.block_on(caller.offer(&facts)).0.status(), 200);
    for member in &building.members {
        member.wait_until_refused(&building.venue, 8);
        let last = member.replica.time().saved().hlc;
        assert!(last.ms() < now() + 10 * 60_000, "T2: {last:?}");
    }
}

/// A dead clock battery: the wall clock is two years off, the corrected one is right.
#[test]
fn certificates_are_judged_by_the_corrected_clock() {
    let mut building = Building::with(1);
    let list = building.list(2, &building.everybody(), &[]);
    let device = building.others.pop().expect("one more device");
    let wrong = ManualClock::at(now() - 2 * 365 * 24 * 3_600_000);
    let member = building.open(device, &list, Arc::new(wrong));
    building.members.push(member);
    building.introduce(0, 1);
    building.introduce(1, 0);
    for member in &building.members {
        member.wait_for_peers(1);
    }
}

/// Any device that reaches the server hands in what it heard; what the server has is not handed in again.
#[test]
fn what_is_heard_waits_for_the_server_until_it_is_acknowledged() {
    let building = Building::with(2);
    building.acquaint();
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    assert!(one.admits(&building.venue, 1));
    other.wait_until_refused(&building.venue, 1);
    let waiting = |grace_ms| {
        let waiting = other
            .replica
            .read(move |tx| carried::waiting(tx, 500, grace_ms, now()));
        waiting.expect("read").len()
    };
    assert_eq!(waiting(0), 2, "the opening and the entry");
    assert_eq!(waiting(3_600_000), 0, "its author may hand it in itself");
    let own = one
        .replica
        .read(scanner_app::replica::journals::all)
        .expect("read");
    let journal = own[0].id;
    let settled = other
        .replica
        .write(move |tx| carried::acked(tx, journal, 1));
    assert_eq!(
        settled.map_err(|error: ReplicaError| error.to_string()),
        Ok(1)
    );
    assert_eq!(waiting(0), 1);
}
