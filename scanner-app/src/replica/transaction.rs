//! A transaction that writes, with what has to happen around its commit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Transaction};
use shared::clock::DeviceTime;
use shared::fact::Head;
use shared::ids::JournalId;

use super::{ReplicaError, clock};

/// All of it is kept, or nothing. Dropping it undoes it; only the replica's thread commits.
pub struct WriteTx<'a> {
    tx: Transaction<'a>,
    time: &'a Mutex<DeviceTime>,
    heads: RefCell<BTreeMap<JournalId, Head>>,
}

impl Deref for WriteTx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.tx
    }
}

impl<'a> WriteTx<'a> {
    pub(super) fn new(tx: Transaction<'a>, time: &'a Mutex<DeviceTime>) -> Self {
        Self {
            tx,
            time,
            heads: RefCell::default(),
        }
    }

    /// Changes what the device knows of the time, in this transaction. If it is undone, the clock in
    /// memory is ahead of the one on the disk, which is right: a reading is never given twice.
    pub fn update_time<T>(
        &self,
        change: impl FnOnce(&mut DeviceTime) -> T,
    ) -> Result<T, ReplicaError> {
        let mut time = self.time.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut time);
        clock::save(&self.tx, &time.saved())?;
        Ok(result)
    }

    /// To be noted outside the replica once this is committed.
    pub(super) fn head_moved(&self, journal: JournalId, head: Head) {
        self.heads.borrow_mut().insert(journal, head);
    }

    pub(super) fn commit(self) -> Result<BTreeMap<JournalId, Head>, ReplicaError> {
        self.tx.commit()?;
        Ok(self.heads.into_inner())
    }
}
