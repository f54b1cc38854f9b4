//! The stock leases of the signed list, by their places: selling one place reads one row, however many were sold.

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use shared::fact::kind::RightKind;
use shared::ids::{EventId, TicketId};
use shared::lease::{Lease, LeaseList, Right};
use shared::roster::signed::SignedKind;

use super::events::{json, parse};
use super::{ReplicaError, signed};

/// Takes over the list. What it had before, and has no more, goes.
pub(super) fn replace(connection: &Connection, list: &LeaseList) -> Result<(), ReplicaError> {
    let of_stock = list
        .leases
        .iter()
        .filter(|lease| lease.right == RightKind::Sell);
    let named: Vec<([u8; 32], &Lease)> = of_stock
        .map(|lease| (Sha256::digest(json(lease)).into(), lease))
        .collect();
    let here: Vec<(i64, [u8; 32])> = connection
        .prepare("select no, hash from stock_lease")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (no, hash) in &here {
        if !named.iter().any(|(named, _)| named == hash) {
            connection.execute("delete from stock_place where lease = ?1", [no])?;
            connection.execute("delete from stock_lease where no = ?1", [no])?;
        }
    }
    let mut place =
        connection.prepare_cached("insert into stock_place (ticket, lease) values (?1, ?2)")?;
    for (hash, lease) in named {
        if here.iter().any(|(_, here)| *here == hash) {
            continue;
        }
        let alone = Lease {
            tickets: Vec::new(),
            ..lease.clone()
        };
        connection.execute(
            "insert into stock_lease (hash, event, row) values (?1, ?2, ?3)",
            params![hash, lease.event.as_bytes(), json(&alone)],
        )?;
        let no = connection.last_insert_rowid();
        for ticket in &lease.tickets {
            place.execute(params![ticket.to_i64(), no])?;
        }
    }
    Ok(())
}

/// Takes over the list that is here.
pub(super) fn read_again(connection: &Connection) -> Result<(), ReplicaError> {
    let Some(object) = signed::get(connection, SignedKind::Leases)? else {
        return Ok(());
    };
    let list = serde_json::from_slice(&object.body).map_err(|_| ReplicaError::Row {
        table: "signed_object",
    })?;
    replace(connection, &list)
}

/// The lease that has a place, with that place alone.
pub fn of(
    connection: &Connection,
    event: EventId,
    ticket: TicketId,
) -> Result<Option<Lease>, ReplicaError> {
    let row: Option<String> = connection
        .prepare_cached(
            "select row from stock_place join stock_lease on stock_lease.no = stock_place.lease
             where ticket = ?1 and event = ?2",
        )?
        .query_row(params![ticket.to_i64(), event.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut lease: Lease = parse("stock_lease", &row)?;
    lease.tickets = vec![ticket];
    let right = Right {
        kind: RightKind::Sell,
        ticket,
    };
    Ok(Some(lease).filter(|lease| lease.has(right)))
}
