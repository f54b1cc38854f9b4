//! An event with a roster, devices that enrol as real ones do, and replicas to compare with the server.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::clock::{HybridClock, Stamp};
use shared::fact::journal::{Author, Draft, append};
use shared::fact::kind::OpeningCause;
use shared::fact::{EntryMarks, Envelope, Fact, FactBody, FactSigningKey, Head};
use shared::ids::{
    DeviceId, EventId, FactId, FactName, GateNo, JournalId, KeyId, OfferId, OrderId, OrganizerId,
    Random as _, TicketId, TypeNo, VenueId, WindowNo,
};
use shared::roster::signed::{KeySet, SignedAnswer, SignedKind};
use shared::roster::{TicketRow, TicketStatus};
use shared::sync::enrolment::{EnrolmentCode, Transcript, commitment};
use shared::sync::session::SessionClaim;
use shared::ticket::Presented;
use shared::wire::latest::{FactsAnswer, Page, PageEntry};
use sqlx::PgPool;
use sync_server::accounts::Role;
use sync_server::database::transaction;
use sync_server::door::authority::NewAuthority;
use sync_server::edge::OsRandom;

use super::people::Person;
use super::{Answer, TestServer};

/// An organizer with one published event, its owner and two gates.
pub(crate) struct Event<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) organizer: OrganizerId,
    pub(crate) id: EventId,
    pub(crate) owner: Person<'a>,
    order: OrderId,
}

impl TestServer {
    /// A new organizer with its own keys.
    pub(crate) async fn organizer_with_keys(&self, slug: &str) -> OrganizerId {
        let id = OrganizerId::new(self.now_ms(), &mut OsRandom);
        let keys = NewAuthority::draw(id, self.now_ms(), &self.app.vault, &mut OsRandom);
        let mut tx = transaction::begin(&self.app.pool).await.unwrap();
        sqlx::query(
            "insert into organizers (id, name, slug, legal_name, root_key_public, root_key_sealed, server_device_id, created_ms)
             values ($1, $2, $2, $2, $3, $4, $5, $6)",
        )
        .bind(id.0)
        .bind(slug)
        .bind(keys.root_public.as_slice())
        .bind(&keys.root_sealed)
        .bind(keys.server_device.0)
        .bind(self.now_ms())
        .execute(&mut *tx)
        .await
        .unwrap();
        keys.insert_server_device(&mut tx, id, self.now_ms())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A published event with ticket type 1 and gates 1 and 2, doors open since an hour.
    pub(crate) async fn event(&self, slug: &str) -> Event<'_> {
        let organizer = self.organizer_with_keys(slug).await;
        let owner = self.member(organizer, Role::Owner, slug).await;
        self.event_of(organizer, owner).await
    }

