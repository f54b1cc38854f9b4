//! What providers tell, and what goes back.

use serde_json::{Value, json};
use shared::ids::{PaymentId, RefundId};
use shared::money::{Currency, Money};
use sync_server::accounts::Role;
use sync_server::app::{App, AssembleError};
use sync_server::config::Mode;
use sync_server::edge::OsRandom;
use sync_server::orders::expire::expire;
use sync_server::payments::{Notification, Outcome, Settlement, settle};

use crate::support::stall::{Stall, order_id, text};
use crate::support::{Answer, TestServer, until};

/// The last payment of an order, as its provider would tell that it succeeded.
pub(crate) async fn success(stall: &Stall<'_>, order: &Value) -> Notification {
    let (payment, amount): (uuid::Uuid, i64) = sqlx::query_as(
        "select id, amount_minor from payments where order_id = $1 order by created_ms desc, id desc limit 1",
    )
    .bind(order_id(order).0)
    .fetch_one(&stall.server.app.pool)
    .await
    .unwrap();
    Notification {
        payment: PaymentId(payment),
        order: order_id(order),
        reference: format!("test_{payment}"),
        outcome: Outcome::Succeeded(Money::new(amount, Currency::Eur)),
    }
}

async fn payment_states(stall: &Stall<'_>) -> Vec<(String, bool)> {
    sqlx::query_as(
        "select state, given_back_ms is not null from payments where event_id = $1 order by created_ms, id",
    )
    .bind(stall.event.0)
    .fetch_all(&stall.server.app.pool)
    .await
    .unwrap()
}

async fn state(stall: &Stall<'_>, order: &Value) -> String {
    sqlx::query_scalar("select state from orders where id = $1")
        .bind(order_id(order).0)
        .fetch_one(&stall.server.app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn after_a_declined_card_another_pays() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall
        .pay(&held, "decline")
        .await
        .error(402, "payment_declined");
    stall
        .pay(&held, "no such card")
        .await
        .error(400, "invalid_request");
    assert_eq!(stall.pay(&held, "accept").await.ok()["state"], "paid");
    // Paying what is paid takes no money.
    assert_eq!(stall.pay(&held, "accept").await.ok()["state"], "paid");
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn a_delayed_payment_is_settled_by_its_notification() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let paid = stall.pay(&held, "delay:20").await.ok();
    assert_eq!(paid["state"], "paid");
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn repeated_and_reordered_notifications_settle_once() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    for method in ["repeat", "reorder"] {
        let held = stall.held(&[(1, 1)]).await;
        assert_eq!(stall.pay(&held, method).await.ok()["state"], "paid");
        let told = success(&stall, &held).await;
        let declined = Notification {
            outcome: Outcome::Declined,
            ..told.clone()
        };
        assert_eq!(
            settle(&server.app, &told).await.unwrap(),
            Settlement::Repeated
        );
        assert_eq!(
            settle(&server.app, &declined).await.unwrap(),
            Settlement::Repeated
        );
    }
    assert_eq!(stall.ledger().await, [6800, -340, 0, 0]);
    assert_eq!(stall.stock().await, (0, 2, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_notifications_at_once_one_pays() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall.pay_nowait(&held, "hang").await.ok();
    let told = success(&stall, &held).await;
    let settled = futures::future::join_all((0..16).map(|_| settle(&server.app, &told))).await;
    let paid = settled
        .iter()
        .filter(|settled| matches!(settled, Ok(Settlement::Paid)))
        .count();
    assert_eq!(paid, 1, "{settled:?}");
    assert!(settled.iter().all(Result::is_ok), "{settled:?}");
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
    assert_eq!(stall.stock().await, (0, 1, 4));
}

#[tokio::test]
async fn a_success_after_a_decline_of_the_same_payment_counts() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall
        .pay(&held, "decline")
        .await
        .error(402, "payment_declined");
    let told = success(&stall, &held).await;
    assert_eq!(settle(&server.app, &told).await.unwrap(), Settlement::Paid);
    assert_eq!(state(&stall, &held).await, "paid");
}

#[tokio::test]
async fn a_late_payment_has_its_places_again_while_there_are_any() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 2), (1000, 1)]).await;
    let held = stall.held(&[(1, 1), (2, 1)]).await;
    stall.pay_nowait(&held, "hang").await.ok();
    server.clock.advance(600_000);
    expire(&server.app.pool, server.now_ms()).await.unwrap();
    assert_eq!(state(&stall, &held).await, "expired");
    let told = success(&stall, &held).await;
    assert_eq!(settle(&server.app, &told).await.unwrap(), Settlement::Paid);
    assert_eq!(state(&stall, &held).await, "paid");
    assert_eq!(stall.stock().await, (0, 1, 1));
    assert_eq!(stall.ledger().await, [4400, -220, 0, 0]);
}

