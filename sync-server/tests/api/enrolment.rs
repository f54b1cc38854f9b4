//! Both sides prove that they know the code, and people compare what both screens show.

use serde_json::json;
use shared::sync::enrolment::{EnrolmentCode, Transcript};

use crate::support::door::{Device, Enrolling};
use crate::support::{Answer, TestServer};

fn scan() -> serde_json::Value {
    json!({ "scan": true })
}

#[tokio::test]
async fn a_device_comes_in_by_code_proofs_and_digits() {
    let server = TestServer::start().await;
    let event = server.event("enrol").await;
    let (offer, code) = event.offer("Porte A, tablette 2", scan()).await;
    let path = format!("/api/v1/devices/offers/{offer}");
    assert_eq!(event.owner.get(&path).await.ok()["state"], "open");
    let mut device = Enrolling::start(&server, &code).await.ok().unwrap();
    assert_eq!(event.owner.get(&path).await.ok()["state"], "started");
    event.confirm(offer).await.error(409, "offer_closed");
    device.prove(&code).await.ok();
    let shown = event.owner.get(&path).await.ok();
    assert_eq!(shown["state"], "proved");
    assert_eq!(
        shown["digits"],
        device.said.digits(code.secret()),
        "both screens show the same"
    );
    assert_eq!(shown["claimed_name"], "tablette");
    let waiting = format!("/api/v1/sync/enrol/{offer}");
    assert_eq!(server.get(&waiting).await.ok()["state"], "waiting");
    let long_poll = format!("{waiting}?wait=20");
    let (state, _) = tokio::join!(server.get(&long_poll), event.confirm(offer));
    let welcome = state.ok();
    assert_eq!(welcome["state"], "confirmed");
    assert_eq!(welcome["name"], "Porte A, tablette 2");
    assert_eq!(welcome["events"], json!([event.id]));
    let devices = event.owner.get("/api/v1/devices").await.ok();
    assert_eq!(devices[0]["id"], welcome["device"]);
    assert_eq!(
        devices[0]["rights"],
        json!({"scan": true, "search": false, "sell": false, "supervise": false})
    );
}

#[tokio::test]
async fn the_signed_objects_open_under_the_pinned_root_and_name_the_device() {
    let server = TestServer::start().await;
    let event = server.event("signed").await;
    let device = event.device("A").await;
    let answer = device.get("/api/v1/sync/signed").await.ok();
    let answer: shared::roster::signed::SignedAnswer = serde_json::from_value(answer).unwrap();
    let root: Vec<u8> = sqlx::query_scalar("select root_key_public from organizers where id = $1")
        .bind(event.organizer.0)
        .fetch_one(event.pool())
        .await
        .unwrap();
    let root = ed25519_dalek::VerifyingKey::from_bytes(&root.try_into().unwrap()).unwrap();
    let list = answer
        .objects
        .iter()
        .find(|o| o.kind == shared::roster::signed::SignedKind::DeviceList)
        .unwrap();
    let devices: shared::roster::signed::DeviceList = list.open(&root).unwrap();
    assert!(
        devices
            .devices
            .iter()
            .any(|row| row.id == device.id && row.events == [event.id])
    );
    assert!(
        devices
            .server
            .is_some_and(|server| devices.devices.iter().any(|row| row.id == server))
    );
    let page = device.page(None, 10, 0).await;
    assert_eq!(
        page.signed_version,
        answer.objects.iter().map(|o| o.version).max().unwrap()
    );
    let have = format!(
        "/api/v1/sync/signed?have=key_set:{v},device_list:{v}",
        v = page.signed_version
    );
    assert_eq!(device.get(&have).await.ok(), json!({"objects": []}));
}

/// A server that doesn't know the secret can't prove itself: the device sees it before it shows anything.
#[tokio::test]
async fn an_impostor_without_the_secret_proves_nothing() {
    let server = TestServer::start().await;
    let event = server.event("impostor").await;
    let (_, code) = event.offer("A", scan()).await;
    let device = Enrolling::start(&server, &code).await.ok().unwrap();
    let impostor = Transcript {
        root_key: [9; 32],
        ..device.said.clone()
    };
    let guess = "000000000000";
    assert!(!impostor.server_proof_holds(code.secret(), &impostor.server_proof(guess)));
    assert!(
        !device
            .said
            .server_proof_holds(code.secret(), &device.said.device_proof(code.secret())),
        "no mirror"
    );
}

