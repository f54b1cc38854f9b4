//! Holding, paying, cancelling, listing.

use reqwest::Method;
use serde_json::json;
use sync_server::accounts::Role;
use sync_server::database::transaction;
use sync_server::orders::expire::expire;

use crate::support::stall::{order_id, text};
use crate::support::{Answer, TestServer};

#[tokio::test]
async fn a_guest_holds_pays_and_has_tickets() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 100), (1200, 50)]).await;
    let held = stall.held(&[(2, 1), (1, 2)]).await;
    assert_eq!(held["state"], "held");
    assert_eq!(held["total_minor"], 8000);
    assert_eq!(held["expires_ms"], server.now_ms() + 600_000);
    assert!(text(&held["code"]).starts_with("TH-"), "{held}");
    assert!(
        text(&held["link"]).contains(text(&held["secret"])),
        "{held}"
    );
    assert_eq!(stall.stock().await, (2, 0, 98));

    let paid = stall.pay(&held, "accept").await.ok();
    assert_eq!(paid["state"], "paid");
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 3);
    assert!(paid.get("secret").is_none(), "it is told once: {paid}");
    assert_eq!(stall.stock().await, (0, 2, 98));

    let path = format!("/api/v1/orders/{}", text(&held["id"]));
    let with_secret = format!("{path}?secret={}", text(&held["secret"]));
    assert_eq!(server.get(&with_secret).await.ok()["state"], "paid");
    server.get(&path).await.error(404, "not_found");
    let wrong = format!("{path}?secret=AAAAAAAAAAAAAAAAAAAAAA");
    server.get(&wrong).await.error(404, "not_found");

    let mails = "select count(*) from outbox where template = 'tickets' and dedupe_key = 'tickets/' || $1::uuid";
    assert_eq!(server.number(mails, order_id(&held).0).await, 1);
    let linked: String = sqlx::query_scalar("select payload->>'link' from outbox")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(linked, text(&held["link"]));
}

#[tokio::test]
async fn the_same_request_again_is_the_same_order_and_another_is_refused() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 3)]).await;
    let body = serde_json::to_value(stall.request(&[(1, 3)])).unwrap();
    let first = server.post("/api/v1/orders", &body).await;
    assert_eq!(first.status, 201);
    // Nothing is left, and yet it is not sold out: it is theirs.
    let again = server.post("/api/v1/orders", &body).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.ok(), first.ok());
    assert_eq!(stall.stock().await, (3, 0, 0));

    let mut other = body.clone();
    other["lines"][0]["quantity"] = json!(1);
    let refused = server.post("/api/v1/orders", &other).await;
    refused.error(422, "idempotency_mismatch");
    let somebody = server.person("Alex Petit").await;
    let refused = somebody.post("/api/v1/orders", &body).await;
    refused.error(422, "idempotency_mismatch");

    stall.pay(&first.ok(), "accept").await.ok();
    let again = server.post("/api/v1/orders", &body).await.ok();
    assert_eq!(again["state"], "paid", "the present state");
    assert!(again.get("secret").is_none(), "only the mail has it now");
}

#[tokio::test]
async fn one_order_comes_of_a_request_sent_many_times_at_once() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 100)]).await;
    // Two that find nothing at the same moment are rare: so, many times.
    for order in 1..=40 {
        let body = serde_json::to_value(stall.request(&[(1, 2)])).unwrap();
        let answers =
            futures::future::join_all((0..12).map(|_| server.post("/api/v1/orders", &body))).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1);
        assert!(answers.iter().all(|answer| answer.ok() == answers[0].ok()));
        assert_eq!(stall.stock().await, (2 * order, 0, 100 - 2 * order));
    }
}

#[tokio::test]
async fn an_idempotency_key_is_bound_to_its_request() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 100)]).await;
    let send = async |body: &serde_json::Value| {
        let request = server.request(Method::POST, "/api/v1/orders");
        Answer::of(request.header("Idempotency-Key", "k-1").json(body)).await
    };
    let body = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
    assert_eq!(send(&body).await.status, 201);
    assert_eq!(send(&body).await.status, 200);
    let other = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
    send(&other).await.error(422, "idempotency_mismatch");
    assert_eq!(stall.stock().await, (1, 0, 99));
}

