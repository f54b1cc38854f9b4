//! Promo codes at tills: the server gives uses of them, and no limit is passed whoever is cut off meanwhile.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use shared::fact::till::Means;
use shared::ids::{FactId, PromoId};
use shared::wire::latest::{Promotion, PromotionAnswer};
use sync_server::edge::OsRandom;

use crate::support::door::{Device, Event};
use crate::support::stall::{Stall, text};
use crate::support::till::{Till, full};
use crate::support::{Answer, TestServer};

const MINUTE: i64 = 60_000;

fn fact(server: &TestServer) -> FactId {
    FactId::new(server.now_ms(), &mut OsRandom)
}

fn stall<'a>(event: &Event<'a>) -> Stall<'a> {
    Stall {
        server: event.server,
        organizer: event.organizer,
        event: event.id,
    }
}

/// The body of a question: places as type, how many, price of one.
fn ask(event: &Event<'_>, code: &str, places: &[(u16, u32, u32)]) -> Value {
    let places: Vec<Value> = places
        .iter()
        .map(|(no, quantity, unit)| {
            json!({ "type_no": no, "quantity": quantity, "unit_minor": unit })
        })
        .collect();
    json!({ "event": event.id, "code": code, "currency": "EUR", "places": places })
}

async fn put(device: &Device<'_>, fact: FactId, body: &Value) -> Answer {
    let path = format!("/api/v1/sync/promotions/{fact}");
    Answer::of(device.request(Method::PUT, &path).json(body)).await
}

async fn answer(device: &Device<'_>, fact: FactId, body: &Value) -> PromotionAnswer {
    serde_json::from_value(put(device, fact, body).await.ok()).unwrap()
}

/// A use of the code for so many places at 34.00, and the fact that the till will write.
async fn granted(device: &Device<'_>, code: &str, places: u32) -> (FactId, Promotion) {
    let event = device.event;
    let fact = fact(event.server);
    let body = ask(event, code, &[(1, places, 3_400)]);
    match answer(device, fact, &body).await {
        PromotionAnswer::Reduced(promotion) => (fact, promotion),
        refused => panic!("{refused:?}"),
    }
}

