//! Strict mode at the server: who is granted which ticket's right of entry, and when it moves. Invariants E1, M1.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use shared::fact::FactBody;
use shared::fact::kind::{RightKind, RightStep};
use shared::ids::{DeviceId, FactId, RefundId, TicketId};
use shared::lease::{Cause, LeaseList};
use shared::roster::signed::{SignedAnswer, SignedKind, SignedObject};
use shared::wire::latest::PageEntry;
use sync_server::database::transaction::begin;
use sync_server::edge::OsRandom;
use uuid::Uuid;

use crate::support::door::{Device, Event, entry};
use crate::support::stall::text;
use crate::support::{Answer, TestServer};

impl Event<'_> {
    /// The whole event anew, as its organizer sends it.
    pub(crate) async fn put(&self, change: Value) -> Answer {
        let path = format!("/api/v1/events/{}", self.id);
        let page = self.owner.get(&path).await.ok();
        let mut body = json!({ "venue_id": page["venue"]["id"] });
        for field in [
            "title",
            "category",
            "doors_ms",
            "starts_ms",
            "ends_ms",
            "status",
        ] {
            body[field] = page[field].clone();
        }
        for (field, value) in change.as_object().unwrap() {
            body[field] = value.clone();
        }
        Answer::of(self.owner.request(Method::PUT, &path).json(&body)).await
    }

    async fn rights(&self) -> Value {
        let path = format!("/api/v1/events/{}/rights", self.id);
        self.owner.get(&path).await.ok()
    }

    pub(crate) async fn open_doors(&self) -> Answer {
        let path = format!("/api/v1/events/{}/open-doors", self.id);
        self.owner.post(&path, &json!({})).await
    }

    async fn at_gate(&self, device: DeviceId, gate: i32) {
        sqlx::query("update device_events set gate_no = $3 where event_id = $1 and device_id = $2")
            .bind(self.id.0)
            .bind(device.0)
            .bind(gate)
            .execute(self.pool())
            .await
            .unwrap();
    }

    async fn home(&self, tickets: &[TicketId], gate: i32) {
        let ids: Vec<i64> = tickets.iter().map(|ticket| ticket.to_i64()).collect();
        let mut tx = begin(self.pool()).await.unwrap();
        self.begin_change(&mut tx).await;
        sqlx::query("update tickets set home_gate = $2 where id = any($1)")
            .bind(&ids)
            .bind(gate)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

impl Device<'_> {
    /// The organizer's signed leases, verified.
    async fn leases(&self) -> (SignedObject, LeaseList) {
        let root: Vec<u8> =
            sqlx::query_scalar("select root_key_public from organizers where id = $1")
                .bind(self.event.organizer.0)
                .fetch_one(self.event.pool())
                .await
                .unwrap();
        let root = ed25519_dalek::VerifyingKey::from_bytes(&root.try_into().unwrap()).unwrap();
        let answer = self.get("/api/v1/sync/signed").await.ok();
        let answer: SignedAnswer = serde_json::from_value(answer).unwrap();
        let mut objects = answer.objects.into_iter();
        let object = objects
            .find(|object| object.kind == SignedKind::Leases)
            .expect("leases are published");
        let list = object.open(&root).unwrap();
        (object, list)
    }

    /// As the roster has it.
    async fn is_strict(&self) -> bool {
        match &self.replica(100).await.others["event"] {
            PageEntry::Event(row) => row.strict,
            other => panic!("{other:?}"),
        }
    }

    async fn share(&self) -> BTreeSet<TicketId> {
        let (_, list) = self.leases().await;
        let its = list.leases.iter().filter(|lease| lease.device == self.id);
        its.flat_map(|lease| lease.tickets.iter().copied())
            .collect()
    }

    /// One step for each ticket, of the term in which the newest list has it.
    async fn steps(&self, tickets: &[TicketId]) -> (u64, Vec<RightStep>) {
        let (_, list) = self.leases().await;
        let lease = list
            .leases
            .iter()
            .find(|lease| lease.tickets.contains(&tickets[0]))
            .expect("it was granted");
        let mut steps: Vec<RightStep> = tickets
            .iter()
            .map(|ticket| RightStep {
                ticket: *ticket,
                step: 1,
            })
            .collect();
        steps.sort_by_key(|step| step.ticket);
        (lease.term, steps)
    }

    async fn release(&mut self, tickets: &[TicketId]) {
        let (term, tickets) = self.steps(tickets).await;
        let facts = self.write(vec![FactBody::Release {
            right: RightKind::Admit,
            term,
            tickets,
        }]);
        self.upload(&facts).await;
    }

    async fn hand_over(&mut self, tickets: &[TicketId], to: DeviceId) {
        let (term, tickets) = self.steps(tickets).await;
        let facts = self.write(vec![FactBody::HandOver {
            right: RightKind::Admit,
            term,
            to,
            asked_for: FactId(Uuid::nil()),
            tickets,
        }]);
        self.upload(&facts).await;
    }
}

