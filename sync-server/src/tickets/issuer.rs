//! One issuer for each event in this process: it takes what was paid within a few milliseconds as one batch. Another
//! server's issuer of the same event waits at the event's lock and then finds nothing left.
//!
//! A crash between payment and issue leaves paid orders; [`sweep`] finds them, at start and from time to time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::{EventId, OrderId, OrganizerId};
use tokio::sync::watch;
use tokio::time::Instant;

use super::issue::{Left, issue_batch};
use super::keys::OpenedKeys;
use crate::app::App;
use crate::edge::OsRandom;

/// How long the first order of a batch waits for others: under a rush one transaction then serves many, and nobody
/// notices five milliseconds.
const LINGER: Duration = Duration::from_millis(5);

/// What an event's issuer is to do when its batch is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Rest,
    Again,
}

/// Which events are being issued, and who waits for it.
#[derive(Debug, Default)]
pub struct Issuer {
    pub(crate) keys: OpenedKeys,
    awake: Mutex<HashMap<EventId, Then>>,
    watched: Arc<Watched>,
}

#[derive(Debug, Default)]
struct Watched(Mutex<HashMap<OrderId, watch::Sender<bool>>>);

/// Somebody waits for an order's tickets.
#[derive(Debug)]
pub struct Watch {
    order: OrderId,
    issued: watch::Receiver<bool>,
    watched: Arc<Watched>,
}

impl Watch {
    /// Returns once this process has issued the order.
    pub async fn done(mut self) {
        // An error would mean that the sender is gone: only after it has sent.
        let _ = self.issued.wait_for(|issued| *issued).await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut orders = lock(&self.watched.0);
        if let Entry::Occupied(entry) = orders.entry(self.order)
            && entry.get().receiver_count() <= 1
        {
            entry.remove();
        }
    }
}

impl Issuer {
    /// From now on, does not miss the order's issue by this process.
    pub fn watch(&self, order: OrderId) -> Watch {
        let mut orders = lock(&self.watched.0);
        let sender = orders
            .entry(order)
            .or_insert_with(|| watch::Sender::new(false));
        Watch {
            order,
            issued: sender.subscribe(),
            watched: Arc::clone(&self.watched),
        }
    }

    fn tell(&self, issued: &[OrderId]) {
        let mut orders = lock(&self.watched.0);
        for order in issued {
            if let Some(sender) = orders.remove(order) {
                sender.send_replace(true);
            }
        }
    }

    /// Whether the caller has to run the event's issuer.
    fn begin(&self, event: EventId) -> bool {
        match lock(&self.awake).entry(event) {
            Entry::Occupied(mut then) => {
                then.insert(Then::Again);
                false
            }
            Entry::Vacant(free) => {
                free.insert(Then::Rest);
                true
            }
        }
    }

    fn next(&self, event: EventId) -> Then {
        let mut awake = lock(&self.awake);
        match awake.get_mut(&event) {
            Some(then @ Then::Again) => {
                *then = Then::Rest;
                Then::Again
            }
            Some(Then::Rest) | None => {
                awake.remove(&event);
                Then::Rest
            }
        }
    }
}

/// Has the event's waiting orders issued soon; returns at once.
pub fn wake(app: &App, organizer: OrganizerId, event: EventId) {
    if app.issuer.begin(event) {
        tokio::spawn(run(app.clone(), organizer, event));
    }
}

/// Ends the entry of an issuer that is dropped in the middle, so that the next wake-up starts another.
struct Asleep<'a>(&'a Issuer, EventId);

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        lock(&self.0.awake).remove(&self.1);
    }
}

async fn run(app: App, organizer: OrganizerId, event: EventId) {
    let asleep = Asleep(&app.issuer, event);
    loop {
        tokio::time::sleep(LINGER).await;
        let began = Instant::now();
        match issue_batch(&app, &mut OsRandom, organizer, event).await {
            Ok(issued) => {
                app.waiting_room.note(began.elapsed(), app.now_ms());
                if !issued.orders.is_empty() {
                    app.issuer.tell(&issued.orders);
                    app.door.watch.changed(event);
                }
                match issued.left {
                    // After a stop the next start finds what is left.
                    Left::More if !app.stopping.is_cancelled() => continue,
                    Left::More | Left::Nothing => {}
                }
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                tracing::error!(event.id = %event, error = format!("{error:#}"), "paid orders wait for their tickets");
            }
        }
        match app.issuer.next(event) {
            Then::Again => {}
            Then::Rest => break,
        }
    }
    // Its entry is gone already, and may by now be that of the next run.
    std::mem::forget(asleep);
}

/// Wakes the issuer of every event that has paid orders without tickets.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    let waiting = sqlx::query!(
        "select distinct organizer_id, event_id from orders where state = 'paid' and issued_ms is null"
    )
    .fetch_all(&app.pool)
    .await?;
    for row in waiting {
        wake(app, OrganizerId(row.organizer_id), EventId(row.event_id));
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing here panics halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
