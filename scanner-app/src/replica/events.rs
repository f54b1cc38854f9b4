//! Events, and what their roster says besides tickets: types, windows, gates. Kept as JSON, a row
//! each; a door reads them once and again when they change.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ids::{EventId, GateNo, TypeNo, WindowNo};
use shared::roster::{EventRow, GateRow, TicketTypeRow, WindowRow};

use super::sets::{self, Set};
use super::{ReplicaError, WriteTx};

/// An event's number in this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventNo(pub i64);

/// The event's number here; `None` if this replica never heard of it.
pub fn number(connection: &Connection, event: EventId) -> Result<Option<EventNo>, ReplicaError> {
    Ok(connection
        .prepare_cached("select no from event where id = ?1")?
        .query_row([event.as_bytes()], |row| row.get(0).map(EventNo))
        .optional()?)
}

/// The event's number here, made if it has none.
pub(crate) fn number_or_new(tx: &WriteTx<'_>, event: EventId) -> Result<EventNo, ReplicaError> {
    if let Some(no) = number(tx, event)? {
        return Ok(no);
    }
    tx.execute("insert into event (id) values (?1)", [event.as_bytes()])?;
    Ok(EventNo(tx.last_insert_rowid()))
}

/// All events of this replica.
pub fn all(connection: &Connection) -> Result<Vec<(EventNo, EventId)>, ReplicaError> {
    let mut statement = connection.prepare("select no, id from event order by no")?;
    let rows = statement.query_map([], |row| {
        Ok((EventNo(row.get(0)?), EventId::from_bytes(row.get(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The event's own row.
pub fn event_row(
    connection: &Connection,
    event: EventNo,
) -> Result<Option<EventRow>, ReplicaError> {
    let sql = format!(
        "select row from {}event_row where event = ?1",
        sets::in_use(connection, event)?.prefix()
    );
    let text: Option<String> = connection
        .query_row(&sql, [event.0], |row| row.get(0))
        .optional()?;
    text.map(|text| parse("event_row", &text)).transpose()
}

/// Its ticket types, by number.
pub fn ticket_types(
    connection: &Connection,
    event: EventNo,
) -> Result<Vec<TicketTypeRow>, ReplicaError> {
    rows(connection, "ticket_type", event)
}

/// Its windows, by number.
pub fn windows(connection: &Connection, event: EventNo) -> Result<Vec<WindowRow>, ReplicaError> {
    rows(connection, "entry_window", event)
}

/// Its gates, by number.
pub fn gates(connection: &Connection, event: EventNo) -> Result<Vec<GateRow>, ReplicaError> {
    rows(connection, "gate", event)
}

fn rows<T: DeserializeOwned>(
    connection: &Connection,
    table: &'static str,
    event: EventNo,
) -> Result<Vec<T>, ReplicaError> {
    let set = sets::in_use(connection, event)?.prefix();
    let sql = format!("select row from {set}{table} where event = ?1 order by no");
    let mut statement = connection.prepare(&sql)?;
    let texts = statement.query_map([event.0], |row| row.get::<_, String>(0))?;
    texts.map(|text| parse(table, &text?)).collect()
}

pub(super) fn parse<T: DeserializeOwned>(
    table: &'static str,
    text: &str,
) -> Result<T, ReplicaError> {
    serde_json::from_str(text).map_err(|_| ReplicaError::Row { table })
}

pub(super) fn json(row: &impl Serialize) -> String {
    serde_json::to_string(row).expect("a row of the roster has a JSON form")
}

pub(super) fn put_event(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    row: &EventRow,
) -> Result<(), ReplicaError> {
    let sql = format!(
        "insert or replace into {}event_row (event, row) values (?1, ?2)",
        set.prefix()
    );
    tx.prepare_cached(&sql)?
        .execute(params![event.0, json(row)])?;
    Ok(())
}

/// A type, window or gate.
pub(super) enum Numbered<'a> {
    Type(&'a TicketTypeRow),
    Window(&'a WindowRow),
    Gate(&'a GateRow),
}

pub(super) fn put(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    row: &Numbered<'_>,
) -> Result<(), ReplicaError> {
    let (table, no, row) = match row {
        Numbered::Type(row) => ("ticket_type", i64::from(row.no.0), json(row)),
        Numbered::Window(row) => ("entry_window", i64::from(row.no.0), json(row)),
        Numbered::Gate(row) => ("gate", i64::from(row.no.0), json(row)),
    };
    let sql = format!(
        "insert or replace into {}{table} (event, no, row) values (?1, ?2, ?3)",
        set.prefix()
    );
    tx.prepare_cached(&sql)?
        .execute(params![event.0, no, row])?;
    Ok(())
}

/// What was taken off an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    Type(TypeNo),
    Window(WindowNo),
    Gate(GateNo),
}

impl Gone {
    /// From the feed's words; `None` for a kind that this version doesn't know.
    pub(super) fn read(kind: &str, no: u16) -> Option<Self> {
        match kind {
            "ticket_type" => Some(Self::Type(TypeNo(no))),
            "window" => u8::try_from(no).ok().map(|no| Self::Window(WindowNo(no))),
            "gate" => Some(Self::Gate(GateNo(no))),
            _ => None,
        }
    }
}

pub(super) fn remove(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    gone: Gone,
) -> Result<(), ReplicaError> {
    let (table, no) = match gone {
        Gone::Type(no) => ("ticket_type", i64::from(no.0)),
        Gone::Window(no) => ("entry_window", i64::from(no.0)),
        Gone::Gate(no) => ("gate", i64::from(no.0)),
    };
    let sql = format!(
        "delete from {}{table} where event = ?1 and no = ?2",
        set.prefix()
    );
    tx.prepare_cached(&sql)?.execute(params![event.0, no])?;
    Ok(())
}