    /// An event on sale with real keys, types 1 and 2 of `quota` places each and gate 1; its tickets are bought.
    pub(crate) async fn event_on_sale(&self, quota: u32) -> Event<'_> {
        let made = super::fixtures::published_event(self, quota).await;
        let name = format!("Camille {}", made.event);
        Event {
            server: self,
            organizer: made.organizer,
            id: made.event,
            owner: self.member(made.organizer, Role::Owner, &name).await,
            order: OrderId::new(self.now_ms(), &mut OsRandom),
        }
    }

    /// One that was made otherwise.
    pub(crate) fn event_on_sale_of<'a>(
        &'a self,
        organizer: OrganizerId,
        id: EventId,
        owner: Person<'a>,
    ) -> Event<'a> {
        Event {
            server: self,
            organizer,
            id,
            owner,
            order: OrderId::new(self.now_ms(), &mut OsRandom),
        }
    }

    pub(crate) async fn event_of<'a>(
        &'a self,
        organizer: OrganizerId,
        owner: Person<'a>,
    ) -> Event<'a> {
        let now = self.now_ms();
        let (venue, event) = (
            VenueId::new(now, &mut OsRandom),
            EventId::new(now, &mut OsRandom),
        );
        let order = OrderId::new(now, &mut OsRandom);
        let mut tx = transaction::begin(&self.app.pool).await.unwrap();
        for statement in [
            "insert into venues (organizer_id, id, name, address, postal_code, city, created_ms)
             select $1, $3, 'La Cigale', '120 bd de Rochechouart', '75018', 'Paris', $5 where $2 <> $4",
            "insert into feeds (organizer_id, event_id, epoch) select $1, $2, 77 where $3 <> $4 and $5 > 0",
            "select begin_change($1, $2) where $3 <> $4 and $5 > 0",
            "insert into events (organizer_id, id, venue_id, title, category, time_zone, doors_ms, starts_ms, ends_ms, mode,
                                 status, created_ms, updated_ms)
             select $1, $2, $3, 'Bérénice en concert', 'concert', 'Europe/Paris', $5 - 3600000, $5, $5 + 10800000, 'real',
                    'published', $5, $5 where $3 <> $4",
            "insert into ticket_types (organizer_id, event_id, no, name, price_minor, vat_basis_points)
             select $1, $2, 1, 'Plein tarif', 2500, 550 where $3 <> $4 and $5 > 0",
            "insert into gates (organizer_id, event_id, no, name)
             select $1, $2, n, 'Porte ' || n from generate_series(1, 2) n where $3 <> $4 and $5 > 0",
            "insert into orders (organizer_id, event_id, id, code, email, name, state, currency, total_minor, secret_hash,
                                 commission_basis_points, secret_sealed, request_hash, expires_ms, created_ms)
             select $1, $2, $4, $4::text, 'a@example.org', 'A', 'cancelled', 'EUR', 0, '', 500, '', '', 0, $5 where $3 <> $4",
        ] {
            sqlx::query(statement)
                .bind(organizer.0)
                .bind(event.0)
                .bind(venue.0)
                .bind(order.0)
                .bind(now)
                .execute(&mut *tx)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        tx.commit().await.unwrap();
        Event {
            server: self,
            organizer,
            id: event,
            owner,
            order,
        }
    }
}

