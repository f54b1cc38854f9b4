//! The driver on a real replica, against a server in memory that loses answers, shows a portal, forgets
//! sessions and refuses.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ed25519_dalek::Signer as _;
use scanner_app::door::{Author, NewFact, write_fact};
use scanner_app::edge::{OsRandom, SystemClock};
use scanner_app::replica::heard::{Heard, hear};
use scanner_app::replica::{Replica, ReplicaError, carried, facts};
use scanner_app::sync::driver::{Driver, News};
use scanner_app::sync::{
    Answered, ClaimCalls, ClaimLine, SyncTransport, TransportError, claim_line,
};
use shared::fact::envelope::Header;
use shared::fact::{FactBody, FactSigningKey, Head};
use shared::ids::{EventId, FactId, GateNo, JournalId, OfferId, OrderId};
use shared::roster::Rights;
use shared::roster::signed::SignedAnswer;
use shared::roster::summary::OrderSummary;
use shared::sync::engine::Follow;
use shared::sync::session::SessionClaim;
use shared::sync::state::{BlockReason, Outage, State};
use shared::wire::latest::{
    AddressesAnswer, AddressesReport, CertificateAnswer, CertificateRequest, ChangesQuery,
    ClaimAnswer, ClaimAsk, CollectAnswer, CollectAsk, ContactAnswer, ContactUpload, EnrolProof,
    EnrolProofAnswer, EnrolStart, EnrolStartAnswer, EnrolState, ErrorCode, FactsAnswer,
    FactsUpload, FoundOrder, FoundOrders, JournalAck, JournalHead, OrderSearch, Page,
    PromotionAnswer, PromotionAsk, SessionAnswer, SessionNonce, SessionRequest, StockAnswer,
    StockAsk, SummariesPage, SummariesQuery, SupervisorRow, SupervisorsAnswer, TakeOverAnswer,
    TakeOverAsk, VectorAnswer,
};
use uuid::Uuid;

use crate::lan::caller::Pen;
use crate::venue::{Device, NOW, Venue};

const SERVER: &str = "https://billets.example.org";

/// What goes wrong with the next call of that sort.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// Carried out, and the answer is lost.
    AnswerLost,
    /// The Wi-Fi's log-in page answers.
    Portal,
    /// The server says this.
    Refused(ErrorCode),
}

#[derive(Default)]
struct Held {
    journals: BTreeMap<JournalId, Vec<Vec<u8>>>,
    push_faults: VecDeque<Fault>,
    pull_faults: VecDeque<Fault>,
    pushes: u32,
    uploaded: usize,
    claims_after: Duration,
    rights: Rights,
    life: u64,
    supervisors: (u64, Vec<SupervisorRow>),
    stock: Option<StockAnswer>,
    /// Found whatever is looked for, and taken over.
    reservation: Option<(FoundOrder, TakeOverAnswer)>,
    contacts: BTreeMap<Uuid, Vec<u8>>,
    contact_faults: VecDeque<ErrorCode>,
}

#[derive(Clone)]
pub(crate) struct Memory {
    held: Arc<Mutex<Held>>,
    root: ed25519_dalek::SigningKey,
    pub(crate) event: EventId,
    pub(crate) page: Page,
    pub(crate) names: Arc<Mutex<NamesThere>>,
}

/// What the server says of names, and whether it says any.
#[derive(Default)]
pub(crate) struct NamesThere {
    /// Each in the order of its last change.
    pub(crate) orders: Vec<OrderSummary>,
    pub(crate) epoch: u64,
    /// Instead of the next answers.
    pub(crate) refusals: VecDeque<ErrorCode>,
    pub(crate) asked: u32,
}

type Outcome<T> = Result<Answered<T>, TransportError>;

fn answered<T>(value: T) -> Answered<T> {
    Answered {
        value,
        sent_ms: NOW,
        received_ms: NOW,
        tls_key: [7; 32],
    }
}

fn error_of(fault: Fault) -> TransportError {
    match fault {
        Fault::AnswerLost => TransportError::TimedOut,
        Fault::Portal => TransportError::NotTheServer,
        Fault::Refused(code) => TransportError::Refused {
            code,
            detail: "no".into(),
            retry_after_ms: None,
        },
    }
}

