//! What a till sold is orders on the server, to the cent and each once, in whatever order its journals come.

use serde_json::{Value, json};
use shared::fact::FactBody;
use shared::fact::kind::RightKind;
use shared::fact::till::{Means, Outcome, PaidBy, PriceReason, SaleLine};
use shared::ids::{EventId, FactId, TicketId, TypeNo, uuid_v7};
use shared::roster::TicketStatus;
use shared::wire::latest::StockTicket;
use sync_server::door::money;
use sync_server::edge::OsRandom;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::door::{Event, entry};
use crate::support::stall::text;
use crate::support::till::{Till, full, line};

const CASH: PaidBy = PaidBy::Cash { change: 0 };
const CARD: PaidBy = PaidBy::Card {
    outcome: Outcome::Accepted,
};
const REFUSED: PaidBy = PaidBy::Card {
    outcome: Outcome::Refused,
};

/// What is lent of type 1, by number.
async fn lent(till: &Till<'_>) -> Vec<StockTicket> {
    let mut tickets = till.device.top_up().await.tickets;
    tickets.retain(|ticket| ticket.type_no == TypeNo(1));
    tickets
}

fn ids(tickets: &[StockTicket]) -> Vec<TicketId> {
    tickets.iter().map(|ticket| ticket.ticket).collect()
}

/// Kind and amount of all that the ledger says of an event.
async fn ledger(event: &Event<'_>) -> Vec<(String, i64)> {
    sqlx::query_as("select kind, amount_minor from ledger where event_id = $1 order by id")
        .bind(event.id.0)
        .fetch_all(event.pool())
        .await
        .unwrap()
}

fn said(kind: &str, amount: i64) -> (String, i64) {
    (kind.to_owned(), amount)
}

