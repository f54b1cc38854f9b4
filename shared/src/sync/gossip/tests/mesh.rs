//! Devices in memory on links with a delay; simulated time, every run repeated from its seed.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Hlc, Stamp};
use crate::fact::journal::{self, Author, Draft};
use crate::fact::{Envelope, FactBody, Head, Header, sample};
use crate::ids::{DeviceId, EventId, FactId, JournalId};
use crate::simulation::dice::Dice;
use crate::sync::backoff::Moment;
use crate::sync::engine::Context;
use crate::sync::event::{CallId, Failure};
use crate::sync::gossip::Gossip;
use crate::sync::gossip::effect::{Effect, Report, Request, Save, Span};
use crate::sync::gossip::event::{Event, Place, SavedFacts, SavedSigned};
use crate::wire::latest::{JournalHead, SignedHead};

/// A commit on a device's disk.
const COMMIT_MS: u64 = 6;
/// Facts in one answer.
const ANSWER: usize = 250;

pub(super) fn event() -> EventId {
    sample::event()
}

pub(super) fn device(n: u8) -> DeviceId {
    DeviceId::from_bytes([n; 16])
}

/// At each place of a journal one, or one for each branch.
type Branches = BTreeMap<(u64, [u8; 32]), Vec<u8>>;

/// Facts on a disk.
#[derive(Clone, Default)]
pub(super) struct Store {
    pub(super) facts: BTreeMap<JournalId, Branches>,
    pub(super) signed: u64,
    pub(super) signed_hash: [u8; 32],
}

impl Store {
    /// New ones by place, and forks.
    fn receive(&mut self, envelopes: &[Vec<u8>]) -> (Vec<Place>, SavedFacts) {
        let (mut fresh, mut saved) = (Vec::new(), SavedFacts::default());
        for bytes in envelopes {
            let header = Header::peek(bytes).expect("a sound fact");
            let of_journal = self.facts.entry(header.journal).or_default();
            let here = (header.seq, header.hash);
            if of_journal.contains_key(&here) {
                continue;
            }
            let at = |seq| of_journal.range((seq, [0; 32])..=(seq, [255; 32]));
            let mut before = at(header.seq - 1).peekable();
            let is_loose =
                before.peek().is_some() && before.all(|((_, hash), _)| *hash != header.prev_hash);
            if is_loose || at(header.seq).count() > 0 {
                saved.forks.push((header.journal, header.seq));
            }
            of_journal.insert(here, bytes.clone());
            fresh.push(Place {
                event: event(),
                journal: header.journal,
                seq: header.seq,
            });
        }
        (fresh, saved)
    }

    /// The last facts of the branches that follow from the first place on.
    pub(super) fn vector(&self) -> Vec<JournalHead> {
        let mut heads = Vec::new();
        for (journal, facts) in &self.facts {
            let (mut reached, mut followed) = (BTreeSet::new(), BTreeSet::new());
            for ((seq, hash), bytes) in facts {
                let header = Header::peek(bytes).expect("a sound fact");
                if *seq == 1 || reached.contains(&(seq - 1, header.prev_hash)) {
                    reached.insert((*seq, *hash));
                    followed.insert((seq - 1, header.prev_hash));
                }
            }
            let is_cut_off = |(seq, hash): &(u64, [u8; 32])| {
                let before = (seq - 1, [0; 32])..=(seq - 1, [255; 32]);
                !reached.contains(&(*seq, *hash)) && reached.range(before).next().is_some()
            };
            if facts.keys().any(is_cut_off) {
                heads.push(JournalHead {
                    journal: *journal,
                    seq: 0,
                    hash: [0; 32],
                });
            }
            let tips = reached.iter().filter(|tip| !followed.contains(*tip));
            heads.extend(tips.map(|(seq, hash)| JournalHead {
                journal: *journal,
                seq: *seq,
                hash: *hash,
            }));
        }
        heads
    }

