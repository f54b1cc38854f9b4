//! A till's closings agree with its facts and with the orders made of them, to the cent, or somebody is told where not; and the
//! statement of takings counts tills in.

use reqwest::Method;
use serde_json::{Value, json};
use shared::fact::till::{
    CashReason, CashWay, Means, Outcome, PaidBy, PriceReason, SaleLine, TillFact,
};
use shared::ids::{TicketId, TypeNo};
use shared::wire::latest::StockTicket;
use sync_server::door::money;

use crate::backoffice::Clerk;
use crate::paper::Printed;
use crate::store::says;
use crate::support::TestServer;
use crate::support::door::Event;
use crate::support::stall::text;
use crate::support::till::{Till, full, line};

const CASH: PaidBy = PaidBy::Cash { change: 0 };
const CARD: PaidBy = PaidBy::Card {
    outcome: Outcome::Accepted,
};

async fn lent(till: &Till<'_>) -> Vec<StockTicket> {
    let mut tickets = till.device.top_up().await.tickets;
    tickets.retain(|ticket| ticket.type_no == TypeNo(1));
    tickets
}

async fn get(event: &Event<'_>, what: &str) -> Value {
    let path = format!("/api/v1/organizers/{}/tills{what}", event.organizer);
    event.owner.get(&path).await.ok()
}

impl TestServer {
    /// The quarter of its clock, as `2026-4`.
    fn quarter(&self) -> String {
        let now = jiff::Timestamp::from_millisecond(self.now_ms()).unwrap();
        let zone = shared::admission::time_zone("Europe/Paris").unwrap();
        let day = zone.to_datetime(now).date();
        format!("{}-{}", day.year(), (day.month() - 1) / 3 + 1)
    }
}

/// A line with a price that VAT doesn't divide.
fn odd(event: &Event<'_>, tickets: &[StockTicket]) -> SaleLine {
    line(event.id, tickets, 1_233, PriceReason::Student)
}

#[tokio::test]
async fn a_z_agrees_with_the_orders_to_the_cent_and_the_office_reads_it_by_till_clerk_means_and_type()
 {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let (camille, noa) = (
        server.person("Camille Roux").await.id,
        server.person("Noa Petit").await.id,
    );
    let mut till = Till::of(&event, "Caisse du hall").await;
    let tickets = lent(&till).await;
    till.open(camille, "A");
    let sale = till.sell(
        &[
            odd(&event, &tickets[..3]),
            line(event.id, &tickets[3..4], 0, PriceReason::Press),
        ],
        &[(CASH, 3_000), (CARD, 699)],
    );
    till.take_back(sale, &[tickets[0].ticket], (Means::Cash, 1_233));
    till.write(TillFact::ClerkChanged { clerk: noa });
    till.sell(
        &[full(event.id, &tickets[4..6])],
        &[
            (PaidBy::Cheque, 3_400),
            (PaidBy::Voucher { kind: 2 }, 3_400),
        ],
    );
    let (way, amount, reason) = (CashWay::Out, 500, CashReason::Banked);
    till.write(TillFact::CashMoved {
        way,
        amount,
        reason,
    });
    till.close(-20);
    let stated = till.unsent.last().cloned().unwrap();
    till.send_money().await;
    till.send_tickets().await;

    // A second shift: a ticket of the first is given back in it.
    till.open(noa, "A");
    till.take_back(sale, &[tickets[1].ticket], (Means::Card, 1_233));
    till.close(0);
    till.send_money().await;

    let closings = get(&event, "/closings").await;
    let zs = closings.as_array().unwrap();
    assert_eq!(zs.len(), 2);
    for z in zs {
        assert_eq!(z["agrees"], true, "{z}");
        assert_eq!(z["clerk_name"], "Noa Petit");
    }
    let first = zs.iter().find(|z| z["name"] == "1").unwrap();
    assert_eq!(first["difference_minor"], -20);
    assert_eq!(first["expected_minor"], 5_000 + 3_000 - 1_233 - 500);
    let totals = &first["totals"];
    assert_eq!(
        (&totals["sold"], &totals["refunded"], &totals["tickets"]),
        (&json!(10_499), &json!(1_233), &json!(6))
    );
    assert_eq!(first["seq"], stated.header().seq);

    let revenue = get(&event, &format!("/revenue?event={}", event.id)).await;
    let mut by_means: Vec<(String, String, i64, i64)> = revenue["means"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let sum = |field: &str| row[field].as_i64().unwrap();
            (
                text(&row["clerk_name"]).to_owned(),
                text(&row["means"]).to_owned(),
                sum("paid_minor"),
                sum("back_minor"),
            )
        })
        .collect();
    by_means.sort();
    let row =
        |clerk: &str, means: &str, paid, back| (clerk.to_owned(), means.to_owned(), paid, back);
    assert_eq!(
        by_means,
        [
            row("Camille Roux", "card", 699, 0),
            row("Camille Roux", "cash", 3_000, 1_233),
            row("Noa Petit", "card", 0, 1_233),
            row("Noa Petit", "cheque", 3_400, 0),
            row("Noa Petit", "voucher", 3_400, 0),
        ]
    );
    let types: i64 = revenue["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["sold_minor"].as_i64().unwrap() - row["back_minor"].as_i64().unwrap())
        .sum();
    let tills = get(&event, "").await;
    assert_eq!(tills[0]["sold_minor"], 10_499);
    assert_eq!(tills[0]["refunded_minor"], 2_466);
    assert_eq!(types, 10_499 - 2_466);
    assert_eq!(
        (&tills[0]["zs"], &tills[0]["differing"], &tills[0]["series"]),
        (&json!(2), &json!(0), &json!("A"))
    );
    assert!(event.alerts().await.is_empty());

    let office = Clerk::of(&server, event.owner.id).await;
    let path = format!("/fr/office/{}/tills", event.organizer);
    let page = office.see(&path).await;
    for said in [
        "Caisse du hall",
        "Z n°\u{a0}1",
        "Noa Petit",
        "pass Culture",
        "-0,20\u{a0}€",
        "80,33\u{a0}€",
    ] {
        says(&page, said);
    }
    assert!(!page.text.contains("Désaccord"));
    let file = office.see(&format!("{path}.csv")).await.text;
    assert!(
        file.contains("\"Z n°\u{a0}1\"")
            && file.contains("\"Chèque\";\"34,00\";\"0,00\";\"34,00\""),
        "{file}"
    );
    // The quarter's table: three paid tickets and a free one, without those that were taken back.
    let sibil = format!("/fr/office/{}/sibil.csv", event.organizer);
    let quarter = server.quarter();
    let table = office.see(&format!("{sibil}?quarter={quarter}")).await.text;
    let row = table.lines().nth(1).unwrap_or_else(|| panic!("{table}"));
    assert!(
        row.contains("\"Nuit électro\";\"Concert\";\"La Fabrique du Quai\";\"44200\";\"Nantes\";\"12,33\";\"34,00\";\"3\";\"1\";\"80,33\";\"4,19\";\"76,14\""),
        "{row}"
    );
    let wrong = office.see(&format!("{sibil}?quarter=2026-5")).await;
    assert_eq!(wrong.status, 400);
    // Whoever is no member sees nothing.
    let stranger = server.person("Ulysse").await;
    let api = format!("/api/v1/organizers/{}/tills", event.organizer);
    assert_eq!(stranger.get(&api).await.status, 403);
}

