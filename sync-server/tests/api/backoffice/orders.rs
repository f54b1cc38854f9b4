//! Orders found, refunded and sent again.

use sync_server::accounts::Role;

use super::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::fixtures::published_event;
use crate::support::stall::text;
use crate::support::{Answer, TestServer};

fn refund_form(page: &Answer) -> PageForm {
    PageForm::of(page, "<form class=\"office-refund\"")
}

#[tokio::test]
async fn an_order_is_found_by_code_name_and_address() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let order = event.stall(&server).bought(&[(1, 2)]).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let list = format!("/fr/office/{}/orders", event.organizer);
    let code = text(&order["code"]);
    for words in [
        "",
        code,
        &code.to_lowercase()[3..8],
        "camille",
        "ROUX",
        "Example.org",
    ] {
        says(&clerk.see(&format!("{list}?q={words}")).await, code);
    }
    for words in ["nobody", "%25", "_", "\\"] {
        says(
            &clerk.see(&format!("{list}?q={words}")).await,
            "Aucune commande ici",
        );
    }
    let of_event = format!("{list}?event={}", event.event);
    says(&clerk.see(&of_event).await, code);
    let of_other = format!("{list}?event={}", event.organizer);
    assert!(!clerk.see(&of_other).await.text.contains(code));
}

#[tokio::test]
async fn a_part_and_then_the_rest_is_given_back_once_each() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let stall = event.stall(&server);
    let order = stall.bought(&[(1, 1), (2, 1)]).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let path = format!("/fr/office/orders/{}", text(&order["id"]));
    let shown = clerk.see(&path).await;
    for sentence in [
        "Camille Roux",
        "camille@example.org",
        "54,00\u{a0}€",
        "1 × Tarif réduit",
        "W-2",
        "Payée",
    ] {
        says(&shown, sentence);
    }
    let form = refund_form(&shown);
    assert_eq!(form.value("amount"), "54,00", "all that is left");
    let ticket = text(&order["tickets"][1]).to_owned();
    let part = form.clone().fill("amount", "20").press("ticket", &ticket);
    let wrong = clerk.submit(&part).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "id=\"reason-error\">Écrivez un motif");
    let again = refund_form(&wrong);
    assert_eq!(again.value("amount"), "20");
    assert_eq!(
        again.value("ticket"),
        ticket,
        "what was chosen stays chosen"
    );
    let part = again.fill("reason", "Enfant malade");
    for _ in ["click", "double click"] {
        let done = location(&clerk.submit(&part).await);
        says(&clerk.see(&done).await, "C’est remboursé");
    }
    assert_eq!(stall.ledger().await[2], -2_000);
    let shown = clerk.see(&path).await;
    for sentence in [
        "Remboursée en partie",
        "-20,00\u{a0}€",
        "Enfant malade",
        "badge-no\">Remboursé",
    ] {
        says(&shown, sentence);
    }

    let too_much = refund_form(&shown)
        .fill("amount", "34,01")
        .fill("reason", "x");
    let wrong = clerk.submit(&too_much).await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "C’est plus que ce qui reste");
    let rest = refund_form(&wrong).fill("amount", "34,00");
    location(&clerk.submit(&rest).await);
    assert_eq!(stall.ledger().await[2], -5_400);
    let shown = clerk.see(&path).await;
    says(&shown, "badge-no\">Remboursée");
    assert!(!shown.text.contains("office-refund"), "nothing is left");
}

#[tokio::test]
async fn the_mail_goes_again_once_a_minute() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let order = event.stall(&server).bought(&[(1, 1)]).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let path = format!("/fr/office/orders/{}/resend", text(&order["id"]));
    let mails = async || {
        sqlx::query_scalar::<_, i64>("select count(*) from outbox where template = 'tickets'")
            .fetch_one(&server.app.pool)
            .await
            .unwrap()
    };
    assert_eq!(mails().await, 1);
    for _ in ["click", "double click"] {
        let done = location(&clerk.send(&path, &[]).await);
        says(&clerk.see(&done).await, "Les billets repartent");
    }
    assert_eq!(mails().await, 2);
    let held = event.stall(&server).held(&[(1, 1)]).await;
    let path = format!("/fr/office/orders/{}/resend", text(&held["id"]));
    let done = location(&clerk.send(&path, &[]).await);
    says(&clerk.see(&done).await, "rien n’a été envoyé");
    assert_eq!(mails().await, 2);
}

#[tokio::test]
async fn orders_are_for_their_organizers_people_and_their_roles_only() {
    let server = TestServer::start().await;
    let mine = published_event(&server, 50).await;
    let theirs = published_event(&server, 50).await;
    let order = theirs.stall(&server).bought(&[(1, 1)]).await;
    let id = text(&order["id"]);
    let path = format!("/fr/office/orders/{id}");
    let stranger = Clerk::of(&server, mine.owner).await;
    assert_eq!(stranger.see(&path).await.status, 404);
    let list = format!("/fr/office/{}/orders", theirs.organizer);
    assert_eq!(stranger.see(&list).await.status, 404);
    let own = format!(
        "/fr/office/{}/orders?q={}",
        mine.organizer,
        text(&order["code"])
    );
    says(&stranger.see(&own).await, "Aucune commande ici");
    let refund = [
        ("id", "0197e2a0-0000-7000-8000-000000000001"),
        ("amount", "1"),
        ("reason", "x"),
    ];
    for (end, fields) in [("refund", &refund[..]), ("resend", &[])] {
        let sent = stranger.send(&format!("{path}/{end}"), fields).await;
        assert_eq!(sent.status, 404, "{end}");
    }
    let door = server.member(theirs.organizer, Role::Door, "Door").await;
    let door = Clerk::of(&server, door.id).await;
    for path in [&path, &list] {
        assert_eq!(door.see(path).await.status, 403, "{path}");
    }
    let sent = door.send(&format!("{path}/refund"), &refund).await;
    assert_eq!(sent.status, 403);
    assert_eq!(theirs.stall(&server).ledger().await[2], 0);
}