/// By means: what came and what went back.
async fn by_means(event: &Event<'_>) -> Vec<(String, i64)> {
    sqlx::query_as(
        "select coalesce(means, 'none'), amount_minor from payments where event_id = $1 and till_journal is not null
         union all
         select coalesce(means, 'none'), -amount_minor from refunds where event_id = $1 and till_journal is not null
         order by 1, 2 desc",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap()
}

async fn orders(event: &Event<'_>) -> Vec<Value> {
    let path = format!("/api/v1/organizers/{}/orders", event.organizer);
    let page = event.owner.get(&path).await.ok();
    page["orders"].as_array().unwrap().clone()
}

async fn count(event: &Event<'_>, query: &'static str) -> i64 {
    event.server.number(query, event.id.0).await
}

fn kinds(alerts: &[Value]) -> Vec<(&str, bool)> {
    let alerts = alerts.iter();
    alerts
        .map(|alert| (text(&alert["kind"]), alert["resolved_ms"].is_null()))
        .collect()
}

#[tokio::test]
async fn a_sale_is_an_order_with_its_payments_and_tickets_whichever_journal_comes_first() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let (mut first, mut second) = (
        Till::of(&event, "Caisse 1").await,
        Till::of(&event, "Caisse 2").await,
    );
    let door = event.device("Porte").await;
    let (a, b) = (lent(&first).await, lent(&second).await);
    let lent_before = event.places(1).await.2;
    first.open(clerk, "A");
    second.open(clerk, "B");
    // A free one besides; a refused card pays nothing.
    first.sell(
        &[
            full(event.id, &a[..2]),
            line(event.id, &a[2..3], 0, PriceReason::Guest),
        ],
        &[(CASH, 2_000), (REFUSED, 4_800), (CARD, 4_800)],
    );
    second.sell(&[full(event.id, &b[..1])], &[(CASH, 3_400)]);

    // One till's money comes first, the other's tickets.
    first.send_money().await;
    second.send_tickets().await;
    assert_eq!(event.places(1).await, (0, 1, lent_before - 1, 0));
    first.send_tickets().await;
    second.send_money().await;
    assert_eq!(event.places(1).await, (0, 4, lent_before - 4, 0));

    let of_event = orders(&event).await;
    let mut totals: Vec<(i64, String)> = of_event
        .iter()
        .map(|order| {
            let total = order["total_minor"].as_i64().unwrap();
            (total, text(&order["state"]).to_owned())
        })
        .collect();
    totals.sort_unstable();
    assert_eq!(
        totals,
        [(3_400, "paid".to_owned()), (6_800, "paid".to_owned())]
    );
    assert_eq!(
        by_means(&event).await,
        [
            said("card", 4_800),
            said("cash", 3_400),
            said("cash", 2_000)
        ]
    );
    let mut booked = ledger(&event).await;
    booked.sort_unstable();
    assert_eq!(
        booked,
        [2_000, 3_400, 4_800].map(|amount| said("till_sale", amount)),
        "the platform has no part in it"
    );
    // Doors hear of the tickets, signed as they were lent.
    let rows = event.ticket_rows().await;
    let sold: Vec<TicketId> = [&ids(&a[..3])[..], &ids(&b[..1])[..]].concat();
    assert!(
        sold.iter()
            .all(|ticket| rows[ticket].status == TicketStatus::Valid),
        "{rows:?}"
    );
    assert_eq!(rows.len(), 4);
    let replica = door.replica(100).await;
    assert!(
        sold.iter()
            .all(|ticket| replica.tickets.contains_key(ticket))
    );
    let token: Vec<u8> = sqlx::query_scalar("select token from tickets where id = $1")
        .bind(a[0].ticket.to_i64())
        .fetch_one(event.pool())
        .await
        .unwrap();
    assert_eq!(token, a[0].token, "the one that the till printed");
    let mails = count(&event, "select count(*) from outbox where $1 is not null").await;
    assert_eq!(mails, 0, "nobody left an address");

    // The same again, and a sweep, make nothing anew.
    let again: Vec<_> = Vec::new();
    first.device.upload(&again).await;
    money::sweep(&server.app).await.unwrap();
    assert_eq!(orders(&event).await.len(), 2);
    assert_eq!(ledger(&event).await.len(), 3);
    assert_eq!(kinds(&event.alerts().await), []);
}

#[tokio::test]
async fn what_a_crash_left_between_facts_and_orders_is_made_once() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse 1").await;
    let tickets = lent(&till).await;
    till.open(clerk, "A");
    till.sell(&[full(event.id, &tickets[..1])], &[(CASH, 3_400)]);
    till.sell(&[full(event.id, &tickets[1..3])], &[(CARD, 6_800)]);
    // The last payment is still on its way.
    let last = till.unsent.pop().unwrap();
    till.send_money().await;
    assert_eq!(orders(&event).await.len(), 1, "the other waits to be paid");
    let mark: i64 = sqlx::query_scalar("select made_through from till_journals")
        .fetch_one(event.pool())
        .await
        .unwrap();
    assert_eq!(mark, 4, "opened, shift, sale, payment");
    // The facts are stored, and nothing is made of them: as a crash right after the commit leaves it.
    let header = last.header();
    sqlx::query(
        "with stored as (
             insert into till_facts (organizer_id, journal_id, seq, device_id, fact_id, kind, hash, envelope, received_ms)
             select $1, $2, $3, $4, $5, 23, $6, $7, 1 returning 1
         )
         update till_journals set head_seq = $3, head_hash = $6 where id = $2 and exists (select from stored)",
    )
    .bind(event.organizer.0)
    .bind(till.journal.0)
    .bind(header.seq.cast_signed())
    .bind(till.device.id.0)
    .bind(last.fact().id.0)
    .bind(&header.hash[..])
    .bind(last.bytes())
    .execute(event.pool())
    .await
    .unwrap();
    let (one, other) = (money::sweep(&server.app), money::sweep(&server.app));
    let (one, other) = tokio::join!(one, other);
    one.unwrap();
    other.unwrap();
    assert_eq!(orders(&event).await.len(), 2);
    assert_eq!(
        by_means(&event).await,
        [said("card", 6_800), said("cash", 3_400)]
    );
    till.device.upload(&[last]).await;
    assert_eq!(ledger(&event).await.len(), 2, "each once");
}

