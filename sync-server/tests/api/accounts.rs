//! Who is known, and until when.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use sync_server::accounts::Role;
use sync_server::accounts::session::{SESSION_MS, SessionKind};

use crate::support::{Answer, TestServer};

const PROFILE: &str = "/api/v1/auth/profile";
const PASSWORD: &str = "trois mots en file";

async fn register(server: &TestServer, email: &str) -> Value {
    let account =
        json!({"email": email, "password": PASSWORD, "name": "Ana Costa", "language": "de"});
    server.post("/api/v1/auth/register", &account).await.ok()
}

async fn login(server: &TestServer, email: &str, password: &str) -> Answer {
    let credentials = json!({"email": email, "password": password});
    server.post("/api/v1/auth/login", &credentials).await
}

async fn profile(server: &TestServer, token: &Value) -> Answer {
    let token = token.as_str().unwrap();
    Answer::of(server.request(Method::GET, PROFILE).bearer_auth(token)).await
}

#[tokio::test]
async fn whoever_registers_is_logged_in_and_can_log_in_again_however_the_address_is_written() {
    let server = TestServer::start().await;
    let made = register(&server, "Ana@Example.org").await;
    let seen = profile(&server, &made["token"]).await.ok();
    assert_eq!(seen["email"], "Ana@Example.org");
    assert_eq!(seen["language"], "de");
    assert_eq!(seen["email_verified"], false);
    let again = login(&server, " ana@example.ORG ", PASSWORD).await.ok();
    assert_eq!(again["account_id"], made["account_id"]);
    let other = json!({"email": "ANA@example.org", "password": PASSWORD, "name": "Other"});
    server
        .post("/api/v1/auth/register", &other)
        .await
        .error(409, "already_exists");
    let stored: String = sqlx::query_scalar("select password_hash from accounts")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
}

#[tokio::test]
async fn every_wrong_field_of_a_registration_is_named() {
    let server = TestServer::start().await;
    let wrong = json!({"email": "ana", "password": "short", "name": " ", "language": "tlh"});
    let error = server
        .post("/api/v1/auth/register", &wrong)
        .await
        .error(400, "invalid_request");
    let fields: Vec<_> = error["fields"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["email", "language", "name", "password"]);
    server
        .post("/api/v1/auth/register", &json!({"email": 1}))
        .await
        .error(400, "malformed_body");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let server = TestServer::start().await;
    register(&server, "ana@example.org").await;
    let wrong = login(&server, "ana@example.org", "another password").await;
    let unknown = login(&server, "nobody@example.org", "another password").await;
    wrong.error(401, "wrong_credentials");
    assert_eq!(wrong.text, unknown.text);
    assert_eq!(wrong.status, unknown.status);
}

#[tokio::test]
async fn an_imported_bcrypt_hash_opens_once_and_is_argon2id_from_then_on() {
    let server = TestServer::start().await;
    register(&server, "ana@example.org").await;
    let imported = bcrypt_of("mot de passe d'avant");
    sqlx::query("update accounts set password_hash = $1")
        .bind(&imported)
        .execute(&server.app.pool)
        .await
        .unwrap();
    login(&server, "ana@example.org", PASSWORD)
        .await
        .error(401, "wrong_credentials");
    login(&server, "ana@example.org", "mot de passe d'avant")
        .await
        .ok();
    let stored: String = sqlx::query_scalar("select password_hash from accounts")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    login(&server, "ana@example.org", "mot de passe d'avant")
        .await
        .ok();
}

fn bcrypt_of(password: &str) -> String {
    bcrypt::hash(password, 4).unwrap()
}

#[tokio::test]
async fn a_token_shows_who_asks_and_for_whom_he_works() {
    let server = TestServer::start().await;
    let organizer = server.organizer("la-cigale").await;
    let person = server.member(organizer, Role::BoxOffice, "Ana Costa").await;
    let profile = person.get(PROFILE).await.ok();
    assert_eq!(profile["id"], json!(person.id));
    assert_eq!(profile["email"], json!(person.email));
    assert_eq!(
        profile["memberships"],
        json!([{"organizer_id": organizer, "role": "box_office"}])
    );
    server.get(PROFILE).await.error(401, "unauthenticated");
}

