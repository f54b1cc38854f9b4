//! Codes in the store, without a script: typed on the event's page or at the checkout, or brought by a link.

use shared::ids::{OrderId, PaymentId};
use shared::money::{Currency, Money};
use sync_server::payments::{Notification, Outcome, Settlement, settle};

use serde_json::json;

use super::{see, send};
use crate::store::{location, says};
use crate::support::TestServer;
use crate::support::stall::Stall;

impl Stall<'_> {
    fn page(&self) -> String {
        format!("/fr/events/{}", self.event)
    }

    /// *Réserver* two places with what stands in the code's field.
    async fn reserved_with(&self, code: &str) -> crate::support::Answer {
        let fields = [
            ("type", "1"),
            ("places", "2"),
            ("code", code),
            ("step", "reserve"),
        ];
        send(self.server, &self.page(), &fields).await
    }
}

#[tokio::test]
async fn a_link_brings_the_code_and_the_price_shown_is_the_price_paid() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (2_000, 100)]).await;
    let terms = json!({"percent_basis_points": 1250, "types": [1]});
    stall.code("AMIS", terms).await;
    let shown = see(&server, &format!("{}?code=amis", stall.page())).await;
    for sentence in [
        "value=\"amis\"",
        "AMIS\u{a0}: 12,5\u{a0}% de réduction. Pour\u{a0}: Tarif 1.",
        "59,50\u{a0}€",
        "40,00\u{a0}€",
        "code déduit",
    ] {
        says(&shown, sentence);
    }
    let other = format!("/de/events/{}?code=amis", stall.event);
    says(&shown, &other);
    // Buttons that change the number keep it.
    let fields = [
        ("type", "1"),
        ("places", "2"),
        ("code", "amis"),
        ("step", "more"),
    ];
    let more = location(&send(&server, &stall.page(), &fields).await);
    assert_eq!(
        more,
        format!("{}?type=1&places=3&code=amis#choose", stall.page())
    );

    let checkout = location(&stall.reserved_with("amis").await);
    let asked = see(&server, &checkout).await;
    for sentence in [
        "<dt>Sans remise</dt><dd class=\"num\">68,00\u{a0}€</dd>",
        "<dt>Remise AMIS</dt><dd class=\"num\">-8,50\u{a0}€</dd>",
        "Payer 59,50\u{a0}€",
        "3,10\u{a0}€",
    ] {
        says(&asked, sentence);
    }
    let order = location(&stall.paid_with(&checkout, "accept").await);
    let done = stall.until_says(&order, "C’est réservé").await;
    says(&done, "Remise AMIS");
    says(&done, "59,50\u{a0}€");
    assert_eq!(stall.ledger().await[0], 5_950);
}

#[tokio::test]
async fn a_code_that_is_refused_is_said_so_and_nothing_is_reserved() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let minimum = json!({"amount_minor": 500, "minimum_minor": 10_000});
    stall.code("GROS", minimum).await;
    let shown = see(&server, &format!("{}?code=%3Cb%3E", stall.page())).await;
    says(&shown, "Ce code n’existe pas pour cet événement");
    says(&shown, "value=\"&#60;b&#62;\"");
    let too_few = see(&server, &format!("{}?code=GROS", stall.page())).await;
    says(&too_few, "À partir de 100,00\u{a0}€ de commande.");
    says(&too_few, "68,00\u{a0}€");
    assert!(
        !too_few.text.contains("code déduit"),
        "nothing is deducted yet"
    );
    let wrong = stall.reserved_with("GROS").await;
    assert_eq!(wrong.status, 409);
    says(&wrong, "Ce code vaut à partir de 100,00\u{a0}€ de commande");
    says(&wrong, "value=\"GROS\"");
    let unknown = stall.reserved_with("RIEN").await;
    assert_eq!(unknown.status, 409);
    says(&unknown, "Ce code n’existe pas pour cet événement");
    assert_eq!(stall.stock().await, (0, 0, 100));
    for language in ["en", "es", "de", "it"] {
        let path = format!("/{language}/events/{}?code=GROS", stall.event);
        says(&see(&server, &path).await, "GROS");
    }
}

