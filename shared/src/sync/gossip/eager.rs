//! What is new here goes to a few peers at once; each passes on what is new to it.

use std::collections::BTreeMap;

use super::effect::{Effect, Request};
use super::event::Place;
use super::peer::Standing;
use super::{Gossip, Purpose, draw};
use crate::ids::DeviceId;
use crate::sync::backoff::Moment;
use crate::sync::engine::Context;

/// Facts are gathered for so long: a family of five is one request.
const GATHER_MS: u64 = 10;
/// Peers that each fact is pushed to. With four of fifty, who pass it on, about one in fifty is missed: a round finds it.
const FAN_OUT: usize = 4;
/// A peer that takes longer is not waited for.
const PUSH_MS: u64 = 150;
/// With more than that at once (a roster's first page) the rounds do it, in batches.
const MAX_FRESH: usize = 500;

impl Gossip {
    pub(super) fn stored(
        &mut self,
        facts: Vec<Place>,
        from: Option<DeviceId>,
        context: &Context<'_>,
    ) {
        if facts.is_empty() {
            return;
        }
        self.fresh
            .extend(facts.into_iter().map(|place| (place, from)));
        let at = context.now.after(GATHER_MS);
        self.flush_at.get_or_insert(at);
    }

    /// Pushes what was gathered.
    pub(super) fn flush(&mut self, out: &mut Vec<Effect>, context: &mut Context<'_>) {
        if self.flush_at.is_none_or(|at| at > context.now) {
            return;
        }
        self.flush_at = None;
        let fresh = std::mem::take(&mut self.fresh);
        let targets = if fresh.len() > MAX_FRESH {
            self.peers.values_mut().for_each(|peer| peer.is_due = true);
            Vec::new()
        } else {
            self.targets(&fresh, context)
        };
        for id in targets {
            if let Some(peer) = self.peers.get_mut(&id) {
                let others = fresh.iter().filter(|(_, from)| **from != Some(id));
                peer.wait(others.map(|(place, _)| *place));
            }
            self.push(id, out, context.now);
        }
    }

    /// Peers drawn by lot among those that answer and may have some of it.
    fn targets(
        &self,
        fresh: &BTreeMap<Place, Option<DeviceId>>,
        context: &mut Context<'_>,
    ) -> Vec<DeviceId> {
        let lacks_some = |id: &DeviceId, events: &std::collections::BTreeSet<_>| {
            fresh
                .iter()
                .any(|(place, from)| *from != Some(*id) && events.contains(&place.event))
        };
        let mut live: Vec<DeviceId> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.standing == Standing::Reachable)
            .filter(|(id, peer)| lacks_some(id, &peer.events))
            .map(|(id, _)| *id)
            .collect();
        let mut drawn = Vec::new();
        while drawn.len() < FAN_OUT && !live.is_empty() {
            drawn.push(live.swap_remove(draw(live.len(), context.random)));
        }
        drawn
    }

    /// One push to a peer at a time; what comes meanwhile goes with the next.
    pub(super) fn push(&mut self, id: DeviceId, out: &mut Vec<Effect>, now: Moment) {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| peer.push.is_none()) else {
            return;
        };
        let spans = peer.take_waiting();
        if spans.is_empty() {
            return;
        }
        let request = Request::OfferFacts { spans };
        let call = self.send(id, Purpose::Push, request, PUSH_MS, out, now);
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.push = Some(call);
        }
    }
}
