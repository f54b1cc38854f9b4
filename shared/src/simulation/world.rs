//! One evening in simulated time: what is under way, and what happens next. Nothing but the seed and the
//! actions decides.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::rc::Rc;

use super::action::{Action, Profile};
use super::device::{Crashed, Node};
use super::dice::Dice;
use super::facts::Stored;
use super::invariants::Violation;
use super::oracle::Oracle;
use super::peers::Message;
use super::server::SimServer;
use super::serving::{ServerRequest, Transaction, Waiting};
use super::venue::{BEGIN, Venue, device_id, gate_of};
use crate::clock::UnixMillis;
use crate::ids::{DeviceId, FactId, GateNo, Random as _, TicketId};
use crate::roster::TicketRow;
use crate::sync::backoff::Moment;
use crate::sync::effect::{Effect, Report, Save, Table};
use crate::sync::engine::Context;
use crate::sync::event::{CallId, Event, Failure};
use crate::sync::gossip;

pub(super) const TIME_OUT_MS: u64 = 10_000;

/// Something that will happen.
#[derive(Clone)]
pub(super) enum Item {
    /// The outcome of a save or a request; with what the server had when it made the page.
    Outcome {
        node: u16,
        life: u32,
        event: Event,
        oracle: Option<Rc<PageOracle>>,
    },
    /// A request arrives at the server.
    Request {
        node: u16,
        life: u32,
        request: ServerRequest,
    },
    Commit {
        number: Option<u64>,
        transaction: Transaction,
    },
    /// A held request's time is over.
    Release,
    /// A message from device to device.
    Peer {
        from: u16,
        to: u16,
        message: Message,
    },
    ClaimAnswer {
        node: u16,
        fact: FactId,
        answer: crate::wire::latest::ClaimAnswer,
    },
    ScanTimeOut {
        node: u16,
        fact: FactId,
    },
    /// The outcome of what a node's exchange with peers saved.
    Gossip {
        node: u16,
        life: u32,
        event: gossip::event::Event,
    },
    Boot {
        node: u16,
    },
}

/// What a page has to lead to.
pub(super) struct PageOracle {
    pub(super) epoch: u64,
    /// Rows up to the page's cursor, as they were.
    pub(super) rows: BTreeMap<TicketId, TicketRow>,
    /// Facts up to the page's cursor.
    pub(super) facts: BTreeSet<[u8; 32]>,
    pub(super) is_head: bool,
    pub(super) head: u64,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Weather {
    pub(super) loss: u8,
    pub(super) twice: u8,
    pub(super) slow_ms: u16,
}

pub(super) struct World {
    pub(super) profile: Profile,
    pub(super) venue: Venue,
    pub(super) now: Moment,
    pub(super) dice: Dice,
    pub(super) server: SimServer,
    pub(super) nodes: Vec<Node>,
    /// How often each node's process was started: what was under way for a former life is lost.
    pub(super) lives: Vec<u32>,
    pub(super) queue: BTreeMap<(Moment, u64), Item>,
    queued: u64,
    pub(super) cut: BTreeSet<(u16, u16)>,
    pub(super) weather: Weather,
    pub(super) waiting: Vec<Waiting>,
    pub(super) drawn: u64,
    last_commit_at: Moment,
    pub(super) snapshots: BTreeMap<u16, super::device::Disk>,
    pub(super) oracle: Oracle,
    pub(super) reports: Vec<(u16, Report)>,
    pub(super) checks: super::invariants::Checks,
    pub(super) healed: Option<super::duplicates::Healed>,
    pub(super) trace: Option<String>,
    /// How far a run is told apart from another: a hash over all events.
    pub(super) digest: u64,
    /// Uploads of tills.
    pub(super) till_uploads: u64,
    pub(super) events: u64,
    /// On a long evening the invariants are looked at that often, in milliseconds, and next at; else after every event.
    pub(super) looks: Option<(u64, Moment)>,
}

impl World {
    pub(super) fn new(seed: u64, profile: Profile) -> Self {
        let venue = Venue::new(profile.devices, profile.strict);
        let mut server = SimServer::new(&venue, profile.devices, profile.tickets, 24);
        if profile.strict {
            server.open_doors(&venue, &gates(profile.devices));
        }
        let nodes: Vec<Node> = (1..=profile.devices)
            .map(|n| {
                let disk = Node::enrolled(n, &server.durable.signed);
                Node::new(n, device_id(n), disk, &venue)
            })
            .collect();
        let mut world = Self {
            profile,
            lives: vec![0; nodes.len()],
            venue,
            now: Moment(0),
            dice: Dice(seed),
            server,
            nodes,
            queue: BTreeMap::new(),
            queued: 0,
            cut: BTreeSet::new(),
            weather: Weather::default(),
            waiting: Vec::new(),
            drawn: 0,
            last_commit_at: Moment(0),
            snapshots: BTreeMap::new(),
            oracle: Oracle::default(),
            reports: Vec::new(),
            checks: super::invariants::Checks::default(),
            healed: None,
            trace: None,
            digest: 0xcbf2_9ce4_8422_2325,
            till_uploads: 0,
            events: 0,
            looks: None,
        };
        for at in 0..world.nodes.len() {
            let found = world.find_peers(at);
            debug_assert!(found.is_ok(), "nothing has happened yet");
        }
        world
    }

