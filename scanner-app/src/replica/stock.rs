//! Tickets that were signed ahead for this till, sealed: whoever steals the folder has no ticket.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use shared::clock::UnixMillis;
use shared::ids::{TicketId, TypeNo};
use shared::wire::latest::{StockPaper, StockTicket, StockType};

use super::events::{EventNo, json, parse};
use super::{ReplicaError, WriteTx};
use crate::vault::Vault;

/// A ticket of this till's stock, as it rests.
#[derive(Clone, Debug)]
pub(crate) struct SealedTicket {
    pub(crate) ticket: TicketId,
    pub(crate) type_no: TypeNo,
    pub(crate) series: String,
    pub(crate) number: u64,
    pub(crate) price_minor: i64,
    pub(crate) vat_basis_points: u32,
    pub(crate) token: Vec<u8>,
}

/// What the server said last of an event's sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnSale {
    /// This till's letters in ticket numbers.
    pub series: String,
    /// ISO 4217, of all prices.
    pub currency: String,
    /// What stands on paper.
    pub paper: StockPaper,
    /// The types that were on sale, with what nobody had of them.
    pub types: Vec<StockType>,
    /// When it said so: this device's clock.
    pub said_ms: UnixMillis,
}

/// What a ticket's token is sealed for.
pub(crate) fn purpose(ticket: TicketId) -> String {
    format!("leased_ticket/{ticket}")
}

/// Keeps tickets; those that are here stay as they are. One whose number the server lost is of no use.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    vault: &Vault,
    event: EventNo,
    tickets: &[StockTicket],
) -> Result<(), ReplicaError> {
    let mut statement = tx.prepare_cached(
        "insert or ignore into leased_ticket (event, ticket, type_no, series, number, price_minor, vat_basis_points, token, gone)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, exists (select 1 from issued where ticket = ?2))",
    )?;
    for ticket in tickets {
        let Some(number) = ticket.number else {
            continue;
        };
        statement.execute(params![
            event.0,
            ticket.ticket.to_i64(),
            ticket.type_no.0,
            ticket.series,
            number.cast_signed(),
            ticket.price_minor,
            ticket.vat_basis_points,
            vault.seal(&purpose(ticket.ticket), &ticket.token),
        ])?;
    }
    Ok(())
}

/// Keeps what the server said of an event's sale.
pub(crate) fn put_on_sale(
    tx: &WriteTx<'_>,
    event: EventNo,
    on_sale: &OnSale,
) -> Result<(), ReplicaError> {
    tx.execute(
        "insert or replace into till_event (event, series, currency, types, paper, said_ms) values (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            event.0,
            on_sale.series,
            on_sale.currency,
            json(&on_sale.types),
            json(&on_sale.paper),
            on_sale.said_ms
        ],
    )?;
    Ok(())
}

/// What the server said last of an event's sale, if it was ever asked.
pub fn on_sale(connection: &Connection, event: EventNo) -> Result<Option<OnSale>, ReplicaError> {
    let row = connection
        .query_row(
            "select series, currency, types, paper, said_ms from till_event where event = ?1",
            [event.0],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, i64>(4)?,
                ))
            },
        )
        .optional()?;
    row.map(|(series, currency, types, paper, said_ms)| {
        Ok(OnSale {
            series,
            currency,
            types: parse("till_event", &types)?,
            paper: parse("till_event", &paper)?,
            said_ms,
        })
    })
    .transpose()
}

/// This till's letters, with the first places that it was lent; none before.
pub(crate) fn letters(connection: &Connection) -> Result<Option<String>, ReplicaError> {
    let sql = "select series from till_event where series <> '' limit 1";
    Ok(connection.query_row(sql, [], |row| row.get(0)).optional()?)
}