/// A relay that knows the code enrols itself at the server and plays server to the device: it can't make both screens
/// show the same digits.
#[tokio::test]
async fn with_a_relay_in_the_middle_the_digits_differ() {
    let server = TestServer::start().await;
    let event = server.event("relay").await;
    let (offer, code) = event.offer("A", scan()).await;
    let mut relay = Enrolling::start(&server, &code).await.ok().unwrap();
    relay.prove(&code).await.ok();
    let shown = event
        .owner
        .get(&format!("/api/v1/devices/offers/{offer}"))
        .await
        .ok();
    let device = Transcript {
        device_key: [5; 32],
        root_key: [6; 32],
        ..relay.said.clone()
    };
    assert_ne!(shown["digits"], device.digits(code.secret()));
    let reject = format!("/api/v1/devices/offers/{offer}/reject");
    assert_eq!(event.owner.post(&reject, &json!({})).await.status, 204);
    assert_eq!(
        server
            .get(&format!("/api/v1/sync/enrol/{offer}"))
            .await
            .ok()["state"],
        "rejected"
    );
    event.confirm(offer).await.error(409, "offer_closed");
}

/// The proof covers the root key and both nonces: one that was made for another server is worth nothing here.
#[tokio::test]
async fn a_relayed_proof_is_refused() {
    let server = TestServer::start().await;
    let event = server.event("relayed").await;
    let (_, code) = event.offer("A", scan()).await;
    let mut device = Enrolling::start(&server, &code).await.ok().unwrap();
    device.said.root_key = [6; 32];
    device.prove(&code).await.error(403, "proof_failed");
}

#[tokio::test]
async fn an_offer_is_good_once() {
    let server = TestServer::start().await;
    let event = server.event("once").await;
    let (offer, code) = event.offer("A", scan()).await;
    let mut device = Enrolling::start(&server, &code).await.ok().unwrap();
    device.prove(&code).await.ok();
    device.prove(&code).await.error(409, "offer_closed");
    refused(Enrolling::start(&server, &code).await);
    event.confirm(offer).await.ok();
    event.confirm(offer).await.error(409, "offer_closed");
    refused(Enrolling::start(&server, &code).await);
}

#[track_caller]
fn refused(started: Result<Enrolling<'_>, Answer>) -> String {
    let Err(answer) = started else {
        panic!("it started");
    };
    answer.error(409, "offer_closed");
    answer.text
}

#[tokio::test]
async fn five_wrong_proofs_close_an_offer() {
    let server = TestServer::start().await;
    let event = server.event("wrong").await;
    let (_, code) = event.offer("A", scan()).await;
    let wrong = EnrolmentCode::from_parts(code.name(), "000000000000").unwrap();
    for _ in 0..5 {
        let mut guess = Enrolling::start(&server, &code).await.ok().unwrap();
        guess.prove(&wrong).await.error(403, "proof_failed");
    }
    refused(Enrolling::start(&server, &code).await);
}

#[tokio::test]
async fn twenty_starts_are_the_most_and_guessing_names_is_slowed_down() {
    let server = TestServer::start().await;
    let event = server.event("starts").await;
    let (_, code) = event.offer("A", scan()).await;
    for _ in 0..20 {
        assert!(Enrolling::start(&server, &code).await.is_ok());
    }
    refused(Enrolling::start(&server, &code).await);
    let mut last = None;
    for _ in 0..10 {
        last = Enrolling::start(&server, &code).await.err();
    }
    last.unwrap().error(429, "too_many_requests");
}

#[tokio::test]
async fn whoever_sets_up_a_large_venue_at_once_may_raise_the_limit_of_enrolments() {
    let server = TestServer::start_with(|config| {
        config.limits.enrolments_per_minute = std::num::NonZeroU32::new(35);
    })
    .await;
    let unknown: EnrolmentCode = "ZZZZ000000000000".parse().unwrap();
    for _ in 0..35 {
        refused(Enrolling::start(&server, &unknown).await);
    }
    let one_more = Enrolling::start(&server, &unknown).await.err().unwrap();
    one_more.error(429, "too_many_requests");
}

