//! A till takes a reservation over: its hold becomes a lease in one step, and what follows is a sale as any.

use serde_json::json;
use shared::fact::till::PaidBy;
use shared::ids::{TicketId, TypeNo};
use shared::wire::latest::{
    FoundOrder, FoundOrders, OrderState, ReservedPlaces, StockTicket, TakeOverAnswer,
};

use super::{HOUR, cancel, expired, post, state, take_over};
use crate::store::{page, says};
use crate::support::TestServer;
use crate::support::door::Device;
use crate::support::stall::{Stall, text};
use crate::support::till::{Till, full};

async fn found(device: &Device<'_>, words: &str) -> FoundOrder {
    let answer = post(device, "find", &json!({ "text": words })).await;
    let mut found: FoundOrders = serde_json::from_value(answer.ok()).unwrap();
    assert_eq!(found.orders.len(), 1, "{found:?}");
    found.orders.remove(0)
}

#[track_caller]
fn lent(answer: TakeOverAnswer) -> ReservedPlaces {
    match answer {
        TakeOverAnswer::Lent(places) => *places,
        other => panic!("{other:?}"),
    }
}

/// The tickets of a reservation, with what else the till knows of them.
fn tickets(places: &ReservedPlaces) -> Vec<StockTicket> {
    let named: Vec<TicketId> = places
        .lines
        .iter()
        .flat_map(|line| line.tickets.clone())
        .collect();
    let mut tickets = places.stock.tickets.clone();
    tickets.retain(|ticket| named.contains(&ticket.ticket));
    tickets
}

#[tokio::test]
async fn a_reservation_is_found_taken_over_once_and_sold_as_any_place() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let till = Till::of(&event, "Guichet 1").await;
    let second = Till::of(&event, "Guichet 2").await;
    let order = event.reserved_for("camille@example.org").await;
    // The till is in stock already, and the price is raised since.
    let stock = till.device.stock_of(1).await.len();
    let own = i32::try_from(stock).unwrap();
    Stall::of(&event)
        .change("update ticket_types set price_minor = 4000 where event_id = $1 and no = 1")
        .await;

    let code = text(&order["code"]);
    let shown = found(&till.device, code).await;
    assert_eq!((shown.state, shown.total_minor), (OrderState::Held, 6_800));
    assert_eq!(shown.reserved_until_ms, order["expires_ms"].as_i64());
    assert_eq!((shown.tickets.len(), shown.tickets[0].places), (1, 2));

    let places = lent(take_over(&till.device, &order).await);
    assert_eq!(
        event.places(1).await,
        (0, 0, own + 2, 0),
        "from held to leased (S1)"
    );
    let [line] = &places.lines[..] else {
        panic!("one type: {:?}", places.lines);
    };
    assert_eq!(
        (line.type_no, line.price_minor, line.tickets.len()),
        (TypeNo(1), 3_400, 2)
    );
    let its = tickets(&places);
    assert_eq!(its.len(), 2);
    assert!(
        its.iter().all(|ticket| ticket.price_minor == 3_400),
        "at the price of the hold"
    );
    let said = serde_json::to_string(&places).unwrap();
    assert!(
        !said.contains("camille") && !said.contains("Roux"),
        "nobody's name goes to a till"
    );

    // The answer was lost, and it is asked again.
    let again = lent(take_over(&till.device, &order).await);
    assert_eq!(again.lines, places.lines);
    assert_eq!(event.places(1).await, (0, 0, own + 2, 0));
    let other = take_over(&second.device, &order).await;
    let TakeOverAnswer::TakenOver(before) = other else {
        panic!("{other:?}");
    };
    assert_eq!(
        (&*before.till, before.at_ms, before.here),
        ("Guichet 1", server.now_ms(), false)
    );
    assert!(
        found(&till.device, code)
            .await
            .taken_over
            .is_some_and(|by| by.here)
    );

    // Nothing else takes its places any more.
    Stall::of(&event)
        .pay(&order, "accept")
        .await
        .error(409, "conflict");
    cancel(&server, &order).await.ok();
    server.clock.advance(24 * HOUR);
    assert_eq!(expired(&server).await, 0);
    assert_eq!(event.places(1).await, (0, 0, own + 2, 0));
}

