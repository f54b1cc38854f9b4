//! Which sentence of the page goes with an error.

use std::error::Error;

use super::view::{UiError, UiErrorCode};
use crate::causes::with_causes;
use crate::door::{
    HandBackError, OpenDoorError, OverrideError, ScanError, SignOffError, UndoError, WriteFactError,
};
use crate::journal_files::JournalFilesError;
use crate::replica::identity::{EnrolReplicaError, SigningKeyError};
use crate::replica::summaries::NamesError;
use crate::replica::{OpenReplicaError, ReplicaError};
use crate::search::SearchError;
use crate::supervisor::{PeopleError, UnlockError};
use crate::sync::enrolment::EnrolError;
use crate::sync::{ServerAddressError, TransportError};
use crate::till::TillError;
use crate::till::stock::{GiveBackError, NotTaken};
use shared::wire::latest::ErrorCode;

impl UiError {
    /// An error with its sentence.
    pub fn of(code: UiErrorCode, error: &dyn Error) -> Self {
        Self {
            code,
            detail: with_causes(error),
        }
    }

    pub(super) fn new(code: UiErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

/// Errors that the page has a sentence for.
pub(super) trait Told: Error + Sized {
    fn code(&self) -> UiErrorCode;
}

impl<E: Told> From<E> for UiError {
    fn from(error: E) -> Self {
        Self::of(Told::code(&error), &error)
    }
}

impl Told for ReplicaError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::DiskFull(_) => UiErrorCode::DiskFull,
            Self::ReadOnly(_) | Self::Disk(_) => UiErrorCode::Storage,
            Self::Damaged(_) | Self::Row { .. } => UiErrorCode::ReplicaUnusable,
            Self::Busy(_) => UiErrorCode::InUse,
            Self::Statement(_) | Self::Stopped => UiErrorCode::Internal,
        }
    }
}

impl Told for OpenReplicaError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Folder { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                UiErrorCode::DiskFull
            }
            Self::Folder { .. } => UiErrorCode::Storage,
            Self::InUse(_) => UiErrorCode::InUse,
            Self::Newer { .. } | Self::NotAReplica(_) => UiErrorCode::ReplicaUnusable,
            Self::Replica(error) => Told::code(error),
            Self::Machine(_) => UiErrorCode::KeysMissing,
            Self::Thread(_) => UiErrorCode::Internal,
        }
    }
}

impl Told for SigningKeyError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotEnrolled => UiErrorCode::NotEnrolled,
            Self::KeysElsewhere | Self::Sealed(_) => UiErrorCode::KeysMissing,
            Self::Replica(error) => Told::code(error),
        }
    }
}

impl Told for ScanError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::RosterMissing(_) => UiErrorCode::RosterMissing,
            Self::NotListed | Self::NotAllowed(_) | Self::SearchNotAllowed => {
                UiErrorCode::NotAllowed
            }
            Self::NotOnList(_) => UiErrorCode::NotFound,
            Self::Revoked => UiErrorCode::Revoked,
            Self::SignedOff => UiErrorCode::SignedOff,
            Self::Write(_) => UiErrorCode::Internal,
            Self::Replica(error) => Told::code(error),
        }
    }
}

impl Told for NamesError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::KeysElsewhere | Self::Sealed(_) => UiErrorCode::KeysMissing,
            Self::Replica(error) => Told::code(error),
        }
    }
}

impl Told for SearchError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotAllowed => UiErrorCode::NotAllowed,
            Self::NotHere(_) => UiErrorCode::RosterMissing,
            Self::Names(error) => Told::code(error),
            Self::Scan(error) => Told::code(error),
        }
    }
}

impl Told for UndoError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotOurs(_) | Self::NotAPassage(_) | Self::TooOld(_) | Self::AlreadyUndone(_) => {
                UiErrorCode::NothingToUndo
            }
            Self::Scan(error) => Told::code(error),
        }
    }
}

impl Told for OpenDoorError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotEnrolled => UiErrorCode::NotEnrolled,
            Self::Key(error) => Told::code(error),
            Self::UnknownGate { .. } => UiErrorCode::NotFound,
            Self::Scan(error) => Told::code(error),
        }
    }
}

impl Told for PeopleError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::KeysElsewhere | Self::Read(_) => UiErrorCode::KeysMissing,
            Self::Replica(error) => Told::code(error),
        }
    }
}

impl Told for UnlockError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotAPin | Self::WrongPin { .. } => UiErrorCode::WrongPin,
            Self::Locked { .. } => UiErrorCode::PinLocked,
            Self::Nobody => UiErrorCode::NotFound,
            Self::People(error) => Told::code(error),
            Self::Hash(_) => UiErrorCode::PinUnreadable,
            Self::Replica(error) => Told::code(error),
        }
    }
}