impl Held {
    fn take_in(&mut self, bytes: &[u8]) {
        let header = Header::peek(bytes).expect("sound bytes");
        let journal = self.journals.entry(header.journal).or_default();
        let head = journal.last().map_or(Head::EMPTY, |last| {
            Head::from(&Header::peek(last).expect("sound bytes"))
        });
        if head.follow(&header).is_ok() {
            journal.push(bytes.to_vec());
        } else {
            assert!(
                journal.iter().any(|held| held == bytes),
                "A4: no gap, no fork"
            );
        }
    }

    fn facts(&self) -> usize {
        self.journals.values().map(Vec::len).sum()
    }
}

impl SyncTransport for Memory {
    fn server_name(&self) -> &'static str {
        SERVER
    }

    async fn enrol(&self, _: &EnrolStart) -> Outcome<EnrolStartAnswer> {
        Err(TransportError::NotTheServer)
    }

    async fn prove(&self, _: OfferId, _: &EnrolProof) -> Outcome<EnrolProofAnswer> {
        Err(TransportError::NotTheServer)
    }

    async fn enrol_state(&self, _: OfferId, _: u32) -> Outcome<EnrolState> {
        Err(TransportError::NotTheServer)
    }

    async fn session_nonce(&self) -> Outcome<SessionNonce> {
        Ok(answered(SessionNonce { nonce: [5; 32] }))
    }

    async fn open_session(&self, request: &SessionRequest) -> Outcome<SessionAnswer> {
        let claim = SessionClaim {
            device: request.device,
            server_name: SERVER.into(),
            server_nonce: request.server_nonce,
            device_nonce: request.device_nonce,
            tls_key: request.tls_key,
        };
        let held = self.held.lock().expect("no test panicked in it");
        Ok(answered(SessionAnswer {
            token: "token".into(),
            signature: self.root.sign(&claim.server_bytes()).to_bytes(),
            rights: held.rights,
            events: vec![self.event],
            gate: GateNo(0),
            life: held.life,
        }))
    }

    async fn changes(&self, _: &str, _: EventId, query: &ChangesQuery) -> Outcome<Page> {
        if let Some(fault) = self
            .held
            .lock()
            .expect("no test panicked in it")
            .pull_faults
            .pop_front()
        {
            return Err(error_of(fault));
        }
        let mut page = self.page.clone();
        page.server_ms = NOW;
        if query.cursor.is_some() {
            page.tickets.clear();
            page.entries.clear();
        }
        Ok(answered(page))
    }

    async fn summaries(
        &self,
        _: &str,
        _: EventId,
        query: &SummariesQuery,
    ) -> Outcome<SummariesPage> {
        let mut there = self.names.lock().expect("unpoisoned");
        there.asked += 1;
        if let Some(code) = there.refusals.pop_front() {
            return Err(error_of(Fault::Refused(code)));
        }
        if !self.held.lock().expect("unpoisoned").rights.search {
            return Err(error_of(Fault::Refused(ErrorCode::SearchNotAllowed)));
        }
        let from: usize = query
            .cursor
            .as_ref()
            .map_or(0, |cursor| cursor.parse().expect("a cursor of ours"));
        // Small pages, whatever is asked for.
        let until = there.orders.len().min(from + 2);
        Ok(answered(SummariesPage {
            epoch: there.epoch,
            cursor: until.to_string(),
            has_more: until < there.orders.len(),
            server_ms: NOW,
            orders: there.orders[from.min(until)..until].to_vec(),
        }))
    }

    async fn signed(&self, _: &str, _: &str) -> Outcome<SignedAnswer> {
        let objects = Vec::new();
        Ok(answered(SignedAnswer { objects }))
    }

    async fn supervisors(&self, _: &str, have: u64) -> Outcome<SupervisorsAnswer> {
        let held = self.held.lock().expect("no test panicked in it");
        if !held.rights.supervise && !held.rights.sell {
            return Err(error_of(Fault::Refused(ErrorCode::Forbidden)));
        }
        let (version, people) = held.supervisors.clone();
        Ok(answered(SupervisorsAnswer {
            version,
            supervisors: (version != have).then_some(people),
        }))
    }

    async fn certificate(&self, _: &str, _: &CertificateRequest) -> Outcome<CertificateAnswer> {
        Err(TransportError::NotTheServer)
    }

    async fn report_addresses(&self, _: &str, _: &AddressesReport) -> Outcome<AddressesAnswer> {
        Err(TransportError::NotTheServer)
    }

    async fn bring_signed(&self, _: &SignedAnswer) -> Outcome<()> {
        Ok(answered(()))
    }

    async fn push(&self, _: &str, upload: &FactsUpload) -> Outcome<FactsAnswer> {
        let mut held = self.held.lock().expect("no test panicked in it");
        held.pushes += 1;
        held.uploaded += upload.envelopes.len();
        let fault = held.push_faults.pop_front();
        if let Some(fault @ (Fault::Portal | Fault::Refused(_))) = fault {
            return Err(error_of(fault));
        }
        for envelope in &upload.envelopes {
            held.take_in(&envelope.0);
        }
        if let Some(fault) = fault {
            return Err(error_of(fault));
        }
        let acks = held.journals.iter().map(|(journal, facts)| JournalAck {
            journal: *journal,
            acked_through: facts.len() as u64,
            forked_at: None,
            aside_through: None,
            refused: Vec::new(),
        });
        Ok(answered(FactsAnswer {
            journals: acks.collect(),
            server_ms: NOW,
        }))
    }

    async fn claim(&self, _: &str, _: &ClaimAsk) -> Outcome<ClaimAnswer> {
        let after = self
            .held
            .lock()
            .expect("no test panicked in it")
            .claims_after;
        tokio::time::sleep(after).await;
        Ok(answered(ClaimAnswer::Granted))
    }

    async fn stock(&self, _: &str, _: &StockAsk) -> Outcome<StockAnswer> {
        let held = self.held.lock().expect("no test panicked in it");
        let lent = held.stock.clone().map(answered);
        lent.ok_or_else(|| error_of(Fault::Refused(ErrorCode::NotOnSale)))
    }

    async fn contact(&self, _: &str, id: Uuid, upload: &ContactUpload) -> Outcome<ContactAnswer> {
        let mut held = self.held.lock().expect("no test panicked in it");
        held.contacts.insert(id, upload.sealed.clone());
        match held.contact_faults.pop_front() {
            Some(code) => Err(error_of(Fault::Refused(code))),
            None => Ok(answered(ContactAnswer::Kept)),
        }
    }

    async fn find_orders(&self, _: &str, _: &OrderSearch) -> Outcome<FoundOrders> {
        let held = self.held.lock().expect("no test panicked in it");
        let (order, _) = held
            .reservation
            .clone()
            .ok_or_else(|| error_of(Fault::Refused(ErrorCode::Forbidden)))?;
        Ok(answered(FoundOrders {
            orders: vec![order],
            more: false,
        }))
    }

    async fn collect(&self, _: &str, _: OrderId, _: &CollectAsk) -> Outcome<CollectAnswer> {
        Err(error_of(Fault::Refused(ErrorCode::Forbidden)))
    }

    async fn take_over(&self, _: &str, order: OrderId, _: &TakeOverAsk) -> Outcome<TakeOverAnswer> {
        let held = self.held.lock().expect("no test panicked in it");
        let its = held.reservation.clone();
        its.filter(|(found, _)| found.order == order)
            .map(|(_, answer)| answered(answer))
            .ok_or_else(|| error_of(Fault::Refused(ErrorCode::NotFound)))
    }

    async fn promotion(&self, _: &str, _: FactId, _: &PromotionAsk) -> Outcome<PromotionAnswer> {
        Err(error_of(Fault::Refused(ErrorCode::Forbidden)))
    }

    async fn give_promotion_up(&self, _: &str, _: FactId) -> Outcome<()> {
        Err(error_of(Fault::Refused(ErrorCode::Forbidden)))
    }

    async fn vector(&self, _: &str, _: EventId) -> Outcome<VectorAnswer> {
        let held = self.held.lock().expect("no test panicked in it");
        let heads = held.journals.iter().filter_map(|(journal, facts)| {
            let last = Header::peek(facts.last()?).expect("sound bytes");
            Some(JournalHead {
                journal: *journal,
                seq: last.seq,
                hash: last.hash,
            })
        });
        Ok(answered(VectorAnswer {
            journals: heads.collect(),
        }))
    }
}

