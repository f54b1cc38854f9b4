//! Facts of a newer program than the server's: kept as they are, relayed, named to the organizer, and read once the server is
//! updated.

use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use shared::fact::{Envelope, FactBody, Head, Header};
use shared::ids::GateNo;
use sync_server::database::transaction::begin;
use sync_server::door::unread;
use sync_server::door::verify::verify_journals;
use sync_server::jobs;

use crate::support::TestServer;
use crate::support::door::{Event, entry};

#[tokio::test]
async fn a_fact_of_an_unknown_kind_is_kept_relayed_and_named() {
    let server = TestServer::start().await;
    let event = server.event("opaque").await;
    let ticket = event.tickets(1).await[0];
    let (mut a, b) = (event.device("A").await, event.device("B").await);
    let unknown = FactBody::Opaque {
        kind: 999,
        body: vec![1, 2, 3],
    };
    let facts = a.write(vec![unknown, entry(ticket, 1)]);
    let acknowledged = a.upload(&facts).await.journals[0].acked_through;
    assert_eq!(acknowledged, 3, "what follows it counts");
    let relayed = b.replica(10).await.facts;
    assert!(relayed.contains(facts[1].bytes()), "as signed (A2)");
    let alert = event.alert("fact_unread").await;
    let named = json!([{ "device": a.id, "device_name": "A", "journal": a.journal.id, "seq": 2, "version": 1, "kind": 999 }]);
    assert_eq!(alert["subject"], a.id.to_string());
    assert_eq!(alert["detail"]["facts"], named);
    let counted = event.attendance().await;
    assert_eq!(
        (&counted["entries"], &counted["unread"]),
        (&json!(1), &json!(1))
    );
    a.upload(&facts).await;
    assert_eq!(
        event.alert("fact_unread").await,
        alert,
        "the same again is no news"
    );
    unread::read_again(&server.app).await.unwrap();
    assert_eq!(event.attendance().await, counted, "nobody knows it yet");
}

/// One that this server can't even read: kept as it is, and what follows it in its journal counts.
#[tokio::test]
async fn a_fact_of_a_newer_version_is_stored_and_relayed_and_holds_up_nothing() {
    let server = TestServer::start().await;
    let event = server.event("newer").await;
    let tickets = event.tickets(2).await;
    let mut device = event.device("A").await;
    let facts = device.write(vec![entry(tickets[0], 1)]);
    let mut newer = facts[1].bytes()[..facts[1].bytes().len() - 64].to_vec();
    newer[0] = 2;
    newer.extend_from_slice(b"fields that only version 2 knows");
    let key = ed25519_dalek::SigningKey::from_bytes(&device.key.seed());
    let signature = key.sign(&[b"tickethub/fact/v2".as_slice(), &newer].concat());
    newer.extend(signature.to_bytes());
    device.journal.head = Head::from(&Header::peek(&newer).unwrap());
    let after = device.write(vec![entry(tickets[1], 1)]);
    let sent = [
        facts[0].bytes().to_vec(),
        newer.clone(),
        after[0].bytes().to_vec(),
    ];
    let answer: shared::wire::latest::FactsAnswer =
        serde_json::from_value(device.upload_raw(&sent).await.ok()).unwrap();
    assert_eq!(answer.journals[0].acked_through, 3);
    let relayed = device.replica(10).await.facts;
    assert!(sent.iter().all(|bytes| relayed.contains(bytes.as_slice())));
    let alert = event.alert("fact_unread").await;
    let named = json!([{ "device": device.id, "device_name": "A", "journal": device.journal.id, "seq": 2, "version": 2, "kind": null }]);
    assert_eq!(alert["detail"]["facts"], named);
    let states = event.states().await;
    assert_eq!(states.keys().collect::<Vec<_>>(), [&tickets[1]]);
    let mut forged = newer;
    forged[80] ^= 1;
    let answer: shared::wire::latest::FactsAnswer =
        serde_json::from_value(device.upload_raw(&[forged]).await.ok()).unwrap();
    assert_eq!(answer.journals[0].refused.len(), 1, "{answer:?}");
}

/// What an older program did not know of a fact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Kind,
    Version,
}

