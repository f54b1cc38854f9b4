//! The journals that this device writes: which one is open, how far each has come, how much of it the
//! server has.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use shared::clock::UnixMillis;
use shared::fact::Head;
use shared::fact::kind::OpeningCause;
use shared::ids::{EventId, JournalId};

use super::events::EventNo;
use super::{ReplicaError, WriteTx};

/// A journal of this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnJournal {
    /// Its id.
    pub id: JournalId,
    /// Its event.
    pub event: EventNo,
    /// When it was opened.
    pub opened_ms: UnixMillis,
    /// Why it was opened.
    pub cause: OpeningCause,
    /// Why it was closed: the cause of the one after it. `None` = it is being written.
    pub closed: Option<OpeningCause>,
    /// Its last fact, as far as this device knows.
    pub head: Head,
    /// Every fact up to here is on the server.
    pub acked_through: u64,
}

const COLUMNS: &str =
    "id, event, opened_ms, cause, closed_cause, last_seq, last_hash, acked_through";

fn read(row: &Row<'_>) -> Result<OwnJournal, ReplicaError> {
    Ok(OwnJournal {
        id: JournalId::from_bytes(row.get(0)?),
        event: EventNo(row.get(1)?),
        opened_ms: row.get(2)?,
        cause: cause(row.get(3)?)?,
        closed: row.get::<_, Option<u8>>(4)?.map(cause).transpose()?,
        head: Head {
            seq: row.get::<_, i64>(5)?.cast_unsigned(),
            hash: row.get(6)?,
        },
        acked_through: row.get::<_, i64>(7)?.cast_unsigned(),
    })
}

pub(super) fn cause(number: u8) -> Result<OpeningCause, ReplicaError> {
    [
        OpeningCause::First,
        OpeningCause::Copied,
        OpeningCause::RolledBack,
        OpeningCause::Forked,
    ]
    .into_iter()
    .find(|cause| *cause as u8 == number)
    .ok_or(ReplicaError::Row {
        table: "own_journal",
    })
}

/// For JSON.
pub fn cause_code(cause: OpeningCause) -> &'static str {
    match cause {
        OpeningCause::First => "first",
        OpeningCause::Copied => "copied",
        OpeningCause::RolledBack => "rolled_back",
        OpeningCause::Forked => "forked",
    }
}

/// All of them, in the order in which they were opened.
pub fn all(connection: &Connection) -> Result<Vec<OwnJournal>, ReplicaError> {
    let mut statement =
        connection.prepare(&format!("select {COLUMNS} from own_journal order by no"))?;
    let rows = statement.query_map([], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

/// The newest journal of an event: the open one, or the last that was closed.
pub fn newest(connection: &Connection, event: EventNo) -> Result<Option<OwnJournal>, ReplicaError> {
    connection
        .prepare_cached(&format!(
            "select {COLUMNS} from own_journal where event = ?1 order by no desc limit 1"
        ))?
        .query_row([event.0], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// One of them.
pub fn get(connection: &Connection, id: JournalId) -> Result<Option<OwnJournal>, ReplicaError> {
    connection
        .prepare_cached(&format!("select {COLUMNS} from own_journal where id = ?1"))?
        .query_row([id.as_bytes()], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// The head of each, as it is noted outside the replica.
pub(super) fn heads(connection: &Connection) -> Result<BTreeMap<JournalId, Head>, ReplicaError> {
    Ok(all(connection)?
        .into_iter()
        .map(|journal| (journal.id, journal.head))
        .collect())
}

/// Begins a journal without facts.
pub(crate) fn open(
    tx: &WriteTx<'_>,
    id: JournalId,
    event: EventNo,
    cause: OpeningCause,
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.execute(
        "insert into own_journal (id, event, opened_ms, cause, last_seq, last_hash) values (?1, ?2, ?3, ?4, 0, ?5)",
        params![id.as_bytes(), event.0, now_ms, cause as u8, Head::EMPTY.hash],
    )?;
    Ok(())
}

/// A fact was added.
pub(super) fn move_head(tx: &WriteTx<'_>, id: JournalId, head: Head) -> Result<(), ReplicaError> {
    tx.prepare_cached("update own_journal set last_seq = ?2, last_hash = ?3 where id = ?1")?
        .execute(params![id.as_bytes(), head.seq.cast_signed(), head.hash])?;
    tx.head_moved(id, head);
    Ok(())
}

/// Nothing more is written to it. The next fact of its event opens a journal with this cause.
pub fn close(tx: &WriteTx<'_>, id: JournalId, cause: OpeningCause) -> Result<(), ReplicaError> {
    tx.execute(
        "update own_journal set closed_cause = ?2 where id = ?1 and closed_cause is null",
        params![id.as_bytes(), cause as u8],
    )?;
    Ok(())
}

pub(super) fn close_all(connection: &Connection, cause: OpeningCause) -> Result<(), ReplicaError> {
    connection.execute(
        "update own_journal set closed_cause = ?1 where closed_cause is null",
        [cause as u8],
    )?;
    Ok(())
}

/// Someone knows a later fact of a journal of ours than we do.
pub(super) fn raise_last(
    connection: &Connection,
    id: JournalId,
    head: Head,
) -> Result<(), ReplicaError> {
    connection.execute(
        "update own_journal set last_seq = ?2, last_hash = ?3 where id = ?1 and last_seq < ?2",
        params![id.as_bytes(), head.seq.cast_signed(), head.hash],
    )?;
    Ok(())
}

/// The server, or a peer, tells the head that it holds of a journal of ours. If it is beyond ours, an
/// old replica was put back: the journal is closed. `true` if that was found.
pub fn compare_head(tx: &WriteTx<'_>, id: JournalId, theirs: Head) -> Result<bool, ReplicaError> {
    let Some(ours) = get(tx, id)? else {
        return Ok(false);
    };
    if theirs.seq <= ours.head.seq {
        return Ok(false);
    }
    close(tx, id, OpeningCause::RolledBack)?;
    raise_last(tx, id, theirs)?;
    tx.head_moved(id, theirs);
    Ok(true)
}

/// The server has everything up to `through`. Never goes back by itself: see [`forget_acks`].
pub fn record_ack(tx: &WriteTx<'_>, id: JournalId, through: u64) -> Result<(), ReplicaError> {
    tx.execute(
        "update own_journal set acked_through = max(acked_through, min(?2, last_seq)) where id = ?1",
        params![id.as_bytes(), through.cast_signed()],
    )?;
    Ok(())
}

/// What this journal still had to say was said again in another one.
pub(crate) fn settle(tx: &WriteTx<'_>, id: JournalId) -> Result<(), ReplicaError> {
    tx.execute(
        "update own_journal set acked_through = last_seq where id = ?1",
        [id.as_bytes()],
    )?;
    Ok(())
}

/// The server was put back from a backup: everything of this event is offered again.
pub fn forget_acks(tx: &WriteTx<'_>, event: EventId) -> Result<(), ReplicaError> {
    tx.execute(
        "update own_journal set acked_through = 0 where event = (select no from event where id = ?1)",
        [event.as_bytes()],
    )?;
    Ok(())
}