#[tokio::test]
async fn what_is_taken_back_frees_its_place_once_and_lets_nobody_in() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse 1").await;
    let tickets = lent(&till).await;
    let all = event.places(1).await.2;
    till.open(clerk, "A");
    let sale = till.sell(
        &[full(event.id, &tickets[..3])],
        &[(CASH, 4_000), (CARD, 6_200)],
    );
    till.send_tickets().await;
    till.send_money().await;
    assert_eq!(event.places(1).await, (0, 3, all - 3, 0));
    let order = orders(&event).await.remove(0);
    assert_eq!(order["total_minor"], 10_200);

    // By the till: the door journal says it first, then the money.
    let one = [tickets[0].ticket];
    till.take_back(sale, &one, (Means::Cash, 3_400));
    till.send_tickets().await;
    assert_eq!(event.places(1).await, (0, 2, all - 3, 0), "free again");
    till.send_money().await;
    assert_eq!(event.places(1).await, (0, 2, all - 3, 0), "and only once");
    assert_eq!(
        event.ticket_rows().await[&one[0]].status,
        TicketStatus::Refunded
    );

    // By the office: no provider is asked, and the place is free.
    let path = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
    let body = json!({ "id": uuid_v7(server.now_ms(), &mut OsRandom), "amount_minor": 3_400,
        "reason": "Spectateur malade", "tickets": [tickets[1].ticket] });
    let refund = event.owner.post(&path, &body).await.ok();
    assert_eq!(refund["state"], "succeeded", "{refund}");
    assert_eq!(event.places(1).await, (0, 1, all - 3, 0));
    // The till hears nothing of it and gives it back again: the money went twice, the place is free once, and it is told.
    till.take_back(sale, &[tickets[1].ticket], (Means::Cash, 3_400));
    till.take_back(sale, &[tickets[2].ticket], (Means::Card, 3_400));
    till.send_money().await;
    till.send_tickets().await;
    assert_eq!(event.places(1).await, (0, 0, all - 3, 0));
    let order = orders(&event).await.remove(0);
    assert_eq!(
        (text(&order["state"]), &order["refunded_minor"]),
        ("refunded", &json!(10_200)),
    );
    let back: i64 = ledger(&event)
        .await
        .iter()
        .filter(|(kind, _)| kind == "till_refund")
        .map(|(_, amount)| amount)
        .sum();
    assert_eq!(back, -13_600, "what really went");
    let alerts = event.alerts().await;
    let told = alerts.iter().find(|alert| alert["kind"] == "till_unmade");
    let told = &told.expect("somebody has to look at it")["detail"]["facts"];
    assert_eq!(told[0]["why"], "refunded_before");
    assert_eq!(told[0]["amount_minor"], 3_400);
    // The places are sold again, at the same till's counter or online.
    assert_eq!(lent(&till).await.len(), tickets.len() - 3);
}

#[tokio::test]
async fn a_place_is_free_once_its_sale_is_known_though_its_money_went_back_before() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse 1").await;
    let tickets = lent(&till).await;
    let all = event.places(1).await.2;
    till.open(clerk, "A");
    let sale = till.sell(&[full(event.id, &tickets[..1])], &[(CASH, 3_400)]);
    till.take_back(sale, &[tickets[0].ticket], (Means::Cash, 3_400));
    till.send_money().await;
    assert_eq!(
        event.places(1).await,
        (0, 0, all, 0),
        "the till may sell it yet"
    );
    let sold = till.unsent_of_door.remove(0);
    let issued = till.unsent_of_door.remove(0);
    till.device.upload(&[sold, issued]).await;
    assert_eq!(event.places(1).await, (0, 0, all - 1, 0));
    till.send_tickets().await;
    assert_eq!(event.places(1).await, (0, 0, all - 1, 0));
}

