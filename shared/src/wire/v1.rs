//! Protocol 1 (November 2026): the first. Spoken by every device.
//!
//! JSON but for [`Page`], whose tickets are columns in postcard: 8 bytes of random id are what a
//! ticket costs; the other columns compress to almost nothing.

mod claims;
mod orders;
mod page;
mod promotions;
mod rights;
mod summaries;
mod supervisors;

pub use claims::{ClaimAnswer, ClaimAsk};
pub use orders::{
    CollectAnswer, CollectAsk, Collected, FoundOrder, FoundOrders, FoundTickets, HandOut,
    HandOutTicket, OrderSearch, OrderState, ReservedLine, ReservedPlaces, TakeOverAnswer,
    TakeOverAsk, TakenOver,
};
pub use page::{ChangesQuery, FactLabelRow, Page, PageEntry, PageError};
pub use promotions::{Promotion, PromotionAnswer, PromotionAsk};
pub use rights::{
    ContactAnswer, ContactUpload, PlacesAnswer, PlacesAsk, RightAnswer, RightAsk, RightOutcome,
    StockAnswer, StockAsk, StockGroup, StockPaper, StockRate, StockSale, StockTicket, StockType,
    TillTerms, VoucherKind,
};
pub use summaries::{SummariesPage, SummariesQuery};
pub use supervisors::{SupervisorRow, SupervisorsAnswer};

use serde::{Deserialize, Serialize};

use crate::clock::UnixMillis;
use crate::ids::{DeviceId, EventId, GateNo, JournalId, OfferId, OrganizerId};
use crate::roster::Rights;

/// The value of the `Hub-Protocol` header.
pub const PROTOCOL: u32 = 1;

/// Bytes as base64 in JSON.
pub mod base64_bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes base64.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    /// Reads base64.
    pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes()).map_err(D::Error::custom)?;
        T::try_from(bytes).map_err(|_| D::Error::custom("wrong number of bytes"))
    }
}

/// `POST /api/v1/sync/enrol`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolStart {
    /// The 4 characters of the code that name the offer.
    pub offer: String,
    /// The device's Ed25519 key.
    #[serde(with = "base64_bytes")]
    pub device_key: [u8; 32],
    /// SHA-256 of the device's nonce.
    #[serde(with = "base64_bytes")]
    pub commitment: [u8; 32],
    /// What the device calls itself, shown to the organizer.
    pub device_name: String,
}

/// Its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolStartAnswer {
    /// For the calls that follow.
    pub offer_id: OfferId,
    /// The organizer's root key.
    #[serde(with = "base64_bytes")]
    pub root_key: [u8; 32],
    /// The server's nonce.
    #[serde(with = "base64_bytes")]
    pub server_nonce: [u8; 32],
}

/// `POST /api/v1/sync/enrol/{offer_id}/proof`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolProof {
    /// What was committed to.
    #[serde(with = "base64_bytes")]
    pub device_nonce: [u8; 32],
    /// See `crate::sync::enrolment`.
    #[serde(with = "base64_bytes")]
    pub proof: [u8; 32],
}

/// Its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolProofAnswer {
    /// The server's proof.
    #[serde(with = "base64_bytes")]
    pub proof: [u8; 32],
}

/// `GET /api/v1/sync/enrol/{offer_id}?wait=SECONDS`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EnrolState {
    /// The organizer has not compared the digits yet.
    Waiting,
    /// The organizer said no, or the time is over.
    Rejected,
    /// Welcome.
    Confirmed(Box<EnrolAnswer>),
}

/// What a confirmed device gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// Who it is from now on.
    pub device: DeviceId,
    /// Whose device.
    pub organizer: OrganizerId,
    /// The organizer's name, for the screen.
    pub organizer_name: String,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// Where it stands.
    pub gate: GateNo,
}

/// `GET /api/v1/sync/session`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionNonce {
    /// Good once, for 60 seconds.
    #[serde(with = "base64_bytes")]
    pub nonce: [u8; 32],
}

/// `POST /api/v1/sync/session`. Signed bytes: see `crate::sync::session`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionRequest {
    /// Who.
    pub device: DeviceId,
    /// The server's nonce.
    #[serde(with = "base64_bytes")]
    pub server_nonce: [u8; 32],
    /// The device's own.
    #[serde(with = "base64_bytes")]
    pub device_nonce: [u8; 32],
    /// SHA-256 of the TLS key seen; zeros without TLS (loopback).
    #[serde(with = "base64_bytes")]
    pub tls_key: [u8; 32],
    /// The device's signature.
    #[serde(with = "base64_bytes")]
    pub signature: [u8; 64],
}

