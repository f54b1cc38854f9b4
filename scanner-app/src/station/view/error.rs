//! Errors as the pages see them.

use serde::Serialize;
use ts_rs::TS;

/// What went wrong; the page has a sentence for each, which says what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UiErrorCode {
    /// The data folder or the replica could not be read or written.
    Storage,
    /// The disk is full: nobody was admitted.
    DiskFull,
    /// Another program works in this data folder.
    InUse,
    /// The replica is damaged, or of a newer program.
    ReplicaUnusable,
    /// This machine's keys are not here, or cannot be read.
    KeysMissing,
    /// Not an enrolment code.
    CodeMalformed,
    /// Not a server's address.
    ServerAddress,
    /// The server does not answer.
    ServerUnreachable,
    /// The server does not know the code: it is not the organizer's.
    ImpostorServer,
    /// The organizer said no, or the code's time is over.
    EnrolmentRejected,
    /// Nobody compared the digits in time.
    NotConfirmed,
    /// The device is enrolled already.
    AlreadyEnrolled,
    /// Not enrolled.
    NotEnrolled,
    /// The list of this event is not here yet.
    RosterMissing,
    /// The organizer has not given this device the right.
    NotAllowed,
    /// The organizer has revoked this device.
    Revoked,
    /// This device was signed off.
    SignedOff,
    /// No such event, gate, ticket, verdict or camera.
    NotFound,
    /// The server refused, for a reason that only its words tell.
    Refused,
    /// The PIN is wrong.
    WrongPin,
    /// Too many wrong PINs: wait.
    PinLocked,
    /// What is kept of this person's PIN can't be compared.
    PinUnreadable,
    /// A supervisor's PIN is needed first.
    SupervisorNeeded,
    /// Not a printer's address, or not one of its languages.
    PrinterAddress,
    /// A printer of ticket stock prints no receipts and reports.
    PrinterForTickets,
    /// There is nothing to undo, or it was undone already.
    NothingToUndo,
    /// The ticket goes in without an override.
    OverrideNotNeeded,
    /// Nobody lets this in, as the door stands: it is no ticket of this event, or the door faces the other way.
    OverrideImpossible,
    /// The till's shift is open: the drawer is counted first.
    ShiftOpen,
    /// Facts wait to be sent: the device can't be signed off completely yet.
    FactsUnsent,
    /// Something that should not happen; the log says more.
    Internal,
}

/// An error on a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct UiError {
    /// For the page's sentence.
    pub code: UiErrorCode,
    /// For the person who repairs it: what was tried and each cause below it, in English.
    pub detail: String,
}
