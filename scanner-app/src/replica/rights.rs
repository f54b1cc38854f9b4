//! Facts that move rights between devices, by ticket; and whether this replica may use the rights of its device.

use rusqlite::{Connection, params};
use shared::fact::kind::{Fact, FactBody, RightKind, RightStep};
use shared::ids::TicketId;
use shared::lease::{OwnJournals, Right};

use super::ReplicaError;
use super::events::EventNo;
use super::facts::{self, HashedFact};

/// A fact was added: notes the rights that it moves.
pub(super) fn note(
    connection: &Connection,
    event: EventNo,
    no: i64,
    fact: &Fact,
) -> Result<(), ReplicaError> {
    let Some((kind, steps)) = moves(&fact.body) else {
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "insert or ignore into right_move (event, kind, ticket, fact) values (?1, ?2, ?3, ?4)",
    )?;
    for step in steps {
        statement.execute(params![event.0, kind as u8, step.ticket.to_i64(), no])?;
    }
    Ok(())
}

fn moves(body: &FactBody) -> Option<(RightKind, &[RightStep])> {
    match body {
        FactBody::HandOver { right, tickets, .. } | FactBody::Release { right, tickets, .. } => {
            Some((*right, tickets))
        }
        FactBody::JournalOpened { .. }
        | FactBody::Entry { .. }
        | FactBody::Exit { .. }
        | FactBody::Refusal { .. }
        | FactBody::Refusals { .. }
        | FactBody::Void { .. }
        | FactBody::Override { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => None,
    }
}

/// Notes those of all facts that are here.
pub(super) fn note_all(connection: &Connection) -> Result<(), ReplicaError> {
    let mut statement =
        connection.prepare("select no, event, envelope from fact where kind in (11, 12)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let fact = facts::read(row.get_ref(2)?.as_blob().ok())?;
        note(connection, EventNo(row.get(1)?), row.get(0)?, &fact)?;
    }
    Ok(())
}

/// The facts that move a right.
pub fn moving(
    connection: &Connection,
    event: EventNo,
    right: Right,
) -> Result<Vec<HashedFact>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select fact.hash, fact.envelope from right_move join fact on fact.no = right_move.fact
         where right_move.event = ?1 and right_move.kind = ?2 and right_move.ticket = ?3",
    )?;
    let mut rows = statement.query(params![event.0, right.kind as u8, right.ticket.to_i64()])?;
    let mut moving = Vec::new();
    while let Some(row) = rows.next()? {
        moving.push((facts::read(row.get_ref(1)?.as_blob().ok())?, row.get(0)?));
    }
    Ok(moving)
}

/// The tickets whose right was ever moved by a fact that is here.
pub fn moved(
    connection: &Connection,
    event: EventNo,
    kind: RightKind,
) -> Result<Vec<TicketId>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select distinct ticket from right_move where event = ?1 and kind = ?2")?;
    let rows = statement.query_map(params![event.0, kind as u8], |row| row.get(0))?;
    rows.map(|ticket| Ok(TicketId::from_i64(ticket?))).collect()
}

/// What a receiver of a ticket's right needs, as signed: all facts of the ticket and of its right, and before them the
/// openings of their journals, without which nobody can say which event they are of.
pub fn envelopes(
    connection: &Connection,
    event: EventNo,
    right: Right,
) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "with named as (
            select no, journal from fact where event = ?1 and ticket = ?3
            union
            select fact.no, fact.journal from right_move join fact on fact.no = right_move.fact
            where right_move.event = ?1 and right_move.kind = ?2 and right_move.ticket = ?3
         )
         select envelope from fact where seq = 1 and journal in (select journal from named)
         union all
         select envelope from fact where seq > 1 and no in (select no from named)",
    )?;
    let rows = statement.query_map(
        params![event.0, right.kind as u8, right.ticket.to_i64()],
        |row| row.get(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Has this replica all that its device ever wrote? One that was put back has again once its journals are whole up to the
/// heads that anybody knows; a copy never: the original may be at work.
pub fn own_journals(connection: &Connection) -> Result<OwnJournals, ReplicaError> {
    let is_behind = connection
        .prepare_cached(
            "select exists (select 1 from binding where copied = 1)
                 or exists (select 1 from own_journal own left join held_journal held on held.id = own.id
                            where own.last_seq > coalesce(held.seq, 0))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(if is_behind {
        OwnJournals::Behind
    } else {
        OwnJournals::Whole
    })
}
