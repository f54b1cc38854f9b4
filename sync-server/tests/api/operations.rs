//! The server as those see it who run it: readiness, errors, headers, its end.

use serde_json::json;

use crate::support::{NOW, TestServer};

#[tokio::test]
async fn a_server_that_can_reach_its_database_is_ready() {
    let server = TestServer::start().await;
    assert_eq!(server.now_ms(), NOW);
    assert_eq!(server.get("/healthz").await.text, "ok\n");
    assert_eq!(server.get("/readyz").await.text, "ready\n");
    server.app.pool.close().await;
    assert_eq!(server.get("/healthz").await.status, 200, "it lives");
    assert_eq!(server.get("/readyz").await.status, 503, "it cannot work");
}

#[tokio::test]
async fn what_is_not_there_answers_with_the_envelope() {
    let server = TestServer::start().await;
    server.get("/api/v1/nothing").await.error(404, "not_found");
    server
        .post("/healthz", &json!({}))
        .await
        .error(405, "method_not_allowed");
}

#[tokio::test]
async fn every_answer_tells_browsers_what_not_to_do_and_has_a_number() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/api/v1/nothing"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
}

#[tokio::test]
async fn a_stopped_server_gives_its_port_back() {
    let server = TestServer::start().await;
    let address = server.address;
    let database = server.stop().await;
    tokio::net::TcpListener::bind(address).await.unwrap();
    drop(database);
}
