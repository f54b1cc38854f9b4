//! What the server tells devices about an event, as rows. No personal data: a door doesn't need
//! names to decide. The feed carries these as upserts; the replica stores them as they are.
//! Names are a segment of their own, for devices that may search: see [`summary`].

pub mod signed;
pub mod summary;

use serde::{Deserialize, Serialize};

use crate::clock::UnixMillis;
use crate::ids::{
    DeviceId, EventId, GateNo, JournalId, KeyId, OrganizerId, TicketId, TypeNo, WindowNo,
};

/// Whether tickets of this event were really sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventMode {
    /// For practice: its tickets carry `TEST` and are refused anywhere else.
    Test,
    /// Sold for money, or given away in earnest.
    Real,
}

/// May a guest come back in?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReEntry {
    /// One entry; leaving is for good.
    None,
    /// Again after an exit was seen.
    AfterExit,
    /// Again at any time, up to the maxima.
    Unlimited,
}

/// How often and when a ticket enters. An event has one; a ticket type may override it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRule {
    /// Coming back in.
    pub re_entry: ReEntry,
    /// The most entries in all; `None` = no maximum (only with a re-entry).
    pub max_entries: Option<u16>,
    /// The most entries in one calendar day of the event's time zone.
    pub max_entries_per_day: Option<u16>,
}

impl EntryRule {
    /// One entry, no way back: what a concert ticket is unless said otherwise.
    pub const SINGLE: Self = Self {
        re_entry: ReEntry::None,
        max_entries: Some(1),
        max_entries_per_day: None,
    };
}

/// An event as a door knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub organizer: OrganizerId,
    /// Its title.
    pub name: String,
    /// Test or real.
    pub mode: EventMode,
    /// IANA time zone, such as `Europe/Paris`.
    pub time_zone: String,
    /// Doors open: earliest entry of tickets with window 0.
    pub doors_ms: UnixMillis,
    /// The performance begins.
    pub starts_ms: UnixMillis,
    /// The event ends: latest entry of tickets with window 0.
    pub ends_ms: UnixMillis,
    /// The whole event was called off.
    pub cancelled: bool,
    /// People allowed in at once, a safety rule; `None` = not known.
    pub capacity: Option<u32>,
    /// The rule for types without one of their own.
    pub entry_rule: EntryRule,
    /// Past this age of the roster an unknown ticket needs a supervisor; minutes.
    pub max_roster_age_minutes: Option<u32>,
    /// Strict mode: only the holder of a ticket's right of entry lets it in. See `crate::lease`.
    #[serde(default)]
    pub strict: bool,
}

/// A ticket type, without its counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTypeRow {
    /// Number within the event.
    pub no: TypeNo,
    /// "Plein tarif".
    pub name: String,
    /// Overrides the event's rule.
    pub entry_rule: Option<EntryRule>,
    /// Shown on green: "vérifier le justificatif".
    pub door_note: Option<String>,
}

/// Any of these half-open intervals admits, `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRow {
    /// Number within the event, 1-255.
    pub no: WindowNo,
    /// "Jour 2".
    pub name: String,
    /// The intervals.
    pub intervals: Vec<(UnixMillis, UnixMillis)>,
}

/// A gate, and whom it lets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRow {
    /// Number within the event, from 1.
    pub no: GateNo,
    /// "Porte A".
    pub name: String,
    /// Ticket types that may use it; empty = all.
    pub types: Vec<TypeNo>,
    /// Refuse tickets whose home gate is another (else: ask).
    pub strict_home: bool,
}

/// What the server says of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum TicketStatus {
    /// Good.
    Valid = 0,
    /// Taken back by the organizer, or replaced by another id.
    Revoked = 1,
    /// The money was given back.
    Refunded = 2,
    /// The order was cancelled.
    Cancelled = 3,
    /// Held back for now (fraud, dispute).
    Blocked = 4,
}

impl TicketStatus {
    /// From its number in the page and the databases.
    pub fn from_number(number: u8) -> Option<Self> {
        [
            Self::Valid,
            Self::Revoked,
            Self::Refunded,
            Self::Cancelled,
            Self::Blocked,
        ]
        .into_iter()
        .find(|status| *status as u8 == number)
    }
}

/// A ticket's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRow {
    /// The ticket.
    pub id: TicketId,
    /// Its type.
    pub type_no: TypeNo,
    /// Its entry window.
    pub window: WindowNo,
    /// The key that signed it.
    pub key: KeyId,
    /// What the server says of it.
    pub status: TicketStatus,
    /// The gate printed on it; 0 = any.
    pub home_gate: GateNo,
}

/// A ticket signing key, of this or another event of the organizer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its id.
    pub id: KeyId,
    /// The Ed25519 public key.
    pub public: [u8; 32],
    /// Whose tickets it signs.
    pub event: EventId,
    /// That event's title, so that "for another event" can name it.
    pub event_name: String,
    /// When that event starts.
    pub event_starts_ms: UnixMillis,
    /// The device whose leased tickets it signs; `None` = the event's own key.
    pub lessee: Option<DeviceId>,
    /// Nothing signed by it counts any more (for a leased key: but ids with an `issued` fact before that).
    pub revoked: bool,
}

/// What a device may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Entries and exits.
    pub scan: bool,
    /// Find a ticket by name or short code and admit by hand.
    pub search: bool,
    /// Sell.
    pub sell: bool,
    /// Overrides, annotations, switching gate.
    pub supervise: bool,
}

/// A device of the organizer: what others need to check and fold its facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// The device.
    pub id: DeviceId,
    /// "Porte A, tablette 2".
    pub name: String,
    /// Its Ed25519 key for facts and sessions.
    pub public: [u8; 32],
    /// What it may do.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// Present once it is revoked.
    pub revocation: Option<Revocation>,
}

/// Up to where a revoked device's journals count. Journals that it doesn't name are quarantined whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Server's time of the decision.
    pub at_ms: UnixMillis,
    /// For each journal the last (seq, hash) that counts.
    pub points: Vec<(JournalId, u64, [u8; 32])>,
}
