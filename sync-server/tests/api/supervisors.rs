//! Who may decide at doors: set by the organizer, told to devices with the right, and to nobody else.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier as _;
use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::latest::SupervisorsAnswer;
use sync_server::accounts::Role;
use sync_server::accounts::session::SessionKind;

use crate::support::door::{Device, Event};
use crate::support::{Answer, TestServer};

fn path(event: &Event<'_>) -> String {
    format!("/api/v1/organizers/{}/supervisors", event.organizer)
}

async fn told(device: &Device<'_>, have: u64) -> SupervisorsAnswer {
    let answer = device
        .get(&format!("/api/v1/sync/supervisors?have={have}"))
        .await;
    serde_json::from_value(answer.ok()).unwrap()
}

fn is_pin(hash: &str, pin: &str) -> bool {
    Argon2::default()
        .verify_password(pin.as_bytes(), hash)
        .is_ok()
}

#[tokio::test]
async fn members_and_people_without_a_log_in_get_a_pin_that_is_never_shown() {
    let server = TestServer::start().await;
    let event = server.event("pins").await;
    let member = server
        .member(event.organizer, Role::Door, "Ana Costa")
        .await;
    let path = path(&event);
    let body = json!({ "account_id": member.id, "pin": "7351" });
    let ana = event.owner.post(&path, &body).await.ok();
    assert_eq!(
        (&ana["person"], &ana["name"], &ana["has_account"]),
        (&json!(member.id), &json!("Ana Costa"), &json!(true))
    );
    let body = json!({ "name": " Bob Martin ", "pin": "80417" });
    let bob = event.owner.post(&path, &body).await.ok();
    assert_eq!(bob["name"], "Bob Martin");
    let listed = event.owner.get(&path).await;
    for secret in ["7351", "80417", "argon2"] {
        assert!(!listed.text.contains(secret), "{}", listed.text);
    }
    assert_eq!(listed.ok()["supervisors"].as_array().unwrap().len(), 2);
    // Another PIN for the same person.
    let one = format!("{path}/{}", bob["person"].as_str().unwrap());
    let request = event.owner.request(Method::PUT, &one);
    Answer::of(request.json(&json!({ "pin": "914275" })))
        .await
        .ok();
    let device = event.device("A").await;
    let people = told(&device, 0).await.supervisors.unwrap();
    let of = |name: &str| people.iter().find(|row| row.name == name).unwrap();
    assert!(is_pin(&of("Ana Costa").pin_hash, "7351"));
    assert!(is_pin(&of("Bob Martin").pin_hash, "914275"));
    assert!(!is_pin(&of("Bob Martin").pin_hash, "80417"));
}

#[tokio::test]
async fn pins_that_anybody_tries_first_are_refused_with_a_reason() {
    let server = TestServer::start().await;
    let event = server.event("weak").await;
    let path = path(&event);
    for (pin, why) in [
        ("0000", "anybody tries"),
        ("1234", "anybody tries"),
        ("1987", "anybody tries"),
        ("735", "4 to 8 digits"),
        ("12a4", "4 to 8 digits"),
    ] {
        let body = json!({ "name": "Ana", "pin": pin });
        let refused = event.owner.post(&path, &body).await;
        let said = refused.json()["fields"]["pin"].to_string();
        assert!(said.contains(why), "{pin}: {}", refused.text);
        refused.error(400, "invalid_request");
    }
    for body in [
        json!({ "pin": "7351" }),
        json!({ "name": "", "pin": "7351" }),
        json!({ "account_id": uuid::Uuid::nil(), "pin": "7351" }),
    ] {
        let refused = event.owner.post(&path, &body).await;
        refused.error(400, "invalid_request");
    }
    let listed = event.owner.get(&path).await.ok();
    assert_eq!(listed["supervisors"], json!([]));
}

#[tokio::test]
async fn only_whoever_manages_devices_sees_and_sets_supervisors_and_only_their_own() {
    let server = TestServer::start().await;
    let (event, other) = (server.event("ours").await, server.event("theirs").await);
    let viewer = server.member(event.organizer, Role::BoxOffice, "Vi").await;
    let body = json!({ "name": "Ana", "pin": "7351" });
    for person in [&viewer, &other.owner] {
        person.get(&path(&event)).await.error(403, "forbidden");
        let refused = person.post(&path(&event), &body).await;
        refused.error(403, "forbidden");
    }
    let ana = event.owner.post(&path(&event), &body).await.ok();
    let of_others = format!("{}/{}", path(&other), ana["person"].as_str().unwrap());
    let request = other.owner.request(Method::DELETE, &of_others);
    Answer::of(request).await.error(404, "not_found");
    let request = other.owner.request(Method::PUT, &of_others);
    let request = request.json(&json!({ "pin": "7352" }));
    Answer::of(request).await.error(404, "not_found");
    // A member of another organizer is none of this one's.
    let body = json!({ "account_id": other.owner.id, "pin": "7351" });
    let refused = event.owner.post(&path(&event), &body).await;
    refused.error(400, "invalid_request");
}