#[tokio::test]
async fn names_that_never_were_expired_and_used_ones_answer_alike() {
    let server = TestServer::start().await;
    let event = server.event("alike").await;
    let unknown: EnrolmentCode = "ZZZZ000000000000".parse().unwrap();
    let never = refused(Enrolling::start(&server, &unknown).await);
    let (offer, code) = event.offer("A", scan()).await;
    server.clock.advance(15 * 60_000);
    assert_eq!(refused(Enrolling::start(&server, &code).await), never);
    assert_eq!(
        server
            .get(&format!("/api/v1/sync/enrol/{offer}"))
            .await
            .ok()["state"],
        "rejected"
    );
    let (offer, code) = event.offer("B", scan()).await;
    let path = format!("/api/v1/devices/offers/{offer}/reject");
    event.owner.post(&path, &json!({})).await;
    assert_eq!(refused(Enrolling::start(&server, &code).await), never);
}

#[tokio::test]
async fn only_those_who_manage_devices_offer_and_only_own_events() {
    let server = TestServer::start().await;
    let event = server.event("rights").await;
    let other = server.event("other").await;
    let clerk = server
        .member(event.organizer, sync_server::accounts::Role::Door, "Clerk")
        .await;
    let body = |events: serde_json::Value, rights| json!({ "device_name": "A", "rights": rights, "events": events });
    clerk
        .post("/api/v1/devices/offers", &body(json!([event.id]), scan()))
        .await
        .error(403, "forbidden");
    event
        .owner
        .post("/api/v1/devices/offers", &body(json!([other.id]), scan()))
        .await
        .error(400, "invalid_request");
    event
        .owner
        .post("/api/v1/devices/offers", &body(json!([]), scan()))
        .await
        .error(400, "invalid_request");
    event
        .owner
        .post(
            "/api/v1/devices/offers",
            &body(json!([event.id]), json!({})),
        )
        .await
        .error(400, "invalid_request");
    let (offer, _) = other.offer("X", scan()).await;
    event
        .owner
        .get(&format!("/api/v1/devices/offers/{offer}"))
        .await
        .error(404, "not_found");
    event.confirm(offer).await.error(404, "not_found");
}

#[tokio::test]
async fn a_nonce_opens_one_session_within_a_minute_and_a_token_lives_fifteen() {
    let server = TestServer::start().await;
    let event = server.event("session").await;
    let device: Device<'_> = event.device("A").await;
    let nonce = || async {
        let answer = server.get("/api/v1/sync/session").await.ok();
        serde_json::from_value::<shared::wire::latest::SessionNonce>(answer)
            .unwrap()
            .nonce
    };
    let once = nonce().await;
    let answer = device.open_session(once).await.ok();
    assert_eq!(answer["rights"]["scan"], true);
    device
        .open_session(once)
        .await
        .error(401, "unauthenticated");
    device
        .open_session([7; 32])
        .await
        .error(401, "unauthenticated");
    let old = nonce().await;
    server.clock.advance(60_000);
    device.open_session(old).await.error(401, "unauthenticated");
    let mut impostor = device;
    impostor.key = shared::fact::FactSigningKey::from_seed(&[3; 32]);
    impostor
        .open_session(nonce().await)
        .await
        .error(401, "unauthenticated");
    let path = impostor.changes_path(None, 10, 0);
    assert_eq!(impostor.get(&path).await.status, 200);
    server.clock.advance(14 * 60_000);
    impostor.get(&path).await.error(401, "unauthenticated");
}

/// A door that was enrolled for one event shall tell another's tickets from forged ones.
#[tokio::test]
async fn the_key_of_an_event_that_is_made_later_is_published_at_once() {
    let server = TestServer::start().await;
    let first = crate::support::fixtures::published_event(&server, 10).await;
    let second = crate::support::fixtures::another_event(&server, &first, 10).await;
    let body: Vec<u8> = sqlx::query_scalar(
        "select body from signed_objects where organizer_id = $1 and kind = 'key_set'",
    )
    .bind(first.organizer.0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    let keys: shared::roster::signed::KeySet = serde_json::from_slice(&body).unwrap();
    let events: Vec<_> = keys.keys.iter().map(|key| key.event).collect();
    assert_eq!(events, [first.event, second.event]);
}