async fn give_up(device: &Device<'_>, fact: FactId) {
    let path = format!("/api/v1/sync/promotions/{fact}/give-up");
    let answer = Answer::of(device.request(Method::POST, &path)).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

async fn state(event: &Event<'_>, fact: FactId) -> String {
    sqlx::query_scalar("select state from till_promotions where fact_id = $1")
        .bind(fact.0)
        .fetch_one(event.pool())
        .await
        .unwrap()
}

async fn code(event: &Event<'_>, word: &str, terms: Value) -> PromoId {
    stall(event).code(word, terms).await
}

async fn taken(event: &Event<'_>, code: PromoId) -> i64 {
    stall(event).taken(code).await
}

#[tokio::test]
async fn a_sale_with_a_code_costs_what_the_store_charges_and_is_an_order_with_it() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let terms = json!({ "amount_minor": 1_000, "most_uses": 2 });
    let promo = code(&event, "DIX", terms).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse du hall").await;
    let mut lent = till.device.top_up().await.tickets;
    lent.retain(|ticket| ticket.type_no.0 == 1);
    let all = event.places(1).await.2;
    till.open(clerk, "A");

    let in_store = stall(&event).hold_coded(&[(1, 3)], "DIX").await.ok();
    let (fact, promotion) = granted(&till.device, " dix ", 3).await;
    assert_eq!(promotion.off(), 1_000);
    let places = full(event.id, &lent[..3]);
    let tickets = places.tickets.clone();
    let sale = till.sell_promoted((fact, &promotion), vec![places]);
    till.close(0);
    // Halfway through, nothing of it is made; then all of it, once.
    let rest = till.unsent.split_off(4);
    till.send_money().await;
    assert_eq!(state(&event, fact).await, "taken");
    till.unsent = rest;
    till.send_money().await;
    till.send_tickets().await;
    assert_eq!(
        (
            state(&event, fact).await.as_str(),
            taken(&event, promo).await
        ),
        ("used", 2)
    );

    let path = format!("/api/v1/organizers/{}/orders", event.organizer);
    let orders = event.owner.get(&path).await.ok();
    let orders = orders["orders"].as_array().unwrap();
    let paid = orders.iter().find(|order| order["state"] == "paid");
    let paid = paid.expect("the till's");
    let order = event
        .owner
        .get(&format!("/api/v1/orders/{}", text(&paid["id"])))
        .await
        .ok();
    for field in ["total_minor", "discount_minor", "promo_code"] {
        assert_eq!(order[field], in_store[field], "{field}");
    }
    assert_eq!(order["total_minor"], 9_200);
    let mut prices: Vec<i64> = sqlx::query_scalar(
        "select price_minor from tickets where event_id = $1 order by price_minor",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    prices.sort_unstable();
    assert_eq!(prices, [3_066, 3_067, 3_067]);
    let closings = format!("/api/v1/organizers/{}/tills/closings", event.organizer);
    let closings = event.owner.get(&closings).await.ok();
    assert_eq!(closings[0]["agrees"], true, "{closings}");

    // The money goes back, and the use stays.
    till.open(clerk, "A");
    till.take_back(sale, &tickets, (Means::Cash, 9_200));
    till.send_money().await;
    till.send_tickets().await;
    assert_eq!(taken(&event, promo).await, 2);
    assert_eq!(event.places(1).await, (3, 0, all - 3, 0));
    assert!(event.alerts().await.is_empty());
}

#[tokio::test]
async fn the_same_question_is_answered_alike_and_takes_one_use() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let promo = code(
        &event,
        "UNIQUE",
        json!({ "percent_basis_points": 2_000, "most_uses": 1 }),
    )
    .await;
    let till = event
        .device_with("Guichet 1", json!({ "sell": true }))
        .await;
    let id = fact(&server);
    let body = ask(&event, "unique", &[(1, 2, 3_400), (2, 1, 2_000)]);
    let answers = join_all((0..6).map(|_| answer(&till, id, &body))).await;
    let PromotionAnswer::Reduced(promotion) = &answers[0] else {
        panic!("{:?}", answers[0]);
    };
    assert_eq!(
        (promotion.code.as_str(), promotion.percent_basis_points),
        ("UNIQUE", Some(2_000))
    );
    let prices: Vec<_> = promotion
        .prices
        .iter()
        .map(|price| (price.type_no.0, price.quantity, price.unit_minor))
        .collect();
    assert_eq!(prices, [(1, 2, 2_720), (2, 1, 1_600)]);
    assert_eq!(promotion.expires_ms, server.now_ms() + 15 * MINUTE);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(taken(&event, promo).await, 1);

    // Also when it is late, whatever became of the code; and another question is another id.
    server.clock.advance(10 * MINUTE);
    stall(&event)
        .change("update promo_codes set ended_ms = 1 where event_id = $1")
        .await;
    assert_eq!(answer(&till, id, &body).await, answers[0]);
    let other = ask(&event, "unique", &[(1, 3, 3_400)]);
    put(&till, id, &other)
        .await
        .error(422, "idempotency_mismatch");
    assert_eq!(
        answer(&till, fact(&server), &other).await,
        PromotionAnswer::Over
    );
}

#[tokio::test]
async fn two_tills_and_the_store_together_never_pass_a_limit() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(100).await;
    let terms = json!({ "percent_basis_points": 1_000, "most_uses": 3 });
    let promo = code(&event, "TROIS", terms).await;
    let rights = json!({ "sell": true });
    let tills = [
        event.device_with("Guichet 1", rights.clone()).await,
        event.device_with("Guichet 2", rights).await,
    ];
    let body = ask(&event, "TROIS", &[(1, 1, 3_400)]);
    let at_tills = (0..8).map(|at| answer(&tills[at % 2], fact(&server), &body));
    let stall = stall(&event);
    let in_store = (0..6).map(|_| stall.hold_coded(&[(1, 1)], "TROIS"));
    let (at_tills, in_store) = futures::join!(join_all(at_tills), join_all(in_store));
    let granted = at_tills
        .iter()
        .filter(|answer| matches!(answer, PromotionAnswer::Reduced(_)))
        .count();
    let held = in_store
        .iter()
        .filter(|answer| answer.status.is_success())
        .count();
    assert_eq!(granted + held, 3, "{at_tills:?}");
    assert!(at_tills.iter().all(|answer| matches!(
        answer,
        PromotionAnswer::Reduced(_) | PromotionAnswer::UsedUp
    )));
    assert_eq!(taken(&event, promo).await, 3);
}

