//! Waiting for places: joining, being offered what comes back, taking it, letting it go.

use sync_server::accounts::Role;
use sync_server::orders::expire::expire;
use sync_server::orders::hold::HoldError;
use sync_server::orders::rules::NotHeld;
use sync_server::orders::waiting_list;

use super::{link, told};
use crate::backoffice::{Clerk, PageForm};
use crate::store::{location, page, says};
use crate::support::stall::Stall;
use crate::support::{Answer, TestServer};

const HOUR: i64 = 3_600_000;

impl Stall<'_> {
    fn page_path(&self) -> String {
        format!("/fr/events/{}", self.event)
    }

    async fn ask(&self, email: &str, places: &str) -> Answer {
        let shown = page(self.server, &self.page_path()).await;
        let form = PageForm::of(&shown, "<form class=\"line-form\"")
            .fill("places", places)
            .fill("email", email)
            .press("consent", "yes");
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post_form(&form.action, &fields).await
    }

    /// In the line, confirmed; the path of their place.
    pub(super) async fn joined(&self, email: &str, places: &str) -> String {
        assert_eq!(
            location(&self.ask(email, places).await),
            "/fr/waiting/asked"
        );
        let mails = told(self.server).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].to, email);
        let place = link(self.server, &mails[0], "/waiting/place");
        says(&page(self.server, &place).await, "Dernier geste");
        assert_eq!(location(&self.post_form(&place, &[]).await), place);
        // Who comes after comes later.
        self.server.clock.advance(1);
        place
    }

    pub(super) async fn is_sold_out(&self) {
        match self.hold(&[(1, 1)]).await {
            Err(HoldError::Refused(NotHeld::SoldOut { .. })) => {}
            other => panic!("it is somebody else's turn: {other:?}"),
        }
    }
}

/// S1, S2: what is offered is held, by an order that is paid as any other.
#[tokio::test]
async fn a_place_that_comes_back_is_held_for_whoever_is_first_and_sold_to_nobody_else() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    let shown = page(&server, &stall.page_path()).await;
    assert!(!shown.text.contains("Liste d’attente"), "there is a place");
    let sold = stall.bought(&[(1, 1)]).await;
    told(&server).await;
    server.app.event_pages.forget(stall.event).await;

    let bare = [("type", "1"), ("places", "9999"), ("email", "nina")];
    let wrong = stall
        .post_form(&format!("{}/waiting", stall.page_path()), &bare)
        .await;
    assert_eq!(wrong.status, 400);
    for sentence in [
        "3\u{a0}champs à corriger",
        "De 1 à 10\u{a0}places",
        "Écrivez une adresse",
        "Cochez cette case",
        "value=\"nina\"",
    ] {
        says(&wrong, sentence);
    }
    let nina = stall.joined("nina@example.org", "1").await;
    says(&page(&server, &nina).await, "Vous êtes en tête de la file");
    stall.ask("NINA@example.org", "1").await;
    let places = "select count(*) from waiting_list where event_id = $1";
    assert_eq!(
        server.number(places, stall.event.0).await,
        1,
        "one place each"
    );
    told(&server).await;
    let omar = stall.joined("omar@example.org", "1").await;
    says(&page(&server, &omar).await, "1\u{a0}personne avant vous");
    assert_eq!(told(&server).await.len(), 0, "nothing is free");

    stall.refund(&sold).await;
    stall.is_sold_out().await;
    let mails = told(&server).await;
    let offer = mails
        .iter()
        .find(|mail| mail.to == "nina@example.org")
        .unwrap();
    assert!(mails.iter().all(|mail| mail.to != "omar@example.org"));
    assert_eq!(
        offer.subject,
        "C’est votre tour\u{a0}: des places pour Nuit électrique"
    );
    for detail in [
        "1\u{a0}billet (Tarif 1)",
        "dimanche 22 novembre 2026 à 22\u{a0}h",
    ] {
        assert!(
            offer.text.contains(detail),
            "{detail} is missing in {}",
            offer.text
        );
    }
    assert!(
        offer
            .header("List-Unsubscribe")
            .unwrap()
            .contains("/waiting/leave?token=")
    );
    assert_eq!(stall.stock().await, (1, 0, 0));
    stall.is_sold_out().await;
    says(&page(&server, &nina).await, "C’est votre tour");

    let checkout = link(&server, offer, "/checkout");
    let asked = page(&server, &checkout).await;
    says(&asked, "Vos places sont gardées jusqu’à 22\u{a0}h");
    says(&asked, "value=\"nina@example.org\"");
    server.clock.advance(HOUR);
    let order = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&order, "C’est réservé").await;
    assert_eq!(stall.stock().await, (0, 1, 0));
    told(&server).await;
    says(&page(&server, &nina).await, "Vous avez pris vos places");
    says(&page(&server, &omar).await, "Vous êtes en tête de la file");

    let owner = server.member(stall.organizer, Role::Owner, "Lou").await;
    let clerk = Clerk::of(&server, owner.id).await;
    let office = clerk
        .see(&format!("/fr/office/events/{}/line", stall.event))
        .await;
    says(
        &office,
        "<tr><td><bdi>Tarif 1</bdi></td><td class=\"r\">1</td><td class=\"r\">1</td>",
    );
    assert!(!office.text.contains("omar@"), "figures, no addresses");
}

