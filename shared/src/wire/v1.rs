//! Protocol 1 (November 2026): the first. Spoken by every device.
//!
//! JSON but for [`Page`], whose tickets are columns in postcard: 8 bytes of random id are what a
//! ticket costs; the other columns compress to almost nothing.

mod claims;
mod rights;

pub use claims::{ClaimAnswer, ClaimAsk};
pub use rights::{RightAnswer, RightAsk, RightOutcome, SealedToken, StockAnswer, StockAsk};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::clock::UnixMillis;
use crate::ids::{
    DeviceId, EventId, FactName, GateNo, JournalId, KeyId, OfferId, OrganizerId, TicketId, TypeNo,
    WindowNo,
};
use crate::roster::{EventRow, GateRow, Rights, TicketRow, TicketStatus, TicketTypeRow, WindowRow};

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

/// `GET /api/v1/sync/events/{event}/changes?cursor=&limit=&wait=`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChangesQuery {
    /// Opaque; absent = from the beginning.
    pub cursor: Option<String>,
    /// Entries a page, 1..=50,000.
    pub limit: Option<u32>,
    /// Seconds to wait for a change when there is none, at most 30.
    pub wait: Option<u32>,
    /// The greatest version of the signed objects that the device has heard of: a greater one is a change. Absent (a
    /// device of before 25 November 2026) = the one at the beginning of the wait.
    pub signed: Option<u64>,
}

/// A change of the roster that is not a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageEntry {
    /// The event itself.
    Event(EventRow),
    /// A ticket type.
    TicketType(TicketTypeRow),
    /// A window.
    Window(WindowRow),
    /// A gate.
    Gate(GateRow),
    /// A fact, as signed; of any device of the event, and of the server.
    Fact(ByteBuf),
    /// What the server's fold says of a fact.
    FactLabel(FactLabelRow),
    /// Gone: a type, window or gate.
    Deleted {
        /// `ticket_type`, `window` or `gate`.
        kind: String,
        /// Its number.
        no: u16,
    },
    /// A kind that this version doesn't know.
    #[serde(skip)]
    Unknown,
}

/// The labels of one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactLabelRow {
    /// Which fact.
    pub fact: FactName,
    /// `duplicate_entry`, `revoked`...
    pub labels: Vec<String>,
}

/// Tickets as columns, in ascending order of id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TicketColumns {
    /// 8 bytes each, big-endian, first all first bytes, then all second bytes...
    ids: ByteBuf,
    /// Run lengths of equal (type, window, key, status, home gate).
    runs: Vec<(u32, u16, u8, u32, u8, u16)>,
    /// For each ticket the index of its run's combination in `runs`, run-length coded by order.
    order: Vec<(u32, u32)>,
}

/// One page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which life of the event's feed.
    pub epoch: u64,
    /// Where the next page begins; opaque.
    pub cursor: String,
    /// More is there now.
    pub has_more: bool,
    /// The feed's last number.
    pub head: u64,
    /// The newest version among the organizer's root-signed objects: pull them if it is greater than yours.
    pub signed_version: u64,
    /// The server's clock.
    pub server_ms: UnixMillis,
    /// Tickets that changed.
    pub tickets: Vec<TicketRow>,
    /// First page only: ids that never enter, ahead of their rows.
    pub barred: Vec<(TicketId, TicketStatus)>,
    /// All else, in the feed's order.
    pub entries: Vec<PageEntry>,
    /// Count and xor of the ticket rows' hashes, when a catch-up ends: see `crate::sync::checksum`.
    pub checksum: Option<(u64, u64)>,
}

#[derive(Serialize, Deserialize)]
struct PageV1 {
    epoch: u64,
    cursor: String,
    has_more: bool,
    head: u64,
    signed_version: u64,
    server_ms: i64,
    tickets: TicketColumns,
    barred: Vec<(u64, u8)>,
    /// Each entry by itself, so that one of an unknown kind doesn't cost the page.
    entries: Vec<ByteBuf>,
    checksum: Option<(u64, u64)>,
}

/// Why bytes are no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not begin with `THP1`.
    #[error("reading a page of the roster: not a page (is this the right server?)")]
    NotAPage,
    /// Cut off, or garbled on its way.
    #[error("reading a page of the roster: damaged or cut off")]
    Damaged(#[source] postcard::Error),
    /// Columns of different lengths, an unknown status.
    #[error("reading a page of the roster: its ticket columns don't fit together")]
    Columns,
}

const MAGIC: &[u8; 4] = b"THP1";

type Combination = (TypeNo, WindowNo, KeyId, TicketStatus, GateNo);

impl Page {
    /// The bytes of the answer, before compression: `THP1`, then postcard.
    pub fn encode(mut self) -> Vec<u8> {
        self.tickets.sort_unstable_by_key(|row| row.id);
        let page = PageV1 {
            epoch: self.epoch,
            cursor: self.cursor,
            has_more: self.has_more,
            head: self.head,
            signed_version: self.signed_version,
            server_ms: self.server_ms,
            tickets: columns(&self.tickets),
            barred: self
                .barred
                .iter()
                .map(|(id, status)| (id.0, *status as u8))
                .collect(),
            entries: self
                .entries
                .iter()
                .map(|entry| ByteBuf::from(postcard::to_allocvec(entry).unwrap_or_default()))
                .collect(),
            checksum: self.checksum,
        };
        let body = postcard::to_allocvec(&page).unwrap_or_default();
        [MAGIC.as_slice(), &body].concat()
    }

