//! Where the sync engine stands, for the status, and the count of changes that a door must notice.

use rusqlite::{Connection, params};
use shared::clock::UnixMillis;

use super::{ReplicaError, WriteTx};
use crate::status::SyncPhase;

/// The phase that was written last, and since when.
pub fn phase(
    connection: &Connection,
) -> Result<Option<(SyncPhase, Option<UnixMillis>)>, ReplicaError> {
    let (text, since): (Option<String>, Option<i64>) =
        connection.query_row("select phase, since_ms from sync_state", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(text
        .and_then(|text| SyncPhase::from_text(&text))
        .map(|phase| (phase, since)))
}

/// The engine enters a phase; staying in it keeps its beginning.
pub fn enter_phase(
    tx: &WriteTx<'_>,
    phase: SyncPhase,
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.execute(
        "update sync_state set since_ms = iif(phase is ?1, since_ms, ?2), phase = ?1",
        params![phase.as_str(), now_ms],
    )?;
    Ok(())
}

/// A session says which life of the server's database it is of: `true` if that is another one than before, so that the server
/// may lack what it acknowledged.
pub fn enter_life(tx: &WriteTx<'_>, life: u64) -> Result<bool, ReplicaError> {
    let changed = tx.execute(
        "update sync_state set life = ?1 where life is not ?1",
        [life.cast_signed()],
    )?;
    Ok(changed > 0)
}

/// Moves whenever rules, keys or devices changed.
pub fn generation(connection: &Connection) -> Result<i64, ReplicaError> {
    Ok(connection
        .prepare_cached("select generation from sync_state")?
        .query_row([], |row| row.get(0))?)
}

pub(super) fn next_generation(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute("update sync_state set generation = generation + 1", [])?;
    Ok(())
}