impl Event<'_> {
    pub(crate) fn pool(&self) -> &PgPool {
        &self.server.app.pool
    }

    /// `count` new valid tickets, published in one change.
    pub(crate) async fn tickets(&self, count: usize) -> Vec<TicketId> {
        let ids: Vec<TicketId> = (0..count).map(|_| TicketId::draw(&mut OsRandom)).collect();
        let numbers: Vec<i64> = ids.iter().map(|id| id.to_i64()).collect();
        let mut tx = transaction::begin(self.pool()).await.unwrap();
        self.begin_change(&mut tx).await;
        sqlx::query(
            "insert into signing_keys (organizer_id, event_id, id, public, sealed_private, sealed_rotating, created_ms)
             values ($1, $2, 9, decode(repeat('00', 32), 'hex'), '', '', $3) on conflict do nothing",
        )
        .bind(self.organizer.0)
        .bind(self.id.0)
        .bind(self.server.now_ms())
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into tickets (organizer_id, event_id, id, order_id, type_no, window_no, key_id, token, series_no,
                                  price_minor, vat_basis_points, issued_ms)
             select $1, $2, t.id, $3, 1, 0, 9, decode(repeat('00', 80), 'hex'),
                    t.n + (select count(*) from tickets where event_id = $2), 2500, 550, $5
             from unnest($4::bigint[]) with ordinality as t (id, n)",
        )
        .bind(self.organizer.0)
        .bind(self.id.0)
        .bind(self.order.0)
        .bind(&numbers)
        .bind(self.server.now_ms())
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        ids
    }

    pub(crate) async fn begin_change(&self, conn: &mut sqlx::PgConnection) {
        sync_server::database::transaction::begin_change(conn, self.organizer, self.id)
            .await
            .unwrap();
    }

    pub(crate) async fn set_status(&self, ticket: TicketId, status: TicketStatus) {
        let mut tx = transaction::begin(self.pool()).await.unwrap();
        self.begin_change(&mut tx).await;
        sqlx::query("update tickets set status = $2 where id = $1")
            .bind(ticket.to_i64())
            .bind(status as i16)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// What the server's tables say now: the oracle.
    pub(crate) async fn ticket_rows(&self) -> BTreeMap<TicketId, TicketRow> {
        let rows: Vec<(i64, i32, i32, i32, i16, i32)> = sqlx::query_as(
            "select id, type_no, window_no, key_id, status, home_gate from tickets where event_id = $1",
        )
        .bind(self.id.0)
        .fetch_all(self.pool())
        .await
        .unwrap();
        rows.into_iter()
            .map(|(id, type_no, window, key, status, gate)| {
                let id = TicketId::from_i64(id);
                let row = TicketRow {
                    id,
                    type_no: TypeNo(type_no as u16),
                    window: WindowNo(window as u8),
                    key: KeyId(key as u32),
                    status: TicketStatus::from_number(status as u8).unwrap(),
                    home_gate: GateNo(gate as u16),
                };
                (id, row)
            })
            .collect()
    }

    /// One place of type 1, held and paid by a guest: the order with its secret, and the code of its ticket.
    pub(crate) async fn bought(&self) -> (Value, Presented) {
        let id = OrderId::new(self.server.now_ms(), &mut OsRandom);
        let hold = json!({ "id": id, "event_id": self.id, "email": "ana@example.org", "name": "Ana Petit",
            "lines": [{ "type_no": 1, "quantity": 1 }] });
        let held = self.server.post("/api/v1/orders", &hold).await.ok();
        let secret = held["secret"].as_str().unwrap();
        let pay = format!("/api/v1/orders/{id}/pay?secret={secret}&wait_issued=2000");
        let mut order = self
            .server
            .post(&pay, &json!({ "method": "accept" }))
            .await
            .ok();
        order["secret"] = held["secret"].clone();
        let ticket = order["tickets"][0].as_str().expect("it was issued");
        let path = format!("/api/v1/tickets/{ticket}?secret={secret}");
        let ticket = self.server.get(&path).await.ok();
        let code = shared::ticket::read(ticket["code"].as_str().unwrap()).unwrap();
        (order, code)
    }

    pub(crate) async fn offer(&self, name: &str, rights: Value) -> (OfferId, EnrolmentCode) {
        let body = json!({ "device_name": name, "rights": rights, "events": [self.id], "gate": 1 });
        let made = self.owner.post("/api/v1/devices/offers", &body).await.ok();
        let id = made["id"].as_str().unwrap().parse().unwrap();
        (id, made["code"].as_str().unwrap().parse().unwrap())
    }

    pub(crate) async fn confirm(&self, offer: OfferId) -> Answer {
        let path = format!("/api/v1/devices/offers/{offer}/confirm");
        self.owner.post(&path, &json!({})).await
    }

    /// A device that went the whole way: offer, proofs, digits, confirmation, session.
    pub(crate) async fn device(&self, name: &str) -> Device<'_> {
        self.device_with(
            name,
            json!({ "scan": true, "search": true, "supervise": true }),
        )
        .await
    }

    pub(crate) async fn device_with(&self, name: &str, rights: Value) -> Device<'_> {
        let (offer, code) = self.offer(name, rights).await;
        let mut start = Enrolling::start(self.server, &code).await.ok().unwrap();
        start.prove(&code).await.ok();
        self.confirm(offer).await.ok();
        let state = self
            .server
            .get(&format!("/api/v1/sync/enrol/{offer}"))
            .await
            .ok();
        assert_eq!(state["state"], "confirmed");
        let id: DeviceId = state["device"].as_str().unwrap().parse().unwrap();
        let mut device = Device {
            event: self,
            id,
            key: start.key,
            token: String::new(),
            journal: Journal::new(self.server.now_ms()),
        };
        device.log_in().await;
        device
    }

    /// The server's states of tickets: inside, entries, exits.
    pub(crate) async fn states(&self) -> BTreeMap<TicketId, (bool, i32, i32)> {
        let rows: Vec<(i64, bool, i32, i32)> = sqlx::query_as(
            "select ticket_id, inside, entries, exits from ticket_states where event_id = $1",
        )
        .bind(self.id.0)
        .fetch_all(self.pool())
        .await
        .unwrap();
        rows.into_iter()
            .map(|(id, inside, entries, exits)| (TicketId::from_i64(id), (inside, entries, exits)))
            .collect()
    }

    /// All labels that are not just "ok".
    pub(crate) async fn labels(&self) -> BTreeMap<(uuid::Uuid, uuid::Uuid), Vec<String>> {
        let rows: Vec<(uuid::Uuid, uuid::Uuid, Vec<String>)> = sqlx::query_as(
            "select device_id, fact_id, labels from fact_labels where event_id = $1",
        )
        .bind(self.id.0)
        .fetch_all(self.pool())
        .await
        .unwrap();
        rows.into_iter()
            .filter(|(_, _, labels)| *labels != ["ok"])
            .map(|(device, fact, labels)| ((device, fact), labels))
            .collect()
    }

    pub(crate) async fn attendance(&self) -> Value {
        let path = format!("/api/v1/events/{}/attendance", self.id);
        self.owner.get(&path).await.ok()
    }

    pub(crate) async fn alerts(&self) -> Vec<Value> {
        let path = format!("/api/v1/alerts?event={}", self.id);
        let alerts = self.owner.get(&path).await.ok();
        alerts.as_array().unwrap().clone()
    }
}

