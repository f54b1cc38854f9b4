//! One device and a server in memory, a line that loses, repeats, delays and garbles, crashes, full
//! disks, a server restored from a backup. Simulated time; every run is repeated from its seed.

mod device;
mod server;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::device::SimDevice;
use self::server::{SimServer, Tickets, invariant_journals_are_prefix_closed_chains, some_rows};
use super::{Context, Engine, Follow};
use crate::fact::Envelope;
use crate::ids::{EventId, FactId, GateNo, OrganizerId};
use crate::roster::Rights;
use crate::roster::signed::{SignedKind, SignedObject};
use crate::simulation::dice::Dice;
use crate::sync::backoff::Moment;
use crate::sync::effect::{Effect, Report, Request, Save, Table};
use crate::sync::event::{CallId, Event, Failure, Grant, Times};
use crate::sync::state::State;
use crate::wire::latest::ErrorCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Fair,
    Rough,
    Down,
}

/// An outcome on its way to the device, with what the server had when it answered.
struct Flight {
    at: Moment,
    event: Event,
    oracle: Option<(EventId, Tickets)>,
}

struct World {
    now: Moment,
    dice: Dice,
    weather: Weather,
    server: SimServer,
    device: SimDevice,
    engine: Engine,
    flights: Vec<Flight>,
    /// Copies of uploads that arrive once more, later.
    ghosts: Vec<(Moment, Vec<Vec<u8>>)>,
    wake_at: Option<Moment>,
    disk_is_full: bool,
    /// A row was changed on the disk; not noticed yet.
    is_spoilt: bool,
    requests: u64,
    reports: Vec<Report>,
    last_state: State,
}

const TIME_OUT_MS: u64 = 10_000;

impl World {
    fn new(seed: u64, events: u8) -> Self {
        let mut server = SimServer::default();
        for n in 1..=events {
            server.add_event(EventId::from_bytes([n; 16]));
        }
        let device = SimDevice::new();
        let engine = Engine::resume(device.resume(), Follow::Changes);
        Self {
            now: Moment(0),
            dice: Dice(seed),
            weather: Weather::Fair,
            server,
            device,
            last_state: engine.state(),
            engine,
            flights: Vec::new(),
            ghosts: Vec::new(),
            wake_at: Some(Moment(0)),
            disk_is_full: false,
            is_spoilt: false,
            requests: 0,
            reports: Vec::new(),
        }
    }

    fn an_event(&mut self) -> EventId {
        let events = self.server.events();
        events[self.dice.below(events.len() as u64) as usize]
    }

    fn handle(&mut self, event: Event, oracle: Option<(EventId, Tickets)>) {
        let mut context = Context {
            now: self.now,
            random: &mut self.dice,
        };
        self.wake_at = None;
        let effects = self.engine.handle(event, &mut context);
        for effect in effects {
            match effect {
                Effect::Save(call, save) => self.save(call, save, oracle.as_ref()),
                Effect::Send(call, request) => self.send(call, request),
                Effect::Report(report) => self.reports.push(report),
                Effect::WakeAt(at) => {
                    assert!(at > self.now, "a wake-up in the past is a busy loop");
                    self.wake_at = Some(at);
                }
            }
        }
        self.last_state = self.engine.state();
    }

    /// The outcome of a save comes a little later, as a replica's thread gives it.
    fn save(&mut self, call: CallId, save: Save, oracle: Option<&(EventId, Tickets)>) {
        let of_page = match &save {
            Save::Page { event, page, table } => Some((*event, page.has_more, *table)),
            Save::BeginShadow { .. }
            | Save::SwapShadow { .. }
            | Save::Signed(_)
            | Save::Acks(_)
            | Save::Grant(_)
            | Save::Measured { .. }
            | Save::EraseSecrets => None,
        };
        let outcome = if self.disk_is_full {
            Event::Failed {
                call,
                failure: Failure::Storage,
            }
        } else {
            let outcome = self.device.save(call, save);
            if let (Some((event, false, table)), Some((_, oracle))) = (of_page, oracle) {
                self.invariant_caught_up_is_the_servers_state(event, table, oracle);
            }
            outcome
        };
        let at = self.now.after(self.dice.below(20));
        self.flights.push(Flight {
            at,
            event: outcome,
            oracle: None,
        });
    }

