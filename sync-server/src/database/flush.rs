//! Making commits durable together with others: none is taken for durable that a PostgreSQL lost which died meanwhile (A5).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::{fmt, io};

use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, mpsc, oneshot};

/// A commit that waits for the disk, of any transaction, takes with it all that was written before: PostgreSQL flushes its log
/// in order.
async fn commit_on_disk(executor: impl sqlx::PgExecutor<'_>) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_logical_emit_message(true, 'tickethub', '')::text"#)
        .fetch_one(executor)
        .await
        .map(drop)
}

/// Returns when all that was read on this connection before is on the disk; within a transaction, when that is committed. On
/// the same one, because it breaks when PostgreSQL dies: another could be of the PostgreSQL that was started anew, which
/// flushes gladly and says nothing of what was lost.
pub async fn seen_on_disk(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    commit_on_disk(connection).await
}

/// Waits for the disk on behalf of many commits at once.
///
/// All of them wait on one connection of its own. A statement joins only while that connection stands, and is told to be durable
/// only by the very same one: as a connection breaks with its PostgreSQL, both were of one PostgreSQL then.
pub struct Flush {
    /// Statements that run now, or of which nobody knows yet whether they are on the disk.
    running: AtomicUsize,
    line: Arc<Line>,
    asks: mpsc::UnboundedSender<Ask>,
}

/// What is known of the connection on which all wait.
#[derive(Default)]
struct Line {
    /// Its number, from 1 on; 0: there is none, and nobody can join.
    standing: AtomicU64,
    /// Rung by who would have liked to join.
    wanted: Notify,
}

/// Somebody who joined waits for the disk.
struct Ask {
    joined: u64,
    /// Dropped without a word: it is not known whether the statement's work was lost.
    done: oneshot::Sender<()>,
}

impl Flush {
    /// For the database of `pool`. Connects when two statements first run at once. To be called within a runtime.
    pub fn of(pool: &PgPool) -> Self {
        let own = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with((*pool.connect_options()).clone());
        let line = Arc::<Line>::default();
        let (asks, asked) = mpsc::unbounded_channel();
        tokio::spawn(keep(own, line.clone(), asked));
        Self {
            running: AtomicUsize::new(0),
            line,
            asks,
        }
    }

    /// For one statement on rows that many want at once, which is a transaction by itself. Beside others it frees its
    /// locks before it is on the disk, and waits for the disk together with them; alone it is spared that second step.
    ///
    /// The statement has to say so: `set_config('synchronous_commit', 'off', true)` where it is told [`Joint::later`].
    pub fn join(&self) -> Joint<'_> {
        self.joint(false)
    }

    /// For one statement that is a transaction by itself, and which the commit of a later one takes to the disk before anybody
    /// is told of it: it commits before it is on the disk also where it runs alone.
    pub fn defer(&self) -> Joint<'_> {
        self.joint(true)
    }

    fn joint(&self, also_alone: bool) -> Joint<'_> {
        let beside = self.running.fetch_add(1, Ordering::SeqCst) > 0;
        let standing = self.line.standing.load(Ordering::SeqCst);
        let later = beside || also_alone;
        if later && standing == 0 {
            self.line.wanted.notify_one();
        }
        Joint {
            joined: (later && standing > 0).then_some(standing),
            flush: self,
            running: Running(&self.running),
        }
    }

    async fn wait(&self, joined: u64) -> Result<(), sqlx::Error> {
        let (done, answer) = oneshot::channel();
        // Is nobody there any more, `done` is dropped, and the answer is an error, too.
        let _ = self.asks.send(Ask { joined, done });
        answer.await.map_err(|_| {
            sqlx::Error::Io(io::Error::new(
                io::ErrorKind::ConnectionReset,
                "the connection broke on which a commit waited for the disk",
            ))
        })
    }
}

impl fmt::Debug for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flush")
            .field("standing", &self.line.standing)
            .finish_non_exhaustive()
    }
}

/// Connects when it is wanted, and again after the connection broke; ends with the [`Flush`].
async fn keep(own: PgPool, line: Arc<Line>, mut asked: mpsc::UnboundedReceiver<Ask>) {
    for number in 1.. {
        let connecting = async {
            line.wanted.notified().await;
            PgListener::connect_with(&own).await
        };
        tokio::pin!(connecting);
        let connected = loop {
            tokio::select! {
                connected = &mut connecting => break connected,
                late = asked.recv() => match late {
                    // Of a connection that broke before it was heard.
                    Some(Ask { .. }) => {}
                    None => return,
                },
            }
        };
        // Whoever next would like to join has it tried again.
        let Ok(mut connection) = connected else {
            continue;
        };
        connection.eager_reconnect(false);
        line.standing.store(number, Ordering::SeqCst);
        serve(&mut connection, number, &mut asked).await;
        line.standing.store(0, Ordering::SeqCst);
        tracing::info!("the connection on which commits wait for the disk has ended");
    }
}

