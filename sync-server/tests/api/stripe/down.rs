//! Stripe does not answer, or not well.

use stripe_double::faults::{CallFault, Delivery};
use sync_server::payments::ask;

use super::*;

#[tokio::test]
async fn while_stripe_fails_nothing_is_charged_and_the_places_are_kept() {
    let till = Till::impatient().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    for fault in [CallFault::Fails, CallFault::Hangs] {
        till.double.next_calls([fault]);
        let answer = stall.pay_nowait(&held, "checkout").await;
        let said = answer.error(503, "unavailable");
        assert!(
            text(&said["detail"]).contains("look at the order"),
            "{said}"
        );
        assert_eq!(answer.header("retry-after"), "5");
    }
    assert_eq!(till.state(&held).await, "held");
    assert_eq!(till.double.totals(), (0, 0));
    let page = till.redirected(&stall, &held, "checkout").await;
    till.press(&page, "pay").await;
    till.becomes(&held, "paid").await;
    assert_eq!(till.double.totals(), (3400, 0));
}

#[tokio::test]
async fn a_server_that_can_not_be_reached_is_said_so() {
    let till = Till::open_with(|stripe| stripe.api_base = "http://127.0.0.1:9".into()).await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall
        .pay_nowait(&held, "checkout")
        .await
        .error(503, "unavailable");
    assert_eq!(till.state(&held).await, "held");
}

#[tokio::test]
async fn a_key_that_stripe_does_not_take_charges_nothing_and_says_who_must_look() {
    let till = Till::open_with(|stripe| stripe.secret_key = Secret::new("sk_test_old")).await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let said = stall
        .pay_nowait(&held, "checkout")
        .await
        .error(503, "unavailable");
    assert!(
        text(&said["detail"]).contains("nothing was charged"),
        "{said}"
    );
    assert_eq!(till.payments(&held).await, [("declined".into(), false)]);
    assert_eq!(till.state(&held).await, "held");
}

#[tokio::test]
async fn a_lost_answer_loses_no_money() {
    let till = Till::impatient().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    // The card is charged, and nobody hears of it: neither by the answer nor by the webhook.
    till.double.every_delivery(Some(Delivery::Lost));
    till.double.next_calls([CallFault::AnswerLost]);
    stall
        .pay_nowait(&held, "pm_card_visa")
        .await
        .error(503, "unavailable");
    assert_eq!(till.double.totals(), (3400, 0));
    till.advance(121_000);
    ask::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.state(&held).await, "paid");
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn what_stripe_never_heard_of_is_given_up_after_the_hold() {
    let till = Till::impatient().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    till.double.next_calls([CallFault::Fails]);
    stall
        .pay_nowait(&held, "pm_card_visa")
        .await
        .error(503, "unavailable");
    till.hold_ends().await;
    ask::sweep(&till.server.app).await.unwrap();
    assert_eq!(till.payments(&held).await, [("declined".into(), false)]);
    assert_eq!(till.double.totals(), (0, 0));
}

#[tokio::test]
async fn while_stripe_can_not_be_asked_no_second_page_is_made() {
    let till = Till::impatient().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.double.next_calls([CallFault::Fails]);
    stall
        .pay_nowait(&held, "checkout")
        .await
        .error(503, "unavailable");
    assert_eq!(till.payments(&held).await, [("pending".into(), false)]);
    assert_eq!(till.redirected(&stall, &held, "checkout").await, page);
}
