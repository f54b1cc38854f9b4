//! Tickets from their order to their holder.

use std::time::Duration;

use futures::StreamExt as _;
use shared::ids::{KeyId, OrderId, Random, TicketId};
use shared::roster::TicketStatus;
use shared::ticket::{Presented, PublicKey, Qr, Token, read, verify};
use sqlx::Row as _;
use sync_server::accounts::Role;
use sync_server::app::App;
use sync_server::database::{Database, transaction};
use sync_server::edge::OsRandom;
use sync_server::orders::access::Holder;
use sync_server::orders::hold::hold;
use sync_server::orders::present::{Order, order_by_id};
use sync_server::payments::pay::pay;
use sync_server::tickets::issue::{IssueError, issue_batch};
use sync_server::tickets::{issuer, keys, rotation};

use crate::support::stall::{Stall, order_id, text};
use crate::support::{TestServer, until};

async fn living_key(stall: &Stall<'_>) -> KeyId {
    let id: i32 = sqlx::query_scalar(
        "select max(id) from signing_keys where event_id = $1 and revoked_ms is null",
    )
    .bind(stall.event.0)
    .fetch_one(&stall.server.app.pool)
    .await
    .unwrap();
    KeyId(id.cast_unsigned())
}

async fn new_key(stall: &Stall<'_>) -> KeyId {
    let app = &stall.server.app;
    let mut connection = app.pool.acquire().await.unwrap();
    keys::create_for_event(
        &mut connection,
        &app.vault,
        stall.organizer,
        stall.event,
        app.now_ms(),
    )
    .await
    .unwrap()
}

async fn end_key(stall: &Stall<'_>, key: KeyId) {
    let app = &stall.server.app;
    let ended = keys::revoke(&app.pool, stall.organizer, stall.event, key, app.now_ms()).await;
    assert!(ended.unwrap());
}

/// The order as it stands when its payment is on the disk and the server then dies.
async fn died_after_payment(stall: &Stall<'_>, order: &serde_json::Value) {
    let app = &stall.server.app;
    sqlx::query("update orders set state = 'paid', paid_ms = $2 where id = $1")
        .bind(order_id(order).0)
        .bind(app.now_ms())
        .execute(&app.pool)
        .await
        .unwrap();
}

fn ids(orders: &[Order]) -> Vec<OrderId> {
    orders.iter().map(|order| order.id).collect()
}

/// Checks that the series has no gap, and gives its length.
async fn unbroken(stall: &Stall<'_>) -> i64 {
    let (count, least, most, distinct): (i64, i64, i64, i64) = sqlx::query_as(
        "select count(*), min(series_no), max(series_no), count(distinct series_no) from tickets where event_id = $1",
    )
    .bind(stall.event.0)
    .fetch_one(&stall.server.app.pool)
    .await
    .unwrap();
    assert_eq!((least, most, distinct), (1, count, count));
    count
}

#[tokio::test]
async fn every_ticket_verifies_under_the_published_key() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10), (990, 10)]).await;
    let order = stall.bought(&[(1, 2), (2, 1)]).await;
    let rows = sqlx::query(
        "select t.id, t.token, t.type_no, t.status, k.public from tickets t join signing_keys k on k.id = t.key_id
         where t.order_id = $1",
    )
    .bind(order_id(&order).0)
    .fetch_all(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows {
        let public: Vec<u8> = row.get("public");
        let public = PublicKey::from_bytes(public.as_slice().try_into().unwrap()).unwrap();
        let bytes: Vec<u8> = row.get("token");
        let token = Token::from_bytes(bytes.as_slice().try_into().unwrap()).unwrap();
        let verified = verify(&Presented::plain(token), &public).unwrap();
        assert_eq!(verified.fields().ticket, TicketId::from_i64(row.get("id")));
        assert_eq!(
            i32::from(verified.fields().type_no.0),
            row.get::<i32, _>("type_no")
        );
        assert_eq!(row.get::<i16, _>("status"), TicketStatus::Valid as i16);
    }
    // F2's ground: every ticket is in the feed, and the checksum counts them.
    let fed = "select count(*) from feed_entries where event_id = $1 and kind = 5";
    assert_eq!(server.number(fed, stall.event.0).await, 3);
}

