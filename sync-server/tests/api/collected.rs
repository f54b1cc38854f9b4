//! Orders of the store at a till: found by whoever stands at the counter, and their tickets handed out on paper once.

use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::{FactId, OrderId};
use shared::wire::latest::{CollectAnswer, FoundOrders, OrderState};
use sync_server::database::transaction;
use sync_server::edge::OsRandom;

use crate::support::door::{Device, Event};
use crate::support::stall::text;
use crate::support::{Answer, TestServer};

/// Two places for somebody, paid.
async fn bought(event: &Event<'_>, name: &str, email: &str) -> Value {
    let server = event.server;
    let id = OrderId::new(server.now_ms(), &mut OsRandom);
    let hold = json!({ "id": id, "event_id": event.id, "email": email, "name": name,
        "lines": [{ "type_no": 1, "quantity": 2 }] });
    let held = server.post("/api/v1/orders", &hold).await.ok();
    let secret = text(&held["secret"]);
    let pay = format!("/api/v1/orders/{id}/pay?secret={secret}&wait_issued=2000");
    let mut order = server.post(&pay, &json!({ "method": "accept" })).await.ok();
    order["secret"] = held["secret"].clone();
    order
}

async fn post(device: &Device<'_>, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/sync/orders/{path}");
    Answer::of(device.request(Method::POST, &path).json(body)).await
}

async fn found(device: &Device<'_>, words: &str) -> FoundOrders {
    let answer = post(device, "find", &json!({ "text": words })).await;
    serde_json::from_value(answer.ok()).unwrap()
}

/// The names of those who were found.
async fn names(device: &Device<'_>, words: &str) -> Vec<String> {
    let found = found(device, words).await.orders.into_iter();
    found.map(|order| order.buyer).collect()
}

async fn collect(
    device: &Device<'_>,
    order: &Value,
    fact: FactId,
    duplicate: bool,
) -> CollectAnswer {
    let path = format!("{}/collect", text(&order["id"]));
    let body = json!({ "fact": fact, "duplicate": duplicate });
    serde_json::from_value(post(device, &path, &body).await.ok()).unwrap()
}

fn fact(server: &TestServer) -> FactId {
    FactId::new(server.now_ms(), &mut OsRandom)
}

