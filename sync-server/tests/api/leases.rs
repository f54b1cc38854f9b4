//! Places lent to tills: how many, by whom they are sold, and what brings them back. Invariants S1 and S2.

use std::collections::BTreeSet;

use futures::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use shared::fact::FactBody;
use shared::fact::kind::{RightKind, RightStep};
use shared::ids::{DeviceId, FactId, KeyId, OrderId, TicketId, TypeNo};
use shared::lease::LeaseList;
use shared::roster::signed::{SignedAnswer, SignedKind};
use shared::ticket::{Flags, PublicKey, Token, verify};
use shared::wire::latest::{StockAnswer, StockTicket};
use sync_server::door::restore::restored;
use sync_server::edge::OsRandom;
use uuid::Uuid;

use crate::support::door::{Device, Event, entry};
use crate::support::stall::text;
use crate::support::{Answer, TestServer};

const HOUR_MS: i64 = 3_600_000;

impl Event<'_> {
    async fn till(&self, name: &str) -> Device<'_> {
        self.device_with(name, json!({ "sell": true, "scan": true }))
            .await
    }

    /// Held, sold, lent, written off.
    pub(crate) async fn places(&self, type_no: i32) -> (i32, i32, i32, i32) {
        sqlx::query_as(
            "select held, sold, leased, written_off from stock where event_id = $1 and type_no = $2",
        )
        .bind(self.id.0)
        .bind(type_no)
        .fetch_one(self.pool())
        .await
        .unwrap()
    }

    async fn leases(&self) -> Value {
        let path = format!("/api/v1/events/{}/leases", self.id);
        self.owner.get(&path).await.ok()
    }

    async fn act(&self, act: &str, body: Value) -> Answer {
        let path = format!("/api/v1/events/{}/leases/{act}", self.id);
        self.owner.post(&path, &body).await
    }

    /// `count` places of type 1 bought online, in orders of 10.
    async fn sold_online(&self, count: u32) {
        for _ in 0..count / 10 {
            let id = OrderId::new(self.server.now_ms(), &mut OsRandom);
            let hold = json!({ "id": id, "event_id": self.id, "email": "ana@example.org", "name": "Ana Petit",
                "lines": [{ "type_no": 1, "quantity": 10 }] });
            let held = self.server.post("/api/v1/orders", &hold).await.ok();
            let secret = text(&held["secret"]);
            let pay = format!("/api/v1/orders/{id}/pay?secret={secret}&wait_issued=2000");
            let accept = json!({ "method": "accept" });
            self.server.post(&pay, &accept).await.ok();
        }
    }
}

impl Device<'_> {
    async fn ask_for(&self, sale: Option<(u16, u32)>) -> Answer {
        let sale = sale.map(|(type_no, places)| json!({ "type_no": type_no, "places": places }));
        let body = json!({ "event": self.event.id, "sale": sale, "have": "" });
        let request = self.request(Method::POST, "/api/v1/sync/leases");
        Answer::of(request.json(&body)).await
    }

    pub(crate) async fn top_up(&self) -> StockAnswer {
        serde_json::from_value(self.ask_for(None).await.ok()).unwrap()
    }

    pub(crate) async fn stock_of(&self, type_no: u16) -> Vec<StockTicket> {
        let mut tickets = self.top_up().await.tickets;
        tickets.retain(|ticket| ticket.type_no == TypeNo(type_no));
        tickets
    }

    async fn lease_list(&self) -> LeaseList {
        let answer = self.get("/api/v1/sync/signed").await.ok();
        let answer: SignedAnswer = serde_json::from_value(answer).unwrap();
        let leases = answer
            .objects
            .iter()
            .find(|object| object.kind == SignedKind::Leases)
            .expect("leases are published");
        serde_json::from_slice(&leases.body).unwrap()
    }

    async fn sell(&mut self, tickets: &[TicketId]) {
        let mut tickets = tickets.to_vec();
        tickets.sort_unstable();
        let facts = self.write(vec![FactBody::Issued { tickets }]);
        self.upload(&facts).await;
    }

    pub(crate) async fn steps_of(&self, tickets: &[TicketId], step: u16) -> (u64, Vec<RightStep>) {
        let list = self.lease_list().await;
        let lease = list
            .leases
            .iter()
            .find(|lease| lease.tickets.contains(&tickets[0]))
            .expect("it was granted");
        let mut steps: Vec<RightStep> = tickets
            .iter()
            .map(|ticket| RightStep {
                ticket: *ticket,
                step,
            })
            .collect();
        steps.sort_by_key(|step| step.ticket);
        (lease.term, steps)
    }

    pub(crate) async fn give_back(&mut self, tickets: &[TicketId]) {
        let (term, tickets) = self.steps_of(tickets, 1).await;
        let facts = self.write(vec![FactBody::Release {
            right: RightKind::Sell,
            term,
            tickets,
        }]);
        self.upload(&facts).await;
    }
}

