//! Beginning in one round trip, making a commit durable together with others, and beginning again when two
//! transactions got in each other's way.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::Mutex;

/// How often a transaction is tried in all.
const ATTEMPTS: u8 = 4;

/// A transaction that waits at most two seconds for a lock: a request that waits longer is better told to come back.
pub async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with("begin; set local lock_timeout = '2s'")
        .await
}

/// As [`begin`], but its commit frees the row locks before it is on the disk. For rows that many want at once: what
/// the commit holds may be told to nobody before [`Flush::wait`] has returned.
pub async fn begin_unflushed(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with("begin; set local lock_timeout = '2s'; set local synchronous_commit = off")
        .await
}

/// Waits for the disk on behalf of many commits at once.
#[derive(Debug, Default)]
pub struct Flush {
    asked: AtomicU64,
    done: Mutex<u64>,
}

impl Flush {
    /// Returns when all that was committed before the call is on the disk.
    ///
    /// A commit that waits for the disk, of any transaction, takes with it all that was written before: PostgreSQL
    /// flushes its log in order. So one commit serves everybody who asked before it began.
    pub async fn wait(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut done = self.done.lock().await;
        if *done >= mine {
            return Ok(());
        }
        let covered = self.asked.load(Ordering::SeqCst);
        sqlx::query_scalar!(r#"select pg_logical_emit_message(true, 'tickethub', '')::text"#)
            .fetch_one(pool)
            .await?;
        *done = covered;
        Ok(())
    }
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
        self.0 = self.0.saturating_sub(1);
        self.0 > 0 && is_passing(error)
    }
}

/// Serialization failure, deadlock, or a random number that was drawn before.
fn is_passing(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| {
        matches!(e.code().as_deref(), Some("40001" | "40P01"))
            || matches!(
                e.constraint(),
                Some("tickets_pkey" | "tickets_id_key" | "orders_code_key")
            )
    })
}
