//! Taking back an entry or exit that this door wrote a moment ago: a fact of its own, since none is ever changed.

use std::sync::Arc;

use rusqlite::Connection;
use shared::admission::seen_for_new_fact;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::kind::{Fact, VoidReason};
use shared::ids::{FactId, FactName, TicketId};

use super::place::Place;
use super::{Door, ScanError, Written, locked};
use crate::edge::OsRandom;
use crate::replica::{ReplicaError, facts};

/// What is older is the organizer's affair: who was counted wrongly has long been inside, or gone.
pub const UNDONE_WITHIN_MS: i64 = 60 * 60 * 1_000;

/// Nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// This door wrote no such fact at this event.
    #[error(
        "this door wrote no fact {0} at this event; only its own entries and exits can be taken back here"
    )]
    NotOurs(FactId),
    /// A refusal, a void.
    #[error("fact {0} is no entry or exit: there is nothing to take back")]
    NotAPassage(FactId),
    /// Longer ago than an hour.
    #[error("fact {0} is older than an hour: tell the organizer, who can settle it")]
    TooOld(FactId),
    /// It was taken back before.
    #[error("fact {0} was taken back already")]
    AlreadyUndone(FactId),
    /// Reading or writing.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl From<ReplicaError> for UndoError {
    fn from(error: ReplicaError) -> Self {
        Self::Scan(ScanError::Replica(error))
    }
}

impl UndoError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOurs(_) => "not_ours",
            Self::NotAPassage(_) => "not_a_passage",
            Self::TooOld(_) => "too_old",
            Self::AlreadyUndone(_) => "already_undone",
            Self::Scan(error) => error.code(),
        }
    }
}

impl Door {
    /// Takes back an entry, exit or override that this door wrote within the last hour. Returns when that is on the disk.
    pub fn undo(
        &self,
        fact: FactId,
        reason: VoidReason,
        now_ms: UnixMillis,
    ) -> Result<Written, UndoError> {
        let place = Arc::clone(&self.place);
        let time = self.replica.time().now(now_ms);
        let written = self.replica.write(move |tx| {
            let scene = place.scene(tx)?;
            scene.may_scan(place.author.device, place.event)?;
            let passage = passage(tx, &place, fact)?;
            let age_ms = time.now_ms.saturating_sub(passage.at_ms);
            if age_ms > UNDONE_WITHIN_MS {
                return Err(UndoError::TooOld(fact));
            }
            let of_ticket = facts::of_ticket(tx, scene.event_no, passage.ticket)?;
            let target = FactName {
                device: place.author.device,
                fact,
            };
            if of_ticket.iter().any(|(other, _)| takes_back(other, target)) {
                return Err(UndoError::AlreadyUndone(fact));
            }
            let body = FactBody::Void {
                ticket: passage.ticket,
                target,
                reason,
            };
            let id = FactId::new(now_ms, &mut OsRandom);
            let seen = seen_for_new_fact(&of_ticket);
            Ok(place.write_as(tx, (id, body), seen, now_ms)?)
        })?;
        locked(&self.recent).forget(fact);
        Ok(written)
    }
}

struct Passage {
    ticket: TicketId,
    at_ms: UnixMillis,
}

fn passage(connection: &Connection, place: &Place, fact: FactId) -> Result<Passage, UndoError> {
    let own = facts::own(connection, place.author.device, fact)?;
    let event = place.scene(connection)?.event_no;
    let own = own.filter(|(of, _)| *of == event).map(|(_, own)| own);
    let own = own.ok_or(UndoError::NotOurs(fact))?;
    match own.body {
        FactBody::Entry { ticket, .. }
        | FactBody::Exit { ticket, .. }
        | FactBody::Override { ticket, .. } => Ok(Passage {
            ticket,
            at_ms: own.effective_ms(),
        }),
        FactBody::JournalOpened { .. }
        | FactBody::Refusal { .. }
        | FactBody::Refusals { .. }
        | FactBody::Void { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => Err(UndoError::NotAPassage(fact)),
    }
}

/// Whoever wrote it: the void of a device that may not would not count, but then a person has to look anyway.
fn takes_back(fact: &Fact, target: FactName) -> bool {
    matches!(&fact.body, FactBody::Void { target: taken, .. } if *taken == target)
}