    pub(super) fn true_ms(&self) -> UnixMillis {
        BEGIN + self.now.0 as i64
    }

    /// Index of a machine.
    pub(super) fn at(&self, n: u16) -> Option<usize> {
        self.nodes.iter().position(|node| node.n == n)
    }

    pub(super) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        let line = format!("{} {what}", self.now.0);
        for byte in line.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(trace) = &mut self.trace {
            let _ = writeln!(trace, "{line}");
        }
    }

    pub(super) fn schedule(&mut self, in_ms: u64, item: Item) {
        self.queued += 1;
        self.queue
            .insert((self.now.after(in_ms), self.queued), item);
    }

    /// A message on its way: lost, slow, twice.
    pub(super) fn travel(&mut self, from: u16, to: u16, item: Item) {
        if self.cut.contains(&(from, to)) || self.dice.percent(self.weather.loss.into()) {
            return;
        }
        let slow = 1 + u64::from(self.weather.slow_ms);
        let in_ms = 1 + self.dice.below(20) + self.dice.below(slow);
        if self.dice.percent(self.weather.twice.into()) {
            let later = in_ms + self.dice.below(30_000);
            self.schedule(later, item.clone());
        }
        self.schedule(in_ms, item);
    }

    /// A transaction of the server: one after the other, each with its number.
    pub(super) fn transact(&mut self, transaction: Transaction) {
        let mut drawn = self.drawn;
        let number = self.server.draw_number(&mut drawn);
        self.drawn = drawn;
        let takes = 1 + self.dice.below(60);
        let at = if number.is_some() {
            // Without the lock they overtake each other.
            self.now.after(takes)
        } else {
            self.last_commit_at.max(self.now).after(takes / 4 + 1)
        };
        self.last_commit_at = self.last_commit_at.max(at);
        let in_ms = at.since(self.now);
        self.schedule(
            in_ms,
            Item::Commit {
                number,
                transaction,
            },
        );
    }

    pub(super) fn new_fact_id(&mut self) -> FactId {
        let mut bytes = [0; 16];
        self.dice.fill(&mut bytes);
        FactId::from_bytes(bytes)
    }

    /// The engine of a node takes note of an event.
    pub(super) fn handle(
        &mut self,
        at: usize,
        event: Event,
        oracle: Option<Rc<PageOracle>>,
    ) -> Result<(), Violation> {
        if !self.nodes[at].is_up {
            return Ok(());
        }
        self.nodes[at].wake_at = None;
        let mut context = Context {
            now: self.now,
            random: &mut self.dice,
        };
        let effects = self.nodes[at].engine.handle(event, &mut context);
        for effect in effects {
            match effect {
                Effect::Save(call, save) => {
                    if self.save(at, call, save, oracle.as_deref())?.is_err() {
                        return Ok(());
                    }
                }
                Effect::Send(call, request) => self.send_request(at, call, request),
                Effect::Report(report) => {
                    let n = self.nodes[at].n;
                    self.note(format_args!("{n} reports {report:?}"));
                    self.reports.push((n, report));
                }
                Effect::WakeAt(wake_at) => self.nodes[at].wake_at = Some(wake_at),
            }
        }
        Ok(())
    }

