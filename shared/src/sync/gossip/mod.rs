//! Facts between the devices of one building, without I/O: events in, effects out, as in `crate::sync::engine`.
//!
//! Two ways work together. **Eager**: what is new here goes to four peers at once, and they pass it on. **Rounds**:
//! every three seconds one peer, drawn by lot, is asked what it holds, and each side gets what it lacks; so that
//! whatever the first way missed arrives by the second (L2). The caller does both directions of a round: that a peer
//! can't call back does no harm.
//!
//! Each peer has its own calls, time-outs and backoff: one that is slow, gone or hostile costs the others nothing. Nothing
//! is persisted: the facts are in the replica, and the peers are found anew after a start. Duplicates are harmless (A4).

mod eager;
mod peer;
mod round;
mod vector;

pub mod effect;
pub mod event;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::effect::{Ask, Effect, Report, Request, Save};
use self::event::{Event, Place};
use self::peer::Peer;
pub use self::peer::{PeerView, Standing};
use self::vector::Branches;
use crate::ids::{DeviceId, EventId, JournalId, Random};
use crate::sync::backoff::Moment;
use crate::sync::engine::Context;
use crate::sync::event::{CallId, Failure};

/// Between two rounds with peers that answer.
const ROUND_MS: u64 = 3_000;
/// Rounds that compare and exchange at the same time: a device that comes back does not fetch the same from fifty.
const MAX_COMPARING: usize = 3;
/// For an answer without facts.
const ANSWER_MS: u64 = 3_000;
/// For one with facts.
const FACTS_MS: u64 = 10_000;
/// Branches of forked journals that are remembered as fetched.
const MAX_BRANCHES: usize = 10_000;
/// Wrong facts of one peer are reported that seldom.
const MAX_REPORTS: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// A step of the round with this peer.
    Round,
    Push,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    peer: DeviceId,
    purpose: Purpose,
    sent_at: Moment,
    /// A save has none.
    until: Option<Moment>,
}

/// The exchange with peers. See the module.
#[derive(Debug)]
pub struct Gossip {
    peers: BTreeMap<DeviceId, Peer>,
    calls: BTreeMap<CallId, Call>,
    last_call: u64,
    /// New here and not pushed yet, with whoever brought it.
    fresh: BTreeMap<Place, Option<DeviceId>>,
    flush_at: Option<Moment>,
    round_at: Moment,
    fetched: Branches,
    /// Journals whose fork was reported.
    forked: BTreeSet<JournalId>,
    reported: Vec<Report>,
}

impl Gossip {
    /// Without peers. Hand it `Event::Tick` to begin.
    pub fn new() -> Self {
        Self {
            peers: BTreeMap::new(),
            calls: BTreeMap::new(),
            last_call: 0,
            fresh: BTreeMap::new(),
            flush_at: None,
            round_at: Moment::default(),
            fetched: Branches::new(),
            forked: BTreeSet::new(),
            reported: Vec::new(),
        }
    }

    /// Takes note of an event and says what to do about it.
    pub fn handle(&mut self, event: Event, context: &mut Context<'_>) -> Vec<Effect> {
        let mut out = Vec::new();
        self.time_out(&mut out, context);
        match event {
            Event::Tick => {}
            Event::Found { peer, events } => self.found(peer, events, context),
            Event::Gone { peer } => self.gone(peer),
            Event::Called { peer } => self.called(peer, context),
            Event::NetworkUp => {
                for peer in self.peers.values_mut() {
                    peer.backoff.network_is_up(context.now, context.random);
                }
            }
            Event::Stored { facts, from } => self.stored(facts, from, context),
            Event::Greeted { call, ours, theirs } => {
                self.greeted(call, &ours, &theirs, &mut out, context);
            }
            Event::Compared { call, ours, theirs } => {
                self.compared(call, &ours, &theirs, &mut out, context);
            }
            Event::FactsFetched { call, envelopes } => {
                self.facts_fetched(call, envelopes, &mut out, context);
            }
            Event::FactsSaved { call, saved } => self.facts_saved(call, &saved, &mut out, context),
            Event::SignedFetched { call, objects } => {
                self.signed_fetched(call, objects, &mut out, context);
            }
            Event::SignedSaved { call, saved } => {
                self.signed_saved(call, &saved, &mut out, context);
            }
            Event::Delivered { call } => self.delivered(call, &mut out, context),
            Event::Failed { call, failure } => self.failed(call, failure, &mut out, context),
        }
        self.advance(&mut out, context);
        out
    }

    /// All peers, and how each stands.
    pub fn peers(&self) -> impl Iterator<Item = PeerView> {
        self.peers.iter().map(|(id, peer)| PeerView {
            peer: *id,
            standing: peer.standing,
            seen_at: peer.seen_at,
        })
    }

    /// How many answered what they were asked last.
    pub fn reachable(&self) -> usize {
        self.peers
            .values()
            .filter(|peer| peer.standing == Standing::Reachable)
            .count()
    }

    /// Nothing is under way, and nothing waits to be pushed.
    pub fn is_at_rest(&self) -> bool {
        self.calls.is_empty() && self.fresh.is_empty()
    }

