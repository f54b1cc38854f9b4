//! A stand-in for Stripe, for tests and proofs: it keeps state, has a pay page, and its webhooks go wrong as told.
//!
//! What it knows: Checkout Sessions, PaymentIntents, charges, refunds, events, disputes; accounts of those who are paid,
//! the pages on which they say who they are, transfers and application fees; idempotency keys; errors in Stripe's form;
//! names that Stripe doesn't know are refused. `tools/test_stripe.py` drives it by Stripe's own library, so
//! that both have the same idea of Stripe.

pub mod edge;
mod error;
pub mod faults;
mod form;
mod http;
mod pay_page;
mod setup_page;
pub mod webhooks;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use shared::clock::Clock;
use shared::ids::Random;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use faults::{CallChances, CallFault, Chances, Delivery, Script};
use http::KeptAnswers;
use webhooks::Attempt;
use world::World;
pub use world::{Charged, Passed};

/// The version of Stripe's API that is spoken here.
pub const API_VERSION: &str = "2026-10-28.endive";

/// How a double begins.
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What calls must show.
    pub secret_key: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and faults.
    pub random: Box<dyn Random + Send>,
    /// Pauses before an event that was not heard is told again; then never more.
    pub retries: Vec<Duration>,
}

impl Settings {
    /// On a free port of this machine, with the key `sk_test_double`.
    pub fn new(clock: Arc<dyn Clock>, random: Box<dyn Random + Send>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            secret_key: "sk_test_double".to_owned(),
            clock,
            random,
            retries: [50, 200, 1_000, 5_000, 30_000]
                .map(Duration::from_millis)
                .to_vec(),
        }
    }
}

#[derive(Clone, Debug)]
struct Endpoint {
    url: String,
    secrets: Vec<String>,
}

struct Shared {
    secret_key: String,
    retries: Vec<Duration>,
    client: reqwest::Client,
    world: Mutex<World>,
    kept: Mutex<KeptAnswers>,
    script: Mutex<Script>,
    endpoint: Mutex<Option<Endpoint>>,
    attempts: Mutex<Vec<Attempt>>,
    calls: Mutex<Vec<String>>,
    events: UnboundedSender<Value>,
}

/// A panic elsewhere is a failed test; what it left is good enough to look at.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Locked before [`Self::kept`].
    fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    fn kept(&self) -> MutexGuard<'_, KeptAnswers> {
        lock(&self.kept)
    }

    fn endpoint(&self) -> Option<Endpoint> {
        lock(&self.endpoint).clone()
    }

    fn now(&self) -> i64 {
        self.world().now()
    }

    fn request_id(&self) -> String {
        self.world().id("req_")
    }

    fn note(&self, attempt: Attempt) {
        lock(&self.attempts).push(attempt);
    }

    fn plan_call(&self, method: &str, path: &str) -> CallFault {
        lock(&self.calls).push(format!("{method} {path}"));
        let mut world = self.world();
        lock(&self.script).call(world.random())
    }

    fn plan_delivery(&self) -> Delivery {
        let mut world = self.world();
        lock(&self.script).delivery(world.random())
    }

    fn send(&self, events: Vec<Value>) {
        for event in events {
            // Nobody listens any more: the double ends.
            let _ = self.events.send(event);
        }
    }
}

/// A running double; ends when it is dropped.
pub struct Double {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: [JoinHandle<()>; 2],
}

