//! The store's pages of a reservation, without a script, and the office's.

use serde_json::json;

use super::{take_over, told};
use crate::backoffice::Clerk;
use crate::store::{after, location, page, says, send};
use crate::support::TestServer;
use crate::support::stall::{Stall, text};

const BUYER: [(&str, &str); 2] = [("email", "camille@example.org"), ("name", "Camille Roux")];

async fn reserve(server: &TestServer, checkout: &str) -> crate::support::Answer {
    let fields = [BUYER[0], BUYER[1], ("step", "reserve")];
    send(server, checkout, &fields).await
}

#[tokio::test]
async fn a_guest_reserves_shows_a_code_pays_after_all_or_gives_up_by_forms_alone() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let stall = Stall::of(&event);
    let checkout = stall.reserved().await;
    let asked = page(&server, &checkout).await;
    for sentence in [
        "Réserver et payer à la billetterie",
        "vos places sont gardées jusqu’au dimanche 22 novembre 2026 à 22\u{a0}h\u{a0}30",
        "Payer 68,00\u{a0}€",
    ] {
        says(&asked, sentence);
    }
    // Without a name it is asked for one, as for a payment.
    let unnamed = send(&server, &checkout, &[("email", "x"), ("step", "reserve")]).await;
    assert_eq!(unnamed.status, 400);
    let order = location(&reserve(&server, &checkout).await);
    let shown = page(&server, &order).await;
    for sentence in [
        "Réservé, à payer à la billetterie",
        "Vos places sont gardées jusqu’au dimanche 22 novembre 2026 à 22\u{a0}h\u{a0}30",
        "68,00\u{a0}€",
        "12 quai des Antilles",
        "TH-",
        "<svg",
        "la réservation tombe d’elle-même",
    ] {
        says(&shown, sentence);
    }
    assert_eq!(told(&server).await.len(), 1);

    // Sent again it is the same reservation; another one of this address is none.
    assert_eq!(location(&reserve(&server, &checkout).await), order);
    let second = stall.reserved().await;
    let refused = reserve(&server, &second).await;
    assert_eq!(refused.status, 409);
    says(&refused, "Cette adresse a déjà une réservation");

    // It can be paid; the way back from there leads to the reservation and gives nothing up.
    let pay = after(&shown, "btn-main", "href");
    let paying = page(&server, &pay).await;
    says(&paying, "Vos places sont gardées jusqu’au dimanche");
    for absent in [
        "Réserver et payer",
        "name=\"code\"",
        "give-back",
        "name=\"remind\"",
    ] {
        assert!(!paying.text.contains(absent), "{absent}");
    }
    assert_eq!(after(&paying, "<a class=\"round\"", "href"), order);
    let give_up = after(&shown, "btn-main", "action");
    assert_eq!(location(&send(&server, &give_up, &[]).await), order);
    says(&page(&server, &order).await, "Réservation annulée");
    assert_eq!(event.places(1).await.0, 2, "the second cart's");

    let order = location(&reserve(&server, &second).await);
    let pay = after(&page(&server, &order).await, "btn-main", "href");
    assert_eq!(location(&stall.paid_with(&pay, "accept").await), order);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(event.places(1).await, (0, 2, 0, 0));
}

#[tokio::test]
async fn what_a_till_cannot_sell_is_not_offered_and_the_page_says_why() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    let stall = Stall::of(&event);
    let checkout = stall.reserved().await;
    let asked = page(&server, &checkout).await;
    assert!(
        !asked.text.contains("Réserver et payer"),
        "nobody takes reservations"
    );
    event.takes_reservations().await;
    stall
        .change("update events set asks_donation = true where id = $1")
        .await;
    server.app.event_pages.forget(event.id).await;
    let asked = page(&server, &checkout).await;
    says(&asked, "Réserver et payer à la billetterie");
    let gift = [BUYER[0], BUYER[1], ("donation", "5"), ("step", "reserve")];
    let repriced = send(&server, &checkout, &gift).await;
    says(&repriced, "La billetterie ne prend pas les dons");
    assert!(!repriced.text.contains("Réserver et payer à la billetterie"));
    // Who sends it all the same is told the same.
    let fields = [
        BUYER[0],
        BUYER[1],
        ("donation", "5,00"),
        ("step", "reserve"),
    ];
    let refused = send(&server, &checkout, &fields).await;
    assert_eq!(refused.status, 409);
    says(&refused, "La billetterie ne prend pas les dons");
    event
        .terms(json!({ "reservations": true, "reservation_minutes": 180 }))
        .await;
    let late = page(&server, &stall.reserved().await).await;
    says(&late, "Il est trop tard pour réserver");
}

#[tokio::test]
async fn the_pages_of_a_reservation_are_in_five_languages() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let checkout = Stall::of(&event).reserved().await;
    let order = location(&reserve(&server, &checkout).await);
    for (language, sentence) in [
        ("en", "Reserved, to be paid at the box office"),
        ("de", "Reserviert, an der Kasse zu bezahlen"),
        ("es", "Reservado, por pagar en la taquilla"),
        ("it", "Prenotato, da pagare in biglietteria"),
    ] {
        let path = order.replacen("/fr/", &format!("/{language}/"), 1);
        says(&page(&server, &path).await, sentence);
    }
}

#[tokio::test]
async fn the_office_reads_of_each_order_whether_it_waits_for_the_till_or_is_there() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let till = event.device_with("Guichet", json!({ "sell": true })).await;
    let order = event.reserved_for("camille@example.org").await;
    let clerk = Clerk::of(&server, event.owner.id).await;
    let list = format!("/fr/office/{}/orders", event.organizer);
    let its = format!("/fr/office/orders/{}", text(&order["id"]));
    for path in [&list, &its] {
        let shown = clerk.see(path).await;
        says(&shown, "Réservée, à payer à la billetterie");
        says(&shown, "dimanche 22 novembre 2026 à 22\u{a0}h\u{a0}30");
    }
    take_over(&till, &order).await;
    for path in [&list, &its] {
        says(&clerk.see(path).await, "Prise en charge à la billetterie");
    }
}
