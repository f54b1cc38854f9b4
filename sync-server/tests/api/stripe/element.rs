//! Stripe's fields on a page of somebody's (the Payment Element): what the server does for them. What Stripe's script does in
//! the browser is a call here.

use stripe_double::faults::Delivery;

use super::*;
use crate::store::{location, page};

impl Till {
    /// What opens the fields, of an order that is held; and the attempt's name, which stands in it.
    async fn fields(&self, stall: &Stall<'_>, order: &Value) -> (String, String) {
        let paying = stall.pay_nowait(order, "element").await.ok();
        assert_eq!(
            (&paying["state"], &paying["redirect_url"]),
            (&json!("held"), &Value::Null)
        );
        let secret = text(&paying["client_secret"]).to_owned();
        let (intent, _) = secret.split_once("_secret").unwrap();
        (intent.to_owned(), secret)
    }

    /// As the script does when the buyer presses the button.
    async fn confirm(&self, intent: &str, method: &str) -> Answer {
        let back = "http://127.0.0.1/back";
        let request = self
            .server
            .client
            .post(format!(
                "{}/v1/payment_intents/{intent}/confirm",
                self.double.base()
            ))
            .bearer_auth(KEY)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("payment_method={method}&return_url={back}"));
        Answer::of(request).await
    }
}

#[tokio::test]
async fn fields_on_a_page_take_a_declined_card_and_then_one_that_pays() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let order = stall.held(&[(1, 1)]).await;
    let (intent, secret) = till.fields(&stall, &order).await;
    let declined = till.confirm(&intent, "pm_card_chargeDeclined").await;
    assert_eq!(declined.status, 402);
    till.all_told().await;
    assert_eq!(till.payments(&order).await, [("pending".into(), false)]);
    // Whoever loads the page again has the same attempt.
    assert_eq!(till.fields(&stall, &order).await.1, secret);
    till.confirm(&intent, "pm_card_visa").await.ok();
    till.becomes(&order, "paid").await;
    assert_eq!(till.payments(&order).await, paid());
    assert_eq!(till.double.totals(), (3400, 0));
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn who_asks_for_stripes_page_after_all_can_pay_there_alone() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let order = stall.held(&[(1, 1)]).await;
    let (intent, _) = till.fields(&stall, &order).await;
    let checkout = till.redirected(&stall, &order, "checkout").await;
    assert_eq!(till.confirm(&intent, "pm_card_visa").await.status, 400);
    // And the other way round.
    let (intent, _) = till.fields(&stall, &order).await;
    let over = till.press(&checkout, "pay").await;
    assert!(
        over.text.contains("The time for paying is over"),
        "{}",
        over.text
    );
    till.confirm(&intent, "pm_card_visa").await.ok();
    till.becomes(&order, "paid").await;
    assert_eq!(till.double.totals(), (3400, 0));
}

#[tokio::test]
async fn who_comes_back_from_their_bank_sees_how_it_ended_though_nobody_told() {
    let till = Till::open().await;
    till.double.every_delivery(Some(Delivery::Lost));
    let stall = till.server.stall(&[(3400, 5)]).await;
    let order = stall.held(&[(1, 1)]).await;
    let (intent, _) = till.fields(&stall, &order).await;
    let asked = till
        .confirm(&intent, "pm_card_threeDSecure2Required")
        .await
        .ok();
    let bank = text(&asked["next_action"]["redirect_to_url"]["url"]).to_owned();
    let back = location(&till.press(&bank, "confirm").await);
    let (_, told) = back.split_once('?').unwrap();
    let (path, secret) = text(&order["link"]).split_once('?').unwrap();
    let (_, path) = path.split_once("/orders/").unwrap();
    let opened = page(&till.server, &format!("/orders/{path}?{secret}&{told}")).await;
    assert_eq!(till.state(&order).await, "paid");
    assert!(location(&opened).starts_with("/fr/orders/"));
}
