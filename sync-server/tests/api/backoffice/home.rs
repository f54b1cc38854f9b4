//! Who comes in, for whom, and what is there at a glance.

use sync_server::accounts::Role;

use super::Clerk;
use crate::store::{location, says};
use crate::support::fixtures::{self, published_event};
use crate::support::{Answer, TestServer};

#[tokio::test]
async fn a_stranger_is_sent_to_the_log_in_and_comes_back_in_the_same_language() {
    let server = TestServer::start().await;
    let seen = server.get("/de/office").await;
    assert_eq!(location(&seen), "/de/login?next=/de/office");
    let sent = Answer::of(server.form("/fr/office/events/x/cancel", &[])).await;
    assert_eq!(location(&sent), "/fr/login");
}

#[tokio::test]
async fn whoever_works_for_one_organizer_is_there_at_once_and_for_several_chooses() {
    let server = TestServer::start().await;
    let nobody = server.person("Nobody").await;
    let shown = Clerk::of(&server, nobody.id).await.see("/fr/office").await;
    says(&shown, "ne travaille pour aucun organisateur");

    let event = published_event(&server, 10).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let own = format!("/fr/office/{}", event.organizer);
    assert_eq!(location(&clerk.see("/fr/office").await), own);

    let other = server.organizer("Le Grand <Pavois>").await;
    let both = server.person("Both").await;
    server.join(event.organizer, both.id, Role::Door).await;
    server.join(other, both.id, Role::Viewer).await;
    let shown = Clerk::of(&server, both.id).await.see("/fr/office").await;
    says(&shown, "Le Grand &#60;Pavois&#62;");
    says(&shown, &format!("href=\"{own}\""));
    says(&shown, &format!("href=\"/fr/office/{other}\""));
}

#[tokio::test]
async fn the_list_says_of_each_event_where_it_stands_what_is_sold_and_what_it_took() {
    let server = TestServer::start().await;
    let event = published_event(&server, 1_200).await;
    let stall = event.stall(&server);
    stall.bought(&[(1, 2), (2, 1)]).await;
    stall.held(&[(1, 4)]).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let list = clerk.see(&format!("/fr/office/{}", event.organizer)).await;
    for sentence in [
        "Nuit électro",
        "En vente",
        "3\u{a0}/\u{a0}2\u{a0}400",
        "88,00\u{a0}€",
        "Nouvel événement",
    ] {
        says(&list, sentence);
    }
    assert!(list.header("cache-control").contains("no-store"));
    assert!(!list.text.contains("<script") && !list.text.contains(" style="));

    let shown = clerk
        .see(&format!("/fr/office/events/{}", event.event))
        .await;
    // 5 % of 88.00 is the platform's.
    for sentence in ["88,00\u{a0}€", "83,60\u{a0}€", "Tarif réduit", "En panier"] {
        says(&shown, sentence);
    }
    for (language, word) in [
        ("en", "On sale"),
        ("es", "A la venta"),
        ("de", "Im Verkauf"),
        ("it", "In vendita"),
    ] {
        let list = clerk
            .see(&format!("/{language}/office/{}", event.organizer))
            .await;
        says(&list, word);
    }
}

#[tokio::test]
async fn a_role_sees_and_is_offered_what_it_may() {
    let server = TestServer::start().await;
    let event = published_event(&server, 10).await;
    let viewer = server.member(event.organizer, Role::Viewer, "Viewer").await;
    let clerk = Clerk::of(&server, viewer.id).await;
    let own = format!("/fr/office/{}", event.organizer);
    let list = clerk.see(&own).await;
    says(&list, "Nuit électro");
    let shown = clerk
        .see(&format!("/fr/office/events/{}", event.event))
        .await;
    for hidden in ["Nouvel événement", "/cancel", "/copy", "/prices"] {
        assert!(
            !list.text.contains(hidden) && !shown.text.contains(hidden),
            "{hidden} is nothing for a viewer"
        );
    }
    assert_eq!(clerk.see(&format!("{own}/new")).await.status, 403);
    for change in ["what", "place", "prices", "cancel"] {
        let path = format!("/fr/office/events/{}/{change}", event.event);
        assert_eq!(clerk.see(&path).await.status, 403, "{path}");
        assert_eq!(clerk.send(&path, &[]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let server = TestServer::start().await;
    let mine = published_event(&server, 10).await;
    let theirs = published_event(&server, 10).await;
    let clerk = Clerk::of(&server, mine.owner).await;
    let own = format!("/fr/office/{}", theirs.organizer);
    let event = format!("/fr/office/events/{}", theirs.event);
    for path in [
        own.clone(),
        format!("{own}/new"),
        event.clone(),
        format!("{event}/what"),
        format!("{event}/place"),
        format!("{event}/prices"),
        format!("{event}/publish"),
        format!("{event}/cancel"),
    ] {
        assert_eq!(clerk.see(&path).await.status, 404, "{path}");
    }
    for change in [
        "what", "place", "prices", "publish", "cancel", "copy", "forget",
    ] {
        let path = format!("{event}/{change}");
        let fields = [("title", "Taken"), ("category", "club")];
        assert_eq!(clerk.send(&path, &fields).await.status, 404, "{path}");
    }
    let page = server.get(&format!("/fr/events/{}", theirs.event)).await;
    says(&page, "Nuit électro");
    assert!(!page.text.contains("Taken"));
}

#[tokio::test]
async fn nothing_is_changed_without_the_token_of_the_session() {
    let server = TestServer::start().await;
    let event = fixtures::published_event(&server, 10).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let path = format!("/fr/office/events/{}/cancel", event.event);
    assert_eq!(clerk.send_bare(&path, &[]).await.status, 403);
    let shown = server.get(&format!("/fr/events/{}", event.event)).await;
    assert!(!shown.text.contains("annulé"), "{}", shown.text);
}