    fn found(&mut self, id: DeviceId, events: BTreeSet<EventId>, context: &mut Context<'_>) {
        let Some(peer) = self.peers.get_mut(&id) else {
            self.peers.insert(id, Peer::new(events));
            return;
        };
        // Another way to it may work where the last one didn't.
        if peer.standing == Standing::Away {
            peer.backoff.network_is_up(context.now, context.random);
        }
        peer.is_due |= peer.events != events;
        peer.events = events;
    }

    fn gone(&mut self, id: DeviceId) {
        self.peers.remove(&id);
        self.calls.retain(|_, call| call.peer != id);
    }

    fn called(&mut self, id: DeviceId, context: &mut Context<'_>) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.seen_at = Some(context.now);
        // It is there again: try it soon, without waiting for its turn.
        if peer.standing == Standing::Away {
            peer.backoff.network_is_up(context.now, context.random);
        }
    }

    fn failed(
        &mut self,
        id: CallId,
        failure: Failure,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        let peer_id = call.peer;
        match failure {
            Failure::Storage => {
                self.report(Report::StorageFailed, out);
                self.end_round(peer_id, RoundEnd::Broken);
                self.forget_push(peer_id, id);
                return;
            }
            Failure::Refused { code, .. } => {
                let why = code.as_str().to_owned();
                let peer = peer_id;
                self.report(Report::RefusedByPeer { peer, why }, out);
            }
            Failure::Network | Failure::WrongServer => {}
        }
        self.forget_push(peer_id, id);
        self.is_away(peer_id, call.sent_at, context);
    }

    fn forget_push(&mut self, id: DeviceId, call: CallId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.push = peer.push.filter(|pushing| *pushing != call);
        }
    }

    fn is_away(&mut self, id: DeviceId, sent_at: Moment, context: &mut Context<'_>) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.is_away();
            peer.backoff.fail(sent_at, context.now, context.random);
        }
        // The round's other calls can't come any more; a push may still be under way.
        self.calls
            .retain(|_, call| call.peer != id || call.purpose == Purpose::Push);
    }

    /// Whoever drives this cuts a request off; that it doesn't is no reason to wait for ever.
    fn time_out(&mut self, out: &mut Vec<Effect>, context: &mut Context<'_>) {
        let late = |call: &Call| call.until.is_some_and(|until| until <= context.now);
        let over: Vec<CallId> = self
            .calls
            .iter()
            .filter_map(|(id, call)| late(call).then_some(*id))
            .collect();
        for call in over {
            self.failed(call, Failure::Network, out, context);
        }
    }

    /// Takes the call off the list if it is that peer's step; a second outcome finds nothing.
    fn take(&mut self, id: CallId) -> Option<Call> {
        let call = self.calls.get(&id).copied()?;
        (call.purpose == Purpose::Round).then(|| self.calls.remove(&id))?
    }

    fn note(
        &mut self,
        peer: DeviceId,
        purpose: Purpose,
        now: Moment,
        until: Option<Moment>,
    ) -> CallId {
        self.last_call += 1;
        let id = CallId(self.last_call);
        let call = Call {
            peer,
            purpose,
            sent_at: now,
            until,
        };
        self.calls.insert(id, call);
        id
    }

    fn send(
        &mut self,
        peer: DeviceId,
        purpose: Purpose,
        request: Request,
        time_out_ms: u64,
        out: &mut Vec<Effect>,
        now: Moment,
    ) -> CallId {
        let id = self.note(peer, purpose, now, Some(now.after(time_out_ms)));
        let ask = Ask {
            peer,
            request,
            time_out_ms,
        };
        out.push(Effect::Send(id, ask));
        id
    }

    fn save(&mut self, peer: DeviceId, save: Save, out: &mut Vec<Effect>, now: Moment) {
        let id = self.note(peer, Purpose::Round, now, None);
        out.push(Effect::Save(id, save));
    }

    /// Says it once.
    fn report(&mut self, report: Report, out: &mut Vec<Effect>) {
        if self.reported.contains(&report) {
            return;
        }
        if self.reported.len() < MAX_REPORTS {
            self.reported.push(report.clone());
        }
        out.push(Effect::Report(report));
    }

    fn advance(&mut self, out: &mut Vec<Effect>, context: &mut Context<'_>) {
        self.flush(out, context);
        self.start_rounds(out, context);
        if let Some(at) = self.next_deadline(context.now) {
            out.push(Effect::WakeAt(at));
        }
    }

    fn next_deadline(&self, now: Moment) -> Option<Moment> {
        let calls = self.calls.values().filter_map(|call| call.until);
        let returns = self
            .peers
            .values()
            .filter(|peer| peer.standing != Standing::Reachable && peer.round.is_none())
            .map(|peer| peer.backoff.ready_at());
        let round = (self.reachable() > 0).then_some(self.round_at);
        calls
            .chain(returns)
            .chain(self.flush_at)
            .chain(round)
            .filter(|at| *at > now)
            .min()
    }
}

impl Default for Gossip {
    fn default() -> Self {
        Self::new()
    }
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RoundEnd {
    Done,
    Broken,
}

/// Uniform in `0..below`; 0 if `below` is 0.
fn draw(below: usize, random: &mut dyn Random) -> usize {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    (u64::from_be_bytes(bytes) % (below.max(1) as u64)) as usize
}
