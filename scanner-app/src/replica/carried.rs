//! Facts of other devices that the server is not known to have: any device that reaches it hands them in for all.

use rusqlite::{Connection, params};
use shared::clock::UnixMillis;
use shared::fact::Head;
use shared::ids::{EventId, JournalId};

use super::{ReplicaError, WriteTx, held};

pub(super) fn carry(tx: &WriteTx<'_>, fact: i64, now_ms: UnixMillis) -> Result<(), ReplicaError> {
    tx.prepare_cached("insert or ignore into carried (fact, heard_ms) values (?1, ?2)")?
        .execute(params![fact, now_ms])?;
    Ok(())
}

/// The server has it.
pub(super) fn put_down(tx: &WriteTx<'_>, fact: i64) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from carried where fact = ?1")?
        .execute([fact])?;
    Ok(())
}

/// Envelopes that wait, contiguous for each journal, at most `most`. Those heard within the last `grace_ms` are left
/// out: most often their author hands them in itself.
pub fn waiting(
    connection: &Connection,
    most: usize,
    grace_ms: i64,
    now_ms: UnixMillis,
) -> Result<Vec<Vec<u8>>, ReplicaError> {
    // A clock that was set back makes nothing wait for ever.
    let mut statement = connection.prepare_cached(
        "select fact.envelope from carried join fact on fact.no = carried.fact
         where (carried.heard_ms <= ?2 or carried.heard_ms > ?3)
            and not exists (select 1 from refused_by_server as refused where refused.journal = fact.journal and refused.seq = fact.seq)
         order by fact.journal, fact.seq limit ?1",
    )?;
    let rows = statement.query_map(params![most as i64, now_ms - grace_ms, now_ms], |row| {
        row.get(0)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many wait.
pub fn count(connection: &Connection) -> Result<u64, ReplicaError> {
    Ok(
        connection.query_row("select count(*) from carried", [], |row| {
            row.get::<_, i64>(0).map(i64::cast_unsigned)
        })?,
    )
}

/// The server has all of this journal up to `through`, in the journal or beside it; how many facts that settled.
pub fn acked(tx: &WriteTx<'_>, journal: JournalId, through: u64) -> Result<usize, ReplicaError> {
    Ok(tx.execute(
        "delete from carried where fact in (select no from fact where journal = ?1 and seq <= ?2)",
        params![
            journal.as_bytes(),
            i64::try_from(through).unwrap_or(i64::MAX)
        ],
    )?)
}

/// Whose facts wait.
pub fn events(connection: &Connection) -> Result<Vec<EventId>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select id from event where no in (
            select fact.event from carried join fact on fact.no = carried.fact)",
    )?;
    let rows = statement.query_map([], |row| row.get(0).map(EventId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The server says how far it holds a journal: what leads there need not be handed in. If another fact stands there here,
/// or none, nothing is known of what it holds.
pub fn held_by_server(
    tx: &WriteTx<'_>,
    journal: JournalId,
    head: Head,
) -> Result<(), ReplicaError> {
    let same_branch = held::get(tx, journal)?.is_some_and(|held| !held.is_forked)
        && tx
            .prepare_cached("select 1 from fact where journal = ?1 and seq = ?2 and hash = ?3")?
            .exists(params![
                journal.as_bytes(),
                head.seq.cast_signed(),
                head.hash
            ])?;
    if same_branch {
        acked(tx, journal, head.seq)?;
    }
    Ok(())
}

/// The server can't take anything of this journal now: what waits is passed over until it is offered again.
pub fn park(tx: &WriteTx<'_>, journal: JournalId, why: &str) -> Result<usize, ReplicaError> {
    Ok(tx.execute(
        "insert or ignore into refused_by_server (journal, seq, why)
         select fact.journal, fact.seq, ?2 from carried join fact on fact.no = carried.fact where fact.journal = ?1",
        params![journal.as_bytes(), why],
    )?)
}

/// The server was put back from a backup: what is here of others is offered again, its own former words too.
pub fn offer_again(tx: &WriteTx<'_>, event: EventId) -> Result<(), ReplicaError> {
    tx.execute(
        "insert or ignore into carried (fact, heard_ms)
         select no, 0 from fact where event = (select no from event where id = ?1) and own = 0",
        [event.as_bytes()],
    )?;
    Ok(())
}
