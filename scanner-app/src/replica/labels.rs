//! What the server's fold says of facts.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::ids::{FactName, TicketId};
use shared::wire::v1::FactLabelRow;

use super::events::{EventNo, json, parse};
use super::roster::Side;
use super::{ReplicaError, WriteTx};

/// The labels of a fact; none until the server has said something of it.
pub fn of_fact(connection: &Connection, fact: FactName) -> Result<Vec<String>, ReplicaError> {
    let text: Option<String> = connection
        .prepare_cached("select labels from fact_label where device = ?1 and fact_id = ?2")?
        .query_row(
            params![fact.device.as_bytes(), fact.fact.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    text.map_or(Ok(Vec::new()), |text| parse("fact_label", &text))
}

pub(super) fn put(
    tx: &WriteTx<'_>,
    side: Side,
    event: EventNo,
    row: &FactLabelRow,
) -> Result<(), ReplicaError> {
    let sql = format!(
        "insert or replace into {}fact_label (device, fact_id, event, labels) values (?1, ?2, ?3, ?4)",
        side.prefix()
    );
    tx.prepare_cached(&sql)?.execute(params![
        row.fact.device.as_bytes(),
        row.fact.fact.as_bytes(),
        event.0,
        json(&row.labels),
    ])?;
    Ok(())
}

/// Tickets with a fact of this device, of which the server says more than `ok`: at most `most`, the latest first.
pub fn told_of_own_tickets(
    connection: &Connection,
    event: EventNo,
    most: usize,
) -> Result<Vec<TicketId>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select fact.ticket from fact_label as label
         join fact on fact.device = label.device and fact.fact_id = label.fact_id and fact.event = label.event
         where label.event = ?1 and label.labels <> '[\"ok\"]' and fact.ticket is not null
            and exists (select 1 from fact as own where own.event = ?1 and own.ticket = fact.ticket and own.own = 1)
         group by fact.ticket order by max(fact.no) desc limit ?2",
    )?;
    let rows = statement.query_map(params![event.0, most as i64], |row| {
        row.get(0).map(TicketId::from_i64)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