#[tokio::test]
async fn an_offer_that_is_not_taken_in_time_or_given_up_goes_to_the_next() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 1)]).await;
    let sold = stall.bought(&[(1, 1)]).await;
    told(&server).await;
    server.app.event_pages.forget(stall.event).await;
    let nina = stall.joined("nina@example.org", "1").await;
    let omar = stall.joined("omar@example.org", "1").await;
    let paula = stall.joined("paula@example.org", "1").await;
    stall.refund(&sold).await;
    assert!(
        told(&server)
            .await
            .iter()
            .any(|mail| mail.to == "nina@example.org")
    );

    server.clock.advance(2 * HOUR - 1);
    expire(&server.app.pool, server.now_ms()).await.unwrap();
    assert_eq!(told(&server).await.len(), 0, "she has a moment left");
    server.clock.advance(1);
    expire(&server.app.pool, server.now_ms()).await.unwrap();
    stall.is_sold_out().await;
    let mails = told(&server).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "omar@example.org");
    says(&page(&server, &nina).await, "Votre tour est passé");

    let leave = link(&server, &mails[0], "/waiting/leave");
    says(&page(&server, &leave).await, "Votre tour sera perdu");
    says(&page(&server, &omar).await, "C’est votre tour");
    // As a mail program's own button sends it.
    let one_click = server
        .request(reqwest::Method::POST, &leave)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("List-Unsubscribe=One-Click");
    assert_eq!(Answer::of(one_click).await.status, 303);
    says(&page(&server, &omar).await, "Vous avez quitté la liste");
    let mails = told(&server).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "paula@example.org");
    says(&page(&server, &paula).await, "C’est votre tour");
    assert_eq!(stall.stock().await, (1, 0, 0));

    let offered = link(&server, &mails[0], "/checkout");
    let back = offered.replace("/checkout?", "/checkout/give-back?");
    stall.post_form(&back, &[]).await;
    assert_eq!(told(&server).await.len(), 0, "nobody waits any more");
    stall.hold(&[(1, 1)]).await.expect("it is anybody's again");
}

