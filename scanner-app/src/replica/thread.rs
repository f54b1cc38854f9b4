//! The thread that owns the connection, and the queue in front of it.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use shared::clock::DeviceTime;

use tokio::sync::mpsc::UnboundedSender;

use super::machine::Machine;
use super::transaction::{Committed, StoredFact};
use super::{Priority, ReplicaError, WriteTx};

pub(super) type Job = Box<dyn FnOnce(&mut Store) + Send>;

/// What the thread owns.
pub(super) struct Store {
    pub(super) connection: Connection,
    pub(super) machine: Machine,
    pub(super) time: Arc<Mutex<DeviceTime>>,
    pub(super) listeners: Arc<Mutex<Vec<Listener>>>,
}

/// Who is told of facts that came on the disk.
pub(super) type Listener = UnboundedSender<Vec<StoredFact>>;

impl Store {
    pub(super) fn read<T, E: From<ReplicaError>>(
        &mut self,
        job: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let tx = self.connection.transaction().map_err(ReplicaError::from)?;
        job(&tx)
    }

    pub(super) fn write<T, E: From<ReplicaError>>(
        &mut self,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(ReplicaError::from)?;
        let tx = WriteTx::new(tx, &self.time);
        let value = job(&tx)?;
        let Committed {
            heads,
            till,
            stored,
            overwrote,
        } = tx.commit()?;
        if overwrote {
            self.cut_log();
        }
        if !stored.is_empty() {
            let mut listeners = self
                .listeners
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            listeners.retain(|listener| listener.send(stored.clone()).is_ok());
        }
        if !heads.is_empty() || till.is_some() {
            // The facts are on the disk; without this note only an old replica that is put back
            // goes unnoticed here (the server still notices).
            if let Err(error) = self.machine.note(&heads, till) {
                tracing::warn!(%error, "journal heads could not be noted outside the replica");
            }
        }
        Ok(value)
    }
}

impl Store {
    /// The log has the pages as they were before. Whoever reads meanwhile keeps them there until the next cut.
    fn cut_log(&self) {
        let cut = self
            .connection
            .query_row("pragma wal_checkpoint(truncate)", [], |row| {
                row.get::<_, bool>(0)
            });
        match cut {
            Ok(false) => {}
            Ok(true) => tracing::warn!("the log could not be cut: somebody reads the replica"),
            Err(error) => tracing::warn!(%error, "the log could not be cut"),
        }
    }
}

/// Jobs in waiting. Those of the door go first.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    door: VecDeque<Job>,
    background: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, priority: Priority, job: Job) {
        let mut waiting = self.waiting();
        match priority {
            Priority::Door => waiting.door.push_back(job),
            Priority::Background => waiting.background.push_back(job),
        }
        self.changed.notify_one();
    }

    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.changed.notify_one();
    }

    /// The next job; `None` once closed and empty.
    fn pop(&self) -> Option<Job> {
        let mut waiting = self.waiting();
        loop {
            let next = waiting.door.pop_front();
            if let Some(job) = next.or_else(|| waiting.background.pop_front()) {
                return Some(job);
            }
            if waiting.closed {
                return None;
            }
            waiting = self
                .changed
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

pub(super) fn start(mut store: Store, queue: Arc<Queue>) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name("replica".into())
        .spawn(move || {
            while let Some(job) = queue.pop() {
                // A job that panics rolls back as it unwinds; the next one finds the data whole.
                if catch_unwind(AssertUnwindSafe(|| job(&mut store))).is_err() {
                    tracing::error!("a step in the replica panicked and was undone");
                }
            }
        })
}
