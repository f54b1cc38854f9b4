//! One peer: how it stands, what it is being asked, what waits to be pushed to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::effect::{Request, Span};
use super::event::Place;
use super::vector::Branches;
use crate::ids::{DeviceId, EventId, JournalId};
use crate::sync::backoff::{Backoff, Moment};
use crate::sync::event::CallId;

/// A device that doesn't answer is tried at least that often.
const AWAY_CAP_MS: u64 = 15_000;
/// Facts that may wait for one peer; with more the next round brings them.
const MAX_WAITING: u64 = 500;

/// How a peer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is a way, and it was not tried yet.
    Untried,
    /// It answered what it was asked last.
    Reachable,
    /// It did not.
    Away,
}

/// A peer, as a person is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerView {
    /// Which device.
    pub peer: DeviceId,
    /// How it stands.
    pub standing: Standing,
    /// When it last answered, or called; `None` = never since this began.
    pub seen_at: Option<Moment>,
}

/// A step of a round with one peer.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Ask(Request),
    Fetch(Fetch),
    /// Facts of one event that it lacks.
    Offer(Vec<Span>),
}

/// What is being fetched of one event.
#[derive(Clone, Debug)]
pub(super) struct Fetch {
    pub(super) event: EventId,
    /// How far it has come; of journals that are not wanted, what is here.
    pub(super) after: BTreeMap<JournalId, u64>,
    pub(super) wanted: BTreeMap<JournalId, u64>,
    pub(super) answers: u32,
}

/// What a round is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Aim {
    /// Is it there, and which signed objects has it? Any number at a time: most may be dead addresses.
    #[default]
    Greet,
    /// Vectors are compared and facts exchanged, too: of such rounds there are few at a time.
    Compare,
}

/// One round: what it is being asked, and what comes then.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) steps: VecDeque<Step>,
    pub(super) fetching: Option<Fetch>,
    /// The event whose vector it is being asked for.
    pub(super) comparing: Option<EventId>,
    pub(super) aim: Aim,
    /// Branches that are here once the round is over.
    pub(super) fetched: Branches,
    /// Branches that are there once the round is over.
    pub(super) offered: Branches,
}

#[derive(Debug)]
pub(super) struct Peer {
    pub(super) events: BTreeSet<EventId>,
    pub(super) standing: Standing,
    pub(super) seen_at: Option<Moment>,
    pub(super) backoff: Backoff,
    pub(super) round: Option<Round>,
    /// A comparison is due as soon as there is room for one.
    pub(super) is_due: bool,
    pub(super) push: Option<CallId>,
    /// Branches of forked journals that it was offered.
    pub(super) offered: Branches,
    waiting: BTreeSet<Place>,
}

impl Peer {
    pub(super) fn new(events: BTreeSet<EventId>) -> Self {
        Self {
            events,
            standing: Standing::Untried,
            seen_at: None,
            backoff: Backoff::capped(AWAY_CAP_MS),
            round: None,
            is_due: true,
            push: None,
            offered: Branches::new(),
            waiting: BTreeSet::new(),
        }
    }

    pub(super) fn answered(&mut self, now: Moment) {
        self.seen_at = Some(now);
        self.standing = Standing::Reachable;
        self.backoff.succeed();
    }

    /// Nothing waits for a peer that doesn't answer: the first round after it is back brings all.
    pub(super) fn is_away(&mut self) {
        self.standing = Standing::Away;
        self.round = None;
        self.is_due = true;
        self.waiting.clear();
    }

    pub(super) fn wait(&mut self, places: impl Iterator<Item = Place>) {
        let events = &self.events;
        self.waiting
            .extend(places.filter(|place| events.contains(&place.event)));
        if self.waiting.len() as u64 > MAX_WAITING {
            self.waiting.clear();
            self.is_due = true;
        }
    }

    pub(super) fn take_waiting(&mut self) -> Vec<Span> {
        spans(&std::mem::take(&mut self.waiting))
    }
}

/// Places as spans.
pub(super) fn spans(places: &BTreeSet<Place>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for place in places {
        match spans.last_mut() {
            Some(last)
                if (last.event, last.journal) == (place.event, place.journal)
                    && last.through + 1 == place.seq =>
            {
                last.through = place.seq;
            }
            Some(_) | None => spans.push(Span {
                event: place.event,
                journal: place.journal,
                from: place.seq,
                through: place.seq,
            }),
        }
    }
    spans
}
