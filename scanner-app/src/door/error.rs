//! Why there is no door, and why there is no verdict.

use shared::ids::{EventId, TicketId};

use super::journal::WriteFactError;
use crate::replica::ReplicaError;
use crate::replica::identity::SigningKeyError;

/// A scan gave no verdict: nobody is admitted.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The roster of this event isn't here.
    #[error("this door has no list for event {0} yet; run `door sync` while there is a network")]
    RosterMissing(EventId),
    /// The signed device list doesn't name this device.
    #[error(
        "the organizer's device list doesn't name this door yet; run `door sync`, or ask the organizer"
    )]
    NotListed,
    /// It may not scan at this event.
    #[error(
        "this door may not scan at event {0}; ask the organizer for the right, then run `door sync`"
    )]
    NotAllowed(EventId),
    /// The organizer has revoked it.
    #[error(
        "this door was revoked by the organizer and admits nobody; its journal is kept, run `door sync` to hand it over"
    )]
    Revoked,
    /// It has signed off.
    #[error(
        "this door has signed off and admits nobody; run `door sign-off` again to hand over the rest of its journal"
    )]
    SignedOff,
    /// By hand: it may not search at this event.
    #[error(
        "this door may not admit by hand; ask the organizer for the right to search, then run `door sync`"
    )]
    SearchNotAllowed,
    /// By hand only the row says what the ticket is.
    #[error(
        "ticket {0} is not on this door's list: nobody can be admitted with it by hand; scan its code"
    )]
    NotOnList(TicketId),
    /// The fact could not be signed or written.
    #[error("writing down what happened failed: nobody was admitted")]
    Write(#[source] WriteFactError),
    /// The replica failed.
    #[error(transparent)]
    Replica(ReplicaError),
}

impl From<WriteFactError> for ScanError {
    fn from(error: WriteFactError) -> Self {
        match error {
            WriteFactError::Replica(error) => Self::Replica(error),
            other @ WriteFactError::Sign(_) => Self::Write(other),
        }
    }
}

impl ScanError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RosterMissing(_) => "roster_missing",
            Self::NotListed => "not_listed",
            Self::NotAllowed(_) => "not_allowed",
            Self::Revoked => "device_revoked",
            Self::SignedOff => "signed_off",
            Self::SearchNotAllowed => "search_not_allowed",
            Self::NotOnList(_) => "ticket_not_listed",
            Self::Write(_) => "fact_not_signed",
            Self::Replica(error) => error.code(),
        }
    }
}

/// A door could not take up its place.
#[derive(Debug, thiserror::Error)]
pub enum OpenDoorError {
    /// Nobody enrolled this device.
    #[error(
        "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page"
    )]
    NotEnrolled,
    /// Its key can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// No such gate.
    #[error("there is no gate {name:?} at this event; its gates are: {gates}")]
    UnknownGate {
        /// What was asked for.
        name: String,
        /// What there is.
        gates: String,
    },
    /// It could not scan here.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl From<ReplicaError> for OpenDoorError {
    fn from(error: ReplicaError) -> Self {
        Self::Scan(ScanError::Replica(error))
    }
}

impl OpenDoorError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::Key(error) => error.code(),
            Self::UnknownGate { .. } => "unknown_gate",
            Self::Scan(error) => error.code(),
        }
    }
}
