//! The people who may supervise at this door, sealed, and the tries at their PINs.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::supervisor::Tries;
use shared::wire::latest::SupervisorRow;

use super::{ReplicaError, WriteTx};
use crate::vault::{UnsealError, Vault};

/// What the list is sealed for.
const PURPOSE: &str = "supervisors";

/// The list can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadSupervisorsError {
    /// It does not open.
    #[error("opening the list of supervisors")]
    Sealed(#[from] UnsealError),
    /// Reading failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

/// The version of the list that is here; 0 = none.
pub fn version(connection: &Connection) -> Result<u64, ReplicaError> {
    let version: Option<i64> = connection
        .query_row("select version from supervisor_list", [], |row| row.get(0))
        .optional()?;
    Ok(version.unwrap_or(0).cast_unsigned())
}

/// The people on it.
pub(crate) fn load(
    connection: &Connection,
    vault: &Vault,
) -> Result<Vec<SupervisorRow>, ReadSupervisorsError> {
    let sealed: Option<Vec<u8>> = connection
        .query_row("select sealed from supervisor_list", [], |row| row.get(0))
        .optional()
        .map_err(ReplicaError::from)?;
    let Some(sealed) = sealed else {
        return Ok(Vec::new());
    };
    let opened = vault.unseal(PURPOSE, &sealed)?;
    serde_json::from_slice(&opened).map_err(|_| {
        ReadSupervisorsError::Replica(ReplicaError::Row {
            table: "supervisor_list",
        })
    })
}

/// Keeps the list as the server told it. Whoever was locked out stays so.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    vault: &Vault,
    version: u64,
    people: &[SupervisorRow],
) -> Result<(), ReplicaError> {
    let opened = serde_json::to_vec(people).expect("ids and texts have a JSON form");
    tx.overwriting(|| {
        tx.execute(
            "insert or replace into supervisor_list (only_row, version, sealed) values (1, ?1, ?2)",
            params![version.cast_signed(), vault.seal(PURPOSE, &opened)],
        )?;
        Ok(())
    })
}

pub(super) fn delete(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute("delete from supervisor_list", [])?;
    Ok(())
}

/// The tries since the last right PIN.
pub(crate) fn tries(connection: &Connection) -> Result<Tries, ReplicaError> {
    let kept = connection
        .query_row("select wrong, locked_until_ms from pin_tries", [], |row| {
            Ok(Tries::kept(row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(kept.unwrap_or_default())
}

pub(crate) fn keep_tries(tx: &WriteTx<'_>, tries: Tries) -> Result<(), ReplicaError> {
    let (wrong, locked_until_ms) = tries.to_keep();
    tx.execute(
        "insert or replace into pin_tries (only_row, wrong, locked_until_ms) values (1, ?1, ?2)",
        params![wrong, locked_until_ms],
    )?;
    Ok(())
}
