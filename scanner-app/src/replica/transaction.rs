//! A transaction that writes, with what has to happen around its commit.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Transaction};
use shared::clock::DeviceTime;
use shared::fact::Head;
use shared::fact::envelope::Header;
use shared::ids::{EventId, JournalId};
use shared::sync::gossip::event::Place;

use super::events::EventNo;
use super::facts::Origin;
use super::till::TillNote;
use super::{ReplicaError, clock};

/// A fact that is on the disk since this commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFact {
    /// Where it stands.
    pub place: Place,
    /// Who brought it.
    pub origin: Origin,
}

/// What a commit did that others must hear of.
#[derive(Debug, Default)]
pub(super) struct Committed {
    /// To be noted outside the replica.
    pub(super) heads: BTreeMap<JournalId, Head>,
    /// To be noted outside the replica: how far the till's journal has come.
    pub(super) till: Option<TillNote>,
    /// For whoever passes facts on.
    pub(super) stored: Vec<StoredFact>,
    /// Something was deleted that the log must not keep.
    pub(super) overwrote: bool,
}

/// All of it is kept, or nothing. Dropping it undoes it; only the replica's thread commits.
pub struct WriteTx<'a> {
    tx: Transaction<'a>,
    time: &'a Mutex<DeviceTime>,
    heads: RefCell<BTreeMap<JournalId, Head>>,
    till: RefCell<Option<TillNote>>,
    stored: RefCell<Vec<(EventNo, JournalId, u64, Origin)>>,
    overwrote: Cell<bool>,
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
            till: RefCell::default(),
            stored: RefCell::default(),
            overwrote: Cell::new(false),
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

    /// What `change` deletes is overwritten in the file, and gone from its log once this is committed.
    pub(super) fn overwriting<T>(
        &self,
        change: impl FnOnce() -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        self.overwrote.set(true);
        self.tx.pragma_update(None, "secure_delete", true)?;
        let changed = change();
        // Not for the rosters: zeros over a hundred thousand rows would take a guest's time.
        self.tx.pragma_update(None, "secure_delete", false)?;
        changed
    }

    /// To be noted outside the replica once this is committed.
    pub(super) fn head_moved(&self, journal: JournalId, head: Head) {
        self.heads.borrow_mut().insert(journal, head);
    }

    /// To be noted outside the replica once this is committed.
    pub(super) fn till_moved(&self, note: TillNote) {
        *self.till.borrow_mut() = Some(note);
    }

    /// To be told once this is committed.
    pub(super) fn fact_stored(&self, event: EventNo, header: &Header, origin: Origin) {
        let stored = (event, header.journal, header.seq, origin);
        self.stored.borrow_mut().push(stored);
    }

    pub(super) fn commit(self) -> Result<Committed, ReplicaError> {
        let mut events: BTreeMap<EventNo, EventId> = BTreeMap::new();
        let mut stored = Vec::new();
        for (no, journal, seq, origin) in self.stored.take() {
            let event = match events.get(&no) {
                Some(event) => *event,
                None => {
                    let id: [u8; 16] =
                        self.tx
                            .query_row("select id from event where no = ?1", [no.0], |row| {
                                row.get(0)
                            })?;
                    *events.entry(no).or_insert(EventId::from_bytes(id))
                }
            };
            stored.push(StoredFact {
                place: Place {
                    event,
                    journal,
                    seq,
                },
                origin,
            });
        }
        self.tx.commit()?;
        Ok(Committed {
            heads: self.heads.into_inner(),
            till: self.till.into_inner(),
            stored,
            overwrote: self.overwrote.get(),
        })
    }
}
