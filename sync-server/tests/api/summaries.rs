//! Orders by name: a segment of the feed for devices that may search, and for nobody else.

use serde_json::{Value, json};
use shared::fact::{EntryMarks, FactBody};
use shared::ids::OrderId;
use shared::roster::summary::OrderSummary;
use shared::wire::latest::SummariesPage;
use sync_server::edge::OsRandom;

use crate::support::TestServer;
use crate::support::door::{Device, Event, entry};

fn path(event: &Event<'_>, cursor: Option<&str>, limit: u32) -> String {
    let cursor = cursor
        .map(|cursor| format!("&cursor={cursor}"))
        .unwrap_or_default();
    let event = event.id;
    format!("/api/v1/sync/events/{event}/order-summaries?limit={limit}{cursor}")
}

async fn page(device: &Device<'_>, cursor: Option<&str>, limit: u32) -> SummariesPage {
    let answer = device.get(&path(device.event, cursor, limit)).await.ok();
    serde_json::from_value(answer).unwrap()
}

/// Everything after a cursor, and the cursor after that.
async fn all(device: &Device<'_>, cursor: Option<&str>, limit: u32) -> (Vec<OrderSummary>, String) {
    let mut next = page(device, cursor, limit).await;
    let mut orders = std::mem::take(&mut next.orders);
    while next.has_more {
        next = page(device, Some(&next.cursor), limit).await;
        orders.append(&mut next.orders);
    }
    (orders, next.cursor)
}

fn new_id(server: &TestServer) -> OrderId {
    OrderId::new(server.now_ms(), &mut OsRandom)
}

/// Two places, with a name for the first.
async fn bought(event: &Event<'_>, buyer: &str, holder: &str) -> Value {
    let server = event.server;
    let id = new_id(server);
    let hold = json!({ "id": id, "event_id": event.id, "email": "ana@example.org", "name": buyer,
        "lines": [{ "type_no": 1, "quantity": 2, "holder_names": [holder] }] });
    let held = server.post("/api/v1/orders", &hold).await.ok();
    let secret = held["secret"].as_str().unwrap();
    let pay = format!("/api/v1/orders/{id}/pay?secret={secret}&wait_issued=2000");
    let order = server.post(&pay, &json!({ "method": "accept" })).await.ok();
    assert!(order["tickets"][0].is_string(), "it was issued: {order}");
    order
}

#[tokio::test]
async fn an_order_is_told_by_name_once_its_tickets_are_issued() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let device = event.device("A").await;
    assert!(all(&device, None, 100).await.0.is_empty());
    let order = bought(&event, "Marie Dupont", "Noël Dupont").await;
    let (orders, _) = all(&device, None, 100).await;
    let [summary] = &orders[..] else {
        panic!("{orders:?}");
    };
    assert_eq!(json!(summary.order), order["id"]);
    assert_eq!(json!(summary.code), order["code"]);
    assert_eq!((&*summary.buyer, &*summary.note), ("Marie Dupont", ""));
    let holders: Vec<_> = summary.tickets.iter().map(|held| &*held.holder).collect();
    assert_eq!(holders, ["Noël Dupont", ""]);
    let tickets: Vec<_> = summary.tickets.iter().map(|held| held.ticket).collect();
    assert_eq!(json!(tickets), order["tickets"]);
    // What is only held is nobody's yet.
    let hold = json!({ "id": new_id(&server), "event_id": event.id, "email": "b@example.org", "name": "Paul Held",
        "lines": [{ "type_no": 1, "quantity": 1 }] });
    server.post("/api/v1/orders", &hold).await.ok();
    assert_eq!(all(&device, None, 100).await.0.len(), 1);
}

