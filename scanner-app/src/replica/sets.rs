//! The two sets of roster tables. An event's roster is in one of them; after a reset the other one is filled, and a number
//! beside the event tells which is in use. So a swap takes a moment, however many tickets there are.

use rusqlite::{Connection, params};

use super::events::EventNo;
use super::roster::Side;
use super::{ReplicaError, WriteTx};

/// One of the two sets of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// As every file begins.
    First,
    /// Named `shadow_` by version 1, where it only ever was the shadow.
    Second,
}

impl Set {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::First => "",
            Self::Second => "shadow_",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }
}

/// The set that an event's roster is in.
pub(super) fn in_use(connection: &Connection, event: EventNo) -> Result<Set, ReplicaError> {
    let number: i64 = connection
        .prepare_cached("select roster_set from event where no = ?1")?
        .query_row([event.0], |row| row.get(0))?;
    Ok(match number {
        0 => Set::First,
        _ => Set::Second,
    })
}

/// The set of one of an event's two rosters.
pub(super) fn of(connection: &Connection, event: EventNo, side: Side) -> Result<Set, ReplicaError> {
    let in_use = in_use(connection, event)?;
    Ok(match side {
        Side::InUse => in_use,
        Side::Shadow => in_use.other(),
    })
}

/// From now on the event's other set is the one in use.
pub(super) fn swap(tx: &WriteTx<'_>, event: EventNo) -> Result<(), ReplicaError> {
    let next = in_use(tx, event)?.other();
    tx.execute(
        "update event set roster_set = ?2 where no = ?1",
        params![event.0, next.number()],
    )?;
    Ok(())
}

/// A set without a cursor is no roster, whatever rows it has.
pub(super) fn forget_cursor(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
) -> Result<(), ReplicaError> {
    let sql = format!("delete from {}cursor where event = ?1", set.prefix());
    tx.prepare_cached(&sql)?.execute([event.0])?;
    Ok(())
}

/// Whether something is left to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It is done.
    Nothing,
    /// There is more.
    More,
}

/// With few rows, dropped at once.
const SMALL: [&str; 4] = ["event_row", "ticket_type", "entry_window", "gate"];
/// With as many rows as there are tickets, and how one is named.
const LARGE: [(&str, &str); 3] = [
    ("barred", "id"),
    ("fact_label", "(device, fact_id)"),
    ("ticket", "id"),
];

/// Drops what the event has in a set, at most `most` of its tickets, barred ids and labels.
pub(super) fn clear(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    most: usize,
) -> Result<Rest, ReplicaError> {
    forget_cursor(tx, set, event)?;
    let prefix = set.prefix();
    for table in SMALL {
        let sql = format!("delete from {prefix}{table} where event = ?1");
        tx.prepare_cached(&sql)?.execute([event.0])?;
    }
    let mut left = most;
    for (table, id) in LARGE {
        let columns = id.trim_matches(['(', ')']);
        let sql = format!(
            "delete from {prefix}{table} where {id} in (select {columns} from {prefix}{table} where event = ?1 limit ?2)"
        );
        left -= tx
            .prepare_cached(&sql)?
            .execute(params![event.0, left as i64])?;
        if left == 0 {
            return Ok(Rest::More);
        }
    }
    Ok(Rest::Nothing)
}