#[tokio::test]
async fn at_the_checkout_a_code_is_given_and_taken_away_and_what_was_typed_stays() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let code = stall.code("CINQ", json!({"amount_minor": 501})).await;
    let checkout = location(&stall.reserved_with("").await);
    let step = async |code: &str, step: &str| {
        let fields = [
            ("email", "camille@example.org"),
            ("name", "Camille Roux"),
            ("method", "accept"),
            ("code", code),
            ("step", step),
        ];
        send(&server, &checkout, &fields).await
    };
    let wrong = step("SIX", "code").await;
    assert_eq!(wrong.status, 409);
    says(&wrong, "Ce code n’existe pas pour cet événement");
    says(&wrong, "Payer 68,00\u{a0}€");
    // Whoever types a code and presses the large button is shown the price first.
    let given = step("cinq", "").await;
    assert_eq!(given.status, 200);
    for sentence in [
        "Code CINQ appliqué",
        "Payer 62,99\u{a0}€",
        "value=\"camille@example.org\"",
    ] {
        says(&given, sentence);
    }
    assert_eq!(stall.ledger().await[0], 0, "nothing was paid");
    assert_eq!(stall.taken(code).await, 1);
    let away = step("", "uncode").await;
    says(&away, "Payer 68,00\u{a0}€");
    assert_eq!(stall.taken(code).await, 0);
    step("CINQ", "code").await;
    let order = location(&step("", "pay").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(stall.ledger().await[0], 6_299);
    let prices: Vec<i64> = sqlx::query_scalar(
        "select price_minor from tickets where event_id = $1 order by series_no",
    )
    .bind(stall.event.0)
    .fetch_all(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(prices, [3_150, 3_149]);
}

#[tokio::test]
async fn whose_code_it_is_not_is_told_at_the_payment_and_nothing_is_charged() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let first = json!({"percent_basis_points": 1000, "first_order": true});
    stall.code("PREMIERE", first).await;
    stall.bought(&[(1, 1)]).await;
    let checkout = location(&stall.reserved_with("PREMIERE").await);
    let refused = stall.paid_with(&checkout, "accept").await;
    assert_eq!(refused.status, 409);
    says(&refused, "cette adresse a déjà commandé");
    assert_eq!(stall.ledger().await[0], 3_400, "only the first order");
    let fields = [("step", "uncode")];
    send(&server, &checkout, &fields).await;
    let order = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(stall.ledger().await[0], 3_400 + 6_800);
}

#[tokio::test]
async fn no_price_changes_while_a_payment_is_under_way_and_an_old_price_pays_nothing() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    stall
        .code("DIX", json!({"percent_basis_points": 1000}))
        .await;
    let checkout = location(&stall.reserved_with("").await);
    stall.paid_with(&checkout, "hang").await;
    let fields = [("code", "DIX"), ("step", "code")];
    let begun = send(&server, &checkout, &fields).await;
    assert_eq!(begun.status, 409);
    says(&begun, "Un paiement est en cours pour ce prix");

    let other = location(&stall.reserved_with("").await);
    assert_eq!(stall.paid_with(&other, "decline").await.status, 402);
    says(&send(&server, &other, &fields).await, "Payer 61,20\u{a0}€");
    let id: OrderId = other.split('/').nth(3).unwrap().parse().unwrap();
    let payment: uuid::Uuid = sqlx::query_scalar("select id from payments where order_id = $1")
        .bind(id.0)
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    let old_price = Notification {
        payment: PaymentId(payment),
        order: id,
        reference: "late".to_owned(),
        outcome: Outcome::Succeeded(Money::new(6_800, Currency::Eur)),
    };
    let settled = settle(&server.app, &old_price).await.unwrap();
    assert_eq!(settled, Settlement::Returned);
    assert_eq!(stall.ledger().await[0], 0);
    let order = location(&stall.paid_with(&other, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(stall.ledger().await[0], 6_120);
}

#[tokio::test]
async fn an_order_that_costs_nothing_by_its_code_asks_for_no_card() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    stall
        .code("INVITE", json!({"percent_basis_points": 10_000}))
        .await;
    let shown = see(&server, &format!("{}?code=INVITE", stall.page())).await;
    says(&shown, "Gratuit");
    let checkout = location(&stall.reserved_with("INVITE").await);
    let asked = see(&server, &checkout).await;
    says(&asked, "Confirmer, gratuit");
    assert!(!asked.text.contains("name=\"method\""));
    let order = location(&stall.paid_with(&checkout, "").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(stall.stock().await, (0, 2, 98));
}