fn ids(tickets: &[StockTicket]) -> Vec<TicketId> {
    tickets.iter().map(|ticket| ticket.ticket).collect()
}

fn row(rows: &Value, device: DeviceId, type_no: u16) -> Value {
    let rows = rows.as_array().unwrap();
    let found = rows
        .iter()
        .find(|row| text(&row["device"]) == device.to_string() && row["type_no"] == type_no);
    found.cloned().expect("it is listed")
}

#[tokio::test]
async fn a_till_is_lent_a_twentieth_with_numbered_tickets_of_a_key_of_its_own_and_no_more_for_asking_again()
 {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let till = event.till("Caisse 1").await;
    let answer = till.top_up().await;
    assert_eq!(
        (answer.series.as_str(), answer.currency.as_str()),
        ("A", "EUR")
    );
    assert_eq!(answer.tickets.len(), 40, "20 of each type");
    assert_eq!(event.places(1).await, (0, 0, 20, 0));
    let numbers: Vec<u64> = answer
        .tickets
        .iter()
        .filter_map(|ticket| ticket.number)
        .collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "unbroken");
    assert_eq!(answer.tickets[0].price_minor, 3_400);
    assert_eq!(answer.types[0].left, 380);

    let keys = till.key_set().await.keys;
    let own = keys
        .iter()
        .find(|key| key.lessee == Some(till.id))
        .expect("doors are told of the key");
    let public = PublicKey::from_bytes(&own.public).unwrap();
    for ticket in &answer.tickets {
        let token = Token::from_bytes(&ticket.token).unwrap();
        assert!(token.claimed().flags.contains(Flags::LEASED));
        assert_eq!(
            (token.claimed().key, token.claimed().ticket),
            (own.id, ticket.ticket)
        );
        let code = shared::ticket::read(&token.to_string()).unwrap();
        assert!(verify(&code, &public).is_ok(), "a door takes it");
    }
    let list = till.lease_list().await;
    assert_eq!(list.leases.len(), 2);
    let ends_ms = server.now_ms() + 6 * HOUR_MS + 24 * HOUR_MS;
    assert!(list.leases.iter().all(|lease| lease.device == till.id
        && lease.right == RightKind::Sell
        && lease.ends_ms == Some(ends_ms)
        && !lease.is_stopped));

    // The answer was lost: the same again, and nothing more is lent.
    let again = till.top_up().await;
    assert_eq!(again.tickets, answer.tickets);
    assert_eq!(event.places(1).await, (0, 0, 20, 0));
    // Another till has other letters and another key.
    let other = event.till("Caisse 2").await;
    let others = other.top_up().await;
    assert_eq!(others.series, "B");
    assert_eq!(others.tickets[0].number, Some(1));
    let key =
        |ticket: &StockTicket| -> KeyId { Token::from_bytes(&ticket.token).unwrap().claimed().key };
    assert_ne!(key(&others.tickets[0]), own.id);
}

