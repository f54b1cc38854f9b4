//! Tickets given back and renamed by whoever bought them, within the event's terms.

use serde_json::{Value, json};
use sync_server::accounts::Role;

use super::told;
use crate::backoffice::{Clerk, PageForm};
use crate::store::{location, page, says};
use crate::support::TestServer;
use crate::support::stall::{Stall, order_id, text};

const HOUR: i64 = 3_600_000;

impl Stall<'_> {
    /// Doors open in 100 hours.
    pub(super) async fn later(&self) {
        self.change(
            "update events set doors_ms = doors_ms + 360000000, starts_ms = starts_ms + 360000000,
                 ends_ms = ends_ms + 360000000 where id = $1",
        )
        .await;
        self.server.app.event_pages.forget(self.event).await;
    }

    /// Money back until two days before doors, less 1.50 a ticket.
    pub(super) async fn generous(&self) {
        self.later().await;
        let owner = self.server.member(self.organizer, Role::Owner, "Lou").await;
        let clerk = Clerk::of(self.server, owner.id).await;
        let terms = format!("/fr/office/events/{}/terms", self.event);
        let form = PageForm::of(&clerk.see(&terms).await, "<form class=\"office-row\"");
        assert_eq!((form.value("refund"), form.value("fee")), ("never", "0,00"));
        let wrong = clerk.submit(&form.clone().fill("fee", "beaucoup")).await;
        assert_eq!(wrong.status, 422);
        says(&wrong, "Écrivez un montant");
        let form = form.fill("refund", "48").fill("fee", "1,50");
        says(&clerk.submit(&form).await, "Conditions enregistrées");
    }
}

pub(super) fn manage(order: &Value, below: &str) -> String {
    let (id, secret) = (text(&order["id"]), text(&order["secret"]));
    format!("/fr/orders/{id}/manage{below}?secret={secret}")
}

/// S2: the money's way back is the organizer's, at most what was paid, once.
#[tokio::test]
async fn a_buyer_gives_one_ticket_back_and_then_the_other_until_two_days_before_doors() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 5)]).await;
    stall.generous().await;
    let order = stall.bought(&[(1, 2)]).await;
    let tickets = [text(&order["tickets"][0]), text(&order["tickets"][1])];
    told(&server).await;
    let path = format!(
        "/fr/orders/{}?secret={}",
        text(&order["id"]),
        text(&order["secret"])
    );
    says(
        &page(&server, &path).await,
        "Rembourser ou modifier mes billets",
    );
    let shown = page(&server, &manage(&order, "")).await;
    says(&shown, "1,50\u{a0}€ sont retenus par billet");
    says(&shown, &format!("value=\"{}\" form=\"refund\"", tickets[0]));

    let action = manage(&order, "/refund");
    let none = stall.post_form(&action, &[]).await;
    assert_eq!(none.status, 400);
    says(&none, "Cochez au moins un billet");
    let sure = stall.post_form(&action, &[("ticket", tickets[0])]).await;
    says(&sure, "32,50\u{a0}€ vous seront rendus");
    assert_eq!(stall.stock().await, (0, 2, 3), "nothing was done yet");
    let form = PageForm::of(&sure, "<form method=\"post\"");
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let (once, twice) = tokio::join!(
        stall.post_form(&form.action, &fields),
        stall.post_form(&form.action, &fields)
    );
    for answer in [once, twice] {
        let done = location(&answer);
        assert!(
            done.ends_with("&done=refund") || done.ends_with("&done=pending"),
            "{done}"
        );
    }
    let done = format!("{}&done=refund", manage(&order, ""));
    says(&page(&server, &done).await, "C’est remboursé");
    assert_eq!(stall.stock().await, (0, 1, 4));
    assert_eq!(stall.ledger().await[2], -3_250);
    let mails = told(&server).await;
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0]
            .text
            .contains("32,50\u{a0}€, une partie de la commande"),
        "{}",
        mails[0].text
    );

    let again = stall.post_form(&action, &[("ticket", tickets[0])]).await;
    assert_eq!(again.status, 409);
    says(&again, "n’ouvre plus l’entrée");
    server.clock.advance(52 * HOUR);
    let late = stall.post_form(&action, &[("ticket", tickets[1])]).await;
    assert_eq!(late.status, 409);
    says(&late, "C’était possible jusqu’au");
    assert_eq!(stall.ledger().await[2], -3_250);
}

