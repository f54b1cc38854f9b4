//! What the server's fold says of facts.

use rusqlite::{Connection, params};
use shared::ids::TicketId;
use shared::wire::v1::FactLabelRow;

use super::events::{EventNo, json};
use super::sets::{self, Set};
use super::{ReplicaError, WriteTx};

pub(super) fn put(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    row: &FactLabelRow,
) -> Result<(), ReplicaError> {
    let sql = format!(
        "insert or replace into {}fact_label (device, fact_id, event, labels) values (?1, ?2, ?3, ?4)",
        set.prefix()
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
    let sql = format!(
        "select fact.ticket from {}fact_label as label
         join fact on fact.device = label.device and fact.fact_id = label.fact_id and fact.event = label.event
         where label.event = ?1 and label.labels <> '[\"ok\"]' and fact.ticket is not null
            and exists (select 1 from fact as own where own.event = ?1 and own.ticket = fact.ticket and own.own = 1)
         group by fact.ticket order by max(fact.no) desc limit ?2",
        sets::in_use(connection, event)?.prefix()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![event.0, most as i64], |row| {
        row.get(0).map(TicketId::from_i64)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