impl Memory {
    /// How many facts of a journal it has.
    pub(crate) fn held_of(&self, journal: JournalId) -> usize {
        let held = self.held.lock().expect("no test panicked in it");
        held.journals.get(&journal).map_or(0, Vec::len)
    }

    /// The next pull is told to begin from zero.
    pub(crate) fn was_put_back(&self) {
        let refused = Fault::Refused(ErrorCode::ResetRequired);
        self.held
            .lock()
            .expect("no test panicked in it")
            .pull_faults
            .push_back(refused);
    }

    /// From the next session on.
    pub(crate) fn grants(&self, rights: Rights) {
        self.held.lock().expect("no test panicked in it").rights = rights;
    }

    /// What it was brought, by id.
    pub(crate) fn contacts(&self) -> BTreeMap<Uuid, Vec<u8>> {
        self.held.lock().expect("unpoisoned").contacts.clone()
    }

    /// The next one is kept, and the answer says so.
    pub(crate) fn refuses_contacts(&self, code: ErrorCode) {
        let mut held = self.held.lock().expect("unpoisoned");
        held.contact_faults.push_back(code);
    }

    /// The same as before, but for this.
    pub(crate) fn lends_otherwise(&self, change: impl FnOnce(&mut StockAnswer)) {
        let mut held = self.held.lock().expect("unpoisoned");
        change(held.stock.as_mut().expect("something was lent"));
    }

