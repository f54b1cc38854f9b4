//! Why someone is turned away or has to wait: closed lists, each with a number that facts carry for ever
//! and a code for logs, JSON and screens.

use crate::clock::UnixMillis;
use crate::ids::GateNo;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $code:literal;)*) => {
        /// A reason without its details, as a fact carries it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Reason {
            $($(#[$doc])* $name = $number,)*
        }

        impl Reason {
            /// Every reason, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Snake case, frozen.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

// Frozen: facts carry the numbers. Refusals are below 100, questions above. A number is never used again.
reasons! {
    /// The signature doesn't hold.
    Forged = 1, "forged";
    /// Signed under a key that isn't in the key set, and this door is up to date.
    UnknownKey = 2, "unknown_key";
    /// For another event of the organizer.
    OtherEvent = 3, "other_event";
    /// This gate doesn't take this ticket type.
    WrongType = 4, "wrong_type";
    /// The gate printed on the ticket is another, and this one is strict.
    WrongGate = 5, "wrong_gate";
    /// Too early or too late.
    OutsideWindow = 6, "outside_window";
    /// Someone went in with it.
    AlreadyEntered = 7, "already_entered";
    /// All its entries, or all of today, are used up.
    NoEntriesLeft = 8, "no_entries_left";
    /// The server's row says something else than the code.
    Superseded = 9, "superseded";
    /// Taken back by the organizer, or replaced by another ticket.
    Revoked = 10, "revoked";
    /// The money was given back.
    Refunded = 11, "refunded";
    /// The order or the whole event was called off.
    Cancelled = 12, "cancelled";
    /// Held back for now.
    Blocked = 13, "blocked";
    /// Made for practice, shown at a real event.
    TestTicket = 14, "test_ticket";
    /// Sold in earnest, shown at a test event.
    RealTicketAtTest = 15, "real_ticket_at_test";
    /// A rotating ticket without its six digits: a print or a photograph.
    RotatingCodeMissing = 16, "rotating_code_missing";
    /// Six digits of another moment: a screenshot.
    RotatingCodeStale = 17, "rotating_code_stale";
    /// On the way out, and not inside.
    NotInside = 18, "not_inside";
    /// Signed under a key that isn't here, and this door may be behind.
    UnknownKeyOffline = 101, "unknown_key_offline";
    /// The ticket names an entry window that isn't in the roster.
    UnknownWindow = 102, "unknown_window";
    /// A good signature without a row, though this door is up to date.
    RowUnseenLive = 103, "row_unseen_live";
    /// Sold by a till whose key was revoked, and the sale isn't known here.
    LeaseRevoked = 104, "lease_revoked";
    /// A ticket that isn't known here, and the list is older than the event allows.
    RosterTooOld = 105, "roster_too_old";
    /// The answer hangs on the time, and this device isn't sure of it.
    ClockDoubtful = 106, "clock_doubtful";
    /// The gate printed on the ticket is another.
    HomeGateElsewhere = 107, "home_gate_elsewhere";
    /// Another door is letting it in at this moment.
    BeingAdmittedElsewhere = 108, "being_admitted_elsewhere";
    /// Too many wrong rotating codes for this ticket on this device.
    RotatingCodeBlocked = 109, "rotating_code_blocked";
    /// Strict mode, on the way out: no entry is known here, and there may be one.
    EntryUnknownHere = 110, "entry_unknown_here";
}

impl Reason {
    /// The frozen number that facts carry.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// From its number; `None` for a number of a later version.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.number() == number)
    }

    /// From its snake-case code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.code() == code)
    }

    /// Red; else it is amber, a question for the supervisor.
    pub const fn is_refusal(self) -> bool {
        self.number() < Self::UnknownKeyOffline.number()
    }

    /// A supervisor may let somebody in against it. Never with what is no ticket of this event: nobody could be counted in
    /// with it. Nor on the way out: there an override would be an entry.
    pub const fn may_be_overridden(self) -> bool {
        match self {
            Self::Forged
            | Self::UnknownKey
            | Self::OtherEvent
            | Self::TestTicket
            | Self::RealTicketAtTest
            | Self::NotInside
            | Self::EntryUnknownHere => false,
            Self::WrongType
            | Self::WrongGate
            | Self::OutsideWindow
            | Self::AlreadyEntered
            | Self::NoEntriesLeft
            | Self::Superseded
            | Self::Revoked
            | Self::Refunded
            | Self::Cancelled
            | Self::Blocked
            | Self::RotatingCodeMissing
            | Self::RotatingCodeStale
            | Self::UnknownKeyOffline
            | Self::UnknownWindow
            | Self::RowUnseenLive
            | Self::LeaseRevoked
            | Self::RosterTooOld
            | Self::ClockDoubtful
            | Self::HomeGateElsewhere
            | Self::BeingAdmittedElsewhere
            | Self::RotatingCodeBlocked => true,
        }
    }
}

/// When a ticket that comes at the wrong time would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutsideWindow {
    /// Too early: it opens then.
    OpensAt(UnixMillis),
    /// Too late: it was over then.
    ClosedAt(UnixMillis),
    /// Its window has no hours.
    Never,
}