#[tokio::test]
async fn a_sale_of_what_was_not_lent_is_kept_and_told_until_it_is_right() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let elsewhere = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let (mut till, other) = (
        Till::of(&event, "Caisse 1").await,
        Till::of(&event, "Caisse 2").await,
    );
    let (own, others) = (lent(&till).await, lent(&other).await);
    till.open(clerk, "A");
    let foreign = SaleLine {
        event: elsewhere.id,
        ..full(event.id, &own[1..2])
    };
    // Another till's ticket, and an event of another organizer.
    till.sell(
        &[
            full(event.id, &own[..1]),
            full(event.id, &others[..1]),
            foreign,
        ],
        &[(CASH, 10_200)],
    );
    till.send_money().await;
    let rows = event.ticket_rows().await;
    assert!(rows.contains_key(&own[0].ticket) && !rows.contains_key(&others[0].ticket));
    assert_eq!(
        by_means(&event).await.iter().map(|(_, amount)| amount).sum::<i64>()
            + count(
                &event,
                "select coalesce(sum(amount_minor), 0)::bigint from till_unmade where $1 is not null"
            )
            .await,
        10_200,
        "no cent is lost"
    );
    assert_eq!(ledger(&elsewhere).await, [], "nothing of another's books");
    let alerts = event.alerts().await;
    let mut told = kinds(&alerts);
    told.sort_unstable();
    assert_eq!(told, [("ticket_unlent", true), ("till_unmade", true)]);
    let unlent = alerts.iter().find(|alert| alert["kind"] == "ticket_unlent");
    assert_eq!(
        unlent.unwrap()["detail"]["tickets"],
        json!([others[0].ticket])
    );

    // The other till had handed it over; its word comes later.
    let holder = "update leased_tickets set holder_id = $2 where id = $1";
    sqlx::query(holder)
        .bind(others[0].ticket.to_i64())
        .bind(till.device.id.0)
        .execute(event.pool())
        .await
        .unwrap();
    money::sweep(&server.app).await.unwrap();
    assert!(event.ticket_rows().await.contains_key(&others[0].ticket));
    let alerts = event.alerts().await;
    let mut told = kinds(&alerts);
    told.sort_unstable();
    assert_eq!(told, [("ticket_unlent", false), ("till_unmade", true)]);
}

#[tokio::test]
async fn one_cart_of_two_events_is_an_order_of_each_and_the_money_is_shared_to_the_cent() {
    let server = TestServer::start().await;
    let made = crate::support::fixtures::published_event(&server, 400).await;
    let more = crate::support::fixtures::another_event(&server, &made, 400).await;
    let owner = server
        .member(
            made.organizer,
            sync_server::accounts::Role::Owner,
            "Dominique",
        )
        .await;
    let event = server.event_on_sale_of(made.organizer, made.event, owner);
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse 1").await;
    let tickets = lent(&till).await;
    let second = SaleLine {
        event: more.event,
        ..full(event.id, &tickets[1..2])
    };
    till.open(clerk, "A");
    let sale = till.sell(
        &[full(event.id, &tickets[..1]), second],
        &[(PaidBy::Voucher { kind: 3 }, 1_000), (CASH, 5_800)],
    );
    till.send_tickets().await;
    till.send_money().await;
    let sums: Vec<(Uuid, i64, i64)> = sqlx::query_as(
        "select o.event_id, o.total_minor, (select sum(amount_minor)::bigint from payments p where p.order_id = o.id)
         from orders o join till_orders t on t.order_id = o.id where t.sale_id = $1",
    )
    .bind(sale.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    let of = |event: EventId| sums.iter().find(|(of, ..)| *of == event.0).unwrap();
    assert_eq!(sums.len(), 2);
    assert_eq!((of(event.id).1, of(event.id).2), (3_400, 3_400));
    assert_eq!((of(more.event).1, of(more.event).2), (3_400, 3_400));
    let vouchers: i64 = sqlx::query_scalar(
        "select sum(amount_minor)::bigint from payments where means = 'voucher' and voucher = 3",
    )
    .fetch_one(event.pool())
    .await
    .unwrap();
    assert_eq!(vouchers, 1_000);
}

#[tokio::test]
async fn whoever_went_in_before_the_sale_came_is_in_and_the_office_finds_the_ticket() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse 1").await;
    let mut door = event.device("Porte").await;
    let tickets = lent(&till).await;
    till.open(clerk, "A");
    till.sell(&[full(event.id, &tickets[..1])], &[(CASH, 3_400)]);
    let in_there = door.write(vec![entry(tickets[0].ticket, 1)]);
    door.upload(&in_there).await;
    till.send_tickets().await;
    till.send_money().await;
    assert_eq!(event.states().await[&tickets[0].ticket], (true, 1, 0));
    let order = orders(&event).await.remove(0);
    let path = format!("/api/v1/orders/{}", text(&order["id"]));
    let order = event.owner.get(&path).await.ok();
    assert_eq!(order["tickets"], json!([tickets[0].ticket]), "{order}");
}

