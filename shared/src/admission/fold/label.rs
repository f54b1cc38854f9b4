//! What is said of a fact afterwards, and what people have to look at. Closed lists with frozen codes.

use crate::clock::UnixMillis;
use crate::ids::FactName;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$item_doc])* $item,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$item,)*];

            /// Snake case, frozen.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$item => $code,)*
                }
            }

            /// From its code; `None` for one of a later version.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }
        }
    };
}

codes! {
    /// A label of a fact. It may have several; it may get another when an older fact arrives.
    FactLabel {
        /// Nothing to be said.
        Ok = "ok",
        /// An entry with a ticket that was in already. It doesn't count.
        DuplicateEntry = "duplicate_entry",
        /// No row, though its door had one or needed none.
        UnknownTicket = "unknown_ticket",
        /// No row, as its door said.
        RowUnseen = "row_unseen",
        /// The code said something else than the row.
        Superseded = "superseded",
        /// With a ticket that is revoked, cancelled or blocked.
        Revoked = "revoked",
        /// With a ticket whose money was given back.
        Refunded = "refunded",
        /// At a time when it doesn't admit, by more than the clock's error.
        OutsideWindow = "outside_window",
        /// At a gate that doesn't take it.
        WrongGate = "wrong_gate",
        /// One entry too many, in all or on that day.
        OverLimit = "over_limit",
        /// By short code or name.
        ByHand = "by_hand",
        /// A supervisor's.
        Override = "override",
        /// Its time is not to be relied on.
        ClockSuspect = "clock_suspect",
        /// A leased ticket whose sale isn't known.
        SaleUnseen = "sale_unseen",
        /// A leased ticket that its till never sold. Given when the till closes the lease.
        AdmittedUnsold = "admitted_unsold",
        /// A sale beyond the stock. Given by the box office.
        StockExceeded = "stock_exceeded",
        /// Its author may not do that. It is ignored.
        NotAuthorised = "not_authorised",
        /// In a journal of an old replica that was put back. Given where journals are read.
        RolledBack = "rolled_back",
        /// By a revoked device, beyond the point. It is ignored until it is admitted.
        Quarantined = "quarantined",
    }
}

codes! {
    /// What people have to look at: of each kind at most one for a ticket, so that telling it again
    /// changes nothing.
    AlertKind {
        /// It went in more than once.
        DuplicateEntry = "duplicate_entry",
        /// It went in more often than its rule allows.
        OverLimit = "over_limit",
        /// It went in, and is revoked, refunded, cancelled or blocked.
        BarredTicket = "barred_ticket",
        /// It went in with a good signature, and the server doesn't know it.
        RowUnseen = "row_unseen",
        /// It went in, and its till gave it back unsold.
        AdmittedUnsold = "admitted_unsold",
        /// Someone did what they may not.
        NotAuthorised = "not_authorised",
        /// A revoked device says something of it.
        Quarantined = "quarantined",
        /// One id, two facts: a faulty or hostile author.
        FactIdReused = "fact_id_reused",
        /// Facts that name each other as earlier: a faulty or hostile author.
        SeenCycle = "seen_cycle",
    }
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The facts it is about, in the fold's order; for duplicates also the entries that they double.
    pub facts: Vec<FactName>,
    /// When each of them happened: as its author says, or as the server's annotation corrects it.
    pub at_ms: Vec<UnixMillis>,
    /// Whether someone did.
    pub attention: Attention,
}

/// Whether an alert was dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Not yet, or something was added since.
    Open,
    /// An annotation says so of its facts.
    Noted,
}