#[tokio::test]
async fn a_holder_sees_a_ticket_and_shows_its_code() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let path = format!("/api/v1/tickets/{}", text(&order["tickets"][0]));
    let secret = format!("?secret={}", text(&order["secret"]));
    let ticket = server.get(&format!("{path}{secret}")).await.ok();
    assert_eq!(ticket["series"], "W-1");
    assert_eq!(ticket["status"], "valid");
    assert_eq!(ticket["event_title"], "Nuit électrique");
    let shown = read(text(&ticket["code"])).unwrap();
    assert_eq!(shown.token().claimed().ticket.to_string(), ticket["id"]);

    let svg = server.get(&format!("{path}/qr.svg{secret}")).await;
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert_eq!(svg.text, Qr::ticket(&shown).unwrap().svg());
    let png = server.get(&format!("{path}/qr.png{secret}")).await;
    assert_eq!(png.header("content-type"), "image/png");
    assert_eq!(png.header("cache-control"), "private, no-store");

    let stranger = server.person("Camille Roux").await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    for rest in ["", "/qr.svg", "/qr.png"] {
        let path = format!("{path}{rest}");
        server.get(&path).await.error(404, "not_found");
        stranger.get(&path).await.error(404, "not_found");
        assert_eq!(clerk.get(&path).await.status, 200);
    }
    server
        .get("/api/v1/tickets/nonsense")
        .await
        .error(404, "not_found");
}

#[tokio::test]
async fn own_tickets_are_listed_in_pages() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 10)]).await;
    let buyer = server.person("Camille Roux").await;
    for quantity in [2, 1] {
        server.clock.advance(1_000);
        let request = stall.request(&[(1, quantity)]);
        let body = serde_json::to_value(&request).unwrap();
        buyer.post("/api/v1/orders", &body).await.ok();
        let path = format!("/api/v1/orders/{}/pay?wait_issued=2000", request.id);
        let pay = serde_json::json!({ "method": "accept" });
        buyer.post(&path, &pay).await.ok();
    }
    stall.bought(&[(1, 1)]).await;
    let first = buyer.get("/api/v1/tickets?limit=2").await.ok();
    let cursor = text(&first["cursor"]).to_owned();
    let second = buyer
        .get(&format!("/api/v1/tickets?limit=2&cursor={cursor}"))
        .await
        .ok();
    let ids: Vec<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["tickets"].as_array().unwrap())
        .map(|ticket| text(&ticket["id"]))
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(second["cursor"].is_null());
    assert_eq!(
        first["tickets"][0]["series"], "W-3",
        "the newest order first"
    );
}

#[tokio::test]
async fn a_rotating_ticket_has_no_picture_and_says_where_it_is_opened() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    stall
        .change("update ticket_types set rotating = true where event_id = $1")
        .await;
    let order = stall.bought(&[(1, 1)]).await;
    let path = format!("/api/v1/tickets/{}", text(&order["tickets"][0]));
    let secret = format!("?secret={}", text(&order["secret"]));
    let ticket = server.get(&format!("{path}{secret}")).await.ok();
    assert_eq!(ticket["rotating"], true);
    assert!(ticket["code"].is_null());
    let refused = server.get(&format!("{path}/qr.png{secret}")).await;
    let body = refused.error(409, "conflict");
    let page = format!("/orders/{}", text(&order["id"]));
    assert!(text(&body["detail"]).contains(&page), "{body}");
}

#[tokio::test]
async fn paid_orders_that_wait_are_found_by_the_sweep() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    let held = stall.held(&[(1, 2)]).await;
    died_after_payment(&stall, &held).await;
    issuer::sweep(&server.app).await.unwrap();
    until("the order is issued", async || {
        let issued = "select count(*) from orders where id = $1 and issued_ms is not null";
        server.number(issued, order_id(&held).0).await == 1
    })
    .await;
    assert_eq!(unbroken(&stall).await, 2);
}

#[tokio::test]
async fn a_key_of_another_master_key_is_named_and_nothing_is_half_issued() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    sqlx::query("update signing_keys set sealed_private = sealed_rotating where event_id = $1")
        .bind(stall.event.0)
        .execute(&server.app.pool)
        .await
        .unwrap();
    let held = stall.held(&[(1, 1)]).await;
    stall.pay_nowait(&held, "accept").await.ok();
    let failed = issue_batch(&server.app, &mut OsRandom, stall.ids(), Vec::new()).await;
    let error = failed.unwrap_err().to_string();
    assert!(
        error.contains("start the server with the master key"),
        "{error}"
    );
    let tickets = "select count(*) from tickets where event_id = $1";
    assert_eq!(server.number(tickets, stall.event.0).await, 0);
    let head = "select head from feeds where event_id = $1";
    assert_eq!(server.number(head, stall.event.0).await, 1);

    end_key(&stall, living_key(&stall).await).await;
    let failed = issue_batch(&server.app, &mut OsRandom, stall.ids(), Vec::new()).await;
    assert!(matches!(failed, Err(IssueError::NoKey(_))), "{failed:?}");
    new_key(&stall).await;
    issuer::sweep(&server.app).await.unwrap();
    until("the order is issued", async || {
        server.number(tickets, stall.event.0).await == 1
    })
    .await;
}

