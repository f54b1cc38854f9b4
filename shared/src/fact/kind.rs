//! A fact, decoded, and the closed list of what it can say.
//!
//! The bytes that are signed and relayed are those of [`super::envelope`]; this is their meaning.

use serde::{Deserialize, Serialize};

use super::till::TillFact;
use crate::clock::UnixMillis;
use crate::ids::{
    DeviceId, EventId, FactId, FactName, GateNo, JournalId, KeyId, TicketId, TypeNo, UserId,
    WindowNo,
};

/// A fact with all that its envelope says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Who wrote it: with `id`, its name.
    pub device: DeviceId,
    /// Its own id.
    pub id: FactId,
    /// The journal that carries it.
    pub journal: JournalId,
    /// Its place there, from 1.
    pub seq: u64,
    /// Hash of the envelope before it; zeros for the first.
    pub prev_hash: [u8; 32],
    /// Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter.
    pub hlc: u64,
    /// The author's wall clock, uncorrected.
    pub wall_ms: UnixMillis,
    /// Server time minus wall clock, as the author knew it.
    pub offset_ms: i64,
    /// How far `offset_ms` may be wrong; `u32::MAX` = never measured.
    pub offset_err_ms: u32,
    /// Entry, exit and void: the facts of that ticket that the author knew and no other known fact
    /// names; at most 8.
    pub seen: Vec<FactName>,
    /// What happened.
    pub body: FactBody,
}

impl Fact {
    /// How others name it.
    pub fn name(&self) -> FactName {
        FactName {
            device: self.device,
            fact: self.id,
        }
    }

    /// The author's best estimate of server time when it happened.
    pub fn effective_ms(&self) -> UnixMillis {
        self.wall_ms.saturating_add(self.offset_ms)
    }

    /// The ticket it is about, if it is about one.
    pub fn ticket(&self) -> Option<TicketId> {
        match &self.body {
            FactBody::Entry { ticket, .. }
            | FactBody::Exit { ticket, .. }
            | FactBody::Refusal { ticket, .. }
            | FactBody::Void { ticket, .. }
            | FactBody::Override { ticket, .. }
            | FactBody::Annotation { ticket, .. } => Some(*ticket),
            FactBody::JournalOpened { .. }
            | FactBody::Refusals { .. }
            | FactBody::Issued { .. }
            | FactBody::HandOver { .. }
            | FactBody::Release { .. }
            | FactBody::Withdrawn { .. }
            | FactBody::Till(_)
            | FactBody::Opaque { .. } => None,
        }
    }
}

/// What a fact says. Bodies are frozen: a change of meaning is a new kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactBody {
    /// Kind 1, always and only `seq` 1: what this journal is for and what came before it.
    JournalOpened {
        /// The event of a door journal.
        event: EventId,
        /// Where the device stood.
        gate: GateNo,
        /// Why there is a new journal.
        cause: OpeningCause,
        /// The journal before this one of the same device and event, and its last known head.
        predecessor: Option<(JournalId, u64, [u8; 32])>,
    },
    /// Kind 2: someone went in.
    Entry {
        /// With which ticket.
        ticket: TicketId,
        /// As the token said.
        type_no: TypeNo,
        /// As the token said.
        window: WindowNo,
        /// As the token said.
        key: KeyId,
        /// Where.
        gate: GateNo,
        /// Under which circumstances.
        marks: EntryMarks,
    },
    /// Kind 3: someone went out.
    Exit {
        /// With which ticket.
        ticket: TicketId,
        /// Where.
        gate: GateNo,
        /// Under which circumstances.
        marks: EntryMarks,
    },
    /// Kind 4: a validly signed ticket was turned away.
    Refusal {
        /// Which.
        ticket: TicketId,
        /// Where.
        gate: GateNo,
        /// Number of the reason, see `admission::reason`.
        reason: u8,
    },
    /// Kind 5: codes without a valid signature, summed up over a minute.
    Refusals {
        /// Where.
        gate: GateNo,
        /// Number of the reason.
        reason: u8,
        /// How many.
        count: u32,
    },
    /// Kind 6: an entry or exit that was a mistake.
    Void {
        /// Whose.
        ticket: TicketId,
        /// The fact taken back.
        target: FactName,
        /// From a closed list.
        reason: VoidReason,
    },
    /// Kind 7: a supervisor let someone in against the decision. Counts as an entry.
    Override {
        /// With which ticket.
        ticket: TicketId,
        /// Where.
        gate: GateNo,
        /// The decision's reason that was overridden.
        reason: u8,
        /// Who took it upon themselves.
        person: UserId,
    },
    /// Kind 8: the server, or an organizer through it, says something of a fact.
    Annotation {
        /// Whose.
        ticket: TicketId,
        /// The fact meant.
        target: FactName,
        /// What is said of it.
        says: Annotation,
    },
    /// Kind 9: leased tickets were sold; their ids.
    Issued {
        /// At most 400 ids.
        tickets: Vec<TicketId>,
    },
    /// Kind 11: the holder of rights hands them to another device. See `crate::lease`.
    HandOver {
        /// Which right.
        right: RightKind,
        /// The version of the signed leases under which it holds them.
        term: u64,
        /// Who holds them from now on.
        to: DeviceId,
        /// The fact for which they were asked: the receiver's entry. Nil if nobody asked.
        asked_for: FactId,
        /// At most 300 tickets, in ascending order.
        tickets: Vec<RightStep>,
    },
    /// Kind 12: the holder of rights gives them up; only the server grants them again. Of stock: these
    /// places were not sold and never will be by this device.
    Release {
        /// Which right.
        right: RightKind,
        /// The version of the signed leases under which it held them.
        term: u64,
        /// At most 300 tickets, in ascending order.
        tickets: Vec<RightStep>,
    },
    /// Kind 13: the device that sold leased tickets took them back. They let nobody in any more.
    Withdrawn {
        /// At most 400 ids.
        tickets: Vec<TicketId>,
    },
    /// Kinds from 20 on, and kind 1 with purpose 2: the facts of a till's journal.
    Till(TillFact),
    /// A kind that this version doesn't know: kept and relayed as it is.
    Opaque {
        /// Its number.
        kind: u16,
        /// Its bytes.
        body: Vec<u8>,
    },
}

