//! Carries out what the engine wants: saves in the replica first, sends to the server second.
//!
//! No transaction of the replica is ever open while a request is under way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use shared::clock::Clock;
use shared::ids::Random;
use shared::sync::backoff::Moment;
use shared::sync::effect::{Effect, Report};
use shared::sync::engine::{Context, Engine, Follow};
use shared::sync::event::Event;
use shared::sync::state::{Outage, State};
use shared::sync::summaries::{Pulled, SummaryPulls};
use tokio::sync::mpsc::UnboundedReceiver;

use super::claims::ClaimDesk;
use super::contacts::{self, ContactSends, Sent};
use super::introduce::introduce;
use super::names;
use super::requests::{self, Caller};
use super::saves;
use super::stock::{self, Asked, StockAsks, StockDesk};
use super::transport::{SyncTransport, TransportError};
use crate::peers::LanLink;
use crate::replica::facts::Origin;
use crate::replica::identity::{self, Identity, SigningKeyError};
use crate::replica::{Priority, Replica, ReplicaError, StoredFact, sign_off};
use crate::status::SyncPhase;

/// What was heard from another device is handed in once it has waited for so long: most often its author, or another
/// device, does it sooner, and the feed says so.
const CARRY_AFTER_MS: i64 = 3_000;

/// Siblings that came since are learnt of, while the server is there.
const INTRODUCE_EVERY: Duration = Duration::from_secs(30);

/// Names are wiped 7 days after their event: an hour more is nothing.
const EXPIRE_NAMES_EVERY: Duration = Duration::from_hours(1);

/// The driver could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartSyncError {
    /// Nobody's device yet, or its keys are elsewhere.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The replica can't be read.
    #[error("reading where this device stands")]
    Replica(#[from] ReplicaError),
}

impl StartSyncError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::Replica(error) => error.code(),
        }
    }
}

/// Drives one device's engine.
pub struct Driver<T> {
    replica: Replica,
    engine: Engine,
    caller: Arc<Caller<T>>,
    clock: Arc<dyn Clock>,
    random: Box<dyn Random + Send>,
    began: Instant,
    stored: UnboundedReceiver<Vec<StoredFact>>,
    under_way: FuturesUnordered<BoxFuture<'static, Came>>,
    to_handle: VecDeque<Event>,
    wake_at: Option<Moment>,
    told: Option<State>,
    last_failure: Option<(&'static str, String)>,
    lan: Option<LanLink>,
    introductions: FuturesUnordered<BoxFuture<'static, ()>>,
    introduce_at: Option<Instant>,
    /// Names: beside the engine, and only while it has nothing left to fetch.
    summaries: SummaryPulls,
    names_under_way: FuturesUnordered<BoxFuture<'static, Pulled>>,
    expire_names_at: Instant,
    /// Places to sell: beside the engine too.
    stock: StockAsks,
    sells: bool,
    follow: Follow,
    stock_under_way: FuturesUnordered<BoxFuture<'static, Asked>>,
    /// What guests left: beside the engine too.
    contacts: ContactSends,
    contacts_under_way: FuturesUnordered<BoxFuture<'static, Sent>>,
}

/// What a request brought.
pub(super) struct Came {
    pub(super) event: Event,
    pub(super) failure: Option<TransportError>,
}

/// What whoever watches the driver is told.
#[derive(Debug)]
pub enum News {
    /// The state changed.
    State(State),
    /// Something for a person.
    Report(Report),
    /// A request failed; it will be made again.
    Failed(TransportError),
}

impl<T: SyncTransport + 'static> Driver<T> {
    /// Of an enrolled replica. One that has signed off only hands in what it saw, whatever `follow` says.
    pub fn start(
        replica: &Replica,
        transport: T,
        follow: Follow,
        clock: Arc<dyn Clock>,
        random: Box<dyn Random + Send>,
    ) -> Result<Self, StartSyncError> {
        let key = replica.signing_key()?;
        let identity: Identity = replica
            .read(identity::load)?
            .ok_or(SigningKeyError::NotEnrolled)?;
        let resume = replica.read(saves::resume)?;
        let follow = match replica.read(sign_off::since_ms)? {
            None => follow,
            Some(_) => Follow::Nothing,
        };
        let engine = Engine::resume(resume, follow);
        let mut summaries = SummaryPulls::default();
        summaries.granted(identity.rights, &identity.events);
        let sells = identity.rights.sell && follow != Follow::Nothing;
        let replica = replica.with_priority(Priority::Background);
        let stored = replica.facts_stored();
        let carry_after_ms = match follow {
            Follow::Changes => CARRY_AFTER_MS,
            Follow::Once | Follow::Nothing => 0,
        };
        let caller = Caller::new(
            transport,
            replica.clone(),
            identity,
            key,
            Arc::clone(&clock),
            carry_after_ms,
        );
        Ok(Self {
            replica,
            engine,
            caller: Arc::new(caller),
            clock,
            random,
            began: Instant::now(),
            stored,
            under_way: FuturesUnordered::new(),
            to_handle: VecDeque::from([Event::Tick]),
            wake_at: None,
            told: None,
            last_failure: None,
            lan: None,
            introductions: FuturesUnordered::new(),
            introduce_at: None,
            summaries,
            names_under_way: FuturesUnordered::new(),
            expire_names_at: Instant::now(),
            stock: StockAsks::default(),
            sells,
            follow,
            stock_under_way: FuturesUnordered::new(),
            contacts: ContactSends::default(),
            contacts_under_way: FuturesUnordered::new(),
        })
    }

