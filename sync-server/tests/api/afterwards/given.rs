//! A ticket to a friend: theirs alone from then on, while the money stays with whoever paid.

use serde_json::{Value, json};
use shared::roster::TicketStatus;
use sync_server::accounts::Role;

use super::kept::manage;
use super::{link, told};
use crate::backoffice::Clerk;
use crate::refunds::refund;
use crate::store::{location, page, says};
use crate::support::mails::ReadMail;
use crate::support::stall::{Stall, text};
use crate::support::{Answer, TestServer};

impl Stall<'_> {
    async fn give(&self, order: &Value, ticket: &str, (name, email): (&str, &str)) -> Answer {
        let fields = [("ticket", ticket), ("name", name), ("email", email)];
        self.post_form(&manage(order, "/transfer"), &fields).await
    }

    /// Given to Ana, with the mails about it.
    async fn given(&self, order: &Value) -> Vec<ReadMail> {
        told(self.server).await;
        let ana = ("Ana Lopez", "ana@example.org");
        let done = self.give(order, text(&order["tickets"][0]), ana).await;
        says(
            &page(self.server, &location(&done)).await,
            "Le billet est transféré",
        );
        told(self.server).await
    }

    /// How many tickets enter.
    async fn good(&self) -> i64 {
        let good = "select count(*) from tickets where event_id = $1 and status = 0";
        self.server.number(good, self.event.0).await
    }
}

/// What the API says of the order behind a mail's link.
async fn behind(server: &TestServer, mail: &ReadMail) -> Value {
    let path = link(server, mail, "/orders/");
    let (path, secret) = path.split_once("?secret=").unwrap();
    let id = path.rsplit('/').next().unwrap();
    let mut order = server
        .get(&format!("/api/v1/orders/{id}?secret={secret}"))
        .await
        .ok();
    order["secret"] = json!(secret);
    order
}

fn to<'a>(mails: &'a [ReadMail], address: &str) -> &'a ReadMail {
    let found = mails.iter().find(|mail| mail.to == address);
    found.unwrap_or_else(|| panic!("no mail to {address}: {mails:?}"))
}

/// S1: it is the same place. F5: no door knows the new ticket without the end of the old one.
#[tokio::test]
async fn a_ticket_that_is_given_away_is_the_friends_alone() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(5).await;
    let stall = Stall::of(&event);
    stall.later().await;
    let order = stall.bought(&[(1, 2)]).await;
    let old = text(&order["tickets"][0]);
    let wrong = stall.give(&order, old, ("Ana Lopez", "ana")).await;
    assert_eq!(wrong.status, 400);
    says(&wrong, "Écrivez une adresse");
    let mails = stall.given(&order).await;
    assert_eq!(mails.len(), 2);
    let (ana, giver) = (
        to(&mails, "ana@example.org"),
        to(&mails, "camille@example.org"),
    );
    assert_eq!(
        ana.subject,
        "Camille Roux vous transfère un billet pour Nuit électro"
    );
    assert!(giver.text.contains("Votre billet W-1"), "{}", giver.text);
    assert_eq!(stall.stock().await, (0, 2, 3));
    assert_eq!(stall.good().await, 2);
    let last = "select last from series where event_id = $1";
    assert_eq!(
        server.number(last, stall.event.0).await,
        3,
        "a new number, none used twice"
    );

    let theirs = behind(&server, ana).await;
    assert_eq!(
        (&theirs["total_minor"], &theirs["state"]),
        (&json!(0), &json!("paid"))
    );
    let new = text(&theirs["tickets"][0]);
    let path = format!("/fr/tickets/{new}?secret={}", text(&theirs["secret"]));
    let ticket = page(&server, &path).await;
    for sentence in ["Ana Lopez", "W-3", "34,00\u{a0}€"] {
        says(&ticket, sentence);
    }
    let by_giver = format!("/fr/tickets/{new}?secret={}", text(&order["secret"]));
    assert_eq!(
        page(&server, &by_giver).await.status,
        404,
        "not the giver's any more"
    );
    let path = format!(
        "/fr/orders/{}?secret={}",
        text(&order["id"]),
        text(&order["secret"])
    );
    let shown = page(&server, &path).await;
    says(
        &shown,
        "Billet transféré à Ana Lopez\u{a0}: W-3, Plein tarif",
    );
    says(&shown, "Billet 1 sur 1");

    let changes: Vec<i64> = sqlx::query_scalar(
        "select distinct f.seq from feed_entries f join tickets t on t.event_id = f.event_id and f.id = int8send(t.id)
         where f.event_id = $1 and f.kind = 5 and (t.replaces is not null or t.status = 1)",
    )
    .bind(stall.event.0)
    .fetch_all(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(changes.len(), 1);
    let summary = "select summary_seq from orders where event_id = $1 and given_by is not null";
    assert_eq!(
        server.number(summary, stall.event.0).await,
        changes[0],
        "doors find her by name"
    );

    let again = stall.give(&order, old, ("Omar", "omar@example.org")).await;
    assert_eq!(again.status, 409);
    let refused = event
        .owner
        .post(
            &format!("/api/v1/tickets/scan/{old}"),
            &json!({ "gate": 1 }),
        )
        .await;
    let refused = refused.error(409, "entry_refused");
    assert_eq!(refused["fields"]["reason"], json!("revoked"), "{refused}");
}

