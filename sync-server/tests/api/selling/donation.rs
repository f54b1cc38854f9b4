//! A gift to the organizer with an order: its own line, no ticket, no VAT, no commission.

use serde_json::json;
use shared::ids::RefundId;
use sync_server::accounts::Role;
use sync_server::edge::OsRandom;

use super::{see, send};
use crate::store::{location, says};
use crate::support::TestServer;
use crate::support::stall::{Stall, text};

impl Stall<'_> {
    async fn asking(&self) {
        self.change("update events set asks_donation = true where id = $1")
            .await;
    }

    /// What the ledger has of gifts.
    async fn gifts(&self) -> i64 {
        let query = "select coalesce(sum(amount_minor), 0)::bigint from ledger where event_id = $1 and kind = 'donation'";
        self.server.number(query, self.event.0).await
    }
}

#[tokio::test]
async fn a_gift_is_part_of_the_total_and_all_of_it_is_the_organizers() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let give = async |minor: i64| {
        let mut body = serde_json::to_value(stall.request(&[(1, 1)])).unwrap();
        body["donation_minor"] = json!(minor);
        server.post("/api/v1/orders", &body).await
    };
    give(500).await.error(400, "invalid_request");
    stall.asking().await;
    give(-1).await.error(400, "invalid_request");
    give(1_000_001).await.error(400, "invalid_request");
    let held = give(500).await.ok();
    assert_eq!(
        (&held["total_minor"], &held["donation_minor"]),
        (&json!(3_900), &json!(500))
    );
    let paid = stall.pay(&held, "accept").await.ok();
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(
        stall.ledger().await,
        [3_400, -170, 0, 0],
        "no commission on a gift"
    );
    assert_eq!(stall.gifts().await, 500);
    let price = "select price_minor from tickets where event_id = $1";
    assert_eq!(server.number(price, stall.event.0).await, 3_400);

    let clerk = server
        .member(stall.organizer, Role::Manager, "Alex Petit")
        .await;
    let office = crate::backoffice::Clerk::of(&server, clerk.id).await;
    let order = office
        .see(&format!("/fr/office/orders/{}", text(&held["id"])))
        .await;
    says(&order, "<dt>Don</dt><dd class=\"num\">5,00\u{a0}€</dd>");
    let event = office
        .see(&format!("/fr/office/events/{}", stall.event))
        .await;
    says(&event, "39,00\u{a0}€");
    says(&event, "37,30\u{a0}€");

    let refund = json!({"id": RefundId::new(server.now_ms(), &mut OsRandom), "amount_minor": 3_900, "reason": "Annulé"});
    let path = format!("/api/v1/orders/{}/refunds", text(&held["id"]));
    clerk.post(&path, &refund).await.ok();
    assert_eq!(stall.ledger().await, [3_400, -170, -3_400, 170]);
    let back = "select sum(amount_minor)::bigint from ledger where event_id = $1 and kind = 'donation_returned'";
    assert_eq!(server.number(back, stall.event.0).await, -500);
}

#[tokio::test]
async fn at_the_checkout_a_gift_is_shown_in_the_price_before_it_is_paid() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 100)]).await;
    stall.asking().await;
    let checkout = location(&{
        let fields = [("type", "1"), ("places", "2"), ("step", "reserve")];
        send(&server, &format!("/fr/events/{}", stall.event), &fields).await
    });
    says(&see(&server, &checkout).await, "Un don à l’organisateur");
    let typed = async |gift: &str, step: &str| {
        let fields = [
            ("email", "camille@example.org"),
            ("name", "Camille Roux"),
            ("method", "accept"),
            ("donation", gift),
            ("step", step),
        ];
        send(&server, &checkout, &fields).await
    };
    let wrong = typed("beaucoup", "donation").await;
    assert_eq!(wrong.status, 409);
    says(&wrong, "Écrivez un montant comme 5,00");
    says(&wrong, "value=\"beaucoup\"");
    // A free order with a gift asks for a card, and nobody pays what they were not shown.
    let given = typed("5", "pay").await;
    assert_eq!(given.status, 200);
    says(&given, "<dt>Don</dt><dd class=\"num\">5,00\u{a0}€</dd>");
    says(&given, "Payer 5,00\u{a0}€");
    says(&given, "value=\"Camille Roux\"");
    let less = typed("2,50", "donation").await;
    says(&less, "Payer 2,50\u{a0}€");
    let order = location(&typed("2,50", "pay").await);
    let done = stall.until_says(&order, "C’est réservé").await;
    says(&done, "<dt>Don</dt>");
    assert_eq!((stall.gifts().await, stall.ledger().await[0]), (250, 0));
}

#[tokio::test]
async fn who_is_asked_for_nothing_gives_nothing() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let fields = [("type", "1"), ("places", "1"), ("step", "reserve")];
    let page = format!("/fr/events/{}", stall.event);
    let checkout = location(&send(&server, &page, &fields).await);
    assert!(!see(&server, &checkout).await.text.contains("donation"));
    let fields = [
        ("email", "camille@example.org"),
        ("name", "Camille Roux"),
        ("method", "accept"),
        ("donation", "50"),
    ];
    let order = location(&send(&server, &checkout, &fields).await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!((stall.gifts().await, stall.ledger().await[0]), (0, 3_400));
}
