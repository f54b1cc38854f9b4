//! A round with one peer: who are you; which signed objects are newer; for each event, what does either of us lack.

use std::collections::BTreeMap;

use super::effect::{Effect, Report, Request, Save, Span};
use super::event::{SavedFacts, SavedSigned};
use super::peer::{Aim, Fetch, Round, Standing, Step};
use super::vector::{Tip, compare, tips};
use super::{
    ANSWER_MS, FACTS_MS, Gossip, MAX_BRANCHES, MAX_COMPARING, Purpose, ROUND_MS, RoundEnd, draw,
};
use crate::fact::Header;
use crate::ids::{DeviceId, EventId, JournalId};
use crate::roster::signed::{SignedKind, SignedObject};
use crate::sync::engine::Context;
use crate::sync::event::CallId;
use crate::wire::latest::{JournalHead, SignedHead};

/// Places in one offer, at most: with the longest facts, of two branches, that is 2 MB.
const MAX_OFFER: u64 = 250;
/// Answers with facts in one round: whoever promises more than it gives is cut off.
const MAX_ANSWERS: u32 = 1_000;

impl Gossip {
    /// Greets whoever may be back, and starts a comparison if it is time for one.
    pub(super) fn start_rounds(&mut self, out: &mut Vec<Effect>, context: &mut Context<'_>) {
        let now = context.now;
        let returning: Vec<DeviceId> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.standing != Standing::Reachable && peer.round.is_none())
            .filter(|(_, peer)| peer.backoff.ready_at() <= now)
            .map(|(id, _)| *id)
            .collect();
        for id in returning {
            self.begin_round(id, Aim::Greet, out, context);
        }
        if self.reachable() == 0 {
            self.round_at = now.after(ROUND_MS);
        } else if self.round_at <= now {
            self.round_at = now.after(ROUND_MS);
            if let Some(id) = self.one_of(|peer| peer.standing == Standing::Reachable, context)
                && let Some(peer) = self.peers.get_mut(&id)
            {
                peer.is_due = true;
            }
        }
        while self.comparing() < MAX_COMPARING {
            let waits = |peer: &super::Peer| {
                peer.is_due && peer.round.is_none() && peer.standing == Standing::Reachable
            };
            let Some(id) = self.one_of(waits, context) else {
                return;
            };
            self.begin_round(id, Aim::Compare, out, context);
        }
    }

    fn comparing(&self) -> usize {
        let rounds = self.peers.values().filter_map(|peer| peer.round.as_ref());
        rounds.filter(|round| round.aim == Aim::Compare).count()
    }

    fn one_of(
        &self,
        is_meant: impl Fn(&super::Peer) -> bool,
        context: &mut Context<'_>,
    ) -> Option<DeviceId> {
        let meant: Vec<DeviceId> = self
            .peers
            .iter()
            .filter(|(_, peer)| is_meant(peer))
            .map(|(id, _)| *id)
            .collect();
        if meant.is_empty() {
            return None;
        }
        Some(meant[draw(meant.len(), context.random)])
    }

    fn begin_round(
        &mut self,
        id: DeviceId,
        aim: Aim,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.round = Some(Round {
            steps: [Step::Ask(Request::Hello)].into(),
            aim,
            ..Round::default()
        });
        self.next_step(id, out, context);
    }

    fn next_step(&mut self, id: DeviceId, out: &mut Vec<Effect>, context: &Context<'_>) {
        let Some(round) = self.peers.get_mut(&id).and_then(|peer| peer.round.as_mut()) else {
            return;
        };
        let (request, time_out_ms) = match round.steps.pop_front() {
            None => {
                self.end_round(id, RoundEnd::Done);
                return;
            }
            Some(Step::Ask(request)) => {
                round.comparing = match request {
                    Request::Vector { event } => Some(event),
                    Request::Hello
                    | Request::Fetch { .. }
                    | Request::OfferFacts { .. }
                    | Request::FetchSigned { .. }
                    | Request::OfferSigned { .. } => None,
                };
                (request, ANSWER_MS)
            }
            Some(Step::Offer(spans)) => (Request::OfferFacts { spans }, FACTS_MS),
            Some(Step::Fetch(fetch)) => {
                let request = Request::Fetch {
                    event: fetch.event,
                    after: fetch.after.clone(),
                };
                round.fetching = Some(fetch);
                (request, FACTS_MS)
            }
        };
        self.send(id, Purpose::Round, request, time_out_ms, out, context.now);
    }

    pub(super) fn end_round(&mut self, id: DeviceId, end: RoundEnd) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let Some(round) = peer.round.take() else {
            return;
        };
        match end {
            RoundEnd::Broken => peer.is_due = true,
            RoundEnd::Done => {
                peer.offered.extend(round.offered);
                self.fetched.extend(round.fetched);
                if self.fetched.len() > MAX_BRANCHES {
                    self.fetched.clear();
                }
                if peer.offered.len() > MAX_BRANCHES {
                    peer.offered.clear();
                }
            }
        }
    }

    fn round(&mut self, id: DeviceId) -> Option<&mut Round> {
        self.peers.get_mut(&id)?.round.as_mut()
    }

    pub(super) fn greeted(
        &mut self,
        call: CallId,
        ours: &[SignedHead],
        theirs: &[SignedHead],
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(call) = self.take(call) else {
            return;
        };
        let id = call.peer;
        let has_room = self.comparing() < MAX_COMPARING;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.answered(context.now);
        let Some(round) = peer.round.as_mut() else {
            return;
        };
        round.steps.extend(exchange_signed(ours, theirs));
        if has_room {
            round.aim = Aim::Compare;
        }
        if round.aim == Aim::Compare {
            peer.is_due = false;
            let vectors = peer
                .events
                .iter()
                .map(|event| Request::Vector { event: *event });
            round.steps.extend(vectors.map(Step::Ask));
        }
        self.next_step(id, out, context);
    }

    pub(super) fn compared(
        &mut self,
        call: CallId,
        ours: &[JournalHead],
        theirs: &[JournalHead],
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(event) = self.asked_event(call) else {
            return;
        };
        let Some(call) = self.take(call) else {
            return;
        };
        let id = call.peer;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.answered(context.now);
        let found = compare(ours, theirs, &self.fetched, &peer.offered);
        let forks: Vec<(JournalId, Tip)> = found.lacking.iter().copied().collect();
        if let Some(round) = peer.round.as_mut() {
            // First what comes in: then what goes out is offered once, not twice.
            if !found.fetch.is_empty() {
                round
                    .steps
                    .push_front(Step::Fetch(fetch(event, ours, &found.fetch)));
            }
            round.steps.extend(offers(event, &found.offer));
            round.fetched.extend(found.lacking);
            round.offered.extend(found.lacked);
        }
        for (journal, (at, _)) in forks {
            self.report_fork(journal, at, id, out);
        }
        self.next_step(id, out, context);
    }

    /// The event that a vector was asked for.
    fn asked_event(&self, call: CallId) -> Option<EventId> {
        let peer = self.peers.get(&self.calls.get(&call)?.peer)?;
        peer.round.as_ref()?.comparing
    }

    pub(super) fn facts_fetched(
        &mut self,
        call: CallId,
        envelopes: Vec<Vec<u8>>,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(call) = self.take(call) else {
            return;
        };
        let id = call.peer;
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.answered(context.now);
        }
        let Some(round) = self.round(id) else {
            return;
        };
        let Some(mut fetch) = round.fetching.take() else {
            return;
        };
        if fetch.advance(&envelopes) {
            round.steps.push_front(Step::Fetch(fetch));
        }
        if envelopes.is_empty() {
            self.next_step(id, out, context);
        } else {
            let save = Save::Facts {
                from: id,
                envelopes,
            };
            self.save(id, save, out, context.now);
        }
    }

    pub(super) fn facts_saved(
        &mut self,
        call: CallId,
        saved: &SavedFacts,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(call) = self.take(call) else {
            return;
        };
        let peer = call.peer;
        for &(journal, at) in &saved.forks {
            self.report_fork(journal, at, peer, out);
        }
        if saved.refused > 0 {
            let count = saved.refused;
            self.report(Report::PeerSentRubbish { peer, count }, out);
        }
        self.next_step(peer, out, context);
    }

    pub(super) fn signed_fetched(
        &mut self,
        call: CallId,
        objects: Vec<SignedObject>,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(call) = self.take(call) else {
            return;
        };
        let from = call.peer;
        if objects.is_empty() {
            self.next_step(from, out, context);
        } else {
            self.save(from, Save::Signed { from, objects }, out, context.now);
        }
    }

    pub(super) fn signed_saved(
        &mut self,
        call: CallId,
        saved: &SavedSigned,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        let Some(call) = self.take(call) else {
            return;
        };
        let peer = call.peer;
        for &(kind, version) in &saved.differ {
            let report = Report::SignedDiffers {
                kind,
                version,
                peer,
            };
            self.report(report, out);
        }
        if saved.refused > 0 {
            let count = saved.refused;
            self.report(Report::PeerSentRubbish { peer, count }, out);
        }
        self.next_step(peer, out, context);
    }

    pub(super) fn delivered(&mut self, id: CallId, out: &mut Vec<Effect>, context: &Context<'_>) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        if let Some(peer) = self.peers.get_mut(&call.peer) {
            peer.answered(context.now);
        }
        match call.purpose {
            Purpose::Round => self.next_step(call.peer, out, context),
            Purpose::Push => {
                self.forget_push(call.peer, id);
                self.push(call.peer, out, context.now);
            }
        }
    }

    fn report_fork(&mut self, journal: JournalId, at: u64, peer: DeviceId, out: &mut Vec<Effect>) {
        if self.forked.insert(journal) {
            let report = Report::JournalForkedAtPeer { journal, at, peer };
            self.report(report, out);
        }
    }
}

