//! Drives the exchange with the devices of the building: carries out what the gossip wants, tells it of facts that came
//! on the disk, and keeps looking who is there.

mod look;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use shared::clock::Clock;
use shared::ids::{DeviceId, EventId, Random};
use shared::sync::backoff::Moment;
use shared::sync::engine::Context;
use shared::sync::event::{CallId, Failure};
use shared::sync::gossip::effect::{Effect, Report, Save};
use shared::sync::gossip::event::Event;
use shared::sync::gossip::{Gossip, Standing};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel};
use tokio::sync::watch;

use self::look::Looked;
use super::credentials::MadeFrom;
use super::dial::Dialer;
use super::discover::Announcements;
use super::discover::announced::Announced;
use super::rights::{self, RightCall, RightCalls};
use super::saves;
use super::serve::{Called, Desk, Shown, serve};
use crate::door::Author;
use crate::replica::facts::Origin;
use crate::replica::identity::SigningKeyError;
use crate::replica::{Priority, Replica, ReplicaError, StoredFact, identity, sign_off};

/// How often this looks for new devices, addresses and certificates.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What callers bring and was not looked at yet.
const WAITING: usize = 1_024;
/// Announced addresses that wait for the next look.
const MOST_ANNOUNCED: usize = 64;

/// How this device takes part.
#[derive(Clone, Debug)]
pub struct LanConfig {
    /// Where it takes calls.
    pub listen: SocketAddr,
    /// Announce it in the network, and hear announcements.
    pub announces: bool,
    /// The data folder, where `door lan add` leaves what it was told.
    pub data_dir: PathBuf,
}

/// It could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartLanError {
    /// The address is taken, or not of this machine.
    #[error("taking calls of other doors at {0}; give another address with --lan, or `--lan off`")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// Nobody's device yet.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// It has signed off: it shows itself to no other door any more.
    #[error("this door has signed off: it only hands over its journal to the server")]
    SignedOff,
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl StartLanError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listen(..) => "lan_address",
            Self::Key(error) => error.code(),
            Self::SignedOff => "signed_off",
            Self::Replica(error) => error.code(),
        }
    }
}

/// What the driver of the server's sync hears of the exchange.
#[derive(Clone, Debug)]
pub struct LanLink {
    /// How many other devices answer.
    pub reachable: watch::Receiver<usize>,
    /// Where this device takes calls.
    pub addresses: watch::Receiver<Vec<SocketAddr>>,
}

/// What a person may be told of the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LanNews {
    /// So many devices answer now.
    Reachable(usize),
    /// Something to look at.
    Report(Report),
}

/// The exchange of one device.
pub struct Lan {
    replica: Replica,
    clock: Arc<dyn Clock>,
    random: Box<dyn Random + Send>,
    config: LanConfig,
    began: Instant,
    gossip: Gossip,
    dialer: Dialer,
    listener: Option<TcpListener>,
    bound: SocketAddr,
    shown: Shown,
    made_from: Option<MadeFrom>,
    called_sender: Sender<Called>,
    called: Receiver<Called>,
    stored: UnboundedReceiver<Vec<StoredFact>>,
    under_way: FuturesUnordered<BoxFuture<'static, Came>>,
    wake_at: Option<Moment>,
    announcements: Option<Announcements>,
    announced: BTreeSet<(DeviceId, SocketAddr)>,
    known: BTreeMap<DeviceId, BTreeSet<EventId>>,
    probed: BTreeMap<SocketAddr, Instant>,
    noted: (Vec<(DeviceId, bool)>, Option<Instant>),
    reached: BTreeMap<DeviceId, SocketAddr>,
    reachable: watch::Sender<usize>,
    addresses: watch::Sender<Vec<SocketAddr>>,
    author: Author,
    rights: Option<RightCalls>,
}

/// What something under way brought.
enum Came {
    Event(Event),
    Looked(Option<Box<Looked>>),
    Probed(SocketAddr, Option<DeviceId>),
    Written,
}

