//! From an event's page to the code on white paper.

use shared::ticket::{Presented, Qr};
use sync_server::orders::expire;
use sync_server::payments::{Notification, Outcome, settle};
use sync_server::tickets::keys::open_rotating;
use sync_server::tickets::present::ticket_by_id;

use super::{after, location, page, says, send};
use crate::support::stall::text;
use crate::support::{Answer, TestServer};

#[tokio::test]
async fn a_guest_buys_two_places_with_two_forms_and_without_a_script() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (2_000, 5)]).await;
    let shown = page(&server, &stall.event_path("fr")).await;
    assert_eq!(shown.status, 200);
    for sentence in [
        "Nuit électrique",
        "Dimanche 22 novembre 2026",
        "34,00\u{a0}€",
        "68,00\u{a0}€",
        "2\u{a0}places, frais compris",
        "dont 1,77\u{a0}€ de TVA (5,5\u{a0}%)",
        "5 restantes",
        "Réserver",
    ] {
        says(&shown, sentence);
    }
    assert!(
        !shown.text.contains("100 restantes"),
        "a hurry that is none"
    );
    assert!(!shown.text.contains(" style=") && !shown.text.contains("<script src"));

    let checkout = stall.reserved().await;
    assert_eq!(stall.stock().await, (2, 0, 98));
    let asked = page(&server, &checkout).await;
    for sentence in [
        "Vos places sont gardées jusqu’à 20\u{a0}h\u{a0}10",
        "10\u{a0}minutes",
        "2 × Tarif 1",
        "68,00\u{a0}€",
        "3,55\u{a0}€",
        "Serveur d’essai",
        "Payer 68,00\u{a0}€",
    ] {
        says(&asked, sentence);
    }
    let order = location(&stall.paid_with(&checkout, "accept").await);
    let done = stall.until_says(&order, "C’est réservé").await;
    for sentence in [
        "2\u{a0}places",
        "camille@example.org",
        "68,00\u{a0}€",
        "Voir mes billets",
    ] {
        says(&done, sentence);
    }
    assert!(
        !done.headers.contains_key("refresh"),
        "nothing is waited for"
    );
    assert_eq!(stall.stock().await, (0, 2, 98));
    assert_eq!(stall.ledger().await[0], 6_800);

    let first = after(&done, "btn-main", "href");
    let ticket = page(&server, &first).await;
    for sentence in [
        "Billet 1 sur 2",
        "Camille Roux",
        "Tarif 1",
        "Le Quai, Nantes",
        "W-1",
        "34,00\u{a0}€",
    ] {
        says(&ticket, sentence);
    }
    let api = format!(
        "/api/v1{}",
        first.strip_prefix("/fr").unwrap().replace('?', "/qr.svg?")
    );
    let code = server.get(&api).await;
    says(&ticket, code.text.trim());
    let second = page(&server, &after(&ticket, "ticket-steps", "href")).await;
    says(&second, "Billet 2 sur 2");
    for shown in [&asked, &done, &ticket] {
        assert_eq!(shown.header("referrer-policy"), "no-referrer");
        assert_eq!(shown.header("x-robots-tag"), "noindex");
        assert!(shown.header("cache-control").contains("no-store"));
    }
}

#[tokio::test]
async fn a_free_event_asks_for_no_card() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 10)]).await;
    says(&page(&server, &stall.event_path("de")).await, "Kostenlos");
    let checkout = stall.reserved().await;
    let asked = page(&server, &checkout).await;
    says(&asked, "Confirmer, gratuit");
    assert!(!asked.text.contains("name=\"method\""));
    let order = location(&stall.paid_with(&checkout, "").await);
    stall.until_says(&order, "C’est réservé").await;
}