#[tokio::test]
async fn two_tabs_that_give_the_same_ticket_back_at_once_get_its_money_once() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 5)]).await;
    stall.generous().await;
    let order = stall.bought(&[(1, 2)]).await;
    let ticket = text(&order["tickets"][0]);
    let action = manage(&order, "/refund");
    let tab = async || {
        let sure = stall.post_form(&action, &[("ticket", ticket)]).await;
        PageForm::of(&sure, "<form method=\"post\"")
    };
    let tabs = [tab().await, tab().await];
    assert_ne!(tabs[0].value("id"), tabs[1].value("id"));
    let send = async |form: &PageForm| {
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        stall.post_form(&action, &fields).await.status.as_u16()
    };
    let mut statuses = <[u16; 2]>::from(tokio::join!(send(&tabs[0]), send(&tabs[1])));
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(stall.ledger().await[2], -3_250);
    assert_eq!(stall.stock().await, (0, 1, 4));
}

#[tokio::test]
async fn what_an_event_does_not_allow_or_a_door_has_seen_is_refused_and_said_so() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(5).await;
    let stall = Stall::of(&event);
    stall.later().await;
    let order = stall.bought(&[(1, 1)]).await;
    let ticket = text(&order["tickets"][0]);
    let shown = page(&server, &manage(&order, "")).await;
    says(&shown, "L’organisateur ne le permet pas");
    assert!(!shown.text.contains("form=\"refund\""));
    let refused = stall
        .post_form(&manage(&order, "/refund"), &[("ticket", ticket)])
        .await;
    assert_eq!(refused.status, 409);

    stall
        .change("update events set doors_ms = doors_ms - 360000000 where id = $1")
        .await;
    let scan = format!("/api/v1/tickets/scan/{ticket}");
    event.owner.post(&scan, &json!({ "gate": 1 })).await.ok();
    stall
        .change("update events set doors_ms = doors_ms + 360000000 where id = $1")
        .await;
    server.app.event_pages.forget(stall.event).await;
    let fields = [("ticket", ticket), ("name", "Noé")];
    let inside = stall.post_form(&manage(&order, "/rename"), &fields).await;
    assert_eq!(inside.status, 409);
    says(&inside, "a déjà servi à l’entrée");
    let stranger = manage(&order, "").replace("secret=", "secret=x");
    assert_eq!(page(&server, &stranger).await.status, 404);
    let other = stall.bought(&[(1, 1)]).await;
    let foreign = stall.post_form(&manage(&other, "/rename"), &fields).await;
    assert_eq!(foreign.status, 404, "a ticket of another order");
}

/// F7: a name is changed in a change of the event's feed, so that doors that search find it.
#[tokio::test]
async fn another_name_is_on_the_ticket_and_in_what_doors_find() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 5)]).await;
    stall.later().await;
    let order = stall.bought(&[(1, 1)]).await;
    let ticket = text(&order["tickets"][0]);
    let seq = "select summary_seq from orders where id = $1";
    let before = server.number(seq, order_id(&order).0).await;
    let action = manage(&order, "/rename");
    for name in ["", "  ", &"x".repeat(10_000)] {
        let wrong = stall
            .post_form(&action, &[("ticket", ticket), ("name", name)])
            .await;
        assert_eq!(wrong.status, 400);
    }
    let name = "علي <b> 🎸";
    let done = stall
        .post_form(&action, &[("ticket", ticket), ("name", name)])
        .await;
    says(&page(&server, &location(&done)).await, "Le nom est changé");
    let shown = format!("/fr/tickets/{ticket}?secret={}", text(&order["secret"]));
    says(
        &page(&server, &shown).await,
        "<bdi>علي &#60;b&#62; 🎸</bdi>",
    );
    let after = server.number(seq, order_id(&order).0).await;
    assert!(after > before, "{before} {after}");
}
