//! What people have to look at: kept by what it is about, never flapping, nothing deleted (M6); and heard live.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::fact::kind::{EntryMarks, OpeningCause};
use shared::fact::{Envelope, FactBody};
use shared::ids::{GateNo, TicketId};
use sync_server::accounts::Role;

use crate::support::door::{Device, Event, Journal, entry};
use crate::support::{Answer, TestServer};

impl Event<'_> {
    pub(crate) async fn alert(&self, kind: &str) -> Value {
        let alerts = self.alerts().await;
        let of_kind: Vec<&Value> = alerts
            .iter()
            .filter(|alert| alert["kind"] == kind)
            .collect();
        assert_eq!(of_kind.len(), 1, "{alerts:?}");
        of_kind[0].clone()
    }

    fn alert_path(&self, alert: &Value, rest: &str) -> String {
        let (kind, subject) = (&alert["kind"], &alert["subject"]);
        let (kind, subject) = (kind.as_str().unwrap(), subject.as_str().unwrap());
        format!("/api/v1/events/{}/alerts/{kind}/{subject}{rest}", self.id)
    }
}

fn history(alert: &Value) -> usize {
    alert["history"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_duplicate_names_devices_gates_and_times_and_a_moved_label_is_one_change_of_it() {
    let server = TestServer::start().await;
    let event = server.event("duplicate").await;
    let ticket = event.tickets(1).await[0];
    let (mut a, mut b) = (event.device("Porte A").await, event.device("Porte B").await);
    let now = server.now_ms();
    let first = a.write_at(now, vec![entry(ticket, 1)], &[]);
    a.upload(&first).await;
    assert!(event.alerts().await.is_empty());
    let second = b.write_at(now + 60_000, vec![entry(ticket, 2)], &[]);
    b.upload(&second).await;
    let alert = event.alert("duplicate_entry").await;
    assert_eq!(alert["subject"], ticket.to_string());
    let told = |device: &Device<'_>, fact: &Envelope, name, gate, at_ms, label| {
        json!({
            "device": device.id, "device_name": name, "fact": fact.fact().id, "kind": "entry", "ticket": ticket,
            "gate": gate, "gate_name": format!("Porte {gate}"), "at_ms": at_ms, "labels": [label],
        })
    };
    let of_a = |label| told(&a, &first[1], "Porte A", 1, now, label);
    let of_b = |label| told(&b, &second[1], "Porte B", 2, now + 60_000, label);
    assert_eq!(
        alert["detail"]["facts"],
        json!([of_a("ok"), of_b("duplicate_entry")])
    );
    // The same again, by anybody, and another name of a device: no news.
    b.upload(&[first.clone(), second.clone()].concat()).await;
    sqlx::query("update devices set name = 'Bar' where name = 'Porte B'")
        .execute(event.pool())
        .await
        .unwrap();
    // A refusal of the same ticket folds it again, to the same alert.
    let refusal = FactBody::Refusal {
        ticket,
        gate: GateNo(2),
        reason: 7,
    };
    let refused = b.write_at(now + 61_000, vec![refusal], &[]);
    b.upload(&refused).await;
    let again = event.alert("duplicate_entry").await;
    assert_eq!((history(&again), &again["last_ms"]), (1, &alert["last_ms"]));
    assert_eq!(again["detail"]["facts"][1]["device_name"], "Bar");
    // An entry an hour before arrives late: the labels move, the alert stays.
    server.clock.set(now + 120_000);
    let mut c = event.device("Porte C").await;
    let early = c.write_at(now - 3_600_000, vec![entry(ticket, 1)], &[]);
    c.upload(&early).await;
    let moved = event.alert("duplicate_entry").await;
    assert_eq!(
        (history(&moved), &moved["first_ms"]),
        (2, &alert["first_ms"])
    );
    let labels: Vec<&Value> = (0..3)
        .map(|n| &moved["detail"]["facts"][n]["labels"][0])
        .collect();
    assert_eq!(labels, ["ok", "duplicate_entry", "duplicate_entry"]);
    assert_eq!(
        moved["history"][1]["detail"]["count"], 2,
        "as it was before"
    );
}

#[tokio::test]
async fn a_fork_shows_both_sides_once_and_an_organizer_notes_it() {
    let server = TestServer::start().await;
    let event = server.event("forked").await;
    let tickets = event.tickets(2).await;
    let mut device = event.device("A").await;
    let opening = device.write(vec![]);
    let before = device.journal.clone();
    let one = device.write(vec![entry(tickets[0], 1)]);
    device.journal = before;
    let other = device.write(vec![entry(tickets[1], 2)]);
    device.upload(&[opening, one].concat()).await;
    device.upload(&other).await;
    device.upload(&other).await;
    let alert = event.alert("journal_forked").await;
    assert_eq!(alert["subject"], device.journal.id.to_string());
    assert_eq!(alert["detail"]["device_name"], "A");
    let side = |n: usize| {
        let fact = &alert["detail"]["facts"][n];
        ["side", "ticket", "gate_name"].map(|field| fact[field].as_str().unwrap().to_owned())
    };
    assert_eq!(side(0), ["held", &tickets[0].to_string(), "Porte 1"]);
    assert_eq!(side(1), ["parked", &tickets[1].to_string(), "Porte 2"]);
    assert_eq!(history(&alert), 1, "the same again is no news");
    let path = event.alert_path(&alert, "/note");
    let viewer = server.member(event.organizer, Role::Viewer, "viewer").await;
    viewer.post(&path, &json!({})).await.error(404, "not_found");
    let noted = event.owner.post(&path, &json!({})).await.ok();
    assert_eq!(noted["resolved_ms"], server.now_ms());
    assert!(noted["history"][0]["noted_by"].is_string(), "{noted}");
    let again = event.owner.post(&path, &json!({})).await.ok();
    assert_eq!(history(&again), 2, "noted once");
    // Its new journal says what went before.
    let forked = device.journal.id;
    device.journal = Journal::new(server.now_ms());
    let anew = device.open_because(OpeningCause::Forked, Some((forked, 2, [1; 32])));
    device.upload(&[anew]).await;
    let reopened = event.alert("journal_forked").await;
    assert!(reopened["resolved_ms"].is_null());
    let next = &reopened["detail"]["facts"][0]["journal"];
    assert_eq!(next, &device.journal.id.to_string());
    let path = event.alert_path(&reopened, "");
    let whole = event.owner.get(&path).await.ok();
    assert_eq!(history(&whole), 3, "nothing of it is deleted");
    let last = whole["history"][1]["no"].as_i64().unwrap();
    let rest = event.owner.get(&format!("{path}?before={last}")).await.ok();
    assert_eq!(rest["history"], json!([whole["history"][2]]));
}

#[tokio::test]
async fn an_alert_about_a_ticket_is_settled_by_its_facts_alone() {
    let server = TestServer::start().await;
    let event = server.event("ticket").await;
    let mut device = event.device("A").await;
    let unknown = TicketId::draw(&mut sync_server::edge::OsRandom);
    let facts = device.write(vec![entry(unknown, 1)]);
    device.upload(&facts).await;
    let alert = event.alert("row_unseen").await;
    let path = event.alert_path(&alert, "/note");
    event
        .owner
        .post(&path, &json!({}))
        .await
        .error(409, "conflict");
    let says = json!({ "event": event.id, "device": device.id, "fact": facts[1].fact().id, "says": "noted" });
    event.owner.post("/api/v1/annotations", &says).await.ok();
    assert_eq!(
        event.alert("row_unseen").await["resolved_ms"],
        server.now_ms()
    );
}

#[tokio::test]
async fn a_journal_of_an_old_replica_is_told() {
    let server = TestServer::start().await;
    let event = server.event("old").await;
    let mut device = event.device("A").await;
    let facts = device.write(vec![]);
    device.upload(&facts).await;
    let (former, head) = (device.journal.id, device.journal.head);
    device.journal = Journal::new(server.now_ms());
    let anew = device.open_because(
        OpeningCause::RolledBack,
        Some((former, head.seq, head.hash)),
    );
    device.upload(&[anew]).await;
    let alert = event.alert("journal_rolled_back").await;
    assert_eq!(alert["subject"], device.journal.id.to_string());
    assert_eq!(alert["detail"]["why"], "older_than_it_was");
    assert_eq!(
        alert["detail"]["last_known"],
        json!({ "journal": former, "seq": 1 })
    );
    assert_eq!(alert["detail"]["facts"][0]["gate_name"], "Porte 1");
}

#[tokio::test]
async fn a_wrong_clock_is_one_alert_of_its_device_whatever_it_writes() {
    let server = TestServer::start().await;
    let event = server.event("clock").await;
    let tickets = event.tickets(50).await;
    let mut device = event.device("A").await;
    let in_2031 = server.now_ms() + 5 * 365 * 86_400_000;
    for ticket in &tickets {
        let facts = device.write_at(in_2031, vec![entry(*ticket, 1)], &[]);
        device.upload(&facts).await;
    }
    let alert = event.alert("clock_suspect").await;
    assert_eq!(alert["subject"], device.id.to_string());
    assert_eq!(alert["detail"]["more"], true);
    let fact = &alert["detail"]["facts"][1];
    assert_eq!(
        (&fact["at_ms"], &fact["adjusted_ms"]),
        (&json!(in_2031), &json!(server.now_ms()))
    );
    let whole = event.owner.get(&event.alert_path(&alert, "")).await.ok();
    assert!(history(&whole) <= 21, "{} changes", history(&whole));
    // The device knows by itself that its clock is doubtful.
    let mut honest = event.device("B").await;
    let doubtful = FactBody::Exit {
        ticket: tickets[0],
        gate: GateNo(1),
        marks: EntryMarks::CLOCK_DOUBTFUL,
    };
    let facts = honest.write(vec![doubtful]);
    honest.upload(&facts).await;
    let alerts = event.alerts().await;
    let of_clocks = alerts
        .iter()
        .filter(|alert| alert["kind"] == "clock_suspect");
    assert_eq!(of_clocks.count(), 2);
}

#[tokio::test]
async fn a_device_that_admits_faster_than_people_walk_is_told_whatever_its_batches() {
    for batch in [7, 100, 400] {
        let server = TestServer::start().await;
        let event = server.event("fast").await;
        let tickets = event.tickets(400).await;
        let (mut fast, mut busy) = (event.device("A").await, event.device("B").await);
        let start = server.now_ms() - 600_000;
        for (of, device, apart) in [(0, &mut busy, 334), (1, &mut fast, 330)] {
            let mut facts = Vec::new();
            for (n, ticket) in tickets.iter().enumerate() {
                let at_ms = start + apart * n as i64;
                facts.extend(device.write_at(at_ms, vec![entry(*ticket, of + 1)], &[]));
            }
            for part in facts.chunks(batch) {
                device.upload(part).await;
            }
        }
        let alert = event.alert("device_too_fast").await;
        assert_eq!(alert["subject"], fast.id.to_string(), "batches of {batch}");
        assert_eq!(alert["detail"]["facts"].as_array().unwrap().len(), 1);
        assert_eq!(history(&alert), 1);
    }
}

#[tokio::test]
async fn facts_that_can_never_be_taken_are_parked_and_told_once() {
    let server = TestServer::start().await;
    let event = server.event("poison").await;
    let mut device = event.device("A").await;
    let facts = device.write(vec![FactBody::Refusals {
        gate: GateNo(1),
        reason: 1,
        count: 3,
    }]);
    let mut forged = facts[1].bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let upload = vec![
        facts[0].bytes().to_vec(),
        forged,
        b"<html>502 Bad Gateway</html>".to_vec(),
    ];
    device.upload_raw(&upload).await.ok();
    device.upload_raw(&upload).await.ok();
    let alert = event.alert("fact_refused").await;
    assert_eq!(alert["subject"], device.id.to_string());
    let why = |n: usize| alert["detail"]["facts"][n]["why"].as_str().unwrap();
    assert_eq!(
        [why(0), why(1)].map(|why| why == "bad_signature"),
        [false, true]
    );
    assert_eq!(history(&alert), 1);
}

/// Server-sent events, one by one.
struct Listener {
    response: reqwest::Response,
    read: String,
}

impl Listener {
    async fn of(event: &Event<'_>, last_id: Option<&str>) -> Self {
        let path = format!("/api/v1/events/{}/alerts/live", event.id);
        let mut request = event.owner.request(Method::GET, &path);
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next event's id and data; `None` = the server ended the stream.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim().to_owned())
                };
                let told = field("id:").zip(field("data:"));
                self.read = rest.into();
                if let Some((id, data)) = told {
                    return Some((id, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let part = tokio::time::timeout(Duration::from_secs(20), self.response.chunk());
            let part = part.await.expect("an event within 20 s").unwrap()?;
            self.read.push_str(std::str::from_utf8(&part).unwrap());
        }
    }
}

#[tokio::test]
async fn alerts_are_heard_as_they_happen_and_after_a_cut_from_where_it_was() {
    let server = TestServer::start().await;
    let event = server.event("live").await;
    let tickets = event.tickets(3).await;
    let (mut a, mut b) = (event.device("A").await, event.device("B").await);
    let (of_a, of_b) = (
        tickets.iter().map(|ticket| entry(*ticket, 1)).collect(),
        tickets.iter().map(|ticket| entry(*ticket, 2)).collect(),
    );
    let (of_a, of_b) = (a.write(of_a), b.write(of_b));
    a.upload(&of_a).await;
    b.upload(&of_b[..2]).await;
    let mut listener = Listener::of(&event, None).await;
    let (first_id, first) = listener.next().await.unwrap();
    assert_eq!(first["subject"], tickets[0].to_string(), "what was before");
    b.upload(&of_b[2..3]).await;
    let (second_id, second) = listener.next().await.unwrap();
    assert_eq!(
        second["subject"],
        tickets[1].to_string(),
        "what happens now"
    );
    let mut devices = [0, 1].map(|n| second["detail"]["facts"][n]["device_name"].clone());
    devices.sort_by_key(ToString::to_string);
    assert_eq!(devices, ["A", "B"]);
    drop(listener);
    b.upload(&of_b[3..]).await;
    let mut listener = Listener::of(&event, Some(&second_id)).await;
    let (_, third) = listener.next().await.unwrap();
    assert_eq!(
        third["subject"],
        tickets[2].to_string(),
        "and nothing twice"
    );
    // From an older place the alerts since, each as it is by now.
    let mut from_first = Listener::of(&event, Some(&first_id)).await;
    for ticket in &tickets[1..] {
        let (_, alert) = from_first.next().await.unwrap();
        assert_eq!(alert["subject"], ticket.to_string());
    }
    // Another life of the server: everything again.
    sync_server::door::feed::new_epoch(event.pool(), event.id, &mut sync_server::edge::OsRandom)
        .await
        .unwrap();
    let mut again = Listener::of(&event, Some(&second_id)).await;
    let (_, alert) = again.next().await.unwrap();
    assert_eq!(alert["subject"], tickets[0].to_string());
    // A stop ends all streams, and at once.
    let stopping = std::time::Instant::now();
    server.app.stopping.cancel();
    while again.next().await.is_some() {}
    while listener.next().await.is_some() {}
    assert!(stopping.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_stranger_hears_nothing_and_a_made_up_place_is_refused() {
    let server = TestServer::start().await;
    let event = server.event("stranger").await;
    let path = format!("/api/v1/events/{}/alerts/live", event.id);
    let stranger = server.person("Nobody").await;
    stranger.get(&path).await.error(404, "not_found");
    let request = event.owner.request(Method::GET, &path);
    let answer = Answer::of(request.header("last-event-id", "first")).await;
    answer.error(400, "invalid_cursor");
}