#[tokio::test]
async fn what_the_till_sold_is_an_order_to_the_cent_and_the_buyers_page_says_paid() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let mut till = Till::of(&event, "Guichet 1").await;
    let clerk = server.person("Camille Roux").await.id;
    let order = event.reserved_for("camille@example.org").await;
    let link = format!(
        "/fr/orders/{}?secret={}",
        text(&order["id"]),
        text(&order["secret"])
    );
    says(
        &page(&server, &link).await,
        "Réservé, à payer à la billetterie",
    );
    let places = lent(take_over(&till.device, &order).await);
    let its = tickets(&places);
    says(
        &page(&server, &link).await,
        "Prise en charge à la billetterie",
    );

    till.open(clerk, &places.stock.series);
    till.sell(
        &[full(event.id, &its)],
        &[(PaidBy::Cash { change: 0 }, 6_800)],
    );
    till.send_money().await;
    till.send_tickets().await;
    let (held, sold, leased, written_off) = event.places(1).await;
    assert_eq!((held, sold, leased, written_off), (0, 2, 0, 0), "S1");
    let ledger: Vec<(String, i64)> =
        sqlx::query_as("select kind, amount_minor from ledger where event_id = $1 order by id")
            .bind(event.id.0)
            .fetch_all(event.pool())
            .await
            .unwrap();
    assert_eq!(ledger, [("till_sale".to_owned(), 6_800)]);
    says(&page(&server, &link).await, "Payée à la billetterie");
    assert_eq!(
        state(&server, &order).await,
        "cancelled",
        "it was paid by another order"
    );
}

#[tokio::test]
async fn what_is_not_sold_comes_back_as_any_place_of_the_till() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let mut till = Till::of(&event, "Guichet 1").await;
    let order = event.reserved_for("camille@example.org").await;
    let places = lent(take_over(&till.device, &order).await);
    assert_eq!(event.places(1).await, (0, 0, 2, 0));
    till.device.give_back(&places.lines[0].tickets).await;
    assert_eq!(event.places(1).await, (0, 0, 0, 0), "S1");
}

#[tokio::test]
async fn a_till_takes_over_only_open_reservations_of_its_events() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let elsewhere = server.event("ailleurs").await;
    let sells = json!({ "sell": true });
    let (mut till, door, stranger) = (
        event.device_with("Guichet", sells.clone()).await,
        event.device_with("Porte", json!({ "scan": true })).await,
        elsewhere.device_with("Guichet", sells).await,
    );
    let order = event.reserved_for("camille@example.org").await;
    let path = format!("{}/take-over", text(&order["id"]));
    post(&door, &path, &json!({})).await.error(403, "forbidden");
    post(&stranger, &path, &json!({}))
        .await
        .error(404, "not_found");

    let held = event.held_for("noel@example.org").await;
    assert_eq!(
        take_over(&till, &held).await,
        TakeOverAnswer::Over,
        "it is no reservation"
    );
    let paid = event.reserved_for("ana@example.org").await;
    Stall::of(&event).pay(&paid, "accept").await.ok();
    assert_eq!(take_over(&till, &paid).await, TakeOverAnswer::Paid);
    let given_up = event.reserved_for("bob@example.org").await;
    cancel(&server, &given_up).await.ok();
    assert_eq!(take_over(&till, &given_up).await, TakeOverAnswer::Over);
    cancel(&server, &held).await.ok();
    server.clock.advance(2 * HOUR + HOUR / 2);
    till.log_in().await;
    assert_eq!(
        take_over(&till, &order).await,
        TakeOverAnswer::Over,
        "it has lapsed, also before the job saw it"
    );
    assert_eq!(event.places(1).await, (2, 2, 0, 0));
}
