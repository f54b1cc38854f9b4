//! Before the light: a door that is live asks the server, for 300 ms at most, and writes one fact.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scanner_app::door::{AtGate, Claims, Door, Outcome, Sight, Verdict};
use scanner_app::replica::facts;
use scanner_app::replica::{Replica, ReplicaError, journals};
use shared::admission::{Decision, Direction, RosterState};
use shared::fact::{EntryMarks, Envelope, Fact, FactBody};
use shared::ids::{GateNo, TicketId};
use shared::roster::{EntryRule, EventRow, ReEntry};
use shared::wire::latest::{ClaimAnswer, ClaimAsk, PageEntry};

use crate::venue::{Device, GATE_A, NOW, Venue};

/// Answers by a script, and remembers what was asked.
#[derive(Clone, Debug, Default)]
struct Script(Arc<Mutex<Scripted>>);

#[derive(Debug, Default)]
struct Scripted {
    answers: VecDeque<Option<ClaimAnswer>>,
    asked: Vec<ClaimAsk>,
}

impl Claims for Script {
    fn claim(&self, request: ClaimAsk, limit: Duration) -> Option<ClaimAnswer> {
        assert_eq!(limit, Duration::from_millis(300));
        let mut script = self.0.lock().expect("no test panicked in it");
        script.asked.push(request);
        script.answers.pop_front().flatten()
    }
}

impl Script {
    fn of(answers: &[Option<ClaimAnswer>]) -> Self {
        let script = Self::default();
        script.0.lock().expect("fresh").answers.extend(answers);
        script
    }

    fn asked(&self) -> Vec<ClaimAsk> {
        self.0.lock().expect("no test panicked in it").asked.clone()
    }
}

struct Scene {
    venue: Venue,
    replica: Replica,
    door: Door,
    _device: Device,
}

fn scene(script: &Script, direction: Direction, roster: RosterState) -> Scene {
    let (venue, device) = (Venue::at(NOW), Device::new(31));
    let replica = venue.door(&device, NOW, &[1, 2, 3, 4, 5, 6, 7]);
    let gate = AtGate::Named("porte a".into());
    let door = Door::open(&replica, venue.event, &gate, direction).expect("the door opens");
    let door = door.with_claims(Box::new(script.clone()));
    door.set_roster_state(roster);
    Scene {
        venue,
        replica,
        door,
        _device: device,
    }
}

impl Scene {
    fn scan(&self, ticket: u64, now_ms: i64) -> Verdict {
        let code = self.venue.code(ticket);
        self.door
            .scan(&code, Sight::Still, now_ms)
            .expect("a verdict")
    }

    fn written(&self) -> Vec<Fact> {
        let read = self.replica.read(|tx| {
            let mut all = Vec::new();
            for journal in journals::all(tx)? {
                all.extend(facts::of_journal(tx, journal.id)?);
            }
            Ok::<_, ReplicaError>(all)
        });
        let envelopes = read.expect("readable");
        let facts = envelopes
            .iter()
            .map(|bytes| Envelope::decode(bytes).expect("own"));
        facts.map(|envelope| envelope.fact().clone()).collect()
    }
}

fn decision(verdict: &Verdict) -> &Decision {
    match &verdict.outcome {
        Outcome::Decided { decision, .. } => decision,
        Outcome::OrderCode(_) | Outcome::Foreign(_) => panic!("{verdict:?}"),
    }
}

fn is_confirmed(verdict: &Verdict) -> bool {
    match decision(verdict) {
        Decision::Admit(admission) => admission.marks.has(EntryMarks::CONFIRMED),
        Decision::Refuse(_) | Decision::Ask(_) => panic!("{verdict:?}"),
    }
}

#[test]
fn a_granted_claim_is_one_confirmed_entry_under_the_id_that_was_claimed() {
    let script = Script::of(&[Some(ClaimAnswer::Granted)]);
    let scene = scene(&script, Direction::In, RosterState::Live);
    let verdict = scene.scan(1, NOW);
    assert!(is_confirmed(&verdict));
    let asked = script.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].ticket, asked[0].gate), (TicketId(1), GATE_A));
    let written = scene.written();
    assert_eq!(written.len(), 2, "an opening, and one fact");
    assert_eq!(written[1].id, asked[0].fact);
    assert!(
        matches!(written[1].body, FactBody::Entry { marks, .. } if marks.has(EntryMarks::CONFIRMED))
    );
}

