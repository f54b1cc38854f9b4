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
