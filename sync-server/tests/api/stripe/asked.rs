//! What Stripe did not tell, or too late.

use sync_server::payments::ask;

use super::*;
use stripe_double::faults::{Chances, Delivery};

impl Till {
    async fn ask(&self) {
        ask::sweep(&self.server.app).await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_webhook_is_found_by_asking() {
    let till = Till::open().await;
    till.double.every_delivery(Some(Delivery::Lost));
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.press(&page, "pay").await;
    till.ask().await;
    assert_eq!(till.state(&held).await, "held", "a buyer is given time");
    till.advance(121_000);
    till.ask().await;
    assert_eq!(till.state(&held).await, "paid");
    assert_eq!(till.payments(&held).await, paid());
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn a_buyer_who_asks_to_pay_what_is_paid_settles_it() {
    let till = Till::open().await;
    till.double.every_delivery(Some(Delivery::Lost));
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.press(&page, "pay").await;
    assert_eq!(stall.pay(&held, "checkout").await.ok()["state"], "paid");
    assert_eq!(till.double.totals(), (3400, 0));
}

#[tokio::test]
async fn an_abandoned_page_is_closed_when_the_hold_is_over() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.hold_ends().await;
    till.ask().await;
    assert_eq!(till.payments(&held).await, [("declined".into(), false)]);
    // The page lasts half an hour by Stripe's rule, but takes nothing any more.
    let late = till.press(&page, "pay").await;
    assert!(
        late.text.contains("time for paying is over"),
        "{}",
        late.text
    );
    assert_eq!(till.double.totals(), (0, 0));
    stall
        .pay(&held, "checkout")
        .await
        .error(409, "hold_expired");
}

#[tokio::test]
async fn a_slow_bank_that_said_no_unheard_is_found_by_asking() {
    let till = Till::open().await;
    till.double.every_delivery(Some(Delivery::Lost));
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.press(&page, "slow").await;
    till.hold_ends().await;
    till.ask().await;
    let open = [("pending".to_owned(), false)];
    assert_eq!(
        till.payments(&held).await,
        open,
        "the bank may still say yes"
    );
    let session = page.rsplit('/').next().unwrap();
    assert!(till.double.bank_answers(session, false));
    till.advance(121_000);
    till.ask().await;
    assert_eq!(till.payments(&held).await, [("declined".into(), false)]);
    assert_eq!(till.double.totals(), (0, 0));
}

#[tokio::test]
async fn a_page_that_stripe_ends_is_a_declined_payment() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    till.redirected(&stall, &held, "checkout").await;
    till.advance(32 * 60_000);
    till.double.tick();
    till.all_told().await;
    assert_eq!(till.payments(&held).await, [("declined".into(), false)]);
}

#[tokio::test]
async fn money_after_the_hold_has_its_places_again_while_there_are_any() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 2)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.hold_ends().await;
    assert_eq!(till.state(&held).await, "expired");
    till.press(&page, "pay").await;
    till.becomes(&held, "paid").await;
    assert_eq!(stall.stock().await, (0, 1, 1));
    assert_eq!(till.double.totals(), (3400, 0));
}

#[tokio::test]
async fn money_after_the_hold_without_places_goes_back_at_once() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 1)]).await;
    let late = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &late, "checkout").await;
    till.press(&page, "authenticate").await;
    till.hold_ends().await;
    let quick = stall.held(&[(1, 1)]).await;
    stall.pay(&quick, "pm_card_visa").await.ok();
    till.press(&page, "confirm").await;
    until("the money is back", async || {
        till.payments(&late).await == [("returned".into(), true)]
    })
    .await;
    assert_eq!(till.double.totals(), (6800, 3400));
    assert_eq!(till.double.balance(&till.intent(&late).await), (3400, 3400));
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
    stall
        .pay(&late, "checkout")
        .await
        .error(409, "hold_expired");
}

#[tokio::test]
async fn whatever_webhooks_do_the_money_at_stripe_is_the_money_in_the_books() {
    let till = Till::open().await;
    till.double.chances(Chances {
        repeated: 20,
        lost: 20,
        late: 20,
        swapped: 20,
    });
    let stall = till.server.stall(&[(3400, 40)]).await;
    for buyer in 0..40 {
        let held = stall.held(&[(1, 1)]).await;
        let page = till.redirected(&stall, &held, "checkout").await;
        match buyer % 4 {
            0 | 1 => drop(till.press(&page, "pay").await),
            2 => {
                till.press(&page, "decline").await;
                till.press(&page, "pay").await;
            }
            _ => {}
        }
    }
    till.advance(121_000);
    till.ask().await;
    let paid = "select count(*) from payments where event_id = $1 and state = 'succeeded'";
    assert_eq!(till.server.number(paid, stall.event.0).await, 30);
    till.hold_ends().await;
    till.ask().await;
    let open = "select count(*) from payments where event_id = $1 and state = 'pending'";
    assert_eq!(till.server.number(open, stall.event.0).await, 0);
    assert_eq!(till.double.totals(), (30 * 3400, 0));
    assert_eq!(stall.ledger().await, [30 * 3400, 30 * -170, 0, 0]);
    assert_eq!(stall.stock().await, (0, 30, 10));
}
