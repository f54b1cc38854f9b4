//! Waking those who wait for an event's feed to grow. A hint only: whoever wakes up asks the database.
//!
//! Not PostgreSQL's `notify`: a transaction that notifies holds a lock of the whole cluster during its commit, which
//! would queue the commits of all events. Instead the writer's process is told after the commit, and for writers in
//! other processes one waiter of each event looks at its head four times a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::{EventId, OrganizerId};
use sqlx::PgPool;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::{Instant, sleep, timeout_at};

/// How late a change written by another process is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The heads of feeds that somebody waits for.
#[derive(Debug, Default)]
pub struct FeedWatch {
    events: Mutex<HashMap<EventId, Arc<Watched>>>,
}

#[derive(Debug)]
struct Watched {
    /// Grows with each hint; the number means nothing.
    hints: watch::Sender<u64>,
    /// Held by the waiter that looks; when somebody looked last.
    looking: AsyncMutex<Option<Instant>>,
}

impl FeedWatch {
    /// After a commit that changed the event's feed.
    pub fn changed(&self, event: EventId) {
        let watched = self.lock().get(&event).cloned();
        if let Some(watched) = watched {
            watched.hints.send_modify(|hints| *hints += 1);
        }
    }

    /// Listens from now on: what changes after a look ends the next wait.
    pub fn listen(&self, (organizer, event): (OrganizerId, EventId)) -> Listener<'_> {
        let mut events = self.lock();
        let watched = Arc::clone(events.entry(event).or_insert_with(|| {
            Arc::new(Watched {
                hints: watch::channel(0).0,
                looking: AsyncMutex::new(None),
            })
        }));
        Listener {
            of: self,
            organizer,
            event,
            // While the lock is held: without a listener the entry may be forgotten.
            hints: Some(watched.hints.subscribe()),
            watched,
        }
    }

    fn forget(&self, event: EventId) {
        let mut events = self.lock();
        if events
            .get(&event)
            .is_some_and(|watched| watched.hints.receiver_count() == 0)
        {
            events.remove(&event);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<EventId, Arc<Watched>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who reads a feed and waits for it to grow, in turn.
#[derive(Debug)]
pub struct Listener<'a> {
    of: &'a FeedWatch,
    organizer: OrganizerId,
    event: EventId,
    watched: Arc<Watched>,
    /// Always there until the end.
    hints: Option<watch::Receiver<u64>>,
}

impl Listener<'_> {
    /// The caller asks the database now: hints from here on are news.
    pub fn look(&mut self) {
        if let Some(hints) = &mut self.hints {
            hints.borrow_and_update();
        }
    }

    /// Waits until the feed's head is likely beyond `head`, which was read after a look, or until `until`.
    pub async fn wait(&mut self, pool: &PgPool, head: i64, until: Instant) {
        let of = (self.organizer, self.event);
        let Some(hints) = &mut self.hints else {
            return;
        };
        let watched = &self.watched;
        let waited = timeout_at(until, async {
            loop {
                tokio::select! {
                    _ = hints.changed() => return,
                    () = sleep(LOOK_EVERY) => watched.look(pool, of, head).await,
                }
            }
        });
        // Woken or not: the caller asks the database.
        let _ = waited.await;
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        self.hints = None;
        self.of.forget(self.event);
    }
}

impl Watched {
    /// Gives a hint if the head is not `known`; one waiter asks for all.
    async fn look(&self, pool: &PgPool, (organizer, event): (OrganizerId, EventId), known: i64) {
        let Ok(mut last) = self.looking.try_lock() else {
            return;
        };
        if last.is_some_and(|last| last.elapsed() < LOOK_EVERY) {
            return;
        }
        *last = Some(Instant::now());
        let head = sqlx::query_scalar!(
            "select head from feeds where organizer_id = $1 and event_id = $2",
            organizer.0,
            event.0
        )
        .fetch_optional(pool)
        .await;
        if let Ok(Some(head)) = head
            && head != known
        {
            self.hints.send_modify(|hints| *hints += 1);
        }
    }
}
