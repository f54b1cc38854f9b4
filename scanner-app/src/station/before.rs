//! The last scans as the journal has them: what the list held before a crash or a restart.

use std::collections::BTreeSet;

use rusqlite::Connection;
use shared::admission::{Reason, RefuseReason, Rules, sentence};
use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::ids::{EventId, FactId, TicketId, TypeNo};
use shared::language::Language;
use shared::roster::{EventRow, GateRow, TicketTypeRow, WindowRow};

use super::places;
use super::recent::KEPT;
use super::view::{RecentView, VerdictLight, Way};
use crate::replica::events::EventNo;
use crate::replica::{ReplicaError, events, facts, journals, tickets};

/// Oldest first; their numbers are not given yet.
pub(super) fn lines(
    replica: &Connection,
    event: EventId,
    language: Language,
) -> Result<Vec<RecentView>, ReplicaError> {
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
    let undone = taken_back(&written);
    let passages: Vec<&Fact> = written.iter().filter(|fact| is_a_scan(fact)).collect();
    let before = Before {
        replica,
        no,
        types: events::ticket_types(replica, no)?,
        windows: events::windows(replica, no)?,
        gates: events::gates(replica, no)?,
        event: row,
        language,
    };
    passages[passages.len().saturating_sub(KEPT)..]
        .iter()
        .map(|fact| {
            let mut line = before.line(fact)?;
            line.undone = undone.contains(&fact.id);
            Ok(line)
        })
        .collect()
}

fn taken_back<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> BTreeSet<FactId> {
    facts
        .into_iter()
        .filter_map(|fact| {
            let FactBody::Void { target, .. } = &fact.body else {
                return None;
            };
            Some(target.fact)
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

/// What a line is worded by.
struct Before<'r> {
    replica: &'r Connection,
    no: EventNo,
    event: EventRow,
    types: Vec<TicketTypeRow>,
    windows: Vec<WindowRow>,
    gates: Vec<GateRow>,
    language: Language,
}

impl Before<'_> {
    fn line(&self, fact: &Fact) -> Result<RecentView, ReplicaError> {
        let type_no = match (&fact.body, fact.ticket()) {
            (FactBody::Entry { type_no, .. }, _) => Some(*type_no),
            (_, Some(ticket)) => {
                tickets::ticket(self.replica, self.no, ticket)?.map(|row| row.type_no)
            }
            (_, None) => None,
        };
        let name = |no: TypeNo| {
            let row = self.types.iter().find(|row| row.no == no);
            row.map(|row| row.name.clone())
        };
        let at_ms = fact.effective_ms();
        let refused = if let FactBody::Refusal { ticket, reason, .. } = fact.body {
            Some((ticket, reason))
        } else {
            None
        };
        Ok(RecentView {
            no: 0,
            light: match refused {
                Some(_) => VerdictLight::Refuse,
                None => VerdictLight::Admit,
            },
            way: if matches!(fact.body, FactBody::Exit { .. }) {
                Way::Out
            } else {
                Way::In
            },
            type_name: type_no.and_then(name),
            detail: match refused {
                Some((ticket, reason)) => self.says(ticket, reason, fact)?,
                None => None,
            },
            at_ms,
            at: places::clock(&self.event, at_ms),
            undo: refused.is_none().then_some(fact.id),
            undone: false,
        })
    }

    /// What was the matter. `None`: the fact doesn't say enough of it.
    fn says(
        &self,
        ticket: TicketId,
        reason: u8,
        fact: &Fact,
    ) -> Result<Option<String>, ReplicaError> {
        let Some(reason) = Reason::from_number(reason) else {
            return Ok(None);
        };
        let rules = Rules::new(&self.event, &self.types, &self.windows, &self.gates);
        let reason = self.reason(ticket, reason, fact)?;
        Ok(reason.map(|reason| {
            sentence::refusal(&reason, self.language, &rules, fact.effective_ms()).says
        }))
    }

    fn reason(
        &self,
        ticket: TicketId,
        reason: Reason,
        fact: &Fact,
    ) -> Result<Option<RefuseReason>, ReplicaError> {
        Ok(Some(match reason {
            Reason::AlreadyEntered => return self.entered(ticket, fact),
            Reason::WrongGate => {
                let row = tickets::ticket(self.replica, self.no, ticket)?;
                return Ok(row.map(|row| RefuseReason::WrongGate {
                    home: row.home_gate,
                }));
            }
            Reason::WrongType => RefuseReason::WrongType { go_to: None },
            Reason::Forged => RefuseReason::Forged,
            Reason::UnknownKey => RefuseReason::UnknownKey,
            Reason::NoEntriesLeft => RefuseReason::NoEntriesLeft,
            Reason::Superseded => RefuseReason::Superseded,
            Reason::Revoked => RefuseReason::Revoked,
            Reason::Refunded => RefuseReason::Refunded,
            Reason::Cancelled => RefuseReason::Cancelled,
            Reason::Blocked => RefuseReason::Blocked,
            Reason::TestTicket => RefuseReason::TestTicket,
            Reason::RealTicketAtTest => RefuseReason::RealTicketAtTest,
            Reason::RotatingCodeMissing => RefuseReason::RotatingCodeMissing,
            Reason::RotatingCodeStale => RefuseReason::RotatingCodeStale,
            Reason::NotInside => RefuseReason::NotInside,
            Reason::OtherEvent
            | Reason::OutsideWindow
            | Reason::UnknownKeyOffline
            | Reason::UnknownWindow
            | Reason::RowUnseenLive
            | Reason::LeaseRevoked
            | Reason::RosterTooOld
            | Reason::ClockDoubtful
            | Reason::HomeGateElsewhere
            | Reason::BeingAdmittedElsewhere
            | Reason::RotatingCodeBlocked
            | Reason::EntryUnknownHere => return Ok(None),
        }))
    }

    /// The last entry before, of those that stand.
    fn entered(
        &self,
        ticket: TicketId,
        refusal: &Fact,
    ) -> Result<Option<RefuseReason>, ReplicaError> {
        let known = facts::of_ticket(self.replica, self.no, ticket)?;
        let undone = taken_back(known.iter().map(|(fact, _)| fact));
        let entries = known.iter().filter_map(|(fact, _)| {
            let (FactBody::Entry { gate, .. } | FactBody::Override { gate, .. }) = fact.body else {
                return None;
            };
            Some((fact.effective_ms(), gate, fact.id))
        });
        let last = entries
            .filter(|(at_ms, _, id)| *at_ms <= refusal.effective_ms() && !undone.contains(id))
            .max_by_key(|(at_ms, _, _)| *at_ms);
        Ok(last.map(|(at_ms, gate, _)| RefuseReason::AlreadyEntered { at_ms, gate }))
    }
}
