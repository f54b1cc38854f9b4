//! Facts and rights between devices: the real exchange, over lines in memory.

mod rights;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use super::device::Node;
use super::facts::{Facts, Stored};
use super::invariants::Violation;
use super::world::{Item, World};
use crate::clock::UnixMillis;
use crate::ids::{DeviceId, FactId, JournalId, TicketId};
use crate::roster::signed::{SignedKind, SignedObject};
use crate::sync::engine::Context;
use crate::sync::event::{CallId, Failure};
use crate::sync::gossip::effect::{Effect, Request, Save};
use crate::sync::gossip::event::{Event, Place, SavedFacts, SavedSigned};
use crate::sync::peer_clocks::Greeting;
use crate::wire::latest::{JournalHead, PeerTime, SignedHead};

/// Facts in one answer, as the door has it.
const MOST: usize = 40;

/// What a device asks another, with what it brings.
#[derive(Clone)]
pub(super) enum Ask {
    Hello { sent_ms: UnixMillis },
    Vector,
    Fetch(BTreeMap<JournalId, u64>),
    Take(Vec<Rc<Stored>>),
    FetchSigned(Vec<(SignedKind, u64)>),
    TakeSigned(Vec<SignedObject>),
}

#[derive(Clone)]
pub(super) enum Answer {
    Hello {
        signed: Vec<SignedHead>,
        time: Option<PeerTime>,
        sent_ms: UnixMillis,
    },
    Vector(Vec<JournalHead>),
    Facts(Vec<Rc<Stored>>),
    Signed(Vec<SignedObject>),
    Taken,
}

#[derive(Clone)]
pub(super) enum Message {
    Ask {
        life: u32,
        call: CallId,
        ask: Ask,
    },
    Answer {
        life: u32,
        call: CallId,
        answer: Answer,
    },
    AskRight {
        ticket: TicketId,
        fact: FactId,
    },
    /// With all facts of the ticket and its rights.
    RightAnswer {
        fact: FactId,
        envelopes: Vec<Rc<Stored>>,
        objects: Vec<SignedObject>,
    },
}

/// The last fact of each journal; of a forked one the last of each branch, and place 0 if a part is lacking.
fn vector(facts: &Facts) -> Vec<JournalHead> {
    let mut heads = Vec::new();
    for journal in facts.journals() {
        let head = facts.head(journal);
        if facts.forks.contains(&journal) {
            heads.extend(branches(facts, journal));
        } else if head.seq > 0 {
            let (seq, hash) = (head.seq, head.hash);
            heads.push(JournalHead { journal, seq, hash });
        }
    }
    heads
}

fn branches(facts: &Facts, journal: JournalId) -> Vec<JournalHead> {
    let (mut reached, mut followed) = (BTreeSet::new(), BTreeSet::new());
    let mut lacks_some = false;
    for (_, side) in facts.places.range((journal, 1)..=(journal, u64::MAX)) {
        for held in side {
            let header = &held.header;
            let before = (header.seq - 1, header.prev_hash);
            if header.seq == 1 || reached.contains(&before) {
                reached.insert((header.seq, header.hash));
                followed.insert(before);
            } else {
                lacks_some = true;
            }
        }
    }
    let unknown = lacks_some.then_some((0, [0; 32]));
    reached
        .difference(&followed)
        .copied()
        .chain(unknown)
        .map(|(seq, hash)| JournalHead { journal, seq, hash })
        .collect()
}

fn signed_heads(node: &Node) -> Vec<SignedHead> {
    let objects = node.disk.signed.values();
    objects
        .map(|object| SignedHead {
            kind: object.kind.as_str().into(),
            version: object.version,
            hash: Sha256::digest(&object.body).into(),
        })
        .collect()
}

fn newer(node: &Node, have: &[(SignedKind, u64)]) -> Vec<SignedObject> {
    let theirs: BTreeMap<SignedKind, u64> = have.iter().copied().collect();
    let objects = node.disk.signed.values();
    objects
        .filter(|object| theirs.get(&object.kind) < Some(&object.version))
        .cloned()
        .collect()
}

impl World {
    /// Everybody in the building is found at once; whether there is a way is another matter.
    pub(super) fn find_peers(&mut self, at: usize) -> Result<(), Violation> {
        let me = self.nodes[at].id;
        let others: BTreeSet<DeviceId> = self
            .nodes
            .iter()
            .map(|node| node.id)
            .filter(|id| *id != me)
            .collect();
        for peer in others {
            let events = [self.venue.event.id].into();
            self.gossip(at, Event::Found { peer, events })?;
        }
        Ok(())
    }

