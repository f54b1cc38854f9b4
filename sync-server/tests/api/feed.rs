//! Down: no committed change is ever missed, and a replica that is caught up is the server's roster.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use shared::ids::{Random as _, TicketId};
use shared::roster::TicketStatus;
use shared::sync::checksum::Checksum;
use sqlx::PgPool;
use sync_server::database::transaction;
use sync_server::door::cursor::Cursor;
use sync_server::door::feed::{self, Pull};
use sync_server::edge::OsRandom;

use crate::support::TestServer;
use crate::support::door::{Event, Replica, entry};

/// How long the writers of the race write.
const RACE: Duration = Duration::from_millis(2_500);

/// F1, F5. As docs/SYNC.md tells it: half of the transactions take their number some time before they insert, all hold
/// it for some time, a tenth roll back. The readers outlive the writers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sequence_misses_what_the_feed_does_not_miss() {
    let server = TestServer::start().await;
    let event = server.event("race").await;
    sqlx::query("create table race (id bigint primary key)")
        .execute(event.pool())
        .await
        .unwrap();
    sqlx::query("create sequence race_ids")
        .execute(event.pool())
        .await
        .unwrap();
    let until = Instant::now() + RACE;
    let sequence_writers =
        futures::future::join_all((0..5).map(|_| write_sequence(event.pool(), until)));
    let feed_writers = futures::future::join_all((0..4).map(|_| write_feed(&event, until)));
    let done = std::sync::atomic::AtomicBool::new(false);
    let writers = async {
        let (by_sequence, by_feed) = tokio::join!(sequence_writers, feed_writers);
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        (by_sequence.concat(), by_feed.concat())
    };
    let ((by_sequence, by_feed), seen_by_sequence, seen_by_feed) = tokio::join!(
        writers,
        read_sequence(event.pool(), &done),
        read_feed(&event, &done)
    );
    let missed = |committed: &[i64], seen: &BTreeSet<i64>| {
        committed.iter().filter(|id| !seen.contains(id)).count()
    };
    let by_cursor = missed(&by_feed, &seen_by_feed);
    let by_number = missed(&by_sequence, &seen_by_sequence);
    println!(
        "sequence: {by_number} of {} missed; feed: {by_cursor} of {} missed",
        by_sequence.len(),
        by_feed.len()
    );
    assert!(by_feed.len() > 50, "the writers wrote: {}", by_feed.len());
    assert!(
        by_number > 0,
        "a cursor over a sequence misses rows: the race is real"
    );
    assert_eq!(by_cursor, 0, "F1: the feed misses none");
}

fn pause_ms() -> f64 {
    let mut byte = [0];
    OsRandom.fill(&mut byte);
    f64::from(byte[0]) / 255.0 * 0.01
}

fn rolls_back() -> bool {
    let mut byte = [0];
    OsRandom.fill(&mut byte);
    byte[0] < 26
}

async fn hold(conn: &mut sqlx::PgConnection, seconds: f64) {
    sqlx::query("select pg_sleep($1)")
        .bind(seconds)
        .execute(conn)
        .await
        .unwrap();
}

async fn write_sequence(pool: &PgPool, until: Instant) -> Vec<i64> {
    let mut committed = Vec::new();
    while Instant::now() < until {
        let mut tx = transaction::begin(pool).await.unwrap();
        let id: i64 = sqlx::query_scalar("select nextval('race_ids')")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        hold(&mut tx, pause_ms()).await;
        sqlx::query("insert into race values ($1)")
            .bind(id)
            .execute(&mut *tx)
            .await
            .unwrap();
        hold(&mut tx, pause_ms()).await;
        if rolls_back() {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
            committed.push(id);
        }
    }
    committed
}

