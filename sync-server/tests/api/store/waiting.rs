//! The waiting room: a sale that many want to be at, without a script.

use super::{after, location, page, says, send};
use crate::support::stall::Stall;
use crate::support::{Answer, TestServer};

/// About so many go on at once while nobody waits.
const BURST: usize = 50;

/// What a browser sends that has looked at the event's page.
async fn book(stall: &Stall<'_>, places: &str, place: &str, cookie: Option<&str>) -> Answer {
    let fields = [
        ("type", "1"),
        ("places", places),
        ("place", place),
        ("step", "reserve"),
    ];
    let event = stall.event_path("fr");
    let mut request = stall.server.form(&event, &fields);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    Answer::of(request.header("accept", "text/html")).await
}

/// Books until somebody has to wait; the address of that one's page, which is the first in the line.
async fn rush(stall: &Stall<'_>) -> String {
    for n in 0..2 * BURST {
        let path = location(&book(stall, "2", "", None).await);
        if path.contains("/queue?type=1&places=2&place=") {
            assert!(n >= BURST / 2, "after {n} already");
            return path;
        }
        assert!(path.contains("/checkout?"), "{n}: {path}");
    }
    panic!("nobody has to wait");
}

/// Who comes next; the page's address in the waiting room.
async fn waits(stall: &Stall<'_>) -> String {
    let path = location(&book(stall, "2", "", None).await);
    assert!(path.contains("/queue?"), "{path}");
    path
}

fn place_in(path: &str) -> &str {
    path.split("place=").nth(1).unwrap()
}

#[tokio::test]
async fn who_comes_in_a_rush_is_told_how_many_are_before_and_goes_on_in_turn() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1_000)]).await;
    let mine = rush(&stall).await;
    let held = stall.stock().await.0;
    let theirs = waits(&stall).await;
    let shown = page(&server, &mine).await;
    says(&shown, "Salle d’attente");
    says(&shown, "1\u{a0}personne avant vous");
    says(&shown, "Moins d’une minute");
    assert_eq!(shown.header("refresh"), "2");
    assert_eq!(shown.header("cache-control"), "private, no-store");
    says(&page(&server, &theirs).await, "2\u{a0}personnes avant vous");
    // Pressing again helps nobody.
    let again = location(&book(&stall, "2", place_in(&mine), None).await);
    assert_eq!(place_in(&again), place_in(&mine));

    server.clock.advance(1_000);
    let shown = page(&server, &mine).await;
    says(&shown, "C’est votre tour");
    assert!(shown.headers.get("refresh").is_none());
    assert_eq!(after(&shown, "name=\"place\"", "value"), place_in(&mine));
    assert_eq!(after(&shown, "name=\"places\"", "value"), "2");
    let checkout = location(&book(&stall, "2", place_in(&mine), None).await);
    assert!(checkout.contains("/checkout?"), "{checkout}");
    assert_eq!(stall.stock().await.0, held + 2);
}

#[tokio::test]
async fn a_place_is_of_a_browser_and_stands_for_one_order() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1_000)]).await;
    rush(&stall).await;
    let first = book(&stall, "2", "", None).await;
    let cookie = first
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert!(cookie.starts_with("__Host-place="), "{cookie}");
    let mine = location(&first);
    let held = stall.stock().await.0;
    let other_window = location(&book(&stall, "3", "", Some(&cookie)).await);
    assert_eq!(place_in(&other_window), place_in(&mine));

    server.clock.advance(1_000);
    let checkout = location(&book(&stall, "2", place_in(&mine), None).await);
    let pressed_twice = location(&book(&stall, "2", place_in(&mine), None).await);
    assert_eq!(pressed_twice.split('?').next(), checkout.split('?').next());
    assert_eq!(stall.stock().await.0, held + 2);
    // Back, and one more: the first choice is given up.
    let changed = location(&book(&stall, "3", place_in(&mine), None).await);
    assert_ne!(changed.split('?').next(), checkout.split('?').next());
    assert_eq!(stall.stock().await.0, held + 3);
    // Once more, and it is used up: whoever wants more has a place like everybody.
    location(&book(&stall, "4", place_in(&mine), None).await);
    rush(&stall).await;
    let used_up = location(&book(&stall, "5", place_in(&mine), None).await);
    assert!(used_up.contains("/queue?"), "{used_up}");
    assert_ne!(place_in(&used_up), place_in(&mine));
}

#[tokio::test]
async fn a_made_up_place_or_one_of_another_event_is_none() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1_000)]).await;
    let elsewhere = server.stall(&[(3_400, 1_000)]).await;
    let mine = rush(&stall).await;
    let of_elsewhere = rush(&elsewhere).await;
    for shown in ["x", "AAAA", place_in(&of_elsewhere)] {
        let got = location(&book(&stall, "2", shown, None).await);
        assert_ne!(place_in(&got), shown);
        assert_ne!(place_in(&got), place_in(&mine));
        let path = format!("{}/queue?place={shown}", stall.event_path("fr"));
        let sent_back = location(&page(&server, &path).await);
        assert_eq!(sent_back, stall.event_path("fr"));
    }
}

#[tokio::test]
async fn who_waits_is_told_when_nothing_is_left() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1_000)]).await;
    let mine = rush(&stall).await;
    stall
        .change("update stock set quota = held where event_id = $1")
        .await;
    server.clock.advance(1_000);
    // The places left are at most a second old.
    stall.until_says(&mine, "Plus rien à réserver").await;
    for (language, sentence) in [
        ("fr", "Plus rien à réserver"),
        ("de", "Nichts mehr zu buchen"),
    ] {
        let path = mine.replacen("/fr/", &format!("/{language}/"), 1);
        let shown = page(&server, &path).await;
        says(&shown, sentence);
        assert_eq!(shown.header("refresh"), "15");
        assert!(!shown.text.contains("name=\"place\""));
    }
    let refused = send(
        &server,
        &stall.event_path("fr"),
        &[
            ("type", "1"),
            ("places", "2"),
            ("place", place_in(&mine)),
            ("step", "reserve"),
        ],
    )
    .await;
    assert_eq!(refused.status, 409);
    says(&refused, "Complet");
}