#[tokio::test]
async fn a_z_that_differs_says_which_till_which_means_or_rate_and_both_figures() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse du hall").await;
    let tickets = lent(&till).await;
    till.open(clerk, "A");
    till.sell(
        &[full(event.id, &tickets[..2])],
        &[(CASH, 3_400), (CARD, 3_400)],
    );
    till.send_money().await;
    till.send_tickets().await;
    // What the server keeps of it went wrong.
    sqlx::query("update payments set amount_minor = 3300 where means = 'card' and event_id = $1")
        .bind(event.id.0)
        .execute(event.pool())
        .await
        .unwrap();
    till.close(0);
    till.send_money().await;
    let closings = get(&event, "/closings").await;
    let told = json!([{ "by": "orders", "figure": "paid", "vat_basis_points": null, "means": "card", "voucher": null,
        "is_money": true, "stated": 3_400, "found": 3_300 }]);
    assert_eq!(closings[0]["agrees"], false);
    assert_eq!(closings[0]["differences"], told);
    let alerts = event.alerts().await;
    assert_eq!(alerts[0]["kind"], "till_differs");
    let fact = &alerts[0]["detail"]["facts"][0];
    assert_eq!(fact["device_name"], "Caisse du hall");
    assert_eq!(
        (&fact["closing"], &fact["name"]),
        (&json!("shift"), &json!("1"))
    );
    assert_eq!(fact["differences"], told);
    let office = Clerk::of(&server, event.owner.id).await;
    let page = office
        .see(&format!("/fr/office/events/{}/alerts", event.id))
        .await;
    says(&page, "Une clôture de caisse ne s’accorde pas");
    says(
        &page,
        "annoncé 34,00\u{a0}€, d’après les commandes 33,00\u{a0}€",
    );
    let tills = office
        .see(&format!("/fr/office/{}/tills", event.organizer))
        .await;
    says(&tills, "Désaccord (1)");

    // The next one states what its facts don't say.
    till.open(clerk, "A");
    till.sell(&[odd(&event, &tickets[2..4])], &[(CASH, 2_466)]);
    let mut z = till.counted(0);
    let TillFact::ShiftClosed { totals, .. } = &mut z else {
        panic!("a Z");
    };
    totals.rates[0].sold_vat += 1;
    till.write_against_the_books(z);
    till.send_money().await;
    let closings = get(&event, "/closings").await;
    let second = &closings[0];
    assert_eq!(
        (&second["name"], &second["broken"]),
        (&json!("2"), &json!("totals"))
    );
    let by: Vec<&str> = second["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|told| {
            assert_eq!(
                (&told["figure"], &told["vat_basis_points"]),
                (&json!("sold_vat"), &json!(550))
            );
            text(&told["by"])
        })
        .collect();
    assert_eq!(by, ["facts", "orders"]);
    assert_eq!(
        event.alerts().await[0]["detail"]["facts"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_till_that_went_on_selling_from_an_old_replica_is_told_of_with_what_it_sold() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse du hall").await;
    let tickets = lent(&till).await;
    till.open(clerk, "A");
    let (head, book) = (till.fork(), till.book.clone().unwrap());
    till.sell(&[full(event.id, &tickets[..1])], &[(CASH, 3_400)]);
    till.send_money().await;
    till.send_tickets().await;
    till.go_back(head, book);
    till.sell(&[full(event.id, &tickets[1..3])], &[(CASH, 6_800)]);
    till.send_money().await;
    let alerts = event.alerts().await;
    let forked = alerts.iter().find(|alert| alert["kind"] == "till_forked");
    let detail = &forked.expect("it is told")["detail"];
    assert_eq!(detail["device_name"], "Caisse du hall");
    assert_eq!(
        (&detail["sales_aside"], &detail["sold_aside"]),
        (&json!(1), &json!(6_800)),
        "{detail}"
    );
    assert_eq!(get(&event, "").await[0]["forked"], true);
    // Once, not at each sweep.
    let told = event.alerts().await;
    money::sweep(&server.app).await.unwrap();
    assert_eq!(event.alerts().await, told);
}

#[tokio::test]
async fn the_statement_counts_tills_and_says_where_each_of_their_numbers_is() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let (mut till, mut other) = (
        Till::of(&event, "Caisse du hall").await,
        Till::of(&event, "Caisse du jardin").await,
    );
    let (tickets, others) = (lent(&till).await, lent(&other).await);
    till.open(clerk, "A");
    other.open(clerk, "B");
    let sale = till.sell(
        &[
            full(event.id, &tickets[..3]),
            line(event.id, &tickets[3..4], 0, PriceReason::Guest),
        ],
        &[(CASH, 10_200)],
    );
    till.take_back(sale, &[tickets[0].ticket], (Means::Cash, 3_400));
    other.sell(&[full(event.id, &others[..1])], &[(CARD, 3_400)]);
    for one in [&mut till, &mut other] {
        one.send_money().await;
        one.send_tickets().await;
    }
    event.bought().await;
    // One till gives the rest of its numbers back; of the other's, five places are sold again without its word.
    let rest: Vec<TicketId> = tickets[4..].iter().map(|ticket| ticket.ticket).collect();
    till.device.give_back(&rest).await;
    let write_off = json!({ "device": other.device.id, "type_no": 1, "places": 5 });
    let path = format!("/api/v1/events/{}/leases/write-off", event.id);
    event.owner.post(&path, &write_off).await.ok();

    let office = Clerk::of(&server, event.owner.id).await;
    let path = format!("/fr/office/events/{}/takings", event.id);
    let page = office.see(&path).await;
    // Three tickets of tills that cost 34, one bought online.
    let last = tickets.len();
    for said in [
        "A-1",
        "W-1",
        "B-1",
        "136,00\u{a0}€",
        "Billets confiés aux caisses",
        &format!("A-5\u{a0}–\u{a0}A-{last}"),
    ] {
        says(&page, said);
    }
    assert!(
        !page.text.contains("grand livre diffèrent"),
        "{}",
        page.text
    );
    let file = office.see(&format!("{path}.csv")).await.text;
    let cells = |begin: &str| {
        let found = file.lines().find(|row| row.starts_with(begin));
        let found = found.unwrap_or_else(|| panic!("no {begin} in {file}"));
        let row: Vec<String> = found[1..found.len() - 1]
            .split("\";\"")
            .map(str::to_owned)
            .collect();
        row
    };
    assert_eq!(
        cells("\"Plein tarif\";\"Dès l’ouverture des portes\";\"34,00\";\"5,5\";\"A-1\"")[4..10],
        ["A-1", "A-3", "3", "1", "2", "68,00"].map(str::to_owned)
    );
    assert_eq!(cells("\"Recette encaissée\"")[9], "136,00");
    assert_eq!(cells("\"Exonérés\"")[8], "1");
    let given = (last).to_string();
    let back = (last - 4).to_string();
    assert_eq!(
        cells("\"Caisse du hall\";\"Plein tarif\"")[6..],
        [given.as_str(), &back, "4", "0", "0"].map(str::to_owned)
    );
    let other_row = cells("\"Caisse du jardin\";\"Plein tarif\"");
    let left = (others.len() - 1).to_string();
    assert_eq!(other_row[8..], ["1", left.as_str(), "5"].map(str::to_owned));

    let sent = office.request(Method::GET, &format!("{path}.pdf")).send();
    let printed = Printed::new(sent.await.unwrap().bytes().await.unwrap().into());
    assert_eq!(printed.pages(), 2);
    let words = printed.words();
    for said in ["Caisse du jardin", "rendus invendus", "A-5"] {
        assert!(words.contains(said), "no {said} in {words}");
    }
}