/// S2: the money goes to whoever paid, and no ticket stays without money.
#[tokio::test]
async fn a_refund_of_the_order_pays_the_giver_and_ends_the_friends_ticket_along_the_chain() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 5)]).await;
    stall.generous().await;
    let order = stall.bought(&[(1, 2)]).await;
    let mails = stall.given(&order).await;
    let ana = behind(&server, to(&mails, "ana@example.org")).await;
    let shown = page(&server, &manage(&ana, "")).await;
    says(
        &shown,
        "Seule la personne qui l’a payé peut être remboursée",
    );
    let own = [("ticket", text(&ana["tickets"][0]))];
    assert_eq!(
        stall.post_form(&manage(&ana, "/refund"), &own).await.status,
        409
    );
    let on = stall
        .give(&ana, own[0].1, ("Omar", "omar@example.org"))
        .await;
    assert_eq!(on.status, 303, "{}", on.text);
    let passed = format!(
        "/fr/orders/{}?secret={}",
        text(&ana["id"]),
        text(&ana["secret"])
    );
    says(&page(&server, &passed).await, "Vos billets sont transférés");
    let mails = told(&server).await;
    let omar = behind(&server, to(&mails, "omar@example.org")).await;
    assert_eq!(stall.good().await, 2);

    let owner = server.member(stall.organizer, Role::Owner, "Max").await;
    let office = format!("/fr/office/orders/{}", text(&order["id"]));
    let clerk = Clerk::of(&server, owner.id).await;
    says(&clerk.see(&office).await, "<bdi>Omar</bdi>");
    stall.refund(&order).await;
    assert_eq!(stall.good().await, 0);
    assert_eq!(stall.stock().await, (0, 0, 5));
    assert_eq!(stall.ledger().await, [6_800, -340, -6_800, 340]);
    let mails = told(&server).await;
    assert!(
        to(&mails, "camille@example.org")
            .text
            .contains("68,00\u{a0}€")
    );
    let ended = to(&mails, "omar@example.org");
    assert!(ended.text.contains("ont été annulés"), "{}", ended.text);
    let path = format!(
        "/fr/orders/{}?secret={}",
        text(&omar["id"]),
        text(&omar["secret"])
    );
    says(&page(&server, &path).await, "Billets annulés");
}

#[tokio::test]
async fn a_part_that_goes_back_ends_the_friends_ticket_alone() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 5)]).await;
    stall.later().await;
    let order = stall.bought(&[(1, 2)]).await;
    let mails = stall.given(&order).await;
    let ana = behind(&server, to(&mails, "ana@example.org")).await;
    let owner = server.member(stall.organizer, Role::Owner, "Lou").await;
    let refunds = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
    owner
        .post(&refunds, &refund(3_400, &[&ana["tickets"][0]]))
        .await
        .ok();
    assert_eq!(stall.stock().await, (0, 1, 4));
    let kept: Vec<i16> =
        sqlx::query_scalar("select status from tickets where event_id = $1 order by series_no")
            .bind(stall.event.0)
            .fetch_all(&server.app.pool)
            .await
            .unwrap();
    let ended = [
        TicketStatus::Revoked,
        TicketStatus::Valid,
        TicketStatus::Refunded,
    ];
    assert_eq!(kept, ended.map(|status| i16::from(status as u8)));
    let theirs = format!("/api/v1/orders/{}/refunds", text(&ana["id"]));
    owner
        .post(&theirs, &refund(0, &[]))
        .await
        .error(409, "conflict");
}

/// Whoever is first: never money back while a ticket of its place still enters.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ticket_given_away_while_its_money_goes_back_is_the_one_or_the_other() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 20)]).await;
    stall.later().await;
    let owner = server.member(stall.organizer, Role::Owner, "Lou").await;
    let mut left = 0;
    for _ in 0..8 {
        let order = stall.bought(&[(1, 2)]).await;
        let ticket = &order["tickets"][0];
        let refunds = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
        let body = refund(3_400, &[ticket]);
        let (given, refunded) = tokio::join!(
            stall.give(&order, text(ticket), ("Ana Lopez", "ana@example.org")),
            owner.post(&refunds, &body)
        );
        let (is_given, is_refunded) = (given.status == 303, refunded.status.is_success());
        assert_ne!(is_given, is_refunded, "{given:?} {refunded:?}");
        left += if is_refunded { 1 } else { 2 };
        assert_eq!(stall.good().await, left);
    }
    assert_eq!(i64::from(stall.stock().await.1), left);
}
