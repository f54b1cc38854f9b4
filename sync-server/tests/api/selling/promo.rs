//! Codes through the API: what they take off, who may use them, and that no limit is passed.

use serde_json::{Value, json};
use shared::ids::{OrderId, PaymentId, PromoId};
use shared::money::{Currency, Money};
use sync_server::accounts::Role;
use sync_server::edge::OsRandom;
use sync_server::orders::expire::expire;
use sync_server::payments::{Notification, Outcome, Settlement, settle};

use super::refused;
use crate::support::TestServer;
use crate::support::stall::{order_id, text};

const TEN_PERCENT: &str = r#"{"percent_basis_points": 1000}"#;

fn terms(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[tokio::test]
async fn what_a_code_takes_off_is_the_same_in_order_tickets_ledger_and_mail() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (1_001, 50)]).await;
    let code = stall.code("NOEL10", terms(TEN_PERCENT)).await;
    let held = stall.hold_coded(&[(1, 2), (2, 3)], " noel10 ").await.ok();
    // 98,03 less 9,80: of 68,00 6,80, of 30,03 3,00.
    assert_eq!(held["total_minor"], 8_823);
    assert_eq!(held["discount_minor"], 980);
    assert_eq!(held["promo_code"], "NOEL10");
    assert_eq!(held["lines"][0]["unit_minor"], 3_400);
    assert_eq!(held["lines"][0]["discount_minor"], 680);
    assert_eq!(held["lines"][1]["discount_minor"], 300);
    assert_eq!(stall.taken(code).await, 1);

    let paid = stall.pay(&held, "accept").await.ok();
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 5);
    let prices: Vec<i64> = sqlx::query_scalar(
        "select price_minor from tickets where event_id = $1 order by series_no",
    )
    .bind(stall.event.0)
    .fetch_all(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(prices, [3_060, 3_060, 901, 901, 901]);
    // 5 % of what was paid, and nothing of what was not.
    assert_eq!(stall.ledger().await, [8_823, -441, 0, 0]);
    let mailed: Value =
        sqlx::query_scalar("select payload->'discount' from outbox where template = 'tickets'")
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
    assert_eq!(
        mailed,
        json!({"code": "NOEL10", "minor": 980, "currency": "EUR"})
    );
}

#[tokio::test]
async fn of_many_who_ask_at_once_no_more_have_the_code_than_may() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let limit = terms(r#"{"amount_minor": 500, "most_uses": 3}"#);
    let code = stall.code("TROIS", limit).await;
    let asks = (0..12).map(|_| stall.hold_coded(&[(1, 1)], "TROIS"));
    let answers = futures::future::join_all(asks).await;
    let (held, others): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status.is_success());
    assert_eq!(held.len(), 3);
    for answer in others {
        assert_eq!(refused(answer), "used_up");
    }
    assert_eq!(stall.taken(code).await, 3);
    assert_eq!(
        stall.stock().await,
        (3, 0, 97),
        "who was refused holds nothing"
    );
    let by_hand = sqlx::query("update promo_codes set taken = 4 where id = $1").bind(code.0);
    assert!(
        by_hand.execute(&server.app.pool).await.is_err(),
        "the table's constraint stands behind it"
    );
}

#[tokio::test]
async fn a_use_comes_back_with_the_places_and_stays_with_what_was_paid() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let once = terms(r#"{"percent_basis_points": 5000, "most_uses": 1}"#);
    let code = stall.code("UNIQUE", once).await;
    let hold = async || stall.hold_coded(&[(1, 1)], "UNIQUE").await;
    let first = hold().await.ok();
    assert_eq!(refused(&hold().await), "used_up");
    stall.cancelled(&first).await;
    stall.cancelled(&first).await;
    assert_eq!(stall.taken(code).await, 0, "given up twice, freed once");

    hold().await.ok();
    server.clock.advance(600_000);
    expire(&server.app.pool, server.now_ms()).await.unwrap();
    assert_eq!(stall.taken(code).await, 0);

    let paid = hold().await.ok();
    stall.pay(&paid, "accept").await.ok();
    assert_eq!(refused(&hold().await), "used_up");
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let refund = json!({"id": OrderId::new(server.now_ms(), &mut OsRandom), "amount_minor": 1_700, "reason": "Empêchement"});
    let path = format!("/api/v1/orders/{}/refunds", text(&paid["id"]));
    clerk.post(&path, &refund).await.ok();
    assert_eq!(
        refused(&hold().await),
        "used_up",
        "a refund gives no use back"
    );
    assert_eq!(stall.ledger().await, [1_700, -85, -1_700, 85]);
}