    fn after(&self, after: &BTreeMap<JournalId, u64>) -> Vec<Vec<u8>> {
        let lacking = self.facts.iter().flat_map(|(journal, facts)| {
            let after = after.get(journal).copied().unwrap_or(0);
            facts.range((after + 1, [0; 32])..).map(|(_, bytes)| bytes)
        });
        lacking.take(ANSWER).cloned().collect()
    }

    fn head(&self, journal: JournalId) -> Head {
        let facts = self.facts.get(&journal);
        let last = facts.and_then(|facts| facts.keys().next_back());
        last.map_or(Head::EMPTY, |(seq, hash)| Head {
            seq: *seq,
            hash: *hash,
        })
    }
}

pub(super) struct Node {
    pub(super) gossip: Gossip,
    pub(super) store: Store,
    pub(super) reports: Vec<Report>,
    wake_at: Option<Moment>,
}

/// On its way to a device.
enum Parcel {
    Event(Event),
    Request {
        from: DeviceId,
        call: CallId,
        request: Request,
        envelopes: Vec<Vec<u8>>,
        signed: u64,
    },
    /// What a device wrote, once it is on its disk.
    Committed(Vec<Place>, Option<DeviceId>),
}

pub(super) struct Mesh {
    pub(super) now: Moment,
    pub(super) dice: Dice,
    pub(super) nodes: BTreeMap<DeviceId, Node>,
    /// Links that carry nothing, from the caller to the called.
    pub(super) cut: BTreeSet<(DeviceId, DeviceId)>,
    /// Devices that take requests and never answer.
    pub(super) mute: BTreeSet<DeviceId>,
    pub(super) link_ms: u64,
    pub(super) requests: u64,
    made: u8,
    flights: BTreeMap<(Moment, u64), (DeviceId, Parcel)>,
    sent: u64,
    /// When each fact came to each device.
    pub(super) arrivals: BTreeMap<(DeviceId, JournalId, u64), Moment>,
}

impl Mesh {
    /// Devices that all know of each other.
    pub(super) fn of(devices: u8, link_ms: u64, seed: u64) -> Self {
        let mut mesh = Self {
            now: Moment(0),
            dice: Dice(seed),
            nodes: BTreeMap::new(),
            cut: BTreeSet::new(),
            mute: BTreeSet::new(),
            link_ms,
            requests: 0,
            made: 0,
            flights: BTreeMap::new(),
            sent: 0,
            arrivals: BTreeMap::new(),
        };
        for n in 1..=devices {
            let node = Node {
                gossip: Gossip::new(),
                store: Store::default(),
                reports: Vec::new(),
                wake_at: Some(Moment(0)),
            };
            mesh.nodes.insert(device(n), node);
        }
        for here in 1..=devices {
            for there in (1..=devices).filter(|n| *n != here) {
                mesh.find(device(here), device(there));
            }
        }
        mesh
    }

    pub(super) fn find(&mut self, here: DeviceId, peer: DeviceId) {
        let events = BTreeSet::from([event()]);
        self.handle(here, Event::Found { peer, events });
    }

    pub(super) fn handle(&mut self, at: DeviceId, event: Event) {
        let mut context = Context {
            now: self.now,
            random: &mut self.dice,
        };
        let node = self.nodes.get_mut(&at).expect("a device");
        node.wake_at = None;
        let effects = node.gossip.handle(event, &mut context);
        for effect in effects {
            match effect {
                Effect::Report(report) => node_of(&mut self.nodes, at).reports.push(report),
                Effect::WakeAt(moment) => {
                    assert!(moment > self.now, "a wake-up in the past is a busy loop");
                    node_of(&mut self.nodes, at).wake_at = Some(moment);
                }
                Effect::Save(call, save) => self.save(at, call, save),
                Effect::Send(call, ask) => self.ask(at, call, ask.peer, ask.request),
            }
        }
    }