#[tokio::test]
async fn a_place_that_a_till_lent_another_is_the_others_sale_under_the_lenders_number() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut lender = Till::of(&event, "Caisse 1").await;
    let mut till = Till::of(&event, "Caisse 2").await;
    let places = lent(&lender).await;
    lender.open(clerk, "A");
    till.open(clerk, "B");
    let (given, rest) = (&places[17..], &places[..17]);
    let (term, tickets) = lender.device.steps_of(&ids(given), 1).await;
    let hand_over = lender.device.write(vec![FactBody::HandOver {
        right: RightKind::Sell,
        term,
        to: till.device.id,
        asked_for: FactId::new(server.now_ms(), &mut OsRandom),
        tickets,
    }]);
    // The other sells it before the server hears of the loan: its money waits for the lender's word.
    till.sell(&[full(event.id, &given[..2])], &[(CASH, 6_800)]);
    till.send_tickets().await;
    till.send_money().await;
    assert_eq!(kinds(&event.alerts().await), [("ticket_unlent", true)]);
    lender.device.upload(&hand_over).await;
    assert_eq!(kinds(&event.alerts().await), [("ticket_unlent", false)]);
    assert_eq!(ledger(&event).await, [said("till_sale", 6_800)]);
    let numbers: Vec<(String, i64)> = sqlx::query_as(
        "select channel, series_no from tickets where event_id = $1 order by series_no",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    let told = numbers
        .iter()
        .map(|(channel, number)| format!("{channel}{number}"));
    assert_eq!(told.collect::<Vec<_>>(), ["A18", "A19"]);

    // The lender sells what it gave away all the same: kept, told, and no second order of it.
    lender.sell(
        &[full(event.id, &given[2..]), full(event.id, &rest[..1])],
        &[(CASH, 6_800)],
    );
    lender.send_tickets().await;
    lender.send_money().await;
    let alerts = event.alerts().await;
    let unlent: Vec<&Value> = alerts
        .iter()
        .filter(|alert| alert["kind"] == "ticket_unlent" && alert["resolved_ms"].is_null())
        .collect();
    assert_eq!(unlent.len(), 1);
    assert_eq!(unlent[0]["detail"]["tickets"], json!([given[2].ticket]));
    assert!(!event.ticket_rows().await.contains_key(&given[2].ticket));
    // The third one is the other till's still, and comes back by its word alone.
    let held = lent(&till).await;
    assert!(
        held.iter()
            .any(|ticket| ticket.ticket == given[2].ticket && ticket.series == "A")
    );
}
