//! An organizer who asks its members for a second step.

use super::Clerk;
use crate::store::{location, says};
use crate::support::TestServer;
use crate::support::authenticator::Authenticator;
use crate::support::fixtures::published_event;
use sync_server::accounts::Role;

/// Adds a passkey as the account's page does.
async fn adds_a_passkey(clerk: &Clerk<'_>) -> Authenticator {
    let mut device = Authenticator::at(clerk.server.address.port());
    let asked = clerk.send("/fr/account/passkeys/ask", &[]).await.ok();
    let challenge = &asked["challenge"];
    let answer = device.create(&challenge["options"]).to_string();
    let token = challenge["token"].as_str().unwrap();
    let fields = [("token", token), ("credential", &answer), ("name", "Clé")];
    let added = clerk.send("/fr/account/passkeys/add", &fields).await;
    assert_eq!(location(&added), "/fr/account?done=passkey");
    device
}

#[tokio::test]
async fn an_office_that_asks_for_a_second_step_opens_to_nobody_without() {
    let server = TestServer::start().await;
    let event = published_event(&server, 5).await;
    let door = server.member(event.organizer, Role::Manager, "Door").await;
    let orders = format!("/api/v1/organizers/{}/orders", event.organizer);
    door.get(&orders).await.ok();
    let owner = Clerk::of(&server, event.owner).await;
    let team = format!("/fr/office/{}/team", event.organizer);
    let rule = format!("{team}/second-step");
    says(&owner.see(&team).await, "Sans deuxième étape");
    let refused = owner.send(&rule, &[("asks", "on")]).await;
    assert_eq!(refused.status, 422);
    says(&refused, "Connectez-vous d’abord vous-même en deux étapes");
    adds_a_passkey(&owner).await;
    assert_eq!(location(&owner.send(&rule, &[("asks", "on")]).await), team);
    says(&owner.see(&team).await, "Exigée de toute l’équipe");

    let theirs = Clerk::of(&server, door.id).await;
    let office = format!("/fr/office/events/{}", event.event);
    let led = location(&theirs.see(&office).await);
    assert_eq!(led, format!("/fr/account/both?next={office}"));
    let led_to = theirs.see(&led).await;
    says(&led_to, "href=\"/fr/account/second\"");
    assert_eq!(led_to.header("referrer-policy"), "no-referrer");
    let device_page = format!("/office/devices?organizer={}", event.organizer);
    assert!(
        location(&theirs.see(&device_page).await)
            .starts_with("/fr/account/both?next=/office/devices")
    );
    assert_eq!(theirs.send(&rule, &[("asks", "off")]).await.status, 303);
    says(&owner.see(&team).await, "Exigée de toute l’équipe");
    let by_program = door.get(&orders).await;
    assert!(by_program.status.is_client_error(), "{}", by_program.text);
    assert_eq!(
        theirs.see("/fr/account").await.status,
        200,
        "their own account is open"
    );

    let mut device = adds_a_passkey(&theirs).await;
    assert_eq!(theirs.see(&office).await.status, 200);
    assert_eq!(
        location(&theirs.see(&led).await),
        office,
        "nothing is left to do there"
    );

    // A later log-in by the first step alone is led to the key.
    let later = Clerk::of(&server, door.id).await;
    let shown = later.see(&location(&later.see(&office).await)).await;
    says(&shown, "data-passkey=\"get\"");
    let asked = later.send("/fr/login/passkey/ask", &[]).await.ok();
    let challenge = &asked["challenge"];
    let answer = device.get(&challenge["options"]).to_string();
    let token = challenge["token"].as_str().unwrap();
    let fields = [("token", token), ("credential", &answer), ("next", &office)];
    let on = later.send("/fr/login/passkey", &fields).await;
    assert_eq!(location(&on), office);
    let cookie = on
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let request = server
        .request(reqwest::Method::GET, &office)
        .header("cookie", cookie);
    assert_eq!(crate::support::Answer::of(request).await.status, 200);

    assert_eq!(location(&owner.send(&rule, &[("asks", "off")]).await), team);
    door.get(&orders).await.ok();
    let free = Clerk::of(&server, door.id).await;
    assert_eq!(free.see(&office).await.status, 200);
}