    /// What it lent to a till.
    pub(crate) fn has_lent(&self) -> StockAnswer {
        let held = self.held.lock().expect("no test panicked in it");
        held.stock.clone().expect("something was lent")
    }

    /// To a till that asks from now on.
    pub(crate) fn lends(&self, answer: StockAnswer) {
        self.held.lock().expect("no test panicked in it").stock = Some(answer);
    }

    /// To a till that asks for orders from now on.
    pub(crate) fn reserves(&self, order: FoundOrder, answer: TakeOverAnswer) {
        let mut held = self.held.lock().expect("no test panicked in it");
        held.reservation = Some((order, answer));
    }

    /// Who may supervise, for whoever asks next.
    pub(crate) fn lists(&self, version: u64, people: &[SupervisorRow]) {
        self.held
            .lock()
            .expect("no test panicked in it")
            .supervisors = (version, people.to_vec());
    }

    /// From the next request for a roster on.
    pub(crate) fn revokes(&self) {
        let revoked = [Fault::Refused(ErrorCode::DeviceRevoked); 9];
        self.held
            .lock()
            .expect("no test panicked in it")
            .pull_faults
            .extend(revoked);
    }

    /// As after a restore from an older backup.
    pub(crate) fn forgets_journals(&self) {
        self.held
            .lock()
            .expect("no test panicked in it")
            .journals
            .clear();
    }

    /// The same, and says so.
    fn goes_back_to_a_backup(&self) {
        self.forgets_journals();
        self.held.lock().expect("no test panicked in it").life += 1;
    }

    /// How many facts it holds.
    pub(crate) fn facts(&self) -> usize {
        self.held.lock().expect("no test panicked in it").facts()
    }

    fn answers_claims_after(&self, after: Duration) {
        self.held
            .lock()
            .expect("no test panicked in it")
            .claims_after = after;
    }
}

/// A door's line to a server in memory.
pub(crate) fn claim_server() -> (ClaimLine, ClaimServer) {
    let (line, calls) = claim_line();
    (
        line,
        ClaimServer(scene().server, Arc::new(Mutex::new(Some(calls)))),
    )
}

/// Serves the claims of [`claim_server`] on a thread of their own, as long as the door is there.
pub(crate) fn serve_claims(server: ClaimServer) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let calls = server.1.lock().expect("fresh").take().expect("served once");
        let scene = scene();
        let driver = Driver::start(
            &scene.replica,
            server.0.clone(),
            Follow::Once,
            Arc::new(SystemClock),
            Box::new(OsRandom),
        )
        .expect("an enrolled replica");
        runtime.block_on(driver.claim_desk().serve(calls));
    })
}