/// A5: PostgreSQL may have died and lost a payment that was handed over and that nobody was told of yet.
#[tokio::test]
async fn an_order_that_is_handed_over_and_is_not_paid_gets_no_ticket() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    // From now on the event is known to the issuer.
    stall.bought(&[(1, 1)]).await;
    let (lost, paid) = (stall.held(&[(1, 2)]).await, stall.held(&[(1, 1)]).await);
    died_after_payment(&stall, &paid).await;
    let mut handed = Vec::new();
    for order in [&lost, &paid] {
        let order = order_by_id(&server.app.pool, order_id(order)).await;
        handed.push(order.unwrap().unwrap());
    }
    let issued = issue_batch(&server.app, &mut OsRandom, stall.ids(), handed).await;
    assert_eq!(ids(&issued.unwrap().orders), [order_id(&paid)]);
    assert_eq!(unbroken(&stall).await, 2);
    let mails = "select count(*) from outbox where dedupe_key = 'tickets/' || $1::uuid";
    assert_eq!(server.number(mails, order_id(&lost).0).await, 0);
}

/// What the issuer remembers of an event is no longer true once somebody changes it.
#[tokio::test]
async fn a_ticket_is_what_its_type_is_when_it_is_signed() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    stall.bought(&[(1, 1)]).await;
    let key = new_key(&stall).await;
    stall
        .change("update ticket_types set home_gate = 7, window_no = 3 where event_id = $1")
        .await;
    let order = stall.bought(&[(1, 1)]).await;
    let row = sqlx::query("select key_id, home_gate, window_no from tickets where order_id = $1")
        .bind(order_id(&order).0)
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(row.get::<i32, _>("key_id"), key.0.cast_signed());
    assert_eq!(row.get::<i32, _>("home_gate"), 7);
    assert_eq!(row.get::<i32, _>("window_no"), 3);
}

/// Draws a given number first, then the system's.
struct First(Option<[u8; 8]>);

impl Random for First {
    fn fill(&mut self, bytes: &mut [u8]) {
        match self.0.take() {
            Some(first) => bytes.copy_from_slice(&first),
            None => OsRandom.fill(bytes),
        }
    }
}

#[tokio::test]
async fn a_number_drawn_before_is_drawn_again_and_leaves_no_gap() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 10)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let taken: TicketId = text(&order["tickets"][0]).parse().unwrap();
    let held = stall.held(&[(1, 2)]).await;
    died_after_payment(&stall, &held).await;
    let key = new_key(&stall).await;
    let mut random = First(Some((taken.0 << 1).to_be_bytes()));
    let issued = issue_batch(&server.app, &mut random, stall.ids(), Vec::new()).await;
    let issued = issued.unwrap();
    assert!(random.0.is_none(), "the taken number was drawn");
    assert_eq!(ids(&issued.orders), [order_id(&held)]);
    assert_eq!(unbroken(&stall).await, 3);
    let signed = "select count(*) from tickets where event_id = $1 and key_id = (select max(id) from signing_keys)";
    assert_eq!(
        server.number(signed, stall.event.0).await,
        2,
        "by the new key {key}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_issue_one_unbroken_series() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 500)]).await;
    let second = App::assemble(
        server.app.config.clone(),
        &Database::from_pool(server.app.pool.clone()),
        server.app.vault.clone(),
        server.clock.clone(),
    )
    .await
    .unwrap();
    let apps = [server.app.clone(), second];
    futures::stream::iter(0..80)
        .for_each_concurrent(16, |n| {
            let app = &apps[n % 2];
            let request = stall.request(&[(1, 1 + (n % 3) as u32)]);
            async move {
                let held = hold(app, &mut OsRandom, None, &request).await.unwrap();
                let holder = Holder {
                    account: None,
                    secret: held.secret.map(|secret| secret.to_text()),
                };
                let wait = Duration::ZERO;
                pay(app, &mut OsRandom, request.id, &holder, "accept", wait)
                    .await
                    .unwrap();
            }
        })
        .await;
    until("all is issued", async || {
        let waiting = "select count(*) from orders where event_id = $1 and issued_ms is null";
        server.number(waiting, stall.event.0).await == 0
    })
    .await;
    assert_eq!(unbroken(&stall).await, 159);
}