#[tokio::test]
async fn only_a_device_that_may_sell_is_lent_places_and_only_of_an_event_on_sale() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(100).await;
    let door = event.device("Porte A").await;
    let refused = door.ask_for(None).await.error(403, "forbidden");
    assert!(
        text(&refused["detail"]).contains("may not sell"),
        "{refused}"
    );
    let till = event.till("Caisse").await;
    till.ask_for(Some((9, 1))).await.error(409, "not_on_sale");
    till.ask_for(Some((1, 0)))
        .await
        .error(400, "invalid_request");
    till.ask_for(Some((1, 101)))
        .await
        .error(400, "invalid_request");
    till.ask_for(Some((1, 100))).await.ok();
    let full = till.ask_for(Some((2, 100))).await;
    full.ok();
    let other = event.till("Caisse 2").await;
    let refused = other.ask_for(Some((1, 1))).await.error(409, "sold_out");
    assert!(
        text(&refused["detail"]).contains("only 0 places"),
        "{refused}"
    );
    let stranger = server.person("stranger").await;
    let path = format!("/api/v1/events/{}/leases", event.id);
    stranger.get(&path).await.error(404, "not_found");
}

#[tokio::test]
async fn sold_places_are_sold_and_places_that_come_back_are_free_with_their_numbers_gone_for_good()
{
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let mut till = event.till("Caisse").await;
    let stock = ids(&till.stock_of(1).await);
    till.sell(&stock[..12]).await;
    assert_eq!(event.places(1).await, (0, 12, 8, 0));
    // Below half: topped up to what a twentieth of the rest is.
    let more = till.stock_of(1).await;
    assert_eq!(more.len(), 19, "a twentieth of 380");
    assert_eq!(event.places(1).await, (0, 12, 19, 0));

    till.give_back(&stock[12..]).await;
    let facts = till.write(Vec::new());
    till.upload(&facts).await;
    assert_eq!(event.places(1).await, (0, 12, 11, 0));
    let held: BTreeSet<TicketId> = ids(&till.stock_of(1).await).into_iter().collect();
    assert!(stock.iter().all(|ticket| !held.contains(ticket)));
    let row = row(&event.leases().await, till.id, 1);
    assert_eq!(
        (&row["sold"], &row["returned"], &row["series"]),
        (&json!(12), &json!(8), &json!("A"))
    );
    // Sold after it was given back: that doesn't count.
    till.sell(&stock[12..13]).await;
    assert_eq!(event.places(1).await.1, 12);
    // Somebody comes in with a ticket that was given back unsold.
    let mut door = event.device("Porte A").await;
    let facts = door.write(vec![entry(stock[13], 1), entry(stock[0], 1)]);
    door.upload(&facts).await;
    let alerts = event.alerts().await;
    let unsold: Vec<&Value> = alerts
        .iter()
        .filter(|alert| alert["kind"] == "admitted_unsold")
        .collect();
    assert_eq!(unsold.len(), 1, "{alerts:?}");
    assert_eq!(text(&unsold[0]["subject"]), stock[13].to_string());
    assert_eq!(event.states().await[&stock[0]], (true, 1, 0));
}

#[tokio::test]
async fn the_last_ten_places_are_lent_for_a_sale_in_progress_only() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(30).await;
    event.sold_online(20).await;
    let mut till = event.till("Caisse").await;
    assert!(till.stock_of(1).await.is_empty(), "not in advance");
    till.ask_for(Some((1, 2))).await.ok();
    let two = till.stock_of(1).await;
    assert_eq!(two.len(), 2);
    assert_eq!(event.places(1).await, (0, 20, 2, 0));
    till.sell(&[two[0].ticket]).await;
    // The other is not sold within a minute: it may not be sold any more, and stays lent until the till says so.
    server.clock.advance(61_000);
    assert!(till.stock_of(1).await.is_empty());
    assert_eq!(event.places(1).await, (0, 21, 1, 0));
    till.give_back(&[two[1].ticket]).await;
    assert_eq!(event.places(1).await, (0, 21, 0, 0));
}

