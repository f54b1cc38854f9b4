//! The exchange with peers, on devices in memory.

mod mesh;

use proptest::prelude::*;

use self::mesh::{Mesh, device, event, journal_of};
use super::effect::{Effect, Report, Request};
use super::event::{Event, Place};
use super::{Gossip, Standing};
use crate::ids::{OrganizerId, Random};
use crate::roster::signed::{SignedKind, SignedObject};
use crate::sync::backoff::Moment;
use crate::sync::engine::Context;
use crate::sync::event::{CallId, Failure};
use crate::wire::latest::ErrorCode;

const LINK_MS: u64 = 20;

fn signed_object(version: u64, hash: [u8; 32]) -> SignedObject {
    SignedObject {
        organizer: OrganizerId::from_bytes([1; 16]),
        kind: SignedKind::KeySet,
        version,
        issued_ms: 0,
        body: hash.to_vec(),
        signature: [0; 64],
    }
}

/// L2
#[test]
fn two_devices_that_meet_hold_the_same_after_one_round() {
    let mut mesh = Mesh::of(2, LINK_MS, 1);
    mesh.cut
        .extend([(device(1), device(2)), (device(2), device(1))]);
    mesh.write(device(1), 1_000);
    mesh.write(device(2), 700);
    mesh.run(60_000);
    assert!(!mesh.are_equal());
    mesh.cut.clear();
    let took = mesh.run_until(16_000, Mesh::are_equal);
    assert_eq!(mesh.total(device(1)), 1_700);
    // A device that was away is tried every 15 seconds; the round itself is 9 answers of 250 facts.
    assert!(took < 16_000, "{took} ms");
}

/// L2: with forwarding, 50 devices in a fraction of a second.
#[test]
fn fifty_devices_hear_of_an_entry_in_a_fraction_of_a_second() {
    let mut delays: Vec<u64> = Vec::new();
    for seed in 0..4 {
        let mut mesh = Mesh::of(50, LINK_MS, seed);
        mesh.run(5_000);
        for author in 1..=10 {
            let began = mesh.now;
            let seq = mesh.write(device(author), 2);
            mesh.run(10_000);
            let heard = (1..=50).filter(|n| *n != author).map(|n| {
                let key = (device(n), journal_of(device(author)), seq);
                mesh.arrivals
                    .get(&key)
                    .map_or(u64::MAX, |at| at.since(began))
            });
            delays.extend(heard);
        }
    }
    delays.sort_unstable();
    let at = |share: f64| delays[(delays.len() as f64 * share) as usize];
    assert!(at(0.95) < 250, "p95 {} ms", at(0.95));
    assert!(at(0.99) < 4_000, "p99 {} ms", at(0.99));
    assert!(at(0.9999) < 10_000, "the last {} ms", at(0.9999));
}

#[test]
fn a_device_between_two_that_can_not_reach_each_other_passes_facts_on() {
    let mut mesh = Mesh::of(3, LINK_MS, 5);
    mesh.cut
        .extend([(device(1), device(3)), (device(3), device(1))]);
    mesh.run(10_000);
    mesh.write(device(1), 2);
    let took = mesh.run_until(1_000, Mesh::are_equal);
    assert!(took < 200, "{took} ms");
}

#[test]
fn one_way_is_enough_for_both_directions() {
    let mut mesh = Mesh::of(2, LINK_MS, 6);
    mesh.cut.insert((device(2), device(1)));
    mesh.run(5_000);
    mesh.write(device(1), 3);
    mesh.write(device(2), 3);
    mesh.run_until(7_000, Mesh::are_equal);
}