/// Whether this till was given its letters, with the first places that it was lent.
pub(crate) fn has_series(connection: &Connection) -> Result<bool, ReplicaError> {
    let sql = "select exists (select 1 from till_event where series <> '')";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// The tickets of an event that no fact says were sold, by type and number.
pub(crate) fn not_sold(
    connection: &Connection,
    event: EventNo,
    type_no: Option<TypeNo>,
) -> Result<Vec<SealedTicket>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select ticket, type_no, series, number, price_minor, vat_basis_points, token from leased_ticket l
         where event = ?1 and gone = 0 and type_no between ?2 and ?3
             and not exists (select 1 from issued i where i.ticket = l.ticket)
         order by type_no, series, number",
    )?;
    let (from, through) = type_no.map_or((0, u16::MAX), |no| (no.0, no.0));
    let rows = statement.query_map(params![event.0, from, through], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Tickets of a type that were handed over to another till, whose codes are still here in case the answer was lost.
pub(crate) fn given(
    connection: &Connection,
    event: EventNo,
    type_no: TypeNo,
) -> Result<Vec<TicketId>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select ticket from leased_ticket where event = ?1 and gone = 2 and type_no = ?2",
    )?;
    let rows = statement.query_map(params![event.0, type_no.0], |row| {
        row.get(0).map(TicketId::from_i64)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A fact handed them over to another till, or back to this one.
pub(crate) fn note_moved(
    tx: &WriteTx<'_>,
    event: EventNo,
    tickets: &[TicketId],
    away: bool,
) -> Result<(), ReplicaError> {
    let (from, to) = if away { (0, 2) } else { (2, 0) };
    let mut statement = tx.prepare_cached(
        "update leased_ticket set gone = ?4 where event = ?1 and ticket = ?2 and gone = ?3",
    )?;
    for ticket in tickets {
        statement.execute(params![event.0, ticket.to_i64(), from, to])?;
    }
    Ok(())
}

/// A ticket of this till, sold or not.
pub(crate) fn get(
    connection: &Connection,
    event: EventNo,
    ticket: TicketId,
) -> Result<Option<SealedTicket>, ReplicaError> {
    Ok(connection
        .prepare_cached(
            "select ticket, type_no, series, number, price_minor, vat_basis_points, token from leased_ticket
             where event = ?1 and ticket = ?2",
        )?
        .query_row(params![event.0, ticket.to_i64()], read)
        .optional()?)
}

/// The tickets with that number; more than one where two events number alike.
pub(crate) fn numbered(
    connection: &Connection,
    series: &str,
    number: u64,
) -> Result<Vec<TicketId>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select ticket from leased_ticket where series = ?1 and number = ?2")?;
    let rows = statement.query_map(params![series, number.cast_signed()], |row| {
        row.get(0).map(TicketId::from_i64)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SealedTicket> {
    Ok(SealedTicket {
        ticket: TicketId::from_i64(row.get(0)?),
        type_no: TypeNo(row.get(1)?),
        series: row.get(2)?,
        number: row.get::<_, i64>(3)?.cast_unsigned(),
        price_minor: row.get(4)?,
        vat_basis_points: row.get(5)?,
        token: row.get(6)?,
    })
}

/// How many tickets of an event that were leased to this till a fact says were sold, by type.
pub(crate) fn sold(
    connection: &Connection,
    event: EventNo,
) -> Result<Vec<(TypeNo, u64)>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select type_no, count(*) from leased_ticket where event = ?1 and gone = 1 group by type_no",
    )?;
    let rows = statement.query_map([event.0], |row| {
        Ok((TypeNo(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A fact says that they were sold: they are not looked at again when a place is to be sold.
pub(super) fn note_sold(
    connection: &Connection,
    event: EventNo,
    tickets: &[TicketId],
) -> Result<(), ReplicaError> {
    let mut statement = connection
        .prepare_cached("update leased_ticket set gone = 1 where event = ?1 and ticket = ?2")?;
    for ticket in tickets {
        statement.execute(params![event.0, ticket.to_i64()])?;
    }
    Ok(())
}

/// Tickets that were given back: their codes are worth nothing any more, and go.
pub(crate) fn forget(
    tx: &WriteTx<'_>,
    event: EventNo,
    tickets: &[TicketId],
) -> Result<(), ReplicaError> {
    tx.overwriting(|| {
        let mut statement =
            tx.prepare_cached("delete from leased_ticket where event = ?1 and ticket = ?2")?;
        for ticket in tickets {
            statement.execute(params![event.0, ticket.to_i64()])?;
        }
        Ok(())
    })
}

/// All of it: a till that may not sell has no use for any.
pub(super) fn erase(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute("delete from leased_ticket", [])?;
    Ok(())
}
