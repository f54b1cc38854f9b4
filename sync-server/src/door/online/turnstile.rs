//! Scans of one event pass one batch after the other: all that came while a batch was under way are the next one, and
//! wait for the disk together. Alone, a scan costs two statements, and twenty at once hardly more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use shared::ids::EventId;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use tokio::sync::oneshot;

use super::pass::{Passed, pass};
use super::read::{Seen, look};
use super::{OnlineScan, OnlineScanError, OnlineVerdict};
use crate::app::App;
use crate::database::transaction;
use crate::door::own_journal::{self, OwnPlace};
use crate::edge::OsRandom;

/// Scans in one batch, so that the event's lock is held for some milliseconds.
const MOST_SCANS: usize = 100;

type Verdicts = Vec<Result<OnlineVerdict, OnlineScanError>>;

/// The events that are being scanned, with who waits.
#[derive(Debug, Default)]
pub struct Turnstiles(Mutex<HashMap<EventId, Vec<Waiting>>>);

#[derive(Debug)]
struct Waiting {
    scan: OnlineScan,
    answer: oneshot::Sender<Result<OnlineVerdict, OnlineScanError>>,
}

impl Turnstiles {
    /// Whether the caller may pass now; then it has to let the next ones in, see [`Passing`]. Else it is in the queue.
    fn enter(
        &self,
        scan: OnlineScan,
    ) -> Option<oneshot::Receiver<Result<OnlineVerdict, OnlineScanError>>> {
        match self.lock().entry(scan.event) {
            Entry::Occupied(mut queue) => {
                let (answer, verdict) = oneshot::channel();
                queue.get_mut().push(Waiting { scan, answer });
                Some(verdict)
            }
            Entry::Vacant(free) => {
                free.insert(Vec::new());
                None
            }
        }
    }