#[tokio::test]
async fn an_order_is_found_by_code_name_address_or_ticket_and_handed_out_once() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let elsewhere = server.event("ailleurs").await;
    let rights = json!({ "sell": true });
    let (till, second) = (
        event.device_with("Guichet 1", rights.clone()).await,
        event.device_with("Guichet 2", rights.clone()).await,
    );
    let (door, stranger) = (
        event.device_with("Porte", json!({ "scan": true })).await,
        elsewhere.device_with("Guichet", rights).await,
    );
    let order = bought(&event, "Camille Émeraude", "camille@example.org").await;
    bought(&event, "Noël Roux", "noel@example.org").await;
    let secret = text(&order["secret"]);
    let ticket = format!(
        "/api/v1/tickets/{}?secret={secret}",
        text(&order["tickets"][0])
    );
    let ticket = server.get(&ticket).await.ok();

    let code = text(&order["code"]).to_owned();
    for words in [
        &code,
        &code.to_lowercase(),
        "camille",
        "emeraude",
        "CAMILLE@EX",
        text(&ticket["code"]),
    ] {
        assert_eq!(
            names(&till, words).await,
            ["Camille Émeraude"],
            "by {words}"
        );
    }
    for words in ["example", "raude", "100%", "TH-0000000000"] {
        assert_eq!(names(&till, words).await, [""; 0], "by {words}");
    }
    let [row] = &found(&till, &code).await.orders[..] else {
        panic!("one order");
    };
    assert_eq!((row.state, row.total_minor), (OrderState::Paid, 6_800));
    assert_eq!((row.tickets.len(), row.tickets[0].places), (1, 2));
    assert_eq!(row.collected, None);
    // Who may: tills of that organizer, at its events.
    let ask = json!({ "text": "camille" });
    post(&door, "find", &ask).await.error(403, "forbidden");
    post(&till, "find", &json!({ "text": "ca" }))
        .await
        .error(400, "invalid_request");
    assert_eq!(names(&stranger, "camille").await, [""; 0]);
    let path = format!("{}/collect", text(&order["id"]));
    let body = json!({ "fact": fact(&server) });
    post(&stranger, &path, &body).await.error(404, "not_found");
    post(&door, &path, &body).await.error(403, "forbidden");

    // Handed out: what is printed is what the buyer has on the telephone.
    let first = fact(&server);
    let answer = collect(&till, &order, first, false).await;
    let CollectAnswer::HandOut(tickets) = &answer else {
        panic!("{answer:?}");
    };
    assert_eq!((&tickets.code, tickets.tickets.len()), (&code, 2));
    let printed: Vec<Value> = tickets
        .tickets
        .iter()
        .map(|one| json!(one.ticket))
        .collect();
    assert_eq!(json!(printed), order["tickets"]);
    let token = shared::ticket::Token::from_bytes(&tickets.tickets[0].token).unwrap();
    let plain = shared::ticket::Presented::plain(token);
    assert_eq!(plain.to_string(), text(&ticket["code"]));
    let said = serde_json::to_string(&answer).unwrap();
    assert!(!said.contains("Camille"), "nobody's name goes to a till");
    // The answer was lost, and it is asked again.
    assert_eq!(collect(&till, &order, first, false).await, answer);

    // Another time, at either till: it is told of, and printed as a duplicate only.
    for till in [&till, &second] {
        let again = collect(till, &order, fact(&server), false).await;
        let CollectAnswer::Collected(before) = again else {
            panic!("{again:?}");
        };
        assert_eq!(
            (&*before.till, before.at_ms),
            ("Guichet 1", server.now_ms())
        );
    }
    let duplicate = collect(&second, &order, fact(&server), true).await;
    assert!(matches!(duplicate, CollectAnswer::HandOut(_)));
    let told = found(&second, &code).await.orders[0].collected.clone();
    assert_eq!(told.expect("it was handed out").till, "Guichet 1");

    // A place that was given back is not printed; nothing is when all of them were.
    let refund = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
    for (at, left) in [(0, 1), (1, 0)] {
        let body = json!({ "id": OrderId::new(server.now_ms(), &mut OsRandom), "amount_minor": 3_400,
            "reason": "Annulation", "tickets": [order["tickets"][at]] });
        event.owner.post(&refund, &body).await.ok();
        let answer = collect(&till, &order, fact(&server), true).await;
        match answer {
            CollectAnswer::HandOut(tickets) => assert_eq!(tickets.tickets.len(), left),
            CollectAnswer::NothingLeft => assert_eq!(left, 0),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn of_two_tills_that_hand_out_at_once_one_is_told_of_the_other() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let rights = json!({ "sell": true });
    let (one, other) = (
        event.device_with("Guichet 1", rights.clone()).await,
        event.device_with("Guichet 2", rights).await,
    );
    let order = bought(&event, "Camille Roux", "camille@example.org").await;
    let (a, b) = tokio::join!(
        collect(&one, &order, fact(&server), false),
        collect(&other, &order, fact(&server), false)
    );
    let handed_out = [&a, &b]
        .into_iter()
        .filter(|answer| matches!(answer, CollectAnswer::HandOut(_)))
        .count();
    assert_eq!(handed_out, 1, "{a:?} {b:?}");

    // Not paid: found, and not handed out. Codes that rotate stay on the telephone.
    let id = OrderId::new(server.now_ms(), &mut OsRandom);
    let hold = json!({ "id": id, "event_id": event.id, "email": "n@example.org", "name": "Noa Held",
        "lines": [{ "type_no": 1, "quantity": 1 }] });
    let held = server.post("/api/v1/orders", &hold).await.ok();
    let row = &found(&one, "Noa Held").await.orders[0];
    assert_eq!((row.state, row.tickets.len()), (OrderState::Held, 0));
    let answer = collect(&one, &held, fact(&server), false).await;
    assert_eq!(answer, CollectAnswer::NotPaid);
    let mut tx = transaction::begin(event.pool()).await.unwrap();
    event.begin_change(&mut tx).await;
    sqlx::query("update ticket_types set rotating = true where event_id = $1")
        .bind(event.id.0)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let order = bought(&event, "Ana Tourne", "ana@example.org").await;
    let answer = collect(&one, &order, fact(&server), false).await;
    assert_eq!(answer, CollectAnswer::Rotates);
    assert_eq!(
        found(&one, "Ana Tourne").await.orders[0].collected,
        None,
        "and nothing is noted"
    );
}
