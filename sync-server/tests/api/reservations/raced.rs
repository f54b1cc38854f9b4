//! Whoever is first has the places, and nobody has them twice: invariant S1.

use serde_json::Value;
use sync_server::orders::expire::expire;

use super::{state, take_over};
use crate::support::TestServer;
use crate::support::stall::Stall;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tills_the_end_of_the_hold_and_a_payment_at_once_never_sell_a_place_twice() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(40).await;
    event.takes_reservations().await;
    let sells = serde_json::json!({ "sell": true });
    let (one, other) = (
        event.device_with("Guichet 1", sells.clone()).await,
        event.device_with("Guichet 2", sells).await,
    );
    let stall = Stall::of(&event);
    let mut came_to = [0, 0, 0];
    for round in 0..16 {
        let order: Value = event
            .reserved_for(&format!("guest{round}@example.org"))
            .await;
        // In half of the rounds its time is up at that moment.
        let until_ms = order["expires_ms"].as_i64().unwrap() - round % 2;
        let (a, b, paid, ended) = tokio::join!(
            take_over(&one, &order),
            take_over(&other, &order),
            stall.pay(&order, "accept"),
            expire(&server.app.pool, until_ms),
        );
        ended.unwrap();
        let lent = [&a, &b]
            .into_iter()
            .filter(|answer| matches!(answer, shared::wire::latest::TakeOverAnswer::Lent(_)))
            .count();
        let state = state(&server, &order).await;
        match state.as_str() {
            "paid" => came_to[0] += 1,
            "cancelled" => came_to[1] += 1,
            "expired" => came_to[2] += 1,
            _ => panic!("{state}: {a:?} {b:?} {}", paid.text),
        }
        assert_eq!(
            lent,
            usize::from(state == "cancelled"),
            "{state}: {a:?} {b:?}"
        );
        let [bought, taken, _lapsed] = came_to;
        assert_eq!(event.places(1).await, (0, 2 * bought, 2 * taken, 0), "S1");
    }
    let [bought, ..] = came_to;
    assert_eq!(
        stall.ledger().await[0],
        i64::from(bought) * 6_800,
        "each paid once"
    );
}