    fn save(
        &mut self,
        at: usize,
        call: CallId,
        save: Save,
        oracle: Option<&PageOracle>,
    ) -> Result<Result<(), Crashed>, Violation> {
        let table = match &save {
            Save::Page { table, .. } => Some(*table),
            Save::BeginShadow { .. }
            | Save::SwapShadow { .. }
            | Save::Signed(_)
            | Save::Acks(_)
            | Save::Grant(_)
            | Save::Measured { .. }
            | Save::EraseSecrets => None,
        };
        let true_ms = self.true_ms();
        let (venue, dice) = (&self.venue, &mut self.dice);
        let saved = self.nodes[at].commit(|node| node.save(call, save, venue, true_ms, dice));
        self.wrote_own(at);
        let event = match saved {
            Ok(event) => event,
            Err(crashed) => {
                self.crashed(at);
                return Ok(Err(crashed));
            }
        };
        if let (Some(table), Some(oracle)) = (table, oracle) {
            self.page_applied(at, table, oracle)?;
        }
        let news = std::mem::take(&mut self.nodes[at].news);
        self.stored_news(at, &news, None)?;
        if !self.nodes[at].is_up {
            return Ok(Err(Crashed));
        }
        let (node, life) = (self.nodes[at].n, self.lives[at]);
        let in_ms = self.dice.below(15);
        let item = Item::Outcome {
            node,
            life,
            event,
            oracle: None,
        };
        self.schedule(in_ms, item);
        Ok(Ok(()))
    }

    fn page_applied(
        &mut self,
        at: usize,
        table: Table,
        oracle: &PageOracle,
    ) -> Result<(), Violation> {
        let node = &self.nodes[at];
        let roster = match table {
            Table::InUse => &node.disk.in_use,
            Table::Shadow => match &node.disk.shadow {
                Some(roster) => roster,
                None => return Ok(()),
            },
        };
        super::invariants::page_applied(node, roster, oracle)
    }

    /// After a crash the process starts again.
    pub(super) fn crashed(&mut self, at: usize) {
        self.lives[at] += 1;
        self.nodes[at].is_up = false;
        let node = self.nodes[at].n;
        self.note(format_args!("{node} is down"));
        let in_ms = 200 + self.dice.below(8_000);
        self.schedule(in_ms, Item::Boot { node });
    }

    /// Takes note of what a node wrote since: the oracle sees the disk, not the program.
    pub(super) fn wrote_own(&mut self, at: usize) {
        let node = &self.nodes[at];
        let is_honest = !node.is_hostile;
        for own in &node.disk.own {
            let all = node
                .disk
                .facts
                .places
                .range((own.id, 1)..=(own.id, u64::MAX));
            for held in all.rev().flat_map(|(_, side)| side) {
                if held.header.device != node.id
                    || self.oracle.written.contains_key(&held.header.hash)
                {
                    break;
                }
                self.oracle.wrote(held, is_honest);
            }
        }
    }

    /// The next thing that happens, at most until `until`.
    pub(super) fn step(&mut self, until: Moment) -> Result<(), Violation> {
        let queued = self.queue.keys().next().map(|(at, _)| *at);
        let up = || self.nodes.iter().enumerate().filter(|(_, node)| node.is_up);
        let wake = up()
            .filter_map(|(at, node)| Some((node.wake_at?, at)))
            .min();
        let gossip = up()
            .filter_map(|(at, node)| Some((node.gossip_at?, at)))
            .min();
        let next = [queued, wake.map(|(at, _)| at), gossip.map(|(at, _)| at)];
        let Some(next) = next
            .into_iter()
            .flatten()
            .min()
            .filter(|next| *next <= until)
        else {
            self.now = until;
            return Ok(());
        };
        self.now = self.now.max(next);
        self.events += 1;
        if queued.is_some_and(|queued| queued <= self.now) {
            let (_, item) = self.queue.pop_first().expect("there is one");
            self.happen(item)?;
        } else if let Some((_, at)) = wake.filter(|(wake, _)| *wake <= self.now) {
            self.handle(at, Event::Tick, None)?;
        } else if let Some((_, at)) = gossip {
            self.gossip(at, gossip::event::Event::Tick)?;
        }
        self.look()
    }

