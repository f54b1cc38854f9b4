//! Who is in the team, and as what.

use sync_server::accounts::Role;

use super::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::TestServer;
use crate::support::fixtures::published_event;

#[tokio::test]
async fn an_owner_adds_people_changes_their_roles_and_lets_them_go() {
    let server = TestServer::start().await;
    let event = published_event(&server, 5).await;
    let ines = server.person("Ines <b>").await;
    let clerk = Clerk::of(&server, event.owner).await;
    let team = format!("/fr/office/{}/team", event.organizer);
    let form = PageForm::of(&clerk.see(&team).await, "<form class=\"office-refund\"");

    let unknown = form.clone().fill("email", "nobody@").fill("role", "door");
    let wrong = clerk.submit(&unknown).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "Écrivez une adresse e-mail");
    let typed = PageForm::of(&wrong, "<form class=\"office-refund\"");
    assert_eq!(typed.value("email"), "nobody@");
    assert_eq!(typed.value("role"), "door");

    for (role, word) in [("door", "Porte"), ("box_office", "Guichet")] {
        let form = form.clone().fill("email", &ines.email).fill("role", role);
        assert_eq!(location(&clerk.submit(&form).await), team);
        let shown = clerk.see(&team).await;
        says(&shown, "Ines &#60;b&#62;");
        says(&shown, &format!("<span class=\"badge\">{word}</span>"));
    }
    let theirs = Clerk::of(&server, ines.id).await;
    let orders = format!("/fr/office/{}/orders", event.organizer);
    assert_eq!(theirs.see(&orders).await.status, 200);
    assert_eq!(
        theirs.see(&team).await.status,
        403,
        "the team is the owner's"
    );
    let remove = format!("{team}/remove");
    let member = ines.id.to_string();
    assert_eq!(
        theirs.send(&remove, &[("member", &member)]).await.status,
        403
    );
    assert_eq!(
        location(&clerk.send(&remove, &[("member", &member)]).await),
        team
    );
    assert_eq!(theirs.see(&orders).await.status, 404);

    let owner = event.owner.to_string();
    let wrong = clerk.send(&remove, &[("member", &owner)]).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "la seule personne propriétaire");
}

#[tokio::test]
async fn nobody_joins_or_leaves_the_team_of_another_organizer() {
    let server = TestServer::start().await;
    let mine = published_event(&server, 5).await;
    let theirs = published_event(&server, 5).await;
    let door = server.member(theirs.organizer, Role::Door, "Door").await;
    let clerk = Clerk::of(&server, mine.owner).await;
    let team = format!("/fr/office/{}/team", theirs.organizer);
    assert_eq!(clerk.see(&team).await.status, 404);
    let email = format!("owner.{}@example.org", mine.organizer);
    let fields = [("email", email.as_str()), ("role", "owner")];
    assert_eq!(clerk.send(&team, &fields).await.status, 404);
    let member = door.id.to_string();
    let removed = clerk
        .send(&format!("{team}/remove"), &[("member", &member)])
        .await;
    assert_eq!(removed.status, 404);
    let own = Clerk::of(&server, theirs.owner).await.see(&team).await;
    says(&own, "Door");
}
