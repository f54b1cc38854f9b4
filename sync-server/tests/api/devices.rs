//! A lost device's facts count up to a point that the organizer chooses; whatever lies beyond is kept and folded by nobody.

use serde_json::json;

use crate::support::TestServer;
use crate::support::door::{Journal, entry};

#[tokio::test]
async fn a_revoked_device_hears_so_and_may_still_hand_in_its_facts() {
    let server = TestServer::start().await;
    let event = server.event("revoked").await;
    let tickets = event.tickets(2).await;
    let mut device = event.device("A").await;
    let held = device.write(vec![entry(tickets[0], 1)]);
    device.upload(&held).await;
    let revoke = format!("/api/v1/devices/{}/revoke", device.id);
    event.owner.post(&revoke, &json!({})).await.ok();
    device
        .get(&device.changes_path(None, 10, 0))
        .await
        .error(403, "device_revoked");
    device
        .get("/api/v1/sync/signed")
        .await
        .error(403, "device_revoked");
    device.log_in().await;
    device
        .get(&device.changes_path(None, 10, 0))
        .await
        .error(403, "device_revoked");
    let beyond = device.write(vec![entry(tickets[1], 1)]);
    assert_eq!(device.upload(&beyond).await.journals[0].acked_through, 3);
    let states = event.states().await;
    assert_eq!(
        states[&tickets[0]],
        (true, 1, 0),
        "before the point it counts"
    );
    assert_eq!(
        states[&tickets[1]],
        (false, 0, 0),
        "beyond it is quarantined"
    );
    let name = beyond[0].fact().name();
    assert_eq!(
        event.labels().await[&(name.device.0, name.fact.0)],
        ["quarantined"]
    );
    assert_eq!(event.alerts().await[0]["kind"], "quarantined");
    // A journal that the revocation doesn't name is quarantined whole, whatever time it claims.
    device.journal = Journal::new(server.now_ms());
    let unnamed = device.write_at(server.now_ms() - 3_000_000, vec![entry(tickets[1], 1)], &[]);
    device.upload(&unnamed).await;
    assert_eq!(event.states().await[&tickets[1]], (false, 0, 0));
    // One by one an organizer may admit them.
    let body =
        json!({ "event": event.id, "device": device.id, "fact": name.fact, "says": "admitted" });
    assert_eq!(
        event.owner.post("/api/v1/annotations", &body).await.status,
        201
    );
    assert_eq!(event.states().await[&tickets[1]], (true, 1, 0));
    assert_eq!(event.attendance().await["inside"], 2);
}

#[tokio::test]
async fn lost_since_a_time_moves_the_point_by_the_servers_receipt_and_back_again() {
    let server = TestServer::start().await;
    let event = server.event("lost").await;
    let tickets = event.tickets(2).await;
    let (mut device, watcher) = (event.device("A").await, event.device("B").await);
    let early = device.write(vec![entry(tickets[0], 1)]);
    device.upload(&early).await;
    server.clock.advance(60_000);
    let since = server.now_ms();
    // It claims an earlier time than that of its receipt: the receipt counts.
    let late = device.write_at(since - 50_000, vec![entry(tickets[1], 1)], &[]);
    device.upload(&late).await;
    let path = format!("/api/v1/devices/{}/declare-lost", device.id);
    let said = event
        .owner
        .post(&path, &json!({ "since_ms": since }))
        .await
        .ok();
    assert_eq!(said["points"][0]["seq"], 2);
    let states = event.states().await;
    assert_eq!(
        (states[&tickets[0]], states[&tickets[1]]),
        ((true, 1, 0), (false, 0, 0))
    );
    let version = watcher.page(None, 10, 0).await.signed_version;
    server.clock.advance(1_000);
    let said = event.owner.post(&path, &json!({})).await.ok();
    assert_eq!(
        said["points"][0]["seq"], 3,
        "a later version moves the point"
    );
    assert_eq!(event.states().await[&tickets[1]], (true, 1, 0));
    assert!(watcher.page(None, 10, 0).await.signed_version > version);
    let devices = event.owner.get("/api/v1/devices").await.ok();
    assert!(
        devices
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["state"] == "lost")
    );
}

/// R1: a device changes no label of others by what it may not do.
#[tokio::test]
async fn what_a_device_may_not_do_is_kept_and_counts_for_nothing() {
    let server = TestServer::start().await;
    let event = server.event("r1").await;
    let ticket = event.tickets(1).await[0];
    let mut good = event.device("A").await;
    let mut till = event.device_with("B", json!({ "sell": true })).await;
    let by_till = till.write_at(server.now_ms() - 60_000, vec![entry(ticket, 1)], &[]);
    till.upload(&by_till).await;
    let facts = good.write(vec![entry(ticket, 1)]);
    good.upload(&facts).await;
    let labels = event.labels().await;
    let name = by_till[1].fact().name();
    assert_eq!(labels[&(name.device.0, name.fact.0)], ["not_authorised"]);
    assert_eq!(labels.len(), 1, "the good one stays ok: {labels:?}");
    assert_eq!(event.states().await[&ticket], (true, 1, 0));
}

#[tokio::test]
async fn nobody_revokes_a_strangers_device_nor_the_servers_own() {
    let server = TestServer::start().await;
    let event = server.event("mine").await;
    let other = server.event("other").await;
    let device = other.device("X").await;
    let path = |id: &dyn std::fmt::Display| format!("/api/v1/devices/{id}/revoke");
    event
        .owner
        .post(&path(&device.id), &json!({}))
        .await
        .error(404, "not_found");
    let own: uuid::Uuid =
        sqlx::query_scalar("select server_device_id from organizers where id = $1")
            .bind(event.organizer.0)
            .fetch_one(event.pool())
            .await
            .unwrap();
    event
        .owner
        .post(&path(&own), &json!({}))
        .await
        .error(404, "not_found");
}