impl Fetch {
    /// Takes note of what came; whether there is more to ask for. Places only go up, so that it ends.
    fn advance(&mut self, envelopes: &[Vec<u8>]) -> bool {
        let mut has_moved = false;
        for header in envelopes
            .iter()
            .filter_map(|bytes| Header::peek(bytes).ok())
        {
            let after = self.after.entry(header.journal).or_default();
            has_moved |= header.seq > *after;
            *after = header.seq.max(*after);
        }
        self.answers += 1;
        let lacks = |(journal, through): (&JournalId, &u64)| {
            self.after.get(journal).is_none_or(|after| after < through)
        };
        has_moved && self.answers < MAX_ANSWERS && self.wanted.iter().any(lacks)
    }
}

fn fetch(event: EventId, ours: &[JournalHead], wanted: &BTreeMap<JournalId, (u64, u64)>) -> Fetch {
    let mut after: BTreeMap<JournalId, u64> = tips(ours)
        .into_iter()
        .filter_map(|(journal, tips)| Some((journal, tips.last()?.0)))
        .collect();
    let whole = wanted
        .iter()
        .map(|(journal, (after, _))| (*journal, *after));
    after.extend(whole);
    Fetch {
        event,
        after,
        wanted: wanted
            .iter()
            .map(|(journal, (_, through))| (*journal, *through))
            .collect(),
        answers: 0,
    }
}