#[tokio::test]
async fn a_button_pressed_twice_makes_one_order_and_one_payment() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let event = stall.event_path("fr");
    let shown = page(&server, &event).await;
    let order = after(&shown, "name=\"order\"", "value");
    let fields = [
        ("order", order.as_str()),
        ("type", "1"),
        ("places", "2"),
        ("step", "reserve"),
    ];
    let (one, other) = tokio::join!(
        send(&server, &event, &fields),
        send(&server, &event, &fields)
    );
    let checkout = location(&one);
    assert_eq!(checkout, location(&other));
    assert_eq!(stall.stock().await, (2, 0, 98));
    let (one, other) = tokio::join!(
        stall.paid_with(&checkout, "accept"),
        stall.paid_with(&checkout, "accept")
    );
    let done: Vec<&Answer> = [&one, &other]
        .into_iter()
        .filter(|answer| answer.status == 303)
        .collect();
    assert!(!done.is_empty(), "{} {}", one.text, other.text);
    let order = location(done[0]);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(stall.stock().await, (0, 2, 98));
    assert_eq!(stall.ledger().await[0], 6_800, "paid once");
}

#[tokio::test]
async fn whoever_comes_back_and_chooses_differently_gives_the_first_choice_back() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 2)]).await;
    let event = stall.event_path("fr");
    let shown = page(&server, &event).await;
    let order = after(&shown, "name=\"order\"", "value");
    let choose = async |places: &str| {
        let fields = [
            ("order", order.as_str()),
            ("type", "1"),
            ("places", places),
            ("step", "reserve"),
        ];
        location(&send(&server, &event, &fields).await)
    };
    let first = choose("2").await;
    let second = choose("1").await;
    assert_ne!(first, second);
    assert_eq!(stall.stock().await, (1, 0, 1));
    let old = page(&server, &location(&page(&server, &first).await)).await;
    says(&old, "Commande abandonnée");
    says(&old, "Rien n’a été débité");

    let back = format!(
        "{}/give-back?{}",
        second.split('?').next().unwrap(),
        second.split('?').nth(1).unwrap()
    );
    let given = location(&send(&server, &back, &[]).await);
    assert_eq!(given, format!("{event}?type=1&places=1"));
    assert_eq!(stall.stock().await, (0, 0, 2));
}

#[tokio::test]
async fn a_declined_card_leaves_the_places_and_what_was_typed() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    let declined = stall.paid_with(&checkout, "decline").await;
    assert_eq!(declined.status, 402);
    says(&declined, "La banque a refusé. Rien n’a été débité.");
    says(&declined, "value=\"camille@example.org\"");
    assert_eq!(stall.stock().await, (2, 0, 98));
    let unknown = stall.paid_with(&checkout, "of-no-provider").await;
    assert_eq!(unknown.status, 400);
    says(&unknown, "Rien n’a été débité");
    let order = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
}

#[tokio::test]
async fn a_slow_bank_is_waited_for_and_said_so() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    let order = location(&stall.paid_with(&checkout, "hang").await);
    let waiting = page(&server, &order).await;
    says(&waiting, "Paiement en cours");
    says(&waiting, "Payer autrement");
    assert_eq!(waiting.header("refresh"), "4");
    late_payment(&server, &order).await;
    stall.until_says(&order, "C’est réservé").await;
}

/// The bank says yes to what it was asked first.
async fn late_payment(server: &TestServer, order_path: &str) {
    let id = order_path
        .split('/')
        .nth(3)
        .unwrap()
        .split('?')
        .next()
        .unwrap();
    let id: uuid::Uuid = id.parse().unwrap();
    let payment: uuid::Uuid = sqlx::query_scalar(
        "select id from payments where order_id = $1 order by created_ms limit 1",
    )
    .bind(id)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    let notification = Notification {
        payment: shared::ids::PaymentId(payment),
        order: shared::ids::OrderId(id),
        reference: "late".to_owned(),
        outcome: Outcome::Succeeded(shared::money::Money::new(
            6_800,
            shared::money::Currency::Eur,
        )),
    };
    settle(&server.app, &notification).await.unwrap();
}