impl Told for OverrideError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NoTicket | Self::Never(_) | Self::NotComingIn => UiErrorCode::OverrideImpossible,
            Self::NotNeeded => UiErrorCode::OverrideNotNeeded,
            Self::NotAllowed => UiErrorCode::NotAllowed,
            Self::Scan(error) => Told::code(error),
        }
    }
}

impl Told for HandBackError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotEnrolled => UiErrorCode::NotEnrolled,
            Self::Key(error) => Told::code(error),
            Self::NotADoor(_) | Self::NotStrict => UiErrorCode::NotFound,
            Self::Scan(error) => Told::code(error),
        }
    }
}

impl Told for SignOffError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Key(error) => Told::code(error),
            Self::ShiftOpen => UiErrorCode::ShiftOpen,
            Self::HandBack(error) => Told::code(error),
            Self::GiveBack(error) => Told::code(error),
            Self::Replica(error) => Told::code(error),
        }
    }
}

impl Told for GiveBackError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Key(error) => Told::code(error),
            Self::Write(WriteFactError::Replica(error)) | Self::Replica(error) => Told::code(error),
            Self::Write(WriteFactError::Sign(_)) => UiErrorCode::Internal,
        }
    }
}

impl Told for TillError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Key(error) => Told::code(error),
            Self::SignedOff => UiErrorCode::SignedOff,
            Self::NotATill => UiErrorCode::NotAllowed,
            Self::NothingLeased => UiErrorCode::RosterMissing,
            Self::Clerk(error) => Told::code(error),
            Self::Journal { .. } => UiErrorCode::ReplicaUnusable,
            Self::StockForPapers => UiErrorCode::PrinterForTickets,
            Self::Replica(error) | Self::Places(NotTaken::Replica(error)) => Told::code(error),
            Self::NoShift
            | Self::ShiftOpen
            | Self::Cart(_)
            | Self::Paid(_)
            | Self::Places(_)
            | Self::NoPrice(_)
            | Self::NoRate(_)
            | Self::NoSuchSale
            | Self::OtherSale
            | Self::NothingLeft
            | Self::NotOfSale(_)
            | Self::Contact(_)
            | Self::NoContactKey
            | Self::DrawerTooSmall
            | Self::OtherPrice { .. }
            | Self::PromotionOver
            | Self::OtherPlaces
            | Self::NotCounted
            | Self::NoAmount
            | Self::Books(_)
            | Self::Sign(_)
            | Self::Archive(_)
            | Self::NoSuchJob
            | Self::Paper(_) => UiErrorCode::Internal,
        }
    }
}

impl Told for JournalFilesError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::NotEnrolled => UiErrorCode::NotEnrolled,
            Self::NotListed => UiErrorCode::NotAllowed,
            Self::NoJournals => UiErrorCode::NotFound,
            Self::Replica(error) => Told::code(error),
            Self::NotWritten { .. } => UiErrorCode::Storage,
        }
    }
}

impl Told for ServerAddressError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Malformed | Self::NotEncrypted => UiErrorCode::ServerAddress,
            Self::Tls => UiErrorCode::Internal,
        }
    }
}

impl Told for TransportError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Unreachable(_)
            | Self::TimedOut
            | Self::NotTheServer
            | Self::Damaged(_)
            | Self::TooLarge => UiErrorCode::ServerUnreachable,
            Self::Refused {
                code: ErrorCode::OfferClosed | ErrorCode::ProofFailed,
                ..
            } => UiErrorCode::EnrolmentRejected,
            Self::Refused {
                code: ErrorCode::DeviceRevoked,
                ..
            } => UiErrorCode::Revoked,
            Self::Refused { .. } => UiErrorCode::Refused,
        }
    }
}

impl Told for EnrolError {
    fn code(&self) -> UiErrorCode {
        match self {
            Self::Transport(error) => Told::code(error),
            Self::Impostor => UiErrorCode::ImpostorServer,
            Self::Rejected => UiErrorCode::EnrolmentRejected,
            Self::NotConfirmed => UiErrorCode::NotConfirmed,
            Self::Keep(EnrolReplicaError::KeysElsewhere) => UiErrorCode::KeysMissing,
            Self::Keep(EnrolReplicaError::AlreadyEnrolled) => UiErrorCode::AlreadyEnrolled,
            Self::Keep(EnrolReplicaError::Replica(error)) => Told::code(error),
        }
    }
}
