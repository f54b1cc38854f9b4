//! The end in good order: what is idle goes at once, what runs is finished, what waits is there at the next start.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use shared::ids::OrderId;
use sync_server::database::testing::TestDatabase;
use sync_server::database::{managed, transaction};
use sync_server::edge::OsRandom;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::start::{free_address, install_tls, program, terminate, wait_until_ready};
use crate::support::{TestServer, until};

/// Of a stop with nothing left to finish, PostgreSQL included.
const AT_MOST: Duration = Duration::from_secs(5);
const MAILS: usize = 600;

/// A connection that has had an answer and asks for nothing more.
async fn idle(address: std::net::SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut said = [0; 12];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 200");
    stream
}

/// One value from the program's own PostgreSQL.
fn ask(data: &Path, query: &str) -> String {
    let mut psql = managed::psql_command(data).unwrap();
    let output = psql.args(["-qtAX", "-c", query]).output().unwrap();
    assert!(output.status.success(), "{query}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn mails_in(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder.join("mail"));
    entries.map_or(0, |entries| {
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .filter(|name| name.to_string_lossy().ends_with(".eml"))
            .filter(|name| !name.to_string_lossy().starts_with('.'))
            .count()
    })
}

#[tokio::test]
async fn with_idle_connections_and_mails_that_wait_it_stops_at_once_and_loses_nothing() {
    install_tls();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let address = free_address();
    let start = || {
        let mut command = program(&["serve"], data);
        command.env("TICKETHUB_LISTEN", address.to_string());
        // Nobody reads the pipe before the end: a line for each request would fill it.
        command.env(
            "TICKETHUB_LOG",
            "info,sqlx=warn,sync_server::web::frame=warn",
        );
        command.spawn().unwrap()
    };
    let mut child = start();
    wait_until_ready(address, &mut child).await;
    let kept = futures::future::join_all((0..500).map(|_| idle(address))).await;
    ask(
        data,
        &format!(
            "insert into outbox (dedupe_key, recipient, language, template, payload, created_ms, next_attempt_ms)
             select 'x/' || n, 'ana@example.org', 'fr', 'verify', '{{\"link\": \"https://x.example\"}}', 0, 0
             from generate_series(1, {MAILS}) n"
        ),
    );
    until("the first mails are sent", async || mails_in(data) > 0).await;

    let began = Instant::now();
    terminate(&child).await;
    let ended = tokio::time::timeout(Duration::from_mins(1), child.wait_with_output()).await;
    let took = began.elapsed();
    let output = ended.expect("it ends within a minute").unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(took < AT_MOST, "it took {took:?}: {said}");
    assert!(
        !data.join("postgres/cluster/postmaster.pid").exists(),
        "PostgreSQL has stopped, too"
    );
    let sent = mails_in(data);
    assert!(sent < MAILS, "there was a backlog");
    for mut stream in kept {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }

    let mut child = start();
    wait_until_ready(address, &mut child).await;
    let waiting = "select count(*) from outbox where sent_ms is null";
    let began = Instant::now();
    while ask(data, waiting) != "0" {
        let left = ask(data, waiting);
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "{left} mails still wait"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(mails_in(data), MAILS, "each is there, after {sent} before");
    terminate(&child).await;
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_request_under_way_is_finished_while_idle_and_waiting_ones_are_let_go() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(10).await;
    let mut idle = idle(server.address).await;
    let device = event.device("A").await;
    let page = device.page(None, 100, 0).await;
    let waits = device.changes_path(Some(&page.cursor), 100, 30);
    let waits = tokio::spawn(device.request(reqwest::Method::GET, &waits).send());
    until("the device waits for news", async || {
        format!("{:?}", server.app.door.watch).contains(&event.id.to_string())
    })
    .await;
    let mut busy = transaction::begin(event.pool()).await.unwrap();
    sqlx::query("select from stock where event_id = $1 for update")
        .bind(event.id.0)
        .execute(&mut *busy)
        .await
        .unwrap();
    let id = OrderId::new(server.now_ms(), &mut OsRandom);
    let body = json!({ "id": id, "event_id": event.id, "email": "ana@example.org", "name": "Ana Petit",
        "lines": [{ "type_no": 1, "quantity": 1 }] });
    let request = server.client.post(server.url("/api/v1/orders")).json(&body);
    let asked = tokio::spawn(request.send());
    until("the order waits for the stock", async || {
        let waiting = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and $1::uuid is not null";
        server.number(waiting, event.id.0).await > 0
    })
    .await;
    server.app.stopping.cancel();
    let news = tokio::time::timeout(AT_MOST, waits).await;
    let news = news.expect("whoever waits is answered at once").unwrap();
    assert_eq!(news.expect("it is answered").status(), 200);
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(AT_MOST, idle.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the idle connection is still open");
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(!asked.is_finished(), "the order still waits");
    busy.rollback().await.unwrap();
    let answer = asked.await.unwrap().expect("it is answered");
    assert_eq!(answer.status(), 201);
    let began = Instant::now();
    server.stop().await;
    assert!(began.elapsed() < AT_MOST, "nothing is left to wait for");
}

/// Whoever started it doesn't read its log: a pipe holds 64 kB.
#[tokio::test]
async fn a_log_that_nobody_reads_stops_neither_the_server_nor_its_end() {
    // More lines than the pipe holds and may wait.
    const AT_ONCE: usize = 8;
    const EACH: usize = 650;
    install_tls();
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let address = free_address();
    let mut child = program(&["serve"], folder.path())
        .env("DATABASE_URL", database.url())
        .env("TICKETHUB_LISTEN", address.to_string())
        .env("TICKETHUB_LIMIT_REQUESTS_PER_MINUTE", "off")
        .env("TICKETHUB_LOG", "trace")
        .spawn()
        .unwrap();
    wait_until_ready(address, &mut child).await;
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let ask = async || {
        for n in 0..EACH {
            let asked = client
                .get(format!("http://{address}/api/v1/nothing"))
                .send();
            let answer = asked
                .await
                .unwrap_or_else(|error| panic!("request {n}: {error}"));
            assert_eq!(answer.status(), 404);
        }
    };
    futures::future::join_all((0..AT_ONCE).map(|_| ask())).await;
    let figures = reqwest::get(format!("http://{address}/metrics")).await;
    let figures = figures.unwrap().text().await.unwrap();
    let dropped = figures
        .lines()
        .find_map(|line| line.strip_prefix("log_lines_dropped_total "));
    let dropped: u64 = dropped.expect("it is counted").parse().unwrap();
    assert!(dropped > 0, "more lines than may wait");
    let began = Instant::now();
    terminate(&child).await;
    let ended = tokio::time::timeout(Duration::from_mins(1), child.wait()).await;
    assert_eq!(ended.expect("it ends").unwrap().code(), Some(0));
    assert!(began.elapsed() < AT_MOST, "{:?}", began.elapsed());
}

/// Whoever read its log is gone.
#[tokio::test]
async fn a_log_whose_reader_is_gone_stops_nothing() {
    install_tls();
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let address = free_address();
    let mut child = program(&["serve"], folder.path())
        .env("DATABASE_URL", database.url())
        .env("TICKETHUB_LISTEN", address.to_string())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    wait_until_ready(address, &mut child).await;
    for _ in 0..20 {
        let answer = reqwest::get(format!("http://{address}/api/v1/nothing")).await;
        assert_eq!(answer.unwrap().status(), 404);
    }
    terminate(&child).await;
    let ended = tokio::time::timeout(Duration::from_mins(1), child.wait()).await;
    assert_eq!(ended.expect("it ends").unwrap().code(), Some(0));
}