async fn write_feed(event: &Event<'_>, until: Instant) -> Vec<i64> {
    let mut committed = Vec::new();
    while Instant::now() < until {
        let mut tx = transaction::begin(event.pool()).await.unwrap();
        event.begin_change(&mut tx).await;
        let no = {
            let mut bytes = [0; 2];
            OsRandom.fill(&mut bytes);
            i32::from(u16::from_be_bytes(bytes)).max(1)
        };
        let inserted = sqlx::query(
            "insert into gates (organizer_id, event_id, no, name) values ($1, $2, $3, 'Porte') on conflict do nothing",
        )
        .bind(event.organizer.0)
        .bind(event.id.0)
        .bind(no)
        .execute(&mut *tx)
        .await
        .unwrap();
        hold(&mut tx, pause_ms() / 3.0).await;
        if rolls_back() {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
            if inserted.rows_affected() == 1 {
                committed.push(i64::from(no));
            }
        }
    }
    committed
}

async fn read_sequence(pool: &PgPool, done: &std::sync::atomic::AtomicBool) -> BTreeSet<i64> {
    let mut seen = BTreeSet::new();
    loop {
        let over = done.load(std::sync::atomic::Ordering::SeqCst);
        let last = seen.last().copied().unwrap_or(0);
        let rows: Vec<i64> =
            sqlx::query_scalar("select id from race where id > $1 order by id limit 50")
                .bind(last)
                .fetch_all(pool)
                .await
                .unwrap();
        if over && rows.is_empty() {
            return seen;
        }
        seen.extend(rows);
    }
}

async fn read_feed(event: &Event<'_>, done: &std::sync::atomic::AtomicBool) -> BTreeSet<i64> {
    let mut seen = BTreeSet::new();
    let mut cursor = None;
    loop {
        let over = done.load(std::sync::atomic::Ordering::SeqCst);
        let pull = Pull {
            organizer: event.organizer,
            event: event.id,
            cursor: cursor.take(),
            limit: 50,
            signed_version: None,
        };
        let page = feed::read_page(event.pool(), &pull, 0).await.unwrap();
        if over && page.entries.is_empty() && !page.has_more {
            return seen;
        }
        seen.extend(page.entries.iter().filter_map(|entry| match entry {
            shared::wire::latest::PageEntry::Gate(row) => Some(i64::from(row.no.0)),
            _ => None,
        }));
        cursor = Some(Cursor::decode(&page.cursor).unwrap());
    }
}

/// F7.
#[tokio::test]
async fn a_write_outside_begin_change_fails() {
    let server = TestServer::start().await;
    let event = server.event("f7").await;
    let ticket = event.tickets(1).await[0];
    let outside = sqlx::query("update tickets set status = 1 where id = $1")
        .bind(ticket.to_i64())
        .execute(event.pool())
        .await
        .unwrap_err();
    assert!(
        outside.to_string().contains("outside begin_change"),
        "{outside}"
    );
    let other = server
        .event_of(event.organizer, server.person("Other").await)
        .await;
    let mut tx = transaction::begin(event.pool()).await.unwrap();
    other.begin_change(&mut tx).await;
    let of_other = sqlx::query("update tickets set status = 1 where id = $1")
        .bind(ticket.to_i64())
        .execute(&mut *tx)
        .await
        .unwrap_err();
    assert!(
        of_other.to_string().contains("outside begin_change"),
        "{of_other}"
    );
}

/// F2, F3, F4, F5.
#[tokio::test]
async fn any_size_of_pages_gives_the_servers_roster() {
    let server = TestServer::start().await;
    let event = server.event("pages").await;
    let tickets = event.tickets(30).await;
    let mut device = event.device("A").await;
    let facts = device.write(tickets.iter().take(7).map(|t| entry(*t, 1)).collect());
    device.upload(&facts).await;
    event.set_status(tickets[3], TicketStatus::Refunded).await;
    event.tickets(5).await;
    let whole = device.replica(50_000).await;
    assert_eq!(whole.tickets, event.ticket_rows().await, "F2");
    assert_eq!(whole.facts.len(), 8, "the opening and seven entries");
    assert!(whole.others.contains_key("event") && whole.others.contains_key("gate 2"));
    for limit in [1, 2, 3, 7, 36] {
        assert_eq!(device.replica(limit).await, whole, "F3: pages of {limit}");
    }

    // F4: a client half-way, while rows that it has and has not seen change.
    let first = device.page(None, 10, 0).await;
    let mut half = Replica::default();
    half.apply(&first);
    event
        .set_status(first.tickets[0].id, TicketStatus::Blocked)
        .await;
    event.set_status(tickets[29], TicketStatus::Revoked).await;
    let mut cursor = first.cursor;
    loop {
        let page = device.page(Some(&cursor), 10, 0).await;
        half.apply(&page);
        cursor = page.cursor.clone();
        if !page.has_more {
            break;
        }
    }
    assert_eq!(half.tickets, event.ticket_rows().await, "F4");
}

