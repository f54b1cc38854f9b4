//! An event's signing keys: one follows another in the middle of a sale, and one that leaked is ended.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::admission::{
    ClockTrust, Code, Decision, Direction, Door, EntryRight, Issued, Known, Means, Now, Presented,
    RosterState, Rotating, Rules, SignedBy, TicketCode, TicketState, decide,
};
use shared::ids::KeyId;
use shared::roster::EventMode;
use shared::roster::signed::{KeySet, SignedKind};
use shared::ticket::{self, PublicKey};
use shared::wire::latest::{Page, PageEntry};
use sync_server::accounts::Role;
use sync_server::database::transaction::begin;
use sync_server::door::signed::publish;

use crate::support::door::{Device, Event, Replica};
use crate::support::{Answer, TestServer};

fn path(event: &Event<'_>, rest: &str) -> String {
    format!("/api/v1/events/{}/keys{rest}", event.id)
}

async fn rotate(event: &Event<'_>) -> Value {
    event
        .owner
        .post(&path(event, "/rotate"), &json!({}))
        .await
        .ok()
}

async fn revoke(event: &Event<'_>, key: KeyId) -> Value {
    let path = path(event, &format!("/{key}/revoke"));
    event.owner.post(&path, &json!({})).await.ok()
}

/// Number and state of each key.
fn states(list: &Value) -> Vec<(u64, &str)> {
    let keys = list["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| (key["id"].as_u64().unwrap(), key["state"].as_str().unwrap()))
        .collect()
}

fn signer(code: &ticket::Presented) -> KeyId {
    code.token().claimed().key
}

/// What a door decides that is caught up and has this key set.
fn decided(replica: &Replica, keys: &KeySet, code: &ticket::Presented, now_ms: i64) -> String {
    let event = replica.others.values().find_map(|entry| match entry {
        PageEntry::Event(row) => Some(row.clone()),
        _ => None,
    });
    let event = event.expect("the event's row");
    let types: Vec<_> = replica
        .others
        .values()
        .filter_map(|entry| match entry {
            PageEntry::TicketType(row) => Some(row.clone()),
            _ => None,
        })
        .collect();
    let rules = Rules::new(&event, &types, &[], &[]);
    let key = keys.keys.iter().find(|row| row.id == signer(code));
    let verified = key.and_then(|row| {
        let public = PublicKey::from_bytes(&row.public).expect("a key");
        ticket::verify(code, &public).ok()
    });
    let code = verified.map_or(Code::UnknownKey, |verified| {
        let fields = verified.fields();
        Code::Ticket(TicketCode {
            ticket: fields.ticket,
            type_no: fields.type_no,
            window: fields.window,
            key: fields.key,
            mode: EventMode::Real,
            signed_by: SignedBy::Event,
            rotating: Rotating::No,
            means: Means::Signed,
        })
    });
    let row = match code {
        Code::Ticket(code) => replica.tickets.get(&code.ticket).copied(),
        Code::Forged | Code::UnknownKey => None,
    };
    let known = Known {
        row,
        barred: None,
        key,
        issued: Issued::Unseen,
        state: &TicketState::default(),
        claimed_at: None,
        right: EntryRight::Elsewhere,
    };
    let now = Now {
        ms: now_ms,
        error_ms: 20,
        trust: ClockTrust::Good,
    };
    let door = Door {
        gate: None,
        roster: RosterState::Live,
        roster_as_of_ms: Some(now_ms),
    };
    let presented = Presented {
        direction: Direction::In,
        code,
    };
    match decide(&presented, &known, now, &door, &rules) {
        Decision::Admit(_) => "admit".into(),
        Decision::Refuse(reason) => format!("refuse {}", reason.reason().code()),
        Decision::Ask(reason) => format!("ask {}", reason.reason().code()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_key_in_the_middle_of_a_sale_signs_from_then_on_and_old_tickets_stay_good() {
    let server = TestServer::start_with(|config| config.limits.requests_per_minute = None).await;
    let event = server.event_on_sale(100).await;
    let device = event.device("A").await;
    let (_, before) = event.bought().await;
    let buyers = futures::future::join_all((0..24).map(|_| event.bought()));
    let (during, list) = tokio::join!(buyers, rotate(&event));
    let (_, after) = event.bought().await;

    let old = signer(&before);
    let new = signer(&after);
    assert!(new > old, "{new} after {old}");
    assert_eq!(
        states(&list),
        [(old.0.into(), "verifying"), (new.0.into(), "signing")]
    );
    let (keys, replica) = (device.key_set().await, device.replica(1_000).await);
    assert_eq!(keys.keys.len(), 2);
    let codes = during.iter().map(|(_, code)| code).chain([&before, &after]);
    for code in codes {
        assert!([old, new].contains(&signer(code)));
        assert_eq!(decided(&replica, &keys, code, server.now_ms()), "admit");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_published_is_not_made() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let before = event.owner.get(&path(&event, "")).await.ok();
    sqlx::query("update organizers set root_key_sealed = 'broken' where id = $1")
        .bind(event.organizer.0)
        .execute(event.pool())
        .await
        .unwrap();
    let failed = event.owner.post(&path(&event, "/rotate"), &json!({})).await;
    failed.error(500, "internal");
    assert_eq!(event.owner.get(&path(&event, "")).await.ok(), before);
}

#[tokio::test]
async fn tickets_of_a_revoked_key_are_refused_and_the_sale_goes_on_with_a_new_one() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let device = event.device("A").await;
    let (_, code) = event.bought().await;
    let key = signer(&code);
    let (keys, replica) = (device.key_set().await, device.replica(100).await);
    assert_eq!(decided(&replica, &keys, &code, server.now_ms()), "admit");
    let by_hand = format!("/api/v1/tickets/scan/{}", code.token().claimed().ticket);
    let check = json!({ "direction": "check_only" });
    event.owner.post(&by_hand, &check).await.ok();

    let list = revoke(&event, key).await;
    assert_eq!(states(&list)[0], (key.0.into(), "revoked"));
    assert_eq!(list["keys"][0]["revoked_ms"], server.now_ms());
    assert_eq!(states(&list)[1].1, "signing", "another was made: {list}");
    assert_eq!(revoke(&event, key).await, list, "a repeat changes nothing");
    let keys = device.key_set().await;
    let refused = decided(&replica, &keys, &code, server.now_ms());
    assert_eq!(refused, "refuse revoked");
    let refused = event.owner.post(&by_hand, &json!({})).await;
    let body = refused.error(409, "entry_refused");
    assert_eq!(body["fields"]["reason"], "revoked");

    let (_, code) = event.bought().await;
    let replica = device.replica(100).await;
    assert_eq!(decided(&replica, &keys, &code, server.now_ms()), "admit");
}

#[tokio::test]
async fn a_device_that_waits_for_news_hears_of_changed_keys() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let device = event.device("A").await;
    let page = device.page(None, 100, 0).await;
    let mut waits = std::pin::pin!(device.page(Some(&page.cursor), 100, 30));
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        // Whether it waits already can't be seen from here; one of the changes finds it waiting.
        loop {
            tokio::select! {
                told = waits.as_mut() => return told,
                _ = rotate(&event) => {}
            }
        }
    });
    let told = told.await.expect("it hears of a change within ten seconds");
    assert!(told.signed_version > page.signed_version);
}

/// Asks on from `page` as a device does that has heard of its signed objects; the answer must come within two seconds.
async fn told_at_once(device: &Device<'_>, page: &Page) -> Page {
    let path = device.changes_path(Some(&page.cursor), 100, 30);
    let path = format!("{path}&signed={}", page.signed_version);
    let asked = async {
        let response = device.request(Method::GET, &path).send().await.unwrap();
        Page::decode(&response.bytes().await.unwrap()).unwrap()
    };
    let told = tokio::time::timeout(Duration::from_secs(2), asked).await;
    let told = told.expect("it hears within two seconds");
    assert!(told.signed_version > page.signed_version);
    told
}

#[tokio::test]
async fn a_key_or_device_revoked_between_two_requests_is_told_at_once() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let (device, lost) = (event.device("A").await, event.device("B").await);
    let page = device.page(None, 100, 0).await;
    let keys = event.owner.get(&path(&event, "")).await.ok();
    revoke(&event, KeyId(states(&keys)[0].0 as u32)).await;
    let page = told_at_once(&device, &page).await;
    let revoked = format!("/api/v1/devices/{}/revoke", lost.id);
    event.owner.post(&revoked, &json!({})).await.ok();
    told_at_once(&device, &page).await;
}