    /// Works with the exchange between devices: it tells whether there are any, and the server is asked for what it
    /// needs.
    pub fn with_lan(mut self, lan: LanLink) -> Self {
        self.lan = Some(lan);
        self
    }

    /// For a door that asks before the light; see [`super::claim_line`].
    pub fn claim_desk(&self) -> ClaimDesk<T> {
        ClaimDesk::of(&self.caller)
    }

    /// For a till that sells what its lease doesn't cover.
    pub fn stock_desk(&self) -> StockDesk<T> {
        StockDesk::of(&self.caller)
    }

    pub(super) fn replica(&self) -> &Replica {
        &self.replica
    }

    pub(super) fn caller(&self) -> &Caller<T> {
        &self.caller
    }

    /// How the device stands.
    pub fn state(&self) -> State {
        self.engine.state()
    }

    /// Everything of the server is here, and everything of this device there.
    pub fn is_settled(&self) -> bool {
        let is_in_stock = !self.sells || (self.stock.is_settled() && self.stored.is_empty());
        self.engine.is_settled()
            && self.to_handle.is_empty()
            && self.summaries.is_settled()
            && self.contacts.is_settled()
            && is_in_stock
    }

    /// Code and words of the last request that failed, if none has succeeded since.
    pub fn last_failure(&self) -> Option<&(&'static str, String)> {
        self.last_failure.as_ref()
    }

    /// This device wrote a fact: send it soon.
    pub fn fact_appended(&mut self) {
        self.to_handle.push_back(Event::FactAppended);
    }

    /// One step: waits for a request or for the next deadline, unless something has come already, and
    /// handles it with all that follows from it. Drop the future half-way only to stop: what was saved
    /// is saved, and the rest is asked for again after a start.
    pub async fn step(&mut self, news: &mut impl FnMut(News)) {
        if self.to_handle.is_empty() {
            self.wait(news).await;
        }
        while let Some(event) = self.to_handle.pop_front() {
            self.handle(event, news).await;
        }
        self.note_state(news).await;
        self.expire_names().await;
        self.pull_names();
        self.ask_for_stock();
        self.send_contacts();
    }

    /// Once the journal that names them is with the server; also of a device that signed off.
    fn send_contacts(&mut self) {
        let is_due = self.contacts_under_way.is_empty() && self.engine.is_settled();
        if is_due && self.contacts.next_at() <= Instant::now() {
            let caller = Arc::clone(&self.caller);
            self.contacts_under_way
                .push(Box::pin(contacts::send(caller)));
        }
    }