fn door(view: &Value, device: DeviceId) -> &Value {
    let doors = view["doors"].as_array().unwrap();
    let found = doors
        .iter()
        .find(|door| text(&door["id"]) == device.to_string());
    found.expect("it is listed")
}

#[tokio::test]
async fn opening_the_doors_lends_each_gates_tickets_to_its_doors_in_equal_shares() {
    let server = TestServer::start().await;
    let event = server.event("shares").await;
    let tickets = event.tickets(31).await;
    event.home(&tickets[..20], 1).await;
    event.home(&tickets[20..], 2).await;
    let (a, b, c) = (
        event.device("A1").await,
        event.device("A2").await,
        event.device("B").await,
    );
    event.at_gate(c.id, 2).await;
    event.open_doors().await.error(409, "conflict");
    event.put(json!({ "strict": true })).await.ok();
    assert!(a.is_strict().await, "the roster says so");
    let before = event.rights().await;
    assert_eq!(
        (&before["opened_ms"], &before["held_by_nobody"]),
        (&Value::Null, &json!(31))
    );

    let view = event.open_doors().await.ok();
    assert_eq!(view["held_by_nobody"], 0);
    assert_eq!(view["opened_ms"], server.now_ms());
    for (device, held) in [(&a, 10), (&b, 10), (&c, 11)] {
        assert_eq!(door(&view, device.id)["held"], held, "{view}");
        assert_eq!(device.share().await.len(), held);
    }
    assert_eq!(c.share().await, tickets[20..].iter().copied().collect());
    let (object, list) = a.leases().await;
    assert!(
        list.leases
            .iter()
            .all(|lease| lease.term == object.version && lease.cause == Cause::First)
    );
    // Again is the same.
    event.open_doors().await.ok();
    assert_eq!(a.leases().await.0.version, object.version);
    let one = format!("/api/v1/events/{}/rights/{}", event.id, tickets[30]);
    let one = event.owner.get(&one).await.ok();
    assert_eq!(
        (text(&one["holder_name"]), &one["guaranteed"]),
        ("B", &json!(true))
    );
}

#[tokio::test]
async fn doors_are_opened_of_a_published_strict_event_with_doors_by_those_who_may() {
    let server = TestServer::start().await;
    let event = server.event("may").await;
    event.tickets(1).await;
    event.put(json!({ "strict": true })).await.ok();
    let refused = event.open_doors().await.error(409, "conflict");
    assert!(
        text(&refused["detail"]).contains("enrol the doors first"),
        "{refused}"
    );
    event.device_with("Caisse", json!({ "sell": true })).await;
    event.open_doors().await.error(409, "conflict");
    let stranger = server.person("stranger").await;
    let path = format!("/api/v1/events/{}/open-doors", event.id);
    stranger
        .post(&path, &json!({}))
        .await
        .error(404, "not_found");
    event.device("A").await;
    event.put(json!({ "status": "cancelled" })).await.ok();
    let refused = event.open_doors().await.error(409, "conflict");
    assert!(text(&refused["detail"]).contains("published"), "{refused}");
}

