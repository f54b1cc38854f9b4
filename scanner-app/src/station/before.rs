//! The last scans as the journal has them: what the list held before a crash or a restart.

use std::collections::BTreeSet;

use rusqlite::Connection;
use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::ids::{EventId, TypeNo};
use shared::roster::{EventRow, TicketTypeRow};

use super::places;
use super::recent::KEPT;
use super::view::{RecentView, VerdictLight, Way};
use crate::replica::events::EventNo;
use crate::replica::{ReplicaError, events, facts, journals, tickets};

/// Oldest first; their numbers are not given yet. Why somebody was refused is not told again: the roster may say otherwise
/// by now.
pub(super) fn lines(replica: &Connection, event: EventId) -> Result<Vec<RecentView>, ReplicaError> {
    let Some(no) = events::number(replica, event)? else {
        return Ok(Vec::new());
    };
    let (Some(row), Some(journal)) = (
        events::event_row(replica, no)?,
        journals::newest(replica, no)?,
    ) else {
        return Ok(Vec::new());
    };
    let written = facts::own_of_journal(replica, journal.id)?;
    let undone: BTreeSet<_> = written
        .iter()
        .filter_map(|fact| {
            let FactBody::Void { target, .. } = &fact.body else {
                return None;
            };
            Some(target.fact)
        })
        .collect();
    let passages: Vec<&Fact> = written.iter().filter(|fact| is_a_scan(fact)).collect();
    let types = events::ticket_types(replica, no)?;
    passages[passages.len().saturating_sub(KEPT)..]
        .iter()
        .map(|fact| {
            let mut line = line(replica, (no, &row, types.as_slice()), fact)?;
            line.undone = undone.contains(&fact.id);
            Ok(line)
        })
        .collect()
}

fn is_a_scan(fact: &Fact) -> bool {
    matches!(
        fact.body,
        FactBody::Entry { .. }
            | FactBody::Exit { .. }
            | FactBody::Override { .. }
            | FactBody::Refusal { .. }
    )
}

fn line(
    replica: &Connection,
    (no, event, types): (EventNo, &EventRow, &[TicketTypeRow]),
    fact: &Fact,
) -> Result<RecentView, ReplicaError> {
    let type_no = match (&fact.body, fact.ticket()) {
        (FactBody::Entry { type_no, .. }, _) => Some(*type_no),
        (_, Some(ticket)) => tickets::ticket(replica, no, ticket)?.map(|row| row.type_no),
        (_, None) => None,
    };
    let name = |no: TypeNo| {
        let row = types.iter().find(|row| row.no == no);
        row.map(|row| row.name.clone())
    };
    let is_refusal = matches!(fact.body, FactBody::Refusal { .. });
    let at_ms = fact.effective_ms();
    Ok(RecentView {
        no: 0,
        light: if is_refusal {
            VerdictLight::Refuse
        } else {
            VerdictLight::Admit
        },
        way: if matches!(fact.body, FactBody::Exit { .. }) {
            Way::Out
        } else {
            Way::In
        },
        type_name: type_no.and_then(name),
        detail: None,
        at_ms,
        at: places::clock(event, at_ms),
        undo: (!is_refusal).then_some(fact.id),
        undone: false,
    })
}
