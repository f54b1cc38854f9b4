//! An event made and put on sale by forms alone, and bought through the store's.

use super::{Clerk, PageForm};
use crate::store::{location, page, says};
use crate::support::fixtures::{organizer, published_event};
use crate::support::stall::Stall;
use crate::support::{Answer, TestServer};

const WIZARD: &str = "<form class=\"wizard-form\"";

/// The form of a step.
async fn step(clerk: &Clerk<'_>, path: &str) -> (Answer, PageForm) {
    let shown = clerk.see(path).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(!shown.text.contains("<script") && !shown.text.contains(" style="));
    let form = PageForm::of(&shown, WIZARD);
    (shown, form)
}

#[tokio::test]
async fn an_event_is_made_put_on_sale_and_bought_without_a_script() {
    let server = TestServer::start().await;
    let (organizer, owner, _) = organizer(&server).await;
    let clerk = Clerk::of(&server, owner).await;
    let own = format!("/fr/office/{organizer}");

    let (shown, form) = step(&clerk, &format!("{own}/new")).await;
    says(&shown, "Que proposez-vous");
    assert!(
        !shown.text.contains("/place\""),
        "a link to a step of an event that nobody has kept yet"
    );
    let what = form
        .fill("title", "Mirabelle <Nord>")
        .fill("category", "concert")
        .fill("description", "Nuits boréales.\n\nDeux sets.");
    let place = location(&clerk.submit(&what).await);
    assert!(place.ends_with("/place"), "{place}");
    assert_eq!(
        location(&clerk.submit(&what).await),
        place,
        "sent twice, made once"
    );

    let (shown, form) = step(&clerk, &place).await;
    says(&shown, "Nouveau lieu");
    assert_eq!(form.value("venue"), "new", "there is none yet");
    let form = form
        .fill("venue_name", "La Cigale")
        .fill("venue_address", "120 boulevard de Rochechouart")
        .fill("venue_postal_code", "75018")
        .fill("venue_city", "Paris")
        .fill("capacity", "1 400")
        .fill("doors", "2026-11-28T19:00")
        .fill("starts", "2026-11-28T20:00")
        .fill("ends", "2026-11-28T23:00");
    let prices = location(&clerk.submit(&form).await);
    assert!(prices.ends_with("/prices"), "{prices}");
    assert_eq!(
        location(&clerk.submit(&form).await),
        prices,
        "sent twice, made once"
    );

    let (shown, form) = step(&clerk, &prices).await;
    says(&shown, "Mirabelle &#60;Nord&#62;");
    says(&shown, "5\u{a0}%, est comprise");
    let form = form
        .fill("name-1", "Fosse, debout")
        .fill("price-1", "34,00 €")
        .fill("quota-1", "960");
    let more = location(&clerk.submit(&form.press("do", "add")).await);
    let (_, form) = step(&clerk, &more).await;
    assert_eq!(form.value("price-1"), "34,00");
    let form = form
        .fill("name-2", "Balcon, assis")
        .fill("price-2", "42")
        .fill("quota-2", "500")
        .fill("vat-2", "210");
    let publish = location(&clerk.submit(&form.press("do", "next")).await);

    let (shown, form) = step(&clerk, &publish).await;
    for sentence in [
        "La Cigale, 75018 Paris",
        "samedi 28 novembre 2026 à 20\u{a0}h",
        "42,00\u{a0}€",
        "Voir la page comme un acheteur",
    ] {
        says(&shown, sentence);
    }
    says(
        &clerk.see(&prices).await,
        "1\u{a0}460 places en vente pour une jauge de 1\u{a0}400",
    );
    let id = publish.split('/').nth(4).unwrap();
    let store = format!("/fr/events/{id}");
    assert_eq!(server.get(&store).await.status, 404, "nobody sees a draft");
    let picture = format!("/artwork/{id}.svg");
    assert_eq!(server.get(&picture).await.status, 404, "nor its picture");
    let drawn = clerk.see(&picture).await;
    assert_eq!(drawn.header("cache-control"), "private, no-store");
    says(&drawn, "<svg");
    says(&clerk.see(&store).await, "Mirabelle &#60;Nord&#62;");

    let event = location(&clerk.submit(&form).await);
    says(&clerk.see(&event).await, "En vente");
    says(&clerk.see(&own).await, "0\u{a0}/\u{a0}1\u{a0}460");

    let stall = Stall {
        server: &server,
        organizer,
        event: id.parse().unwrap(),
    };
    says(&page(&server, &store).await, "34,00\u{a0}€");
    let checkout = stall.reserved().await;
    let order = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
    let list = clerk.see(&own).await;
    says(&list, "2\u{a0}/\u{a0}1\u{a0}460");
    says(&list, "68,00\u{a0}€");
}

