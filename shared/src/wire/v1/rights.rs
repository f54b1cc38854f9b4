//! Rights on their way: strict mode between doors, stock between tills and the server.

use serde::{Deserialize, Serialize};

use super::{EnvelopeBytes, base64_bytes};
use crate::fact::kind::RightKind;
use crate::ids::{DeviceId, EventId, FactId, TicketId, TypeNo};
use crate::roster::signed::SignedObject;

/// `POST /api/v1/sync/events/{event}/rights/{ticket}`, from device to device: the asker wants the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightAsk {
    /// Which right.
    pub right: RightKind,
    /// With which ticket.
    pub ticket: TicketId,
    /// The entry or sale that it would write.
    pub fact: FactId,
    /// The version of the leases that it has; 0 = none.
    pub leases: u64,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightAnswer {
    /// What the holder says.
    pub outcome: RightOutcome,
    /// All facts of the ticket and of its rights that are known there, as signed: what `outcome` is to be
    /// believed by, and what the receiver has to know before it uses the right.
    pub facts: Vec<EnvelopeBytes>,
    /// The leases, if the asker's are older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leases: Option<SignedObject>,
}

/// What a device that is asked for a right says. The facts prove it, not this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RightOutcome {
    /// The hand-over is among the facts.
    HandedOver,
    /// It does not hold it.
    NotHolder {
        /// Who does, as far as is known there.
        who: Option<DeviceId>,
    },
    /// It holds it, and keeps it for now.
    NotNow,
    /// An answer of a newer device: as good as none.
    #[serde(other)]
    Unknown,
}

/// `POST /api/v1/sync/leases`: a till asks for places of a type. Hand-overs and returns are facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAsk {
    /// Of which event.
    pub event: EventId,
    /// Of which type.
    pub type_no: TypeNo,
    /// How many unsold ones it holds.
    pub unsold: u32,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAnswer {
    /// The newest leases, if any place was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leases: Option<SignedObject>,
    /// The tickets that were signed ahead for them, sealed for this till.
    pub tokens: Vec<SealedToken>,
}

/// A ticket signed ahead, sealed at rest and on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedToken {
    /// Which ticket.
    pub ticket: TicketId,
    /// Nonce and ciphertext.
    #[serde(with = "base64_bytes")]
    pub sealed: Vec<u8>,
}