    /// Reads what [`Page::encode`] wrote. An entry of an unknown kind becomes `Unknown`.
    pub fn decode(bytes: &[u8]) -> Result<Self, PageError> {
        let body = bytes.strip_prefix(MAGIC).ok_or(PageError::NotAPage)?;
        let page: PageV1 = postcard::from_bytes(body).map_err(PageError::Damaged)?;
        let barred = page
            .barred
            .into_iter()
            .map(|(id, status)| {
                TicketStatus::from_number(status).map(|status| (TicketId(id), status))
            })
            .collect::<Option<_>>()
            .ok_or(PageError::Columns)?;
        Ok(Self {
            epoch: page.epoch,
            cursor: page.cursor,
            has_more: page.has_more,
            head: page.head,
            signed_version: page.signed_version,
            server_ms: page.server_ms,
            tickets: rows(&page.tickets)?,
            barred,
            entries: page
                .entries
                .iter()
                .map(|bytes| postcard::from_bytes(bytes).unwrap_or(PageEntry::Unknown))
                .collect(),
            checksum: page.checksum,
        })
    }
}

fn columns(tickets: &[TicketRow]) -> TicketColumns {
    let mut ids = Vec::with_capacity(tickets.len() * 8);
    for byte in 0..8 {
        ids.extend(tickets.iter().map(|row| row.id.0.to_be_bytes()[byte]));
    }
    let mut combinations: Vec<Combination> = Vec::new();
    let mut counts: Vec<u32> = Vec::new();
    let mut order: Vec<(u32, u32)> = Vec::new();
    let mut index_of = std::collections::HashMap::new();
    for row in tickets {
        let combination = (row.type_no, row.window, row.key, row.status, row.home_gate);
        let index = *index_of
            .entry(combination_key(combination))
            .or_insert_with(|| {
                combinations.push(combination);
                counts.push(0);
                combinations.len() - 1
            });
        counts[index] += 1;
        match order.last_mut() {
            Some((last, run)) if *last == index as u32 => *run += 1,
            Some(_) | None => order.push((index as u32, 1)),
        }
    }
    let runs = combinations
        .iter()
        .zip(&counts)
        .map(|((type_no, window, key, status, gate), count)| {
            (*count, type_no.0, window.0, key.0, *status as u8, gate.0)
        })
        .collect();
    TicketColumns {
        ids: ByteBuf::from(ids),
        runs,
        order,
    }
}

fn combination_key((type_no, window, key, status, gate): Combination) -> (u16, u8, u32, u8, u16) {
    (type_no.0, window.0, key.0, status as u8, gate.0)
}

fn rows(columns: &TicketColumns) -> Result<Vec<TicketRow>, PageError> {
    let (count, rest) = (columns.ids.len() / 8, columns.ids.len() % 8);
    let listed: u64 = columns.order.iter().map(|(_, run)| u64::from(*run)).sum();
    if rest != 0 || listed != count as u64 {
        return Err(PageError::Columns);
    }
    let combinations = columns
        .runs
        .iter()
        .map(|&(_, type_no, window, key, status, gate)| {
            let status = TicketStatus::from_number(status).ok_or(PageError::Columns)?;
            Ok((
                TypeNo(type_no),
                WindowNo(window),
                KeyId(key),
                status,
                GateNo(gate),
            ))
        })
        .collect::<Result<Vec<Combination>, PageError>>()?;
    let which = columns
        .order
        .iter()
        .flat_map(|&(index, run)| std::iter::repeat_n(index as usize, run as usize));
    which
        .enumerate()
        .map(|(i, index)| {
            let id = (0..8).fold(0u64, |id, byte| {
                id << 8 | u64::from(columns.ids[byte * count + i])
            });
            let &(type_no, window, key, status, home_gate) =
                combinations.get(index).ok_or(PageError::Columns)?;
            Ok(TicketRow {
                id: TicketId(id),
                type_no,
                window,
                key,
                status,
                home_gate,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(tickets: Vec<TicketRow>) -> Page {
        Page {
            epoch: 7,
            cursor: "c".into(),
            has_more: true,
            head: 9,
            signed_version: 3,
            server_ms: 1_800_000_000_000,
            tickets,
            barred: vec![(TicketId(3), TicketStatus::Refunded)],
            entries: vec![PageEntry::Deleted {
                kind: "gate".into(),
                no: 2,
            }],
            checksum: Some((1, 2)),
        }
    }

    fn any_ticket() -> impl Strategy<Value = TicketRow> {
        (any::<u64>(), 0u16..4, 0u8..3, 1u32..3, 0u8..5, 0u16..3).prop_map(|(id, t, w, k, s, g)| {
            TicketRow {
                id: TicketId(id),
                type_no: TypeNo(t),
                window: WindowNo(w),
                key: KeyId(k),
                status: TicketStatus::from_number(s).expect("below 5"),
                home_gate: GateNo(g),
            }
        })
    }

    proptest! {
        #[test]
        fn a_page_survives_its_bytes(mut tickets in prop::collection::vec(any_ticket(), 0..200)) {
            tickets.sort_unstable_by_key(|row| row.id);
            tickets.dedup_by_key(|row| row.id);
            let decoded = Page::decode(&page(tickets.clone()).encode()).expect("own bytes");
            prop_assert_eq!(decoded, page(tickets));
        }

        #[test]
        fn damaged_bytes_never_panic(cut in 0usize..400, flip in 0usize..400, tickets in prop::collection::vec(any_ticket(), 0..20)) {
            let mut bytes = page(tickets).encode();
            bytes.truncate(cut.max(4));
            if let Some(byte) = bytes.get_mut(flip) { *byte ^= 0x55; }
            let _ = Page::decode(&bytes);
        }
    }

    #[test]
    fn a_page_of_html_is_told_from_a_damaged_one() {
        assert!(matches!(Page::decode(b"<html>"), Err(PageError::NotAPage)));
        assert!(matches!(Page::decode(b"THP1"), Err(PageError::Damaged(_))));
    }
}
