//! A device that signed off, and whose journals the server has, becomes as new: its replica is removed.
//!
//! In this order: the data key, so that nothing sealed opens any more; the file's log; the file; what is noted of the place.
//! Whatever ends it half-way, the next start goes on with it.

use std::fs;
use std::io;
use std::path::Path;

use rusqlite::Connection;

use super::data_key;
use super::machine::{self, MachineState};
use super::{OpenReplicaError, REPLICA_FILE, ReplicaError, open, sign_off};

/// What became of the replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone; the device may be enrolled again.
    Done,
    /// The device has not signed off, or the server lacks something yet: it stays.
    NotYet,
}

/// Removes the replica in `data_dir` if its device signed off and handed in everything. Nobody may have it open. Whoever
/// only opens it again does the same.
pub fn remove_handed_in(
    data_dir: &Path,
    state: impl Into<MachineState>,
) -> Result<Removal, OpenReplicaError> {
    let _lock = open::lock(data_dir)?;
    let Some(connection) = open::existing(data_dir)? else {
        return Ok(Removal::NotYet);
    };
    if_handed_in(connection, data_dir, &state.into()).map(|kept| match kept {
        Some(_) => Removal::NotYet,
        None => Removal::Done,
    })
}

/// Gives the connection back, unless the replica may go and is gone. The caller holds the lock.
pub(super) fn if_handed_in(
    connection: Connection,
    data_dir: &Path,
    state: &MachineState,
) -> Result<Option<Connection>, OpenReplicaError> {
    if !sign_off::is_handed_in(&connection)? {
        return Ok(Some(connection));
    }
    let replica = machine::replica_id(&connection)?;
    // Into the file, so that it says without its log that it may go.
    let cut: Result<(), _> =
        connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
    cut.map_err(ReplicaError::from)?;
    connection
        .close()
        .map_err(|(_, error)| ReplicaError::from(error))?;
    let failed = |source| OpenReplicaError::Folder {
        folder: data_dir.to_owned(),
        source,
    };
    if let Some(replica) = replica {
        data_key::remove(state, replica).map_err(failed)?;
    }
    for end in ["-wal", "-shm", ""] {
        remove(&data_dir.join(format!("{REPLICA_FILE}{end}"))).map_err(failed)?;
    }
    remove(&machine::place_file(state, data_dir)?).map_err(failed)?;
    Ok(None)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
