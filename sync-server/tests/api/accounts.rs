//! Who is known, and until when.

use reqwest::Method;
use serde_json::json;
use sync_server::accounts::Role;
use sync_server::accounts::session::{SESSION_MS, SessionKind};

use crate::support::{Answer, TestServer};

const PROFILE: &str = "/api/v1/auth/profile";

#[tokio::test]
async fn a_token_shows_who_asks_and_for_whom_he_works() {
    let server = TestServer::start().await;
    let organizer = server.organizer("la-cigale").await;
    let person = server.member(organizer, Role::BoxOffice, "Ana Costa").await;
    let profile = person.get(PROFILE).await.ok();
    assert_eq!(profile["id"], json!(person.id));
    assert_eq!(profile["email"], json!(person.email));
    assert_eq!(
        profile["memberships"],
        json!([{"organizer_id": organizer, "role": "box_office"}])
    );
    server.get(PROFILE).await.error(401, "unauthenticated");
}

#[tokio::test]
async fn a_token_dies_with_its_session_at_once_and_after_a_week() {
    let server = TestServer::start().await;
    let person = server.person("Ana Costa").await;
    let other = server.session(person.id, SessionKind::Api).await;
    person.get(PROFILE).await.ok();
    assert_eq!(
        person.post("/api/v1/auth/logout", &json!({})).await.status,
        204
    );
    person.get(PROFILE).await.error(401, "unauthenticated");

    let with_other = || {
        server
            .request(Method::GET, PROFILE)
            .bearer_auth(&other.credential)
    };
    Answer::of(with_other()).await.ok();
    server.clock.advance(SESSION_MS - 1_000);
    Answer::of(with_other()).await.ok();
    server.clock.advance(1_000);
    Answer::of(with_other()).await.error(401, "unauthenticated");
}
