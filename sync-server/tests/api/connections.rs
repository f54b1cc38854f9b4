//! What one connection may ask of the server: whoever sends slowly or reads nothing is cut off.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use sync_server::database::transaction;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Answer, TestServer};

/// What each of these servers allows.
const ALLOWED: Duration = Duration::from_secs(1);
/// For the cut; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

async fn strict() -> TestServer {
    TestServer::start_with(|config| config.limits.request_time = ALLOWED).await
}

async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

/// Sends `slowly` byte by byte, again and again, until the server has closed the connection; gives what it had said.
async fn trickle(mut stream: TcpStream, first: &str, slowly: &str) -> (Duration, String) {
    let began = Instant::now();
    let mut said = Vec::new();
    let done = tokio::time::timeout(PATIENCE, async {
        stream.write_all(first.as_bytes()).await.unwrap();
        let (mut reads, mut writes) = stream.split();
        let sends = async {
            for byte in slowly.bytes().cycle() {
                if writes.write_all(&[byte]).await.is_err() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            _ = reads.read_to_end(&mut said) => {}
            () = sends => {}
        }
    });
    assert!(
        done.await.is_ok(),
        "still open after {PATIENCE:?}; it said {:?}",
        String::from_utf8_lossy(&said)
    );
    (began.elapsed(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn whoever_sends_a_head_byte_by_byte_is_cut_off_and_nobody_else_waits() {
    let server = strict().await;
    let loris: Vec<_> = futures::future::join_all((0..200).map(|_| connect(&server)))
        .await
        .into_iter()
        .map(|stream| {
            tokio::spawn(trickle(
                stream,
                "GET /healthz HTTP/1.1\r\nhost: x\r\n",
                "a: b\r\n",
            ))
        })
        .collect();
    assert_eq!(server.get("/healthz").await.text, "ok\n");
    for loris in loris {
        let (_, said) = loris.await.unwrap();
        assert!(!said.contains("200 OK"), "{said}");
    }
}

#[tokio::test]
async fn whoever_sends_a_body_byte_by_byte_is_told_that_it_took_too_long() {
    let server = strict().await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n";
    let (took, said) = trickle(connect(&server).await, head, " ").await;
    assert!(took >= ALLOWED, "{took:?}");
    assert!(said.starts_with("HTTP/1.1 503"), "{said}");
    assert!(said.contains("timed_out"), "{said}");
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_is_closed() {
    let server = strict().await;
    let mut fresh = connect(&server).await;
    let mut used = connect(&server).await;
    used.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    for stream in [&mut fresh, &mut used] {
        let mut said = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut said)).await;
        assert!(ended.is_ok(), "still open after {PATIENCE:?}");
    }
}

/// Answers that nobody takes in fill the buffers of both sides; then the server is held by nobody's patience but its own.
#[tokio::test]
async fn whoever_reads_no_answer_is_cut_off() {
    let server = strict().await;
    let mut stream = connect(&server).await;
    let request = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let cut = tokio::time::timeout(PATIENCE, async {
        while stream.write_all(request.as_bytes()).await.is_ok() {}
    });
    assert!(cut.await.is_ok(), "still open after {PATIENCE:?}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended_and_changes_nothing() {
    let server = strict().await;
    let event = server.event_on_sale(10).await;
    let (order, _) = event.bought().await;
    let ticket = order["tickets"][0].as_str().unwrap();
    let path = format!("/api/v1/tickets/scan/{ticket}");
    let mut busy = transaction::begin(event.pool()).await.unwrap();
    event.begin_change(&mut busy).await;
    let late = event.owner.post(&path, &json!({})).await;
    late.error(503, "timed_out");
    assert_eq!(late.header("retry-after"), "1");
    busy.rollback().await.unwrap();
    assert_eq!(event.states().await.len(), 0);
    event.owner.post(&path, &json!({})).await.ok();
}

#[tokio::test]
async fn a_body_that_never_ends_is_refused_at_the_limit() {
    let server = TestServer::start().await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let spaces = vec![b' '; 0x10000];
    let chunk = [b"10000\r\n".as_slice(), &spaces, b"\r\n"].concat();
    let (mut reads, mut writes) = stream.split();
    let sends = async {
        let mut sent = 0_usize;
        while writes.write_all(&chunk).await.is_ok() {
            sent += 0x10000;
            assert!(sent < 100 << 20, "all of it is taken");
        }
        std::future::pending::<()>().await;
    };
    let mut said = vec![0; 64];
    let answered = async { reads.read_exact(&mut said).await };
    let answered = tokio::time::timeout(PATIENCE, async {
        tokio::select! {
            answered = answered => answered,
            () = sends => unreachable!("it waits for the answer"),
        }
    });
    answered.await.expect("an answer in time").unwrap();
    let said = String::from_utf8_lossy(&said);
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
}

#[tokio::test]
async fn other_origins_call_the_api_only_if_they_are_named() {
    let open = TestServer::start_with(|config| {
        config.cors_origins = vec!["https://shop.example".into()];
    })
    .await;
    let preflight = |server: &TestServer, origin: &str| {
        let request = server.request(Method::OPTIONS, "/api/v1/orders");
        Answer::of(
            request
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header(
                    "access-control-request-headers",
                    "authorization,content-type,idempotency-key",
                ),
        )
    };
    let allowed = preflight(&open, "https://shop.example").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert!(
        allowed
            .header("access-control-allow-headers")
            .contains("idempotency-key")
    );
    let allows = |answer: &Answer, name: &str| answer.headers.contains_key(name);
    assert!(
        !allows(&allowed, "access-control-allow-credentials"),
        "cookies are never let through"
    );
    let foreign = preflight(&open, "https://evil.example").await;
    assert!(!allows(&foreign, "access-control-allow-origin"));
    let plain = open
        .request(Method::GET, "/api/v1/events")
        .header("origin", "https://shop.example");
    let plain = Answer::of(plain).await;
    assert_eq!(
        plain.header("access-control-allow-origin"),
        "https://shop.example"
    );

    let closed = TestServer::start().await;
    let refused = preflight(&closed, "https://shop.example").await;
    assert!(!allows(&refused, "access-control-allow-origin"));
}

#[tokio::test]
async fn figures_are_for_this_machine_and_name_routes_not_people() {
    let server = TestServer::start_with(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let event = server.event_on_sale(10).await;
    let (order, _) = event.bought().await;
    let secret = order["secret"].as_str().unwrap();
    let figures = server.get("/metrics").await;
    assert_eq!(figures.status, 200, "{}", figures.text);
    let counted =
        "http_requests_total{method=\"POST\",route=\"/api/v1/orders/{id}/pay\",status=\"2xx\"}";
    assert!(figures.text.contains(counted), "{}", figures.text);
    assert!(figures.text.contains("http_request_seconds_bucket"));
    assert!(figures.text.contains("database_connections "));
    for told in [secret, order["id"].as_str().unwrap(), "ana@example.org"] {
        assert!(!figures.text.contains(told), "{told} is in the figures");
    }
    let outside = server
        .request(Method::GET, "/metrics")
        .header("x-forwarded-for", "203.0.113.1");
    Answer::of(outside).await.error(404, "not_found");
}
