//! Up: whatever order, repetition or carrier, the server ends in the same state; nothing is lost.

use std::time::{Duration, Instant};

use shared::fact::kind::{Annotation, VoidReason};
use shared::fact::{Envelope, FactBody};
use shared::ids::{FactName, GateNo};
use sync_server::database::transaction;

use crate::support::TestServer;
use crate::support::door::{Event, Journal, entry, exit};

fn bytes(envelopes: &[Envelope]) -> Vec<Vec<u8>> {
    envelopes.iter().map(|e| e.bytes().to_vec()).collect()
}

#[tokio::test]
async fn an_uploaded_entry_is_acknowledged_folded_and_fed_to_others() {
    let server = TestServer::start().await;
    let event = server.event("upload").await;
    let ticket = event.tickets(1).await[0];
    let (mut a, b) = (event.device("A").await, event.device("B").await);
    let facts = a.write(vec![entry(ticket, 1)]);
    let answer = a.upload(&facts).await;
    assert_eq!(answer.journals.len(), 1);
    assert_eq!(answer.journals[0].acked_through, 2);
    assert_eq!(answer.server_ms, server.now_ms());
    assert_eq!(event.states().await[&ticket], (true, 1, 0));
    let replica = b.replica(100).await;
    assert!(
        replica.facts.contains(facts[1].bytes()),
        "as signed, unchanged (A2)"
    );
    let vector = format!("/api/v1/sync/events/{}/vector", event.id);
    let heads = crate::support::Answer::of(b.request(reqwest::Method::POST, &vector))
        .await
        .ok();
    assert_eq!(heads["journals"][0]["seq"], 2);
    let repair = b
        .get(&format!(
            "/api/v1/sync/events/{}/facts?after={}:1",
            event.id, a.journal.id
        ))
        .await
        .ok();
    assert_eq!(repair["envelopes"].as_array().unwrap().len(), 1);
}

/// A4: the same facts in any order, any batches, twice, carried by any device, give the same state.
#[tokio::test]
async fn order_repetition_and_carrier_make_no_difference() {
    let server = TestServer::start().await;
    let mut outcomes = Vec::new();
    for round in 0..4_usize {
        let event = server.event(&format!("a4-{round}")).await;
        let tickets = event.tickets(4).await;
        let (mut a, mut b) = (event.device("A").await, event.device("B").await);
        let now = server.now_ms();
        let of_a = a.write_at(
            now,
            vec![
                entry(tickets[0], 1),
                entry(tickets[1], 1),
                exit(tickets[1], 1),
                entry(tickets[2], 1),
            ],
            &[],
        );
        let of_b = b.write_at(
            now + 500,
            vec![entry(tickets[0], 2), entry(tickets[3], 2)],
            &[],
        );
        let (first, last) = of_a.split_at(2);
        match round {
            0 => {
                a.upload(&of_a).await;
                b.upload(&of_b).await;
            }
            1 => {
                b.upload(&[of_b.clone(), of_a.clone()].concat()).await;
                a.upload(&of_a).await;
            }
            2 => {
                let gap = a.upload(last).await;
                assert_eq!(
                    gap.journals[0].acked_through, 0,
                    "a gap is not acknowledged (A3)"
                );
                b.upload(&of_b).await;
                b.upload(first).await;
                let twice = a.upload(&[last, last, first].concat()).await;
                assert_eq!(twice.journals[0].acked_through, 5);
            }
            _ => {
                let (one, other) = tokio::join!(a.upload(&of_a), b.upload(&of_a));
                assert_eq!(one.journals, other.journals);
                a.upload(&of_b.iter().rev().cloned().collect::<Vec<_>>())
                    .await;
            }
        }
        let states = event.states().await;
        outcomes.push((
            tickets
                .iter()
                .map(|ticket| states[ticket])
                .collect::<Vec<_>>(),
            event.labels().await.into_values().collect::<Vec<_>>(),
            event.attendance().await,
        ));
    }
    assert_eq!(
        outcomes[0].0,
        [(true, 1, 0), (false, 1, 1), (true, 1, 0), (true, 1, 0)]
    );
    assert_eq!(outcomes[0].1, [["duplicate_entry"]]);
    for outcome in &outcomes[1..] {
        assert_eq!(*outcome, outcomes[0]);
    }
}

