//! Calling other devices. A peer is called by the name in its certificate, at whichever of its addresses answers.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Method, RequestBuilder, Response};
use rustls::client::ClientConfig;
use rustls::pki_types::CertificateDer;
use serde::de::DeserializeOwned;
use shared::clock::Clock;
use shared::ids::{DeviceId, EventId, JournalId};
use shared::roster::signed::{SignedAnswer, SignedKind};
use shared::sync::backoff::Moment;
use shared::sync::event::{CallId, Failure};
use shared::sync::gossip::effect::{Ask, Request, Span};
use shared::sync::gossip::event::Event;
use shared::sync::peer_clocks::{Greeting, PeerClocks};
use shared::sync::peer_name::{ANY_DEVICE, name_of};
use shared::wire::latest::{
    DeviceFacts, EnvelopeBytes, ErrorBody, FactsAnswer, FactsUpload, PROTOCOL, PeerHello,
    PlacesAnswer, PlacesAsk, RightAnswer, RightAsk, VectorAnswer,
};

use super::credentials::device_named;
use super::{LARGEST_BODY, MOST_FACTS};
use crate::replica::{Replica, ReplicaError, held, signed};

/// Addresses of one peer that are tried at the same time.
const MOST_TRIED: usize = 6;
/// As long as the other side keeps an idle connection, and a little less.
const IDLE: Duration = Duration::from_mins(9);
/// For the greeting of an address of which nobody knows whose it is.
const PROBE: Duration = Duration::from_secs(3);

/// Calls peers. Clones share connections.
#[derive(Clone)]
pub(super) struct Dialer {
    replica: Replica,
    clock: Arc<dyn Clock>,
    began: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    config: Option<ClientConfig>,
    routes: HashMap<DeviceId, Route>,
    clocks: PeerClocks,
}

/// Who answered a greeting where, and when.
struct Greeted {
    address: SocketAddr,
    hello: PeerHello,
    greeting: Greeting,
}

/// How one peer is reached.
#[derive(Default)]
struct Route {
    /// Those that answered last first.
    candidates: Vec<SocketAddr>,
    clients: HashMap<SocketAddr, Client>,
    current: Option<SocketAddr>,
}

/// Nobody was reached, or who was said no.
#[derive(Debug)]
pub(super) enum AskError {
    Network,
    AnotherDevice,
    Refused(ErrorBody),
    Replica(ReplicaError),
}

impl From<reqwest::Error> for AskError {
    fn from(_: reqwest::Error) -> Self {
        Self::Network
    }
}

