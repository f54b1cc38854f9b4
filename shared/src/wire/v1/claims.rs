//! Claims: a door that is live asks the server before the light, for at most 300 ms. Advisory.

use serde::{Deserialize, Serialize};

use crate::clock::UnixMillis;
use crate::ids::{EventId, FactId, GateNo, TicketId};

/// `POST /api/v1/sync/claims`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimAsk {
    /// Of which event.
    pub event: EventId,
    /// Who wants in.
    pub ticket: TicketId,
    /// The entry that the door would write. The same fact asked again gets the same answer.
    pub fact: FactId,
    /// Where the door stands, to tell others; 0 = at no gate.
    pub gate: GateNo,
}

/// Its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ClaimAnswer {
    /// Nobody else is letting it in. Lapses after 10 seconds unless that fact arrives.
    Granted,
    /// It went in.
    Entered {
        /// When, by server time.
        at_ms: UnixMillis,
        /// Where; 0 = at no gate.
        gate: GateNo,
    },
    /// Another door is letting it in at this moment.
    Claimed {
        /// Where.
        gate: GateNo,
    },
    /// An answer of a newer server: as good as none.
    #[serde(other)]
    Unknown,
}
