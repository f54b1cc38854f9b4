//! A supervisor lets somebody in against the decision: a fact of its own, counted, and outside what strict mode promises.

use std::sync::Arc;

use shared::admission::{Decision, Direction, Reason};
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::ids::{FactId, TicketId, TypeNo, UserId};
use shared::ticket::Scanned;

use super::judge::Shown;
use super::{Door, ScanError, Written, locked};
use crate::edge::OsRandom;
use crate::replica::ReplicaError;

/// Nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// The text is no ticket, or nobody signed it: there is nobody to count.
    #[error("that is no ticket of a known key: nobody can be counted in with it")]
    NoTicket,
    /// What it was refused for stands against everybody's decision.
    #[error("a ticket that is refused as {} is nobody's entry here: no supervisor lets it in", .0.code())]
    Never(Reason),
    /// The door faces the other way, or only looks.
    #[error("this door lets nobody in as it stands: turn it to the way in first")]
    NotComingIn,
    /// It goes in without.
    #[error("this ticket goes in as it is: scan it")]
    NotNeeded,
    /// The device lacks the right to supervise.
    #[error(
        "this door may not decide against the rules; ask the organizer for the right to supervise"
    )]
    NotAllowed,
    /// Reading or writing.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl From<ReplicaError> for OverrideError {
    fn from(error: ReplicaError) -> Self {
        Self::Scan(ScanError::Replica(error))
    }
}

impl OverrideError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTicket => "no_ticket",
            Self::Never(_) => "never",
            Self::NotComingIn => "not_coming_in",
            Self::NotNeeded => "not_needed",
            Self::NotAllowed => "not_allowed",
            Self::Scan(error) => error.code(),
        }
    }
}

/// Somebody was let in against the decision; the fact is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetIn {
    /// The fact that tells of it.
    pub fact: Written,
    /// The ticket's type.
    pub type_no: TypeNo,
    /// The ticket type's note for the person at the door.
    pub note: Option<String>,
    /// Server time, as well as the door knows it.
    pub at_ms: UnixMillis,
}

impl Door {
    /// `person`, a supervisor, lets the ticket of this code in against the decision. Returns when the fact is on the disk.
    /// The code that is still held up is not decided on again.
    pub fn let_in_anyway(
        &self,
        text: &str,
        person: UserId,
        now_ms: UnixMillis,
    ) -> Result<LetIn, OverrideError> {
        let Scanned::Ticket(presented) = Scanned::of(text) else {
            return Err(OverrideError::NoTicket);
        };
        let done = self.override_decision(Shown::Code(presented), person, now_ms)?;
        locked(&self.recent).let_in(text, done.fact, now_ms);
        Ok(done)
    }

    /// The same for a ticket that was found by name or short code.
    pub fn let_in_anyway_by_hand(
        &self,
        ticket: TicketId,
        person: UserId,
        now_ms: UnixMillis,
    ) -> Result<LetIn, OverrideError> {
        self.override_decision(Shown::ByHand(ticket), person, now_ms)
    }

    fn override_decision(
        &self,
        shown: Shown,
        person: UserId,
        now_ms: UnixMillis,
    ) -> Result<LetIn, OverrideError> {
        match self.place.direction {
            Direction::In => {}
            Direction::Out | Direction::CheckOnly => return Err(OverrideError::NotComingIn),
        }
        let (place, time) = (Arc::clone(&self.place), self.replica.time());
        self.replica.write(move |tx| {
            let scene = place.scene(tx)?;
            let own = scene
                .devices
                .iter()
                .find(|row| row.id == place.author.device);
            if own.is_none_or(|row| !row.rights.supervise) {
                return Err(OverrideError::NotAllowed);
            }
            let judged = place.judge(tx, &shown, &time, now_ms, None)?;
            let code = judged.ticket.ok_or(OverrideError::NoTicket)?;
            let reason = match &judged.decision {
                Decision::Admit(_) => return Err(OverrideError::NotNeeded),
                Decision::Refuse(reason) => reason.reason(),
                Decision::Ask(reason) => reason.reason(),
            };
            if !reason.may_be_overridden() {
                return Err(OverrideError::Never(reason));
            }
            let body = FactBody::Override {
                ticket: code.ticket,
                gate: place.gate_no(),
                reason: reason.number(),
                person,
            };
            let id = FactId::new(now_ms, &mut OsRandom);
            let note = scene
                .rules()
                .ticket_type(code.type_no)
                .and_then(|row| row.door_note.clone());
            Ok(LetIn {
                fact: place.write_as(tx, (id, body), judged.seen, now_ms)?,
                type_no: code.type_no,
                note,
                at_ms: judged.at_ms,
            })
        })
    }
}