/// A device on its way in.
pub(crate) struct Enrolling<'a> {
    server: &'a TestServer,
    pub(crate) key: FactSigningKey,
    pub(crate) nonce: [u8; 32],
    pub(crate) offer: OfferId,
    pub(crate) said: Transcript,
}

impl<'a> Enrolling<'a> {
    pub(crate) async fn start(
        server: &'a TestServer,
        code: &EnrolmentCode,
    ) -> Result<Self, Answer> {
        let key = FactSigningKey::generate(&mut OsRandom);
        let mut nonce = [0; 32];
        OsRandom.fill(&mut nonce);
        let request = shared::wire::latest::EnrolStart {
            offer: code.name().to_owned(),
            device_key: *key.public().as_bytes(),
            commitment: commitment(&nonce),
            device_name: "tablette".into(),
        };
        let body = serde_json::to_value(&request).unwrap();
        let answer = server.post("/api/v1/sync/enrol", &body).await;
        if !answer.status.is_success() {
            return Err(answer);
        }
        let started: shared::wire::latest::EnrolStartAnswer =
            serde_json::from_value(answer.json()).unwrap();
        Ok(Self {
            server,
            said: Transcript {
                offer: code.name().to_owned(),
                root_key: started.root_key,
                device_key: *key.public().as_bytes(),
                commitment: commitment(&nonce),
                device_nonce: nonce,
                server_nonce: started.server_nonce,
            },
            key,
            nonce,
            offer: started.offer_id,
        })
    }

    /// Proves with the secret of `code`; a good answer proves the server's knowledge.
    pub(crate) async fn prove(&mut self, code: &EnrolmentCode) -> Answer {
        let request = shared::wire::latest::EnrolProof {
            device_nonce: self.nonce,
            proof: self.said.device_proof(code.secret()),
        };
        let path = format!("/api/v1/sync/enrol/{}/proof", self.offer);
        let answer = self
            .server
            .post(&path, &serde_json::to_value(&request).unwrap())
            .await;
        if answer.status.is_success() {
            let said: shared::wire::latest::EnrolProofAnswer =
                serde_json::from_value(answer.json()).unwrap();
            assert!(
                self.said.server_proof_holds(code.secret(), &said.proof),
                "the server knows the secret, too"
            );
        }
        answer
    }
}

/// A journal that a device writes.
#[derive(Clone)]
pub(crate) struct Journal {
    pub(crate) id: JournalId,
    pub(crate) head: Head,
    clock: HybridClock,
}

impl Journal {
    pub(crate) fn new(now_ms: i64) -> Self {
        Self {
            id: JournalId::new(now_ms, &mut OsRandom),
            head: Head::EMPTY,
            clock: HybridClock::default(),
        }
    }
}

/// An enrolled device with a session.
pub(crate) struct Device<'a> {
    pub(crate) event: &'a Event<'a>,
    pub(crate) id: DeviceId,
    pub(crate) key: FactSigningKey,
    pub(crate) token: String,
    pub(crate) journal: Journal,
}