#[test]
fn what_the_server_knows_of_an_entry_refuses_with_place_and_time() {
    let entered = ClaimAnswer::Entered {
        gate: GateNo(2),
        at_ms: NOW - 60_000,
    };
    let script = Script::of(&[Some(entered)]);
    let scene = scene(&script, Direction::In, RosterState::Live);
    let verdict = scene.scan(1, NOW);
    let Decision::Refuse(reason) = decision(&verdict) else {
        panic!("{verdict:?}");
    };
    assert_eq!(reason.reason().code(), "already_entered");
    let kinds: Vec<_> = scene
        .written()
        .iter()
        .map(|fact| fact.body.kind_name())
        .collect();
    assert_eq!(kinds, ["journal_opened", "refusal"]);
}

/// The server says so only when no entry is left: here the day's only one, which this door has not heard of.
#[test]
fn what_the_server_knows_of_an_entry_refuses_also_where_a_ticket_goes_in_at_any_time() {
    let entered = ClaimAnswer::Entered {
        gate: GateNo(2),
        at_ms: NOW - 60_000,
    };
    let script = Script::of(&[Some(entered)]);
    let scene = scene(&script, Direction::In, RosterState::Live);
    let mut page = scene.venue.page(NOW, &[1]);
    page.entries[0] = PageEntry::Event(EventRow {
        entry_rule: EntryRule {
            re_entry: ReEntry::Unlimited,
            max_entries: None,
            max_entries_per_day: Some(1),
        },
        ..scene.venue.event_row()
    });
    scene.venue.pull(&scene.replica, page);
    let verdict = scene.scan(1, NOW);
    assert!(
        matches!(decision(&verdict), Decision::Refuse(_)),
        "{verdict:?}"
    );
}

#[test]
fn a_ticket_that_is_being_admitted_elsewhere_is_asked_about_and_nothing_written() {
    let claimed = ClaimAnswer::Claimed { gate: GateNo(2) };
    let script = Script::of(&[Some(claimed)]);
    let scene = scene(&script, Direction::In, RosterState::Live);
    let verdict = scene.scan(1, NOW);
    let Decision::Ask(reason) = decision(&verdict) else {
        panic!("{verdict:?}");
    };
    assert_eq!(reason.reason().code(), "being_admitted_elsewhere");
    assert!(scene.written().is_empty());
}

#[test]
fn three_answers_missed_in_a_row_suspend_claims() {
    let granted = Some(ClaimAnswer::Granted);
    let script = Script::of(&[None, None, granted, None, None, None, granted]);
    let scene = scene(&script, Direction::In, RosterState::Live);
    let confirmed: Vec<bool> = (1..=6)
        .map(|ticket| is_confirmed(&scene.scan(ticket, NOW + ticket as i64)))
        .collect();
    assert_eq!(confirmed, [false, false, true, false, false, false]);
    assert_eq!(script.asked().len(), 6);
    // The third miss in a row: nobody waits for some time.
    assert!(!is_confirmed(&scene.scan(7, NOW + 7)));
    assert_eq!(script.asked().len(), 6);
}

#[test]
fn only_entries_are_claimed_and_only_while_live() {
    let script = Script::default();
    let behind = scene(&script, Direction::In, RosterState::MaybeBehind);
    assert!(!is_confirmed(&behind.scan(1, NOW)));
    let check = scene(&script, Direction::CheckOnly, RosterState::Live);
    check.scan(2, NOW);
    let way_out = scene(&script, Direction::Out, RosterState::Live);
    way_out.scan(1, NOW);
    assert!(script.asked().is_empty());
    let live = scene(&script, Direction::In, RosterState::Live);
    live.scan(3, NOW);
    live.scan(3, NOW + 10_000);
    assert_eq!(
        script.asked().len(),
        1,
        "the second would be refused anyway"
    );
}

/// The line to the sync: the real one, with a server that is slow.
#[test]
fn a_slow_answer_costs_300_ms_and_is_not_used() {
    use crate::sync::{claim_server, serve_claims};
    let (line, server) = claim_server();
    let running = serve_claims(server.clone());
    let script = Script::default();
    let Scene {
        venue,
        replica,
        _device,
        ..
    } = scene(&script, Direction::In, RosterState::Live);
    let gate = AtGate::Named("porte a".into());
    let door = Door::open(&replica, venue.event, &gate, Direction::In).expect("the door opens");
    let door = door.with_claims(Box::new(line));
    door.set_roster_state(RosterState::Live);
    let scan = |ticket| {
        let began = Instant::now();
        let verdict = door
            .scan(&venue.code(ticket), Sight::Still, NOW)
            .expect("a verdict");
        (is_confirmed(&verdict), began.elapsed())
    };
    server.answers_claims_after(Duration::ZERO);
    let (confirmed, _) = scan(1);
    assert!(confirmed);
    server.answers_claims_after(Duration::from_secs(20));
    let (confirmed, took) = scan(2);
    assert!(!confirmed);
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(door);
    running.join().expect("the desk ends with its door");
}
