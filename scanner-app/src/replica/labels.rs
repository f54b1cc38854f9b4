//! What the server's fold says of facts.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::ids::FactName;
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