    /// Once all that this till did is with the server.
    fn ask_for_stock(&mut self) {
        let is_due = self.sells && self.stock_under_way.is_empty();
        if is_due && self.engine.is_settled() && self.stock.next_at() <= Instant::now() {
            let caller = Arc::clone(&self.caller);
            self.stock_under_way.push(Box::pin(stock::top_up(caller)));
        }
    }

    /// Also where the server can't be reached.
    async fn expire_names(&mut self) {
        if self.expire_names_at > Instant::now() {
            return;
        }
        self.expire_names_at = Instant::now() + EXPIRE_NAMES_EVERY;
        if let Err(error) = names::wipe_expired(&self.replica, self.clock.now_ms()).await {
            tracing::error!(error = %error, "wiping the names of events that are over failed");
        }
    }

    /// What doors decide by comes first: names are asked for once every roster is caught up.
    fn pull_names(&mut self) {
        if self.engine.state() != State::Live {
            return;
        }
        let now = self.now();
        let head = |event| self.engine.head(event);
        if let Some(event) = self.summaries.next(now, head) {
            let caller = Arc::clone(&self.caller);
            self.names_under_way
                .push(Box::pin(names::pull(caller, event)));
        }
    }

    fn names_due_at(&self) -> Option<Moment> {
        if self.engine.state() != State::Live {
            return None;
        }
        self.summaries.due_at(|event| self.engine.head(event))
    }

    async fn wait(&mut self, news: &mut impl FnMut(News)) {
        let wake_at = self.wake_at.into_iter().chain(self.names_due_at()).min();
        let pause = wake_at.map_or(Duration::from_mins(1), |at| {
            Duration::from_millis(at.since(self.now()))
        });
        let waits_for_stock =
            self.sells && self.stock_under_way.is_empty() && self.engine.is_settled();
        let pause = if waits_for_stock {
            let until = self.stock.next_at();
            pause.min(until.saturating_duration_since(Instant::now()))
        } else {
            pause
        };
        let pause = if self.contacts_under_way.is_empty() && self.engine.is_settled() {
            let until = self.contacts.next_at();
            pause.min(until.saturating_duration_since(Instant::now()))
        } else {
            pause
        };
        let introduce_at = self.introduce_at.map(tokio::time::Instant::from_std);
        tokio::select! {
            Some(came) = self.under_way.next(), if !self.under_way.is_empty() => self.came(came, news),
            Some(facts) = self.stored.recv() => self.note_own_facts(&facts),
            Some(heard) = heard(&mut self.lan) => match heard {
                Heard::Reachable(peers) => self.to_handle.push_back(Event::PeersReachable(peers)),
                Heard::Moved => self.introduce_at = self.introduce_at.map(|_| Instant::now()),
            },
            Some(()) = self.introductions.next(), if !self.introductions.is_empty() => {}
            Some(pulled) = self.names_under_way.next(), if !self.names_under_way.is_empty() => {
                let now = self.now();
                self.summaries.came(pulled, now, self.random.as_mut());
            }
            Some(asked) = self.stock_under_way.next(), if !self.stock_under_way.is_empty() => self.stock.came(asked),
            Some(sent) = self.contacts_under_way.next(), if !self.contacts_under_way.is_empty() => self.contacts.came(sent),
            () = sleep_until(introduce_at) => self.introduce(),
            () = tokio::time::sleep(pause) => self.to_handle.push_back(Event::Tick),
        }
    }

    /// The door writes from another thread: what it saw goes up at once.
    fn note_own_facts(&mut self, facts: &[StoredFact]) {
        if facts.iter().any(|fact| fact.origin == Origin::Own) {
            self.to_handle.push_back(Event::FactAppended);
            self.stock.soon();
            self.contacts.soon();
        }
    }

