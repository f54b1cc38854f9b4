//! Asking somebody into the team who has no account.

use sync_server::messages::sender;

use super::{Clerk, PageForm};
use crate::store::{location, page, says};
use crate::support::fixtures::published_event;
use crate::support::mails::ReadMail;
use crate::support::{Answer, TestServer};

const EMAIL: &str = "ines@example.org";
const PASSWORD: &str = "trois mots en file";

async fn asked(clerk: &Clerk<'_>, team: &str, email: &str, role: &str) -> Answer {
    let form = PageForm::of(&clerk.see(team).await, "<form class=\"office-refund\"");
    let form = form.fill("email", email).fill("role", role);
    clerk.submit(&form).await
}

async fn mails(server: &TestServer) -> Vec<ReadMail> {
    while sender::send_due(&server.app).await.unwrap() > 0 {}
    server.mails()
}

fn path_of(mail: &ReadMail) -> String {
    format!("/fr/invitation?token={}", mail.token())
}

async fn taken(server: &TestServer, token: &str) -> Answer {
    let fields = [("token", token), ("name", "Inès"), ("password", PASSWORD)];
    Answer::of(server.form("/fr/invitation", &fields)).await
}

#[tokio::test]
async fn somebody_without_an_account_is_asked_by_mail_and_joins_by_its_link() {
    let server = TestServer::start().await;
    let event = published_event(&server, 5).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let team = format!("/fr/office/{}/team", event.organizer);
    assert_eq!(
        location(&asked(&clerk, &team, EMAIL, "box_office").await),
        team
    );
    let shown = clerk.see(&team).await;
    says(&shown, "Invitations en attente");
    says(&shown, EMAIL);
    let sent = mails(&server).await;
    assert_eq!(sent.len(), 1);
    let mail = &sent[0];
    assert_eq!(mail.to, EMAIL);
    assert!(
        mail.text.contains("Guichet") && mail.html.contains("Guichet"),
        "{}",
        mail.text
    );

    let link = path_of(mail);
    let shown = page(&server, &link).await;
    says(&shown, EMAIL);
    says(&shown, "Guichet");
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    assert_eq!(shown.header("x-robots-tag"), "noindex");
    let short = [
        ("token", mail.token()),
        ("name", " ".into()),
        ("password", "court".into()),
    ];
    let short: Vec<_> = short
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let wrong = Answer::of(server.form("/fr/invitation", &short)).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.text.matches("aria-invalid=\"true\"").count(), 2);
    let joined = taken(&server, &mail.token()).await;
    assert_eq!(location(&joined), "/fr/office");
    let again = taken(&server, &mail.token()).await;
    assert_eq!(again.status, 410, "once");
    says(&again, "Demandez une nouvelle invitation");
    let shown = clerk.see(&team).await;
    says(&shown, "Inès");
    assert!(!shown.text.contains("Invitations en attente"));
    let verified: i64 = sqlx::query_scalar(
        "select count(*) from accounts where email = $1 and email_verified_ms is not null",
    )
    .bind(EMAIL)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(verified, 1, "the link has shown whose mailbox it is");
}

#[tokio::test]
async fn an_invitation_is_sent_anew_withdrawn_and_over_after_a_week() {
    let server = TestServer::start().await;
    let event = published_event(&server, 5).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let team = format!("/fr/office/{}/team", event.organizer);
    asked(&clerk, &team, EMAIL, "door").await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from invitations")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    let id = id.to_string();
    let fields = [("invited", id.as_str())];
    let again = format!("{team}/invited/again");
    let withdraw = format!("{team}/invited/withdraw");
    clerk.send(&again, &fields).await;
    assert_eq!(
        mails(&server).await.len(),
        1,
        "the first is on its way still"
    );
    server.clock.advance(6 * 60_000);
    let stranger = published_event(&server, 5).await;
    let other = Clerk::of(&server, stranger.owner).await;
    let elsewhere = format!("/fr/office/{}/team/invited", stranger.organizer);
    other.send(&format!("{elsewhere}/again"), &fields).await;
    other.send(&format!("{elsewhere}/withdraw"), &fields).await;
    assert_eq!(other.send(&withdraw, &fields).await.status, 404);
    assert_eq!(
        mails(&server).await.len(),
        1,
        "another organizer's is not theirs"
    );
    asked(&clerk, &team, "INES@example.org", "viewer").await;
    let sent = mails(&server).await;
    assert_eq!(sent.len(), 2, "asked anew, as what is said now");
    let (old, new) = (sent[0].token(), sent[1].token());
    says(&page(&server, &path_of(&sent[1])).await, "Lecture");
    assert_eq!(
        taken(&server, &old).await.status,
        410,
        "the newest link is the one"
    );

    server.clock.advance(7 * 24 * 3_600_000);
    assert_eq!(taken(&server, &new).await.status, 410, "too late");
    let clerk = Clerk::of(&server, event.owner).await;
    says(&clerk.see(&team).await, "Expirée");
    clerk.send(&again, &fields).await;
    let newest = mails(&server).await[2].token();
    clerk.send(&withdraw, &fields).await;
    assert_eq!(taken(&server, &newest).await.status, 410, "withdrawn");
    assert!(!clerk.see(&team).await.text.contains(EMAIL));
}

#[tokio::test]
async fn an_invitation_is_for_the_address_that_it_was_sent_to() {
    let server = TestServer::start().await;
    let event = published_event(&server, 5).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let team = format!("/fr/office/{}/team", event.organizer);
    asked(&clerk, &team, EMAIL, "door").await;
    let sent = mails(&server).await;
    let (token, link) = (sent[0].token(), path_of(&sent[0]));
    let bob = Clerk::of(&server, server.person("Bob").await.id).await;
    says(&bob.see(&link).await, "pour une autre adresse");
    let refused = bob.send("/fr/invitation", &[("token", &token)]).await;
    says(&refused, "pour une autre adresse");
    assert_eq!(bob.see(&team).await.status, 404);

    let ines = server.person("Ines").await;
    assert_eq!(ines.email, EMAIL);
    says(
        &page(&server, &link).await,
        "href=\"/fr/login?next=/fr/invitation%3Ftoken%3D",
    );
    assert_eq!(
        taken(&server, &token).await.status,
        409,
        "an account is made over no other"
    );
    let theirs = Clerk::of(&server, ines.id).await;
    says(&theirs.see(&link).await, "Rejoindre l’équipe");
    let forged = theirs
        .send_bare("/fr/invitation", &[("token", &token), ("csrf", "x")])
        .await;
    assert_eq!(forged.status, 403);
    let joined = theirs.send("/fr/invitation", &[("token", &token)]).await;
    assert_eq!(location(&joined), "/fr/office");
    says(&clerk.see(&team).await, "Ines");
}