/// What [`claim_server`] talks to.
#[derive(Clone)]
pub(crate) struct ClaimServer(Memory, Arc<Mutex<Option<ClaimCalls>>>);

impl ClaimServer {
    pub(crate) fn answers_claims_after(&self, after: Duration) {
        self.0.answers_claims_after(after);
    }
}

pub(crate) struct Scene {
    pub(crate) device: Device,
    pub(crate) replica: Replica,
    pub(crate) server: Memory,
}

/// An enrolled device that saw three guests; the server has 50 tickets for it.
pub(crate) fn scene() -> Scene {
    scene_at(&Venue::at(NOW))
}

/// The same at this venue.
pub(crate) fn scene_at(venue: &Venue) -> Scene {
    let device = Device::new(1);
    let replica = venue.enrol(&device, NOW);
    let (id, seed, event) = (device.id, device.key.seed(), venue.event);
    replica
        .write(move |tx| {
            let author = Author {
                device: id,
                key: FactSigningKey::from_seed(&seed),
            };
            for n in 0..3 {
                let body = FactBody::Opaque {
                    kind: 40_000 + n,
                    body: Vec::new(),
                };
                let seen = Vec::new();
                write_fact(tx, &author, event, GateNo(0), NewFact { body, seen }, NOW)?;
            }
            Ok::<_, scanner_app::door::WriteFactError>(())
        })
        .expect("facts are written");
    let tickets: Vec<u64> = (1..=50).collect();
    let server = Memory {
        held: Arc::default(),
        root: venue.root.clone(),
        event,
        page: venue.page(NOW, &tickets),
        names: Arc::default(),
    };
    Scene {
        device,
        replica,
        server,
    }
}

impl Scene {
    /// Steps until `done`, with a limit; the errors that were told on the way.
    pub(crate) fn run(&self, done: impl Fn(&Driver<Memory>) -> bool) -> Vec<&'static str> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let clock = Arc::new(SystemClock);
            let random = Box::new(OsRandom);
            let mut driver = Driver::start(
                &self.replica,
                self.server.clone(),
                Follow::Once,
                clock,
                random,
            )
            .expect("an enrolled replica");
            let mut failed = Vec::new();
            let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
            while !done(&driver) {
                assert!(
                    std::time::Instant::now() < until,
                    "still {:?}",
                    driver.state()
                );
                driver
                    .step(&mut |news| {
                        if let News::Failed(error) = news {
                            failed.push(error.code());
                        }
                    })
                    .await;
            }
            failed
        })
    }

    pub(crate) fn unsent(&self) -> u64 {
        self.replica.read(facts::unsent_count).expect("readable")
    }
}

#[test]
fn a_round_brings_the_roster_and_hands_in_every_fact() {
    let scene = scene();
    assert_eq!(scene.unsent(), 4, "three, and the journal's opening");
    let failed = scene.run(Driver::is_settled);
    assert_eq!(failed, [""; 0]);
    assert_eq!(scene.unsent(), 0);
    assert_eq!(
        scene
            .server
            .held
            .lock()
            .expect("no test panicked in it")
            .facts(),
        4,
        "L1"
    );
    let event = scene.server.event;
    let held = scene.replica.read(move |connection| {
        use scanner_app::replica::roster::{Side, checksum};
        checksum(connection, event, Side::InUse)
    });
    assert_eq!(held.expect("readable").rows, 50, "F2");
}

/// L1: any device that reaches the server hands in what it heard of others; once.
#[test]
fn what_was_heard_of_another_door_is_handed_in_too() {
    let scene = scene();
    let (other, event) = (Device::new(2), scene.server.event);
    let venue = Venue::at(NOW);
    let list = venue.devices(2, NOW, &[&scene.device, &other]);
    Venue::tell(&scene.replica, list);
    let facts = Pen::of(&other, event, 0x22).entries(&[1, 2, 3]);
    let heard = scene.replica.write(move |tx| {
        for bytes in &facts {
            assert_eq!(hear(tx, other.id, bytes, NOW)?, Heard::Stored);
        }
        Ok::<_, ReplicaError>(())
    });
    heard.expect("kept");
    let waiting = || scene.replica.read(carried::count).expect("readable");
    assert_eq!(waiting(), 4);
    scene.run(|driver| driver.is_settled() && waiting() == 0);
    assert_eq!(scene.server.held.lock().expect("unpoisoned").facts(), 8);
    let before = scene.server.held.lock().expect("unpoisoned").pushes;
    scene.run(Driver::is_settled);
    let after = scene.server.held.lock().expect("unpoisoned").pushes;
    assert_eq!(before, after, "never again");
}