#[tokio::test]
async fn a_device_hears_of_changes_by_the_feed_and_fetches_only_what_is_new() {
    let server = TestServer::start().await;
    let event = server.event("news").await;
    let device = event.device("A").await;
    let first = told(&device, 0).await;
    assert_eq!((first.version, first.supervisors), (0, None), "never any");
    let page = device.page(None, 10, 0).await;
    // It waits for news, having heard of the page's version.
    let waits = async {
        let signed = page.signed_version;
        let path = device.changes_path(Some(&page.cursor), 10, 20);
        let request = device.request(Method::GET, &format!("{path}&signed={signed}"));
        let response = request.send().await.unwrap();
        shared::wire::latest::Page::decode(&response.bytes().await.unwrap()).unwrap()
    };
    let body = json!({ "name": "Ana", "pin": "7351" });
    let added = async { event.owner.post(&path(&event), &body).await.ok() };
    let (news, ana) = tokio::join!(waits, added);
    assert!(news.signed_version > page.signed_version);
    let answer = told(&device, 0).await;
    assert_eq!(answer.version, news.signed_version);
    assert_eq!(answer.supervisors.unwrap().len(), 1);
    assert_eq!(told(&device, answer.version).await.supervisors, None);
    // What is signed afterwards is news to whoever heard of the list.
    event.device("B").await;
    let later = device.page(None, 10, 0).await.signed_version;
    assert!(later > answer.version);
    let one = format!("{}/{}", path(&event), ana["person"].as_str().unwrap());
    let removed = event.owner.request(Method::DELETE, &one);
    assert_eq!(Answer::of(removed).await.status, 204);
    let answer = told(&device, answer.version).await;
    assert!(answer.version > later);
    assert_eq!(answer.supervisors, Some(Vec::new()));
}

#[tokio::test]
async fn devices_without_the_right_revoked_ones_and_strangers_are_told_nothing() {
    let server = TestServer::start().await;
    let event = server.event("closed").await;
    let body = json!({ "name": "Ana", "pin": "7351" });
    event.owner.post(&path(&event), &body).await.ok();
    const PATH: &str = "/api/v1/sync/supervisors?have=0";
    let scans = event.device_with("S", json!({ "scan": true })).await;
    scans.get(PATH).await.error(403, "forbidden");
    server.get(PATH).await.error(401, "unauthenticated");
    event.owner.get(PATH).await.error(401, "unauthenticated");
    let device = event.device("A").await;
    assert!(told(&device, 0).await.supervisors.is_some());
    let revoke = format!("/api/v1/devices/{}/revoke", device.id);
    event.owner.post(&revoke, &json!({})).await.ok();
    device.get(PATH).await.error(403, "device_revoked");
    // Nothing of it among what devices relay.
    let other = event.device("B").await;
    let signed = other.get("/api/v1/sync/signed").await;
    assert!(!signed.text.contains("argon2"));
}

#[tokio::test]
async fn whoever_leaves_the_organizer_supervises_no_door_any_more() {
    let server = TestServer::start().await;
    let event = server.event("leaving").await;
    let (ana, bob) = (
        server.member(event.organizer, Role::Door, "Ana").await,
        server.member(event.organizer, Role::Door, "Bob").await,
    );
    for member in [&ana, &bob] {
        let body = json!({ "account_id": member.id, "pin": "7351" });
        event.owner.post(&path(&event), &body).await.ok();
    }
    let device = event.device("A").await;
    let before = told(&device, 0).await;
    assert_eq!(before.supervisors.unwrap().len(), 2);
    let member = format!("/api/v1/organizers/{}/members/{}", event.organizer, ana.id);
    let removed = event.owner.request(Method::DELETE, &member);
    assert_eq!(Answer::of(removed).await.status, 204);
    let after = told(&device, before.version).await;
    let names: Vec<String> = after
        .supervisors
        .expect("it is news")
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert_eq!(names, ["Bob"]);
    let erased = bob.request(Method::DELETE, "/api/v1/auth/profile");
    let erased = Answer::of(erased.json(&json!({}))).await;
    assert!(erased.status.is_success(), "{}", erased.text);
    let last = told(&device, after.version).await;
    assert_eq!(last.supervisors, Some(Vec::new()));
}