/// Such as the organizer's other events: nobody hints at this one's feed.
#[tokio::test]
async fn signed_objects_published_without_a_hint_end_a_wait() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let device = event.device("A").await;
    let page = device.page(None, 100, 0).await;
    let publishes = async {
        let mut tx = begin(event.pool()).await.unwrap();
        let (vault, now_ms) = (&server.app.vault, server.now_ms());
        let mut versions = Vec::new();
        for kind in [SignedKind::DeviceList, SignedKind::KeySet] {
            let version = publish(&mut tx, vault, event.organizer, kind, now_ms).await;
            versions.push(version.unwrap());
        }
        tx.commit().await.unwrap();
        versions
    };
    let (told, versions) = tokio::join!(told_at_once(&device, &page), publishes);
    assert!(
        versions[0] < versions[1],
        "also within one millisecond each is news to whoever has heard of the one before"
    );
    assert_eq!(told.signed_version, versions[1]);
}

#[tokio::test]
async fn one_idempotency_key_makes_one_signing_key() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let send = || {
        let request = event.owner.request(Method::POST, &path(&event, "/rotate"));
        Answer::of(request.header("idempotency-key", "rotate-1"))
    };
    let first = send().await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = send().await;
    assert_eq!((again.status.as_u16(), again.json()), (200, first.json()));
}