#[test]
fn a_peer_that_never_answers_costs_the_others_nothing() {
    let mut mesh = Mesh::of(6, LINK_MS, 7);
    mesh.mute.extend([device(5), device(6)]);
    mesh.run(20_000);
    for _ in 0..20 {
        let seq = mesh.write(device(1), 2);
        let heard = |mesh: &Mesh| {
            (2..=4).all(|n| {
                let key = (device(n), journal_of(device(1)), seq);
                mesh.arrivals.contains_key(&key)
            })
        };
        let took = mesh.run_until(1_000, heard);
        assert!(took < 150, "{took} ms");
        mesh.run(1_000);
    }
    let view = mesh.nodes[&device(1)].gossip.peers();
    let away: Vec<_> = view
        .filter(|view| view.standing != Standing::Reachable)
        .map(|view| view.peer)
        .collect();
    assert_eq!(away, [device(5), device(6)]);
}

#[test]
fn a_peer_that_was_away_gets_all_that_it_missed() {
    let mut mesh = Mesh::of(3, LINK_MS, 8);
    mesh.run(5_000);
    for n in 1..=2 {
        mesh.cut
            .extend([(device(n), device(3)), (device(3), device(n))]);
    }
    mesh.write(device(1), 400);
    mesh.run(120_000);
    assert_eq!(mesh.total(device(3)), 0);
    mesh.cut.clear();
    mesh.run_until(16_000, Mesh::are_equal);
}

/// A7: both sides are kept on both devices, a person is told, and the exchange comes to rest.
#[test]
fn a_forked_journal_is_reported_and_both_branches_reach_everybody() {
    let mut mesh = Mesh::of(3, LINK_MS, 9);
    mesh.write(device(1), 5);
    mesh.run_until(10_000, Mesh::are_equal);
    // Device 3's copy of the journal goes on otherwise: an old replica that was put back elsewhere.
    for (here, there) in [(1, 3), (2, 3)] {
        mesh.cut
            .extend([(device(here), device(there)), (device(there), device(here))]);
    }
    let common = mesh.nodes[&device(1)].store.clone();
    mesh.write(device(1), 4);
    mesh.run(10_000);
    let first = mesh.nodes[&device(1)].store.clone();
    mesh.nodes.get_mut(&device(1)).expect("a device").store = common;
    mesh.write(device(1), 2);
    let other = mesh.nodes[&device(1)].store.clone();
    mesh.nodes.get_mut(&device(1)).expect("a device").store = first;
    mesh.nodes.get_mut(&device(3)).expect("a device").store = other;
    mesh.cut.clear();
    mesh.run(60_000);
    assert!(mesh.are_equal());
    assert_eq!(mesh.total(device(2)), 5 + 4 + 2);
    for n in 1..=3 {
        let reports = &mesh.nodes[&device(n)].reports;
        let forks = reports.iter().filter(|report| {
            matches!(report, Report::JournalForkedAtPeer { journal, .. } if *journal == journal_of(device(1)))
        });
        assert!(forks.count() <= 1, "told once");
    }
    let told = mesh.nodes.values().any(|node| !node.reports.is_empty());
    assert!(told, "A7");
    let before = mesh.requests;
    mesh.run(60_000);
    let per_round = (mesh.requests - before) / (3 * 20);
    assert!(per_round <= 2, "hello and vector, no more: {per_round}");
}

#[test]
fn the_greatest_version_of_a_signed_object_reaches_everybody() {
    let mut mesh = Mesh::of(5, LINK_MS, 10);
    mesh.run(5_000);
    let told = &mut mesh.nodes.get_mut(&device(4)).expect("a device").store;
    (told.signed, told.signed_hash) = (7, [7; 32]);
    mesh.run_until(20_000, |mesh| {
        mesh.nodes.values().all(|node| node.store.signed == 7)
    });
    assert!(mesh.nodes.values().all(|node| node.reports.is_empty()));
}

#[test]
fn one_version_with_two_contents_is_an_alarm() {
    let mut mesh = Mesh::of(2, LINK_MS, 11);
    for n in 1..=2 {
        let told = &mut mesh.nodes.get_mut(&device(n)).expect("a device").store;
        (told.signed, told.signed_hash) = (7, [n; 32]);
    }
    mesh.run(20_000);
    let alarm = Report::SignedDiffers {
        kind: SignedKind::KeySet,
        version: 7,
        peer: device(2),
    };
    assert_eq!(mesh.nodes[&device(1)].reports, [alarm], "once");
    assert_eq!(mesh.nodes[&device(1)].store.signed_hash, [1; 32], "kept");
}