    /// The next batch; without one, the event's turnstile is free again.
    fn next(&self, event: EventId) -> Option<Vec<Waiting>> {
        let mut queues = self.lock();
        let queue = queues.get_mut(&event)?;
        if queue.is_empty() {
            queues.remove(&event);
            return None;
        }
        let rest = queue.split_off(queue.len().min(MOST_SCANS));
        Some(std::mem::replace(queue, rest))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<EventId, Vec<Waiting>>> {
        // Nothing here panics halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decides and writes what happened, durably, before it answers. `seen` was read on `conn`, alone.
pub(super) async fn through(
    app: &App,
    conn: PoolConnection<Postgres>,
    seen: Seen,
    scan: OnlineScan,
) -> Result<OnlineVerdict, OnlineScanError> {
    if let Some(verdict) = app.door.turnstiles.enter(scan) {
        // Whoever waits must not keep a connection that the others need.
        drop(conn);
        return verdict.await.unwrap_or(Err(OnlineScanError::Interrupted));
    }
    let _passing = Passing {
        app,
        event: scan.event,
    };
    let verdicts = decide(app, Some((conn, seen)), &[scan]).await?;
    app.door.watch.changed(scan.event);
    let mut verdicts = verdicts.into_iter();
    verdicts.next().unwrap_or(Err(OnlineScanError::Interrupted))
}

/// Whoever leaves the turnstile, or gives up in it, lets the next ones in: in a task of theirs, which goes on when one of
/// them is gone.
struct Passing<'a> {
    app: &'a App,
    event: EventId,
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        if let Some(batch) = self.app.door.turnstiles.next(self.event) {
            tokio::spawn(pass_together(self.app.clone(), self.event, batch));
        }
    }
}

async fn pass_together(app: App, event: EventId, mut batch: Vec<Waiting>) {
    let _passing = Passing { app: &app, event };
    batch.retain(|waiting| !waiting.answer.is_closed());
    let scans: Vec<_> = batch.iter().map(|waiting| waiting.scan).collect();
    let gone = join_all(batch.iter_mut().map(|waiting| waiting.answer.closed()));
    let verdicts = tokio::select! {
        verdicts = decide(&app, None, &scans) => verdicts,
        // What nobody waits for any more does not happen: they would come again.
        _ = gone => return,
    };
    app.door.watch.changed(event);
    tell(batch, verdicts);
}

/// An error is told to the first; for the others nothing was decided, and they come again.
fn tell(batch: Vec<Waiting>, verdicts: Result<Verdicts, OnlineScanError>) {
    let each = match verdicts {
        Ok(verdicts) => verdicts,
        Err(error) => vec![Err(error)],
    };
    let each = each
        .into_iter()
        .chain(std::iter::repeat_with(|| Err(OnlineScanError::Interrupted)));
    for (waiting, verdict) in batch.into_iter().zip(each) {
        // Whoever asked may be gone; what happened stands.
        let _ = waiting.answer.send(verdict);
    }
}

/// Without the event's lock first, on what was seen: the only statement that writes sees to it that nothing was written
/// since. What needs more than that statement, or was overtaken, waits for the lock.
async fn decide(
    app: &App,
    start: Option<(PoolConnection<Postgres>, Seen)>,
    scans: &[OnlineScan],
) -> Result<Verdicts, OnlineScanError> {
    let tickets: Vec<i64> = scans.iter().map(|scan| scan.ticket.to_i64()).collect();
    let (mut conn, seen) = match start {
        Some((conn, seen)) => (conn, Some(seen)),
        None => {
            let mut conn = app.pool.acquire().await?;
            let seen = look(&mut conn, &tickets).await?;
            (conn, seen)
        }
    };
    let passed = match seen {
        Some(seen) => freely(app, &mut conn, seen, scans).await?,
        None => None,
    };
    drop(conn);
    match passed {
        Some(verdicts) => Ok(verdicts),
        None => locked(app, &tickets, scans).await,
    }
}

/// Nothing if it takes the event's lock.
async fn freely(
    app: &App,
    conn: &mut PgConnection,
    seen: Seen,
    scans: &[OnlineScan],
) -> Result<Option<Verdicts>, OnlineScanError> {
    let kept = app.door.rules.kept(seen.event, seen.stamp);
    let (Some(rules), Some(end)) = (kept, seen.end) else {
        return Ok(None);
    };
    let (head, now_ms) = (seen.head, app.now_ms());
    let place = OwnPlace::After(end);
    let passed = pass(&rules, scans, seen, place, now_ms, &mut OsRandom)?;
    let Some(signed) = &passed.signed else {
        return Ok(Some(passed.verdicts));
    };
    if passed.written.has_remarks() {
        return Ok(None);
    }
    let written = passed
        .written
        .write_with(conn, &rules, signed, head, now_ms)
        .await?;
    Ok(written.then_some(passed.verdicts))
}

async fn locked(
    app: &App,
    tickets: &[i64],
    scans: &[OnlineScan],
) -> Result<Verdicts, OnlineScanError> {
    let Some(of) = scans.first().map(|scan| (scan.organizer, scan.event)) else {
        return Ok(Vec::new());
    };
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, of.0, of.1).await?;
    let seen = look(&mut tx, tickets)
        .await?
        .ok_or(OnlineScanError::NoTicket)?;
    let rules = app
        .door
        .rules
        .load_at(&mut tx, &app.vault, of, seen.stamp)
        .await?;
    let (head, now_ms) = (seen.head, app.now_ms());
    let place = match seen.end {
        Some(end) => OwnPlace::After(end),
        None => OwnPlace::Anew(own_journal::own_before(&mut tx, &rules).await?),
    };
    let Passed {
        verdicts,
        signed,
        written,
    } = pass(&rules, scans, seen, place, now_ms, &mut OsRandom)?;
    if let Some(signed) = signed {
        own_journal::note_place(&mut tx, &rules, place, &signed).await?;
        written
            .write_with(&mut tx, &rules, &signed, head, now_ms)
            .await?;
        written.write_remarks(&mut tx, &rules, now_ms).await?;
    }
    tx.commit().await?;
    Ok(verdicts)
}