#[tokio::test]
async fn errors_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let server = TestServer::start().await;
    let (organizer, owner, _) = organizer(&server).await;
    let clerk = Clerk::of(&server, owner).await;
    let own = format!("/fr/office/{organizer}");
    let (_, form) = step(&clerk, &format!("{own}/new")).await;
    let form = form
        .fill("category", "club")
        .fill("description", "</textarea>Une nuit")
        .fill("image_url", "ftp://x");
    let wrong = clerk.submit(&form).await;
    assert_eq!(wrong.status, 422);
    for sentence in [
        "2 champs à corriger",
        "id=\"title-error\">Écrivez un titre",
        "id=\"image_url-error\">Écrivez une adresse",
    ] {
        says(&wrong, sentence);
    }
    let again = PageForm::of(&wrong, WIZARD);
    assert_eq!(again.value("description"), "</textarea>Une nuit");
    assert_eq!(again.value("image_url"), "ftp://x");
    assert_eq!(again.value("category"), "club");

    // It is kept: the list has it, for another day and another browser.
    let list = clerk.see(&own).await;
    says(&list, "Sans titre");
    let id = form.value("id").to_owned();
    let what = format!("/fr/office/events/{id}/what");
    let (_, kept) = step(&clerk, &what).await;
    assert_eq!(kept.value("description"), "</textarea>Une nuit");
    let place = location(
        &clerk
            .submit(&kept.fill("title", "Nuit").fill("image_url", ""))
            .await,
    );

    let (_, form) = step(&clerk, &place).await;
    let form = form
        .fill("venue_name", "Le Club")
        .fill("doors", "2026-12-05T23:30")
        .fill("starts", "2026-12-05T23:00")
        .fill("ends", "2026-12-05T22:00")
        .fill("capacity", "beaucoup");
    let wrong = clerk.submit(&form).await;
    assert_eq!(wrong.status, 422);
    for field in ["doors", "ends", "capacity", "venue_address", "venue_city"] {
        says(&wrong, &format!("id=\"{field}-error\""));
    }
    let again = PageForm::of(&wrong, WIZARD);
    assert_eq!(again.value("venue_name"), "Le Club");
    assert_eq!(again.value("capacity"), "beaucoup");
    // Going back and forth keeps all of it.
    let (_, before) = step(&clerk, &what).await;
    assert_eq!(before.value("title"), "Nuit");
    let (_, after) = step(&clerk, &location(&clerk.submit(&before).await)).await;
    assert_eq!(after.value("doors"), "2026-12-05T23:30");
    let form = after
        .fill("doors", "2026-12-05T22:30")
        .fill("ends", "2026-12-06T05:00")
        .fill("capacity", "")
        .fill("venue_address", "1 rue de l’Arche")
        .fill("venue_postal_code", "44000")
        .fill("venue_city", "Nantes");
    let prices = location(&clerk.submit(&form).await);

    let (_, form) = step(&clerk, &prices).await;
    let form = form
        .fill("name-1", "Entrée")
        .fill("price-1", "douze")
        .fill("quota-1", "300");
    let wrong = clerk.submit(&form.press("do", "next")).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "id=\"price-1-error\">Écrivez un prix");
    let again = PageForm::of(&wrong, WIZARD);
    assert_eq!(again.value("price-1"), "douze");
    assert_eq!(again.value("quota-1"), "300");
    let missing = format!("/fr/office/events/{id}/publish");
    let shown = clerk.see(&missing).await;
    says(&shown, "Aucun tarif pour l’instant");
    assert_eq!(clerk.send(&missing, &[]).await.status, 409);
    let publish = location(
        &clerk
            .submit(&again.fill("price-1", "12").press("do", "next"))
            .await,
    );
    let event = location(&clerk.send(&publish, &[]).await);
    says(&clerk.see(&event).await, "En vente");
}

#[tokio::test]
async fn a_copy_has_all_of_the_earlier_event_but_its_dates() {
    let server = TestServer::start().await;
    let earlier = published_event(&server, 250).await;
    let clerk = Clerk::of(&server, earlier.owner).await;
    let terms = format!("/fr/office/events/{}/terms", earlier.event);
    let form = PageForm::of(&clerk.see(&terms).await, "<form class=\"office-row\"");
    clerk
        .submit(
            &form
                .fill("refund", "48")
                .fill("fee", "1,50")
                .fill("reservation", "open")
                .fill("lapse", "60"),
        )
        .await;
    let (_, form) = step(
        &clerk,
        &format!("/fr/office/events/{}/prices", earlier.event),
    )
    .await;
    location(
        &clerk
            .submit(&form.press("donation", "on").press("do", "next"))
            .await,
    );
    let copy = format!("/fr/office/events/{}/copy", earlier.event);
    let what = location(&clerk.send(&copy, &[]).await);
    let (_, form) = step(&clerk, &what).await;
    assert_eq!(form.value("title"), "Nuit électro");
    let place = location(
        &clerk
            .submit(&form.fill("title", "Nuit électro, la suite"))
            .await,
    );
    let (_, form) = step(&clerk, &place).await;
    assert_eq!(form.value("venue"), earlier.venue.to_string());
    assert_eq!(form.value("doors"), "");
    let form = form
        .fill("doors", "2027-01-09T19:00")
        .fill("starts", "2027-01-09T20:00")
        .fill("ends", "2027-01-09T23:00");
    let prices = location(&clerk.submit(&form).await);
    let (_, form) = step(&clerk, &prices).await;
    assert_eq!(form.value("name-2"), "Tarif réduit");
    assert_eq!(form.value("price-2"), "20,00");
    assert_eq!(form.value("quota-2"), "250");
    assert_eq!(form.value("note-2"), "Vérifier le justificatif");
    let publish = location(&clerk.submit(&form.press("do", "next")).await);
    let event = location(&clerk.send(&publish, &[]).await);
    says(&clerk.see(&event).await, "Nuit électro, la suite");
    let terms = clerk.see(&format!("{event}/terms")).await;
    let terms = PageForm::of(&terms, "<form class=\"office-row\"");
    assert_eq!((terms.value("refund"), terms.value("fee")), ("48", "1,50"));
    let reservations = (terms.value("reservation"), terms.value("lapse"));
    assert_eq!(reservations, ("open", "60"));
    let (_, form) = step(&clerk, &prices).await;
    assert_eq!(form.value("donation"), "on");
    let store = server.get(&format!("/fr/events/{}", earlier.event)).await;
    says(&store, "Dimanche 22 novembre 2026");
}
