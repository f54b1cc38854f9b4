//! Ticket rows, a few bytes each, and ids that never enter.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use shared::ids::{GateNo, KeyId, TicketId, TypeNo, WindowNo};
use shared::roster::{TicketRow, TicketStatus};
use shared::sync::checksum::Checksum;

use super::events::EventNo;
use super::sets::{self, Rest, Set};
use super::{ReplicaError, WriteTx};

/// The ticket's row, if it is one of this event.
pub fn ticket(
    connection: &Connection,
    event: EventNo,
    id: TicketId,
) -> Result<Option<TicketRow>, ReplicaError> {
    let sql = format!(
        "select id, type, entry_window, key, status, home_gate from {}ticket where id = ?1 and event = ?2",
        sets::in_use(connection, event)?.prefix()
    );
    connection
        .prepare_cached(&sql)?
        .query_row(params![id.to_i64(), event.0], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

fn read(row: &Row<'_>) -> Result<TicketRow, ReplicaError> {
    Ok(TicketRow {
        id: TicketId::from_i64(row.get(0)?),
        type_no: TypeNo(row.get(1)?),
        window: WindowNo(row.get(2)?),
        key: KeyId(row.get(3)?),
        status: status(row.get(4)?)?,
        home_gate: GateNo(row.get(5)?),
    })
}

fn status(number: u8) -> Result<TicketStatus, ReplicaError> {
    TicketStatus::from_number(number).ok_or(ReplicaError::Row { table: "ticket" })
}

/// What the feed's first page said of an id ahead of its row.
pub fn barred(
    connection: &Connection,
    event: EventNo,
    id: TicketId,
) -> Result<Option<TicketStatus>, ReplicaError> {
    let sql = format!(
        "select status from {}barred where id = ?1 and event = ?2",
        sets::in_use(connection, event)?.prefix()
    );
    connection
        .prepare_cached(&sql)?
        .query_row(params![id.to_i64(), event.0], |row| row.get(0))
        .optional()?
        .map(status)
        .transpose()
}

/// How many rows the event has.
pub fn count(connection: &Connection, event: EventNo) -> Result<u64, ReplicaError> {
    let sql = format!(
        "select count(*) from {}ticket where event = ?1",
        sets::in_use(connection, event)?.prefix()
    );
    Ok(connection.query_row(&sql, [event.0], |row| {
        row.get::<_, i64>(0).map(i64::cast_unsigned)
    })?)
}

/// Count and xor of the hashes of a roster's rows, read row by row: is the replica the server's roster? Summed in parts.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    /// Of the rows so far.
    pub so_far: Checksum,
    /// The last id that was looked at, as SQLite's integer.
    through: i64,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            so_far: Checksum::default(),
            through: i64::MIN,
        }
    }
}

/// Goes on summing; looks at `most` rows at most.
pub(super) fn add_rows(
    connection: &Connection,
    set: Set,
    event: EventNo,
    sum: &mut Sum,
    most: usize,
) -> Result<Rest, ReplicaError> {
    let sql = format!(
        "select id, type, entry_window, key, status, home_gate, event from {}ticket where id > ?1 order by id limit ?2",
        set.prefix()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![sum.through, most as i64])?;
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        looked_at += 1;
        sum.through = row.get(0)?;
        if row.get::<_, i64>(6)? == event.0 {
            sum.so_far.add(&read(row)?);
        }
    }
    Ok(if looked_at < most {
        Rest::Nothing
    } else {
        Rest::More
    })
}

/// In the order of their ids: rows that lie beside each other change few pages of the file.
pub(super) fn put(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    rows: &[TicketRow],
) -> Result<(), ReplicaError> {
    let sql = format!(
        "insert into {}ticket (id, event, type, entry_window, key, status, home_gate)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (id) do update set event = excluded.event, type = excluded.type,
            entry_window = excluded.entry_window, key = excluded.key, status = excluded.status,
            home_gate = excluded.home_gate",
        set.prefix()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    for row in rows {
        statement.execute(params![
            row.id.to_i64(),
            event.0,
            row.type_no.0,
            row.window.0,
            row.key.0,
            row.status as u8,
            row.home_gate.0,
        ])?;
    }
    Ok(())
}

pub(super) fn bar(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    ids: &[(TicketId, TicketStatus)],
) -> Result<(), ReplicaError> {
    let sql = format!(
        "insert or replace into {}barred (id, event, status) values (?1, ?2, ?3)",
        set.prefix()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    for (id, status) in ids {
        statement.execute(params![id.to_i64(), event.0, *status as u8])?;
    }
    Ok(())
}
