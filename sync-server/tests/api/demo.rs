//! What `serve --demo` shows.

use reqwest::Method;
use serde_json::json;
use sync_server::demo::seed;

use crate::support::{Answer, NOW, TestServer};

const DAY: i64 = 24 * 3_600_000;

#[tokio::test]
async fn the_demo_has_three_evenings_of_which_one_lets_people_in_now() {
    let server = TestServer::start().await;
    let summary = seed(&server.app).await.unwrap();
    assert_eq!(summary.logins.len(), 5);
    assert!(summary.to_string().contains(&summary.url), "{summary}");

    let found = server.get("/api/v1/events").await.ok();
    let events = found["events"].as_array().unwrap();
    assert_eq!(events.len(), 3);
    let tonight = &events[0];
    assert!(tonight["doors_ms"].as_i64().unwrap() <= NOW, "{tonight}");
    assert!(tonight["ends_ms"].as_i64().unwrap() > NOW, "{tonight}");
    for (title, url) in &summary.events {
        assert!(url.starts_with(&server.url("/fr/events/")), "{url}");
        let path = url.strip_prefix(&server.url("/fr")).unwrap();
        assert_eq!(server.get(&format!("/fr{path}")).await.status, 200);
        let event = server.get(&format!("/api/v1{path}")).await.ok();
        assert_eq!(event["title"], json!(title));
        assert!(event["types"].as_array().unwrap().len() >= 3, "{event}");
        assert_eq!(event["venue"]["city"], "Nantes");
    }
    for login in &summary.logins {
        let body = json!({"email": login.email, "password": login.password});
        let token = server.post("/api/v1/auth/login", &body).await.ok();
        assert!(token["token"].is_string(), "{}", login.email);
    }
}

#[tokio::test]
async fn the_demo_says_how_the_window_becomes_a_door() {
    let server = TestServer::start().await;
    let summary = seed(&server.app).await.unwrap();
    let said = summary.to_string();
    assert!(said.contains(&summary.door.code), "{said}");
    assert!(said.contains(&summary.door.confirm_url), "{said}");

    let owner = &summary.logins[0];
    let body = json!({"email": owner.email, "password": owner.password});
    let login = server.post("/api/v1/auth/login", &body).await.ok();
    let page = summary
        .door
        .confirm_url
        .strip_prefix(&server.url(""))
        .unwrap();
    let path = page.replace("/office", "/api/v1");
    let request = server
        .request(Method::GET, &path)
        .bearer_auth(login["token"].as_str().unwrap());
    let offer = Answer::of(request).await.ok();
    assert_eq!(offer["state"], "open");
    assert_eq!(offer["gate"], 1);
    assert_eq!(offer["events"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_second_start_finds_the_demo_and_moves_what_is_over_to_coming_days() {
    let server = TestServer::start().await;
    let first = seed(&server.app).await.unwrap();
    let before = server.get("/api/v1/events?sort=title").await.ok();
    let second = seed(&server.app).await.unwrap();
    assert_eq!(second.events, first.events);
    assert_ne!(second.door, first.door, "a code is shown once");
    let after = server.get("/api/v1/events?sort=title").await.ok();
    assert_eq!(before, after);

    server.clock.advance(2 * DAY);
    seed(&server.app).await.unwrap();
    let moved = server.get("/api/v1/events?sort=title").await.ok();
    let changed: Vec<_> = std::iter::zip(
        after["events"].as_array().unwrap(),
        moved["events"].as_array().unwrap(),
    )
    .filter(|(before, after)| before != after)
    .map(|(_, after)| after["ends_ms"].as_i64().unwrap() > NOW + 2 * DAY)
    .collect();
    assert_eq!(changed, [true], "only the concert was over");
}