struct Sevens;

impl Random for Sevens {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A gossip whose calls a test answers by hand.
struct Bench {
    gossip: Gossip,
    now: Moment,
    asked: Vec<(CallId, Request, u64)>,
    reports: Vec<Report>,
}

impl Bench {
    fn with_peer() -> Self {
        let mut bench = Self {
            gossip: Gossip::new(),
            now: Moment(1),
            asked: Vec::new(),
            reports: Vec::new(),
        };
        bench.handle(Event::Found {
            peer: device(2),
            events: [event()].into(),
        });
        bench
    }

    fn reachable() -> Self {
        let mut bench = Self::with_peer();
        let call = bench.answerable();
        let (ours, theirs) = (Vec::new(), Vec::new());
        bench.handle(Event::Greeted { call, ours, theirs });
        let call = bench.answerable();
        let (ours, theirs) = (Vec::new(), Vec::new());
        bench.handle(Event::Compared { call, ours, theirs });
        bench
    }

    fn handle(&mut self, event: Event) {
        let mut context = Context {
            now: self.now,
            random: &mut Sevens,
        };
        for effect in self.gossip.handle(event, &mut context) {
            match effect {
                Effect::Send(call, ask) => {
                    self.asked.push((call, ask.request, ask.time_out_ms));
                }
                Effect::Report(report) => self.reports.push(report),
                Effect::Save(..) | Effect::WakeAt(_) => {}
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        self.now = self.now.after(ms);
        self.handle(Event::Tick);
    }

    fn answerable(&mut self) -> CallId {
        self.asked.remove(0).0
    }

    fn store(&mut self, seq: u64, from: Option<u8>) {
        let place = Place {
            event: event(),
            journal: journal_of(device(9)),
            seq,
        };
        self.handle(Event::Stored {
            facts: vec![place],
            from: from.map(device),
        });
    }
}

#[test]
fn new_facts_are_gathered_for_ten_milliseconds_and_pushed_as_one() {
    let mut bench = Bench::reachable();
    bench.store(1, None);
    bench.pass(4);
    bench.store(2, Some(7));
    bench.pass(5);
    assert!(bench.asked.is_empty(), "{:?}", bench.asked);
    bench.pass(1);
    let (_, request, time_out_ms) = &bench.asked[0];
    let Request::OfferFacts { spans } = request else {
        panic!("{request:?}");
    };
    assert_eq!((spans.len(), spans[0].from, spans[0].through), (1, 1, 2));
    assert_eq!(*time_out_ms, 150);
}

#[test]
fn whoever_brought_a_fact_is_not_told_of_it() {
    let mut bench = Bench::reachable();
    bench.store(1, Some(2));
    bench.pass(10);
    assert!(bench.asked.is_empty());
}

#[test]
fn one_push_at_a_time_and_the_rest_goes_with_the_next() {
    let mut bench = Bench::reachable();
    for seq in 1..=3 {
        bench.store(seq, None);
        bench.pass(10);
    }
    assert_eq!(bench.asked.len(), 1);
    let call = bench.answerable();
    bench.handle(Event::Delivered { call });
    let (_, request, _) = &bench.asked[0];
    let Request::OfferFacts { spans } = request else {
        panic!("{request:?}");
    };
    assert_eq!((spans[0].from, spans[0].through), (2, 3));
    let call = bench.answerable();
    bench.handle(Event::Delivered { call });
    bench.handle(Event::Delivered { call });
    assert!(
        bench.asked.is_empty(),
        "an outcome that comes twice is ignored"
    );
}

#[test]
fn a_push_without_an_answer_ends_after_150_milliseconds() {
    let mut bench = Bench::reachable();
    bench.store(1, None);
    bench.pass(10);
    let call = bench.answerable();
    bench.pass(150);
    assert_eq!(bench.gossip.reachable(), 0);
    bench.handle(Event::Delivered { call });
    assert_eq!(bench.gossip.reachable(), 0, "too late");
    bench.pass(500);
    assert_eq!(bench.asked[0].1, Request::Hello, "it is tried again");
}

#[test]
fn a_peer_that_is_gone_is_asked_nothing_more() {
    let mut bench = Bench::reachable();
    bench.store(1, None);
    bench.handle(Event::Gone { peer: device(2) });
    bench.pass(60_000);
    assert!(bench.asked.is_empty());
    assert_eq!(bench.gossip.peers().count(), 0);
}

#[test]
fn a_peer_that_refuses_is_told_of_once_and_tried_seldom() {
    let mut bench = Bench::with_peer();
    let mut tries = 0;
    for _ in 0..600 {
        if !bench.asked.is_empty() {
            tries += 1;
            let call = bench.answerable();
            let failure = Failure::Refused {
                code: ErrorCode::DeviceRevoked,
                retry_after_ms: None,
            };
            bench.handle(Event::Failed { call, failure });
        }
        bench.pass(1_000);
    }
    assert_eq!(bench.reports.len(), 1);
    assert!((40..=160).contains(&tries), "{tries} in ten minutes");
}

/// A peer that promises more than it gives doesn't keep a round going.
#[test]
fn answers_that_lead_nowhere_end_the_round() {
    let mut bench = Bench::with_peer();
    let call = bench.answerable();
    let (ours, theirs) = (Vec::new(), Vec::new());
    bench.handle(Event::Greeted { call, ours, theirs });
    let call = bench.answerable();
    let promised = crate::wire::latest::JournalHead {
        journal: journal_of(device(2)),
        seq: u64::MAX,
        hash: [1; 32],
    };
    bench.handle(Event::Compared {
        call,
        ours: Vec::new(),
        theirs: vec![promised],
    });
    let call = bench.answerable();
    let envelopes = vec![vec![0; 200]];
    bench.handle(Event::FactsFetched { call, envelopes });
    assert!(bench.asked.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// L2: whatever was cut, lost and written meanwhile, once every device reaches some other all hold the same.
    #[test]
    fn devices_converge_once_the_links_are_back(
        seed in any::<u64>(), devices in 2u8..8, happenings in 0usize..40
    ) {
        let mut mesh = Mesh::of(devices, LINK_MS, seed);
        let any = |mesh: &mut Mesh| device(1 + mesh.dice.below(u64::from(devices)) as u8);
        for _ in 0..happenings {
            let (here, there) = (any(&mut mesh), any(&mut mesh));
            match mesh.dice.below(6) {
                0 | 1 => {
                    let count = 1 + mesh.dice.below(30);
                    mesh.write(here, count);
                }
                2 => drop(mesh.cut.insert((here, there))),
                3 => drop(mesh.cut.remove(&(here, there))),
                4 => drop(mesh.mute.insert(here)),
                _ => drop(mesh.mute.remove(&here)),
            }
            let ms = mesh.dice.below(2_000);
            mesh.run(ms);
        }
        mesh.cut.clear();
        mesh.mute.clear();
        // The longest wait for a device that was away, and some rounds of everybody.
        mesh.run_until(60_000, Mesh::are_equal);
    }

    /// Determinism: nothing but the seed decides.
    #[test]
    fn the_same_seed_gives_the_same_exchange(seed in any::<u64>()) {
        let run = || {
            let mut mesh = Mesh::of(6, LINK_MS, seed);
            for n in 1..=6 {
                mesh.write(device(n), 3);
                mesh.run(700);
            }
            (mesh.requests, mesh.arrivals.clone())
        };
        prop_assert_eq!(run(), run());
    }
}
