//! By hand: the same decision as for a scan, and a way back for an hour.

use std::fs;

use scanner_app::door::{AtGate, Door, Outcome, ScanError, Sight, UndoError, Verdict};
use scanner_app::replica::{REPLICA_FILE, Replica, ReplicaError, events, facts};
use shared::admission::{Decision, Direction};
use shared::fact::kind::VoidReason;
use shared::fact::{EntryMarks, FactBody};
use shared::ids::{FactId, TicketId};
use shared::roster::{Rights, TicketStatus};

use crate::run::{command, now, run};
use crate::venue::{Device, GATE_A, HOUR, KEY, NOW, Venue, copy_folder};

fn at(venue: &Venue, replica: &Replica, direction: Direction) -> Door {
    Door::open(
        replica,
        venue.event,
        &AtGate::Named("porte a".into()),
        direction,
    )
    .expect("the door opens")
}

fn said(verdict: &Verdict) -> String {
    match &verdict.outcome {
        Outcome::Decided { decision, .. } => match decision {
            Decision::Admit(_) => "admit".into(),
            Decision::Refuse(reason) => format!("refuse {}", reason.reason().code()),
            Decision::Ask(reason) => format!("ask {}", reason.reason().code()),
        },
        Outcome::OrderCode(_) | Outcome::Foreign(_) => "no ticket".into(),
    }
}

fn bodies(venue: &Venue, replica: &Replica, ticket: u64) -> Vec<FactBody> {
    let event = venue.event;
    let facts = replica.read(move |tx| {
        let no = events::number(tx, event)?.expect("an event");
        facts::of_ticket(tx, no, TicketId(ticket))
    });
    let facts = facts.expect("read").into_iter();
    facts.map(|(fact, _)| fact.body).collect()
}

fn id(verdict: &Verdict) -> FactId {
    verdict.fact.expect("a fact was written").id
}

#[test]
fn a_ticket_that_was_looked_up_goes_in_once_and_its_fact_says_how() {
    let (venue, device) = (Venue::at(NOW).with_search(), Device::new(31));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let door = at(&venue, &replica, Direction::In);
    let verdict = door.admit_by_hand(TicketId(1), NOW).expect("a verdict");
    assert_eq!(said(&verdict), "admit");
    let entry = FactBody::Entry {
        ticket: TicketId(1),
        type_no: Venue::ticket_row(1).type_no,
        window: Venue::ticket_row(1).window,
        key: KEY,
        gate: GATE_A,
        marks: EntryMarks::BY_HAND,
    };
    assert_eq!(bodies(&venue, &replica, 1), [entry]);
    let again = door.admit_by_hand(TicketId(1), NOW).expect("a verdict");
    assert_eq!(said(&again), "refuse already_entered");
    let scanned = door.scan(&venue.code(1), Sight::Still, NOW).expect("one");
    assert_eq!(
        said(&scanned),
        "refuse already_entered",
        "a copy of its code gets nobody in either"
    );
}

#[test]
fn the_way_out_and_a_check_are_as_the_door_stands() {
    let (venue, device) = (Venue::at(NOW).with_search(), Device::new(32));
    let replica = venue.door(&device, NOW, &[1]);
    let check = at(&venue, &replica, Direction::CheckOnly);
    let verdict = check.admit_by_hand(TicketId(1), NOW).expect("a verdict");
    assert_eq!((said(&verdict).as_str(), verdict.fact), ("admit", None));
    let out = at(&venue, &replica, Direction::Out);
    let refused = out.admit_by_hand(TicketId(1), NOW).expect("a verdict");
    assert_eq!(said(&refused), "refuse not_inside");
    at(&venue, &replica, Direction::In)
        .admit_by_hand(TicketId(1), NOW)
        .expect("a verdict");
    let left = out.admit_by_hand(TicketId(1), NOW).expect("a verdict");
    assert_eq!(said(&left), "admit");
    let last = bodies(&venue, &replica, 1).pop();
    let is_exit =
        matches!(last, Some(FactBody::Exit { marks, .. }) if marks.has(EntryMarks::BY_HAND));
    assert!(is_exit, "{last:?}");
}