#[tokio::test]
async fn a_late_payment_without_places_goes_back_whole() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 2), (1000, 1)]).await;
    let late = stall.held(&[(1, 1), (2, 1)]).await;
    stall.pay_nowait(&late, "hang").await.ok();
    server.clock.advance(600_000);
    expire(&server.app.pool, server.now_ms()).await.unwrap();
    // Of type 2 the only place goes to somebody else; of type 1 there are places, but half an order is none.
    stall.bought(&[(2, 1)]).await;
    let told = success(&stall, &late).await;
    assert_eq!(
        settle(&server.app, &told).await.unwrap(),
        Settlement::Returned
    );
    assert_eq!(
        settle(&server.app, &told).await.unwrap(),
        Settlement::Repeated
    );
    assert_eq!(state(&stall, &late).await, "expired");
    assert_eq!(stall.stock().await, (0, 0, 2));
    let states = payment_states(&stall).await;
    assert_eq!(
        states,
        [("returned".into(), true), ("succeeded".into(), false)]
    );
    assert_eq!(stall.ledger().await, [1000, -50, 0, 0]);
}

#[tokio::test]
async fn what_is_paid_twice_goes_back_once() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 2)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall.pay_nowait(&held, "hang").await.ok();
    let first = success(&stall, &held).await;
    server.clock.advance(1);
    stall.pay(&held, "accept").await.ok();
    assert_eq!(
        settle(&server.app, &first).await.unwrap(),
        Settlement::Returned
    );
    let states = payment_states(&stall).await;
    assert_eq!(
        states,
        [("returned".into(), true), ("succeeded".into(), false)]
    );
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
    assert_eq!(stall.stock().await, (0, 1, 1));
}

#[tokio::test]
async fn another_amount_than_asked_goes_back() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 2)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall.pay_nowait(&held, "hang").await.ok();
    let told = Notification {
        outcome: Outcome::Succeeded(Money::new(1, Currency::Eur)),
        ..success(&stall, &held).await
    };
    assert_eq!(
        settle(&server.app, &told).await.unwrap(),
        Settlement::Returned
    );
    assert_eq!(state(&stall, &held).await, "held");
    assert_eq!(stall.pay(&held, "accept").await.ok()["state"], "paid");
}

#[tokio::test]
async fn a_payment_nobody_began_is_not_settled() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 2)]).await;
    let held = stall.held(&[(1, 1)]).await;
    for outcome in [
        Outcome::Succeeded(Money::new(3400, Currency::Eur)),
        Outcome::Declined,
    ] {
        let stranger = Notification {
            payment: PaymentId::new(server.now_ms(), &mut OsRandom),
            order: order_id(&held),
            reference: "test_stranger".into(),
            outcome,
        };
        assert!(settle(&server.app, &stranger).await.is_err());
    }
    assert_eq!(state(&stall, &held).await, "held");
}

#[tokio::test]
async fn production_does_not_start_on_the_test_provider() {
    let server = TestServer::start().await;
    let mut config = server.app.config.clone();
    config.mode = Mode::Production;
    let assembled = App::assemble(
        config,
        &sync_server::database::Database::from_pool(server.app.pool.clone()),
        server.app.vault.clone(),
        server.clock.clone(),
    )
    .await;
    match assembled {
        Err(error @ AssembleError::Provider(_)) => {
            assert!(error.to_string().contains("configure a real provider"));
        }
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it started"),
    }
}

fn refund(amount_minor: i64) -> Value {
    let id = RefundId::new(1_795_374_000_000, &mut OsRandom);
    json!({ "id": id, "amount_minor": amount_minor, "reason": "Empêchement" })
}

fn refunds(order: &Value) -> String {
    format!("/api/v1/orders/{}/refunds", text(&order["id"]))
}

#[tokio::test]
async fn a_full_refund_ends_order_and_tickets_and_frees_the_places() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5), (990, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.bought(&[(1, 2), (2, 1)]).await;
    let body = refund(7790);
    let answer = clerk.post(&refunds(&order), &body).await.ok();
    assert_eq!(answer["state"], "succeeded");
    assert_eq!(state(&stall, &order).await, "refunded");
    let ended = "select count(*) from tickets where event_id = $1 and status = 2";
    assert_eq!(server.number(ended, stall.event.0).await, 3);
    assert_eq!(stall.stock().await, (0, 0, 5));
    assert_eq!(stall.ledger().await, [7790, -390, -7790, 390]);
    let mails = "select count(*) from outbox where template = 'refund' and payload->>'amount_minor' = '7790' and $1::uuid is not null";
    assert_eq!(server.number(mails, stall.event.0).await, 1);

    // Again: the same refund. More: nothing is left.
    assert_eq!(
        clerk.post(&refunds(&order), &body).await.ok()["state"],
        "succeeded"
    );
    let more = clerk.post(&refunds(&order), &refund(1)).await;
    more.error(409, "refund_too_large");
    let mut other = body.clone();
    other["amount_minor"] = json!(1);
    clerk
        .post(&refunds(&order), &other)
        .await
        .error(422, "idempotency_mismatch");
    assert_eq!(stall.ledger().await, [7790, -390, -7790, 390]);
}