#[tokio::test]
async fn a_hold_that_has_ended_charges_nothing_and_leads_back_to_the_same_choice() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    server.clock.advance(11 * 60_000);
    let late = location(&stall.paid_with(&checkout, "accept").await);
    let told = page(&server, &late).await;
    says(&told, "Vos places ont été rendues");
    says(&told, "Rien n’a été débité");
    let again = after(&told, "btn-main", "href");
    assert_eq!(again, format!("{}?type=1&places=2", stall.event_path("fr")));
    says(&page(&server, &again).await, "Réserver");
    assert_eq!(stall.ledger().await[0], 0);
}

#[tokio::test]
async fn money_that_comes_when_the_places_are_gone_goes_back_and_that_is_said() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 2)]).await;
    let checkout = stall.reserved().await;
    let order = location(&stall.paid_with(&checkout, "hang").await);
    server.clock.advance(11 * 60_000);
    says(&page(&server, &order).await, "La banque ne répond pas");
    expire::expire(&server.app.pool, server.now_ms())
        .await
        .unwrap();
    stall.bought(&[(1, 2)]).await;
    late_payment(&server, &order).await;
    let told = page(&server, &order).await;
    says(&told, "Paiement arrivé trop tard");
    says(&told, "tout l’argent vous est rendu");
}

#[tokio::test]
async fn after_the_payment_every_way_back_leads_to_the_order() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    let order = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(location(&page(&server, &checkout).await), order);
    assert_eq!(location(&stall.paid_with(&checkout, "accept").await), order);
    let back = checkout.replace("/checkout?", "/checkout/give-back?");
    assert_eq!(location(&send(&server, &back, &[]).await), order);
    assert_eq!(stall.ledger().await[0], 6_800, "paid once");
    assert_eq!(stall.stock().await, (0, 2, 98));
    let mailed = order.replacen("/fr", "", 1);
    assert_eq!(location(&page(&server, &mailed).await), order);
}

#[tokio::test]
async fn an_order_of_the_store_is_paid_by_nobody_before_it_has_a_buyer() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    let id = checkout.split('/').nth(3).unwrap();
    let secret = checkout.split("secret=").nth(1).unwrap();
    let order = server
        .get(&format!("/api/v1/orders/{id}?secret={secret}"))
        .await
        .ok();
    assert_eq!([text(&order["email"]), text(&order["name"])], ["", ""]);
    let order = serde_json::json!({"id": id, "secret": secret});
    let refused = stall
        .pay(&order, "accept")
        .await
        .error(400, "invalid_request");
    assert!(refused["fields"]["email"].is_string(), "{refused}");
    let paid = sqlx::query("update orders set state = 'paid' where email is null");
    assert!(
        paid.execute(&server.app.pool).await.is_err(),
        "not by hand either"
    );
}

#[tokio::test]
async fn a_rotating_ticket_shows_the_code_of_the_moment_and_reloads() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    stall
        .change("update ticket_types set rotating = true where event_id = $1")
        .await;
    let (_, done) = stall.bought_here().await;
    let path = after(&done, "btn-main", "href");
    let id = path.split('/').nth(3).unwrap().split('?').next().unwrap();
    let id: shared::ids::TicketId = id.parse().unwrap();
    let ticket = ticket_by_id(&server.app.pool, id).await.unwrap().unwrap();
    let key = ticket.token.claimed().key;
    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed_rotating from signing_keys where id = $1")
            .bind(key.0.cast_signed())
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
    let codes = open_rotating(&server.app.vault, key, &sealed)
        .unwrap()
        .key_of(id);
    let shown_at = |now_ms| {
        let code = codes.code_at(now_ms).unwrap();
        Qr::ticket(&Presented::with_code(ticket.token, code).unwrap())
            .unwrap()
            .svg()
    };
    let first = page(&server, &path).await;
    says(&first, shown_at(server.now_ms()).trim());
    says(&first, "Ce code change toutes les 15 secondes");
    assert_eq!(first.header("refresh"), "10");
    server.clock.advance(15_000);
    let second = page(&server, &path).await;
    says(&second, shown_at(server.now_ms()).trim());
    assert!(
        !second
            .text
            .contains(shown_at(server.now_ms() - 15_000).trim())
    );
}