    /// F2, F3: at `has_more = false` the replica is the server's state at head.
    fn invariant_caught_up_is_the_servers_state(
        &self,
        event: EventId,
        table: Table,
        oracle: &Tickets,
    ) {
        let feed = &self.device.feeds[&event];
        let tickets = match table {
            Table::InUse if self.is_spoilt => return,
            Table::InUse => &feed.in_use.tickets,
            Table::Shadow => &feed.shadow.as_ref().expect("a shadow").tickets,
        };
        assert_eq!(tickets, oracle, "F2");
    }

    fn send(&mut self, call: CallId, request: Request) {
        let failed = |failure| Event::Failed { call, failure };
        if let Request::Push { limit, parked } = request
            && self.device.unsent(limit as usize, parked).is_empty()
        {
            let event = Event::NothingToPush { call };
            return self.fly(event, 1, None);
        }
        self.requests += 1;
        let late = self.dice.below(match self.weather {
            Weather::Fair => 200,
            Weather::Rough | Weather::Down => TIME_OUT_MS,
        });
        let roll = match self.weather {
            Weather::Fair => 99,
            Weather::Rough => self.dice.below(100),
            Weather::Down => 0,
        };
        let refused = |code, retry_after_ms| Failure::Refused {
            code,
            retry_after_ms,
        };
        match roll {
            // Lost before the server.
            0..15 => return self.fly(failed(Failure::Network), late, None),
            // Carried out, and the answer lost, cut in the middle, or replaced by a hotel's page.
            15..35 => {
                let _ = self.answer(call, request);
                return self.fly(failed(Failure::Network), late, None);
            }
            35..40 => return self.fly(failed(refused(ErrorCode::TooLarge, None)), late, None),
            40..44 => {
                let failure = refused(ErrorCode::TooManyRequests, Some(self.dice.below(20_000)));
                return self.fly(failed(failure), late, None);
            }
            44..48 => return self.fly(failed(refused(ErrorCode::Internal, None)), late, None),
            // The request arrives twice, the second time late and out of order.
            48..60 => {
                if let Request::Push { limit, parked } = request {
                    let copy = self.device.unsent(limit as usize, parked);
                    let at = self.now.after(self.dice.below(60_000));
                    self.ghosts.push((at, copy));
                }
            }
            _ => {}
        }
        let (event, oracle) = self.answer(call, request);
        let held = match request {
            Request::Pull { wait_s, .. } if oracle.is_some() => {
                let at_once =
                    matches!(&event, Event::PageReceived { page, .. } if !page.tickets.is_empty());
                if at_once { 0 } else { u64::from(wait_s) * 1000 }
            }
            _ => 0,
        };
        // Now and then the same answer comes twice.
        if roll >= 95 && self.weather == Weather::Rough {
            self.fly(event.clone(), held + late + 7, oracle.clone());
        }
        self.fly(event, held + late, oracle);
    }

    fn fly(&mut self, event: Event, in_ms: u64, oracle: Option<(EventId, Tickets)>) {
        self.flights.push(Flight {
            at: self.now.after(in_ms),
            event,
            oracle,
        });
    }