/// The office's page: add, refuse, change, remove, without JavaScript.
#[tokio::test]
async fn the_page_adds_refuses_changes_and_removes() {
    let server = TestServer::start().await;
    let event = server.event("office-pins").await;
    let member = server
        .member(event.organizer, Role::Door, "Ana <Costa>")
        .await;
    let session = server.session(event.owner.id, SessionKind::Browser).await;
    let cookie = format!("__Host-session={}", session.credential);
    let see = async |path: &str| {
        let request = server.request(Method::GET, path);
        Answer::of(
            request
                .header("accept", "text/html")
                .header("cookie", &cookie),
        )
        .await
    };
    let send = async |path: &str, fields: &[(&str, &str)]| {
        Answer::of(server.form(path, fields).header("cookie", &cookie)).await
    };
    let page = see("/office/supervisors?lang=en").await;
    assert!(page.text.contains("Ana &#60;Costa&#62;"), "{}", page.text);
    let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = rest.split('"').next().unwrap().to_owned();
    let who = member.id.to_string();
    let add = "/office/supervisors?lang=en";
    let weak = [
        ("csrf", csrf.as_str()),
        ("who", &who),
        ("pin", "1234"),
        ("supervises", "yes"),
    ];
    let refused = send(add, &weak).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("anybody tries"), "{}", refused.text);
    assert!(!refused.text.contains("value=\"1234\""), "never shown");
    let good = [
        ("csrf", csrf.as_str()),
        ("who", &who),
        ("pin", "7351"),
        ("supervises", "yes"),
    ];
    assert_eq!(send(add, &good).await.status, 303);
    let named = [
        ("csrf", csrf.as_str()),
        ("who", ""),
        ("name", "Bob"),
        ("pin", "80417"),
        ("sells", "yes"),
    ];
    assert_eq!(send(add, &named).await.status, 303);
    let page = see("/office/supervisors?lang=fr").await;
    assert!(page.text.contains("Bob") && page.text.contains("Vendeurs et superviseurs"));
    assert!(!page.text.contains("7351") && !page.text.contains("argon2"));
    let ana = format!("/office/supervisors/{who}");
    // Neither box is ticked.
    let nothing = [("csrf", csrf.as_str()), ("pin", "914275")];
    assert_eq!(send(&ana, &nothing).await.status, 400);
    let other = [
        ("csrf", csrf.as_str()),
        ("pin", "914275"),
        ("supervises", "yes"),
    ];
    assert_eq!(send(&ana, &other).await.status, 303);
    let device = event.device("A").await;
    let people = told(&device, 0).await.supervisors.unwrap();
    let row = people.iter().find(|row| row.person == member.id).unwrap();
    assert!(is_pin(&row.pin_hash, "914275"));
    let csrf = [("csrf", csrf.as_str())];
    assert_eq!(send(&format!("{ana}/remove"), &csrf).await.status, 303);
    let listed: Value = event.owner.get(&path(&event)).await.ok();
    assert_eq!(listed["supervisors"].as_array().unwrap().len(), 1);
    assert!(
        see("/office/devices")
            .await
            .text
            .contains("/office/supervisors")
    );
}

#[tokio::test]
async fn a_clerk_sells_and_supervises_nowhere_and_each_device_is_told_of_whom_it_has_a_use_for() {
    let server = TestServer::start().await;
    let event = server.event("clerks").await;
    let path = path(&event);
    let clerk = json!({ "name": "Camille", "pin": "7351", "supervises": false });
    let clerk = event.owner.post(&path, &clerk).await.ok();
    assert_eq!(
        (&clerk["sells"], &clerk["supervises"]),
        (&json!(true), &json!(false))
    );
    let chief = json!({ "name": "Ana", "pin": "80417", "sells": false });
    event.owner.post(&path, &chief).await.ok();
    let both = json!({ "name": "Bob", "pin": "914275" });
    event.owner.post(&path, &both).await.ok();
    let nobody = json!({ "name": "Luc", "pin": "914275", "sells": false, "supervises": false });
    event
        .owner
        .post(&path, &nobody)
        .await
        .error(400, "invalid_request");

    let rights =
        |sell: bool, supervise: bool| json!({ "sell": sell, "supervise": supervise, "scan": true });
    let till = event.device_with("Caisse", rights(true, false)).await;
    let door = event.device_with("Porte", rights(false, true)).await;
    let names = async |device: &Device<'_>| {
        let people = told(device, 0).await.supervisors.unwrap();
        let mut names: Vec<(String, bool, bool)> = people
            .into_iter()
            .map(|row| (row.name, row.sells, row.supervises))
            .collect();
        names.sort();
        names
    };
    let row = |name: &str, sells, supervises| (name.to_owned(), sells, supervises);
    assert_eq!(
        names(&till).await,
        [row("Bob", true, true), row("Camille", true, false)]
    );
    assert_eq!(
        names(&door).await,
        [row("Ana", false, true), row("Bob", true, true)]
    );

    // Another duty leaves the PIN; whoever is off the list is off at the next contact.
    let version = told(&till, 0).await.version;
    let camille = format!("{path}/{}", clerk["person"].as_str().unwrap());
    let changed = event
        .owner
        .put(&camille, &json!({ "supervises": true }))
        .await
        .ok();
    assert_eq!(
        (&changed["sells"], &changed["supervises"]),
        (&json!(true), &json!(true))
    );
    let people = told(&till, version).await.supervisors.unwrap();
    let row = people.iter().find(|row| row.name == "Camille").unwrap();
    assert!(is_pin(&row.pin_hash, "7351"));
    let request = event.owner.request(Method::DELETE, &camille);
    assert_eq!(Answer::of(request).await.status, 204);
    let people = told(&till, version).await.supervisors.unwrap();
    assert!(people.iter().all(|row| row.name != "Camille"));
}