    fn look(&mut self) -> Result<(), Violation> {
        if let Some((every_ms, next)) = &mut self.looks {
            if self.now < *next {
                return Ok(());
            }
            *next = self.now.after(*every_ms);
        }
        self.check()
    }

    fn happen(&mut self, item: Item) -> Result<(), Violation> {
        match item {
            Item::Outcome {
                node,
                life,
                event,
                oracle,
            } => match self.at(node) {
                Some(at) if self.lives[at] == life => self.handle(at, event, oracle),
                Some(_) | None => Ok(()),
            },
            Item::Request {
                node,
                life,
                request,
            } => {
                self.serve(node, life, request);
                Ok(())
            }
            Item::Commit {
                number,
                transaction,
            } => {
                self.commit(number, transaction);
                Ok(())
            }
            Item::Release => {
                self.answer_waiting();
                Ok(())
            }
            Item::Peer { from, to, message } => self.peer(from, to, message),
            Item::ClaimAnswer { node, fact, answer } => {
                self.claim_answered(node, fact, Some(answer))
            }
            Item::ScanTimeOut { node, fact } => self.scan_timed_out(node, fact),
            Item::Gossip { node, life, event } => match self.at(node) {
                Some(at) if self.lives[at] == life => self.gossip(at, event),
                Some(_) | None => Ok(()),
            },
            Item::Boot { node } => self.boot(node),
        }
    }

    pub(super) fn boot(&mut self, n: u16) -> Result<(), Violation> {
        let Some(at) = self.at(n) else {
            return Ok(());
        };
        if self.nodes[at].is_up || self.oracle.stolen.contains(&n) {
            return Ok(());
        }
        let now = self.now;
        self.lives[at] += 1;
        self.nodes[at].boot(&self.venue, now);
        self.checks.restarted(at);
        self.note(format_args!("{n} is up"));
        self.find_peers(at)
    }

    pub(super) fn run(&mut self, ms: u64) -> Result<(), Violation> {
        let until = self.now.after(ms);
        while self.now < until {
            self.step(until)?;
        }
        Ok(())
    }

    /// All actions, then a fair network until all is at rest, then the comparison with what truly happened.
    pub(super) fn live(&mut self, actions: &[(u64, Action)]) -> Result<(), Violation> {
        for (at_ms, action) in actions {
            let ms = at_ms.saturating_sub(self.now.0);
            self.run(ms)?;
            self.note(format_args!("{action:?}"));
            self.act(*action)?;
            self.look()?;
        }
        self.heal()?;
        self.quiesce()?;
        self.invariants_at_rest()
    }

    pub(super) fn heal(&mut self) -> Result<(), Violation> {
        self.cut.clear();
        self.weather = Weather::default();
        for at in 0..self.nodes.len() {
            self.nodes[at].crash = None;
            let n = self.nodes[at].n;
            if !self.nodes[at].is_up {
                self.boot(n)?;
            }
        }
        self.lines_are_back();
        Ok(())
    }

    /// Bounded: nobody waits longer than this for anything.
    fn quiesce(&mut self) -> Result<(), Violation> {
        for _ in 0..24 {
            self.run(75_000)?;
            if self.is_at_rest() {
                return Ok(());
            }
        }
        Ok(())
    }

    pub(super) fn fail(&mut self, at: usize, call: CallId, failure: Failure, in_ms: u64) {
        let (node, life) = (self.nodes[at].n, self.lives[at]);
        let event = Event::Failed { call, failure };
        let item = Item::Outcome {
            node,
            life,
            event,
            oracle: None,
        };
        self.schedule(in_ms, item);
    }

    pub(super) fn stored(&self, hash: &[u8; 32]) -> Option<&Rc<Stored>> {
        self.oracle.written.get(hash)
    }
}

/// Where each device stands.
pub(super) fn gates(devices: u16) -> Vec<(DeviceId, GateNo)> {
    (1..=devices).map(|n| (device_id(n), gate_of(n))).collect()
}
