//! Waking those who wait for an event's feed to grow. A hint only: whoever wakes up asks the database.
//!
//! Not PostgreSQL's `notify`: a transaction that notifies holds a lock of the whole cluster during its commit, which
//! would queue the commits of all events. Instead the writer's process is told after the commit, and for writers in
//! other processes one waiter of each event looks four times a second at its head and the organizer's signed objects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::{EventId, OrganizerId};
use shared::wire::latest::Page;
use sqlx::{PgConnection, PgPool};
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
    /// When somebody looked last, and what was there; held by the waiter that looks.
    looked: AsyncMutex<Option<(Instant, Seen)>>,
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
                looked: AsyncMutex::new(None),
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

/// The number of the event's last change; `None` = it has no feed.
pub(crate) async fn head(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select head from feeds where organizer_id = $1 and event_id = $2",
        organizer.0,
        event.0
    )
    .fetch_optional(conn)
    .await
}

/// How far a waiter has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    head: i64,
    signed_version: i64,
}

impl Seen {
    /// By a page that told nothing.
    pub fn of(page: &Page) -> Self {
        Self {
            head: page.head.cast_signed(),
            signed_version: page.signed_version.cast_signed(),
        }
    }

    /// The feed alone: signed objects are no news to this waiter.
    pub fn head(head: i64) -> Self {
        Self {
            head,
            signed_version: i64::MAX,
        }
    }

    fn is_behind(self, there: Self) -> bool {
        self.head < there.head || self.signed_version < there.signed_version
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

    /// Waits until there is likely more than was `seen` after a look, or until `until`.
    pub async fn wait(&mut self, pool: &PgPool, seen: Seen, until: Instant) {
        let of = (self.organizer, self.event);
        let Some(hints) = &mut self.hints else {
            return;
        };
        let watched = &self.watched;
        let waited = timeout_at(until, async {
            loop {
                tokio::select! {
                    _ = hints.changed() => return,
                    () = sleep(LOOK_EVERY) => {
                        let there = watched.look(pool, of).await;
                        if there.is_some_and(|there| seen.is_behind(there)) {
                            return;
                        }
                    }
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
    /// What is there, or was at most 250 ms ago: one waiter asks for all. `None` = it can't be asked now.
    async fn look(
        &self,
        pool: &PgPool,
        (organizer, event): (OrganizerId, EventId),
    ) -> Option<Seen> {
        let mut looked = self.looked.lock().await;
        if let Some((at, there)) = *looked
            && at.elapsed() < LOOK_EVERY
        {
            return Some(there);
        }
        let there = sqlx::query!(
            r#"select f.head,
                      greatest((select max(version) from signed_objects s where s.organizer_id = f.organizer_id),
                               (select version from supervisor_lists l where l.organizer_id = f.organizer_id), 0)
                        as "signed_version!"
               from feeds f where f.organizer_id = $1 and f.event_id = $2"#,
            organizer.0,
            event.0
        )
        .fetch_optional(pool)
        .await;
        let there = there.ok().flatten().map(|there| Seen {
            head: there.head,
            signed_version: there.signed_version,
        })?;
        *looked = Some((Instant::now(), there));
        Some(there)
    }
}
