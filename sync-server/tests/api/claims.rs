//! Claims: which of two doors that reach the server lets a ticket in. Advisory, short, never part of the fold.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::admission::{Admission, ClaimOutcome, Decision, after_claim};
use shared::fact::EntryMarks;
use shared::ids::{FactId, GateNo, TicketId};
use sync_server::database::transaction::begin;
use sync_server::edge::OsRandom;

use crate::support::door::{Device, Event, entry, exit};
use crate::support::{Answer, TestServer};

fn fact(server: &TestServer) -> FactId {
    FactId::new(server.now_ms(), &mut OsRandom)
}

async fn ask(device: &Device<'_>, ticket: TicketId, fact: FactId, gate: u16) -> Answer {
    let body = json!({ "event": device.event.id, "ticket": ticket, "fact": fact, "gate": gate });
    let request = device.request(reqwest::Method::POST, "/api/v1/sync/claims");
    Answer::of(request.json(&body)).await
}

async fn claim(device: &Device<'_>, ticket: TicketId, fact: FactId, gate: u16) -> Value {
    ask(device, ticket, fact, gate).await.ok()
}

async fn rule(event: &Event<'_>, re_entry: &str, most: Option<i32>, most_a_day: Option<i32>) {
    let mut tx = begin(event.pool()).await.unwrap();
    event.begin_change(&mut tx).await;
    sqlx::query(
        "update events set re_entry = $2, max_entries = $3, max_entries_per_day = $4 where id = $1",
    )
    .bind(event.id.0)
    .bind(re_entry)
    .bind(most)
    .bind(most_a_day)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_first_claim_wins_until_it_lapses_and_the_same_again_is_granted_again() {
    let server = TestServer::start().await;
    let event = server.event("first").await;
    let ticket = event.tickets(1).await[0];
    let (a, b) = (event.device("A").await, event.device("B").await);
    let (of_a, of_b) = (fact(&server), fact(&server));
    assert_eq!(
        claim(&a, ticket, of_a, 1).await,
        json!({ "answer": "granted" })
    );
    let by_a = json!({ "answer": "claimed", "gate": 1 });
    assert_eq!(claim(&b, ticket, of_b, 2).await, by_a);
    assert_eq!(
        claim(&a, ticket, of_a, 1).await,
        json!({ "answer": "granted" })
    );
    assert_eq!(
        claim(&a, ticket, fact(&server), 1).await,
        by_a,
        "the same code a second time"
    );
    // The device died before it wrote its entry: ten seconds later it may go in elsewhere.
    server.clock.advance(9_999);
    assert_eq!(claim(&b, ticket, of_b, 2).await, by_a);
    server.clock.advance(1);
    assert_eq!(
        claim(&b, ticket, of_b, 2).await,
        json!({ "answer": "granted" })
    );
    let by_b = json!({ "answer": "claimed", "gate": 2 });
    assert_eq!(claim(&a, ticket, of_a, 1).await, by_b);
    // Nothing of it is in the feed, and no event's number was taken.
    let head = a.page(None, 100, 0).await.head;
    claim(&b, ticket, of_b, 2).await;
    assert_eq!(a.page(None, 100, 0).await.head, head);
    server.clock.advance(60_000);
    sync_server::door::claims::sweep(event.pool(), server.now_ms())
        .await
        .unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from claims")
        .fetch_one(event.pool())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn of_devices_that_ask_at_once_exactly_one_is_granted() {
    let server = TestServer::start().await;
    let event = server.event("race").await;
    let tickets = event.tickets(30).await;
    let mut devices = Vec::new();
    for name in ["A", "B", "C", "D"] {
        devices.push(event.device(name).await);
    }
    for ticket in tickets {
        // Each device has at most five open claims; entries are not what this is about.
        server.clock.advance(10_000);
        let asked = devices
            .iter()
            .map(|device| claim(device, ticket, fact(&server), 1));
        let answers = join_all(asked).await;
        let granted = answers
            .iter()
            .filter(|answer| answer["answer"] == "granted");
        assert_eq!(granted.count(), 1, "{answers:?}");
        let winners: std::collections::BTreeSet<String> = answers
            .iter()
            .filter_map(|answer| Some(answer.get("gate")?.to_string()))
            .collect();
        assert_eq!(
            winners.len(),
            1,
            "all the others hear of the same one: {answers:?}"
        );
    }
}

#[tokio::test]
async fn once_the_entry_has_arrived_the_fold_decides_by_the_re_entry_rule() {
    let server = TestServer::start().await;
    let event = server.event("entered").await;
    let tickets = event.tickets(3).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let granted = json!({ "answer": "granted" });
    let entered =
        |gate: u16, at_ms: i64| json!({ "answer": "entered", "gate": gate, "at_ms": at_ms });
    let now = server.now_ms();
    let went_in = a.write_at(now, vec![entry(tickets[0], 2)], &[]);
    let of_a = went_in[1].fact().id;
    assert_eq!(claim(&a, tickets[0], of_a, 2).await, granted);
    a.upload(&went_in).await;
    assert_eq!(
        claim(&b, tickets[0], fact(&server), 1).await,
        entered(2, now)
    );
    assert_eq!(
        claim(&a, tickets[0], of_a, 2).await,
        granted,
        "its own entry is no other's"
    );
    // A void frees it.
    let void = shared::fact::FactBody::Void {
        ticket: tickets[0],
        target: went_in[1].fact().name(),
        reason: shared::fact::kind::VoidReason::Mistake,
    };
    let void = a.write(vec![void]);
    a.upload(&void).await;
    assert_eq!(claim(&b, tickets[0], fact(&server), 1).await, granted);
    // Again after an exit.
    rule(&event, "after_exit", None, None).await;
    let facts = b.write_at(now, vec![entry(tickets[1], 1)], &[]);
    b.upload(&facts).await;
    assert_eq!(
        claim(&a, tickets[1], fact(&server), 1).await,
        entered(1, now)
    );
    let left = a.write_at(
        now + 1,
        vec![exit(tickets[1], 1)],
        &[facts[1].fact().name()],
    );
    a.upload(&left).await;
    assert_eq!(claim(&a, tickets[1], fact(&server), 1).await, granted);
    // Once a day.
    rule(&event, "unlimited", None, Some(1)).await;
    let facts = b.write_at(now, vec![entry(tickets[2], 1)], &[]);
    b.upload(&facts).await;
    assert_eq!(
        claim(&a, tickets[2], fact(&server), 1).await,
        entered(1, now)
    );
    server.clock.advance(86_400_000);
    a.log_in().await;
    assert_eq!(claim(&a, tickets[2], fact(&server), 1).await, granted);
}

/// A door that has heard of none of them would let it in a third time.
#[tokio::test]
async fn where_a_ticket_goes_in_at_any_time_it_is_refused_once_its_maximum_is_reached() {
    let server = TestServer::start().await;
    let event = server.event("maximum").await;
    let ticket = event.tickets(1).await[0];
    let (a, mut b) = (event.device("A").await, event.device("B").await);
    rule(&event, "unlimited", Some(2), None).await;
    let granted = json!({ "answer": "granted" });
    let now = server.now_ms();
    let first = b.write_at(now, vec![entry(ticket, 1)], &[]);
    b.upload(&first).await;
    assert_eq!(
        claim(&a, ticket, fact(&server), 1).await,
        granted,
        "one is left"
    );
    server.clock.advance(10_000);
    let second = b.write_at(
        now + 10_000,
        vec![entry(ticket, 2)],
        &[first[1].fact().name()],
    );
    b.upload(&second).await;
    let entered = json!({ "answer": "entered", "gate": 2, "at_ms": now + 10_000 });
    assert_eq!(claim(&a, ticket, fact(&server), 1).await, entered);
    let outcome = ClaimOutcome::Entered {
        at_ms: now + 10_000,
        gate: GateNo(2),
    };
    let admission = Admission {
        marks: EntryMarks::default(),
        note: None,
        entry_no: 1,
        of: Some(2),
        also_seen: None,
    };
    let light = after_claim(admission, outcome);
    assert!(
        matches!(light, Decision::Refuse(_)),
        "at the door: {light:?}"
    );
}

#[tokio::test]
async fn five_claims_of_a_device_are_open_at_once_until_their_entries_arrive() {
    let server = TestServer::start().await;
    let event = server.event("five").await;
    let tickets = event.tickets(7).await;
    let mut device = event.device("A").await;
    let facts = device.write(tickets.iter().map(|ticket| entry(*ticket, 1)).collect());
    let ids: Vec<FactId> = facts[1..].iter().map(|fact| fact.fact().id).collect();
    for n in 0..5 {
        claim(&device, tickets[n], ids[n], 1).await;
    }
    ask(&device, tickets[5], ids[5], 1)
        .await
        .error(429, "too_many_requests");
    claim(&device, tickets[0], ids[0], 1).await;
    device.upload(&facts[..3]).await;
    claim(&device, tickets[5], ids[5], 1).await;
    claim(&device, tickets[6], ids[6], 1).await;
    let eighth = event.tickets(1).await[0];
    ask(&device, eighth, fact(&server), 1)
        .await
        .error(429, "too_many_requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_claims_that_a_device_makes_at_once_exactly_five_are_open() {
    let server = TestServer::start().await;
    let event = server.event("at once").await;
    let tickets = event.tickets(12).await;
    let device = event.device("A").await;
    for round in 0..5 {
        let asked = tickets
            .iter()
            .map(|ticket| ask(&device, *ticket, fact(&server), 1));
        let answers = join_all(asked).await;
        let granted = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(granted, 5, "in round {round}");
        server.clock.advance(10_000);
    }
}

#[tokio::test]
async fn only_a_door_of_the_event_claims() {
    let server = TestServer::start().await;
    let event = server.event("rights").await;
    let other = server.event("other").await;
    let ticket = event.tickets(1).await[0];
    let till = event.device_with("Caisse", json!({ "sell": true })).await;
    ask(&till, ticket, fact(&server), 1)
        .await
        .error(403, "forbidden");
    let foreign = other.device("B").await;
    let body = json!({ "event": event.id, "ticket": ticket, "fact": fact(&server), "gate": 1 });
    let request = foreign.request(reqwest::Method::POST, "/api/v1/sync/claims");
    Answer::of(request.json(&body))
        .await
        .error(404, "not_found");
}