#[tokio::test]
async fn a_part_goes_back_and_only_the_named_tickets_end() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.bought(&[(1, 3)]).await;
    let mut part = refund(3400);
    part["tickets"] = json!([order["tickets"][1]]);
    clerk.post(&refunds(&order), &part).await.ok();
    assert_eq!(state(&stall, &order).await, "paid");
    assert_eq!(stall.stock().await, (0, 2, 3));
    let ended = "select count(*) from tickets where event_id = $1 and status = 2";
    assert_eq!(server.number(ended, stall.event.0).await, 1);

    let mut again = refund(100);
    again["tickets"] = json!([order["tickets"][1]]);
    clerk
        .post(&refunds(&order), &again)
        .await
        .error(400, "invalid_request");
    clerk
        .post(&refunds(&order), &refund(6801))
        .await
        .error(409, "refund_too_large");
    clerk
        .post(&refunds(&order), &refund(0))
        .await
        .error(400, "invalid_request");
    clerk.post(&refunds(&order), &refund(6800)).await.ok();
    assert_eq!(state(&stall, &order).await, "refunded");
    assert_eq!(stall.stock().await, (0, 0, 5));
    assert_eq!(stall.ledger().await, [10_200, -510, -10_200, 510]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refunds_at_once_never_exceed_what_was_paid() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.bought(&[(1, 1)]).await;
    let bodies: Vec<Value> = (0..8).map(|_| refund(1000)).collect();
    let path = refunds(&order);
    let answers: Vec<Answer> =
        futures::future::join_all(bodies.iter().map(|body| clerk.post(&path, body))).await;
    let given = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(given, 3, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.error(409, "refund_too_large");
    }
    let ledger = stall.ledger().await;
    assert_eq!((ledger[0], ledger[2]), (3400, -3000));
    assert_eq!(state(&stall, &order).await, "paid");
}

#[tokio::test]
async fn a_refund_that_the_provider_refuses_changes_nothing() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let held = stall.held(&[(1, 1)]).await;
    let order = stall.pay(&held, "accept_keep").await.ok();
    clerk
        .post(&refunds(&order), &refund(3400))
        .await
        .error(409, "conflict");
    assert_eq!(state(&stall, &order).await, "paid");
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
    let aside = "select refunded_minor from orders where id = $1";
    assert_eq!(server.number(aside, order_id(&order).0).await, 0);
}

#[tokio::test]
async fn a_refund_left_by_a_crash_is_finished_by_the_sweep() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    // As it stands between the two transactions of a refund.
    sqlx::query(
        "with written as (
             insert into refunds (organizer_id, event_id, id, order_id, payment_id, amount_minor, fee_minor, currency, reason, state,
                 created_ms)
             select organizer_id, event_id, gen_random_uuid(), order_id, id, amount_minor, 170, currency, 'Report', 'pending', created_ms
             from payments where order_id = $1
         ) update orders set refunded_minor = total_minor where id = $1",
    )
    .bind(order_id(&order).0)
    .execute(&server.app.pool)
    .await
    .unwrap();
    sync_server::payments::refund::sweep(&server.app)
        .await
        .unwrap();
    assert_eq!(
        state(&stall, &order).await,
        "paid",
        "it may be in somebody's hands"
    );
    server.clock.advance(30_000);
    sync_server::payments::refund::sweep(&server.app)
        .await
        .unwrap();
    assert_eq!(state(&stall, &order).await, "refunded");
    assert_eq!(stall.ledger().await, [3400, -170, -3400, 170]);
}

#[tokio::test]
async fn only_who_may_refund_refunds() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let order = stall.bought(&[(1, 1)]).await;
    let door = server
        .member(stall.organizer, Role::Door, "Lou Martin")
        .await;
    let stranger = server.person("Camille Roux").await;
    let body = refund(3400);
    door.post(&refunds(&order), &body)
        .await
        .error(403, "forbidden");
    stranger
        .post(&refunds(&order), &body)
        .await
        .error(404, "not_found");
    let nobody = server.post(&refunds(&order), &body).await;
    nobody.error(401, "unauthenticated");
    let held = stall.held(&[(1, 1)]).await;
    let clerk = server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    clerk
        .post(&refunds(&held), &refund(1))
        .await
        .error(409, "conflict");
}

#[tokio::test]
async fn a_waiting_notification_reaches_an_order_nobody_waits_for() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    // Held, if the notification is slower than the answer.
    stall.pay_nowait(&held, "delay:1").await.ok();
    until("the order is issued", async || {
        let issued = "select count(*) from orders where id = $1 and issued_ms is not null";
        server.number(issued, order_id(&held).0).await == 1
    })
    .await;
}