#[tokio::test]
async fn a_catch_up_ends_with_a_checksum_that_holds() {
    let server = TestServer::start().await;
    let event = server.event("checksum").await;
    let tickets = event.tickets(25).await;
    event.set_status(tickets[0], TicketStatus::Refunded).await;
    let device = event.device("A").await;
    let mut replica = Replica::default();
    let last = replica.catch_up(&device, 10).await;
    let mut sum = Checksum::default();
    replica.tickets.values().for_each(|row| sum.add(row));
    assert_eq!(last.checksum, Some((sum.rows, sum.xor)));
    let quiet = device.page(Some(&last.cursor), 10, 0).await;
    assert_eq!(quiet.checksum, None, "not again at once");
    server.clock.advance(3_600_000);
    let mut device = device;
    device.log_in().await;
    let later = device.page(Some(&quiet.cursor), 10, 0).await;
    assert_eq!(later.checksum, Some((sum.rows, sum.xor)), "once an hour");
}

#[tokio::test]
async fn the_first_page_bars_ids_ahead_of_their_rows() {
    let server = TestServer::start().await;
    let event = server.event("barred").await;
    let tickets = event.tickets(20).await;
    event.set_status(tickets[19], TicketStatus::Blocked).await;
    let device = event.device("A").await;
    let first = device.page(None, 1, 0).await;
    assert_eq!(first.barred, [(tickets[19], TicketStatus::Blocked)]);
    let second = device.page(Some(&first.cursor), 1, 0).await;
    assert_eq!(second.barred, []);
}

/// F6.
#[tokio::test]
async fn a_cursor_of_another_life_and_one_beyond_the_head_need_a_reset() {
    let server = TestServer::start().await;
    let event = server.event("epoch").await;
    event.tickets(3).await;
    let device = event.device("A").await;
    let page = device.page(None, 100, 0).await;
    let mut beyond = Cursor::decode(&page.cursor).unwrap();
    beyond.seq += 1;
    let path = device.changes_path(Some(&beyond.encode()), 100, 0);
    device.get(&path).await.error(410, "reset_required");
    for garbage in ["x", "", "%00", "AAAA", "1234567890abcdef"] {
        let path = device.changes_path(Some(garbage), 100, 0);
        device.get(&path).await.error(400, "invalid_cursor");
    }
    assert!(
        feed::new_epoch(event.pool(), event.id, &mut OsRandom)
            .await
            .unwrap()
    );
    let path = device.changes_path(Some(&page.cursor), 100, 0);
    device.get(&path).await.error(410, "reset_required");
    assert_eq!(device.replica(2).await.tickets, event.ticket_rows().await);
}

