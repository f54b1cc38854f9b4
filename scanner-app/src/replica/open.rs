//! Opening the file: the folder, the lock, the settings, the schema, the machine.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use shared::clock::SavedClock;

use super::data_key::DataKey;
use super::machine::{self, Machine, MachineState, Start};
use super::schema::{self, Fitness};
use super::{OpenReplicaError, REPLICA_FILE, ReplicaError, clock, removal, unread};

/// Held by the one process that may write.
const LOCK_FILE: &str = "lock";

/// Nobody else may write while there is this.
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that was started meanwhile has a copy of it from its fork until its
        // exec, and the lock would last as long.
        let _ = self.0.unlock();
    }
}

/// Another process only ever looks (`door status`), which takes no longer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) lock: Lock,
    pub(super) machine: Machine,
    pub(super) data_key: Option<DataKey>,
    pub(super) start: Start,
    pub(super) clock: SavedClock,
}

pub(super) fn open(data_dir: &Path, state: &MachineState) -> Result<Opened, OpenReplicaError> {
    let lock = lock(data_dir)?;
    let connection = migrated(data_dir)?;
    let mut connection = match removal::if_handed_in(connection, data_dir, state)? {
        Some(connection) => connection,
        // As new.
        None => migrated(data_dir)?,
    };
    unread::read_again(&mut connection)?;
    let bound = machine::bind(&mut connection, data_dir, state)?;
    Ok(Opened {
        clock: clock::load(&connection)?,
        connection,
        lock,
        machine: bound.machine,
        data_key: bound.data_key,
        start: bound.start,
    })
}

/// Opens the file, making it if there is none, and brings it up to date.
fn migrated(data_dir: &Path) -> Result<Connection, OpenReplicaError> {
    let file = data_dir.join(REPLICA_FILE);
    let mut connection = Connection::open(&file).map_err(ReplicaError::from)?;
    connection
        .busy_timeout(BUSY_TIMEOUT)
        .map_err(ReplicaError::from)?;
    match schema::fitness(&connection)? {
        Fitness::Usable => {}
        Fitness::Newer { found } => {
            return Err(OpenReplicaError::Newer {
                found: found.major,
                known: schema::CURRENT.major,
            });
        }
        Fitness::Foreign => return Err(OpenReplicaError::NotAReplica(file)),
    }
    settings(&connection)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// The file, if there is one.
pub(super) fn existing(data_dir: &Path) -> Result<Option<Connection>, OpenReplicaError> {
    if data_dir.join(REPLICA_FILE).exists() {
        migrated(data_dir).map(Some)
    } else {
        Ok(None)
    }
}

pub(super) fn lock(data_dir: &Path) -> Result<Lock, OpenReplicaError> {
    let failed = |source| OpenReplicaError::Folder {
        folder: data_dir.to_owned(),
        source,
    };
    std::fs::create_dir_all(data_dir).map_err(failed)?;
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(data_dir.join(LOCK_FILE))
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock(lock)),
        Err(TryLockError::WouldBlock) => Err(OpenReplicaError::InUse(data_dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// FULL: a commit survives a power cut (A1); with NORMAL it may be undone after it was uploaded. 32 MB
/// of page cache hold the roster of a million tickets; no memory map: the process stays below 150 MB.
fn settings(connection: &Connection) -> Result<(), ReplicaError> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -32768)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Opens the replica to look at it, beside the process that has it, without a lock.
pub fn open_to_look(data_dir: &Path) -> Result<Connection, OpenReplicaError> {
    let file = data_dir.join(REPLICA_FILE);
    let connection = Connection::open_with_flags(
        &file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(ReplicaError::from)?;
    connection
        .busy_timeout(BUSY_TIMEOUT)
        .map_err(ReplicaError::from)?;
    match schema::fitness(&connection)? {
        Fitness::Usable if schema::version(&connection)? < schema::CURRENT => {
            Err(OpenReplicaError::NotAReplica(file))
        }
        Fitness::Usable => Ok(connection),
        Fitness::Newer { found } => Err(OpenReplicaError::Newer {
            found: found.major,
            known: schema::CURRENT.major,
        }),
        Fitness::Foreign => Err(OpenReplicaError::NotAReplica(file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_was_started_meanwhile_does_not_keep_the_replica_locked() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        let with_a_child = held.0.try_clone().unwrap();
        assert!(matches!(
            lock(folder.path()),
            Err(OpenReplicaError::InUse(_))
        ));
        drop(held);
        lock(folder.path()).map(drop).unwrap();
        drop(with_a_child);
    }
}
