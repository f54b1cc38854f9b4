//! The picture that every event has.

use reqwest::Method;
use serde_json::json;

use crate::support::fixtures::{another_event, organizer, published_event};
use crate::support::{Answer, TestServer};

#[tokio::test]
async fn every_public_event_has_a_picture_that_may_be_kept_for_ever() {
    let server = TestServer::start().await;
    let fixture = published_event(&server, 10).await;
    let page = server
        .get(&format!("/api/v1/events/{}", fixture.event))
        .await
        .ok();
    let address = page["artwork_url"].as_str().unwrap();
    let listed = server.get("/api/v1/events").await.ok();
    assert_eq!(listed["events"][0]["artwork_url"], address);
    let picture = server.get(address).await;
    assert_eq!(picture.status, 200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(picture.header("cache-control").contains("immutable"));
    assert!(
        !picture
            .header("content-security-policy")
            .contains("script-src")
    );
    assert!(picture.text.starts_with("<svg ") && picture.text.ends_with("</svg>"));
    let seen = picture.header("etag");
    let again = server
        .request(Method::GET, address)
        .header("if-none-match", seen);
    let again = Answer::of(again).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = another_event(&server, &fixture, 10).await;
    let other = server.get(&format!("/artwork/{}.svg", other.event)).await;
    assert_ne!(other.text, picture.text);
}

#[tokio::test]
async fn another_category_is_another_picture_at_another_address() {
    let server = TestServer::start().await;
    let fixture = published_event(&server, 10).await;
    let path = format!("/api/v1/events/{}", fixture.event);
    let before = server.get(&path).await.ok();
    let old_address = before["artwork_url"].as_str().unwrap();
    let concert = server.get(old_address).await;
    let moved = server
        .request(Method::PUT, &path)
        .bearer_auth(&fixture.owner_token)
        .json(&json!({
            "venue_id": fixture.venue, "status": "published", "title": "Nuit électro", "category": "theatre",
            "doors_ms": before["doors_ms"], "starts_ms": before["starts_ms"], "ends_ms": before["ends_ms"],
        }));
    let after = Answer::of(moved).await.ok();
    assert_ne!(after["artwork_url"], before["artwork_url"]);
    let at_old_address = server.get(old_address).await;
    assert_ne!(at_old_address.text, concert.text);
    assert!(
        !at_old_address.header("cache-control").contains("immutable"),
        "a version that is over is not kept"
    );
}

#[tokio::test]
async fn what_strangers_may_not_see_has_no_picture() {
    let server = TestServer::start().await;
    let fixture = published_event(&server, 10).await;
    let (organizer, _, _) = organizer(&server).await;
    let draft = "0197e2a0-0000-7000-8000-00000000d4af";
    let made = server
        .request(Method::POST, "/api/v1/events")
        .bearer_auth(&fixture.owner_token)
        .json(&json!({
            "id": draft, "organizer_id": fixture.organizer, "venue_id": fixture.venue, "status": "draft",
            "title": "Secret", "category": "expo", "doors_ms": server.now_ms(),
            "starts_ms": server.now_ms() + 1, "ends_ms": server.now_ms() + 2,
        }));
    Answer::of(made).await.ok();
    for name in [
        format!("{draft}.svg"),
        format!("{organizer}.svg"),
        format!("{draft}.png"),
        format!("{}.gif", fixture.event),
        fixture.event.to_string(),
        "x.svg".into(),
    ] {
        let refused = server.get(&format!("/artwork/{name}")).await;
        refused.error(404, "not_found");
    }
}