#[tokio::test]
async fn who_wants_more_than_there_is_keeps_their_turn_and_a_raised_quota_serves_them() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(2_000, 2)]).await;
    stall.bought(&[(1, 2)]).await;
    told(&server).await;
    server.app.event_pages.forget(stall.event).await;
    let pair = stall.joined("pair@example.org", "2").await;
    let single = stall.joined("single@example.org", "1").await;
    stall
        .change("update stock set quota = 3 where event_id = $1")
        .await;
    let mails = told(&server).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "single@example.org");
    says(&page(&server, &pair).await, "Vous êtes en tête de la file");
    says(&page(&server, &single).await, "C’est votre tour");

    stall
        .change("update stock set quota = 4 where event_id = $1")
        .await;
    assert_eq!(told(&server).await.len(), 0);
    server.app.event_pages.forget(stall.event).await;
    says(&page(&server, &stall.page_path()).await, "1 restante");
    stall
        .change("update stock set quota = 5 where event_id = $1")
        .await;
    stall.is_sold_out().await;
    let mails = told(&server).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "pair@example.org");
    assert_eq!(stall.stock().await, (3, 2, 0));
}

#[tokio::test]
async fn an_organizer_says_whether_one_may_wait_and_how_long_an_offer_lasts() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 1)]).await;
    let sold = stall.bought(&[(1, 1)]).await;
    told(&server).await;
    server.app.event_pages.forget(stall.event).await;
    stall.joined("nina@example.org", "1").await;
    let owner = server.member(stall.organizer, Role::Owner, "Lou").await;
    let clerk = Clerk::of(&server, owner.id).await;
    let terms = format!("/fr/office/events/{}/terms", stall.event);
    let form = PageForm::of(&clerk.see(&terms).await, "<form class=\"office-row\"");
    assert_eq!(
        (form.value("waiting"), form.value("offer")),
        ("open", "120")
    );
    let saved = clerk
        .submit(&form.fill("waiting", "closed").fill("offer", "30"))
        .await;
    says(&saved, "Conditions enregistrées");
    let form = PageForm::of(&clerk.see(&terms).await, "<form class=\"office-row\"");
    assert_eq!(
        (form.value("waiting"), form.value("offer")),
        ("closed", "30")
    );
    let shown = page(&server, &stall.page_path()).await;
    assert!(!shown.text.contains("line-form"), "nobody joins any more");
    let fields = [
        ("type", "1"),
        ("places", "1"),
        ("email", "o@example.org"),
        ("consent", "yes"),
    ];
    let late = stall
        .post_form(&format!("{}/waiting", stall.page_path()), &fields)
        .await;
    assert_eq!(location(&late), stall.page_path());

    stall.refund(&sold).await;
    let mails = told(&server).await;
    let offer = mails
        .iter()
        .find(|mail| mail.to == "nina@example.org")
        .unwrap();
    assert!(offer.text.contains("à 20\u{a0}h\u{a0}30"), "{}", offer.text);
    let stranger = server.person("Sam").await;
    let other = Clerk::of(&server, stranger.id).await;
    assert_eq!(other.see(&terms).await.status, 404);
}

#[tokio::test]
async fn a_link_that_is_none_of_ours_opens_no_place() {
    let server = TestServer::start().await;
    for path in [
        "/fr/waiting/place?token=x",
        "/de/waiting/leave",
        "/it/waiting/place?token=AAAA",
    ] {
        assert_eq!(page(&server, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn addresses_are_forgotten_when_nobody_needs_them_any_more() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 1)]).await;
    stall.bought(&[(1, 1)]).await;
    told(&server).await;
    server.app.event_pages.forget(stall.event).await;
    stall.joined("nina@example.org", "1").await;
    stall.ask("omar@example.org", "1").await;
    let kept = async || {
        waiting_list::forget(&server.app).await.unwrap();
        let places = "select count(*) from waiting_list where event_id = $1";
        server.number(places, stall.event.0).await
    };
    assert_eq!(kept().await, 2);
    server.clock.advance(8 * 24 * HOUR);
    assert_eq!(kept().await, 1, "who has not confirmed");
    server.clock.advance(23 * 24 * HOUR);
    assert_eq!(kept().await, 0);
}
