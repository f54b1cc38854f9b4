//! One issuer for each event in this process: it takes what was paid within a few milliseconds as one batch. Another
//! server's issuer of the same event waits at the event's lock and then finds nothing left.
//!
//! What was paid is handed over in memory. A crash between payment and issue leaves paid orders; [`sweep`] finds them, at
//! start and from time to time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::{EventId, OrderId, OrganizerId};
use tokio::sync::watch;
use tokio::time::Instant;

use super::issue::terms::KnownTerms;
use super::issue::{Left, issue_batch};
use super::keys::OpenedKeys;
use crate::app::App;
use crate::edge::OsRandom;
use crate::orders::present::Order;

/// How long the first order of a batch waits for others that are being paid: under a rush one transaction then serves many,
/// and nobody notices five milliseconds.
const LINGER: Duration = Duration::from_millis(5);

/// What an event's issuer is to do when its batch is done.
#[derive(Debug, Default)]
struct Then {
    again: bool,
    /// Paid since it began.
    paid: Vec<Order>,
    /// There may be paid orders that nobody has handed over.
    look: bool,
}

/// Which events are being issued, and who waits for it.
#[derive(Debug, Default)]
pub struct Issuer {
    pub(crate) keys: OpenedKeys,
    pub(super) terms: KnownTerms,
    awake: Mutex<HashMap<EventId, Then>>,
    watched: Arc<Watched>,
}

#[derive(Debug, Default)]
struct Watched(Mutex<HashMap<OrderId, watch::Sender<Progress>>>);

/// How far an order is that somebody waits for.
#[derive(Clone, Debug, Default)]
enum Progress {
    #[default]
    Waiting,
    Issued(Arc<Order>),
}

/// Somebody waits for an order's tickets.
#[derive(Debug)]
pub struct Watch {
    order: OrderId,
    progress: watch::Receiver<Progress>,
    watched: Arc<Watched>,
}

impl Watch {
    /// The order with its tickets, once this process has published them: it is on the disk then, and so is that it was paid.
    pub async fn done(mut self) -> Option<Arc<Order>> {
        let issued = |progress: &Progress| matches!(progress, Progress::Issued(_));
        // An error would mean that the sender is gone: only after it has sent.
        match &*self.progress.wait_for(issued).await.ok()? {
            Progress::Issued(order) => Some(Arc::clone(order)),
            Progress::Waiting => None,
        }
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
        let sender = orders.entry(order).or_default();
        Watch {
            order,
            progress: sender.subscribe(),
            watched: Arc::clone(&self.watched),
        }
    }

    fn tell(&self, issued: Vec<Order>) {
        let mut orders = lock(&self.watched.0);
        for order in issued {
            if let Some(sender) = orders.remove(&order.id) {
                sender.send_replace(Progress::Issued(Arc::new(order)));
            }
        }
    }

    /// Whether more are being paid here than these.
    fn expects_more_than(&self, orders: usize) -> bool {
        lock(&self.watched.0).len() > orders
    }

    /// Whether the caller has to run the event's issuer.
    fn begin(&self, event: EventId, paid: Option<Order>) -> bool {
        match lock(&self.awake).entry(event) {
            Entry::Occupied(mut entry) => {
                let then = entry.get_mut();
                then.again = true;
                then.look |= paid.is_none();
                then.paid.extend(paid);
                false
            }
            Entry::Vacant(free) => {
                free.insert(Then {
                    again: false,
                    look: paid.is_none(),
                    paid: paid.into_iter().collect(),
                });
                true
            }
        }
    }

    /// How many were handed over and not taken.
    fn handed(&self, event: EventId) -> usize {
        lock(&self.awake)
            .get(&event)
            .map_or(0, |then| then.paid.len())
    }

    /// What was paid up to now; nothing if it has to look for it. Whoever wakes the issuer later has it run once more.
    fn take(&self, event: EventId) -> Vec<Order> {
        let mut awake = lock(&self.awake);
        let then = awake.get_mut(&event).map(std::mem::take);
        then.filter(|then| !then.look).unwrap_or_default().paid
    }

    /// Has it look for what was paid the next time.
    fn look(&self, event: EventId) {
        if let Some(then) = lock(&self.awake).get_mut(&event) {
            then.look = true;
        }
    }

    /// Whether somebody woke it meanwhile; if not, it is no longer awake.
    fn goes_on(&self, event: EventId) -> bool {
        let mut awake = lock(&self.awake);
        let again = awake.get(&event).is_some_and(|then| then.again);
        if !again {
            awake.remove(&event);
        }
        again
    }
}

/// Has an order issued soon that was paid; returns at once.
pub fn wake(app: &App, paid: Order) {
    let (organizer, event) = (paid.organizer, paid.event);
    run_unless_awake(app, organizer, event, Some(paid));
}

fn run_unless_awake(app: &App, organizer: OrganizerId, event: EventId, paid: Option<Order>) {
    if app.issuer.begin(event, paid) {
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
        if app.issuer.expects_more_than(app.issuer.handed(event)) {
            tokio::time::sleep(LINGER).await;
        }
        let began = Instant::now();
        let paid = app.issuer.take(event);
        match issue_batch(&app, &mut OsRandom, (organizer, event), paid).await {
            Ok(issued) => {
                app.waiting_room.note(began.elapsed(), app.now_ms());
                if !issued.orders.is_empty() {
                    app.issuer.tell(issued.orders);
                    app.door.watch.changed(event);
                }
                match issued.left {
                    // After a stop the next start finds what is left.
                    Left::More if !app.stopping.is_cancelled() => {
                        app.issuer.look(event);
                        continue;
                    }
                    Left::More | Left::Nothing => {}
                }
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                tracing::error!(event.id = %event, error = format!("{error:#}"), "paid orders wait for their tickets");
            }
        }
        if !app.issuer.goes_on(event) {
            break;
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
        let (organizer, event) = (OrganizerId(row.organizer_id), EventId(row.event_id));
        run_unless_awake(app, organizer, event, None);
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing here panics halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