#[test]
fn what_does_not_count_any_more_is_refused_by_hand_too() {
    let (venue, device) = (Venue::at(NOW).with_search(), Device::new(33));
    let replica = venue.enrol(&device, NOW);
    let mut page = venue.page(NOW, &[1]);
    page.tickets[0].status = TicketStatus::Refunded;
    venue.pull(&replica, page);
    let door = at(&venue, &replica, Direction::In);
    let verdict = door.admit_by_hand(TicketId(1), NOW).expect("a verdict");
    assert_eq!(said(&verdict), "refuse refunded");
}

#[test]
fn only_a_device_that_may_search_admits_by_hand_and_only_what_is_on_its_list() {
    let (venue, device) = (Venue::at(NOW), Device::new(34));
    let replica = venue.door(&device, NOW, &[1]);
    let door = at(&venue, &replica, Direction::In);
    let refused = door.admit_by_hand(TicketId(1), NOW);
    assert!(
        matches!(refused, Err(ScanError::SearchNotAllowed)),
        "{refused:?}"
    );
    assert!(bodies(&venue, &replica, 1).is_empty());

    let (venue, device) = (Venue::at(NOW).with_search(), Device::new(35));
    let replica = venue.door(&device, NOW, &[1]);
    let door = at(&venue, &replica, Direction::In);
    let unknown = door.admit_by_hand(TicketId(2), NOW);
    assert!(
        matches!(unknown, Err(ScanError::NotOnList(TicketId(2)))),
        "{unknown:?}"
    );
    // The server took the right away: the signed list keeps it, so that what was admitted before counts.
    let event = venue.event;
    let withdrawn = replica.write(move |tx| {
        let rights = Rights {
            scan: true,
            ..Rights::default()
        };
        let gate = shared::ids::GateNo(0);
        scanner_app::replica::identity::update_rights(tx, &rights, &[event], gate)
    });
    withdrawn.expect("written");
    let refused = door.admit_by_hand(TicketId(1), NOW);
    assert!(
        matches!(refused, Err(ScanError::SearchNotAllowed)),
        "{refused:?}"
    );
}

#[test]
fn an_entry_is_taken_back_once_and_its_ticket_goes_in_again_at_once() {
    let (venue, device) = (Venue::at(NOW), Device::new(36));
    let replica = venue.door(&device, NOW, &[1]);
    let door = at(&venue, &replica, Direction::In);
    let scan = |now_ms| {
        let verdict = door.scan(&venue.code(1), Sight::Stream, now_ms);
        verdict.expect("a verdict")
    };
    let entered = scan(NOW);
    assert!(scan(NOW + 100).repeated, "the code is still in view");
    let entry = id(&entered);
    door.undo(entry, VoidReason::DidNotPass, NOW + 200)
        .expect("taken back");
    let written = bodies(&venue, &replica, 1);
    let [_, FactBody::Void { target, reason, .. }] = &written[..] else {
        panic!("{written:?}");
    };
    assert_eq!((target.device, target.fact), (device.id, entry));
    assert_eq!(*reason, VoidReason::DidNotPass);
    let again = scan(NOW + 300);
    assert_eq!(
        (said(&again).as_str(), again.repeated),
        ("admit", false),
        "decided anew, though the code never left the view"
    );
    let twice = door.undo(entry, VoidReason::Mistake, NOW + 400);
    assert!(
        matches!(twice, Err(UndoError::AlreadyUndone(_))),
        "{twice:?}"
    );
    // The second entry is another fact.
    door.undo(id(&again), VoidReason::Mistake, NOW + 500)
        .expect("taken back");
}

#[test]
fn an_exit_that_is_taken_back_leaves_its_holder_inside() {
    let (venue, device) = (Venue::at(NOW), Device::new(37));
    let replica = venue.door(&device, NOW, &[1]);
    let code = venue.code(1);
    let (inside, out) = (
        at(&venue, &replica, Direction::In),
        at(&venue, &replica, Direction::Out),
    );
    inside.scan(&code, Sight::Still, NOW).expect("a verdict");
    let left = out.scan(&code, Sight::Still, NOW).expect("a verdict");
    out.undo(id(&left), VoidReason::WrongDirection, NOW)
        .expect("taken back");
    let leaves = out.scan(&code, Sight::Still, NOW + 3_000).expect("one");
    assert_eq!(said(&leaves), "admit", "so may leave");
}