    /// The exchange of a node takes note of an event.
    pub(super) fn gossip(&mut self, at: usize, event: Event) -> Result<(), Violation> {
        self.nodes[at].gossip_at = None;
        if !self.nodes[at].is_up || self.nodes[at].is_hostile {
            return Ok(());
        }
        let mut context = Context {
            now: self.now,
            random: &mut self.dice,
        };
        let effects = self.nodes[at].gossip.handle(event, &mut context);
        let life = self.lives[at];
        for effect in effects {
            match effect {
                Effect::Save(call, Save::Facts { from, envelopes }) => {
                    let read = envelopes
                        .iter()
                        .filter_map(|bytes| Stored::read(&self.venue, bytes))
                        .collect();
                    let refused = 0;
                    let Some(forks) = self.take_from_peer(at, Some(from), read, &[])? else {
                        return Ok(());
                    };
                    let saved = SavedFacts { forks, refused };
                    self.gossip_later(at, life, Event::FactsSaved { call, saved });
                }
                Effect::Save(call, Save::Signed { from, objects }) => {
                    if self
                        .take_from_peer(at, Some(from), Vec::new(), &objects)?
                        .is_none()
                    {
                        return Ok(());
                    }
                    let saved = SavedSigned::default();
                    self.gossip_later(at, life, Event::SignedSaved { call, saved });
                }
                Effect::Send(call, ask) => self.ask_peer(at, call, ask.peer, ask.request),
                Effect::Report(report) => {
                    let n = self.nodes[at].n;
                    self.note(format_args!("{n} reports {report:?}"));
                }
                Effect::WakeAt(moment) => self.nodes[at].gossip_at = Some(moment),
            }
        }
        Ok(())
    }

    fn gossip_later(&mut self, at: usize, life: u32, event: Event) {
        let node = self.nodes[at].n;
        let in_ms = self.dice.below(10);
        self.schedule(in_ms, Item::Gossip { node, life, event });
    }

    fn ask_peer(&mut self, at: usize, call: CallId, peer: DeviceId, request: Request) {
        let node = &self.nodes[at];
        let ask = match request {
            Request::Hello => Ask::Hello {
                sent_ms: node.wall_ms(self.true_ms()),
            },
            Request::Vector { .. } => Ask::Vector,
            Request::Fetch { after, .. } => Ask::Fetch(after),
            Request::OfferFacts { spans } => {
                let held = spans.iter().flat_map(|span| {
                    let (from, through) = ((span.journal, span.from), (span.journal, span.through));
                    node.disk.facts.places.range(from..=through)
                });
                Ask::Take(held.flat_map(|(_, side)| side.iter().cloned()).collect())
            }
            Request::FetchSigned { have } => Ask::FetchSigned(have),
            Request::OfferSigned { kinds } => {
                let objects = node.disk.signed.values();
                let offered = objects.filter(|object| kinds.contains(&object.kind));
                Ask::TakeSigned(offered.cloned().collect())
            }
        };
        let (from, life) = (node.n, self.lives[at]);
        let Some(to) = self.machine_of(peer) else {
            return;
        };
        if self.cut.contains(&(from, to)) {
            let failure = Failure::Network;
            return self.gossip_later(at, life, Event::Failed { call, failure });
        }
        let message = Message::Ask { life, call, ask };
        self.travel(from, to, Item::Peer { from, to, message });
    }

    pub(super) fn peer(&mut self, from: u16, to: u16, message: Message) -> Result<(), Violation> {
        let Some(at) = self.at(to).filter(|at| self.nodes[*at].is_up) else {
            return Ok(());
        };
        if self.nodes[at].is_hostile {
            return Ok(());
        }
        match message {
            Message::Ask { life, call, ask } => self.asked(at, from, life, call, ask),
            Message::Answer { life, call, answer } if self.lives[at] == life => {
                self.answered(at, from, call, answer)
            }
            Message::Answer { .. } => Ok(()),
            Message::AskRight { ticket, fact } => self.asked_for_right(at, from, ticket, fact),
            Message::RightAnswer {
                fact,
                envelopes,
                objects,
            } => match self.take_from_peer(at, None, envelopes, &objects)? {
                Some(_) => self.right_answered(at, fact),
                None => Ok(()),
            },
        }
    }

    fn asked(
        &mut self,
        at: usize,
        from: u16,
        life: u32,
        call: CallId,
        ask: Ask,
    ) -> Result<(), Violation> {
        let Some(caller) = self.at(from).map(|at| self.nodes[at].id) else {
            return Ok(());
        };
        if caller != self.nodes[at].id {
            self.gossip(at, Event::Called { peer: caller })?;
        }
        let node = &self.nodes[at];
        let answer = match ask {
            Ask::Hello { sent_ms } => Answer::Hello {
                signed: signed_heads(node),
                time: node.time_for_peers(self.true_ms()),
                sent_ms,
            },
            Ask::Vector => Answer::Vector(vector(&node.disk.facts)),
            Ask::Fetch(after) => Answer::Facts(held_after(&node.disk.facts, &after)),
            Ask::FetchSigned(have) => Answer::Signed(newer(node, &have)),
            Ask::Take(envelopes) => {
                if self
                    .take_from_peer(at, Some(caller), envelopes, &[])?
                    .is_none()
                {
                    return Ok(());
                }
                Answer::Taken
            }
            Ask::TakeSigned(objects) => {
                if self
                    .take_from_peer(at, Some(caller), Vec::new(), &objects)?
                    .is_none()
                {
                    return Ok(());
                }
                Answer::Taken
            }
        };
        let (to, from) = (from, self.nodes[at].n);
        let message = Message::Answer { life, call, answer };
        self.travel(from, to, Item::Peer { from, to, message });
        Ok(())
    }