#[tokio::test]
async fn a_use_that_is_given_up_is_free_and_one_that_was_made_is_not() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let terms = json!({ "percent_basis_points": 1_000, "most_uses": 1 });
    let promo = code(&event, "UNIQUE", terms).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Guichet 1").await;
    let lent = till.device.top_up().await.tickets;
    let other = event
        .device_with("Guichet 2", json!({ "sell": true }))
        .await;
    let (first, _) = granted(&till.device, "UNIQUE", 1).await;
    // Another till's word changes nothing.
    give_up(&other, first).await;
    assert_eq!(taken(&event, promo).await, 1);
    give_up(&till.device, first).await;
    give_up(&till.device, first).await;
    assert_eq!(taken(&event, promo).await, 0, "given up twice, freed once");
    let body = ask(&event, "UNIQUE", &[(1, 1, 3_400)]);
    put(&till.device, first, &body).await.error(409, "conflict");

    let (second, promotion) = granted(&till.device, "UNIQUE", 1).await;
    assert_eq!(
        answer(&other, fact(&server), &body).await,
        PromotionAnswer::UsedUp
    );
    till.open(clerk, "A");
    till.sell_promoted((second, &promotion), vec![full(event.id, &lent[..1])]);
    till.send_money().await;
    give_up(&till.device, second).await;
    assert_eq!(
        (
            state(&event, second).await.as_str(),
            taken(&event, promo).await
        ),
        ("used", 1)
    );
}

#[tokio::test]
async fn a_use_is_free_once_the_tills_own_journal_has_passed_its_time_without_it() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let terms = json!({ "percent_basis_points": 1_000, "most_uses": 1 });
    let promo = code(&event, "UNIQUE", terms).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Guichet 1").await;
    let mut other = Till::of(&event, "Guichet 2").await;
    till.open(clerk, "A");
    let (fact, _) = granted(&till.device, "UNIQUE", 1).await;

    // Its last moment, and another till's journal, say nothing of it.
    server.clock.advance(15 * MINUTE);
    till.close(0);
    till.device.log_in().await;
    till.send_money().await;
    server.clock.advance(60 * MINUTE);
    other.open(clerk, "B");
    other.device.log_in().await;
    other.send_money().await;
    assert_eq!(
        (
            state(&event, fact).await.as_str(),
            taken(&event, promo).await
        ),
        ("taken", 1)
    );
    till.open(clerk, "A");
    till.device.log_in().await;
    till.send_money().await;
    assert_eq!(
        (
            state(&event, fact).await.as_str(),
            taken(&event, promo).await
        ),
        ("lapsed", 0)
    );
    let (_, promotion) = granted(&other.device, "UNIQUE", 1).await;
    assert_eq!(promotion.promo, promo);
}

#[tokio::test]
async fn a_journal_that_comes_late_with_the_use_keeps_it() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let terms = json!({ "percent_basis_points": 1_000, "most_uses": 1 });
    let promo = code(&event, "UNIQUE", terms).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Guichet 1").await;
    let lent = till.device.top_up().await.tickets;
    let other = event
        .device_with("Guichet 2", json!({ "sell": true }))
        .await;
    till.open(clerk, "A");
    let (fact, promotion) = granted(&till.device, "UNIQUE", 1).await;
    till.sell_promoted((fact, &promotion), vec![full(event.id, &lent[..1])]);
    // Cut off for two hours, in which it goes on.
    let body = ask(&event, "UNIQUE", &[(1, 1, 3_400)]);
    assert_eq!(
        answer(&other, self::fact(&server), &body).await,
        PromotionAnswer::UsedUp
    );
    server.clock.advance(120 * MINUTE);
    till.close(0);
    till.device.log_in().await;
    till.send_money().await;
    till.send_tickets().await;
    assert_eq!(
        (
            state(&event, fact).await.as_str(),
            taken(&event, promo).await
        ),
        ("used", 1)
    );
}

/// Nobody honest does: still, the sale is an order with its code, and the limit holds.
#[tokio::test]
async fn a_use_that_was_over_is_taken_again_if_one_is_left_and_never_beyond_the_limit() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Guichet 1").await;
    let lent = till.device.top_up().await.tickets;
    till.open(clerk, "A");
    for (at, (word, is_left)) in [("LIBRE", true), ("PRIS", false)].into_iter().enumerate() {
        let terms = json!({ "percent_basis_points": 1_000, "most_uses": 1 });
        let promo = code(&event, word, terms).await;
        let (fact, promotion) = granted(&till.device, word, 1).await;
        give_up(&till.device, fact).await;
        if !is_left {
            stall(&event).hold_coded(&[(1, 1)], word).await.ok();
        }
        let places = full(event.id, &lent[at..=at]);
        till.sell_promoted((fact, &promotion), vec![places]);
        till.send_money().await;
        assert_eq!(taken(&event, promo).await, 1, "{word}");
        let orders: i64 = server
            .number(
                "select count(*) from orders where promo_id = $1 and state = 'paid' and discount_minor = 340",
                promo.0,
            )
            .await;
        assert_eq!(orders, 1, "{word}");
    }
}