impl Lan {
    /// Takes the address. Nobody is called or answered before the server gave a certificate.
    pub async fn start(
        replica: &Replica,
        config: LanConfig,
        clock: Arc<dyn Clock>,
        random: Box<dyn Random + Send>,
    ) -> Result<(Self, LanLink), StartLanError> {
        if replica.read_async(sign_off::since_ms).await?.is_some() {
            return Err(StartLanError::SignedOff);
        }
        let failed = |error| StartLanError::Listen(config.listen, error);
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let key = replica.signing_key()?;
        let replica = replica.with_priority(Priority::Background);
        let identity = replica.read_async(identity::load).await?;
        let identity = identity.ok_or(SigningKeyError::NotEnrolled)?;
        let announcements = config.announces.then(Announcements::start);
        let announcements = match announcements.transpose() {
            Ok(announcements) => announcements,
            Err(error) => {
                tracing::warn!(%error, "no announcements in this network; the other ways go on");
                None
            }
        };
        let (called_sender, called) = channel(WAITING);
        let (reachable, is_reachable) = watch::channel(0);
        let (addresses, own_addresses) = watch::channel(Vec::new());
        let lan = Self {
            stored: replica.facts_stored(),
            dialer: Dialer::new(replica.clone(), Arc::clone(&clock)),
            replica,
            clock,
            random,
            config,
            began: Instant::now(),
            gossip: Gossip::new(),
            listener: Some(listener),
            bound,
            shown: Shown::default(),
            made_from: None,
            called_sender,
            called,
            under_way: FuturesUnordered::new(),
            wake_at: None,
            announcements,
            announced: BTreeSet::new(),
            known: BTreeMap::new(),
            probed: BTreeMap::new(),
            noted: (Vec::new(), None),
            reached: BTreeMap::new(),
            reachable,
            addresses,
            author: Author {
                device: identity.device,
                key,
            },
            rights: None,
        };
        let link = LanLink {
            reachable: is_reachable,
            addresses: own_addresses,
        };
        Ok((lan, link))
    }

    /// Makes the calls of a door that asks others for rights.
    #[must_use]
    pub fn with_rights(self, calls: RightCalls) -> Self {
        Self {
            rights: Some(calls),
            ..self
        }
    }

    /// Where it takes calls.
    pub fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Goes on until dropped.
    pub async fn run(mut self, mut news: impl FnMut(LanNews)) {
        let desk = Desk {
            replica: self.replica.clone(),
            clock: Arc::clone(&self.clock),
            called: self.called_sender.clone(),
            author: self.author.clone(),
            scenes: Arc::default(),
            in_hand: self
                .rights
                .as_ref()
                .map(|calls| calls.in_hand.clone())
                .unwrap_or_default(),
        };
        let Some(listener) = self.listener.take() else {
            return;
        };
        let mut serving = std::pin::pin!(serve(listener, Arc::clone(&self.shown), desk));
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_looking = false;
        loop {
            let pause = self.wake_at.map_or(Duration::from_mins(1), |at| {
                Duration::from_millis(at.since(self.now()))
            });
            tokio::select! {
                () = &mut serving => return,
                Some(stored) = self.stored.recv() => self.tell_stored(&stored, &mut news),
                Some(called) = self.called.recv() => self.note_call(called, &mut news),
                Some(came) = self.under_way.next(), if !self.under_way.is_empty() => match came {
                    Came::Event(event) => self.handle(event, &mut news),
                    Came::Looked(looked) => {
                        is_looking = false;
                        if let Some(looked) = looked {
                            self.looked(*looked, &mut news);
                        }
                    }
                    Came::Probed(address, device) => self.probed(address, device),
                    Came::Written => {}
                },
                Some(call) = next_call(&mut self.rights) => {
                    let (dialer, replica) = (self.dialer.clone(), self.replica.clone());
                    let asked = rights::make(call, dialer, replica, self.clock.now_ms());
                    self.under_way.push(Box::pin(async move {
                        asked.await;
                        Came::Written
                    }));
                }
                Some(announced) = next_of(&mut self.announcements) => self.note_announced(announced),
                _ = looks.tick(), if !is_looking => {
                    is_looking = true;
                    self.look();
                }
                () = tokio::time::sleep(pause) => self.handle(Event::Tick, &mut news),
            }
        }
    }