#[tokio::test]
async fn an_event_stays_strict_once_its_doors_are_open_and_does_not_become_so_after_an_entry() {
    let server = TestServer::start().await;
    let event = server.event("late").await;
    let tickets = event.tickets(2).await;
    let mut a = event.device("A").await;
    event.put(json!({ "strict": true })).await.ok();
    event.put(json!({ "title": "Bérénice" })).await.ok();
    assert!(a.is_strict().await, "not said: as it is");
    event.put(json!({ "strict": false })).await.ok();
    let facts = a.write(vec![entry(tickets[0], 1)]);
    a.upload(&facts).await;
    let refused = event
        .put(json!({ "strict": true }))
        .await
        .error(409, "conflict");
    assert!(
        text(&refused["detail"]).contains("before the first entry"),
        "{refused}"
    );

    let other = server.event("open").await;
    other.tickets(1).await;
    other.device("B").await;
    other.put(json!({ "strict": true })).await.ok();
    other.open_doors().await.ok();
    let refused = other
        .put(json!({ "strict": false }))
        .await
        .error(409, "conflict");
    assert!(
        text(&refused["detail"]).contains("stays in it"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_is_sold_later_goes_to_the_door_with_the_smallest_share_and_a_refund_ends_its_right() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(20).await;
    event.put(json!({ "strict": true })).await.ok();
    let a = event.device("A").await;
    event.bought().await;
    event.open_doors().await.ok();
    let b = event.device("B").await;
    let (order, code) = event.bought().await;
    let sold = code.token().claimed().ticket;
    assert_eq!(b.share().await, [sold].into(), "B had none");
    assert_eq!(a.share().await.len(), 1);

    let version = b.leases().await.0.version;
    let refund = json!({ "id": RefundId::new(server.now_ms(), &mut OsRandom), "amount_minor": order["total_minor"], "reason": "malade" });
    let path = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
    event.owner.post(&path, &refund).await.ok();
    assert!(b.share().await.is_empty(), "nobody lets it in any more");
    assert!(b.leases().await.0.version > version);
    assert_eq!(door(&event.rights().await, b.id)["held"], 0);

    // By now the issuer knows the event by heart.
    event.bought().await;
    assert_eq!(b.share().await.len(), 1, "B has none again");
}

#[tokio::test]
async fn a_right_moves_by_its_holders_facts_and_is_granted_again_only_after_a_release() {
    let server = TestServer::start().await;
    let event = server.event("moves").await;
    event.put(json!({ "strict": true })).await.ok();
    let (mut a, b) = (event.device("A").await, event.device("B").await);
    event.tickets(10).await;
    event.open_doors().await.ok();
    let of_a: Vec<TicketId> = a.share().await.into_iter().collect();
    let version = a.leases().await.0.version;

    a.hand_over(&of_a[..2], b.id).await;
    let view = event.rights().await;
    assert_eq!(
        (&door(&view, a.id)["held"], &door(&view, b.id)["held"]),
        (&json!(3), &json!(7))
    );
    assert_eq!(door(&view, a.id)["granted"], 5);
    assert_eq!(
        a.leases().await.0.version,
        version,
        "the facts say it, no list"
    );

    // It went in at A before A gave the rest back.
    let went_in = a.write(vec![entry(of_a[2], 1)]);
    a.upload(&went_in).await;
    a.release(&of_a[2..]).await;
    let view = event.rights().await;
    assert_eq!(
        (&door(&view, a.id)["held"], &door(&view, b.id)["held"]),
        (&json!(0), &json!(10))
    );
    assert_eq!(door(&view, a.id)["gave_share_back"], true);
    let (_, list) = b.leases().await;
    let again = list
        .leases
        .iter()
        .find(|lease| lease.cause == Cause::Released)
        .unwrap();
    assert_eq!((again.device, again.tickets.len()), (b.id, 3));
    assert_eq!(
        again.after,
        [(of_a[2], went_in[0].fact().name())],
        "what B has to know of it"
    );
    assert_eq!(view["void_by_loss"], 0);

    // What is new goes to B alone, until the doors are opened again.
    event.tickets(4).await;
    event.open_doors().await.ok();
    assert_eq!(
        a.share().await.len(),
        6,
        "the list has the two that it handed over, too"
    );
}

#[tokio::test]
async fn only_the_share_of_a_device_that_was_declared_lost_is_taken_from_it_and_all_can_see() {
    let server = TestServer::start().await;
    let event = server.event("lost").await;
    event.put(json!({ "strict": true })).await.ok();
    let (a, b, c) = (
        event.device("A").await,
        event.device("B").await,
        event.device("C").await,
    );
    event.tickets(30).await;
    event.open_doors().await.ok();
    let share = a.share().await;
    assert_eq!(share.len(), 10);

    let part = |how: &str| format!("/api/v1/devices/{}/{how}", a.id);
    event.owner.post(&part("revoke"), &json!({})).await.ok();
    assert_eq!(
        door(&event.rights().await, a.id)["held"],
        10,
        "it may be scanning"
    );
    event
        .owner
        .post(&part("declare-lost"), &json!({}))
        .await
        .ok();
    let view = event.rights().await;
    assert_eq!(door(&view, b.id)["held"], 15);
    assert_eq!(door(&view, c.id)["held"], 15);
    assert_eq!(
        (&view["void_by_loss"], &view["held_by_nobody"]),
        (&json!(10), &json!(0))
    );
    let (_, list) = b.leases().await;
    let lost: BTreeMap<DeviceId, usize> = list
        .leases
        .iter()
        .filter(|lease| lease.cause == Cause::Lost)
        .map(|lease| (lease.device, lease.tickets.len()))
        .collect();
    assert_eq!(lost, [(b.id, 5), (c.id, 5)].into());
    let alerts = event.alerts().await;
    let alert = alerts
        .iter()
        .find(|alert| alert["kind"] == "guarantee_void")
        .unwrap();
    assert_eq!(alert["subject"], a.id.to_string());
    assert_eq!(
        (&alert["detail"]["tickets"], &alert["detail"]["device_name"]),
        (&json!(10), &json!("A"))
    );
}

#[tokio::test]
async fn a_step_that_was_taken_twice_voids_the_guarantee_for_its_ticket() {
    let server = TestServer::start().await;
    let event = server.event("twice").await;
    event.put(json!({ "strict": true })).await.ok();
    let (mut a, b, c) = (
        event.device("A").await,
        event.device("B").await,
        event.device("C").await,
    );
    event.tickets(3).await;
    event.open_doors().await.ok();
    let of_a: Vec<TicketId> = a.share().await.into_iter().collect();
    a.hand_over(&of_a, b.id).await;
    // An old replica of A goes on, in a journal of its own.
    a.journal = crate::support::door::Journal::new(server.now_ms());
    a.hand_over(&of_a, c.id).await;
    let view = event.rights().await;
    assert_eq!(view["void_by_contest"], 1);
    assert_eq!(view["held_by_nobody"], 0);
}

#[tokio::test]
async fn after_a_restore_rights_come_back_from_a_doors_list_and_none_is_granted_before_go_on() {
    let server = TestServer::start().await;
    let event = server.event("restored").await;
    event.put(json!({ "strict": true })).await.ok();
    let (a, b) = (event.device("A").await, event.device("B").await);
    event.tickets(6).await;
    event.open_doors().await.ok();
    let (object, _) = a.leases().await;
    let (of_a, of_b) = (a.share().await, b.share().await);

    // The backup was made before the doors were opened.
    for undo in [
        "delete from entry_rights where event_id = $1",
        "delete from signed_objects where kind = 'leases' and $1 = $1",
        "select begin_change(organizer_id, id) from events where id = $1",
    ] {
        sqlx::query(undo)
            .bind(event.id.0)
            .execute(event.pool())
            .await
            .unwrap();
    }
    let mut tx = begin(event.pool()).await.unwrap();
    event.begin_change(&mut tx).await;
    sqlx::query("update events set rights_lent_ms = null where id = $1")
        .bind(event.id.0)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    sync_server::door::restore::restored(event.pool(), server.now_ms(), &mut OsRandom)
        .await
        .unwrap();
    let refused = event.open_doors().await.error(409, "conflict");
    assert!(text(&refused["detail"]).contains("go-on"), "{refused}");

    let brought = serde_json::to_value(SignedAnswer {
        objects: vec![object.clone()],
    })
    .unwrap();
    server.post("/api/v1/sync/signed", &brought).await.ok();
    assert_eq!(a.share().await, of_a);
    assert_eq!(b.share().await, of_b);
    assert!(a.leases().await.0.version > object.version);
    let new = event.tickets(1).await;
    let go_on = format!("/api/v1/events/{}/go-on", event.id);
    event.owner.post(&go_on, &json!({})).await.ok();
    let shares = [a.share().await, b.share().await];
    assert!(
        shares.iter().any(|share| share.contains(&new[0])),
        "granted by then"
    );
    assert_eq!(shares.iter().map(BTreeSet::len).sum::<usize>(), 7);
}

#[tokio::test]
async fn the_server_itself_lets_nobody_in_at_a_strict_event() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(5).await;
    event.put(json!({ "strict": true })).await.ok();
    event.device("A").await;
    event.open_doors().await.ok();
    let (_, code) = event.bought().await;
    let path = format!("/api/v1/tickets/scan/{}", code.token().claimed().ticket);
    let refused = event.owner.post(&path, &json!({ "gate": 1 })).await;
    let refused = refused.error(409, "entry_refused");
    assert_eq!(refused["fields"]["reason"], "home_gate_elsewhere");
}
