//! The office's pages of codes, by forms alone.

use crate::backoffice::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::TestServer;
use crate::support::fixtures::published_event;
use serde_json::json;
use sync_server::accounts::Role;

#[tokio::test]
async fn a_code_is_made_changed_and_ended_and_its_uses_are_seen() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let codes = format!("/fr/office/{}/codes", event.organizer);
    says(&clerk.see(&codes).await, "Aucun code promo");
    let of_event = format!("/fr/office/events/{}", event.event);
    says(
        &clerk.see(&of_event).await,
        &format!("{codes}?event={}", event.event),
    );

    let new = format!("{codes}/new?event={}", event.event);
    let form = PageForm::of(
        &clerk.see(&new).await,
        "<form class=\"office-refund code-edit\"",
    );
    let wrong = clerk
        .submit(
            &form
                .clone()
                .fill("code", "x")
                .fill("off", "dix")
                .fill("uses", "0"),
        )
        .await;
    assert_eq!(wrong.status, 422);
    for sentence in [
        "3 champs à corriger",
        "Écrivez de 3 à 40 lettres",
        "Écrivez un pourcentage jusqu’à 100",
        "Écrivez un nombre à partir de 1",
        "value=\"dix\"",
    ] {
        says(&wrong, sentence);
    }
    let good = form
        .fill("code", "noel10")
        .fill("off", "12,5")
        .fill("minimum", "50")
        .fill("uses", "100")
        .press("type", "1");
    let list = format!("{codes}?event={}", event.event);
    assert_eq!(location(&clerk.submit(&good).await), list);
    assert_eq!(
        location(&clerk.submit(&good).await),
        list,
        "sent twice, made once"
    );
    let listed = clerk.see(&list).await;
    for sentence in [
        "NOEL10",
        "12,5\u{a0}%",
        "Nuit électro",
        "Plein tarif",
        "À partir de 50,00\u{a0}€ de commande.",
        "0 / 100",
        "Valable",
    ] {
        says(&listed, sentence);
    }
    let order = json!({"id": shared::ids::OrderId::new(server.now_ms(), &mut sync_server::edge::OsRandom), "event_id": event.event, "email": "a@example.org", "name": "A",
        "lines": [{"type_no": 1, "quantity": 2}], "promo_code": "NOEL10"});
    let held = server.post("/api/v1/orders", &order).await.ok();
    assert_eq!(held["discount_minor"], 850);
    says(&clerk.see(&codes).await, "1 / 100");
    let shown = clerk
        .see(&format!(
            "/fr/office/orders/{}",
            held["id"].as_str().unwrap()
        ))
        .await;
    says(&shown, "Remise NOEL10");
    says(&shown, "-8,50\u{a0}€");

    let row = listed
        .text
        .split("class=\"link num\" href=\"")
        .nth(1)
        .unwrap();
    let one = row.split('"').next().unwrap().to_owned();
    let form = PageForm::of(
        &clerk.see(&one).await,
        "<form class=\"office-refund code-edit\"",
    );
    assert_eq!(form.value("off"), "12,50");
    assert_eq!(form.value("type"), "1");
    let below = clerk
        .submit(
            &form
                .clone()
                .fill("uses", "")
                .fill("kind", "amount")
                .fill("off", "5"),
        )
        .await;
    assert_eq!(location(&below), list);
    says(&clerk.see(&list).await, "5,00\u{a0}€");
    assert_eq!(
        location(&clerk.send(&format!("{one}/end"), &[]).await),
        list
    );
    says(&clerk.see(&list).await, "Terminé");
    says(&clerk.see(&one).await, "Ce code a pris fin");
    let again = clerk.submit(&form).await;
    assert_eq!(again.status, 422);
    says(&again, "Ce code a pris fin entre-temps");
}

#[tokio::test]
async fn codes_are_not_there_for_strangers_and_not_for_those_who_edit_nothing() {
    let server = TestServer::start().await;
    let event = published_event(&server, 5).await;
    let other = published_event(&server, 5).await;
    let clerk = server
        .member(event.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let clerk = Clerk::of(&server, clerk.id).await;
    let codes = format!("/fr/office/{}/codes", event.organizer);
    assert_eq!(clerk.see(&codes).await.status, 403);
    let events = clerk.see(&format!("/fr/office/{}", event.organizer)).await;
    assert!(
        !events.text.contains("/codes"),
        "nobody is offered what they may not"
    );
    let stranger = Clerk::of(&server, other.owner).await;
    assert_eq!(stranger.see(&codes).await.status, 404);
    let theirs = format!(
        "/fr/office/{}/codes/new?event={}",
        other.organizer, event.event
    );
    assert_eq!(stranger.see(&theirs).await.status, 404);
    for language in ["en", "es", "de", "it"] {
        let page = format!("/{language}/office/{}/codes/new", other.organizer);
        assert_eq!(stranger.see(&page).await.status, 200, "{language}");
    }
}