#[test]
fn only_ones_own_passages_of_the_last_hour_are_taken_back() {
    let (venue, device) = (Venue::at(NOW), Device::new(38));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let door = at(&venue, &replica, Direction::In);
    let code = venue.code(1);
    let entered = door.scan(&code, Sight::Still, NOW).expect("a verdict");
    let refused = door.scan(&code, Sight::Still, NOW + 5_000).expect("one");
    assert_eq!(said(&refused), "refuse already_entered");
    let undo = |fact, now_ms| door.undo(fact, VoidReason::Mistake, now_ms);
    let of_refusal = undo(id(&refused), NOW);
    assert!(
        matches!(of_refusal, Err(UndoError::NotAPassage(_))),
        "{of_refusal:?}"
    );
    let unknown = undo(FactId::from_bytes([7; 16]), NOW);
    assert!(matches!(unknown, Err(UndoError::NotOurs(_))), "{unknown:?}");
    let late = undo(id(&entered), NOW + HOUR + 1);
    assert!(matches!(late, Err(UndoError::TooOld(_))), "{late:?}");
    undo(id(&entered), NOW + HOUR).expect("just in time");
}

/// A1: what was told as taken back is, whatever happens to the power.
#[test]
fn a_power_cut_after_an_undo_leaves_the_ticket_outside() {
    let (venue, device) = (Venue::at(NOW).with_search(), Device::new(39));
    let replica = venue.door(&device, NOW, &[1]);
    let door = at(&venue, &replica, Direction::In);
    let entered = id(&door.admit_by_hand(TicketId(1), NOW).expect("a verdict"));
    let before = device.data().with_file_name("before");
    copy_folder(&device.data(), &before);
    door.undo(entered, VoidReason::WrongPerson, NOW)
        .expect("taken back");
    let after = device.data().with_file_name("after");
    copy_folder(&device.data(), &after);
    for (cut, is_undone) in [(&before, false), (&after, true)] {
        fs::remove_file(cut.join(format!("{REPLICA_FILE}-shm"))).expect("it was there");
        let copy = Replica::open(cut, device.state()).expect("opens");
        let event = venue.event;
        let found = copy.read(move |tx| {
            let no = events::number(tx, event)?.expect("an event");
            let facts = facts::of_ticket(tx, no, TicketId(1))?;
            Ok::<_, ReplicaError>(facts.iter().any(|(fact, _)| {
                matches!(fact.body, FactBody::Void { target, .. } if target.fact == entered)
            }))
        });
        assert_eq!(found.expect("read"), is_undone);
    }
}

#[test]
fn the_program_admits_by_hand_and_takes_back() {
    let venue = Venue::at(now()).with_search();
    let device = Device::new(40);
    drop(venue.door(&device, now(), &[1]));
    let (data, event) = (device.data().display().to_string(), venue.event.to_string());
    let ticket = TicketId(1).to_string();
    let of = ["--data", &data, "--event", &event];
    let door = |arguments: &[&str]| run(&mut command(&device, &[arguments, &of].concat()));
    let admitted = door(&["admit", &ticket, "--gate", "Porte A"]);
    assert_eq!(admitted.said(), ["admit"]);
    assert_eq!(door(&["admit", &ticket]).said(), ["refuse already_entered"]);
    let fact = admitted.lines[0]["fact"]["id"].as_str().expect("a fact");
    let undone = door(&["undo", fact, "--reason", "did_not_pass"]);
    assert_eq!(undone.lines[0]["undone"], fact);
    let twice = door(&["undo", fact, "--reason", "mistake"]);
    assert_eq!((twice.code, twice.error()), (Some(1), "already_undone"));
    let wrong = door(&["undo", fact, "--reason", "because"]);
    assert_eq!((wrong.code, wrong.error()), (Some(2), "usage"));
    assert_eq!(door(&["admit", &ticket]).said(), ["admit"]);
    let none = door(&["search", "dupont"]);
    assert_eq!((none.code, none.error()), (Some(1), "names_not_here"));
    let forgotten = run(&mut command(
        &device,
        &["search", "--forget", "--data", &data],
    ));
    assert_eq!(forgotten.lines[0]["forgotten"], true);
}