#[tokio::test]
async fn an_authorised_person_lets_a_ticket_in_once() {
    let server = TestServer::start().await;
    let event = server.event("scan").await;
    let ticket = event.tickets(1).await[0];
    let path = format!("/api/v1/tickets/scan/{ticket}");
    let door = server
        .member(event.organizer, Role::Door, "Lou Martin")
        .await;
    let viewer = server
        .member(event.organizer, Role::Viewer, "Alex Petit")
        .await;
    let at_gate = serde_json::json!({ "gate": 2 });
    viewer.post(&path, &at_gate).await.error(404, "not_found");
    server
        .post(&path, &at_gate)
        .await
        .error(401, "unauthenticated");

    let check = serde_json::json!({ "direction": "check_only", "gate": 2 });
    assert!(door.post(&path, &check).await.ok()["fact"].is_null());
    let entered_ms = server.now_ms();
    let admitted = door.post(&path, &at_gate).await.ok();
    assert_eq!(admitted["entry_no"], 1);
    assert!(admitted["fact"].is_string(), "{admitted}");
    server.clock.advance(60_000);
    let refused = door.post(&path, &at_gate).await;
    let body = refused.error(409, "entry_refused");
    assert_eq!(body["fields"]["reason"], "already_entered");
    assert_eq!(body["fields"]["entered_ms"], entered_ms.to_string());
    assert_eq!(body["fields"]["entered_gate"], "2");
}

/// Scans of one event wait for each other and are decided together: each knows those before it (A1, M1).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_scans_at_once_let_each_ticket_in_once() {
    let server = TestServer::start().await;
    let event = server.event("crowd").await;
    let tickets = event.tickets(20).await;
    let scans = tickets.iter().flat_map(|ticket| [ticket; 3]);
    let owner = &event.owner;
    let answers: Vec<_> = futures::stream::iter(scans)
        .map(|ticket| async move {
            let path = format!("/api/v1/tickets/scan/{ticket}");
            owner.post(&path, &serde_json::json!({})).await.status
        })
        .buffer_unordered(60)
        .collect()
        .await;
    let count = |status| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((count(200), count(409)), (20, 40), "{answers:?}");
    let seen = event.attendance().await;
    assert_eq!(
        (&seen["in"], &seen["refusals"], &seen["duplicates"]),
        (&20.into(), &40.into(), &0.into())
    );
    let facts = event.device("A").await.replica(100).await.facts();
    assert_eq!(
        facts.len(),
        61,
        "an opening, 20 entries and 40 refusals, in one journal without a gap"
    );
    let last = facts.iter().map(|fact| fact.seq).max();
    assert_eq!(last, Some(61));
}

/// What was read before somebody else wrote to the event decides nothing (A1, F5).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_scan_that_was_overtaken_looks_again() {
    let server = TestServer::start().await;
    let event = server.event("overtaken").await;
    let [first, second] = event.tickets(2).await[..] else {
        panic!("two were asked for");
    };
    let path = |ticket| format!("/api/v1/tickets/scan/{ticket}");
    let anywhere = serde_json::json!({});
    event.owner.post(&path(first), &anywhere).await.ok();
    let mut other = transaction::begin(event.pool()).await.unwrap();
    event.begin_change(&mut other).await;
    sqlx::query("update tickets set status = $2 where id = $1")
        .bind(second.to_i64())
        .bind(TicketStatus::Revoked as i16)
        .execute(&mut *other)
        .await
        .unwrap();
    let path = path(second);
    let (answer, ()) = tokio::join!(event.owner.post(&path, &anywhere), async {
        until("the scan waits for the event", async || {
            let waiting = "select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and $1::uuid is not null";
            server.number(waiting, event.id.0).await > 0
        })
        .await;
        other.commit().await.unwrap();
    });
    let body = answer.error(409, "entry_refused");
    assert_eq!(body["fields"]["reason"], "revoked");
}

#[tokio::test]
async fn a_changed_key_is_published_with_the_key_set() {
    let server = TestServer::start().await;
    let event = server.event("keys").await;
    let version = "select coalesce(max(version), 0) from signed_objects where kind = 'key_set' and organizer_id = $1";
    let before = server.number(version, event.organizer.0).await;
    let key = rotation::rotate(&server.app, event.organizer, event.id)
        .await
        .unwrap();
    let rotated = server.number(version, event.organizer.0).await;
    assert!(rotated > before, "{rotated} after {before}");
    rotation::revoke(&server.app, event.organizer, event.id, key)
        .await
        .unwrap();
    assert!(server.number(version, event.organizer.0).await > rotated);
    let revoked = server.number(version, event.organizer.0).await;
    rotation::revoke(&server.app, event.organizer, event.id, key)
        .await
        .expect("a repeat is no error");
    assert_eq!(
        server.number(version, event.organizer.0).await,
        revoked,
        "and changes nothing"
    );
    let unknown = rotation::revoke(&server.app, event.organizer, event.id, KeyId(9_999)).await;
    assert!(matches!(unknown, Err(rotation::ChangeKeysError::NoKey(..))));
}
