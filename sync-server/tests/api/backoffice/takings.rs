//! The statement of takings: what it says is what an independent sum over the orders says.

use reqwest::Method;
use serde_json::Value;
use sync_server::accounts::Role;

use super::Clerk;
use crate::paper::Printed;
use crate::store::says;
use crate::support::TestServer;
use crate::support::fixtures::published_event;
use crate::support::stall::{Stall, text};

/// The cells of a file's rows.
fn cells(file: &str) -> Vec<Vec<&str>> {
    let rows = file.trim_start_matches('\u{feff}').lines();
    rows.map(|row| row[1..row.len() - 1].split("\";\"").collect())
        .collect()
}

/// The row of the file that begins with these cells.
#[track_caller]
fn row<'a>(file: &'a str, begin: &[&str]) -> Vec<&'a str> {
    let rows = cells(file);
    let found = rows.into_iter().find(|row| row.starts_with(begin));
    found.unwrap_or_else(|| panic!("no row {begin:?} in {file}"))
}

async fn give_back(stall: &Stall<'_>, order: &Value, amount: i64, ticket: &Value) {
    let token = stall
        .server
        .member(stall.organizer, Role::Owner, "Dominique")
        .await;
    let path = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
    let body = crate::refunds::refund(amount, &[ticket]);
    token.post(&path, &body).await.ok();
}

#[tokio::test]
async fn the_statement_says_numbers_prices_and_sums_and_agrees_with_the_ledger() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let stall = event.stall(&server);
    let clerk = Clerk::of(&server, event.owner).await;
    let path = format!("/fr/office/events/{}/takings", event.event);
    says(&clerk.see(&path).await, "Aucun billet n’a encore été émis");

    // Before the doors: W-1 to W-3. Once they are open: W-4 and W-5.
    stall
        .change(
            "update events set doors_ms = doors_ms + 7200000, starts_ms = starts_ms + 7200000,
                 ends_ms = ends_ms + 7200000 where id = $1",
        )
        .await;
    let first = stall.bought(&[(1, 2), (2, 1)]).await;
    server.clock.advance(3_700_000);
    stall.bought(&[(1, 1)]).await;
    stall.bought(&[(2, 1)]).await;
    // One full price was taken back, and six euros of it kept.
    give_back(&stall, &first, 2_800, &first["tickets"][0]).await;

    let page = clerk.see(&path).await;
    for said in [
        "Bordereau de recettes\u{a0}: ",
        "W-1",
        "W-5",
        // 34 + 20 before, 34 + 20 after, and 6 kept.
        "108,00\u{a0}€",
        "114,00\u{a0}€",
        "Dont 6,00\u{a0}€ retenus",
    ] {
        says(&page, said);
    }
    assert!(
        !page.text.contains("grand livre diffèrent"),
        "{}",
        page.text
    );

    let file = clerk.see(&format!("{path}.csv")).await.text;
    let full = row(&file, &["Plein tarif", "Prévente"]);
    assert_eq!(
        full[2..],
        ["34,00", "5,5", "W-1", "W-2", "2", "1", "1", "34,00", "1,77"]
    );
    let reduced = row(&file, &["Tarif réduit", "Dès l’ouverture des portes"]);
    assert_eq!(
        reduced[2..],
        ["20,00", "5,5", "W-5", "W-5", "1", "0", "1", "20,00", "1,04"]
    );
    let sums = ["Billets valables", "Prévente", "Annulés"].map(|key| row(&file, &[key, ""]));
    let sums = sums.map(|row| [row[8].to_owned(), row[9].to_owned()]);
    assert_eq!(
        sums,
        [["4", "108,00"], ["2", "54,00"], ["1", "34,00"]].map(|row| row.map(str::to_owned))
    );
    // 108.00 with 5.5 % in it: 102.37 and 5.63.
    assert_eq!(row(&file, &["Billetterie hors taxes"])[9], "102,37");
    let sent = clerk.request(Method::GET, &format!("{path}.pdf")).send();
    let printed = Printed::new(sent.await.unwrap().bytes().await.unwrap().into());
    assert_eq!(printed.pages(), 1);
    let words = printed.words();
    for said in [
        "Bordereau de recettes",
        "W-1",
        "W-5",
        "34,00 €",
        "102,37 €",
        "114,00 €",
        "5,5 %",
    ] {
        assert!(words.contains(said), "no {said} in {words}");
    }
    let [sold, _, refunded, _] = stall.ledger().await;
    assert_eq!(sold + refunded, 11_400);
    assert_eq!(row(&file, &["Recette encaissée"])[9], "114,00");
}

#[tokio::test]
async fn money_without_a_ticket_is_said_on_the_statement() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let stall = event.stall(&server);
    let order = stall.bought(&[(1, 1)]).await;
    let planted = "insert into ledger (organizer_id, event_id, at_ms, order_id, kind, amount_minor, currency)
                   select organizer_id, event_id, 0, id, 'sale', 500, 'EUR' from orders where id = $1";
    let id: uuid::Uuid = text(&order["id"]).parse().unwrap();
    sqlx::query(planted)
        .bind(id)
        .execute(&server.app.pool)
        .await
        .unwrap();
    let clerk = Clerk::of(&server, event.owner).await;
    let path = format!("/fr/office/events/{}/takings", event.event);
    says(&clerk.see(&path).await, "diffèrent de 5,00\u{a0}€");
}

#[tokio::test]
async fn a_statement_is_read_by_its_organizers_people_only() {
    let server = TestServer::start().await;
    let event = published_event(&server, 50).await;
    let other = published_event(&server, 50).await;
    let stranger = Clerk::of(&server, other.owner).await;
    for path in ["takings", "takings.csv", "takings.pdf"] {
        let path = format!("/fr/office/events/{}/{path}", event.event);
        assert_eq!(stranger.see(&path).await.status, 404);
    }
}