#[tokio::test]
async fn a_till_hands_places_to_another_and_from_then_on_only_that_one_sells_them() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let (mut one, mut two) = (event.till("Caisse 1").await, event.till("Caisse 2").await);
    let stock = ids(&one.stock_of(1).await);
    let (term, tickets) = one.steps_of(&stock[..3], 1).await;
    let facts = one.write(vec![FactBody::HandOver {
        right: RightKind::Sell,
        term,
        to: two.id,
        asked_for: FactId(Uuid::nil()),
        tickets,
    }]);
    one.upload(&facts).await;
    let of_two: BTreeSet<TicketId> = ids(&two.stock_of(1).await).into_iter().collect();
    assert!(stock[..3].iter().all(|ticket| of_two.contains(ticket)));
    let numbers: BTreeSet<Option<u64>> = two
        .stock_of(1)
        .await
        .iter()
        .filter(|ticket| stock[..3].contains(&ticket.ticket))
        .map(|ticket| ticket.number)
        .collect();
    assert_eq!(
        numbers,
        [Some(1), Some(2), Some(3)].into(),
        "they keep their numbers"
    );
    let letters = two.stock_of(1).await;
    let of_one = letters.iter().filter(|ticket| ticket.series == "A");
    assert_eq!(of_one.count(), 3, "and their letters");
    let before = event.places(1).await;
    one.sell(&stock[..1]).await;
    assert_eq!(event.places(1).await, before, "it gave that place away");
    two.sell(&stock[..1]).await;
    assert_eq!(event.places(1).await.1, 1);
    assert_eq!(row(&event.leases().await, two.id, 1)["sold"], 1);
}

#[tokio::test]
async fn what_is_taken_back_or_written_off_is_sold_no_more_and_frees_places_only_by_name() {
    let server = TestServer::start_with(|config| config.limits.payments_per_minute = None).await;
    let event = server.event_on_sale(400).await;
    let mut till = event.till("Caisse").await;
    let stock = ids(&till.stock_of(1).await);
    let body = json!({ "device": till.id });
    event.act("take-back", body.clone()).await.ok();
    event.act("take-back", body).await.error(409, "conflict");
    assert_eq!(
        event.places(1).await,
        (0, 0, 20, 0),
        "it may have sold them"
    );
    assert!(
        till.lease_list()
            .await
            .leases
            .iter()
            .all(|lease| lease.is_stopped)
    );

    let write_off = |places: u32| json!({ "device": till.id, "type_no": 1, "places": places });
    let refused = event
        .act("write-off", write_off(21))
        .await
        .error(409, "conflict");
    assert!(text(&refused["detail"]).contains("20 unsold"), "{refused}");
    let rows = event.act("write-off", write_off(15)).await.ok();
    assert_eq!(row(&rows, till.id, 1)["written_off"], 15);
    event
        .act("write-off", write_off(6))
        .await
        .error(409, "conflict");
    assert_eq!(event.places(1).await, (0, 0, 20, 15));
    assert_eq!(till.lease_list().await.write_offs[0].places, 15);
    event.sold_online(390).await;
    assert_eq!(
        event.places(1).await,
        (0, 390, 20, 15),
        "more than there are, by name"
    );

    // The till comes back: it had sold four before it was told, and gives back the rest.
    till.sell(&stock[..4]).await;
    assert_eq!(event.places(1).await, (0, 394, 16, 15));
    till.give_back(&stock[4..]).await;
    assert_eq!(
        event.places(1).await,
        (0, 394, 0, 0),
        "what came back was free only once"
    );
}