/// F1, F3: whatever the size of pages, each order comes, and one that changed comes again.
#[tokio::test]
async fn pages_of_any_size_bring_every_order_and_then_what_changed() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let device = event.device("A").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let order = bought(&event, &format!("Marie {n}"), "").await;
        ids.push(order["id"].as_str().unwrap().to_owned());
    }
    let (whole, cursor) = all(&device, None, 100).await;
    assert_eq!(whole.len(), 5);
    for limit in [1, 2, 3] {
        assert_eq!(all(&device, None, limit).await.0, whole, "pages of {limit}");
    }
    assert!(all(&device, Some(&cursor), 100).await.0.is_empty());

    let note = format!("/api/v1/orders/{}/note", ids[1]);
    let body = json!({ "note": "  fauteuil roulant " });
    let written = event.owner.put(&note, &body).await.ok();
    assert_eq!(written, json!({ "note": "fauteuil roulant" }));
    assert_eq!(event.owner.get(&note).await.ok(), written);
    let (changed, cursor) = all(&device, Some(&cursor), 100).await;
    let told: Vec<_> = changed
        .iter()
        .map(|one| (&*one.buyer, &*one.note))
        .collect();
    assert_eq!(told, [("Marie 1", "fauteuil roulant")]);

    let refund = json!({ "id": new_id(&server), "amount_minor": whole_price(&event, &ids[3]).await, "reason": "Annulation" });
    let path = format!("/api/v1/orders/{}/refunds", ids[3]);
    assert_eq!(event.owner.post(&path, &refund).await.status, 201);
    let (changed, _) = all(&device, Some(&cursor), 100).await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].buyer, "Marie 3");
}

async fn whole_price(event: &Event<'_>, order: &str) -> Value {
    let order = event.owner.get(&format!("/api/v1/orders/{order}")).await;
    order.ok()["total_minor"].clone()
}

#[tokio::test]
async fn a_note_is_an_organizers_and_on_one_line() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let order = bought(&event, "Marie Dupont", "").await;
    let path = format!("/api/v1/orders/{}/note", order["id"].as_str().unwrap());
    for note in ["a\nb", &"a".repeat(201)] {
        let answer = event.owner.put(&path, &json!({ "note": note })).await;
        answer.error(400, "invalid_request");
    }
    let stranger = server.event("elsewhere").await;
    let answer = stranger.owner.put(&path, &json!({ "note": "a" })).await;
    answer.error(404, "not_found");
    stranger.owner.get(&path).await.error(404, "not_found");
}

#[tokio::test]
async fn no_roster_and_no_device_without_the_right_hears_a_name() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    bought(&event, "Marie Dupont", "Noël Dupont").await;
    let device = event.device_with("A", json!({ "scan": true })).await;
    device
        .get(&path(&event, None, 100))
        .await
        .error(403, "search_not_allowed");
    let roster = device.page(None, 1_000, 0).await;
    assert_eq!(roster.tickets.len(), 2);
    let bytes = roster.encode();
    assert!(!bytes.windows(6).any(|window| window == b"Dupont"));
    let other = server.event_on_sale(5).await;
    let elsewhere = format!("/api/v1/sync/events/{}/order-summaries", other.id);
    let searches = event.device("B").await;
    searches.get(&elsewhere).await.error(404, "not_found");
}

#[tokio::test]
async fn the_right_is_taken_away_and_given_back_and_whoever_went_in_by_hand_stays_inside() {
    let server = TestServer::start().await;
    let event = server.event("search").await;
    let tickets = event.tickets(1).await;
    let mut device = event.device("A").await;
    let by_hand = match entry(tickets[0], 1) {
        FactBody::Entry {
            ticket,
            type_no,
            window,
            key,
            gate,
            ..
        } => FactBody::Entry {
            ticket,
            type_no,
            window,
            key,
            gate,
            marks: EntryMarks::BY_HAND,
        },
        other => panic!("{other:?}"),
    };
    let written = device.write(vec![by_hand]);
    device.upload(&written).await;
    assert_eq!(event.states().await[&tickets[0]], (true, 1, 0));
    let may_search = |answer: Value| answer[0]["rights"]["search"] == true;
    assert!(may_search(event.owner.get("/api/v1/devices").await.ok()));

    let withdraw = format!("/api/v1/devices/{}/withdraw-search", device.id);
    assert_eq!(event.owner.post(&withdraw, &json!({})).await.status, 204);
    assert!(!may_search(event.owner.get("/api/v1/devices").await.ok()));
    device
        .get(&path(&event, None, 100))
        .await
        .error(403, "search_not_allowed");
    // Its facts are folded again for the next one, which finds its holder inside.
    let scan = format!("/api/v1/tickets/scan/{}", tickets[0]);
    let out = json!({ "gate": 1, "direction": "out" });
    let left = event.owner.post(&scan, &out).await;
    assert!(left.status.is_success(), "so it was inside: {}", left.text);

    let grant = format!("/api/v1/devices/{}/grant-search", device.id);
    assert_eq!(event.owner.post(&grant, &json!({})).await.status, 204);
    device.get(&path(&event, None, 100)).await.ok();
    let nobody = server.event("nobody").await;
    nobody
        .owner
        .post(&withdraw, &json!({}))
        .await
        .error(404, "not_found");
}

