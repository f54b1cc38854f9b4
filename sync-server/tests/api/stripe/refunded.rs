//! Money back, through Stripe.

use stripe_double::faults::CallFault;
use sync_server::accounts::Role;
use sync_server::payments::{give_back, refund as refunding};

use super::*;
use crate::support::stall::Stall;

impl Till {
    async fn bought(&self, stall: &Stall<'_>, places: u32) -> Value {
        let held = stall.held(&[(1, places)]).await;
        stall.pay(&held, "pm_card_visa").await.ok()
    }
}

#[tokio::test]
async fn a_part_and_then_the_rest_go_back_and_never_more() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = till.bought(&stall, 2).await;
    let path = refunds(&order);
    let part = refund(1000);
    assert_eq!(clerk.post(&path, &part).await.ok()["state"], "succeeded");
    assert_eq!(clerk.post(&path, &part).await.ok()["state"], "succeeded");
    assert_eq!(till.double.totals(), (6800, 1000));
    clerk
        .post(&path, &refund(5801))
        .await
        .error(409, "refund_too_large");
    clerk.post(&path, &refund(5800)).await.ok();
    assert_eq!(till.double.totals(), (6800, 6800));
    assert_eq!(till.state(&order).await, "refunded");
    assert_eq!(stall.ledger().await, [6800, -340, -6800, 340]);
    till.all_told().await;
    let troubles = "select count(*) from payment_troubles where order_id = $1";
    assert_eq!(till.server.number(troubles, order_id(&order).0).await, 0);
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_made_once() {
    let till = Till::impatient().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = till.bought(&stall, 1).await;
    // Looked for, then made.
    till.double
        .next_calls([CallFault::None, CallFault::AnswerLost]);
    let answer = clerk.post(&refunds(&order), &refund(1000)).await.ok();
    assert_eq!(answer["state"], "pending");
    assert_eq!(till.double.totals(), (3400, 1000));
    // Longer than Stripe keeps a key.
    till.advance(25 * 3_600_000);
    refunding::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.double.totals(), (3400, 1000));
    let done = "select count(*) from refunds where order_id = $1 and state = 'succeeded'";
    assert_eq!(till.server.number(done, order_id(&order).0).await, 1);
    assert_eq!(stall.ledger().await, [3400, -170, -1000, 50]);
}

#[tokio::test]
async fn a_refund_waits_while_stripe_is_down() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = till.bought(&stall, 1).await;
    till.double.every_call(Some(CallFault::Fails));
    let answer = clerk.post(&refunds(&order), &refund(3400)).await.ok();
    assert_eq!(answer["state"], "pending");
    till.advance(31_000);
    refunding::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.state(&order).await, "paid");
    till.double.every_call(None);
    refunding::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.state(&order).await, "refunded");
    assert_eq!(till.double.totals(), (3400, 3400));
}

#[tokio::test]
async fn money_that_is_disputed_is_not_refunded_besides() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = till.bought(&stall, 1).await;
    till.double.dispute(&till.intent(&order).await);
    clerk
        .post(&refunds(&order), &refund(3400))
        .await
        .error(409, "conflict");
    assert_eq!(till.state(&order).await, "paid");
    assert_eq!(till.double.totals(), (3400, 0));
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn money_without_a_place_goes_back_when_stripe_is_there_again() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 1)]).await;
    let late = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &late, "checkout").await;
    till.hold_ends().await;
    till.bought(&stall, 1).await;
    till.double.every_call(Some(CallFault::Fails));
    till.press(&page, "pay").await;
    till.all_told().await;
    give_back::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.payments(&late).await, [("returned".into(), false)]);
    till.double.every_call(None);
    give_back::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.payments(&late).await, [("returned".into(), true)]);
    assert_eq!(till.double.totals(), (6800, 3400));
}

#[tokio::test]
async fn a_refund_that_comes_back_and_one_made_at_stripe_itself_are_shown_to_the_organizer() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = till.bought(&stall, 1).await;
    let intent = till.intent(&order).await;
    clerk.post(&refunds(&order), &refund(1000)).await.ok();
    let made = till.double.events();
    let ours = made
        .iter()
        .find(|event| event["type"] == "refund.created")
        .map(|event| text(&event["data"]["object"]["id"]).to_owned())
        .unwrap();
    assert!(till.double.fail_refund(&ours));
    till.call(
        "/v1/refunds",
        &format!("payment_intent={intent}&amount=500"),
    )
    .await;
    till.all_told().await;
    let seen = clerk
        .get(&format!("/api/v1/orders/{}", text(&order["id"])))
        .await
        .ok();
    let troubles: Vec<(&Value, &Value)> = seen["troubles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trouble| (&trouble["kind"], &trouble["amount_minor"]))
        .collect();
    assert_eq!(troubles.len(), 2, "{seen}");
    assert!(
        troubles.contains(&(&json!("refund_failed"), &json!(1000))),
        "{seen}"
    );
    assert!(
        troubles.contains(&(&json!("refunded_elsewhere"), &json!(500))),
        "{seen}"
    );
}