/// M4, M6: the older entry wins even when it arrives late; the label moves, the alert stays and remembers.
#[tokio::test]
async fn an_older_entry_that_arrives_late_moves_the_label_and_not_the_alert() {
    let server = TestServer::start().await;
    let event = server.event("late").await;
    let ticket = event.tickets(1).await[0];
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let now = server.now_ms();
    let early = a.write_at(now - 60_000, vec![entry(ticket, 1)], &[]);
    let middle = b.write_at(now - 30_000, vec![entry(ticket, 2), entry(ticket, 2)], &[]);
    b.upload(&middle).await;
    let second = middle[2].fact().name();
    assert_eq!(
        event.labels().await.into_keys().collect::<Vec<_>>(),
        [(b.id.0, second.fact.0)]
    );
    a.upload(&early).await;
    let labels = event.labels().await;
    assert_eq!(
        labels.len(),
        2,
        "both of B's are duplicates now: {labels:?}"
    );
    assert!(labels.keys().all(|(device, _)| *device == b.id.0));
    let alerts = event.alerts().await;
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["kind"], "duplicate_entry");
    assert_eq!(alerts[0]["subject"], ticket.to_string());
    assert_eq!(alerts[0]["detail"]["facts"].as_array().unwrap().len(), 3);
    assert_eq!(alerts[0]["history"].as_array().unwrap().len(), 2);
    let before = event.alerts().await;
    a.upload(&early).await;
    assert_eq!(
        event.alerts().await,
        before,
        "telling it again changes nothing"
    );
}

/// A7, L1: whoever carries the other branch of a journal beyond the end of the server's own hands all of it in, in as many
/// uploads as it takes, and is told how far that went.
#[tokio::test]
async fn a_branch_that_goes_on_beyond_the_fork_is_kept_to_its_end() {
    let server = TestServer::start().await;
    let event = server.event("branch").await;
    let tickets = event.tickets(5).await;
    let (mut device, carrier) = (event.device("A").await, event.device("B").await);
    let opening = device.write(vec![]);
    let fork_point = device.journal.clone();
    let one = device.write(vec![entry(tickets[0], 1)]);
    device.upload(&[opening, one].concat()).await;
    device.journal = fork_point;
    let other = device.write(
        tickets[1..]
            .iter()
            .map(|ticket| entry(*ticket, 1))
            .collect(),
    );
    let mut through = Vec::new();
    for part in [&other[1..2], &other[2..3], &other[3..]] {
        let answer = carrier.upload(part).await;
        assert_eq!(answer.journals[0].acked_through, 2);
        through.push((
            answer.journals[0].forked_at,
            answer.journals[0].aside_through,
        ));
    }
    assert_eq!(
        through,
        [(Some(2), Some(3)), (Some(2), Some(4)), (Some(2), Some(5))]
    );
    let kept: Vec<Vec<u8>> =
        sqlx::query_scalar("select envelope from quarantined_envelopes order by seq")
            .fetch_all(event.pool())
            .await
            .unwrap();
    assert_eq!(kept, bytes(&other[1..]), "what came of it is kept");
}

/// A7: both sides of a fork are kept, the journal stops there, an alert tells.
#[tokio::test]
async fn a_fork_is_noticed_and_loses_nothing() {
    let server = TestServer::start().await;
    let event = server.event("fork").await;
    let tickets = event.tickets(3).await;
    let mut device = event.device("A").await;
    let opening = device.write(vec![]);
    let fork_point = device.journal.clone();
    let one = device.write(vec![entry(tickets[0], 1)]);
    device.journal = fork_point;
    let other = device.write(vec![entry(tickets[1], 1), entry(tickets[2], 1)]);
    device.upload(&[opening, one].concat()).await;
    let answer = device.upload(&other).await;
    assert_eq!(answer.journals[0].forked_at, Some(2));
    assert_eq!(
        answer.journals[0].acked_through, 2,
        "what is held stays acknowledged"
    );
    let kept: Vec<Vec<u8>> = sqlx::query_scalar(
        "select envelope from quarantined_envelopes where why = 'fork' order by seq",
    )
    .fetch_all(event.pool())
    .await
    .unwrap();
    assert_eq!(
        kept,
        bytes(&other),
        "both of the other side's facts are kept"
    );
    let states = event.states().await;
    assert_eq!(
        states.keys().collect::<Vec<_>>(),
        [&tickets[0]],
        "and folded by nobody"
    );
    let alerts = event.alerts().await;
    assert_eq!(
        (alerts.len(), &alerts[0]["kind"]),
        (1, &"journal_forked".into())
    );
    // The device opens a new journal and says again what was not acknowledged.
    device.journal = Journal::new(server.now_ms());
    let again = device.write(vec![entry(tickets[1], 1), entry(tickets[2], 1)]);
    assert_eq!(device.upload(&again).await.journals[0].acked_through, 3);
    assert_eq!(event.states().await.len(), 3);
}

