//! Facts of a kind or version that the program did not know when they came: kept and passed on as they are, and read
//! again at every start, since the program may have been updated.

use rusqlite::{Connection, TransactionBehavior, params};
use shared::fact::{Envelope, FactBody};
use shared::ids::TicketId;

use super::events::EventNo;
use super::{ReplicaError, rights, stock};

/// The trigger of `schema/2.1.sql` notes every fact of a later kind as unread.
const LAST_KIND_OF_THE_FILE: u16 = 12;

/// What a fact says of leased tickets.
pub(super) fn note_issued(
    connection: &Connection,
    event: EventNo,
    no: i64,
    body: &FactBody,
) -> Result<(), ReplicaError> {
    if let FactBody::Issued { tickets } | FactBody::Withdrawn { tickets } = body {
        let mut statement = connection
            .prepare_cached("insert or ignore into issued (ticket, fact) values (?1, ?2)")?;
        for ticket in tickets {
            statement.execute(params![ticket.to_i64(), no])?;
        }
        stock::note_sold(connection, event, tickets)?;
    }
    Ok(())
}

/// The file's own list of kinds is that of an older program: what this one reads waits for nobody.
pub(super) fn note_read(
    connection: &Connection,
    no: i64,
    body: &FactBody,
) -> Result<(), ReplicaError> {
    if body.kind() > LAST_KIND_OF_THE_FILE && !matches!(body, FactBody::Opaque { .. }) {
        connection
            .prepare_cached("delete from unread where fact = ?1")?
            .execute([no])?;
    }
    Ok(())
}

/// Reads them again. Their signatures, which hold for every version, were checked when they came.
pub(super) fn read_again(connection: &mut Connection) -> Result<(), ReplicaError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let waiting: Vec<(i64, EventNo, Vec<u8>)> = tx
        .prepare("select fact.no, fact.event, fact.envelope from unread join fact on fact.no = unread.fact")?
        .query_map([], |row| Ok((row.get(0)?, EventNo(row.get(1)?), row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (no, event, bytes) in waiting {
        let Ok(envelope) = Envelope::decode(&bytes) else {
            continue;
        };
        let fact = envelope.fact();
        if matches!(fact.body, FactBody::Opaque { .. }) {
            continue;
        }
        tx.prepare_cached("update fact set fact_id = ?2, kind = ?3, ticket = ?4 where no = ?1")?
            .execute(params![
                no,
                fact.id.as_bytes(),
                fact.body.kind(),
                fact.ticket().map(TicketId::to_i64),
            ])?;
        note_issued(&tx, event, no, &fact.body)?;
        rights::note(&tx, event, no, fact)?;
        tx.execute("delete from unread where fact = ?1", [no])?;
    }
    Ok(tx.commit()?)
}