#[tokio::test]
async fn a_token_dies_with_its_session_at_once_and_after_a_week() {
    let server = TestServer::start().await;
    let person = server.person("Ana Costa").await;
    let other = server.session(person.id, SessionKind::Api).await;
    person.get(PROFILE).await.ok();
    let out = person.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(out.status, 204);
    person.get(PROFILE).await.error(401, "unauthenticated");

    let with_other = || {
        server
            .request(Method::GET, PROFILE)
            .bearer_auth(&other.credential)
    };
    Answer::of(with_other()).await.ok();
    server.clock.advance(SESSION_MS - 1_000);
    Answer::of(with_other()).await.ok();
    server.clock.advance(1_000);
    Answer::of(with_other()).await.error(401, "unauthenticated");
}

/// As if our public key were a shared secret: what a server believes that takes the algorithm from the token.
async fn signed_with_the_public_key(server: &TestServer, body: &str) -> String {
    let (id, public): (i32, Vec<u8>) =
        sqlx::query_as("select id, public from platform_keys where purpose = 'api_token'")
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
    let head = json!({ "alg": "HS256", "typ": "JWT", "kid": id.to_string() }).to_string();
    let head = URL_SAFE_NO_PAD.encode(head);
    let said = format!("{head}.{body}");
    let mut mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
    mac.update(said.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{said}.{signature}")
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused_even_where_none_is_needed() {
    let server = TestServer::start().await;
    let person = server.person("Ana Costa").await;
    let (head, rest) = person.token.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoiMSJ9";
    for forged in [
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{head}.{body}."),
        format!(
            "{head}.{body}.{}",
            signature.chars().rev().collect::<String>()
        ),
        "rubbish".into(),
        signed_with_the_public_key(&server, body).await,
    ] {
        let request = server.request(Method::GET, PROFILE).bearer_auth(&forged);
        Answer::of(request).await.error(401, "unauthenticated");
        let home = server.request(Method::GET, "/fr/").bearer_auth(&forged);
        Answer::of(home).await.error(401, "unauthenticated");
    }
    let basic = server
        .request(Method::GET, PROFILE)
        .basic_auth("ana", Some(PASSWORD));
    Answer::of(basic).await.error(401, "unauthenticated");
}

#[tokio::test]
async fn an_erased_person_leaves_no_trace_but_the_row_that_orders_name() {
    let server = TestServer::start().await;
    let made = register(&server, "ana@example.org").await;
    let token = made["token"].as_str().unwrap();
    let erase = server.request(Method::DELETE, PROFILE).bearer_auth(token);
    assert_eq!(Answer::of(erase).await.status, 204);
    profile(&server, &made["token"])
        .await
        .error(401, "unauthenticated");
    login(&server, "ana@example.org", PASSWORD)
        .await
        .error(401, "wrong_credentials");
    let row: (String, String, Option<String>, i64) =
        sqlx::query_as("select email, name, password_hash, erased_ms from accounts")
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
    let id = made["account_id"].as_str().unwrap();
    assert_eq!(
        row,
        (
            format!("erased-{id}@invalid"),
            String::new(),
            None,
            server.now_ms()
        )
    );
    let again = register(&server, "ana@example.org").await;
    assert_ne!(
        again["account_id"], made["account_id"],
        "the address is free again"
    );
}

#[tokio::test]
async fn the_only_owner_of_an_organizer_cannot_be_erased() {
    let server = TestServer::start().await;
    let organizer = server.organizer("la-cigale").await;
    let owner = server.member(organizer, Role::Owner, "Ana Costa").await;
    let erase = || owner.request(Method::DELETE, PROFILE);
    Answer::of(erase()).await.error(409, "conflict");
    let other = server.person("Bob").await;
    server.join(organizer, other.id, Role::Owner).await;
    assert_eq!(Answer::of(erase()).await.status, 204);
}