/// A6: whatever is wrong with one fact, the others are taken.
#[tokio::test]
async fn one_bad_fact_never_delays_others() {
    let server = TestServer::start().await;
    let event = server.event("bad").await;
    let stranger = server.event("stranger").await;
    let tickets = event.tickets(3).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let mut foreign = stranger.device("X").await;
    let of_a = a.write(vec![entry(tickets[0], 1), entry(tickets[1], 1)]);
    let of_b = b.write(vec![entry(tickets[2], 2)]);
    let of_stranger = foreign.write(vec![]);
    let mut forged = of_a[2].bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let upload = vec![
        b"<html>502 Bad Gateway</html>".to_vec(),
        of_a[0].bytes().to_vec(),
        of_a[1].bytes().to_vec(),
        forged.clone(),
        of_stranger[0].bytes().to_vec(),
        of_b[0].bytes().to_vec(),
        of_b[1].bytes().to_vec(),
        vec![],
    ];
    let answer: shared::wire::latest::FactsAnswer =
        serde_json::from_value(b.upload_raw(&upload).await.ok()).unwrap();
    let ack = |journal| {
        answer
            .journals
            .iter()
            .find(|ack| ack.journal == journal)
            .unwrap()
    };
    assert_eq!(ack(b.journal.id).acked_through, 2);
    assert_eq!(ack(a.journal.id).acked_through, 2, "up to the forged one");
    assert_eq!(ack(a.journal.id).refused, [(3, "bad_signature".to_owned())]);
    assert_eq!(
        ack(foreign.journal.id).refused,
        [(1, "unknown_author".to_owned())]
    );
    let nobody = ack(shared::ids::JournalId::from_bytes([0; 16]));
    assert_eq!(
        nobody.refused.len(),
        2,
        "named by their place in the upload: {nobody:?}"
    );
    let parked: Vec<String> =
        sqlx::query_scalar("select why from quarantined_envelopes order by why")
            .fetch_all(event.pool())
            .await
            .unwrap();
    assert_eq!(
        parked,
        ["bad_signature", "malformed", "malformed", "unknown_author"]
    );
    assert_eq!(event.states().await.len(), 2);
    a.upload(&of_a).await;
    assert_eq!(event.states().await.len(), 3, "the true one comes through");
}

#[tokio::test]
async fn too_large_a_batch_and_bodies_that_are_none_are_told_so() {
    let server = TestServer::start().await;
    let event = server.event("garbage").await;
    let mut device = event.device("A").await;
    let fact = device.write(vec![])[0].bytes().to_vec();
    device
        .upload_raw(&vec![fact.clone(); 501])
        .await
        .error(413, "too_large");
    device.upload_raw(&vec![fact; 500]).await.ok();
    for body in [
        "<html><body>It works!</body></html>",
        "",
        "[]",
        "{\"envelopes\":[7]}",
        "{\"envelopes\":[\"?\"]}",
    ] {
        let request = device
            .request(reqwest::Method::POST, "/api/v1/sync/facts")
            .header("content-type", "application/json")
            .body(body);
        crate::support::Answer::of(request)
            .await
            .error(400, "malformed_body");
    }
    let huge = device
        .request(reqwest::Method::POST, "/api/v1/sync/facts")
        .header("content-type", "application/json")
        .body(vec![b' '; 5 * 1024 * 1024]);
    crate::support::Answer::of(huge)
        .await
        .error(413, "too_large");
}

