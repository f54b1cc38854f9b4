//! Beginning in one round trip, and beginning again when two transactions got in each other's way.

use shared::ids::{EventId, OrganizerId};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

/// How often a transaction is tried in all.
const ATTEMPTS: u8 = 4;

/// A transaction. Like every statement of the pool it waits at most two seconds for a lock, see `request_options`.
pub async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, "begin").await
}

/// Reads all that it reads as it was at one moment.
pub async fn begin_snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, "begin isolation level repeatable read, read only").await
}

/// Reads by statements that are planned anew for what is asked: where one statement serves many questions, of which each
/// leaves most of the conditions open. All others are planned once a connection, see `request_options`.
pub async fn begin_planned(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let planned = "begin read only; set local plan_cache_mode = auto";
    begin_with(pool, planned).await
}

/// Takes an event's lock and its next number for this transaction; held to its end. The event's feed must be there.
pub async fn begin_change(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("select begin_change($1, $2)", organizer.0, event.0)
        .fetch_one(conn)
        .await
        .map(drop)
}

/// In a task of its own, which goes on when whoever asked is gone: sqlx 0.9 counts a transaction only once `begin` is
/// answered, so that a future dropped before would leave an open one on a connection of the pool. What is said to be
/// written there afterwards would never be committed (A5).
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that may begin; a task does not drop it half-way"
)]
async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    tokio::spawn(async move { pool.begin_with(statement).await })
        .await
        .unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Counts the attempts of one transaction.
#[derive(Debug)]
pub struct Attempts(u8);

impl Default for Attempts {
    fn default() -> Self {
        Self(ATTEMPTS)
    }
}

impl Attempts {
    /// Whether to begin again: the error is one that a second attempt may not meet, and there is one left.
    pub fn again(&mut self, error: &sqlx::Error) -> bool {
        self.once_more() && is_passing(error)
    }

    /// Whether to begin again where what was read before the transaction was not true any more.
    pub fn once_more(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }
}

/// Serialization failure, deadlock, a random number that was drawn before, or an order that another request made at this very
/// moment: `on conflict (id)` looks at the index of `id` alone, and both may find nothing there before either has written the
/// primary key, which comes first.
fn is_passing(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| {
        matches!(e.code().as_deref(), Some("40001" | "40P01"))
            || matches!(
                e.constraint(),
                Some("tickets_pkey" | "tickets_id_key" | "orders_code_key" | "orders_pkey")
            )
    })
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use sqlx::Connection as _;
    use sqlx::postgres::PgPoolOptions;

    use super::*;
    use crate::database::testing::TestDatabase;

    /// A5: otherwise the next statement on that connection would be told to be done, and never be committed.
    #[tokio::test]
    async fn a_begin_that_is_given_up_half_way_leaves_no_transaction_open() {
        let database = TestDatabase::create().await;
        let options = database.connect_options();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .unwrap();
        let mut observer = PgConnection::connect_with(&options).await.unwrap();
        sqlx::query("create table written (polls int)")
            .execute(&pool)
            .await
            .unwrap();
        for polls in 1..40 {
            {
                let mut begun = std::pin::pin!(begin(&pool));
                for _ in 0..polls {
                    if poll!(begun.as_mut()).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            sqlx::query("insert into written values ($1)")
                .bind(polls)
                .execute(&pool)
                .await
                .unwrap();
            let seen: i64 = sqlx::query_scalar("select count(*) from written")
                .fetch_one(&mut observer)
                .await
                .unwrap();
            assert_eq!(
                seen,
                i64::from(polls),
                "begin was dropped after {polls} polls"
            );
        }
    }
}
