//! How much is taken from whom, and what a body may be.

use std::num::NonZeroU32;

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestServer};

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
    let server = TestServer::start_with(|config| {
        config.limits.requests_per_minute = NonZeroU32::new(5);
    })
    .await;
    for _ in 0..5 {
        server.get("/api/v1/nothing").await.error(404, "not_found");
    }
    let refused = server.get("/api/v1/nothing").await;
    refused.error(429, "too_many_requests");
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=120).contains(&seconds), "{seconds}");
    assert_eq!(
        server.get("/healthz").await.status,
        200,
        "watching is not counted"
    );
    server
        .get("/api/v1/sync/nothing")
        .await
        .error(404, "not_found");
    server.clock.advance(seconds * 1000);
    server.get("/api/v1/nothing").await.error(404, "not_found");
}

#[tokio::test]
async fn behind_our_proxy_each_client_counts_and_elsewhere_nobody_chooses_his_address() {
    let ask = |server: &TestServer, from: &str| {
        Answer::of(
            server
                .request(Method::GET, "/api/v1/nothing")
                .header("x-forwarded-for", from),
        )
    };
    let behind = TestServer::start_with(|config| {
        config.limits.requests_per_minute = NonZeroU32::new(1);
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    ask(&behind, "203.0.113.1").await.error(404, "not_found");
    ask(&behind, "203.0.113.1")
        .await
        .error(429, "too_many_requests");
    ask(&behind, "203.0.113.2").await.error(404, "not_found");
    ask(&behind, "2001:db8::1").await.error(404, "not_found");
    ask(&behind, "2001:db8::2")
        .await
        .error(429, "too_many_requests");

    let bare = TestServer::start_with(|config| {
        config.limits.requests_per_minute = NonZeroU32::new(1);
    })
    .await;
    ask(&bare, "203.0.113.1").await.error(404, "not_found");
    ask(&bare, "203.0.113.2")
        .await
        .error(429, "too_many_requests");
}

#[tokio::test]
async fn guessing_a_password_gets_slower_and_the_right_one_waits_too() {
    let server = TestServer::start_with(|config| {
        config.limits.login_failures = NonZeroU32::new(3);
    })
    .await;
    let account =
        json!({"email": "ana@example.org", "password": "trois mots en file", "name": "Ana"});
    server.post("/api/v1/auth/register", &account).await.ok();
    let login = |email: &'static str, password: &'static str| {
        let body = json!({"email": email, "password": password});
        let server = &server;
        async move { server.post("/api/v1/auth/login", &body).await }
    };
    for _ in 0..3 {
        login("ana@example.org", "wrong")
            .await
            .error(401, "wrong_credentials");
    }
    let refused = login("ana@example.org", "trois mots en file").await;
    refused.error(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "1");
    login("bob@example.org", "wrong")
        .await
        .error(401, "wrong_credentials");
    server.clock.advance(1_000);
    login("ana@example.org", "wrong")
        .await
        .error(401, "wrong_credentials");
    let refused = login("ana@example.org", "trois mots en file").await;
    assert_eq!(refused.header("retry-after"), "2");
    server.clock.advance(2_000);
    login("ana@example.org", "trois mots en file").await.ok();
    login("ana@example.org", "wrong")
        .await
        .error(401, "wrong_credentials");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let server = TestServer::start().await;
    let large = json!({"email": "a".repeat(1024 * 1024), "password": "x"});
    server
        .post("/api/v1/auth/login", &large)
        .await
        .error(413, "too_large");
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be_is_said_to_be() {
    let server = TestServer::start().await;
    let send = |kind: &'static str, body: &'static str| {
        let request = server.request(Method::POST, "/api/v1/auth/login");
        Answer::of(request.header("content-type", kind).body(body))
    };
    send("application/json", "{")
        .await
        .error(400, "malformed_body");
    send("application/json", "[]")
        .await
        .error(400, "malformed_body");
    send(
        "application/json",
        r#"{"email":"a","password":"b","more":1}"#,
    )
    .await
    .error(400, "malformed_body");
    send("application/xml", "<a/>")
        .await
        .error(400, "malformed_body");
}
