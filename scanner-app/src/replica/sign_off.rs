//! Whether this device has signed off, and whether the server has all that it wrote.

use rusqlite::{Connection, OptionalExtension as _};
use shared::clock::UnixMillis;
use shared::fact::kind::OpeningCause;
use shared::ids::{EventId, JournalId};
use shared::wire::latest::JournalHead;

use super::{ReplicaError, WriteTx, carried, contacts, events, facts, journals};

/// When the device signed off; `None` = it works.
pub fn since_ms(connection: &Connection) -> Result<Option<UnixMillis>, ReplicaError> {
    Ok(connection
        .prepare_cached("select at_ms from sign_off")?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// From now on it lets nobody in. Once signed off, it stays so.
pub(crate) fn note(tx: &WriteTx<'_>, now_ms: UnixMillis) -> Result<(), ReplicaError> {
    tx.execute(
        "insert or ignore into sign_off (only_row, at_ms) values (1, ?1)",
        [now_ms],
    )?;
    Ok(())
}

/// What the server is not known to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// Facts of this device that wait to be sent, and what guests left at it.
    pub own: u64,
    /// Facts of other devices that wait to be handed in.
    pub carried: u64,
    /// Facts of this device that the server refused.
    pub refused: u64,
}

impl Outstanding {
    /// It has everything.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Counts it.
pub fn outstanding(connection: &Connection) -> Result<Outstanding, ReplicaError> {
    // A journal that goes on in another one is settled, its refused facts aside.
    let refused: i64 = connection.query_row(
        "select count(*) from refused_by_server as refused join own_journal on own_journal.id = refused.journal",
        [],
        |row| row.get(0),
    )?;
    Ok(Outstanding {
        own: facts::unsent_count(connection)? + contacts::count(connection)?,
        carried: carried::count(connection)?,
        refused: refused.cast_unsigned(),
    })
}

/// The server has everything of a device that signed off: the replica may go. The identity goes at once, and with it the
/// sealed key.
pub(crate) fn note_handed_in(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.overwriting(|| {
        tx.execute("update sign_off set handed_in = 1", [])?;
        tx.execute("delete from identity", [])?;
        Ok(())
    })
}

/// Whether the replica may go.
pub(super) fn is_handed_in(connection: &Connection) -> Result<bool, ReplicaError> {
    let handed_in: Option<bool> = connection
        .query_row("select handed_in from sign_off", [], |row| row.get(0))
        .optional()?;
    Ok(handed_in.unwrap_or(false))
}

/// The server tells how far it holds the journals of an event. If it holds less than it acknowledged, it was put back from
/// a backup since, and everything of the event is to be sent again: `true` if that was found.
pub(crate) fn compare_held(
    tx: &WriteTx<'_>,
    event: EventId,
    held: &[JournalHead],
) -> Result<bool, ReplicaError> {
    let Some(no) = events::number(tx, event)? else {
        return Ok(false);
    };
    let through = |id: JournalId| {
        let found = held.iter().find(|head| head.journal == id);
        found.map_or(0, |head| head.seq)
    };
    // What a forked journal still had to say was said again in another one.
    let lost = journals::all(tx)?.iter().any(|journal| {
        journal.event == no
            && journal.closed != Some(OpeningCause::Forked)
            && through(journal.id) < journal.acked_through
    });
    if lost {
        journals::forget_acks(tx, event)?;
        carried::offer_again(tx, event)?;
    }
    Ok(lost)
}
