//! A supervisor lets somebody in against the decision: a fact of its own, counted, and outside what strict mode promises.

use std::sync::Arc;

use shared::admission::Decision;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::ids::{FactId, UserId};
use shared::ticket::Scanned;

use super::judge::Shown;
use super::{Door, ScanError, Written};
use crate::edge::OsRandom;
use crate::replica::ReplicaError;

/// Nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// The text is no ticket, or nobody signed it: there is nobody to count.
    #[error("that is no ticket of a known key: nobody can be counted in with it")]
    NoTicket,
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
            Self::NotNeeded => "not_needed",
            Self::NotAllowed => "not_allowed",
            Self::Scan(error) => error.code(),
        }
    }
}

impl Door {
    /// `person`, a supervisor, lets the ticket of this code in against the decision. Returns when the fact is on the disk.
    pub fn let_in_anyway(
        &self,
        text: &str,
        person: UserId,
        now_ms: UnixMillis,
    ) -> Result<Written, OverrideError> {
        let Scanned::Ticket(presented) = Scanned::of(text) else {
            return Err(OverrideError::NoTicket);
        };
        let (place, time) = (Arc::clone(&self.place), self.replica.time());
        let shown = Shown::Code(presented);
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
            let body = FactBody::Override {
                ticket: code.ticket,
                gate: place.gate_no(),
                reason: reason.number(),
                person,
            };
            let id = FactId::new(now_ms, &mut OsRandom);
            Ok(place.write_as(tx, (id, body), judged.seen, now_ms)?)
        })
    }
}