/// Until the connection breaks, which is seen even while nobody asks.
async fn serve(connection: &mut PgListener, number: u64, asked: &mut mpsc::UnboundedReceiver<Ask>) {
    loop {
        let first = tokio::select! {
            // Nothing is listened to: there is no other news than the end.
            _ = connection.try_recv() => return,
            first = asked.recv() => match first {
                Some(first) => first,
                None => return,
            },
        };
        let mut asks = vec![first];
        while let Ok(ask) = asked.try_recv() {
            asks.push(ask);
        }
        if commit_on_disk(&mut *connection).await.is_err() {
            return;
        }
        for ask in asks {
            if ask.joined == number {
                // Whoever gave up waiting is not told.
                let _ = ask.done.send(());
            }
        }
    }
}

/// See [`Flush::join`].
#[derive(Debug)]
pub struct Joint<'a> {
    /// The number of the connection on which it may wait.
    joined: Option<u64>,
    flush: &'a Flush,
    running: Running<'a>,
}

/// Counts one of them.
#[derive(Debug)]
struct Running<'a>(&'a AtomicUsize);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Joint<'_> {
    /// Whether the statement is to commit before it is on the disk.
    pub fn later(&self) -> bool {
        self.joined.is_some()
    }

    /// The statement was carried out: returns when it is on the disk (A5). An error says that this is not known; who asks again
    /// finds what is there.
    pub async fn durable(self) -> Result<(), sqlx::Error> {
        drop(self.running);
        match self.joined {
            Some(joined) => self.flush.wait(joined).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::database::testing::TestDatabase;

    /// Joins beside another until the connection stands.
    async fn joined_beside<'a>(flush: &'a Flush, _beside: &Joint<'_>) -> Joint<'a> {
        for _ in 0..500 {
            let joint = flush.join();
            if joint.later() {
                return joint;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody could join within five seconds");
    }

    async fn end_all_connections(database: &TestDatabase) {
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .execute(&database.pool)
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn who_runs_beside_another_waits_for_the_disk_together_with_it() {
        let database = TestDatabase::create().await;
        let flush = Flush::of(&database.pool);
        let alone = flush.join();
        assert!(!alone.later(), "alone it is durable by its own commit");
        let (one, other) = (
            joined_beside(&flush, &alone).await,
            joined_beside(&flush, &alone).await,
        );
        let (one, other) = tokio::join!(one.durable(), other.durable());
        one.unwrap();
        other.unwrap();
        alone.durable().await.unwrap();
    }

    /// A5: what PostgreSQL had not on its disk when it died is gone, however gladly the next one flushes.
    #[tokio::test]
    async fn what_was_written_before_the_connections_broke_is_not_said_to_be_on_the_disk() {
        let database = TestDatabase::create().await;
        let flush = Flush::of(&database.pool);
        let beside = flush.join();
        let asked_at_once = joined_beside(&flush, &beside).await;
        let asked_after_another_stands = joined_beside(&flush, &beside).await;
        end_all_connections(&database).await;
        let lost = asked_at_once.durable().await.unwrap_err();
        assert!(matches!(lost, sqlx::Error::Io(_)), "{lost}");
        let later = joined_beside(&flush, &beside).await;
        asked_after_another_stands.durable().await.unwrap_err();
        later.durable().await.unwrap();
    }

    /// The first request after PostgreSQL came back is like any other.
    #[tokio::test]
    async fn nobody_joins_on_a_connection_that_is_broken() {
        let database = TestDatabase::create().await;
        let flush = Flush::of(&database.pool);
        let beside = flush.join();
        let joint = joined_beside(&flush, &beside).await;
        let broken = joint.joined;
        joint.durable().await.unwrap();
        end_all_connections(&database).await;
        for _ in 0..500 {
            if Some(flush.line.standing.load(Ordering::SeqCst)) != broken {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let after = flush.join();
        assert_ne!(after.joined, broken, "it is known without anybody's asking");
        after.durable().await.unwrap();
    }
}
