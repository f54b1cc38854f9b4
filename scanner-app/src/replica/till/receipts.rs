//! Where a till's journal has its sales and refunds. The rows say only where: what a sale is, its facts say.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::fact::till::{ClerkId, PaidBy, SaleId, TillFact};
use shared::ids::{JournalId, TicketId};
use shared::till::{Sold, at_ms, sells};

use super::super::{ReplicaError, facts};
use super::{all, each, facts_after};

/// A fact was added while that clerk sold.
pub(crate) fn note_receipt(
    connection: &Connection,
    fact: &Fact,
    clerk: ClerkId,
) -> Result<(), ReplicaError> {
    let FactBody::Till(body) = &fact.body else {
        return Ok(());
    };
    let (receipt, sale, is_refund) = match body {
        TillFact::Sale { receipt, .. } => (*receipt, fact.id, false),
        TillFact::Refund { receipt, sale, .. } => (*receipt, *sale, true),
        _other => return Ok(()),
    };
    let (journal, seq) = (fact.journal.as_bytes(), fact.seq.cast_signed());
    connection
        .prepare_cached(
            "insert or replace into till_receipt (journal, seq, receipt, sale, clerk, is_refund) values (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![journal, seq, receipt, sale.as_bytes(), clerk.as_bytes(), is_refund])?;
    let mut statement = connection.prepare_cached(
        "insert or ignore into till_ticket (journal, ticket, seq) values (?1, ?2, ?3)",
    )?;
    for ticket in sells(body) {
        statement.execute(params![journal, ticket.to_i64(), seq])?;
    }
    Ok(())
}

/// Notes those of all journals that are here.
pub(crate) fn index_all(connection: &Connection) -> Result<(), ReplicaError> {
    for journal in all(connection)? {
        let mut sells = ClerkId::from_bytes([0; 16]);
        each(connection, (journal.id, 1), |fact| {
            if let FactBody::Till(
                TillFact::ShiftOpened { clerk, .. } | TillFact::ClerkChanged { clerk },
            ) = &fact.body
            {
                sells = *clerk;
            }
            note_receipt(connection, fact, sells)
        })?;
    }
    Ok(())
}

/// A sale as it was before a place of its journal: what was paid, and what is left of it.
pub(crate) fn sold(
    connection: &Connection,
    journal: JournalId,
    sale: SaleId,
    before: u64,
) -> Result<Option<Sold>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select seq, clerk, is_refund from till_receipt where journal = ?1 and sale = ?2 and seq < ?3 order by seq",
    )?;
    let mut rows = statement.query(params![
        journal.as_bytes(),
        sale.as_bytes(),
        i64::try_from(before).unwrap_or(i64::MAX)
    ])?;
    let mut found: Option<Sold> = None;
    while let Some(row) = rows.next()? {
        let seq = row.get::<_, i64>(0)?.cast_unsigned();
        let fact = at(connection, journal, seq)?;
        let FactBody::Till(body) = &fact.body else {
            return Err(ReplicaError::Row { table: "till_fact" });
        };
        match (body, found.as_mut()) {
            (TillFact::Sale { receipt, lines }, None) => {
                let clerk = ClerkId::from_bytes(row.get(1)?);
                let mut sold = Sold::of(lines, *receipt, clerk, at_ms(&fact));
                let pays = |fact: &Fact| fact.seq < before && payment(&fact.body).is_some();
                for paid in facts_after(connection, (journal, seq), pays)? {
                    if let Some((amount, by)) = payment(&paid.body) {
                        sold.pay(amount, by);
                    }
                }
                found = Some(sold);
            }
            (TillFact::Refund { tickets, .. }, Some(sold)) => sold.take_back(tickets),
            _other => {
                return Err(ReplicaError::Row {
                    table: "till_receipt",
                });
            }
        }
    }
    Ok(found)
}

fn payment(body: &FactBody) -> Option<(u32, PaidBy)> {
    match body {
        FactBody::Till(TillFact::Payment { amount, by, .. }) => Some((*amount, *by)),
        _other => None,
    }
}

fn at(connection: &Connection, journal: JournalId, seq: u64) -> Result<Fact, ReplicaError> {
    connection
        .prepare_cached("select envelope from till_fact where journal = ?1 and seq = ?2")?
        .query_row(params![journal.as_bytes(), seq.cast_signed()], |row| {
            row.get::<_, Vec<u8>>(0)
        })
        .map_err(ReplicaError::from)
        .and_then(|bytes| facts::read(Some(&bytes)))
}

/// The first of these tickets that the journal sold before a place of it.
pub(crate) fn sold_before(
    connection: &Connection,
    journal: JournalId,
    tickets: impl Iterator<Item = TicketId>,
    before: u64,
) -> Result<Option<TicketId>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select exists (select 1 from till_ticket where journal = ?1 and ticket = ?2 and seq < ?3)",
    )?;
    for ticket in tickets {
        let of = params![journal.as_bytes(), ticket.to_i64(), before.cast_signed()];
        if statement.query_row(of, |row| row.get(0))? {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}

/// Who sold, or took back, at that place.
pub(crate) fn clerk_at(
    connection: &Connection,
    journal: JournalId,
    seq: u64,
) -> Result<Option<ClerkId>, ReplicaError> {
    let clerk = connection
        .prepare_cached("select clerk from till_receipt where journal = ?1 and seq = ?2")?
        .query_row(params![journal.as_bytes(), seq.cast_signed()], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(clerk.map(ClerkId::from_bytes))
}

/// Sales that somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The last ones.
    Last,
    /// The one with that receipt.
    Receipt(u32),
    /// Those that sold one of these.
    Of(Vec<TicketId>),
}

/// At most so many of them, the newest first.
pub(crate) fn which(
    connection: &Connection,
    journal: JournalId,
    which: &Which,
    most: usize,
) -> Result<Vec<SaleId>, ReplicaError> {
    let journal = journal.as_bytes();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let read = |row: &rusqlite::Row<'_>| row.get(0).map(SaleId::from_bytes);
    let mut sales: Vec<SaleId> = Vec::new();
    match which {
        Which::Last => {
            let mut statement = connection.prepare_cached(
                "select sale from till_receipt where journal = ?1 and is_refund = 0 order by seq desc limit ?2",
            )?;
            for sale in statement.query_map(params![journal, limit], read)? {
                sales.push(sale?);
            }
        }
        Which::Receipt(receipt) => {
            let mut statement = connection.prepare_cached(
                "select sale from till_receipt where journal = ?1 and receipt = ?2 and is_refund = 0 limit ?3",
            )?;
            for sale in statement.query_map(params![journal, receipt, limit], read)? {
                sales.push(sale?);
            }
        }
        Which::Of(tickets) => {
            let mut statement = connection.prepare_cached(
                "select sale, r.seq from till_ticket t join till_receipt r on r.journal = t.journal and r.seq = t.seq
                 where t.journal = ?1 and t.ticket = ?2",
            )?;
            let mut found: Vec<(i64, SaleId)> = Vec::new();
            for ticket in tickets {
                let rows = statement.query_map(params![journal, ticket.to_i64()], |row| {
                    Ok((row.get(1)?, read(row)?))
                })?;
                for row in rows {
                    found.push(row?);
                }
            }
            found.sort_unstable_by_key(|(seq, _)| std::cmp::Reverse(*seq));
            found.dedup();
            sales.extend(found.into_iter().map(|(_, sale)| sale).take(most));
        }
    }
    Ok(sales)
}