/// Its answer; nothing of it is used before `signature` verifies under the pinned root key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionAnswer {
    /// `Authorization: Device TOKEN`, for 15 minutes, kept in memory only.
    pub token: String,
    /// The root key's signature over the same bytes, under the domain tag of the server.
    #[serde(with = "base64_bytes")]
    pub signature: [u8; 64],
    /// The device's rights now.
    pub rights: Rights,
    /// Its events now.
    pub events: Vec<EventId>,
    /// Its gate.
    pub gate: GateNo,
    /// Which life of the server's database this is. In another life than before the server may have lost what it had
    /// acknowledged: all facts are offered again.
    pub life: u64,
}

/// `POST /api/v1/sync/facts`: at most 500 envelopes, contiguous per journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactsUpload {
    /// Signed bytes, exactly as made.
    pub envelopes: Vec<EnvelopeBytes>,
}

/// One envelope, base64 in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnvelopeBytes(#[serde(with = "base64_bytes")] pub Vec<u8>);

/// Facts of other devices, for repair: `GET /api/v1/sync/events/{event}/facts?after=`
pub type DeviceFacts = FactsUpload;

/// Its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactsAnswer {
    /// One for each journal in the upload.
    pub journals: Vec<JournalAck>,
    /// The server's clock, unix milliseconds.
    pub server_ms: UnixMillis,
}

/// How far a journal is safe on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalAck {
    /// Which.
    pub journal: JournalId,
    /// Every fact up to this one is durable.
    pub acked_through: u64,
    /// The server holds another fact at this place: open a new journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_at: Option<u64>,
    /// With `forked_at`: the last fact of the other branch that is kept beside this one. What follows it is offered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside_through: Option<u64>,
    /// Facts that could never be taken (bad signature, unknown author): kept by the device, parked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<(u64, String)>,
}

/// `POST /api/v1/sync/events/{event}/vector`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VectorAnswer {
    /// What the server holds.
    pub journals: Vec<JournalHead>,
}

/// The last fact of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHead {
    /// Which.
    pub journal: JournalId,
    /// Its last place.
    pub seq: u64,
    /// Its last hash.
    #[serde(with = "base64_bytes")]
    pub hash: [u8; 32],
}

/// `POST /api/v1/sync/certificate`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CertificateRequest {
    /// The key that the device shows its peers: a point of the curve P-256, uncompressed (65 bytes).
    #[serde(with = "base64_bytes")]
    pub public_key: Vec<u8>,
}

/// Its answer. The authority that signed it is in the root-signed device list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CertificateAnswer {
    /// X.509, DER: names the device, valid from 7 days ago for 90 days.
    #[serde(with = "base64_bytes")]
    pub certificate: Vec<u8>,
    /// The server's clock.
    pub server_ms: UnixMillis,
}

/// `POST /api/v1/sync/addresses`: where this device may be reached in the venue's network.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AddressesReport {
    /// `ADDRESS:PORT`, at most 8; none = it takes no calls.
    pub addresses: Vec<String>,
}

/// Its answer: where the organizer's other devices may be reached.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AddressesAnswer {
    /// Those that said so within the last day.
    pub siblings: Vec<SiblingAddresses>,
}

/// Where one of them may be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiblingAddresses {
    /// Which.
    pub device: DeviceId,
    /// As it reported them.
    pub addresses: Vec<String>,
}

/// `GET /api/v1/sync/hello`, between devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerHello {
    /// Who answers; its certificate has to name it, too.
    pub device: DeviceId,
    /// The newest protocol that it speaks.
    pub protocol: u32,
    /// The root-signed objects that it has.
    pub signed: Vec<SignedHead>,
    /// What time it is, if it has that from the server itself and doesn't doubt it.
    #[serde(default)]
    pub time: Option<PeerTime>,
}

/// A device's corrected time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerTime {
    /// Its best estimate of the server's time.
    pub now_ms: UnixMillis,
    /// At most this wrong.
    pub error_ms: u32,
}

/// A root-signed object by its version and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// `key_set`, `device_list`; others are passed over.
    pub kind: String,
    /// Its version.
    pub version: u64,
    /// SHA-256 of its body: one version with two contents is an alarm.
    #[serde(with = "base64_bytes")]
    pub hash: [u8; 32],
}
