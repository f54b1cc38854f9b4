//! Tickets that were exchanged at a till: an order's refund and another order, and no money but the difference.

use serde_json::{Value, json};
use shared::fact::till::{Outcome, PaidBy, PriceReason};
use shared::ids::TypeNo;
use shared::roster::TicketStatus;

use crate::support::TestServer;
use crate::support::stall::text;
use crate::support::till::{Till, full, line};

#[tokio::test]
async fn an_exchange_gives_one_order_back_and_makes_another_and_every_sum_agrees() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let clerk = server.person("Camille Roux").await.id;
    let mut till = Till::of(&event, "Caisse du hall").await;
    let mut lent = till.device.top_up().await.tickets;
    lent.retain(|ticket| ticket.type_no == TypeNo(1));
    let all = event.places(1).await.2;
    till.open(clerk, "A");
    let card = PaidBy::Card {
        outcome: Outcome::Accepted,
    };
    let sale = till.sell(&[full(event.id, &lent[..2])], &[(card, 6_800)]);
    let ids: Vec<_> = lent.iter().map(|ticket| ticket.ticket).collect();
    // 34.00 for 42.00, then that for 25.00.
    let dearer = line(event.id, &lent[2..3], 4_200, PriceReason::Full);
    let second = till.exchange((sale, &ids[..1], 3_400), dearer);
    let cheaper = line(event.id, &lent[3..4], 2_500, PriceReason::Student);
    till.exchange((second, &ids[2..3], 4_200), cheaper);
    till.close(0);
    // Halfway through an exchange nothing of the new order is made, and then all of it, once.
    let rest = till.unsent.split_off(7);
    till.send_money().await;
    till.unsent = rest;
    till.send_money().await;
    till.send_tickets().await;

    let path = format!("/api/v1/organizers/{}/orders", event.organizer);
    let orders = event.owner.get(&path).await.ok();
    let mut orders: Vec<(i64, i64, &str)> = orders["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| {
            let sum = |field: &str| order[field].as_i64().unwrap();
            (
                sum("total_minor"),
                sum("refunded_minor"),
                text(&order["state"]),
            )
        })
        .collect();
    orders.sort_unstable();
    assert_eq!(
        orders,
        [
            (2_500, 0, "paid"),
            (4_200, 4_200, "refunded"),
            (6_800, 3_400, "paid")
        ]
    );
    assert_eq!(event.places(1).await, (0, 2, all - 4, 0));
    let rows = event.ticket_rows().await;
    let status = |at: usize| rows[&ids[at]].status;
    assert_eq!(
        [0, 1, 2, 3].map(status),
        [
            TicketStatus::Refunded,
            TicketStatus::Valid,
            TicketStatus::Refunded,
            TicketStatus::Valid
        ]
    );

    let get = async |what: &str| {
        let path = format!("/api/v1/organizers/{}/tills{what}", event.organizer);
        event.owner.get(&path).await.ok()
    };
    let closings = get("/closings").await;
    let z = &closings.as_array().unwrap()[0];
    assert_eq!(z["agrees"], true, "{z}");
    assert_eq!(z["expected_minor"], 5_000 + 800 - 1_700);
    let revenue = get(&format!("/revenue?event={}", event.id)).await;
    let means: Vec<(&str, &Value, &Value)> = revenue["means"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row["means"]), &row["paid_minor"], &row["back_minor"]))
        .collect();
    assert_eq!(means.len(), 3, "{means:?}");
    for row in [
        ("card", &json!(6_800), &json!(0)),
        ("cash", &json!(800), &json!(1_700)),
        ("exchange", &json!(5_900), &json!(5_900)),
    ] {
        assert!(means.contains(&row), "{row:?}: {means:?}");
    }
    let tills = get("").await;
    let sum = |field: &str| tills[0][field].as_i64().unwrap();
    assert_eq!(sum("sold_minor") - sum("refunded_minor"), 3_400 + 2_500);
    assert_eq!(tills[0]["unmade_minor"], 0);
    assert!(event.alerts().await.is_empty());
}
