//! What leaves by mail, and what its links open.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync_server::database::transaction;
use sync_server::messages::outbox::{self, Mail};
use sync_server::messages::sender;

use crate::support::mails::ReadMail;
use crate::support::{Answer, TestServer};

const PASSWORD: &str = "trois mots en file";

/// Sends what is due until `count` mails lie there.
async fn wait_for(server: &TestServer, count: usize) -> Vec<ReadMail> {
    let began = Instant::now();
    loop {
        sender::send_due(&server.app).await.unwrap();
        let seen = server.mails();
        if seen.len() >= count {
            return seen;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{count} mails expected, seen: {seen:?}"
        );
        tokio::task::yield_now().await;
    }
}

async fn register(server: &TestServer) -> Value {
    let account =
        json!({"email": "ana@example.org", "password": PASSWORD, "name": "Ana", "language": "de"});
    server.post("/api/v1/auth/register", &account).await.ok()
}

async fn login(server: &TestServer, password: &str) -> Answer {
    let credentials = json!({"email": "ana@example.org", "password": password});
    server.post("/api/v1/auth/login", &credentials).await
}

#[tokio::test]
async fn the_link_in_the_mail_confirms_the_address_once() {
    let server = TestServer::start().await;
    let made = register(&server).await;
    let mail = wait_for(&server, 1).await.remove(0);
    assert_eq!(mail.to, "ana@example.org");
    for body in [&mail.text, &mail.html] {
        assert!(body.contains("Konto"), "in her language: {body}");
    }
    let link = json!({"token": mail.token()});
    assert_eq!(server.post("/api/v1/auth/verify", &link).await.status, 204);
    let bearer = made["token"].as_str().unwrap();
    let request = server
        .request(reqwest::Method::GET, "/api/v1/auth/profile")
        .bearer_auth(bearer);
    assert_eq!(Answer::of(request).await.ok()["email_verified"], true);
    server
        .post("/api/v1/auth/verify", &link)
        .await
        .error(410, "link_expired");
}

#[tokio::test]
async fn a_new_password_by_mail_ends_every_log_in_and_the_link() {
    let server = TestServer::start().await;
    let made = register(&server).await;
    wait_for(&server, 1).await;
    let ask = json!({"email": "ANA@example.org"});
    assert_eq!(server.post("/api/v1/auth/reset", &ask).await.status, 202);
    let mail = wait_for(&server, 2).await.remove(1);
    let reset = json!({"token": mail.token(), "password": "quatre autres mots ici"});
    let short = json!({"token": mail.token(), "password": "court"});
    server
        .post("/api/v1/auth/reset", &short)
        .await
        .error(400, "invalid_request");
    assert_eq!(server.post("/api/v1/auth/reset", &reset).await.status, 204);
    server
        .post("/api/v1/auth/reset", &reset)
        .await
        .error(410, "link_expired");
    let old = server
        .request(reqwest::Method::GET, "/api/v1/auth/profile")
        .bearer_auth(made["token"].as_str().unwrap());
    Answer::of(old).await.error(401, "unauthenticated");
    login(&server, PASSWORD)
        .await
        .error(401, "wrong_credentials");
    login(&server, "quatre autres mots ici").await.ok();
}

#[tokio::test]
async fn a_link_is_good_for_its_time_and_purpose_only() {
    let server = TestServer::start().await;
    register(&server).await;
    let verify = wait_for(&server, 1).await.remove(0);
    let misused = json!({"token": verify.token(), "password": "quatre autres mots ici"});
    server
        .post("/api/v1/auth/reset", &misused)
        .await
        .error(410, "link_expired");
    server
        .post("/api/v1/auth/reset", &json!({"email": "ana@example.org"}))
        .await;
    let mail = wait_for(&server, 2).await.remove(1);
    server.clock.advance(3_600_000);
    let late = json!({"token": mail.token(), "password": "quatre autres mots ici"});
    server
        .post("/api/v1/auth/reset", &late)
        .await
        .error(410, "link_expired");
}

#[tokio::test]
async fn who_asks_for_a_password_cannot_tell_whether_there_is_an_account() {
    let server = TestServer::start().await;
    register(&server).await;
    wait_for(&server, 1).await;
    let known = server
        .post("/api/v1/auth/reset", &json!({"email": "ana@example.org"}))
        .await;
    let unknown = server
        .post(
            "/api/v1/auth/reset",
            &json!({"email": "nobody@example.org"}),
        )
        .await;
    assert_eq!((known.status, known.text), (unknown.status, unknown.text));
    let seen = wait_for(&server, 2).await;
    assert!(seen.iter().all(|mail| mail.to == "ana@example.org"));
    server
        .post("/api/v1/auth/reset", &json!({"email": "ana@example.org"}))
        .await;
    server
        .post(
            "/api/v1/auth/reset",
            &json!({"email": "ana@example.org", "token": "x"}),
        )
        .await
        .error(400, "invalid_request");
}

fn mail(key: &str, template: &str) -> Mail {
    Mail {
        dedupe_key: key.into(),
        recipient: "ana@example.org".into(),
        language: "fr".into(),
        template: template.into(),
        payload: json!({"link": "https://x.example/verify?token=abc"}),
    }
}

async fn enqueue(server: &TestServer, mails: &[Mail]) {
    let mut connection = server.app.pool.acquire().await.unwrap();
    outbox::enqueue(&mut connection, mails, server.now_ms())
        .await
        .unwrap();
}

#[tokio::test]
async fn one_cause_is_one_mail_and_its_secret_is_gone_once_it_is_sent() {
    let server = TestServer::start().await;
    enqueue(
        &server,
        &[
            mail("a", "verify"),
            mail("b", "verify"),
            mail("a", "verify"),
        ],
    )
    .await;
    enqueue(&server, &[mail("a", "verify")]).await;
    let seen = wait_for(&server, 2).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    let left: Vec<Value> = sqlx::query_scalar("select payload from outbox")
        .fetch_all(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(left, [json!({}), json!({})]);
    assert_eq!(
        sender::send_due(&server.app).await.unwrap(),
        0,
        "nothing twice"
    );
}

#[tokio::test]
async fn a_mail_of_a_transaction_that_failed_is_never_sent() {
    let server = TestServer::start().await;
    let mut tx = transaction::begin(&server.app.pool).await.unwrap();
    outbox::enqueue(&mut tx, &[mail("a", "verify")], server.now_ms())
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(sender::send_due(&server.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_folder_that_takes_nothing_is_tried_again_later_and_nonsense_is_given_up() {
    let server = TestServer::start().await;
    let folder = server.folder.path().join("mail");
    std::fs::write(&folder, "a file stands where the folder should").unwrap();
    enqueue(&server, &[mail("a", "verify"), mail("b", "nonsense")]).await;
    assert_eq!(sender::send_due(&server.app).await.unwrap(), 2);
    assert_eq!(
        sender::send_due(&server.app).await.unwrap(),
        0,
        "both wait or have ended"
    );
    std::fs::remove_file(&folder).unwrap();
    server.clock.advance(4_999);
    assert_eq!(sender::send_due(&server.app).await.unwrap(), 0);
    server.clock.advance(1);
    assert_eq!(sender::send_due(&server.app).await.unwrap(), 1);
    assert_eq!(server.mails().len(), 1);
    let given_up: Vec<String> =
        sqlx::query_scalar("select dedupe_key from outbox where failed_ms is not null")
            .fetch_all(&server.app.pool)
            .await
            .unwrap();
    assert_eq!(given_up, ["b"]);
}
