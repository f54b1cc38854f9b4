//! A server remembers on which terms an event is sold; they hold only as long as they are true.

use std::time::Duration;

use shared::ids::TypeNo;
use sync_server::database::transaction;
use sync_server::orders::hold::HoldError;
use sync_server::orders::rules::NotHeld;

use crate::support::TestServer;
use crate::support::stall::Stall;

impl Stall<'_> {
    /// What a place of type 1 costs, or why there is none.
    async fn asks(&self) -> Result<i64, NotHeld> {
        match self.hold(&[(1, 1)]).await {
            Ok(held) => Ok(held.order.total.minor),
            Err(HoldError::Refused(refused)) => Err(refused),
            Err(other) => panic!("holding a place: {other}"),
        }
    }
}

#[tokio::test]
async fn what_is_changed_of_a_sale_holds_for_the_next_order() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (900, 100)]).await;
    assert_eq!(stall.asks().await, Ok(3_400));
    assert_eq!(stall.asks().await, Ok(3_400));
    stall
        .change("update ticket_types set price_minor = 3900 where event_id = $1 and no = 1")
        .await;
    assert_eq!(stall.asks().await, Ok(3_900));

    stall
        .change("update ticket_types set min_per_order = 2 where event_id = $1 and no = 1")
        .await;
    let least = NotHeld::UnderLimit {
        type_no: TypeNo(1),
        least: 2,
    };
    assert_eq!(stall.asks().await, Err(least));
    stall
        .change("update ticket_types set min_per_order = 1 where event_id = $1 and no = 1")
        .await;
    assert_eq!(stall.asks().await, Ok(3_900));

    stall
        .change("update events set status = 'cancelled' where id = $1")
        .await;
    assert!(matches!(stall.asks().await, Err(NotHeld::NotOnSale { .. })));
    stall
        .change("update events set status = 'published' where id = $1")
        .await;
    assert_eq!(stall.asks().await, Ok(3_900));

    let share = "select commission_basis_points::bigint from orders where event_id = $1 order by created_ms desc, id desc limit 1";
    server.clock.advance(1);
    stall
        .change(
            "update organizers set commission_basis_points = 777
             where id = (select organizer_id from events where id = $1)",
        )
        .await;
    assert_eq!(stall.asks().await, Ok(3_900));
    assert_eq!(server.number(share, stall.event.0).await, 777);

    stall
        .change("update ticket_types set deleted = true where event_id = $1 and no = 1")
        .await;
    assert!(matches!(stall.asks().await, Err(NotHeld::Fields(_))));
}

/// Whoever joins the line while places are sold is before those who come later.
#[tokio::test]
async fn who_waits_for_a_place_goes_before_who_orders_by_what_is_remembered() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    assert_eq!(stall.asks().await, Ok(3_400));
    stall
        .change(
            "insert into waiting_list (organizer_id, event_id, id, type_no, places, email, language, state, asked_ms, joined_ms)
             select organizer_id, id, id, 1, 2, 'nina@example.org', 'fr', 'waiting', 0, 0 from events where id = $1",
        )
        .await;
    let sold_out = NotHeld::SoldOut { type_no: TypeNo(1) };
    assert_eq!(stall.asks().await, Err(sold_out.clone()));
    // One place is too few for them, so anybody may have it; what is free a moment later is theirs again.
    stall
        .change("update stock set quota = held + 1 where event_id = $1")
        .await;
    assert_eq!(stall.asks().await, Ok(3_400));
    stall
        .change("update stock set quota = held + 2 where event_id = $1")
        .await;
    assert_eq!(stall.asks().await, Err(sold_out));
}

/// The price is what the event says when the places are taken, however long ago it was read.
#[tokio::test]
async fn an_order_waits_for_a_change_of_its_terms_that_is_under_way() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    assert_eq!(stall.asks().await, Ok(3_400));
    let mut change = transaction::begin(&server.app.pool).await.unwrap();
    transaction::begin_change(&mut change, stall.organizer, stall.event)
        .await
        .unwrap();
    sqlx::query("update ticket_types set price_minor = 4100 where event_id = $1")
        .bind(stall.event.0)
        .execute(&mut *change)
        .await
        .unwrap();
    let commit = async {
        let mut waits = false;
        for _ in 0..1_000 {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'",
            )
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
            waits = waiting > 0;
            if waits {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        change.commit().await.unwrap();
        waits
    };
    let (asked, waited) = tokio::join!(stall.asks(), commit);
    assert!(waited, "the order waits for the counter");
    assert_eq!(asked, Ok(4_100));
}

/// S1: the last place is sold once, and the rest are told so, by whatever is remembered.
#[tokio::test]
async fn what_sells_out_meanwhile_is_refused() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 3)]).await;
    let asked = futures::future::join_all((0..8).map(|_| stall.asks())).await;
    assert_eq!(asked.iter().filter(|asked| asked.is_ok()).count(), 3);
    let sold_out = NotHeld::SoldOut { type_no: TypeNo(1) };
    assert!(
        asked
            .iter()
            .all(|asked| asked.is_ok() || *asked == Err(sold_out.clone()))
    );
    assert_eq!(stall.stock().await, (3, 0, 0));
    stall
        .change("update stock set quota = 4 where event_id = $1")
        .await;
    assert_eq!(stall.asks().await, Ok(3_400), "places that come are seen");
}