#[tokio::test]
async fn each_refusal_says_why_and_holds_nothing() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (2_000, 100)]).await;
    let now = server.now_ms();
    stall
        .code(
            "DEMAIN",
            json!({"percent_basis_points": 1000, "from_ms": now + 1}),
        )
        .await;
    stall
        .code(
            "HIER",
            json!({"percent_basis_points": 1000, "until_ms": now}),
        )
        .await;
    stall
        .code(
            "REDUIT",
            json!({"percent_basis_points": 1000, "types": [2]}),
        )
        .await;
    stall
        .code(
            "GRAND",
            json!({"percent_basis_points": 1000, "minimum_minor": 10_000}),
        )
        .await;
    let why = async |code| refused(&stall.hold_coded(&[(1, 1)], code).await);
    for (code, reason) in [
        ("JAMAIS", "unknown"),
        ("<script>", "unknown"),
        ("DEMAIN", "not_yet"),
        ("HIER", "over"),
        ("REDUIT", "other_types"),
        ("GRAND", "below_minimum"),
    ] {
        assert_eq!(why(code).await, reason, "{code}");
    }
    let long = "X".repeat(10_000);
    assert_eq!(why(&long).await, "unknown");
    let other = server.stall(&[(3_400, 1)]).await;
    assert_eq!(
        refused(&other.hold_coded(&[(1, 1)], "REDUIT").await),
        "unknown",
        "another organizer's code is none"
    );
    assert_eq!(stall.stock().await, (0, 0, 100));
    let all = stall.hold_coded(&[(1, 3)], "GRAND").await.ok();
    assert_eq!(all["total_minor"], 9_180);
}

#[tokio::test]
async fn a_code_for_each_person_once_knows_them_by_address_and_by_account() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let once = json!({"amount_minor": 1_000, "most_per_person": 1});
    stall.code("MERCI", once).await;
    let hold = async |email| {
        let body = stall.coded(&[(1, 1)], "MERCI", email);
        server.post("/api/v1/orders", &body).await
    };
    hold("lea@example.org").await.ok();
    assert_eq!(refused(&hold("LEA@example.org").await), "used_before");
    hold("max@example.org").await.ok();

    let buyer = server.person("Camille Roux").await;
    let theirs = stall.coded(&[(1, 1)], "MERCI", "one@example.org");
    buyer.post("/api/v1/orders", &theirs).await.ok();
    let again = stall.coded(&[(1, 1)], "MERCI", "two@example.org");
    assert_eq!(
        refused(&buyer.post("/api/v1/orders", &again).await),
        "used_before"
    );
}

#[tokio::test]
async fn a_first_order_is_the_first_that_was_paid_and_only_one_at_a_time() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let first = json!({"percent_basis_points": 1000, "first_order": true});
    stall.code("BIENVENUE", first).await;
    let hold = async || stall.hold_coded(&[(1, 1)], "BIENVENUE").await;
    stall.held(&[(1, 1)]).await;
    let held = hold().await.ok();
    assert_eq!(
        refused(&hold().await),
        "used_before",
        "two at once are not both the first"
    );
    stall.cancelled(&held).await;
    let bought = stall.held(&[(1, 1)]).await;
    stall.pay(&bought, "accept").await.ok();
    assert_eq!(refused(&hold().await), "not_first_order");
    let other = server.stall(&[(3_400, 100)]).await;
    other
        .code(
            "BIENVENUE",
            json!({"percent_basis_points": 1000, "first_order": true}),
        )
        .await;
    other.hold_coded(&[(1, 1)], "BIENVENUE").await.ok();
}

#[tokio::test]
async fn the_price_of_a_hold_stays_whatever_becomes_of_the_code() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let code = stall.code("ETE", terms(TEN_PERCENT)).await;
    let held = stall.hold_coded(&[(1, 1)], "ETE").await.ok();
    let manager = server
        .member(stall.organizer, Role::Manager, "Lou Martin")
        .await;
    let path = format!("/api/v1/organizers/{}/promo-codes/{code}", stall.organizer);
    let less = json!({"code": "ETE", "percent_basis_points": 100, "event_id": stall.event});
    manager.put(&path, &less).await.ok();
    manager.post(&format!("{path}/end"), &json!({})).await.ok();
    assert_eq!(refused(&stall.hold_coded(&[(1, 1)], "ETE").await), "over");
    let paid = stall.pay(&held, "accept").await.ok();
    assert_eq!(paid["total_minor"], 3_060);
    assert_eq!(stall.ledger().await[0], 3_060);
}

#[tokio::test]
async fn the_same_request_again_takes_one_use_also_when_none_is_left() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let once = json!({"amount_minor": 500, "most_uses": 1});
    let code = stall.code("UNE", once).await;
    let body = stall.coded(&[(1, 1)], "UNE", "camille@example.org");
    let first = server.post("/api/v1/orders", &body).await.ok();
    let again = server.post("/api/v1/orders", &body).await.ok();
    assert_eq!(first["secret"], again["secret"]);
    assert_eq!(stall.taken(code).await, 1);
}

#[tokio::test]
async fn an_order_that_a_code_makes_free_has_its_tickets_without_a_provider() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    stall
        .code("INVITE", json!({"percent_basis_points": 10_000}))
        .await;
    let held = stall.hold_coded(&[(1, 2)], "INVITE").await.ok();
    assert_eq!(
        (&held["total_minor"], &held["discount_minor"]),
        (&json!(0), &json!(6_800))
    );
    let paid = stall.pay(&held, "no such method").await.ok();
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 2);
    assert_eq!(stall.ledger().await, [0; 4]);
}