#[tokio::test]
async fn a_device_that_is_given_the_right_later_is_listed_with_it_and_hears_names() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    bought(&event, "Marie Dupont", "").await;
    let mut device = event.device_with("A", json!({ "scan": true })).await;
    let grant = format!("/api/v1/devices/{}/grant-search", device.id);
    for _ in ["once", "again"] {
        assert_eq!(event.owner.post(&grant, &json!({})).await.status, 204);
    }
    let nonce = server.get("/api/v1/sync/session").await.ok();
    let nonce: shared::wire::latest::SessionNonce = serde_json::from_value(nonce).unwrap();
    let session = device.open_session(nonce.nonce).await.ok();
    assert_eq!(session["rights"]["search"], true);
    device.log_in().await;
    assert_eq!(all(&device, None, 100).await.0.len(), 1);
}

/// F6.
#[tokio::test]
async fn a_cursor_of_the_roster_or_of_another_life_of_the_feed_is_noticed() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let device = event.device("A").await;
    bought(&event, "Marie Dupont", "").await;
    let of_roster = device.page(None, 1_000, 0).await.cursor;
    device
        .get(&path(&event, Some(&of_roster), 100))
        .await
        .error(400, "invalid_cursor");
    let (_, cursor) = all(&device, None, 100).await;
    sqlx::query("update feeds set epoch = epoch + 1 where event_id = $1")
        .bind(event.id.0)
        .execute(event.pool())
        .await
        .unwrap();
    device
        .get(&path(&event, Some(&cursor), 100))
        .await
        .error(410, "reset_required");
    assert_eq!(all(&device, None, 100).await.0.len(), 1);
}

#[tokio::test]
async fn seven_days_after_the_event_there_are_no_names() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let mut device = event.device("A").await;
    bought(&event, "Marie Dupont", "").await;
    let ends_ms: i64 = sqlx::query_scalar("select ends_ms from events where id = $1")
        .bind(event.id.0)
        .fetch_one(event.pool())
        .await
        .unwrap();
    let week = shared::roster::summary::SUMMARIES_KEPT_MS;
    server.clock.advance(ends_ms + week - 1 - server.now_ms());
    device.log_in().await;
    assert_eq!(all(&device, None, 100).await.0.len(), 1);
    server.clock.advance(1);
    assert!(all(&device, None, 100).await.0.is_empty());
}

/// F7.
#[tokio::test]
async fn what_a_door_finds_of_an_order_is_not_changed_outside_a_change_of_the_feed() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    bought(&event, "Marie Dupont", "Noël").await;
    for statement in [
        "update orders set note = 'x' where event_id = $1",
        "update orders set name = 'x' where event_id = $1",
        "update tickets set holder_name = 'x' where event_id = $1",
    ] {
        let written = sqlx::query(statement)
            .bind(event.id.0)
            .execute(event.pool())
            .await;
        let error = written.expect_err(statement).to_string();
        assert!(
            error.contains("outside begin_change"),
            "{statement}: {error}"
        );
    }
    // What no door is told of needs no number.
    sqlx::query("update orders set email = 'x@example.org' where event_id = $1")
        .bind(event.id.0)
        .execute(event.pool())
        .await
        .unwrap();
}