#[tokio::test]
async fn only_owner_and_manager_see_and_change_keys() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let list = event.owner.get(&path(&event, "")).await.ok();
    let revoke = path(&event, &format!("/{}/revoke", states(&list)[0].0));
    for (role, name) in [
        (Role::BoxOffice, "Alex"),
        (Role::Door, "Lou"),
        (Role::Viewer, "Sam"),
    ] {
        let member = server.member(event.organizer, role, name).await;
        let asked = [
            member.get(&path(&event, "")).await,
            member.post(&path(&event, "/rotate"), &json!({})).await,
            member.post(&revoke, &json!({})).await,
        ];
        for answer in asked {
            answer.error(403, "forbidden");
        }
    }
    let other = server.event_on_sale(10).await;
    other
        .owner
        .post(&revoke, &json!({}))
        .await
        .error(404, "not_found");
    let elsewhere = path(&other, &format!("/{}/revoke", states(&list)[0].0));
    other
        .owner
        .post(&elsewhere, &json!({}))
        .await
        .error(404, "not_found");
    let manager = server.member(event.organizer, Role::Manager, "Kim").await;
    assert_eq!(manager.get(&path(&event, "")).await.ok(), list, "unchanged");
    manager
        .post(&path(&event, "/rotate"), &json!({}))
        .await
        .ok();
}

#[tokio::test]
async fn a_new_title_or_start_reaches_the_key_set_with_the_change() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let device = event.device("A").await;
    let at = format!("/api/v1/events/{}", event.id);
    let now_ms = server.now_ms();
    let venue: uuid::Uuid = sqlx::query_scalar("select venue_id from events where id = $1")
        .bind(event.id.0)
        .fetch_one(event.pool())
        .await
        .unwrap();
    let body = json!({ "id": event.id, "organizer_id": event.organizer, "venue_id": venue,
        "title": "Nuit électrique", "category": "concert", "doors_ms": now_ms, "starts_ms": now_ms + 1_800_000,
        "ends_ms": now_ms + 9_000_000 });
    Answer::of(event.owner.request(Method::PUT, &at).json(&body))
        .await
        .ok();
    let keys = device.key_set().await;
    assert_eq!(keys.keys[0].event_name, "Nuit électrique");
    assert_eq!(keys.keys[0].event_starts_ms, now_ms + 1_800_000);
}