/// The bank says yes to the first payment that was begun.
async fn late_payment(server: &TestServer, order: &Value, minor: i64) -> Settlement {
    let payment: uuid::Uuid = sqlx::query_scalar(
        "select id from payments where order_id = $1 order by created_ms limit 1",
    )
    .bind(order_id(order).0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    let notification = Notification {
        payment: PaymentId(payment),
        order: order_id(order),
        reference: payment.to_string(),
        outcome: Outcome::Succeeded(Money::new(minor, Currency::Eur)),
    };
    settle(&server.app, &notification).await.unwrap()
}

#[tokio::test]
async fn money_that_comes_late_has_the_use_again_or_goes_back() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let once = json!({"amount_minor": 400, "most_uses": 1});
    let code = stall.code("TARD", once).await;
    let late = async || {
        let held = stall.hold_coded(&[(1, 1)], "TARD").await.ok();
        stall.pay_nowait(&held, "hang").await.ok();
        server.clock.advance(600_000);
        expire(&server.app.pool, server.now_ms()).await.unwrap();
        held
    };
    let lost = late().await;
    let kept = late().await;
    assert_eq!(stall.taken(code).await, 0);
    assert_eq!(late_payment(&server, &kept, 3_000).await, Settlement::Paid);
    assert_eq!(stall.taken(code).await, 1);
    assert_eq!(
        late_payment(&server, &lost, 3_000).await,
        Settlement::Returned,
        "no price of a code that another has by now, and no money without ticket"
    );
    assert_eq!(stall.taken(code).await, 1);
    assert_eq!(stall.stock().await, (0, 1, 99));
}

#[tokio::test]
async fn codes_are_made_by_those_who_edit_events_and_no_word_means_two_things() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let manager = server
        .member(stall.organizer, Role::Manager, "Lou Martin")
        .await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let path = format!("/api/v1/organizers/{}/promo-codes", stall.organizer);
    let new = |code: &str| {
        json!({"id": PromoId::new(server.now_ms(), &mut OsRandom), "code": code, "percent_basis_points": 1000,
               "most_uses": 2})
    };
    let body = new("partout");
    clerk.post(&path, &body).await.error(403, "forbidden");
    assert_eq!(manager.post(&path, &body).await.status, 201);
    assert_eq!(manager.post(&path, &body).await.status, 200, "a repeat");
    let twice = manager.post(&path, &new("PARTOUT")).await;
    twice.error(409, "already_exists");
    // Of one event it is another thing, and comes first there.
    stall
        .code("PARTOUT", json!({"percent_basis_points": 2000}))
        .await;
    let held = stall.hold_coded(&[(1, 1)], "partout").await.ok();
    assert_eq!(held["discount_minor"], 680);

    stall
        .code("DEUX", json!({"percent_basis_points": 1000}))
        .await;
    let listed = clerk.get(&path).await.ok();
    let mut uses: Vec<(&str, i64)> = listed["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| (text(&code["code"]), code["taken"].as_i64().unwrap()))
        .collect();
    uses.sort_unstable();
    assert_eq!(uses, [("DEUX", 0), ("PARTOUT", 0), ("PARTOUT", 1)]);

    let id = text(&body["id"]);
    let change = format!("{path}/{id}");
    let types = json!({"code": "PARTOUT", "percent_basis_points": 1000, "types": [1]});
    manager
        .put(&change, &types)
        .await
        .error(400, "invalid_request");
    let stranger = server.stall(&[(3_400, 1)]).await;
    let theirs = format!("/api/v1/organizers/{}/promo-codes/{id}", stranger.organizer);
    let admin = server
        .member(stranger.organizer, Role::Owner, "Ines Blanc")
        .await;
    admin
        .put(&theirs, &new("X99"))
        .await
        .error(404, "not_found");
    manager
        .post(&format!("{change}/end"), &json!({}))
        .await
        .ok();
    manager
        .put(&change, &new("PARTOUT"))
        .await
        .error(409, "conflict");
    assert_eq!(
        manager.post(&path, &new("PARTOUT")).await.status,
        201,
        "the word is free again"
    );
}

#[tokio::test]
async fn a_limit_is_not_set_below_the_orders_that_have_the_code() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let code = stall.code("CINQ", terms(TEN_PERCENT)).await;
    for _ in 0..2 {
        stall.hold_coded(&[(1, 1)], "CINQ").await.ok();
    }
    let manager = server
        .member(stall.organizer, Role::Manager, "Lou Martin")
        .await;
    let path = format!("/api/v1/organizers/{}/promo-codes/{code}", stall.organizer);
    let most = |most: u32| json!({"code": "CINQ", "percent_basis_points": 1000, "most_uses": most});
    let refused = manager.put(&path, &most(1)).await.error(409, "conflict");
    assert_eq!(refused["fields"]["most_uses"], "must be at least 2");
    assert_eq!(manager.put(&path, &most(2)).await.ok()["taken"], 2);
}
