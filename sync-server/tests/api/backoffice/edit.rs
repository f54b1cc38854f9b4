//! An event changed once it is on sale, and called off.

use super::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::TestServer;
use crate::support::fixtures::published_event;

const WIZARD: &str = "<form class=\"wizard-form\"";

#[tokio::test]
async fn a_new_price_is_shown_at_once_and_whoever_holds_a_place_pays_the_old_one() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let stall = event.stall(&server);
    let clerk = Clerk::of(&server, event.owner).await;
    let checkout = stall.reserved().await;
    let prices = format!("/fr/office/events/{}/prices", event.event);
    let shown = clerk.see(&prices).await;
    assert!(
        !shown.text.contains("class=\"steps\""),
        "no wizard any more"
    );
    let form = PageForm::of(&shown, WIZARD)
        .fill("price-1", "39,50")
        .press("do", "next");
    let on = location(&clerk.submit(&form).await);
    assert!(on.ends_with(&event.event.to_string()), "{on}");
    let page = server.get(&format!("/fr/events/{}", event.event)).await;
    says(&page, "39,50\u{a0}€");
    assert!(!page.text.contains("34,00\u{a0}€"));
    let asked = server.get(&checkout).await;
    says(&asked, "68,00\u{a0}€");
    let order = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(
        stall.ledger().await[0],
        6_800,
        "the price shown is the price paid"
    );

    // Places that are sold can't be taken back by a smaller quota.
    let form = PageForm::of(&clerk.see(&prices).await, WIZARD)
        .fill("quota-1", "1")
        .press("do", "next");
    let wrong = clerk.submit(&form).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "2 places sont vendues ou en panier");
    assert_eq!(PageForm::of(&wrong, WIZARD).value("quota-1"), "1");
    let fewer = PageForm::of(&wrong, WIZARD)
        .fill("quota-1", "2")
        .press("do", "next");
    location(&clerk.submit(&fewer).await);
    let page = server.get(&format!("/fr/events/{}", event.event)).await;
    says(&page, "Complet");

    // A type that is removed is no longer sold.
    let form = PageForm::of(&clerk.see(&prices).await, WIZARD).press("do", "delete-2");
    assert_eq!(location(&clerk.submit(&form).await), prices);
    let page = server.get(&format!("/fr/events/{}", event.event)).await;
    assert!(!page.text.contains("Tarif réduit"));
}

#[tokio::test]
async fn title_place_and_times_change_and_what_no_form_asks_stays() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let what = format!("/fr/office/events/{}/what", event.event);
    let form = PageForm::of(&clerk.see(&what).await, WIZARD);
    let wrong = clerk.submit(&form.clone().fill("title", " ")).await;
    assert_eq!(wrong.status, 422);
    location(&clerk.submit(&form.fill("title", "Nuit rebaptisée")).await);
    let place = format!("/fr/office/events/{}/place", event.event);
    let form = PageForm::of(&clerk.see(&place).await, WIZARD);
    let form = form
        .fill("venue", "new")
        .fill("venue_name", "Le Hangar")
        .fill("venue_address", "2 quai")
        .fill("venue_postal_code", "44000")
        .fill("venue_city", "Nantes")
        .fill("ends", "2026-11-23T06:00");
    location(&clerk.submit(&form).await);
    let page = server.get(&format!("/fr/events/{}", event.event)).await;
    says(&page, "Nuit rebaptisée");
    says(&page, "Le Hangar");
    let api = server
        .get(&format!("/api/v1/events/{}", event.event))
        .await
        .ok();
    assert_eq!(api["status"], "published");
    assert_eq!(api["hold_seconds"], 600);
    assert_eq!(api["types"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn gates_and_windows_are_made_changed_and_removed() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let doors = format!("/fr/office/events/{}/doors", event.event);
    let gate = [
        ("no", "2"),
        ("do", "gate"),
        ("name", "Porte B"),
        ("type", "1"),
        ("strict", "on"),
    ];
    assert_eq!(location(&clerk.send(&doors, &gate).await), doors);
    let shown = clerk.see(&doors).await;
    says(&shown, "value=\"Porte B\"");
    let nameless = [("no", "2"), ("do", "gate"), ("name", " ")];
    let wrong = clerk.send(&doors, &nameless).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "id=\"gate-2-error\">Écrivez un nom");

    let window = [
        ("no", "1"),
        ("do", "window"),
        ("name", "Samedi"),
        ("from", "2026-11-28T14:00"),
        ("until", "2026-11-28T13:00"),
    ];
    let wrong = clerk.send(&doors, &window).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "id=\"window-1-error\"");
    says(&wrong, "value=\"Samedi\"");
    let window = [
        ("no", "1"),
        ("do", "window"),
        ("name", "Samedi"),
        ("from", "2026-11-28T14:00"),
        ("until", "2026-11-28T18:00"),
    ];
    assert_eq!(location(&clerk.send(&doors, &window).await), doors);

    // A type takes both; then neither can go before the type lets go of it.
    let prices = format!("/fr/office/events/{}/prices", event.event);
    let form = PageForm::of(&clerk.see(&prices).await, WIZARD)
        .fill("gate-1", "2")
        .fill("window-1", "1")
        .press("do", "next");
    location(&clerk.submit(&form).await);
    for (action, no, id) in [
        ("delete-gate", "2", "gate-2"),
        ("delete-window", "1", "window-1"),
    ] {
        let wrong = clerk.send(&doors, &[("no", no), ("do", action)]).await;
        assert_eq!(wrong.status, 422, "{action}");
        says(&wrong, &format!("id=\"{id}-error\""));
    }
    let form = PageForm::of(&clerk.see(&prices).await, WIZARD)
        .fill("gate-1", "0")
        .fill("window-1", "0")
        .press("do", "next");
    location(&clerk.submit(&form).await);
    for (action, no) in [("delete-gate", "2"), ("delete-window", "1")] {
        let sent = clerk.send(&doors, &[("no", no), ("do", action)]).await;
        assert_eq!(location(&sent), doors, "{action}");
    }
    let shown = clerk.see(&doors).await;
    assert!(!shown.text.contains("Porte B") && !shown.text.contains("Samedi"));
}

#[tokio::test]
async fn an_event_is_called_off_after_it_was_said_what_that_means() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let stall = event.stall(&server);
    stall.bought(&[(1, 3)]).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let path = format!("/fr/office/events/{}/cancel", event.event);
    says(
        &clerk.see(&path).await,
        "Places vendues à rembourser\u{a0}: 3",
    );
    let on = location(&clerk.send(&path, &[]).await);
    let shown = clerk.see(&on).await;
    says(&shown, "Annulé");
    assert!(
        !shown.text.contains("/prices"),
        "nothing is changed any more"
    );
    let page = server.get(&format!("/fr/events/{}", event.event)).await;
    says(&page, "Cet événement est annulé");
}