/// Stores what follows in a journal as a program would that does not know it: nothing was read from its bytes.
async fn took_unread(event: &Event<'_>, facts: &[Envelope], unknown: Unknown, received_ms: i64) {
    let mut tx = begin(event.pool()).await.unwrap();
    event.begin_change(&mut tx).await;
    for envelope in facts {
        let (header, fact) = (envelope.header(), envelope.fact());
        let known_kind = (unknown == Unknown::Kind).then_some(i32::from(fact.body.kind()));
        let id = match unknown {
            Unknown::Kind => fact.id.0,
            Unknown::Version => uuid::Uuid::from_slice(&header.hash[..16]).unwrap(),
        };
        sqlx::query(
            "insert into facts (organizer_id, event_id, journal_id, seq, device_id, fact_id, hash, kind, envelope, received_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(event.organizer.0)
        .bind(event.id.0)
        .bind(header.journal.0)
        .bind(header.seq.cast_signed())
        .bind(header.device.0)
        .bind(id)
        .bind(header.hash.as_slice())
        .bind(known_kind.unwrap_or(0))
        .bind(envelope.bytes())
        .bind(received_ms)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into unread_facts (organizer_id, event_id, journal_id, seq, device_id, version, kind)
             values ($1, $2, $3, $4, $5, 1, $6)",
        )
        .bind(event.organizer.0)
        .bind(event.id.0)
        .bind(header.journal.0)
        .bind(header.seq.cast_signed())
        .bind(header.device.0)
        .bind(known_kind)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query("update journals set head_seq = $2, head_hash = $3 where id = $1")
            .bind(header.journal.0)
            .bind(header.seq.cast_signed())
            .bind(header.hash.as_slice())
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

fn figures(attendance: &Value) -> [i64; 4] {
    ["entries", "duplicates", "refusals", "unread"].map(|name| attendance[name].as_i64().unwrap())
}

#[tokio::test]
async fn once_the_server_is_updated_it_reads_what_waited_and_counts_it() {
    let server = TestServer::start().await;
    let event = server.event("update").await;
    let tickets = event.tickets(3).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let now = server.now_ms();
    let opening = a.write(vec![]);
    a.upload(&opening).await;
    let turned_away = FactBody::Refusal {
        ticket: tickets[0],
        gate: GateNo(1),
        reason: 7,
    };
    let first = a.write_at(now, vec![entry(tickets[0], 1), turned_away], &[]);
    took_unread(&event, &first, Unknown::Kind, now).await;
    let ahead = a.write_at(now + 3_600_000, vec![entry(tickets[1], 1)], &[]);
    took_unread(&event, &ahead, Unknown::Version, now + 1_000).await;
    // Nobody knows this one for years.
    let unknown = FactBody::Opaque {
        kind: 999,
        body: vec![1],
    };
    let after = a.write_at(now + 2_000, vec![entry(tickets[2], 1), unknown], &[]);
    assert_eq!(a.upload(&after).await.journals[0].acked_through, 6);
    server.clock.advance(60_000);
    let again = b.write(vec![entry(tickets[0], 2)]);
    b.upload(&again).await;
    assert_eq!(figures(&event.attendance().await), [2, 0, 0, 4]);
    let waits = |alert: &Value| alert["detail"]["facts"].as_array().unwrap().len();
    assert_eq!(waits(&event.alert("fact_unread").await), 4);
    let before = verify_journals(event.pool(), &server.app.vault, event.id)
        .await
        .unwrap();
    assert_eq!((before.unread, &before.problem), (4, &None));

    let jobs = tokio::spawn(jobs::run(server.app.clone()));
    let began = std::time::Instant::now();
    loop {
        let counted = figures(&event.attendance().await);
        if counted == [3, 1, 1, 1] {
            break;
        }
        assert!(began.elapsed().as_secs() < 20, "{counted:?}");
        tokio::task::yield_now().await;
    }
    jobs.abort();
    let labels = event.labels().await;
    let label = |fact: &Envelope| labels[&(fact.fact().device.0, fact.fact().id.0)].clone();
    assert_eq!(label(&again[1]), ["duplicate_entry"], "A's was earlier");
    assert_eq!(
        label(&ahead[0]),
        ["clock_suspect"],
        "by the time of its receipt"
    );
    assert_eq!(waits(&event.alert("fact_unread").await), 1);
    let seen = event.alert("duplicate_entry").await;
    assert_eq!(seen["subject"], tickets[0].to_string());
    let after = verify_journals(event.pool(), &server.app.vault, event.id)
        .await
        .unwrap();
    assert_eq!((after.unread, &after.problem), (1, &None));
    // A third device hears the bytes and what the server makes of them.
    let replica = b.replica(100).await;
    assert!(
        first
            .iter()
            .all(|fact| replica.facts.contains(fact.bytes()))
    );
    let head = b.page(None, 100, 0).await.head;
    unread::read_again(&server.app).await.unwrap();
    assert_eq!(b.page(None, 100, 0).await.head, head, "read once");
}

#[tokio::test]
async fn with_the_last_of_a_device_read_its_alert_is_over() {
    let server = TestServer::start().await;
    let event = server.event("over").await;
    let ticket = event.tickets(1).await[0];
    let mut device = event.device("A").await;
    let opening = device.write(vec![]);
    device.upload(&opening).await;
    let waits = device.write(vec![entry(ticket, 1)]);
    took_unread(&event, &waits, Unknown::Kind, server.now_ms()).await;
    raise(&event).await;
    assert!(event.alert("fact_unread").await["resolved_ms"].is_null());
    unread::read_again(&server.app).await.unwrap();
    let alert = event.alert("fact_unread").await;
    assert_eq!(alert["resolved_ms"], server.now_ms());
    assert_eq!(
        alert["detail"]["facts"].as_array().unwrap().len(),
        1,
        "what it was about"
    );
    assert_eq!(event.states().await[&ticket], (true, 1, 0));
}

/// The alert that the older program raised.
async fn raise(event: &Event<'_>) {
    let mut tx = begin(event.pool()).await.unwrap();
    event.begin_change(&mut tx).await;
    sqlx::query(
        "insert into alerts (organizer_id, event_id, kind, subject, detail, first_ms, last_ms, changed_seq)
         select organizer_id, event_id, 'fact_unread', device_id::text, jsonb_build_object('device', device_id, 'facts',
                jsonb_build_array(jsonb_build_object('seq', seq)), 'more', false), 1, 1, change_number(event_id)
         from unread_facts where event_id = $1",
    )
    .bind(event.id.0)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// A2: what was read from a fact is written once, and its bytes never.
#[tokio::test]
async fn of_a_fact_that_was_read_nothing_is_changed() {
    let server = TestServer::start().await;
    let event = server.event("a2").await;
    let ticket = event.tickets(1).await[0];
    let mut device = event.device("A").await;
    let unknown = FactBody::Opaque {
        kind: 999,
        body: vec![1],
    };
    let facts = device.write(vec![entry(ticket, 1), unknown]);
    device.upload(&facts).await;
    for change in [
        "update facts set ticket_id = 7 where kind = 2",
        "update facts set envelope = 'x' where kind = 999",
        "update facts set received_ms = 1 where kind = 999",
        "delete from facts where kind = 999",
    ] {
        let refused = sqlx::query(change).execute(event.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("A2"), "{change}: {refused}");
    }
}