    fn answer(&mut self, call: CallId, request: Request) -> (Event, Option<(EventId, Tickets)>) {
        let times = Times {
            sent_ms: 0,
            received_ms: 0,
        };
        let refused = |code| Event::Failed {
            call,
            failure: Failure::Refused {
                code,
                retry_after_ms: None,
            },
        };
        if request != Request::OpenSession && !self.server.has_session {
            return (refused(ErrorCode::Unauthenticated), None);
        }
        let event = match request {
            Request::OpenSession => {
                self.server.has_session = true;
                let grant = Grant {
                    rights: Rights::default(),
                    events: self.server.events(),
                    gate: GateNo(0),
                    life: self.server.restores,
                };
                Event::SessionOpened { call, grant }
            }
            Request::Pull {
                event,
                table,
                limit,
                ..
            } => {
                let feed = self.device.feeds.get(&event);
                let cursor = feed.and_then(|feed| match table {
                    Table::InUse => feed.in_use.cursor.clone(),
                    Table::Shadow => feed.shadow.as_ref().and_then(|s| s.cursor.clone()),
                });
                let limit = (limit as usize).min(1 + self.dice.below(9) as usize);
                match self.server.changes(event, cursor.as_deref(), limit) {
                    Err(code) => refused(code),
                    Ok(page) => {
                        let page = Box::new(page);
                        let oracle = Some((event, self.server.tickets(event)));
                        return (Event::PageReceived { call, page, times }, oracle);
                    }
                }
            }
            Request::PullSigned => Event::SignedReceived {
                call,
                objects: vec![SignedObject {
                    organizer: OrganizerId::from_bytes([1; 16]),
                    kind: SignedKind::KeySet,
                    version: 1,
                    issued_ms: 0,
                    body: Vec::new(),
                    signature: [0; 64],
                }],
            },
            Request::Push { limit, parked } => {
                let envelopes = self.device.unsent(limit as usize, parked);
                let answer = self.server.upload(&envelopes);
                Event::PushAnswered {
                    call,
                    answer,
                    times,
                }
            }
        };
        (event, None)
    }

    /// Goes on to whatever comes next, at most until `until`.
    fn step(&mut self, until: Moment) {
        let flight = self.flights.iter().map(|flight| flight.at).min();
        let ghost = self.ghosts.iter().map(|(at, _)| *at).min();
        let next = [flight, ghost, self.wake_at].into_iter().flatten().min();
        let Some(next) = next.filter(|next| *next <= until) else {
            self.now = until;
            return;
        };
        self.now = self.now.max(next);
        if let Some(n) = self.ghosts.iter().position(|(at, _)| *at <= self.now) {
            let (_, envelopes) = self.ghosts.swap_remove(n);
            self.server.upload(&envelopes);
        } else if let Some(n) = self.flights.iter().position(|f| f.at <= self.now) {
            let flight = self.flights.swap_remove(n);
            self.handle(flight.event, flight.oracle);
        } else {
            self.handle(Event::Tick, None);
        }
        invariant_journals_are_prefix_closed_chains(&self.server);
    }

    fn run(&mut self, ms: u64) {
        let until = self.now.after(ms);
        while self.now < until {
            self.step(until);
        }
    }

    /// The process dies and starts again: what was on the disk stays, everything else is gone.
    fn crash(&mut self) {
        self.flights.clear();
        self.device.crash();
        self.engine = Engine::resume(self.device.resume(), Follow::Changes);
        self.wake_at = Some(self.now);
    }

    fn something_happens(&mut self) {
        match self.dice.below(16) {
            0..4 => {
                let (event, rows) = (self.an_event(), some_rows(&mut self.dice));
                self.server.change(event, rows);
            }
            4..7 => {
                let id = self.device.append();
                if self.dice.percent(5) {
                    self.server.poisoned.insert(id);
                }
                if self.dice.percent(70) {
                    self.handle(Event::FactAppended, None);
                }
            }
            7 | 8 => {
                let roll = self.dice.below(3) as usize;
                self.weather = [Weather::Fair, Weather::Rough, Weather::Down][roll];
            }
            9 => self.server.has_session = false,
            10 => self.crash(),
            11 => self.server.back_up(),
            12 => {
                if self.dice.percent(30) {
                    self.server.restore();
                }
            }
            13 => {
                let event = self.an_event();
                self.is_spoilt |= self.dice.percent(30) && self.device.spoil_a_row(event);
            }
            14 => self.disk_is_full = self.dice.percent(40),
            _ => self.handle(Event::NetworkUp, None),
        }
    }