#[tokio::test]
async fn a_stolen_block_is_killed_but_for_what_was_sold_before() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let mut till = event.till("Caisse").await;
    let door = event.device("Porte A").await;
    let stock = ids(&till.stock_of(1).await);
    till.sell(&stock[..5]).await;
    let path = format!("/api/v1/devices/{}/declare-lost", till.id);
    event.owner.post(&path, &json!({})).await.ok();
    let keys = door.key_set().await.keys;
    let own = keys.iter().find(|key| key.lessee == Some(till.id)).unwrap();
    assert!(own.revoked, "doors refuse what was not sold before");
    // The thief goes on selling: it is kept, and counts for nothing.
    till.sell(&stock[5..9]).await;
    assert_eq!(event.places(1).await, (0, 5, 15, 0));
    till.ask_for(None).await.error(403, "device_revoked");
    // Only the organizer can give the places up for lost.
    let lost = json!({ "device": till.id, "type_no": 1, "places": 15 });
    event.act("write-off", lost).await.ok();
    assert_eq!(event.places(1).await, (0, 5, 15, 15));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tills_and_buyers_at_once_never_have_more_than_there_is() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(100).await;
    let mut tills = Vec::new();
    for name in ["Caisse 1", "Caisse 2", "Caisse 3"] {
        tills.push(event.till(name).await);
    }
    let buyers = futures::stream::iter(0..120)
        .map(|_| async {
            let id = OrderId::new(server.now_ms(), &mut OsRandom);
            let hold = json!({ "id": id, "event_id": event.id, "email": "ana@example.org", "name": "Ana Petit",
                "lines": [{ "type_no": 1, "quantity": 1 }] });
            let held = server.post("/api/v1/orders", &hold).await;
            u32::from(held.status.is_success())
        })
        .buffer_unordered(16)
        .collect::<Vec<u32>>();
    let asking = futures::future::join_all(tills.iter().map(|till| async {
        let mut most = 0;
        for _ in 0..10 {
            most = most.max(till.stock_of(1).await.len());
        }
        most
    }));
    let (held, most) = tokio::join!(buyers, asking);
    let (in_carts, _, lent, beyond) = event.places(1).await;
    assert_eq!(held.iter().sum::<u32>(), in_carts.cast_unsigned());
    assert!(in_carts + lent <= 100 && beyond == 0, "{in_carts} + {lent}");
    assert!(
        most.iter().all(|most| *most <= 5),
        "{most:?}: a twentieth at most"
    );
}

#[tokio::test]
async fn leases_that_a_restore_lost_come_back_with_a_tills_list_out_of_the_closed_places() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let mut till = event.till("Caisse").await;
    let stock = ids(&till.stock_of(1).await);
    let brought = till.get("/api/v1/sync/signed").await.ok();

    // The database is that of before the lease.
    for lost in [
        "delete from leased_tickets where event_id = $1",
        "delete from leases where event_id = $1",
        "update stock set leased = 0 where event_id = $1",
        "update signed_objects set version = version - 1000
         where kind = 'leases' and organizer_id = (select organizer_id from events where id = $1)",
    ] {
        sqlx::query(lost)
            .bind(event.id.0)
            .execute(event.pool())
            .await
            .unwrap();
    }
    restored(event.pool(), server.now_ms(), &mut OsRandom)
        .await
        .unwrap();
    assert_eq!(event.places(1).await, (0, 0, 400, 0), "all are closed");
    till.log_in().await;
    assert!(
        till.stock_of(1).await.is_empty(),
        "nothing is lent meanwhile"
    );
    let request = till.request(Method::POST, "/api/v1/sync/signed");
    assert_eq!(Answer::of(request.json(&brought)).await.status, 204);
    assert_eq!(row(&event.leases().await, till.id, 1)["unsold"], 20);
    assert_eq!(event.places(1).await, (0, 0, 400, 0));
    till.sell(&stock[..3]).await;
    assert_eq!(event.places(1).await, (0, 3, 397, 0));
    let path = format!("/api/v1/events/{}/go-on", event.id);
    let nothing = json!({ "sold_meanwhile": [] });
    let gone_on = event.owner.post(&path, &nothing).await;
    assert_eq!(gone_on.status, 204);
    assert_eq!(
        event.places(1).await,
        (0, 3, 17, 0),
        "the till has the rest"
    );
    till.give_back(&stock[3..]).await;
    assert_eq!(event.places(1).await, (0, 3, 0, 0));
}