    fn answered(
        &mut self,
        at: usize,
        from: u16,
        call: CallId,
        answer: Answer,
    ) -> Result<(), Violation> {
        if let Answer::Hello { time, sent_ms, .. } = &answer
            && let Some(peer) = self.at(from).map(|at| self.nodes[at].id)
        {
            let received_ms = self.nodes[at].wall_ms(self.true_ms());
            let greeting = Greeting {
                sent_ms: *sent_ms,
                received_ms,
                at: self.now,
            };
            self.nodes[at].greeted(peer, greeting, *time);
        }
        let node = &self.nodes[at];
        let event = match answer {
            Answer::Hello { signed, .. } => Event::Greeted {
                call,
                ours: signed_heads(node),
                theirs: signed,
            },
            Answer::Vector(theirs) => Event::Compared {
                call,
                ours: vector(&node.disk.facts),
                theirs,
            },
            Answer::Facts(held) => Event::FactsFetched {
                call,
                envelopes: held.iter().map(|held| held.bytes.clone()).collect(),
            },
            Answer::Signed(objects) => Event::SignedFetched { call, objects },
            Answer::Taken => Event::Delivered { call },
        };
        self.gossip(at, event)
    }

    /// Facts and objects of a peer, in one transaction. The forks that showed; `None` if the process died.
    fn take_from_peer(
        &mut self,
        at: usize,
        from: Option<DeviceId>,
        envelopes: Vec<Rc<Stored>>,
        objects: &[SignedObject],
    ) -> Result<Option<Vec<(JournalId, u64)>>, Violation> {
        let node = &self.nodes[at];
        let versions = node.disk.versions();
        let is_news = objects
            .iter()
            .any(|object| versions.get(&object.kind) < Some(&object.version));
        let knows_all = envelopes
            .iter()
            .all(|held| node.disk.facts.has(&held.header));
        if knows_all && !is_news {
            return Ok(Some(Vec::new()));
        }
        let true_ms = self.true_ms();
        let (venue, dice) = (&self.venue, &mut self.dice);
        let bytes = || envelopes.iter().map(|held| held.bytes.as_slice());
        let taken = self.nodes[at].commit(|node| {
            node.keep_signed(venue, objects);
            node.take_in(venue, bytes(), true_ms, dice);
        });
        self.wrote_own(at);
        if taken.is_err() {
            self.crashed(at);
            return Ok(None);
        }
        let new = std::mem::take(&mut self.nodes[at].news);
        let forked = &self.nodes[at].disk.facts.forks;
        let forks = envelopes
            .iter()
            .map(|held| (held.header.journal, held.header.seq))
            .filter(|(journal, _)| forked.contains(journal))
            .collect();
        self.stored_news(at, &new, from)?;
        Ok(Some(forks))
    }

    /// The exchange hears of what is on the disk for the first time.
    pub(super) fn stored_news(
        &mut self,
        at: usize,
        new: &[Rc<Stored>],
        from: Option<DeviceId>,
    ) -> Result<(), Violation> {
        if new.is_empty() {
            return Ok(());
        }
        let event = self.venue.event.id;
        let facts = new
            .iter()
            .map(|held| Place {
                event,
                journal: held.header.journal,
                seq: held.header.seq,
            })
            .collect();
        self.gossip(at, Event::Stored { facts, from })
    }

    /// A thief has no exchange of its own; it shows its facts to whoever can be reached.
    pub(super) fn show_to_all(&mut self, at: usize, envelopes: &[Rc<Stored>]) {
        let from = self.nodes[at].n;
        let all: Vec<u16> = self.nodes.iter().map(|node| node.n).collect();
        for to in all.into_iter().filter(|to| *to != from) {
            let message = Message::Ask {
                life: 0,
                call: CallId(0),
                ask: Ask::Take(envelopes.to_vec()),
            };
            self.travel(from, to, Item::Peer { from, to, message });
        }
    }

    /// Can this device be asked now, both ways?
    pub(super) fn can_reach(&self, from: u16, to: u16) -> bool {
        let is_up = self.at(to).is_some_and(|at| self.nodes[at].is_up);
        is_up && !self.cut.contains(&(from, to)) && !self.cut.contains(&(to, from))
    }

    /// The machine that a device's name leads to: the first that bears it.
    pub(super) fn machine_of(&self, device: DeviceId) -> Option<u16> {
        let node = self.nodes.iter().find(|node| node.id == device);
        node.map(|node| node.n)
    }
}

/// As far as each journal goes on, in order; of a forked one all that is here.
fn held_after(facts: &Facts, after: &BTreeMap<JournalId, u64>) -> Vec<Rc<Stored>> {
    let due = facts.journals().flat_map(|journal| {
        let from = after.get(&journal).copied().unwrap_or(0);
        let is_forked = facts.forks.contains(&journal);
        let whole = facts.head(journal).seq;
        let beyond = facts.beyond(journal, from);
        beyond.filter(move |held| is_forked || held.header.seq <= whole)
    });
    due.take(MOST).cloned().collect()
}
