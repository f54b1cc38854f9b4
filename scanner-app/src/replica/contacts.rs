//! What guests left at this till, sealed for the server, until it is there.

use rusqlite::{Connection, params};
use shared::clock::UnixMillis;
use uuid::Uuid;

use super::{ReplicaError, WriteTx};

/// What nobody took by then is personal data for nothing: as at the server.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// One that the server hasn't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its random id, which the till's journal names.
    pub id: Uuid,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

pub(crate) fn put(
    tx: &WriteTx<'_>,
    id: Uuid,
    sealed: &[u8],
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.execute(
        "insert into till_contact (id, sealed, made_ms) values (?1, ?2, ?3)",
        params![id.as_bytes(), sealed, now_ms],
    )?;
    Ok(())
}

/// At most `most` of those that the server hasn't, the oldest first.
pub fn unsent(connection: &Connection, most: usize) -> Result<Vec<Kept>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select id, sealed from till_contact order by made_ms, id limit ?1")?;
    let rows = statement.query_map([most as i64], |row| {
        Ok(Kept {
            id: Uuid::from_bytes(row.get(0)?),
            sealed: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The server has it.
pub(crate) fn sent(tx: &WriteTx<'_>, id: Uuid) -> Result<(), ReplicaError> {
    tx.overwriting(|| {
        tx.execute("delete from till_contact where id = ?1", [id.as_bytes()])?;
        Ok(())
    })
}

/// Forgets what nobody took for 30 days.
pub(crate) fn expire(tx: &WriteTx<'_>, now_ms: UnixMillis) -> Result<(), ReplicaError> {
    tx.execute(
        "delete from till_contact where made_ms < ?1",
        [now_ms - KEPT_MS],
    )?;
    Ok(())
}

/// How many the server hasn't.
pub fn count(connection: &Connection) -> Result<u64, ReplicaError> {
    let count = connection.query_row("select count(*) from till_contact", [], |row| {
        row.get::<_, i64>(0)
    })?;
    Ok(count.cast_unsigned())
}