/// What it lacks, in offers of a bounded size.
fn offers(event: EventId, lacked: &BTreeMap<JournalId, (u64, u64)>) -> Vec<Step> {
    let (mut offers, mut spans, mut room) = (Vec::new(), Vec::new(), MAX_OFFER);
    for (&journal, &(after, last)) in lacked {
        let mut from = after + 1;
        while from <= last {
            let through = last.min(from + room - 1);
            spans.push(Span {
                event,
                journal,
                from,
                through,
            });
            room -= through - from + 1;
            from = through + 1;
            if room == 0 {
                offers.push(Step::Offer(std::mem::take(&mut spans)));
                room = MAX_OFFER;
            }
        }
    }
    if !spans.is_empty() {
        offers.push(Step::Offer(spans));
    }
    offers
}

/// The greater version wins; one version with two contents is fetched to be looked at.
fn exchange_signed(ours: &[SignedHead], theirs: &[SignedHead]) -> Vec<Step> {
    let of = |heads: &[SignedHead]| -> BTreeMap<SignedKind, (u64, [u8; 32])> {
        heads
            .iter()
            .filter_map(|head| {
                let kind = SignedKind::from_text(&head.kind)?;
                Some((kind, (head.version, head.hash)))
            })
            .collect()
    };
    let (ours, theirs) = (of(ours), of(theirs));
    let mut have: Vec<(SignedKind, u64)> = ours
        .iter()
        .map(|(kind, (version, _))| (*kind, *version))
        .collect();
    let mut wants = false;
    for (kind, (version, hash)) in &theirs {
        match ours.get(kind) {
            None => wants = true,
            Some((held, _)) if held < version => wants = true,
            Some((held, own)) if held == version && own != hash => {
                wants = true;
                let below = have.iter_mut().filter(|(of, _)| of == kind);
                below.for_each(|(_, version)| *version = version.saturating_sub(1));
            }
            Some(_) => {}
        }
    }
    let kinds: Vec<SignedKind> = ours
        .iter()
        .filter(|(kind, (version, _))| theirs.get(kind).is_none_or(|(held, _)| held < version))
        .map(|(kind, _)| *kind)
        .collect();
    let fetch = wants.then_some(Step::Ask(Request::FetchSigned { have }));
    let offer = (!kinds.is_empty()).then_some(Step::Ask(Request::OfferSigned { kinds }));
    fetch.into_iter().chain(offer).collect()
}