impl Double {
    /// Listens and answers.
    pub async fn start(settings: Settings) -> std::io::Result<Self> {
        // Twice installed is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let (sender, events) = tokio::sync::mpsc::unbounded_channel();
        let base = format!("http://{address}");
        let shared = Arc::new(Shared {
            secret_key: settings.secret_key,
            retries: settings.retries,
            client: reqwest::Client::new(),
            world: Mutex::new(World::new(settings.clock, settings.random, base)),
            kept: Mutex::default(),
            script: Mutex::default(),
            endpoint: Mutex::default(),
            attempts: Mutex::default(),
            calls: Mutex::default(),
            events: sender,
        });
        let routes = http::router(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            // It never returns an error.
            let _ = axum::serve(listener, routes).await;
        });
        let delivering = tokio::spawn(webhooks::deliver(Arc::clone(&shared), events));
        Ok(Self {
            shared,
            address,
            running: [serving, delivering],
        })
    }

    /// Scheme and authority: what `STRIPE_API_BASE` says.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where events are told from now on, signed with each of the secrets.
    pub fn deliver_to<S: AsRef<str>>(&self, url: &str, secrets: &[S]) {
        *lock(&self.shared.endpoint) = Some(Endpoint {
            url: url.to_owned(),
            secrets: secrets
                .iter()
                .map(|secret| secret.as_ref().to_owned())
                .collect(),
        });
    }

    /// What becomes of the next calls, in their order.
    pub fn next_calls(&self, faults: impl IntoIterator<Item = CallFault>) {
        lock(&self.shared.script).calls.extend(faults);
    }

    /// What becomes of every further call, until it is said anew.
    pub fn every_call(&self, fault: Option<CallFault>) {
        lock(&self.shared.script).every_call = fault;
    }

    /// What becomes of the next events, in their order.
    pub fn next_deliveries(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        lock(&self.shared.script).deliveries.extend(deliveries);
    }

    /// What becomes of every further event, until it is said anew.
    pub fn every_delivery(&self, delivery: Option<Delivery>) {
        lock(&self.shared.script).every_delivery = delivery;
    }

    /// How events fare where nothing else is said.
    pub fn chances(&self, chances: Chances) {
        lock(&self.shared.script).chances = chances;
    }

    /// How calls fare where nothing else is said.
    pub fn call_chances(&self, chances: CallChances) {
        lock(&self.shared.script).call_chances = chances;
    }

    /// All attempts to tell, so far.
    pub fn attempts(&self) -> Vec<Attempt> {
        lock(&self.shared.attempts).clone()
    }

    /// All calls so far: `POST /v1/refunds`.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.shared.calls).clone()
    }

    /// All events, the oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.shared.world().all_events()
    }

    /// Tells an event once more, as somebody at Stripe's dashboard may; whether it was answered by 2xx.
    pub async fn tell_again(&self, event: &Value) -> bool {
        webhooks::attempt(&self.shared, event).await
    }

    /// What came and what went back for one PaymentIntent.
    pub fn balance(&self, intent: &str) -> (i64, i64) {
        self.shared.world().balance(intent)
    }

    /// Every charge that came, with what went back of it.
    pub fn charges(&self) -> Vec<Charged> {
        self.shared.world().charged()
    }

    /// What came and what went back, all together.
    pub fn totals(&self) -> (i64, i64) {
        self.shared.world().totals()
    }

    /// What everybody has by all of it, the platform under `None`: together, what came less what went back. Stripe's own
    /// fees are none here.
    pub fn balances(&self) -> BTreeMap<Option<String>, i64> {
        self.shared.world().balances()
    }

    /// A document is asked of somebody who is paid: until then nothing is passed on. `false`: there is no such account.
    pub fn restrict_account(&self, account: &str) -> bool {
        self.change(|world| world.restrict_account(account).is_ok())
    }

    /// The buyer's bank disputes all of an intent's money. `false`: there is no such charge.
    pub fn dispute(&self, intent: &str) -> bool {
        self.change(|world| world.dispute(intent).is_ok())
    }

    /// The bank sends a refund's money back. `false`: there is no such refund.
    pub fn fail_refund(&self, refund: &str) -> bool {
        self.change(|world| world.fail_refund(refund).is_ok())
    }

    /// The slow bank of a session answers. `false`: none is asked.
    pub fn bank_answers(&self, session: &str, paid: bool) -> bool {
        self.change(|world| world.bank_answers(session, paid).is_ok())
    }

    /// What time alone does, at once: sessions end.
    pub fn tick(&self) {
        self.change(World::tick);
    }

    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.shared.world();
        let changed = change(&mut world);
        let fresh = world.take_fresh();
        drop(world);
        self.shared.send(fresh);
        changed
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.running.iter().for_each(JoinHandle::abort);
    }
}
