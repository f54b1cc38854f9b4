//! What comes to the webhook: repeated, in the wrong order, of strangers.

use stripe_double::faults::Delivery;
use stripe_double::webhooks::sign;

use super::*;

fn event(kind: &str, object: Value) -> Value {
    json!({
        "id": format!("evt_{}", shared::ids::uuid_v7(NOW, &mut OsRandom).simple()),
        "object": "event",
        "api_version": stripe_double::API_VERSION,
        "created": NOW / 1000,
        "livemode": false,
        "type": kind,
        "data": { "object": object },
    })
}

impl Till {
    /// As Stripe would sign it now.
    fn signed(&self, body: &str) -> String {
        sign(&[SECRET], self.server.now_ms() / 1000, body)
    }

    /// An order on its way, and what Stripe would say if it were paid.
    async fn claimed(&self, stall: &Stall<'_>) -> (Value, Value) {
        let held = stall.held(&[(1, 1)]).await;
        let page = self.redirected(stall, &held, "checkout").await;
        let (payment, amount): (uuid::Uuid, i64) =
            sqlx::query_as("select id, amount_minor from payments where order_id = $1")
                .bind(order_id(&held).0)
                .fetch_one(&self.server.app.pool)
                .await
                .unwrap();
        let session = json!({
            "id": page.rsplit('/').next(),
            "object": "checkout.session",
            "status": "complete",
            "payment_status": "paid",
            "url": null,
            "amount_total": amount,
            "currency": "eur",
            "payment_intent": "pi_forged",
            "metadata": { "payment": payment, "order": held["id"] },
        });
        (held, event("checkout.session.completed", session))
    }
}

#[tokio::test]
async fn repeated_and_reordered_events_settle_once() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    till.double.every_delivery(Some(Delivery::Times(3)));
    let page = till.redirected(&stall, &held, "checkout").await;
    till.press(&page, "pay").await;
    till.all_told().await;
    let other = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &other, "checkout").await;
    till.double.every_delivery(Some(Delivery::Once));
    // Of intent, charge, intent and session: each pair the wrong way round.
    till.double.next_deliveries([
        Delivery::AfterNext,
        Delivery::Once,
        Delivery::AfterNext,
        Delivery::Once,
    ]);
    till.press(&page, "pay").await;
    till.all_told().await;
    for event in till.double.events() {
        assert!(till.double.tell_again(&event).await, "{event}");
    }
    assert_eq!(till.payments(&held).await, paid());
    assert_eq!(till.payments(&other).await, paid());
    assert_eq!(stall.ledger().await, [6800, -340, 0, 0]);
    assert_eq!(stall.stock().await, (0, 2, 3));
}

#[tokio::test]
async fn an_event_that_finds_the_server_away_comes_again() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &held, "checkout").await;
    till.double.deliver_to("http://127.0.0.1:9/", &[SECRET]);
    till.press(&page, "pay").await;
    until("nobody heard", async || !till.double.attempts().is_empty()).await;
    till.double
        .deliver_to(&till.server.url("/webhooks/stripe"), &[SECRET]);
    till.becomes(&held, "paid").await;
}

#[tokio::test]
async fn what_is_not_signed_by_stripe_changes_nothing() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let (held, claim) = till.claimed(&stall).await;
    let body = claim.to_string();
    let now = till.server.now_ms() / 1000;
    let forged = [
        None,
        Some(String::new()),
        Some(format!("t={now}")),
        Some(sign(&["whsec_of_somebody"], now, &body)),
        Some(sign(&[SECRET], now, &format!("{body} "))),
        Some(sign(&[SECRET], now - 301, &body)),
        Some(sign(&[SECRET], now + 301, &body)),
        Some(till.signed(&body).replace("v1=", "v0=")),
    ];
    for signature in forged {
        let answer = tell(&till.server, &body, signature.as_deref()).await;
        answer.error(400, "invalid_request");
    }
    assert_eq!(till.state(&held).await, "held");
    // The same words in Stripe's hand count: it was the hand that was refused.
    tell(&till.server, &body, Some(&till.signed(&body)))
        .await
        .ok();
    assert_eq!(till.state(&held).await, "paid");
}

