//! Tickets that end: those that are inside already, those that cost nothing.

use serde_json::{Value, json};
use shared::ids::RefundId;
use sync_server::accounts::Role;
use sync_server::edge::OsRandom;

use crate::support::door::Event;
use crate::support::stall::{order_id, text};
use crate::support::{NOW, TestServer};

pub(crate) fn refund(amount_minor: i64, tickets: &[&Value]) -> Value {
    let id = RefundId::new(NOW, &mut OsRandom);
    json!({ "id": id, "amount_minor": amount_minor, "reason": "Empêchement", "tickets": tickets })
}

fn refunds(order: &Value) -> String {
    format!("/api/v1/orders/{}/refunds", text(&order["id"]))
}

/// Lets the order's first ticket in, and gives the entry's fact.
async fn enter(event: &Event<'_>, order: &Value) -> uuid::Uuid {
    let path = format!("/api/v1/tickets/scan/{}", text(&order["tickets"][0]));
    let entered = event.owner.post(&path, &json!({ "gate": 1 })).await.ok();
    text(&entered["fact"]).parse().unwrap()
}

/// The labels of one fact; of all others there are none.
async fn labels_of(event: &Event<'_>, fact: uuid::Uuid) -> Vec<String> {
    let mut labels = event.labels().await.into_iter();
    let (name, of_fact) = labels.next().expect("a fact with labels");
    assert_eq!((name.1, labels.next()), (fact, None));
    of_fact
}

/// M3: the server's labels are those of a door that knows the refund.
#[tokio::test]
async fn a_refund_of_a_ticket_that_is_inside_labels_its_entry_and_raises_an_alert() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let device = event.device("A").await;
    let (order, _) = event.bought().await;
    let entry = enter(&event, &order).await;
    assert_eq!(labels_of(&event, entry).await, ["by_hand"]);
    assert_eq!(event.alerts().await.len(), 0);

    event
        .owner
        .post(&refunds(&order), &refund(3_400, &[]))
        .await
        .ok();
    assert_eq!(labels_of(&event, entry).await, ["refunded", "by_hand"]);
    let alerts = event.alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0]["kind"], "barred_ticket");
    assert_eq!(alerts[0]["subject"], order["tickets"][0]);
    assert!(alerts[0]["resolved_ms"].is_null());
    // F5: in one transaction, so that no device sees the one without the other.
    let numbers: Vec<i64> =
        sqlx::query_scalar("select seq from feed_entries where event_id = $1 and kind in (5, 7)")
            .bind(event.id.0)
            .fetch_all(event.pool())
            .await
            .unwrap();
    assert_eq!(numbers, [numbers[0]; 2], "ticket and label");
    let known = device.replica(100).await.others;
    assert!(
        known.keys().any(|key| key.starts_with("label")),
        "the doors hear of it: {:?}",
        known.keys()
    );
    assert_eq!(event.attendance().await["inside"], 1, "as the door saw it");
}

#[tokio::test]
async fn a_part_that_goes_back_touches_no_entry_of_another_ticket() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let (inside, _) = event.bought().await;
    let (outside, _) = event.bought().await;
    let entry = enter(&event, &inside).await;
    event
        .owner
        .post(&refunds(&outside), &refund(3_400, &[]))
        .await
        .ok();
    assert_eq!(labels_of(&event, entry).await, ["by_hand"]);
    assert_eq!(event.alerts().await.len(), 0);
}

#[tokio::test]
async fn an_order_that_cost_nothing_is_given_back_whole() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.bought(&[(1, 2)]).await;
    assert_eq!(stall.stock().await, (0, 2, 3));
    let body = refund(0, &[]);
    let answer = clerk.post(&refunds(&order), &body).await.ok();
    assert_eq!(answer["state"], "succeeded");
    let path = format!("/api/v1/orders/{}", text(&order["id"]));
    assert_eq!(clerk.get(&path).await.ok()["state"], "refunded");
    let ended = "select count(*) from tickets where event_id = $1 and status = 2";
    assert_eq!(server.number(ended, stall.event.0).await, 2);
    assert_eq!(stall.stock().await, (0, 0, 5));
    assert_eq!(stall.ledger().await, [0; 4]);
    assert_eq!(
        clerk.post(&refunds(&order), &body).await.ok(),
        answer,
        "a repeat is the same refund"
    );
    clerk
        .post(&refunds(&order), &refund(0, &[]))
        .await
        .error(409, "conflict");
    let mails = "select count(*) from outbox where template = 'refund' and payload->>'order_code' =
        (select code from orders where id = $1)";
    assert_eq!(server.number(mails, order_id(&order).0).await, 1);
}

#[tokio::test]
async fn of_an_order_that_cost_nothing_single_tickets_end() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.bought(&[(1, 2)]).await;
    let one = refund(0, &[&order["tickets"][1]]);
    clerk.post(&refunds(&order), &one).await.ok();
    let ended: Vec<i64> =
        sqlx::query_scalar("select id from tickets where event_id = $1 and status = 2")
            .bind(stall.event.0)
            .fetch_all(&server.app.pool)
            .await
            .unwrap();
    let ended: Vec<_> = ended
        .into_iter()
        .map(|id| json!(shared::ids::TicketId::from_i64(id)))
        .collect();
    assert_eq!(ended, [order["tickets"][1].clone()]);
    assert_eq!(stall.stock().await, (0, 1, 4));
    let path = format!("/api/v1/orders/{}", text(&order["id"]));
    assert_eq!(clerk.get(&path).await.ok()["state"], "paid");
}

#[tokio::test]
async fn a_ticket_may_end_without_its_money_but_a_refund_of_nothing_needs_one() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.bought(&[(1, 2)]).await;
    let nothing = clerk.post(&refunds(&order), &refund(0, &[])).await;
    let body = nothing.error(400, "invalid_request");
    assert!(body["fields"]["amount_minor"].is_string(), "{body}");
    clerk
        .post(&refunds(&order), &refund(-1, &[]))
        .await
        .error(400, "invalid_request");
    let one = refund(0, &[&order["tickets"][0]]);
    clerk.post(&refunds(&order), &one).await.ok();
    assert_eq!(stall.stock().await, (0, 1, 4));
    assert_eq!(stall.ledger().await, [6_800, -340, 0, 0]);
}