    fn now(&self) -> Moment {
        Moment(self.began.elapsed().as_millis() as u64)
    }

    fn handle(&mut self, event: Event, news: &mut impl FnMut(LanNews)) {
        let mut context = Context {
            now: self.now(),
            random: self.random.as_mut(),
        };
        let effects = self.gossip.handle(event, &mut context);
        self.wake_at = None;
        for effect in effects {
            match effect {
                Effect::Save(call, save) => self.save(call, save),
                Effect::Send(call, ask) => {
                    let asked = self.dialer.clone().ask(call, ask);
                    self.under_way
                        .push(Box::pin(async move { Came::Event(asked.await) }));
                }
                Effect::Report(report) => news(LanNews::Report(report)),
                Effect::WakeAt(at) => self.wake_at = Some(at),
            }
        }
        if let Some(calls) = &self.rights {
            let answering = self
                .gossip
                .peers()
                .filter(|view| view.standing == Standing::Reachable);
            *calls
                .reachable
                .lock()
                .unwrap_or_else(PoisonError::into_inner) =
                answering.map(|view| view.peer).collect();
        }
        let reachable = self.gossip.reachable();
        let has_changed = self.reachable.send_if_modified(|told| {
            let has_changed = *told != reachable;
            *told = reachable;
            has_changed
        });
        if has_changed {
            news(LanNews::Reachable(reachable));
        }
    }

    fn save(&mut self, call: CallId, save: Save) {
        let replica = self.replica.clone();
        let now_ms = self.clock.now_ms();
        let saving = async move {
            match save {
                Save::Facts { from, envelopes } => {
                    let saved = saves::facts(&replica, from, envelopes, now_ms).await?;
                    Ok(Event::FactsSaved { call, saved })
                }
                Save::Signed { objects, .. } => {
                    let saved = saves::objects(&replica, objects).await?;
                    Ok(Event::SignedSaved { call, saved })
                }
            }
        };
        self.under_way.push(Box::pin(async move {
            let saved: Result<Event, ReplicaError> = saving.await;
            Came::Event(saved.unwrap_or_else(|error| {
                tracing::error!(%error, "saving what another door brought failed");
                let failure = Failure::Storage;
                Event::Failed { call, failure }
            }))
        }));
    }

    /// Whoever brought a fact is not told of it.
    fn tell_stored(&mut self, stored: &[StoredFact], news: &mut impl FnMut(LanNews)) {
        let from = |fact: &StoredFact| match fact.origin {
            Origin::Own | Origin::Server => None,
            Origin::Peer(peer) => Some(peer),
        };
        for same in stored.chunk_by(|a, b| from(a) == from(b)) {
            let facts = same.iter().map(|fact| fact.place).collect();
            let from = same.first().and_then(from);
            self.handle(Event::Stored { facts, from }, news);
        }
    }

    fn note_call(&mut self, called: Called, news: &mut impl FnMut(LanNews)) {
        match called {
            Called::By(peer) => self.handle(Event::Called { peer }, news),
            Called::Forked(peer, journal, at) => {
                let report = Report::JournalForkedAtPeer { journal, at, peer };
                news(LanNews::Report(report));
            }
            Called::Rubbish(peer, count) => {
                news(LanNews::Report(Report::PeerSentRubbish { peer, count }));
            }
        }
    }

    fn note_announced(&mut self, announced: Announced) {
        if self.announced.len() < MOST_ANNOUNCED {
            let Announced { device, address } = announced;
            self.announced.insert((device, address));
        }
    }
}

async fn next_call(calls: &mut Option<RightCalls>) -> Option<RightCall> {
    match calls {
        Some(calls) => calls.calls.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_of(announcements: &mut Option<Announcements>) -> Option<Announced> {
    match announcements {
        Some(announcements) => announcements.next().await,
        None => std::future::pending().await,
    }
}
