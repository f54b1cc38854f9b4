//! What a request reads does not grow with what others left behind: PostgreSQL plans a statement once, perhaps when its
//! tables were empty and each way into them seemed as good as another.

use sqlx::{Connection as _, PgConnection};

use crate::support::stall::Type;
use crate::support::{TestServer, until};

/// The rows that were found by indexes of this name, or of a table of this name. It ends the server: a connection tells
/// what it read when it ends.
async fn rows_read(server: TestServer, index: &str) -> i64 {
    let pool = server.app.pool.clone();
    let database = server.stop().await;
    pool.close().await;
    let mut connection = PgConnection::connect_with(&database.connect_options())
        .await
        .unwrap();
    until("all connections have ended", async || {
        let others = "select count(*) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";
        let others: i64 = sqlx::query_scalar(others)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        others == 0
    })
    .await;
    sqlx::query_scalar(
        "select sum(idx_tup_read)::bigint from pg_stat_user_indexes where relname = $1 or indexrelname = $1",
    )
    .bind(index)
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_entry_reads_the_facts_of_its_ticket_and_not_those_of_all_others() {
    const TICKETS: usize = 60;
    let server = TestServer::start().await;
    let event = server.event("entries").await;
    let tickets = event.tickets(TICKETS).await;
    for ticket in &tickets {
        let path = format!("/api/v1/tickets/scan/{ticket}");
        event.owner.post(&path, &serde_json::json!({})).await.ok();
    }
    let read = rows_read(server, "facts").await;
    let most = 4 * TICKETS as i64;
    assert!(read <= most, "{read} of {TICKETS} entries");
}

#[tokio::test]
async fn a_payment_reads_its_own_order_and_not_all_that_are_held() {
    const PLACES: Type = (3_400, 1_000);
    const HELD: i64 = 60;
    const PAID: i64 = 20;
    let server = TestServer::start().await;
    let stall = server.stall(&[PLACES]).await;
    // When PostgreSQL last looked, nobody was about to pay.
    stall.bought(&[(1, 1)]).await;
    sqlx::query("analyze orders")
        .execute(&server.app.pool)
        .await
        .unwrap();
    let mut held = Vec::new();
    for _ in 0..HELD {
        held.push(stall.held(&[(1, 1)]).await);
    }
    for order in held.iter().take(PAID as usize) {
        stall.pay(order, "accept").await.ok();
    }
    let read = rows_read(server, "orders_to_expire").await;
    assert!(read < HELD, "{read} of {PAID} payments beside {HELD} holds");
}