    fn introduce(&mut self) {
        let Some(lan) = &self.lan else {
            return;
        };
        self.introduce_at = Some(Instant::now() + INTRODUCE_EVERY);
        let caller = Arc::clone(&self.caller);
        let addresses = lan.addresses.borrow().clone();
        self.introductions
            .push(Box::pin(introduce(caller, addresses)));
    }

    fn came(&mut self, came: Came, news: &mut impl FnMut(News)) {
        if let Event::SessionOpened { grant, .. } = &came.event {
            self.summaries.granted(grant.rights, &grant.events);
            self.sells = grant.rights.sell && self.follow != Follow::Nothing;
            if self.lan.is_some() {
                self.introduce();
            }
        }
        self.to_handle.push_back(came.event);
        match came.failure {
            None => self.last_failure = None,
            Some(failure) => {
                self.last_failure = Some((failure.code(), failure.to_string()));
                news(News::Failed(failure));
            }
        }
    }

    async fn handle(&mut self, event: Event, news: &mut impl FnMut(News)) {
        let mut context = Context {
            now: self.now(),
            random: self.random.as_mut(),
        };
        let effects = self.engine.handle(event, &mut context);
        let (saves, others): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Save(..)));
        self.wake_at = None;
        for effect in saves.into_iter().chain(others) {
            match effect {
                Effect::Save(call, save) => {
                    let author = self.caller.author();
                    let done =
                        saves::carry_out(&self.replica, author, call, save, self.clock.now_ms())
                            .await;
                    self.to_handle.push_back(done.unwrap_or_else(|error| {
                        tracing::error!(error = %error, "saving what the server sent failed");
                        let failure = error.failure();
                        Event::Failed { call, failure }
                    }));
                }
                Effect::Send(call, request) => {
                    let caller = Arc::clone(&self.caller);
                    self.under_way
                        .push(Box::pin(requests::carry_out(caller, call, request)));
                }
                Effect::Report(report) => news(News::Report(report)),
                Effect::WakeAt(at) => self.wake_at = Some(at),
            }
        }
    }

    async fn note_state(&mut self, news: &mut impl FnMut(News)) {
        let state = self.engine.state();
        if self.told == Some(state) {
            return;
        }
        self.told = Some(state);
        news(News::State(state));
        if let Some(phase) = phase_of(state) {
            let now_ms = self.clock.now_ms();
            let noted = self
                .replica
                .write_async(move |tx| crate::replica::sync_state::enter_phase(tx, phase, now_ms))
                .await;
            if let Err(error) = noted {
                tracing::error!(error = %error, "noting how this device stands failed");
            }
        }
    }

    fn now(&self) -> Moment {
        Moment(self.began.elapsed().as_millis() as u64)
    }
}

/// What the exchange between devices tells.
enum Heard {
    Reachable(usize),
    /// This device may be reached elsewhere now.
    Moved,
}

async fn heard(lan: &mut Option<LanLink>) -> Option<Heard> {
    let Some(lan) = lan else {
        return std::future::pending().await;
    };
    let heard = tokio::select! {
        changed = lan.reachable.changed() => changed.map(|()| Heard::Reachable(*lan.reachable.borrow())),
        changed = lan.addresses.changed() => changed.map(|()| Heard::Moved),
    };
    match heard {
        Ok(heard) => Some(heard),
        // The exchange has ended: nothing will be heard of it any more.
        Err(_) => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn phase_of(state: State) -> Option<SyncPhase> {
    match state {
        State::Unenrolled => None,
        State::Bootstrapping(_) => Some(SyncPhase::Bootstrapping),
        State::CatchingUp { .. } => Some(SyncPhase::CatchingUp),
        State::Live => Some(SyncPhase::Live),
        State::Degraded(Outage::Lan) => Some(SyncPhase::Lan),
        State::Degraded(Outage::Offline) => Some(SyncPhase::Offline),
        State::NeedsReset => Some(SyncPhase::NeedsReset),
        State::NeedsUpgrade => Some(SyncPhase::NeedsUpgrade),
        State::Blocked(_) => Some(SyncPhase::Blocked),
    }
}
