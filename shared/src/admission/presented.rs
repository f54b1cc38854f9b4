//! What [`super::decide()`] is given: the code that was shown, what is known of it, the time, the door.

use crate::clock::UnixMillis;
use crate::ids::{GateNo, KeyId, TicketId, TypeNo, WindowNo};
use crate::roster::{EventMode, GateRow, KeyRow, TicketRow, TicketStatus};

use super::state::TicketState;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Someone wants in.
    In,
    /// Someone leaves.
    Out,
    /// Decided as an entry, but nobody goes in and no fact is written.
    CheckOnly,
}

/// A scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Which way.
    pub direction: Direction,
    /// What was shown.
    pub code: Code,
}

/// What came of checking the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// It doesn't hold under the key that the code names.
    Forged,
    /// The key that the code names isn't here.
    UnknownKey,
    /// A ticket of the organizer.
    Ticket(TicketCode),
}

/// What a good code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketCode {
    /// The ticket.
    pub ticket: TicketId,
    /// Its type.
    pub type_no: TypeNo,
    /// Its entry window.
    pub window: WindowNo,
    /// The key that signed it.
    pub key: KeyId,
    /// Flag `TEST`.
    pub mode: EventMode,
    /// Flag `LEASED`.
    pub signed_by: SignedBy,
    /// Flag `ROTATING`, and the six digits.
    pub rotating: Rotating,
    /// How it came here.
    pub means: Means,
}

impl TicketCode {
    /// A ticket found by its short code or by name: all that is known of it is its row. `rules_mode` is
    /// the event's own.
    pub fn by_hand(row: &TicketRow, rules_mode: EventMode) -> Self {
        Self {
            ticket: row.id,
            type_no: row.type_no,
            window: row.window,
            key: row.key,
            mode: rules_mode,
            signed_by: SignedBy::Event,
            rotating: Rotating::No,
            means: Means::ByHand,
        }
    }
}

/// Whose key signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// The event's.
    Event,
    /// That of a till's lease.
    Lease,
}

/// How the ticket was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By its signed code.
    Signed,
    /// By hand, from its row: nothing was signed.
    ByHand,
}

/// What came of checking the rotating code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotating {
    /// This ticket has none.
    No,
    /// It should have one.
    Missing,
    /// Not one of the moment.
    Wrong,
    /// Good now.
    Right,
    /// Not checked: too many wrong ones for this ticket on this device, within a minute.
    Blocked,
    /// Not checked: this device doesn't hold the secret of its key yet.
    SecretMissing,
}

/// What this device knows of the ticket.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its row. Counts more than `barred`.
    pub row: Option<TicketRow>,
    /// What the feed's first page said of it ahead of its row.
    pub barred: Option<TicketStatus>,
    /// The key that the code names; by hand that of the row.
    pub key: Option<&'a KeyRow>,
    /// For a leased ticket: what is known of its sale.
    pub issued: Issued,
    /// What the fold of its facts says.
    pub state: &'a TicketState,
    /// The gate that the server said is letting it in now.
    pub claimed_at: Option<GateNo>,
    /// Whether the right to let it in is here. Counts only where the event is strict.
    pub right: EntryRight,
}

/// Where a ticket's right of entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryRight {
    /// This device holds it and may use it: [`crate::lease::Held::Here`].
    Here,
    /// Anything else.
    Elsewhere,
}

/// Whether the sale of a leased ticket is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// An `issued` fact names it, and isn't quarantined.
    Known,
    /// Its till sold it and took it back: its money was given back.
    Withdrawn,
    /// None does.
    Unseen,
    /// None does, and the server took its lease back: see [`crate::lease::Lease::is_stopped`].
    Stopped,
    /// Its till gave it back unsold: whoever shows it never bought it.
    Returned,
}

/// The time, and how far it is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Server time by this device's best estimate.
    pub ms: UnixMillis,
    /// How far it may be wrong; `u32::MAX` = never measured.
    pub error_ms: u32,
    /// Whether it is to be believed at all.
    pub trust: ClockTrust,
}

impl Now {
    /// The earliest time that it may be.
    pub(super) fn earliest(self) -> UnixMillis {
        self.ms.saturating_sub(self.error_ms.into())
    }

    /// The latest time that it may be.
    pub(super) fn latest(self) -> UnixMillis {
        self.ms.saturating_add(self.error_ms.into())
    }
}

/// Whether a clock is to be believed within its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockTrust {
    /// Yes.
    Good,
    /// No: it was set back below the last time that was saved.
    Doubtful,
}

/// The door that decides.
#[derive(Clone, Copy, Debug)]
pub struct Door<'a> {
    /// Its gate; `None` = at none in particular.
    pub gate: Option<&'a GateRow>,
    /// How far it may be behind.
    pub roster: RosterState,
    /// Server time of its last page; `None` = it never had one.
    pub roster_as_of_ms: Option<UnixMillis>,
}

/// Whether what isn't in the roster doesn't exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterState {
    /// The sync engine is `Live` and caught up.
    Live,
    /// Any other state.
    MaybeBehind,
}