    fn save(&mut self, at: DeviceId, call: CallId, save: Save) {
        let event = match save {
            Save::Facts { from, envelopes } => {
                let saved = self.receive(at, &envelopes, Some(from));
                Event::FactsSaved { call, saved }
            }
            Save::Signed { objects, .. } => {
                let mut saved = SavedSigned::default();
                for object in objects {
                    let hash = object.body.clone().try_into().expect("32 bytes here");
                    let store = &mut node_of(&mut self.nodes, at).store;
                    if object.version > store.signed {
                        (store.signed, store.signed_hash) = (object.version, hash);
                    } else if object.version == store.signed && hash != store.signed_hash {
                        saved.differ.push((object.kind, object.version));
                    }
                }
                Event::SignedSaved { call, saved }
            }
        };
        self.fly(COMMIT_MS, at, Parcel::Event(event));
    }

    /// Keeps facts; those that are new are told once they are on the disk.
    fn receive(
        &mut self,
        at: DeviceId,
        envelopes: &[Vec<u8>],
        from: Option<DeviceId>,
    ) -> SavedFacts {
        let (fresh, saved) = node_of(&mut self.nodes, at).store.receive(envelopes);
        for place in &fresh {
            let key = (at, place.journal, place.seq);
            self.arrivals
                .entry(key)
                .or_insert(self.now.after(COMMIT_MS));
        }
        self.fly(COMMIT_MS, at, Parcel::Committed(fresh, from));
        saved
    }

    fn fly(&mut self, ms: u64, to: DeviceId, parcel: Parcel) {
        self.sent += 1;
        self.flights
            .insert((self.now.after(ms), self.sent), (to, parcel));
    }

    fn ask(&mut self, from: DeviceId, call: CallId, to: DeviceId, request: Request) {
        self.requests += 1;
        if self.cut.contains(&(from, to)) {
            let failure = Failure::Network;
            self.fly(
                self.link_ms,
                from,
                Parcel::Event(Event::Failed { call, failure }),
            );
            return;
        }
        let store = &self.nodes[&from].store;
        let offered: &[Span] = if let Request::OfferFacts { spans } = &request {
            spans
        } else {
            &[]
        };
        let envelopes = offered
            .iter()
            .flat_map(|span| {
                let facts = &store.facts[&span.journal];
                facts.range((span.from, [0; 32])..=(span.through, [255; 32]))
            })
            .map(|(_, bytes)| bytes.clone())
            .collect();
        let signed = store.signed;
        let parcel = Parcel::Request {
            from,
            call,
            request,
            envelopes,
            signed,
        };
        self.fly(self.link_ms, to, parcel);
    }

    fn serve(
        &mut self,
        at: DeviceId,
        from: DeviceId,
        call: CallId,
        request: Request,
        envelopes: &[Vec<u8>],
        signed: u64,
    ) {
        if self.mute.contains(&at) {
            return;
        }
        self.handle(at, Event::Called { peer: from });
        let (ours, theirs) = (&self.nodes[&from].store, &self.nodes[&at].store);
        let mut took = 0;
        let answer = match request {
            Request::Hello => Event::Greeted {
                call,
                ours: signed_head(ours),
                theirs: signed_head(theirs),
            },
            Request::Vector { .. } => Event::Compared {
                call,
                ours: ours.vector(),
                theirs: theirs.vector(),
            },
            Request::Fetch { after, .. } => Event::FactsFetched {
                call,
                envelopes: theirs.after(&after),
            },
            Request::OfferFacts { .. } => {
                took = COMMIT_MS;
                self.receive(at, envelopes, Some(from));
                Event::Delivered { call }
            }
            Request::FetchSigned { .. } => Event::SignedFetched {
                call,
                objects: vec![super::signed_object(theirs.signed, theirs.signed_hash)],
            },
            Request::OfferSigned { .. } => {
                let hash = ours.signed_hash;
                let store = &mut node_of(&mut self.nodes, at).store;
                if signed > store.signed {
                    (store.signed, store.signed_hash) = (signed, hash);
                }
                Event::Delivered { call }
            }
        };
        if self.cut.contains(&(at, from)) && self.cut.contains(&(from, at)) {
            return;
        }
        self.fly(took + self.link_ms, from, Parcel::Event(answer));
    }

