//! Places, however many want them at once.

use futures::StreamExt as _;
use shared::ids::OrderId;
use std::time::Duration;
use sync_server::edge::OsRandom;
use sync_server::orders::access::Holder;
use sync_server::orders::hold::HoldError;
use sync_server::orders::rules::NotHeld;
use sync_server::payments::pay::pay;

use crate::support::TestServer;
use crate::support::stall::Stall;

async fn attempt(stall: &Stall<'_>) -> Result<OrderId, HoldError> {
    let held = stall.hold(&[(1, 1)]).await?;
    let holder = Holder {
        account: None,
        secret: held.secret.map(|secret| secret.to_text()),
    };
    let app = &stall.server.app;
    let wait = Duration::from_secs(2);
    let paid = pay(app, &mut OsRandom, held.order.id, &holder, "accept", wait)
        .await
        .expect("a held place can be paid");
    assert_eq!(paid.order.tickets.len(), 1, "{paid:?}");
    Ok(held.order.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_thousand_attempts_on_a_hundred_places_sell_a_hundred() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 100)]).await;
    let attempts: Vec<_> = futures::stream::iter(0..2_000)
        .map(|_| attempt(&stall))
        .buffer_unordered(32)
        .collect()
        .await;
    let mut sold = 0;
    for attempt in attempts {
        match attempt {
            Ok(_) => sold += 1,
            Err(HoldError::Refused(NotHeld::SoldOut { .. })) => {}
            // Also where the constraint behind S1 had to step in.
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(sold, 100);
    assert_eq!(stall.stock().await, (0, 100, 0));
    let tickets = "select count(*) from tickets where event_id = $1";
    assert_eq!(server.number(tickets, stall.event.0).await, 100);
    let last = "select last from series where event_id = $1";
    assert_eq!(server.number(last, stall.event.0).await, 100);
    assert_eq!(stall.ledger().await, [340_000, -17_000, 0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_of_several_types_in_any_order_never_block_each_other_for_good() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(1000, 40), (1000, 40), (1000, 40)]).await;
    let ways: [&[(u16, u32)]; 3] = [&[(1, 1), (2, 1)], &[(3, 1), (1, 1)], &[(2, 1), (3, 1)]];
    let held = futures::stream::iter(0..120)
        .map(|n| stall.hold(ways[n % 3]))
        .buffer_unordered(32)
        .filter_map(async |held| match held {
            Ok(held) => Some(held),
            Err(HoldError::Refused(NotHeld::SoldOut { .. })) => None,
            Err(error) => panic!("{error:?}"),
        })
        .count()
        .await as i64;
    assert!(held <= 60, "two places each of 120: {held}");
    let taken = "select sum(held)::bigint from stock where event_id = $1";
    assert_eq!(server.number(taken, stall.event.0).await, held * 2);
}