#[tokio::test]
async fn what_the_rules_forbid_is_refused_with_its_code() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let post = async |lines: &[(u16, u32)]| {
        let body = serde_json::to_value(stall.request(lines)).unwrap();
        server.post("/api/v1/orders", &body).await
    };
    post(&[(1, 6)]).await.error(409, "sold_out");
    post(&[(1, 11)]).await.error(409, "over_limit");
    post(&[(9, 1)]).await.error(400, "invalid_request");
    let body = post(&[]).await.error(400, "invalid_request");
    assert!(body["fields"]["lines"].is_string(), "{body}");
    let mut stranger = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
    stranger["event_id"] = json!("0197e2a0-0000-7000-8000-000000000001");
    let answer = server.post("/api/v1/orders", &stranger).await;
    answer.error(404, "not_found");
    let answer = server.post("/api/v1/orders", &json!({"id": 7})).await;
    answer.error(400, "malformed_body");
    server.clock.advance(5 * 3_600_000);
    post(&[(1, 1)]).await.error(409, "not_on_sale");
    assert_eq!(stall.stock().await, (0, 0, 5));
}

#[tokio::test]
async fn a_type_is_sold_in_its_window_only() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let mut tx = transaction::begin(&server.app.pool).await.unwrap();
    sync_server::database::transaction::begin_change(&mut tx, stall.organizer, stall.event)
        .await
        .unwrap();
    sqlx::query(
        "update ticket_types set sale_from_ms = $2, sale_until_ms = $2 + 1000 where event_id = $1",
    )
    .bind(stall.event.0)
    .bind(server.now_ms() + 1_000)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let post = async || {
        let body = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
        server.post("/api/v1/orders", &body).await
    };
    post().await.error(409, "not_on_sale");
    server.clock.advance(1_000);
    post().await.ok();
    server.clock.advance(1_000);
    post().await.error(409, "not_on_sale");
}

#[tokio::test]
async fn a_hold_whose_time_is_up_gives_its_places_back() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5), (100, 5)]).await;
    let held = stall.held(&[(1, 2), (2, 1)]).await;
    let kept = stall.bought(&[(1, 1)]).await;
    server.clock.advance(599_999);
    assert_eq!(expire(&server.app.pool, server.now_ms()).await.unwrap(), 0);
    server.clock.advance(1);
    assert_eq!(expire(&server.app.pool, server.now_ms()).await.unwrap(), 1);
    assert_eq!(stall.stock().await, (0, 1, 4));
    stall.pay(&held, "accept").await.error(409, "hold_expired");
    let path = format!(
        "/api/v1/orders/{}?secret={}",
        text(&kept["id"]),
        text(&kept["secret"])
    );
    assert_eq!(server.get(&path).await.ok()["state"], "paid");
}

#[tokio::test]
async fn a_held_order_is_given_up_and_a_paid_one_is_not() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let cancel = async |order: &serde_json::Value| {
        let path = format!(
            "/api/v1/orders/{}/cancel?secret={}",
            text(&order["id"]),
            text(&order["secret"])
        );
        server.post(&path, &json!({})).await
    };
    let held = stall.held(&[(1, 2)]).await;
    let stranger = format!("/api/v1/orders/{}/cancel", text(&held["id"]));
    server
        .post(&stranger, &json!({}))
        .await
        .error(404, "not_found");
    assert_eq!(cancel(&held).await.ok()["state"], "cancelled");
    assert_eq!(cancel(&held).await.ok()["state"], "cancelled");
    assert_eq!(stall.stock().await, (0, 0, 5));
    stall.pay(&held, "accept").await.error(409, "conflict");

    let bought = stall.bought(&[(1, 2)]).await;
    cancel(&bought).await.error(409, "conflict");
    assert_eq!(stall.stock().await, (0, 2, 3));
}