pub(crate) fn entry(ticket: TicketId, gate: u16) -> FactBody {
    FactBody::Entry {
        ticket,
        type_no: TypeNo(1),
        window: WindowNo(0),
        key: KeyId(9),
        gate: GateNo(gate),
        marks: EntryMarks::default(),
    }
}

pub(crate) fn exit(ticket: TicketId, gate: u16) -> FactBody {
    FactBody::Exit {
        ticket,
        gate: GateNo(gate),
        marks: EntryMarks::default(),
    }
}

impl Device<'_> {
    fn server(&self) -> &TestServer {
        self.event.server
    }

    /// Signs the nonce as a device does. Gives the life of the database that the answer names.
    pub(crate) async fn log_in(&mut self) -> u64 {
        let nonce = self.server().get("/api/v1/sync/session").await.ok();
        let nonce: shared::wire::latest::SessionNonce = serde_json::from_value(nonce).unwrap();
        let answer = self.open_session(nonce.nonce).await.ok();
        answer["token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.token);
        answer["life"].as_u64().unwrap()
    }

    pub(crate) async fn open_session(&self, server_nonce: [u8; 32]) -> Answer {
        let claim = SessionClaim {
            device: self.id,
            server_name: self.server().app.config.public_url.clone(),
            server_nonce,
            device_nonce: Sha256::digest(self.id.as_bytes()).into(),
            tls_key: [0; 32],
        };
        let signing = ed25519_dalek::SigningKey::from_bytes(&self.key.seed());
        let request = shared::wire::latest::SessionRequest {
            device: self.id,
            server_nonce,
            device_nonce: claim.device_nonce,
            tls_key: claim.tls_key,
            signature: ed25519_dalek::Signer::sign(&signing, &claim.device_bytes()).to_bytes(),
        };
        let body = serde_json::to_value(&request).unwrap();
        self.server().post("/api/v1/sync/session", &body).await
    }

    /// The next fact of its journal, the opening before the first.
    pub(crate) fn write(&mut self, bodies: Vec<FactBody>) -> Vec<Envelope> {
        let now = self.server().now_ms();
        self.write_at(now, bodies, &[])
    }

    pub(crate) fn write_at(
        &mut self,
        at_ms: i64,
        bodies: Vec<FactBody>,
        seen: &[FactName],
    ) -> Vec<Envelope> {
        let opening = (self.journal.head == Head::EMPTY).then_some(FactBody::JournalOpened {
            event: self.event.id,
            gate: GateNo(1),
            cause: OpeningCause::First,
            predecessor: None,
        });
        opening
            .into_iter()
            .chain(bodies)
            .map(|body| self.append(at_ms, body, seen))
            .collect()
    }

    /// The first fact of a journal that is not the device's first.
    pub(crate) fn open_because(
        &mut self,
        cause: OpeningCause,
        predecessor: Option<(JournalId, u64, [u8; 32])>,
    ) -> Envelope {
        let opening = FactBody::JournalOpened {
            event: self.event.id,
            gate: GateNo(1),
            cause,
            predecessor,
        };
        self.append(self.server().now_ms(), opening, &[])
    }

    fn append(&mut self, at_ms: i64, body: FactBody, seen: &[FactName]) -> Envelope {
        let author = Author {
            device: self.id,
            journal: self.journal.id,
            key: &self.key,
        };
        let carries_seen = matches!(
            body,
            FactBody::Entry { .. } | FactBody::Exit { .. } | FactBody::Void { .. }
        );
        let draft = Draft {
            id: FactId::new(at_ms, &mut OsRandom),
            stamp: Stamp {
                hlc: self.journal.clock.tick(at_ms),
                wall_ms: at_ms,
                offset_ms: 0,
                offset_err_ms: 20,
            },
            seen: if carries_seen {
                seen.to_vec()
            } else {
                Vec::new()
            },
            body,
        };
        let envelope = append(self.journal.head, author, draft).unwrap();
        self.journal.head = Head::from(&envelope.header());
        envelope
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.server()
            .request(method, path)
            .header("authorization", format!("Device {}", self.token))
            .header("hub-protocol", "1")
    }

    pub(crate) async fn upload_raw(&self, envelopes: &[Vec<u8>]) -> Answer {
        use base64::Engine as _;
        let texts: Vec<String> = envelopes
            .iter()
            .map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes))
            .collect();
        let request = self
            .request(Method::POST, "/api/v1/sync/facts")
            .json(&json!({ "envelopes": texts }));
        Answer::of(request).await
    }

    pub(crate) async fn upload(&self, envelopes: &[Envelope]) -> FactsAnswer {
        let bytes: Vec<Vec<u8>> = envelopes.iter().map(|e| e.bytes().to_vec()).collect();
        serde_json::from_value(self.upload_raw(&bytes).await.ok()).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// The organizer's key set, as it verifies under the pinned root.
    pub(crate) async fn key_set(&self) -> KeySet {
        let root: Vec<u8> =
            sqlx::query_scalar("select root_key_public from organizers where id = $1")
                .bind(self.event.organizer.0)
                .fetch_one(self.event.pool())
                .await
                .unwrap();
        let root = ed25519_dalek::VerifyingKey::from_bytes(&root.try_into().unwrap()).unwrap();
        let answer = self.get("/api/v1/sync/signed").await.ok();
        let answer: SignedAnswer = serde_json::from_value(answer).unwrap();
        let object = answer
            .objects
            .iter()
            .find(|object| object.kind == SignedKind::KeySet);
        object.expect("a key set").open(&root).unwrap()
    }

    pub(crate) fn changes_path(&self, cursor: Option<&str>, limit: u32, wait: u32) -> String {
        let cursor = cursor
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        format!(
            "/api/v1/sync/events/{}/changes?limit={limit}&wait={wait}{cursor}",
            self.event.id
        )
    }

    pub(crate) async fn page(&self, cursor: Option<&str>, limit: u32, wait: u32) -> Page {
        let request = self.request(Method::GET, &self.changes_path(cursor, limit, wait));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Page::decode(&response.bytes().await.unwrap()).unwrap()
    }

    /// Pulls from the beginning until the server has no more.
    pub(crate) async fn replica(&self, limit: u32) -> Replica {
        let mut replica = Replica::default();
        replica.catch_up(self, limit).await;
        replica
    }
}