/// Red, with what the person at the door needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefuseReason {
    /// See [`Reason::Forged`].
    Forged,
    /// See [`Reason::UnknownKey`].
    UnknownKey,
    /// See [`Reason::OtherEvent`].
    OtherEvent {
        /// That event's title.
        name: String,
        /// When it begins.
        starts_ms: UnixMillis,
    },
    /// See [`Reason::WrongType`].
    WrongType {
        /// A gate that takes it, if there is one.
        go_to: Option<GateNo>,
    },
    /// See [`Reason::WrongGate`].
    WrongGate {
        /// The gate printed on the ticket.
        home: GateNo,
    },
    /// See [`Reason::OutsideWindow`].
    OutsideWindow(OutsideWindow),
    /// See [`Reason::AlreadyEntered`].
    AlreadyEntered {
        /// When, by server time as well as the door knew it.
        at_ms: UnixMillis,
        /// Where; 0 = at no gate.
        gate: GateNo,
    },
    /// See [`Reason::NoEntriesLeft`].
    NoEntriesLeft,
    /// See [`Reason::Superseded`].
    Superseded,
    /// See [`Reason::Revoked`].
    Revoked,
    /// See [`Reason::Refunded`].
    Refunded,
    /// See [`Reason::Cancelled`].
    Cancelled,
    /// See [`Reason::Blocked`].
    Blocked,
    /// See [`Reason::TestTicket`].
    TestTicket,
    /// See [`Reason::RealTicketAtTest`].
    RealTicketAtTest,
    /// See [`Reason::RotatingCodeMissing`].
    RotatingCodeMissing,
    /// See [`Reason::RotatingCodeStale`].
    RotatingCodeStale,
    /// See [`Reason::NotInside`].
    NotInside,
}

impl RefuseReason {
    /// Without the details.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Forged => Reason::Forged,
            Self::UnknownKey => Reason::UnknownKey,
            Self::OtherEvent { .. } => Reason::OtherEvent,
            Self::WrongType { .. } => Reason::WrongType,
            Self::WrongGate { .. } => Reason::WrongGate,
            Self::OutsideWindow(_) => Reason::OutsideWindow,
            Self::AlreadyEntered { .. } => Reason::AlreadyEntered,
            Self::NoEntriesLeft => Reason::NoEntriesLeft,
            Self::Superseded => Reason::Superseded,
            Self::Revoked => Reason::Revoked,
            Self::Refunded => Reason::Refunded,
            Self::Cancelled => Reason::Cancelled,
            Self::Blocked => Reason::Blocked,
            Self::TestTicket => Reason::TestTicket,
            Self::RealTicketAtTest => Reason::RealTicketAtTest,
            Self::RotatingCodeMissing => Reason::RotatingCodeMissing,
            Self::RotatingCodeStale => Reason::RotatingCodeStale,
            Self::NotInside => Reason::NotInside,
        }
    }
}

/// Amber, with what the person at the door needs to know. A supervisor may override it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskReason {
    /// See [`Reason::UnknownKeyOffline`].
    UnknownKeyOffline,
    /// See [`Reason::UnknownWindow`].
    UnknownWindow,
    /// See [`Reason::RowUnseenLive`].
    RowUnseenLive,
    /// See [`Reason::LeaseRevoked`].
    LeaseRevoked,
    /// See [`Reason::RosterTooOld`].
    RosterTooOld {
        /// Server time of the roster; `None` = there never was one.
        as_of_ms: Option<UnixMillis>,
    },
    /// See [`Reason::ClockDoubtful`].
    ClockDoubtful,
    /// See [`Reason::HomeGateElsewhere`].
    HomeGateElsewhere {
        /// The gate printed on the ticket.
        home: GateNo,
    },
    /// See [`Reason::BeingAdmittedElsewhere`].
    BeingAdmittedElsewhere {
        /// Where.
        gate: GateNo,
    },
    /// See [`Reason::RotatingCodeBlocked`].
    RotatingCodeBlocked,
    /// See [`Reason::EntryUnknownHere`].
    EntryUnknownHere,
}

impl AskReason {
    /// Without the details.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::UnknownKeyOffline => Reason::UnknownKeyOffline,
            Self::UnknownWindow => Reason::UnknownWindow,
            Self::RowUnseenLive => Reason::RowUnseenLive,
            Self::LeaseRevoked => Reason::LeaseRevoked,
            Self::RosterTooOld { .. } => Reason::RosterTooOld,
            Self::ClockDoubtful => Reason::ClockDoubtful,
            Self::HomeGateElsewhere { .. } => Reason::HomeGateElsewhere,
            Self::BeingAdmittedElsewhere { .. } => Reason::BeingAdmittedElsewhere,
            Self::RotatingCodeBlocked => Reason::RotatingCodeBlocked,
            Self::EntryUnknownHere => Reason::EntryUnknownHere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_frozen() {
        let list: Vec<String> = Reason::ALL
            .iter()
            .map(|reason| format!("{} {}", reason.number(), reason.code()))
            .collect();
        assert_eq!(
            list.join("\n"),
            "1 forged\n2 unknown_key\n3 other_event\n4 wrong_type\n5 wrong_gate\n6 outside_window\n\
             7 already_entered\n8 no_entries_left\n9 superseded\n10 revoked\n11 refunded\n12 cancelled\n\
             13 blocked\n14 test_ticket\n15 real_ticket_at_test\n16 rotating_code_missing\n\
             17 rotating_code_stale\n18 not_inside\n101 unknown_key_offline\n102 unknown_window\n\
             103 row_unseen_live\n104 lease_revoked\n105 roster_too_old\n106 clock_doubtful\n\
             107 home_gate_elsewhere\n108 being_admitted_elsewhere\n109 rotating_code_blocked\n\
             110 entry_unknown_here"
        );
    }

    #[test]
    fn a_reason_is_found_by_its_number_and_by_its_code() {
        for &reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason.number()), Some(reason));
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_number(0), None);
        assert_eq!(Reason::from_number(19), None);
        assert!(Reason::NotInside.is_refusal());
        assert!(!Reason::UnknownKeyOffline.is_refusal());
    }
}
