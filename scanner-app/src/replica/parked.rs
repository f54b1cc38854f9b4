//! Received facts that can't be used: kept as they came, looked at again when the device list changes.

use rusqlite::{Connection, params};
use shared::clock::UnixMillis;
use shared::fact::Header;
use shared::fact::envelope::hash_of;

use super::events::EventNo;
use super::facts::{self, Received};
use super::{ReplicaError, WriteTx, carried};

/// Why a fact is parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Malformed,
    UnknownAuthor,
    BadSignature,
}

impl Why {
    fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownAuthor => "unknown_author",
            Self::BadSignature => "bad_signature",
        }
    }
}

/// How many wait.
pub fn count(connection: &Connection) -> Result<u64, ReplicaError> {
    Ok(
        connection.query_row("select count(*) from parked", [], |row| {
            row.get::<_, i64>(0).map(i64::cast_unsigned)
        })?,
    )
}

pub(super) fn park(
    tx: &WriteTx<'_>,
    event: EventNo,
    bytes: &[u8],
    why: Why,
    now_ms: UnixMillis,
) -> Result<Received, ReplicaError> {
    tx.prepare_cached(
        "insert into parked (hash, event, why, parked_ms, envelope) values (?1, ?2, ?3, ?4, ?5)
         on conflict do update set why = excluded.why",
    )?
    .execute(params![hash_of(bytes), event.0, why.code(), now_ms, bytes])?;
    Ok(Received::Parked)
}

pub(super) fn unpark(tx: &WriteTx<'_>, hash: &[u8; 32]) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from parked where hash = ?1")?
        .execute([hash])?;
    Ok(())
}

/// Looks at all of them again.
pub(super) fn retry(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    let waiting: Vec<(i64, i64, Vec<u8>)> = tx
        .prepare("select event, parked_ms, envelope from parked")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (event, parked_ms, envelope) in waiting {
        let received = facts::receive(tx, EventNo(event), &envelope, parked_ms)?;
        // Nobody remembers who brought it: a peer, maybe, so that the server lacks it.
        if matches!(received, Received::Stored | Received::Forked)
            && let Ok(header) = Header::peek(&envelope)
            && let Some(no) = facts::number(tx, &header)?
        {
            carried::carry(tx, no, parked_ms)?;
        }
    }
    Ok(())
}