/// Fifty doors that come back from a night without internet don't each hand in the whole night.
#[test]
fn what_the_server_has_already_is_not_handed_in_again() {
    let scene = scene();
    let (other, event) = (Device::new(2), scene.server.event);
    let list = Venue::at(NOW).devices(2, NOW, &[&scene.device, &other]);
    Venue::tell(&scene.replica, list);
    let tickets: Vec<u64> = (1..=40).collect();
    let facts = Pen::of(&other, event, 0x22).entries(&tickets);
    // The server lacks the last three.
    for bytes in &facts[..38] {
        scene.server.held.lock().expect("unpoisoned").take_in(bytes);
    }
    let heard = scene.replica.write(move |tx| {
        for bytes in &facts {
            hear(tx, other.id, bytes, NOW)?;
        }
        Ok::<_, ReplicaError>(())
    });
    heard.expect("kept");
    let waiting = || scene.replica.read(carried::count).expect("readable");
    scene.run(|driver| driver.is_settled() && waiting() == 0);
    let held = scene.server.held.lock().expect("unpoisoned");
    assert_eq!((held.facts(), held.uploaded), (4 + 41, 4 + 3));
}

#[test]
fn an_answer_lost_after_the_commit_changes_nothing_when_sent_again() {
    let scene = scene();
    let lost = [Fault::AnswerLost, Fault::AnswerLost];
    scene
        .server
        .held
        .lock()
        .expect("no test panicked in it")
        .push_faults
        .extend(lost);
    let failed = scene.run(Driver::is_settled);
    assert_eq!(failed, ["server_timed_out"; 2]);
    let held = scene.server.held.lock().expect("no test panicked in it");
    assert_eq!((held.facts(), held.pushes), (4, 3), "A4");
}

#[test]
fn a_portal_is_an_outage_and_facts_go_up_all_the_same() {
    let scene = scene();
    scene
        .server
        .held
        .lock()
        .unwrap()
        .pull_faults
        .extend([Fault::Portal; 2]);
    let offline = |driver: &Driver<Memory>| driver.state() == State::Degraded(Outage::Offline);
    assert_eq!(scene.run(offline), ["not_the_server"]);
    scene.run(Driver::is_settled);
    assert_eq!(scene.unsent(), 0);
}

#[test]
fn a_revoked_device_forgets_its_keys_and_still_hands_in_its_facts() {
    let scene = scene();
    scene.server.revokes();
    scene.run(|driver| {
        driver.state() == State::Blocked(BlockReason::Revoked) && scene.unsent() == 0
    });
    let keys = scene.replica.read(scanner_app::replica::signed::keys);
    assert!(keys.expect("readable").is_empty());
}

#[test]
fn invariant_l1_a_revoked_device_hands_in_anew_what_a_restored_server_lost() {
    let scene = scene();
    scene.run(Driver::is_settled);
    let held = scene.server.facts();
    scene.server.goes_back_to_a_backup();
    scene.server.revokes();
    scene.run(|driver| {
        driver.state() == State::Blocked(BlockReason::Revoked) && scene.server.facts() == held
    });
    assert_eq!(scene.unsent(), 0);
}

#[test]
fn an_impostor_gets_no_fact_and_nothing_of_it_is_used() {
    let mut scene = scene();
    scene.server.root = ed25519_dalek::SigningKey::from_bytes(&[99; 32]);
    scene.run(|driver| driver.state() == State::Blocked(BlockReason::WrongServer));
    assert_eq!(
        scene
            .server
            .held
            .lock()
            .expect("no test panicked in it")
            .pushes,
        0
    );
    assert_eq!(scene.unsent(), 4);
}