#[tokio::test]
async fn events_of_another_account_of_live_money_and_of_other_servers_are_heard_and_change_nothing()
{
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let (held, claim) = till.claimed(&stall).await;
    let mut foreign = claim.clone();
    foreign["account"] = json!("acct_other");
    let mut live = claim.clone();
    live["livemode"] = json!(true);
    let mut stranger = claim.clone();
    stranger["data"]["object"]["metadata"]["payment"] =
        json!(shared::ids::PaymentId::new(NOW, &mut OsRandom));
    let mut bare = claim.clone();
    bare["data"]["object"]["metadata"] = json!({});
    let mut other_words = claim.clone();
    other_words["data"]["object"]["metadata"]["payment"] = json!("7 of May");
    let unknown = event(
        "customer.created",
        json!({ "id": "cus_1", "object": "customer" }),
    );
    for told in [foreign, live, stranger, bare, other_words, unknown] {
        let body = told.to_string();
        tell(&till.server, &body, Some(&till.signed(&body)))
            .await
            .ok();
        assert_eq!(till.state(&held).await, "held", "{body}");
    }
}

#[tokio::test]
async fn while_the_secret_changes_both_are_believed() {
    let till =
        Till::open_with(|stripe| stripe.webhook_secrets.push(Secret::new("whsec_next"))).await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let (held, claim) = till.claimed(&stall).await;
    let body = claim.to_string();
    let header = sign(
        &["whsec_unknown", "whsec_next"],
        till.server.now_ms() / 1000,
        &body,
    );
    tell(&till.server, &body, Some(&header)).await.ok();
    assert_eq!(till.state(&held).await, "paid");
}

#[tokio::test]
async fn what_can_not_be_read_is_said_to_stripe() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let (_, mut claim) = till.claimed(&stall).await;
    claim["data"]["object"]["status"] = json!("a new one");
    for body in [claim.to_string(), "{}".to_owned(), "no JSON".to_owned()] {
        let answer = tell(&till.server, &body, Some(&till.signed(&body))).await;
        answer.error(400, "malformed_body");
    }
    let large = " ".repeat(300 * 1024);
    let answer = tell(&till.server, &large, Some(&till.signed(&large))).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
}

#[tokio::test]
async fn without_a_key_of_stripe_there_is_no_webhook() {
    let server = TestServer::start().await;
    tell(&server, "{}", None).await.error(404, "not_found");
}

#[tokio::test]
async fn a_dispute_stands_beside_its_order_for_the_organizer() {
    let till = Till::open().await;
    let event = till.server.event_on_sale(5).await;
    let stall = Stall {
        server: &till.server,
        organizer: event.organizer,
        event: event.id,
    };
    let held = stall.held(&[(1, 1)]).await;
    stall.pay(&held, "pm_card_visa").await.ok();
    assert!(till.double.dispute(&till.intent(&held).await));
    till.all_told().await;
    let path = format!("/api/v1/orders/{}", text(&held["id"]));
    let seen = event.owner.get(&path).await.ok();
    assert_eq!(seen["troubles"][0]["kind"], "dispute", "{seen}");
    assert_eq!(seen["troubles"][0]["amount_minor"], seen["total_minor"]);
    assert_eq!(
        seen["state"], "paid",
        "the tickets stay good until a person decides"
    );
    let own = till
        .server
        .get(&format!("{path}?secret={}", text(&held["secret"])))
        .await
        .ok();
    assert_eq!(own["troubles"], Value::Null, "not for the buyer");
    // Once, however often it is told.
    for told in till.double.events() {
        till.double.tell_again(&told).await;
    }
    let seen = event.owner.get(&path).await.ok();
    assert_eq!(seen["troubles"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_dispute_that_is_told_before_its_payment_is_told_again() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let (held, claim) = till.claimed(&stall).await;
    let dispute = json!({
        "id": "du_early", "object": "dispute", "amount": 3400, "currency": "eur", "payment_intent": "pi_forged",
    });
    let early = event("charge.dispute.created", dispute).to_string();
    let answer = tell(&till.server, &early, Some(&till.signed(&early))).await;
    answer.error(503, "unavailable");
    let body = claim.to_string();
    tell(&till.server, &body, Some(&till.signed(&body)))
        .await
        .ok();
    tell(&till.server, &early, Some(&till.signed(&early)))
        .await
        .ok();
    let troubles = "select count(*) from payment_troubles where order_id = $1";
    assert_eq!(till.server.number(troubles, order_id(&held).0).await, 1);
}
