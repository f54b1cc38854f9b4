//! Tickets found without a code.

use serde::Serialize;
use shared::ids::TicketId;
use ts_rs::TS;

/// Where the ticket's holder is, as far as this device knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HitState {
    /// Not yet in.
    NotYet,
    /// Inside.
    Inside {
        /// Since, on the venue's clock.
        since: String,
    },
    /// Went in and out again.
    Left,
    /// Refunded, revoked, ...: a sentence.
    Gone {
        /// Which.
        says: String,
    },
}

/// A ticket that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HandHit {
    /// Which.
    #[ts(type = "string")]
    pub ticket: TicketId,
    /// Its holder's name, else the buyer's.
    pub name: String,
    /// Its order.
    pub order: String,
    /// Its short code.
    pub code: String,
    /// Its type.
    pub type_name: String,
    /// The order's note.
    pub note: Option<String>,
    /// Where the holder is.
    pub at: HitState,
}