    fn step(&mut self, until: Moment) {
        let flight = self.flights.keys().next().map(|(at, _)| *at);
        let wake = self.nodes.values().filter_map(|node| node.wake_at).min();
        let next = flight.into_iter().chain(wake).min();
        let Some(next) = next.filter(|next| *next <= until) else {
            self.now = until;
            return;
        };
        self.now = self.now.max(next);
        if flight.is_some_and(|at| at <= self.now) {
            let (_, (to, parcel)) = self.flights.pop_first().expect("one is under way");
            match parcel {
                Parcel::Event(event) => self.handle(to, event),
                Parcel::Committed(facts, from) => self.handle(to, Event::Stored { facts, from }),
                Parcel::Request {
                    from,
                    call,
                    request,
                    envelopes,
                    signed,
                } => self.serve(to, from, call, request, &envelopes, signed),
            }
            return;
        }
        let due = |node: &Node| node.wake_at.is_some_and(|at| at <= self.now);
        let waking = self.nodes.iter().find(|(_, node)| due(node));
        let id = *waking.expect("one wakes now").0;
        self.handle(id, Event::Tick);
    }

    pub(super) fn run(&mut self, ms: u64) {
        let until = self.now.after(ms);
        while self.now < until {
            self.step(until);
        }
    }

    /// Until that holds; the milliseconds that it took.
    pub(super) fn run_until(&mut self, limit_ms: u64, holds: impl Fn(&Self) -> bool) -> u64 {
        let began = self.now;
        let until = began.after(limit_ms);
        while !holds(self) {
            assert!(self.now < until, "not within {limit_ms} ms");
            self.step(until);
        }
        self.now.since(began)
    }

    /// Writes facts in a journal of the device; the last place. The first one opens it.
    pub(super) fn write(&mut self, at: DeviceId, count: u64) -> u64 {
        let journal = journal_of(at);
        let mut last = 0;
        let mut written = Vec::new();
        for _ in 0..count {
            let head = self.nodes[&at].store.head(journal);
            let (bytes, head) = self.next(at, journal, head);
            node_of(&mut self.nodes, at).store.receive(&[bytes]);
            last = head.seq;
            self.arrivals.insert((at, journal, last), self.now);
            written.push(Place {
                event: event(),
                journal,
                seq: last,
            });
        }
        self.handle(
            at,
            Event::Stored {
                facts: written,
                from: None,
            },
        );
        last
    }

    fn next(&mut self, at: DeviceId, journal: JournalId, head: Head) -> (Vec<u8>, Head) {
        self.made = self.made.wrapping_add(1);
        let body = match head.seq {
            0 => sample::opened(),
            n => FactBody::Opaque {
                kind: 40_000,
                body: vec![self.made, n as u8],
            },
        };
        let author = Author {
            device: at,
            journal,
            key: &sample::key(),
        };
        let draft = Draft {
            id: FactId::from_bytes([self.made; 16]),
            stamp: Stamp {
                hlc: Hlc::from_raw(1),
                wall_ms: 1,
                offset_ms: 0,
                offset_err_ms: 0,
            },
            seen: Vec::new(),
            body,
        };
        let envelope: Envelope = journal::append(head, author, draft).expect("a small fact");
        (envelope.bytes().to_vec(), Head::from(&envelope.header()))
    }

    pub(super) fn are_equal(&self) -> bool {
        let mut stores = self.nodes.values().map(|node| &node.store.facts);
        let first = stores.next().expect("a device");
        stores.all(|facts| facts == first)
    }

    pub(super) fn total(&self, at: DeviceId) -> usize {
        self.nodes[&at]
            .store
            .facts
            .values()
            .map(BTreeMap::len)
            .sum()
    }
}

fn node_of(nodes: &mut BTreeMap<DeviceId, Node>, at: DeviceId) -> &mut Node {
    nodes.get_mut(&at).expect("a device")
}

pub(super) fn journal_of(device: DeviceId) -> JournalId {
    JournalId::from_bytes(*device.as_bytes())
}

fn signed_head(store: &Store) -> Vec<SignedHead> {
    vec![SignedHead {
        kind: "key_set".into(),
        version: store.signed,
        hash: store.signed_hash,
    }]
}
