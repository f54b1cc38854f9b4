//! Keeps a replica in step with its server, without I/O: events in, effects out.
//!
//! Three loops that don't wait for each other: the session, the push of facts, the pull of rosters.
//! Each has its own backoff, so that a push that fails never stops pulls, nor the other way round.
//! Nothing is sent that depends on something unsaved: what saves comes back as an event first.
//! Whoever drives the engine carries out its effects and owns sockets, disk, clock and randomness.

mod failure;
mod feed;
mod push;
mod signed;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::feed::Feed;
use self::push::PushLoop;
use self::signed::Signed;
use super::backoff::{Backoff, Moment};
use super::effect::{Effect, Report, Request, Save};
use super::event::{CallId, Event, Grant, Resume, Times};
use super::state::{BlockReason, Outage, Progress, State};
use crate::clock::{DeviceTime, UnixMillis};
use crate::ids::{EventId, Random};

/// What an event comes with.
pub struct Context<'a> {
    /// Now.
    pub now: Moment,
    /// For the jitter of delays.
    pub random: &'a mut dyn Random,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// What the engine is to do once it is caught up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Ask the server to hold each request until something changes.
    Changes,
    /// Ask now and then without holding: for a single round.
    Once,
    /// Ask for nothing: the device has signed off and only hands in what it saw.
    Nothing,
}