    /// Fair network, room on the disk: everything arrives.
    fn heal(&mut self) {
        self.weather = Weather::Fair;
        self.disk_is_full = false;
        // The longest wait between two resets that did not help is 15 minutes.
        self.run(20 * 60_000);
        let before = self.requests;
        self.run(10 * 60_000);
        let per_minute = (self.requests - before) / 10;
        assert!(
            per_minute <= 12 * self.server.events().len() as u64,
            "{per_minute} a minute"
        );
    }

    fn invariants_at_rest(&self) {
        assert_eq!(self.engine.state(), State::Live);
        for event in self.server.events() {
            let feed = &self.device.feeds[&event];
            let is_whole = feed.shadow.is_none() || feed.is_left;
            assert!(is_whole, "only a crash leaves a reset half done");
            assert_eq!(feed.in_use.tickets, self.server.tickets(event), "F2");
        }
        // L1, A2, A6: all but what the server can never take, and that is not lost either.
        let journals = self.server.journals().values().flatten();
        let there: BTreeSet<FactId> = journals
            .map(|bytes| Envelope::decode(bytes).expect("stored").fact().id)
            .collect();
        let missing: BTreeSet<FactId> = self.device.facts().difference(&there).copied().collect();
        assert_eq!(missing, self.device.refused, "L1");
        assert!(missing.is_subset(&self.server.poisoned));
    }
}

fn cases() -> ProptestConfig {
    // 40: some seconds; SYNC_SEEDS=20000 for a long run.
    let cases = std::env::var("SYNC_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(40))
}

proptest! {
    #![proptest_config(cases())]

    /// A failing case names its seed, and proptest keeps it.
    #[test]
    fn whatever_happens_everything_arrives_once_the_network_is_fair(
        seed in any::<u64>(), events in 1u8..=3, happenings in 0usize..60
    ) {
        let mut world = World::new(seed, events);
        for _ in 0..happenings {
            world.something_happens();
            let ms = world.dice.below(20_000);
            world.run(ms);
        }
        world.heal();
        world.invariants_at_rest();
    }

    /// Determinism: nothing but the seed decides.
    #[test]
    fn the_same_seed_gives_the_same_run(seed in any::<u64>()) {
        let run = || {
            let mut world = World::new(seed, 2);
            for _ in 0..20 {
                world.something_happens();
                world.run(5_000);
            }
            (world.requests, world.now, world.reports.clone(), world.device.facts())
        };
        prop_assert_eq!(run(), run());
    }

    /// Backoff: a night without internet is no stream of requests.
    #[test]
    fn offline_requests_are_few(seed in any::<u64>(), starts_online in any::<bool>()) {
        let mut world = World::new(seed, 3);
        if starts_online {
            world.run(60_000);
        }
        world.weather = Weather::Down;
        world.device.append();
        world.run(5 * 60_000);
        prop_assert_eq!(world.engine.state().as_str(), "offline");
        let before = world.requests;
        world.run(60 * 60_000);
        // Three feeds and the push, each at 30 s on average; no feed before there is a session.
        let most = if starts_online { 4 * 60 * 60 / 30 * 3 / 2 } else { 60 * 60 / 30 * 3 / 2 };
        prop_assert!(world.requests - before <= most, "{}", world.requests - before);
        world.heal();
        world.invariants_at_rest();
    }
}

/// L1: the roster is being pulled anew for its checksum, so that the new life of the feed is not noticed by its number.
#[test]
fn a_server_restored_while_a_roster_is_reset_gets_all_facts_again() {
    let mut world = World::new(10_674_556_880_971_687_426, 1);
    for _ in 0..14 {
        world.something_happens();
        let ms = world.dice.below(20_000);
        world.run(ms);
    }
    world.heal();
    world.invariants_at_rest();
}