async fn annotations(event: &Event<'_>) -> Vec<(FactName, Annotation)> {
    let envelopes: Vec<Vec<u8>> = sqlx::query_scalar(
        "select envelope from facts where event_id = $1 and kind = 8 order by seq",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    envelopes
        .iter()
        .map(|bytes| match Envelope::decode(bytes).unwrap().fact().body {
            FactBody::Annotation { target, says, .. } => (target, says),
            ref other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn a_fact_from_the_future_is_kept_and_its_time_adjusted() {
    let server = TestServer::start().await;
    let event = server.event("future").await;
    let tickets = event.tickets(2).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let now = server.now_ms();
    let of_a = a.write_at(now + 3_600_000, vec![entry(tickets[0], 1)], &[]);
    a.upload(&of_a).await;
    let name = of_a[1].fact().name();
    assert_eq!(
        annotations(&event).await,
        [(name, Annotation::AdjustedTime(now))]
    );
    assert_eq!(
        event.labels().await[&(name.device.0, name.fact.0)],
        ["clock_suspect"]
    );
    // Ordered by the adjusted time: an entry two minutes later is the duplicate.
    server.clock.advance(120_000);
    let of_b = b.write(vec![entry(tickets[0], 2)]);
    b.upload(&of_b).await;
    let duplicate = of_b[1].fact().name();
    assert_eq!(
        event.labels().await[&(duplicate.device.0, duplicate.fact.0)],
        ["duplicate_entry"]
    );
    a.upload(&of_a).await;
    assert_eq!(annotations(&event).await.len(), 1, "said once");
}

#[tokio::test]
async fn a_void_takes_an_entry_back_and_a_refusal_changes_no_state() {
    let server = TestServer::start().await;
    let event = server.event("void").await;
    let ticket = event.tickets(1).await[0];
    let mut device = event.device("A").await;
    let facts = device.write(vec![entry(ticket, 1)]);
    device.upload(&facts).await;
    let target = facts[1].fact().name();
    let more = device.write(vec![
        FactBody::Void {
            ticket,
            target,
            reason: VoidReason::Mistake,
        },
        FactBody::Refusal {
            ticket,
            gate: GateNo(1),
            reason: 7,
        },
        FactBody::Refusals {
            gate: GateNo(2),
            reason: 1,
            count: 40,
        },
    ]);
    device.upload(&more).await;
    assert_eq!(event.states().await[&ticket], (false, 0, 0));
    let seen = event.attendance().await;
    assert_eq!((&seen["in"], &seen["refusals"]), (&0.into(), &41.into()));
}

/// Those who wait for others at one event wait without a connection, and nobody is told to come back.
#[tokio::test]
async fn of_devices_that_hand_in_at_once_one_holds_a_connection_and_all_are_taken() {
    let server = TestServer::start().await;
    let event = server.event("return").await;
    let tickets = event.tickets(6).await;
    let mut devices = Vec::new();
    for ticket in &tickets {
        let mut device = event.device("Porte").await;
        let facts = device.write(vec![entry(*ticket, 1)]);
        devices.push((device, facts));
    }
    let mut busy = transaction::begin(event.pool()).await.unwrap();
    event.begin_change(&mut busy).await;
    let uploads = devices.iter().map(|(device, facts)| device.upload(facts));
    let others = async {
        let mut observer = event.pool().acquire().await.unwrap();
        let began = Instant::now();
        let mut most = 0;
        // The lock is given back before anybody's patience with it (2 s) is over.
        while began.elapsed() < Duration::from_millis(700) {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            )
            .fetch_one(&mut *observer)
            .await
            .unwrap();
            most = most.max(waiting);
            tokio::task::yield_now().await;
        }
        busy.commit().await.unwrap();
        most
    };
    let (answers, most) = tokio::join!(futures::future::join_all(uploads), others);
    assert_eq!(most, 1, "uploads that waited with a connection");
    for answer in answers {
        assert_eq!(answer.journals[0].acked_through, 2);
    }
    assert_eq!(event.attendance().await["entries"], 6);
}

/// The number of a change is one for all rows of a statement, and the next statement's is the same (F5).
#[tokio::test]
async fn facts_of_one_upload_share_a_number_and_labels_follow_with_it() {
    let server = TestServer::start().await;
    let event = server.event("number").await;
    let tickets = event.tickets(3).await;
    let mut device = event.device("A").await;
    let twice = [&tickets[..], &tickets[..1]].concat();
    let entries = twice.into_iter().map(|ticket| entry(ticket, 1)).collect();
    let facts = device.write(entries);
    device.upload(&facts).await;
    let numbers: Vec<(i16, i64, i64)> = sqlx::query_as(
        "select kind, count(*), count(distinct seq) from feed_entries
         where event_id = $1 and kind in (6, 7) group by kind order by kind",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    assert_eq!(numbers, [(6, 5, 1), (7, 1, 1)]);
    let of_both: i64 = sqlx::query_scalar(
        "select count(distinct seq) from feed_entries where event_id = $1 and kind in (6, 7)",
    )
    .bind(event.id.0)
    .fetch_one(event.pool())
    .await
    .unwrap();
    assert_eq!(of_both, 1);
}
