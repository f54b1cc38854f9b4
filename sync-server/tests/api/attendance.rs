//! Counted on the server as the doors saw it.

use serde_json::json;
use shared::admission::{Decision, Direction, Means};
use shared::fact::FactBody;
use shared::ids::GateNo;
use sync_server::door::online::{self, OnlineScan};

use crate::support::TestServer;
use crate::support::door::{entry, exit};

#[tokio::test]
async fn attendance_is_what_the_doors_saw() {
    let server = TestServer::start().await;
    let event = server.event("attendance").await;
    let tickets = event.tickets(10).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let now = server.now_ms();
    let of_a = a.write_at(
        now,
        vec![
            entry(tickets[0], 1),
            entry(tickets[1], 1),
            entry(tickets[2], 1),
            FactBody::Refusal {
                ticket: tickets[2],
                gate: GateNo(1),
                reason: 7,
            },
            FactBody::Refusals {
                gate: GateNo(1),
                reason: 1,
                count: 3,
            },
        ],
        &[],
    );
    let of_b = b.write_at(
        now + 1_000,
        vec![
            entry(tickets[0], 2),
            entry(tickets[3], 2),
            exit(tickets[3], 2),
        ],
        &[],
    );
    a.upload(&of_a).await;
    b.upload(&of_b).await;
    assert_eq!(
        event.attendance().await,
        json!({
            "in": 4, "out": 1, "inside": 3, "entries": 4, "exits": 1, "duplicates": 1, "valid_tickets": 10, "unread": 0,
            "refusals": 4,
            "refusals_by_reason": [{"reason": "forged", "count": 3}, {"reason": "already_entered", "count": 1}],
            "gates": [
                {"gate": 1, "name": "Porte 1", "entries": 3, "exits": 0, "refusals": 4},
                {"gate": 2, "name": "Porte 2", "entries": 1, "exits": 1, "refusals": 0},
            ],
        })
    );
    let stranger = server.person("Nobody").await;
    let path = format!("/api/v1/events/{}/attendance", event.id);
    stranger.get(&path).await.error(404, "not_found");
}

#[tokio::test]
async fn an_entry_online_is_a_fact_of_the_server_and_a_second_one_refused() {
    let server = TestServer::start().await;
    let event = server.event("online").await;
    let ticket = event.tickets(1).await[0];
    let scan = async |direction| {
        let looked = online::look(&server.app, ticket).await.unwrap();
        let scan = OnlineScan {
            organizer: event.organizer,
            event: event.id,
            ticket,
            direction,
            gate: GateNo(2),
            means: Means::ByHand,
        };
        online::scan(&server.app, looked, scan).await.unwrap()
    };
    let first = scan(Direction::In).await;
    assert!(matches!(first.decision, Decision::Admit(_)), "{first:?}");
    let second = scan(Direction::In).await;
    let Decision::Refuse(reason) = second.decision else {
        panic!("{second:?}");
    };
    assert_eq!(reason.reason().code(), "already_entered");
    scan(Direction::CheckOnly).await;
    let seen = event.attendance().await;
    assert_eq!(
        (&seen["inside"], &seen["refusals"], &seen["duplicates"]),
        (&json!(1), &json!(1), &json!(0))
    );
    // A door that was offline let the same ticket in an hour before: the server's entry becomes the duplicate.
    let mut door = event.device("A").await;
    let now = server.now_ms();
    let facts = door.write_at(now - 3_600_000, vec![entry(ticket, 1)], &[]);
    door.upload(&facts).await;
    assert_eq!(event.attendance().await["duplicates"], 1);
    let replica = door.replica(100).await;
    let by_server = replica
        .facts()
        .into_iter()
        .filter(|fact| fact.device != door.id);
    assert_eq!(
        by_server.count(),
        3,
        "an opening, an entry, a refusal reach the doors"
    );
}

#[tokio::test]
async fn an_alert_is_noted_by_an_annotation_that_every_fold_hears() {
    let server = TestServer::start().await;
    let event = server.event("noted").await;
    let ticket = event.tickets(1).await[0];
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let now = server.now_ms();
    let first = a_entry(&mut a, now, ticket);
    a.upload(&first).await;
    let doubled = a_entry(&mut b, now + 1_000, ticket);
    b.upload(&doubled).await;
    assert!(event.alerts().await[0]["resolved_ms"].is_null());
    let body =
        json!({ "event": event.id, "device": b.id, "fact": doubled[1].fact().id, "says": "noted" });
    let answer = event.owner.post("/api/v1/annotations", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(event.alerts().await[0]["resolved_ms"], server.now_ms());
    let unknown =
        json!({ "event": event.id, "device": a.id, "fact": doubled[1].fact().id, "says": "noted" });
    event
        .owner
        .post("/api/v1/annotations", &unknown)
        .await
        .error(404, "not_found");
}

fn a_entry(
    device: &mut crate::support::door::Device<'_>,
    at_ms: i64,
    ticket: shared::ids::TicketId,
) -> Vec<shared::fact::Envelope> {
    device.write_at(at_ms, vec![entry(ticket, 1)], &[])
}