#[tokio::test]
async fn a_free_order_needs_no_provider() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 5)]).await;
    let held = stall.held(&[(1, 2)]).await;
    let paid = stall.pay(&held, "no such method").await.ok();
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 2);
    assert_eq!(stall.ledger().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn orders_are_listed_in_pages_to_those_who_may_see_them() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 50)]).await;
    let other = server.stall(&[(3400, 50)]).await;
    let buyer = server.person("Camille Roux").await;
    for _ in 0..3 {
        server.clock.advance(1_000);
        let body = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
        buyer.post("/api/v1/orders", &body).await.ok();
    }
    stall.held(&[(1, 1)]).await;
    other.held(&[(1, 1)]).await;

    let first = buyer.get("/api/v1/orders?limit=2").await.ok();
    assert_eq!(first["orders"].as_array().unwrap().len(), 2);
    let cursor = text(&first["cursor"]);
    let second = buyer
        .get(&format!("/api/v1/orders?limit=2&cursor={cursor}"))
        .await
        .ok();
    assert_eq!(second["orders"].as_array().unwrap().len(), 1);
    assert!(second["cursor"].is_null());
    let oldest = &second["orders"][0];
    assert_eq!(oldest["created_ms"], server.now_ms() - 2_000);
    let path = format!("/api/v1/orders/{}", text(&oldest["id"]));
    assert_eq!(buyer.get(&path).await.ok()["id"], oldest["id"]);
    buyer
        .get("/api/v1/orders?limit=0")
        .await
        .error(400, "invalid_request");
    buyer
        .get("/api/v1/orders?cursor=x")
        .await
        .error(400, "invalid_cursor");

    let count = |answer: Answer| answer.ok()["orders"].as_array().unwrap().len();
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let door = server
        .member(stall.organizer, Role::Door, "Lou Martin")
        .await;
    let organizers = format!("/api/v1/organizers/{}/orders", stall.organizer);
    assert_eq!(count(clerk.get(&organizers).await), 4);
    assert_eq!(count(clerk.get("/api/v1/orders/all").await), 4);
    assert_eq!(clerk.get(&path).await.ok()["id"], oldest["id"]);
    for stranger in [&door, &buyer] {
        stranger.get(&organizers).await.error(403, "forbidden");
        stranger
            .get("/api/v1/orders/all")
            .await
            .error(403, "forbidden");
    }
    door.get(&path).await.error(404, "not_found");
    server
        .get("/api/v1/orders")
        .await
        .error(401, "unauthenticated");

    let admin = server.person("Dominique Faure").await;
    sqlx::query("update accounts set is_platform_admin = true where id = $1")
        .bind(admin.id.0)
        .execute(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(count(admin.get("/api/v1/orders/all").await), 5);
}

#[tokio::test]
async fn payments_are_limited_for_each_order() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    for _ in 0..10 {
        stall
            .pay(&held, "decline")
            .await
            .error(402, "payment_declined");
    }
    let refused = stall.pay(&held, "accept").await;
    refused.error(429, "too_many_requests");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
}

/// Behind all rules of the program stand those of the rows, which are looked at when what they are about is written.
#[tokio::test]
async fn the_database_refuses_what_cannot_be_of_a_sale() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 100)]).await;
    stall.bought(&[(1, 1)]).await;
    for wrong in [
        "update orders set total_minor = -1 where event_id = $1",
        "update orders set donation_minor = -1 where event_id = $1",
        "update orders set discount_minor = -1 where event_id = $1",
        "update orders set refunded_minor = total_minor + 1 where event_id = $1",
        "update orders set refunded_minor = -1 where event_id = $1",
        "update orders set commission_basis_points = 10001 where event_id = $1",
        "update orders set promo_code = 'DIX' where event_id = $1",
        "update orders set email = null where event_id = $1",
        "update orders set state = 'lost', issued_ms = null where event_id = $1",
        "update orders set state = 'held', issued_ms = null, reserved_ms = 1, email = null where event_id = $1",
        "insert into orders select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'code', 'TH-X', 'issued_ms', null,
             'summary_seq', null, 'total_minor', -1))).* from orders o where event_id = $1",
        "update order_lines set quantity = 0 where event_id = $1",
        "update order_lines set quantity = 401 where event_id = $1",
        "update order_lines set unit_minor = -1 where event_id = $1",
        "update order_lines set discount_minor = unit_minor * quantity + 1 where event_id = $1",
        "update order_lines set discount_minor = -1 where event_id = $1",
        "update stock set held = -1 where event_id = $1",
        "update stock set sold = -1 where event_id = $1",
        "update stock set leased = -1 where event_id = $1",
        "update stock set quota = -1, sold = 0 where event_id = $1",
        "update stock set written_off = -1 where event_id = $1",
        "update stock set quota = 99, sold = 100 where event_id = $1",
        "update stock set held = quota + written_off - sold - leased + 1 where event_id = $1",
        "insert into stock (organizer_id, event_id, type_no, quota, sold)
             select organizer_id, event_id, 9, 1, 2 from stock where event_id = $1",
        "update tickets set id = -id where event_id = $1",
        "update tickets set status = 5 where event_id = $1",
        "update tickets set token = '\\x01' where event_id = $1",
        "update payments set amount_minor = -1 where event_id = $1",
        "update payments set fee_minor = 1 where event_id = $1",
        "update payments set destination = 'acct', fee_minor = -1 where event_id = $1",
        "update payments set means = 'gold' where event_id = $1",
        "update payments set state = 'lost' where event_id = $1",
        "insert into payments select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'reference', null,
             'amount_minor', -1))).* from payments p where event_id = $1",
    ] {
        let error = sqlx::query(wrong)
            .bind(stall.event.0)
            .execute(&server.app.pool)
            .await
            .unwrap_err();
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("23514"), "{wrong}: {error}");
    }
}