/// What a device keeps of the feed, applied as upserts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Replica {
    pub(crate) tickets: BTreeMap<TicketId, TicketRow>,
    pub(crate) others: BTreeMap<String, PageEntry>,
    pub(crate) facts: BTreeSet<Vec<u8>>,
}

impl Replica {
    pub(crate) fn apply(&mut self, page: &Page) {
        self.tickets
            .extend(page.tickets.iter().map(|row| (row.id, *row)));
        for entry in &page.entries {
            let key = match entry {
                PageEntry::Event(_) => "event".to_owned(),
                PageEntry::TicketType(row) => format!("ticket_type {}", row.no),
                PageEntry::Window(row) => format!("window {}", row.no),
                PageEntry::Gate(row) => format!("gate {}", row.no),
                PageEntry::Deleted { kind, no } => format!("{kind} {no}"),
                PageEntry::FactLabel(row) => format!("label {:?}", row.fact),
                PageEntry::Fact(bytes) => {
                    self.facts.insert(bytes.to_vec());
                    continue;
                }
                PageEntry::Unknown => panic!("an entry of an unknown kind"),
            };
            self.others.insert(key, entry.clone());
        }
    }

    pub(crate) async fn catch_up(&mut self, device: &Device<'_>, limit: u32) -> Page {
        let mut cursor: Option<String> = None;
        loop {
            let page = device.page(cursor.as_deref(), limit, 0).await;
            self.apply(&page);
            if !page.has_more {
                return page;
            }
            cursor = Some(page.cursor);
        }
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let decoded = self
            .facts
            .iter()
            .map(|bytes| Envelope::decode(bytes).unwrap());
        decoded.map(|envelope| envelope.fact().clone()).collect()
    }
}