impl From<ReplicaError> for AskError {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

impl AskError {
    fn failure(self) -> Failure {
        match self {
            Self::Network => Failure::Network,
            Self::AnotherDevice => Failure::WrongServer,
            Self::Refused(ErrorBody { code, .. }) => Failure::Refused {
                code,
                retry_after_ms: None,
            },
            Self::Replica(error) => {
                tracing::error!(%error, "reading what to tell another door failed");
                Failure::Storage
            }
        }
    }
}

impl Dialer {
    pub(super) fn new(replica: Replica, clock: Arc<dyn Clock>) -> Self {
        Self {
            replica,
            clock,
            began: Instant::now(),
            state: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls as this device from now on.
    pub(super) fn call_as(&self, config: ClientConfig) {
        let mut state = self.state();
        state.config = Some(config);
        for route in state.routes.values_mut() {
            route.clients.clear();
        }
    }

    /// Where a peer may be reached, the likeliest first.
    pub(super) fn know(&self, peer: DeviceId, candidates: Vec<SocketAddr>) {
        let mut state = self.state();
        let route = state.routes.entry(peer).or_default();
        route
            .clients
            .retain(|address, _| candidates.contains(address));
        route.current = route.current.filter(|at| candidates.contains(at));
        route.candidates = candidates;
    }

    /// It is no peer any more: nothing that its clock said counts.
    pub(super) fn forget(&self, peer: DeviceId) {
        let mut state = self.state();
        state.routes.remove(&peer);
        state.clocks.forget(peer);
    }

    /// Where it was reached last.
    pub(super) fn reached_at(&self, peer: DeviceId) -> Option<SocketAddr> {
        self.state().routes.get(&peer)?.current
    }

    /// Carries out a request of the exchange; the event tells what came of it.
    pub(super) async fn ask(self, call: CallId, ask: Ask) -> Event {
        let time_out = Duration::from_millis(ask.time_out_ms);
        let asked = tokio::time::timeout(time_out, self.carry_out(call, ask)).await;
        match asked {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => Event::Failed {
                call,
                failure: error.failure(),
            },
            Err(_) => Event::Failed {
                call,
                failure: Failure::Network,
            },
        }
    }

    async fn carry_out(&self, call: CallId, ask: Ask) -> Result<Event, AskError> {
        let peer = ask.peer;
        Ok(match ask.request {
            Request::Hello => {
                let theirs = self.greet(peer).await?.signed;
                let ours = self.replica.read_async(signed::heads).await?;
                Event::Greeted { call, ours, theirs }
            }
            Request::Vector { event } => {
                let path = format!("/events/{event}/vector");
                let answer: VectorAnswer = self.get(peer, Method::POST, &path).await?;
                let ours = self
                    .replica
                    .read_async(move |tx| held::vector(tx, event))
                    .await?;
                Event::Compared {
                    call,
                    ours,
                    theirs: answer.journals,
                }
            }
            Request::Fetch { event, after } => {
                let path = format!("/events/{event}/facts?after={}", places(&after));
                let answer: DeviceFacts = self.get(peer, Method::GET, &path).await?;
                let envelopes = answer.envelopes.into_iter().map(|bytes| bytes.0);
                Event::FactsFetched {
                    call,
                    envelopes: envelopes.collect(),
                }
            }
            Request::OfferFacts { spans } => {
                let upload = self.upload(spans).await?;
                let request = self.request(peer, Method::POST, "/facts")?.json(&upload);
                let _: FactsAnswer = answer(request.send().await?).await?;
                Event::Delivered { call }
            }
            Request::FetchSigned { have } => {
                let path = format!("/signed?have={}", versions(&have));
                let answer: SignedAnswer = self.get(peer, Method::GET, &path).await?;
                Event::SignedFetched {
                    call,
                    objects: answer.objects,
                }
            }
            Request::OfferSigned { kinds } => {
                let offered = self.objects(kinds).await?;
                let request = self.request(peer, Method::POST, "/signed")?.json(&offered);
                success(request.send().await?).await?;
                Event::Delivered { call }
            }
        })
    }

    async fn upload(&self, spans: Vec<Span>) -> Result<FactsUpload, AskError> {
        let envelopes = self
            .replica
            .read_async(move |tx| {
                let mut envelopes = Vec::new();
                for span in spans {
                    let room = (2 * MOST_FACTS).saturating_sub(envelopes.len());
                    let (from, through) = (span.from, span.through);
                    envelopes.extend(held::of_span(tx, span.journal, from, through, room)?);
                }
                Ok::<_, ReplicaError>(envelopes)
            })
            .await?;
        Ok(FactsUpload {
            envelopes: envelopes.into_iter().map(EnvelopeBytes).collect(),
        })
    }

    async fn objects(&self, kinds: Vec<SignedKind>) -> Result<SignedAnswer, AskError> {
        let objects = self
            .replica
            .read_async(move |tx| {
                let each = kinds.into_iter().map(|kind| signed::get(tx, kind));
                each.filter_map(Result::transpose)
                    .collect::<Result<Vec<_>, ReplicaError>>()
            })
            .await?;
        Ok(SignedAnswer { objects })
    }

    /// The first of its addresses that answers with its certificate is where it is called from now on.
    async fn greet(&self, peer: DeviceId) -> Result<PeerHello, AskError> {
        let candidates = {
            let state = self.state();
            let route = state.routes.get(&peer).ok_or(AskError::Network)?;
            let first = route.current.into_iter();
            let others = route.candidates.iter().copied();
            let others = others.filter(|at| Some(*at) != route.current);
            first.chain(others).take(MOST_TRIED).collect::<Vec<_>>()
        };
        let name = name_of(peer);
        let mut tries: FuturesUnordered<_> = candidates
            .into_iter()
            .map(|address| self.greet_at(peer, &name, address))
            .collect();
        let mut last = AskError::Network;
        while let Some(tried) = tries.next().await {
            match tried {
                Ok(greeted) => {
                    self.note(peer, &greeted);
                    return Ok(greeted.hello);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// It is called there from now on, and its clock is heard.
    fn note(&self, peer: DeviceId, greeted: &Greeted) {
        let mut state = self.state();
        state.routes.entry(peer).or_default().current = Some(greeted.address);
        let Greeting {
            received_ms, at, ..
        } = greeted.greeting;
        state
            .clocks
            .greeted(peer, greeted.greeting, greeted.hello.time);
        self.replica
            .peers_say(state.clocks.median(received_ms, at), received_ms);
    }

    async fn greet_at(
        &self,
        peer: DeviceId,
        name: &str,
        address: SocketAddr,
    ) -> Result<Greeted, AskError> {
        let client = self.client(peer, name, address)?;
        let request = request(&client, Method::GET, name, address, "/hello");
        let sent_ms = self.clock.now_ms();
        let hello: PeerHello = answer(request.send().await?).await?;
        let greeting = Greeting {
            sent_ms,
            received_ms: self.clock.now_ms(),
            at: Moment(self.began.elapsed().as_millis() as u64),
        };
        if hello.device == peer {
            Ok(Greeted {
                address,
                hello,
                greeting,
            })
        } else {
            Err(AskError::AnotherDevice)
        }
    }

    fn client(&self, peer: DeviceId, name: &str, address: SocketAddr) -> Result<Client, AskError> {
        let mut state = self.state();
        let config = state.config.clone().ok_or(AskError::Network)?;
        let route = state.routes.entry(peer).or_default();
        if let Some(client) = route.clients.get(&address) {
            return Ok(client.clone());
        }
        let client = client(config, name, address)?;
        route.clients.insert(address, client.clone());
        Ok(client)
    }

    fn request(
        &self,
        peer: DeviceId,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, AskError> {
        let address = self.reached_at(peer).ok_or(AskError::Network)?;
        let name = name_of(peer);
        let client = self.client(peer, &name, address)?;
        Ok(request(&client, method, &name, address, path))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        peer: DeviceId,
        method: Method,
        path: &str,
    ) -> Result<T, AskError> {
        answer(self.request(peer, method, path)?.send().await?).await
    }

    /// Asks for a right: what its holder says, and all facts that belong to it.
    pub(super) async fn ask_right(
        &self,
        holder: DeviceId,
        event: EventId,
        ask: &RightAsk,
    ) -> Result<RightAnswer, AskError> {
        let path = format!("/events/{event}/rights/{}", ask.ticket);
        let request = self.request(holder, Method::POST, &path)?.json(ask);
        answer(request.send().await?).await
    }

    /// Asks another till for places: what it hands over, with the tickets.
    pub(super) async fn ask_places(
        &self,
        lender: DeviceId,
        event: EventId,
        ask: &PlacesAsk,
    ) -> Result<PlacesAnswer, AskError> {
        let path = format!("/events/{event}/places");
        let request = self.request(lender, Method::POST, &path)?.json(ask);
        answer(request.send().await?).await
    }

    /// Whose address this is: any device's of the organizer.
    pub(super) async fn whose(&self, address: SocketAddr) -> Option<DeviceId> {
        let config = self.state().config.clone()?;
        let client = client(config, ANY_DEVICE, address).ok()?;
        let request = request(&client, Method::GET, ANY_DEVICE, address, "/hello");
        let response = request.timeout(PROBE).send().await.ok()?;
        let certificate = response.extensions().get::<TlsInfo>()?.peer_certificate()?;
        device_named(&CertificateDer::from(certificate))
    }
}

/// A client for one device at one address: no name server is asked, no proxy is used.
fn client(config: ClientConfig, name: &str, address: SocketAddr) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(config)
        .resolve(name, address)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE)
        .tls_info(true)
        .build()
}

fn request(
    client: &Client,
    method: Method,
    name: &str,
    address: SocketAddr,
    path: &str,
) -> RequestBuilder {
    let port = address.port();
    client
        .request(method, format!("https://{name}:{port}/api/v1/sync{path}"))
        .header("hub-protocol", PROTOCOL)
}

/// The body of a success, at most [`LARGEST_BODY`] of it.
async fn success(mut response: Response) -> Result<Vec<u8>, AskError> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > LARGEST_BODY {
            return Err(AskError::Network);
        }
        bytes.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(bytes);
    }
    Err(serde_json::from_slice(&bytes).map_or(AskError::Network, AskError::Refused))
}

async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, AskError> {
    let bytes = success(response).await?;
    serde_json::from_slice(&bytes).map_err(|_| AskError::Network)
}

fn places(after: &BTreeMap<JournalId, u64>) -> String {
    let each = after
        .iter()
        .map(|(journal, seq)| format!("{journal}:{seq}"));
    each.collect::<Vec<_>>().join(",")
}

fn versions(have: &[(SignedKind, u64)]) -> String {
    let each = have
        .iter()
        .map(|(kind, version)| format!("{}:{version}", kind.as_str()));
    each.collect::<Vec<_>>().join(",")
}
