//! Closed lists of a till's facts: each number is frozen, each code is what JSON and the command line say.

use crate::ids::TicketId;

macro_rules! closed_list {
    ($($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $number:literal, $code:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$item_doc])* $item = $number,)*
        }

        impl $name {
            /// All of them, by number.
            pub const ALL: &[Self] = &[$(Self::$item,)*];

            /// As in JSON and on the command line.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$item => $code,)*
                }
            }

            /// From its code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }

            pub(super) fn from_number(number: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| *item as u8 == number)
            }
        }
    )*};
}

closed_list! {
    /// Why a ticket costs what it costs. From 32 on: without charge ("Exonéré").
    PriceReason {
        /// The type's price.
        Full = 0, "full";
        /// Young people.
        Youth = 1, "youth";
        /// Students.
        Student = 2, "student";
        /// Older people.
        Senior = 3, "senior";
        /// People without work.
        JobSeeker = 4, "job_seeker";
        /// Disabled people.
        Disabled = 5, "disabled";
        /// A group.
        Group = 6, "group";
        /// Subscribers and members.
        Subscriber = 7, "subscriber";
        /// The house's own people.
        Staff = 8, "staff";
        /// A promotion or a code.
        Promotion = 9, "promotion";
        /// Invited.
        Guest = 32, "guest";
        /// Press.
        Press = 33, "press";
        /// Artists and their guests.
        Artist = 34, "artist";
        /// Whoever accompanies a disabled person.
        Companion = 35, "companion";
        /// Partners of the house.
        Partner = 36, "partner";
        /// Small children.
        Child = 37, "child";
    }

    /// What a card terminal showed.
    Outcome {
        /// Paid.
        Accepted = 0, "accepted";
        /// Not paid. Written when another means paid the same sale.
        Refused = 1, "refused";
    }

    /// Why tickets were taken back.
    RefundReason {
        /// The clerk's mistake.
        Mistake = 0, "mistake";
        /// The guest asked.
        Guest = 1, "guest";
        /// The event is called off.
        EventCancelled = 2, "event_cancelled";
        /// The event has another date or place.
        EventChanged = 3, "event_changed";
        /// For other tickets.
        Exchange = 4, "exchange";
        /// Sold twice to the same guest.
        Duplicate = 5, "duplicate";
        /// The tickets could not be printed or handed over.
        NotHandedOver = 6, "not_handed_over";
    }

    /// Which way money went without a sale.
    CashWay {
        /// Into the drawer.
        In = 0, "in";
        /// Out of it.
        Out = 1, "out";
    }

    /// Why money went without a sale.
    CashReason {
        /// Change was brought.
        Change = 0, "change";
        /// Taken to the safe or the bank.
        Banked = 1, "banked";
        /// Something was bought for the house.
        Purchase = 2, "purchase";
        /// From or to another till.
        OtherTill = 3, "other_till";
        /// An error is put right.
        Correction = 4, "correction";
    }

    /// What was printed as a specimen.
    Printed {
        /// A ticket.
        Ticket = 0, "ticket";
        /// A receipt.
        Receipt = 1, "receipt";
        /// An X or Z.
        Report = 2, "report";
    }

    /// Whether the server is there.
    Connection {
        /// An offline period began.
        Offline = 0, "offline";
        /// It ended.
        Online = 1, "online";
    }
}

impl PriceReason {
    /// Nothing is paid for that reason.
    pub fn is_free(self) -> bool {
        self as u8 >= Self::Guest as u8
    }
}

/// What was printed once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reprinted {
    /// 0: the receipt.
    Receipt,
    /// 1: all tickets that were not taken back.
    Tickets,
    /// 2: one ticket.
    Ticket(TicketId),
}