/// A right that one device holds alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum RightKind {
    /// Strict mode: to let the ticket in.
    Admit = 0,
    /// Stock: to sell the ticket, which was signed ahead.
    Sell = 1,
}

/// One ticket of a hand-over or release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RightStep {
    /// Of which ticket the right is.
    pub ticket: TicketId,
    /// The how manieth move of this right within its term it is, from 1.
    pub step: u16,
}

/// Why a journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OpeningCause {
    /// The device's first for this event.
    First = 0,
    /// The replica was found on another machine than its own.
    Copied = 1,
    /// An old replica was put back.
    RolledBack = 2,
    /// The server or a peer holds another fact at one of its places.
    Forked = 3,
}

/// Why an entry or exit was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum VoidReason {
    /// Scanned by mistake.
    Mistake = 0,
    /// The turnstile did not turn, the person did not go in.
    DidNotPass = 1,
    /// Another person's ticket.
    WrongPerson = 2,
    /// The direction was set wrong.
    WrongDirection = 3,
}

impl VoidReason {
    /// All of them, by number.
    pub const ALL: [Self; 4] = [
        Self::Mistake,
        Self::DidNotPass,
        Self::WrongPerson,
        Self::WrongDirection,
    ];

    /// As in JSON and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mistake => "mistake",
            Self::DidNotPass => "did_not_pass",
            Self::WrongPerson => "wrong_person",
            Self::WrongDirection => "wrong_direction",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What an annotation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Annotation {
    /// 0: its time is not to be believed; order it as if it had happened then.
    AdjustedTime(UnixMillis),
    /// 1: a quarantined fact counts after all.
    Admitted,
    /// 2: seen and dealt with.
    Noted,
}

/// Circumstances of an entry or exit, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryMarks(pub u16);

impl EntryMarks {
    /// The ticket had no row here.
    pub const ROW_UNSEEN: Self = Self(1);
    /// By short code or name, not by a signed code.
    pub const BY_HAND: Self = Self(1 << 1);
    /// A leased ticket without a known `issued` fact.
    pub const SALE_UNSEEN: Self = Self(1 << 2);
    /// The server granted the claim before the light.
    pub const CONFIRMED: Self = Self(1 << 3);
    /// The clock's error was large.
    pub const CLOCK_DOUBTFUL: Self = Self(1 << 4);

    /// Both sets.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Does it have all of `other`?
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

#[cfg(test)]
mod tests {
    use super::VoidReason;

    #[test]
    fn reasons_of_a_void_keep_their_numbers() {
        let numbered = VoidReason::ALL.map(|reason| (reason as u8, reason.code()));
        let frozen = [
            (0, "mistake"),
            (1, "did_not_pass"),
            (2, "wrong_person"),
            (3, "wrong_direction"),
        ];
        assert_eq!(numbered, frozen);
        assert_eq!(
            VoidReason::from_code("did_not_pass"),
            Some(VoidReason::DidNotPass)
        );
        assert_eq!(VoidReason::from_code("other"), None);
    }
}