#[tokio::test]
async fn each_refusal_says_why_and_takes_no_use() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let now_ms = server.now_ms();
    let till = event
        .device_with("Guichet 1", json!({ "sell": true }))
        .await;
    let percent = |more: Value| {
        let mut terms = json!({ "percent_basis_points": 1_000 });
        for (field, value) in more.as_object().unwrap() {
            terms[field] = value.clone();
        }
        terms
    };
    for (word, terms, expected) in [
        (
            "DEMAIN",
            percent(json!({ "from_ms": now_ms + MINUTE })),
            PromotionAnswer::NotYet {
                from_ms: now_ms + MINUTE,
            },
        ),
        (
            "HIER",
            percent(json!({ "until_ms": now_ms })),
            PromotionAnswer::Over,
        ),
        (
            "REDUIT",
            percent(json!({ "types": [2] })),
            PromotionAnswer::OtherTypes,
        ),
        (
            "GRAND",
            percent(json!({ "minimum_minor": 6_801 })),
            PromotionAnswer::BelowMinimum {
                minimum_minor: 6_801,
            },
        ),
        (
            "PREMIER",
            percent(json!({ "first_order": true })),
            PromotionAnswer::NeedsPerson,
        ),
        (
            "CHACUN",
            percent(json!({ "most_per_person": 2 })),
            PromotionAnswer::NeedsPerson,
        ),
    ] {
        let promo = code(&event, word, terms).await;
        let body = ask(&event, word, &[(1, 2, 3_400)]);
        assert_eq!(
            answer(&till, fact(&server), &body).await,
            expected,
            "{word}"
        );
        assert_eq!(taken(&event, promo).await, 0, "{word}");
    }
    // A code of all the organizer's events is one of this event's, if it is in its money.
    let path = format!("/api/v1/organizers/{}/promo-codes", event.organizer);
    let id = PromoId::new(now_ms, &mut OsRandom);
    for all in [
        json!({ "id": id, "code": "PARTOUT", "percent_basis_points": 5_000 }),
        json!({ "id": PromoId::new(now_ms, &mut OsRandom), "code": "LIVRES", "amount_minor": 500, "currency": "GBP" }),
    ] {
        let made = event.owner.post(&path, &all).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    for word in ["INCONNU", "LIVRES"] {
        let body = ask(&event, word, &[(1, 2, 3_400)]);
        assert_eq!(
            answer(&till, fact(&server), &body).await,
            PromotionAnswer::NoSuchCode,
            "{word}"
        );
    }
    let (_, promotion) = granted(&till, "partout", 2).await;
    assert_eq!((promotion.promo, promotion.off()), (id, 3_400));

    // Who may: tills of that event; what: places, in its money.
    let door = event.device_with("Porte", json!({ "scan": true })).await;
    let body = ask(&event, "PARTOUT", &[(1, 2, 3_400)]);
    put(&door, fact(&server), &body)
        .await
        .error(403, "forbidden");
    let elsewhere = server.event("ailleurs").await;
    let stranger = elsewhere
        .device_with("Guichet", json!({ "sell": true }))
        .await;
    put(&stranger, fact(&server), &body)
        .await
        .error(404, "not_found");
    for (field, value) in [
        ("currency", json!("CHF")),
        ("places", json!([])),
        (
            "places",
            json!([{ "type_no": 1, "quantity": 0, "unit_minor": 3_400 }]),
        ),
        (
            "places",
            json!([{ "type_no": 1, "quantity": 401, "unit_minor": 3_400 }]),
        ),
        (
            "places",
            json!([{ "type_no": 1, "quantity": 1, "unit_minor": 1_000_001 }]),
        ),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        let answer = put(&till, fact(&server), &wrong).await;
        let error = answer.error(400, "invalid_request");
        assert!(error["fields"][field].is_string(), "{error}");
    }
}
