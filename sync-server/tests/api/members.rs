//! Who works for an organizer.

use reqwest::Method;
use serde_json::json;
use sync_server::accounts::Role;

use crate::support::{Answer, TestServer};

#[tokio::test]
async fn an_owner_adds_changes_and_removes_members_and_it_counts_at_once() {
    let server = TestServer::start().await;
    let organizer = server.organizer("la-cigale").await;
    let path = format!("/api/v1/organizers/{organizer}/members");
    let owner = server.member(organizer, Role::Owner, "Ana Costa").await;
    let other = server.person("Bob Martin").await;
    other.get(&path).await.error(403, "forbidden");

    let added = owner
        .post(
            &path,
            &json!({"email": "BOB.martin@example.org", "role": "door"}),
        )
        .await
        .ok();
    assert_eq!(added["account_id"], json!(other.id));
    other.get(&path).await.error(403, "forbidden");
    owner
        .post(&path, &json!({"email": other.email, "role": "owner"}))
        .await
        .ok();
    let listed = other.get(&path).await.ok();
    let roles: Vec<_> = listed["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].clone())
        .collect();
    assert_eq!(roles, ["owner", "owner"]);

    let remove = owner.request(Method::DELETE, &format!("{path}/{}", other.id));
    assert_eq!(Answer::of(remove).await.status, 204);
    other.get(&path).await.error(403, "forbidden");
    let again = owner.request(Method::DELETE, &format!("{path}/{}", other.id));
    Answer::of(again).await.error(404, "not_found");
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let server = TestServer::start().await;
    let organizer = server.organizer("la-cigale").await;
    let path = format!("/api/v1/organizers/{organizer}/members");
    let owner = server.member(organizer, Role::Owner, "Ana Costa").await;
    let demote = json!({"email": owner.email, "role": "viewer"});
    owner.post(&path, &demote).await.error(409, "conflict");
    let leave = owner.request(Method::DELETE, &format!("{path}/{}", owner.id));
    Answer::of(leave).await.error(409, "conflict");
    owner.get(&path).await.ok();
}

#[tokio::test]
async fn members_of_another_organizer_and_strangers_see_nothing() {
    let server = TestServer::start().await;
    let (ours, theirs) = (
        server.organizer("ours").await,
        server.organizer("theirs").await,
    );
    let owner = server.member(theirs, Role::Owner, "Ana Costa").await;
    let manager = server.member(ours, Role::Manager, "Bob Martin").await;
    let path = format!("/api/v1/organizers/{ours}/members");
    server.get(&path).await.error(401, "unauthenticated");
    for person in [&owner, &manager] {
        person.get(&path).await.error(403, "forbidden");
        person
            .post(&path, &json!({"email": person.email, "role": "owner"}))
            .await
            .error(403, "forbidden");
    }
    server
        .member(ours, Role::Owner, "Cleo")
        .await
        .post(&path, &json!({"email": "no@example.org", "role": "door"}))
        .await
        .error(400, "invalid_request");
    server
        .get("/api/v1/organizers/nonsense/members")
        .await
        .error(401, "unauthenticated");
}