#[tokio::test]
async fn a_waiting_device_hears_of_a_change_and_else_is_let_go() {
    let server = TestServer::start().await;
    let event = server.event("wait").await;
    let device = event.device("A").await;
    let page = device.page(None, 100, 0).await;
    let began = Instant::now();
    let (told, ticket) = tokio::join!(device.page(Some(&page.cursor), 100, 20), event.tickets(1));
    assert_eq!(
        told.tickets.len(),
        1,
        "written by another part of the server"
    );
    assert_eq!(told.tickets[0].id, ticket[0]);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let began = Instant::now();
    let quiet = device.page(Some(&told.cursor), 100, 1).await;
    assert!(quiet.tickets.is_empty() && began.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn only_a_device_of_the_event_gets_its_roster() {
    let server = TestServer::start().await;
    let event = server.event("mine").await;
    let other = server.event("theirs").await;
    let device = event.device("A").await;
    let path = format!("/api/v1/sync/events/{}/changes", other.id);
    device.get(&path).await.error(404, "not_found");
    let path = device.changes_path(None, 10, 0);
    server.get(&path).await.error(401, "unauthenticated");
    event.owner.get(&path).await.error(401, "unauthenticated");
    let request = device
        .request(reqwest::Method::GET, &path)
        .header("hub-protocol", "0");
    let old = crate::support::Answer::of(request).await;
    assert_eq!(old.status, 200, "two headers: the first counts");
    let request = server
        .request(reqwest::Method::GET, &path)
        .header("authorization", format!("Device {}", device.token))
        .header("hub-protocol", "0");
    crate::support::Answer::of(request)
        .await
        .error(426, "upgrade_required");
}

/// At most 12 bytes a ticket on the wire for the whole answer; the time is of a debug build.
#[tokio::test]
async fn the_first_sync_of_fifty_thousand_tickets_is_small() {
    let server = TestServer::start().await;
    let event = server.event("big").await;
    let mut tickets: Vec<TicketId> = Vec::new();
    for _ in 0..5 {
        tickets.extend(event.tickets(10_000).await);
    }
    sqlx::query("analyze").execute(event.pool()).await.unwrap();
    let device = event.device("A").await;
    let began = Instant::now();
    let mut bytes = 0;
    let mut seen = 0;
    let mut cursor: Option<String> = None;
    loop {
        let path = device.changes_path(cursor.as_deref(), 50_000, 0);
        // Without the client's own decompression: what is on the wire counts.
        let raw = reqwest::Client::builder()
            .no_zstd()
            .no_gzip()
            .build()
            .unwrap();
        let response = raw
            .get(server.url(&path))
            .header("authorization", format!("Device {}", device.token))
            .header("accept-encoding", "zstd")
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["content-encoding"], "zstd");
        let body = response.bytes().await.unwrap();
        bytes += body.len();
        let page = device.page(cursor.as_deref(), 50_000, 0).await;
        seen += page.tickets.len();
        cursor = Some(page.cursor);
        if !page.has_more {
            break;
        }
    }
    let per_ticket = bytes as f64 / tickets.len() as f64;
    println!(
        "first sync: {per_ticket:.2} bytes a ticket, {:?} for two pulls (debug build)",
        began.elapsed()
    );
    assert_eq!(seen, 50_000);
    assert!(per_ticket <= 12.0, "{per_ticket}");
}

/// An idle device hears of a change at once: what `roster.live_ms` measures on an idle machine. Here only that no change waits
/// for the next poll, whoever wrote it.
#[tokio::test]
async fn an_idle_device_hears_of_each_change_and_of_a_new_device_without_polling() {
    let server = TestServer::start().await;
    let event = server.event("idle").await;
    let device = event.device("A").await;
    let mut cursor = device.page(None, 100, 0).await.cursor;
    let mut took = Vec::new();
    for _ in 0..40 {
        let changed = async {
            // Most often the request is waiting by then; if not, the change is in its first reading.
            tokio::task::yield_now().await;
            let ticket = event.tickets(1).await;
            server.app.door.watch.changed(event.id);
            (Instant::now(), ticket)
        };
        let heard = async { (device.page(Some(&cursor), 100, 20).await, Instant::now()) };
        let ((page, heard), (written, ticket)) = tokio::join!(heard, changed);
        assert_eq!(page.tickets.len(), 1);
        assert_eq!(page.tickets[0].id, ticket[0]);
        took.push(heard.saturating_duration_since(written));
        cursor = page.cursor;
    }
    took.sort_unstable();
    println!(
        "an idle device hears of a change after {:?} (p50), {:?} (p95)",
        took[20], took[38]
    );
    assert!(took[20] < Duration::from_secs(5), "{took:?}");
    // Another device is enrolled: no row of the feed, and told all the same.
    let before = device.page(Some(&cursor), 100, 0).await;
    let began = Instant::now();
    let (told, _) = tokio::join!(device.page(Some(&cursor), 100, 20), event.device("B"));
    assert!(told.tickets.is_empty() && told.signed_version > before.signed_version);
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
}