/// Feeds that may each hold a request open; with more of them all are asked now and then.
const MAX_HELD_REQUESTS: usize = 4;
/// Seconds that the server may hold a request.
const WAIT_S: u32 = 25;
/// Between two pulls that brought nothing, however fast the server answered.
const POLL_MS: u64 = 10_000;
/// How often pulls and sessions are tried again when a person has to act.
const HUMAN_MS: u64 = 10 * 60_000;
/// A measurement of the clock that changes nothing is kept no more often.
const MEASURE_MS: u64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    OpenSession,
    SaveGrant,
    Push,
    SaveAcks,
    PullSigned,
    SaveSigned,
    Pull { event: EventId, wait_s: u32 },
    ApplyPage(EventId),
    BeginShadow(EventId),
    SwapShadow(EventId),
    SaveClock,
    Erase,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    purpose: Purpose,
    sent_at: Moment,
    /// The session that it was sent under.
    session: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Session {
    Closed,
    Opening,
    Open { since: Moment },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Untried,
    Up,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Erasure {
    NotNeeded,
    Due,
    UnderWay,
    Done,
}

/// The engine. See the module.
#[derive(Debug)]
pub struct Engine {
    follow: Follow,
    is_enrolled: bool,
    calls: BTreeMap<CallId, Call>,
    last_call: u64,
    time: DeviceTime,
    measure_again_at: Moment,
    session: Session,
    session_number: u64,
    session_backoff: Backoff,
    link: Link,
    /// Other devices of the venue that answer.
    peers: usize,
    blocked: Option<BlockReason>,
    is_too_old: bool,
    erasure: Erasure,
    erase_backoff: Backoff,
    push: PushLoop,
    signed: Signed,
    pull_backoff: Backoff,
    feeds: BTreeMap<EventId, Feed>,
}

impl Engine {
    /// Of a device that is nobody's yet: it does nothing.
    pub fn unenrolled() -> Self {
        Self {
            is_enrolled: false,
            ..Self::resume(Resume::default(), Follow::Changes)
        }
    }

    /// Of an enrolled device. Hand it `Event::Tick` to begin.
    pub fn resume(resume: Resume, follow: Follow) -> Self {
        Self {
            follow,
            is_enrolled: true,
            calls: BTreeMap::new(),
            last_call: 0,
            time: DeviceTime::resume(resume.clock),
            measure_again_at: Moment::default(),
            session: Session::Closed,
            session_number: 0,
            session_backoff: Backoff::default(),
            link: Link::Untried,
            peers: 0,
            blocked: None,
            is_too_old: false,
            erasure: Erasure::NotNeeded,
            erase_backoff: Backoff::default(),
            push: PushLoop::default(),
            signed: Signed::resume(resume.signed_version),
            pull_backoff: Backoff::default(),
            feeds: match follow {
                Follow::Changes | Follow::Once => resume
                    .feeds
                    .into_iter()
                    .map(|feed| (feed.event, Feed::resume(feed.held)))
                    .collect(),
                Follow::Nothing => BTreeMap::new(),
            },
        }
    }

    /// Takes note of an event and says what to do about it.
    pub fn handle(&mut self, event: Event, context: &mut Context<'_>) -> Vec<Effect> {
        let mut out = Vec::new();
        match event {
            Event::Tick => {}
            Event::FactAppended => self.push.nudge(),
            Event::NetworkUp => self.network_is_up(context),
            Event::PeersReachable(peers) => self.peers = peers,
            Event::SessionOpened { call, grant } => {
                self.session_opened(call, grant, &mut out, context);
            }
            Event::PageReceived { call, page, times } => {
                self.page_received(call, page, times, &mut out, context);
            }
            Event::PageApplied { call, checksum } => {
                self.page_applied(call, checksum, &mut out, context);
            }
            Event::SignedReceived { call, objects } => {
                self.signed_received(call, objects, &mut out, context);
            }
            Event::NothingToPush { call } => {
                if self.take(call, Purpose::Push).is_some() {
                    self.push.nothing_left(context.now);
                }
            }
            Event::PushAnswered {
                call,
                answer,
                times,
            } => self.push_answered(call, answer, times, &mut out, context),
            Event::AcksSaved { call, progress } => self.acks_saved(call, progress, context),
            Event::Saved { call } => self.saved(call, context),
            Event::Failed { call, failure } => self.failed(call, failure, &mut out, context),
        }
        self.advance(&mut out, context.now);
        out
    }

    /// How the device stands.
    pub fn state(&self) -> State {
        if !self.is_enrolled {
            return State::Unenrolled;
        }
        if let Some(reason) = self.blocked {
            return State::Blocked(reason);
        }
        if self.is_too_old {
            return State::NeedsUpgrade;
        }
        if self.link == Link::Down {
            return State::Degraded(match self.peers {
                0 => Outage::Offline,
                1.. => Outage::Lan,
            });
        }
        self.feed_state()
    }

    fn feed_state(&self) -> State {
        let mut progress: Option<Progress> = None;
        let mut head = None;
        for feed in self.feeds.values() {
            if feed.is_resetting() {
                return State::NeedsReset;
            }
            if let Some(of_feed) = feed.first_progress() {
                let sum = progress.get_or_insert_default();
                sum.pages += of_feed.pages;
                sum.rows += of_feed.rows;
            } else if !feed.is_live() {
                head = head.max(Some(feed.head()));
            }
        }
        match (progress, head) {
            (Some(progress), _) => State::Bootstrapping(progress),
            (None, Some(head)) => State::CatchingUp { head },
            (None, None) if self.link == Link::Untried => State::CatchingUp { head: 0 },
            (None, None) => State::Live,
        }
    }

    /// The last number of an event's feed, as its last page said; 0 before the first.
    pub fn head(&self, event: EventId) -> u64 {
        self.feeds.get(&event).map_or(0, Feed::head)
    }

    /// Everything of the server is here, and everything of this device there.
    pub fn is_settled(&self) -> bool {
        let has_signed = match self.follow {
            Follow::Changes | Follow::Once => self.signed.is_settled(),
            Follow::Nothing => true,
        };
        self.state() == State::Live
            && self.push.is_at_rest()
            && matches!(self.session, Session::Open { .. })
            && has_signed
            && self
                .calls
                .values()
                .all(|call| matches!(call.purpose, Purpose::Pull { .. }))
    }

    fn network_is_up(&mut self, context: &mut Context<'_>) {
        let feeds = self.feeds.values_mut().map(Feed::backoff);
        [
            &mut self.session_backoff,
            &mut self.pull_backoff,
            self.push.backoff(),
        ]
        .into_iter()
        .chain(feeds)
        .for_each(|backoff| backoff.network_is_up(context.now, context.random));
    }

    fn session_opened(
        &mut self,
        call: CallId,
        grant: Grant,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        if self.take(call, Purpose::OpenSession).is_none() {
            return;
        }
        self.link = Link::Up;
        self.blocked = self.blocked.filter(|was| *was == BlockReason::Revoked);
        self.feeds.retain(|event, _| grant.events.contains(event));
        let followed: &[EventId] = match self.follow {
            Follow::Changes | Follow::Once => &grant.events,
            Follow::Nothing => &[],
        };
        for event in followed {
            let feed = self.feeds.entry(*event).or_insert_with(Feed::new);
            feed.ask_at_once(context.now);
        }
        self.forget_push();
        self.save(Purpose::SaveGrant, Save::Grant(grant), out, context.now);
    }

    fn saved(&mut self, id: CallId, context: &Context<'_>) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        match call.purpose {
            Purpose::SaveGrant => {
                self.session = Session::Open { since: context.now };
                self.session_number += 1;
                self.session_backoff.succeed();
                self.signed.session_opened();
                self.push.session_opened();
            }
            Purpose::SaveSigned => self.signed.saved(),
            Purpose::BeginShadow(event) => self.with_feed(event, Feed::shadow_begun),
            Purpose::SwapShadow(event) => {
                self.with_feed(event, |feed| feed.shadow_swapped(context.now));
                self.push.nudge();
            }
            Purpose::Erase => self.erasure = Erasure::Done,
            Purpose::SaveClock => {}
            Purpose::OpenSession
            | Purpose::Push
            | Purpose::SaveAcks
            | Purpose::PullSigned
            | Purpose::Pull { .. }
            | Purpose::ApplyPage(_) => {
                self.calls.insert(id, call);
            }
        }
    }

    fn signed_received(
        &mut self,
        call: CallId,
        objects: Vec<crate::roster::signed::SignedObject>,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        if self.take(call, Purpose::PullSigned).is_none() {
            return;
        }
        self.pull_worked();
        let newest = objects.iter().map(|object| object.version).max();
        self.signed.answered(newest);
        if objects.is_empty() {
            self.signed.saved();
        } else {
            self.save(Purpose::SaveSigned, Save::Signed(objects), out, context.now);
        }
    }

    fn pull_worked(&mut self) {
        self.link = Link::Up;
        self.is_too_old = false;
        self.pull_backoff.succeed();
    }

    /// Keeps the offset if it was measured well enough: a held request says nothing about it.
    fn measured(
        &mut self,
        times: Times,
        server_ms: UnixMillis,
        out: &mut Vec<Effect>,
        now: Moment,
    ) {
        let (before, warned) = (self.time.offset(), self.time.warning());
        self.time
            .measured(times.sent_ms, times.received_ms, server_ms);
        if let Some(offset_ms) = self.time.warning().filter(|_| warned.is_none()) {
            out.push(Effect::Report(Report::ClockWrong { offset_ms }));
        }
        if self.time.offset() != before || now >= self.measure_again_at {
            self.measure_again_at = now.after(MEASURE_MS);
            let save = Save::Measured { times, server_ms };
            self.save(Purpose::SaveClock, save, out, now);
        }
    }

    fn with_feed(&mut self, event: EventId, change: impl FnOnce(&mut Feed)) {
        if let Some(feed) = self.feeds.get_mut(&event) {
            change(feed);
        }
    }

    /// Takes the call off the list if it is that one; a second outcome finds nothing.
    fn take(&mut self, id: CallId, purpose: Purpose) -> Option<Call> {
        let call = self.calls.get(&id)?;
        if call.purpose != purpose {
            return None;
        }
        self.calls.remove(&id)
    }

    fn note(&mut self, purpose: Purpose, now: Moment) -> CallId {
        self.last_call += 1;
        let id = CallId(self.last_call);
        let call = Call {
            purpose,
            sent_at: now,
            session: self.session_number,
        };
        self.calls.insert(id, call);
        id
    }

    fn save(&mut self, purpose: Purpose, save: Save, out: &mut Vec<Effect>, now: Moment) {
        let id = self.note(purpose, now);
        out.push(Effect::Save(id, save));
    }

    fn send(&mut self, purpose: Purpose, request: Request, out: &mut Vec<Effect>, now: Moment) {
        let id = self.note(purpose, now);
        out.push(Effect::Send(id, request));
    }

    /// Starts whatever is due: the push first, the pulls beside it.
    fn advance(&mut self, out: &mut Vec<Effect>, now: Moment) {
        if !self.is_enrolled {
            return;
        }
        if self.erasure == Erasure::Due && self.erase_backoff.ready_at() <= now {
            self.erasure = Erasure::UnderWay;
            self.save(Purpose::Erase, Save::EraseSecrets, out, now);
        }
        if self.renew_session_at().is_some_and(|at| at <= now) {
            self.session = Session::Closed;
        }
        match self.session {
            Session::Closed if self.session_backoff.ready_at() <= now => {
                self.session = Session::Opening;
                self.send(Purpose::OpenSession, Request::OpenSession, out, now);
            }
            Session::Closed | Session::Opening => {}
            Session::Open { .. } => {
                if let Some((limit, parked)) = self.push.start(now) {
                    self.send(Purpose::Push, Request::Push { limit, parked }, out, now);
                }
                self.start_pulls(out, now);
            }
        }
        if let Some(at) = self.next_deadline(now) {
            out.push(Effect::WakeAt(at));
        }
    }

    /// Whoever may not pull would hear nothing more of its server, and never learn that it was put back to a backup and
    /// lacks again what it had acknowledged.
    fn renew_session_at(&self) -> Option<Moment> {
        match self.session {
            Session::Open { since } if self.blocked.is_some() => Some(since.after(HUMAN_MS)),
            Session::Open { .. } | Session::Opening | Session::Closed => None,
        }
    }

    fn may_pull(&self) -> bool {
        self.blocked.is_none() && self.follow != Follow::Nothing
    }

    fn start_pulls(&mut self, out: &mut Vec<Effect>, now: Moment) {
        if !self.may_pull() || self.pull_backoff.ready_at() > now {
            return;
        }
        if self.signed.is_due() {
            self.signed.ask();
            self.send(Purpose::PullSigned, Request::PullSigned, out, now);
        }
        // The first keys come before the first tickets, or a fact's author would be unknown.
        if !self.signed.was_asked() {
            return;
        }
        let hold_s = match self.follow {
            Follow::Changes if self.feeds.len() <= MAX_HELD_REQUESTS => WAIT_S,
            Follow::Changes | Follow::Once | Follow::Nothing => 0,
        };
        let events: Vec<EventId> = self.feeds.keys().copied().collect();
        for event in events {
            self.start_feed(event, hold_s, out, now);
        }
    }

    fn next_deadline(&self, now: Moment) -> Option<Moment> {
        let mut deadlines = Vec::new();
        if self.erasure == Erasure::Due {
            deadlines.push(self.erase_backoff.ready_at());
        }
        match self.session {
            Session::Closed => deadlines.push(self.session_backoff.ready_at()),
            Session::Opening => {}
            Session::Open { .. } => {
                deadlines.extend(self.renew_session_at());
                deadlines.extend(self.push.due_at());
                if self.may_pull() {
                    let gate = self.pull_backoff.ready_at();
                    if self.signed.is_due() {
                        deadlines.push(gate);
                    }
                    let feeds = self.feeds.values().filter_map(Feed::due_at);
                    deadlines.extend(feeds.map(|due| due.max(gate)));
                }
            }
        }
        deadlines.into_iter().filter(|at| *at > now).min()
    }
}
