//! What a buyer does on Stripe's page.

use super::*;

#[tokio::test]
async fn a_guest_pays_on_stripes_page_and_has_the_ticket() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    let shown = Answer::of(till.server.client.get(&page)).await;
    assert!(shown.text.contains("34.00 EUR"), "{}", shown.text);
    assert!(
        shown
            .text
            .contains(&format!("Commande {}", text(&held["code"])))
    );
    let back = till.press(&page, "pay").await;
    assert_eq!(back.header("location"), text(&held["link"]));
    till.becomes(&held, "paid").await;
    assert_eq!(till.payments(&held).await, paid());
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
    assert_eq!(stall.stock().await, (0, 1, 4));
    assert_eq!(till.double.totals(), (3400, 0));
    // Whoever comes again to pay has nothing to pay.
    let again = stall.pay(&held, "checkout").await.ok();
    assert_eq!(
        (&again["state"], &again["redirect_url"]),
        (&json!("paid"), &Value::Null)
    );
    assert_eq!(again["tickets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_declined_card_another_pays_on_the_same_page() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    let declined = till.press(&page, "decline").await;
    assert!(declined.text.contains("declined"), "{}", declined.text);
    till.all_told().await;
    assert_eq!(till.payments(&held).await, [("pending".into(), false)]);
    assert_eq!(till.double.totals(), (0, 0));
    till.press(&page, "pay").await;
    till.becomes(&held, "paid").await;
    assert_eq!(till.payments(&held).await, paid());
}

#[tokio::test]
async fn a_bank_that_asks_is_answered_on_stripes_page() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    assert!(
        till.press(&page, "authenticate")
            .await
            .text
            .contains("Your bank asks")
    );
    till.press(&page, "refuse").await;
    till.all_told().await;
    assert_eq!(till.state(&held).await, "held");
    till.press(&page, "authenticate").await;
    till.press(&page, "confirm").await;
    till.becomes(&held, "paid").await;
    assert_eq!(till.double.totals(), (3400, 0));
}

#[tokio::test]
async fn who_comes_again_is_sent_to_the_same_page() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let first = till.redirected(&stall, &held, "checkout").await;
    let again = till.redirected(&stall, &held, "checkout").await;
    assert_eq!(first, again);
    let made = |call: &&String| *call == "POST /v1/checkout/sessions";
    assert_eq!(till.double.calls().iter().filter(made).count(), 1);
    // Another order has another page.
    let other = stall.held(&[(1, 1)]).await;
    assert_ne!(first, till.redirected(&stall, &other, "checkout").await);
}

#[tokio::test]
async fn a_slow_bank_holds_nothing_up_and_pays_later() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    for (answer, state) in [(true, "succeeded"), (false, "declined")] {
        let held = stall.held(&[(1, 1)]).await;
        let page = till.redirected(&stall, &held, "checkout").await;
        till.press(&page, "slow").await;
        till.all_told().await;
        assert_eq!(till.payments(&held).await, [("pending".into(), false)]);
        let session = page.rsplit('/').next().unwrap();
        assert!(till.double.bank_answers(session, answer));
        till.all_told().await;
        assert_eq!(till.payments(&held).await, [(state.into(), false)]);
    }
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn a_card_from_a_page_of_ours_pays_is_declined_or_asks_its_bank() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    stall
        .pay(&held, "pm_card_chargeDeclined")
        .await
        .error(402, "payment_declined");
    let paid = stall.pay(&held, "pm_card_visa").await.ok();
    assert_eq!(paid["state"], "paid");
    let asked = stall.held(&[(1, 1)]).await;
    let bank = till
        .redirected(&stall, &asked, "pm_card_authenticationRequired")
        .await;
    let back = till.press(&bank, "confirm").await;
    assert!(back.header("location").starts_with(text(&asked["link"])));
    till.becomes(&asked, "paid").await;
    stall
        .pay_nowait(&stall.held(&[(1, 1)]).await, "accept")
        .await
        .error(400, "invalid_request");
    assert_eq!(stall.ledger().await, [6800, -340, 0, 0]);
    assert_eq!(till.double.totals(), (6800, 0));
}

#[tokio::test]
async fn an_order_that_costs_nothing_does_not_go_to_stripe() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(0, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    assert_eq!(stall.pay(&held, "checkout").await.ok()["state"], "paid");
    assert_eq!(till.double.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn a_repeat_of_the_request_to_pay_is_answered_with_the_same_page() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let (id, secret) = (text(&held["id"]), text(&held["secret"]));
    let send = async || {
        let path = format!("/api/v1/orders/{id}/pay?secret={secret}");
        let request = till
            .server
            .request(Method::POST, &path)
            .header("idempotency-key", "tap")
            .json(&json!({ "method": "checkout" }));
        Answer::of(request).await.ok()
    };
    let first = send().await;
    assert_eq!(send().await["redirect_url"], first["redirect_url"]);
    till.press(text(&first["redirect_url"]), "pay").await;
    till.becomes(&held, "paid").await;
    let paid = send().await;
    assert_eq!(
        (&paid["state"], &paid["redirect_url"]),
        (&json!("paid"), &Value::Null)
    );
    assert_eq!(till.double.totals(), (3400, 0));
}
