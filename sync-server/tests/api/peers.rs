//! What devices of one building need of the server to know and find each other.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    RootCertStore, client::WebPkiServerVerifier, client::danger::ServerCertVerifier as _,
};
use serde_json::{Value, json};
use shared::ids::DeviceId;
use shared::roster::signed::{DeviceList, SignedAnswer};
use shared::sync::peer_name::name_of;
use std::sync::Arc;
use std::time::Duration;

use crate::support::door::Device;
use crate::support::{Answer, TestServer};

const DAY_MS: i64 = 24 * 3_600_000;

fn point() -> Vec<u8> {
    let key = rcgen::KeyPair::generate().unwrap();
    key.public_key_raw().to_vec()
}

async fn certificate(device: &Device<'_>, point: &[u8]) -> Answer {
    let request = device
        .request(Method::POST, "/api/v1/sync/certificate")
        .json(&json!({ "public_key": STANDARD.encode(point) }));
    Answer::of(request).await
}

async fn addresses(device: &Device<'_>, addresses: &[&str]) -> Value {
    let request = device
        .request(Method::POST, "/api/v1/sync/addresses")
        .json(&json!({ "addresses": addresses }));
    Answer::of(request).await.ok()["siblings"].clone()
}

async fn device_list(device: &Device<'_>) -> (u64, DeviceList) {
    let answer = device.get("/api/v1/sync/signed").await.ok();
    let answer: SignedAnswer = serde_json::from_value(answer).unwrap();
    let found = answer.objects.into_iter().find_map(|object| {
        let list = serde_json::from_slice::<DeviceList>(&object.body).ok()?;
        (!list.devices.is_empty()).then_some((object.version, list))
    });
    found.expect("a device list")
}

/// Whether the certificate is that device's at that time, under the authority.
fn holds(authority: &[u8], certificate: &Value, device: DeviceId, at_ms: i64) -> bool {
    let der = STANDARD
        .decode(certificate["certificate"].as_str().unwrap())
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap();
    let name = ServerName::try_from(name_of(device)).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_millis(at_ms as u64));
    verifier
        .verify_server_cert(&der.into(), &[], &name, &[], at)
        .is_ok()
}

#[tokio::test]
async fn a_device_gets_a_certificate_of_an_authority_that_the_signed_list_names() {
    let server = TestServer::start().await;
    let event = server.event("certificates").await;
    let (one, other) = (event.device("A").await, event.device("B").await);
    let (before, list) = device_list(&one).await;
    assert_eq!(list.peer_authority, None, "made on first need");
    let first = certificate(&one, &point()).await.ok();
    let (after, list) = device_list(&other).await;
    assert!(after > before, "published");
    let authority = list.peer_authority.expect("named in the list");
    let second = certificate(&other, &point()).await.ok();
    assert_eq!(
        device_list(&other).await.0,
        after,
        "one for all its devices"
    );
    let now = server.now_ms();
    for (device, certificate) in [(&one, &first), (&other, &second)] {
        assert!(holds(&authority, certificate, device.id, now));
        assert!(
            holds(&authority, certificate, device.id, now - 6 * DAY_MS),
            "back-dated"
        );
        assert!(!holds(&authority, certificate, device.id, now - 8 * DAY_MS));
        assert!(holds(&authority, certificate, device.id, now + 89 * DAY_MS));
        assert!(!holds(
            &authority,
            certificate,
            device.id,
            now + 91 * DAY_MS
        ));
    }
    assert!(
        !holds(&authority, &first, other.id, now),
        "it names its device"
    );
}

#[tokio::test]
async fn each_organizer_has_an_authority_of_its_own() {
    let server = TestServer::start().await;
    let (one, other) = (server.event("one").await, server.event("other").await);
    let (ours, theirs) = (one.device("A").await, other.device("A").await);
    let certificate_there = certificate(&theirs, &point()).await.ok();
    certificate(&ours, &point()).await.ok();
    let (_, list) = device_list(&ours).await;
    let authority = list.peer_authority.unwrap();
    assert!(!holds(
        &authority,
        &certificate_there,
        theirs.id,
        server.now_ms()
    ));
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_a_revoked_device_gets_no_certificate() {
    let server = TestServer::start().await;
    let event = server.event("no-certificate").await;
    let device = event.device("A").await;
    for bad in [vec![], vec![4; 64], vec![9; 65]] {
        certificate(&device, &bad)
            .await
            .error(400, "invalid_request");
    }
    let revoke = format!("/api/v1/devices/{}/revoke", device.id);
    event.owner.post(&revoke, &json!({})).await.ok();
    certificate(&device, &point())
        .await
        .error(403, "device_revoked");
}

#[tokio::test]
async fn devices_are_told_where_their_siblings_may_be_reached() {
    let server = TestServer::start().await;
    let event = server.event("siblings").await;
    let (one, other) = (event.device("A").await, event.device("B").await);
    let stranger = server.event("strangers").await;
    let stranger = stranger.device("C").await;
    let told = addresses(
        &one,
        &["192.168.1.20:7464", "nonsense", "0.0.0.0:1", "10.0.0.1:0"],
    )
    .await;
    assert_eq!(told, json!([]));
    assert_eq!(addresses(&stranger, &["10.9.9.9:1"]).await, json!([]));
    let told = addresses(&other, &["192.168.1.21:7464"]).await;
    assert_eq!(
        told,
        json!([{ "device": one.id, "addresses": ["192.168.1.20:7464"] }])
    );
    // It moved; and a day later nobody is told any more.
    addresses(&one, &["10.0.0.7:7464"]).await;
    let told = addresses(&other, &[]).await;
    assert_eq!(told[0]["addresses"], json!(["10.0.0.7:7464"]));
    assert_eq!(addresses(&one, &[]).await, json!([]), "it takes no calls");
    addresses(&one, &["10.0.0.7:7464"]).await;
    let revoke = format!("/api/v1/devices/{}/revoke", one.id);
    event.owner.post(&revoke, &json!({})).await.ok();
    assert_eq!(addresses(&other, &[]).await, json!([]), "revoked");
}
