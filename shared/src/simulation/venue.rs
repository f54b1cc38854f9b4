//! One evening: an event, its gates, tickets and devices, with real keys.

use std::cell::RefCell;
use std::collections::HashMap;

use ed25519_dalek::SigningKey;

use crate::admission::Rules;
use crate::clock::UnixMillis;
use crate::fact::{Envelope, FactPublicKey, FactSigningKey, Header};
use crate::ids::{
    DeviceId, EventId, GateNo, JournalId, KeyId, OrganizerId, TicketId, TypeNo, WindowNo,
};
use crate::lease::LeaseList;
use crate::roster::signed::{DeviceList, SignedKind, SignedObject};
use crate::roster::{
    DeviceRow, EntryRule, EventMode, EventRow, GateRow, KeyRow, ReEntry, Revocation, Rights,
    TicketRow, TicketStatus, TicketTypeRow,
};

/// When it all begins.
pub(super) const BEGIN: UnixMillis = 1_795_888_800_000;
pub(super) const KEY: KeyId = KeyId(5);
/// One entry.
pub(super) const SINGLE: TypeNo = TypeNo(1);
/// In again after an exit.
pub(super) const PASS: TypeNo = TypeNo(2);
/// Sold at the tills from leased stock; one entry.
pub(super) const STOCK: TypeNo = TypeNo(3);

/// What never changes, and what many ask for.
pub(super) struct Venue {
    pub(super) event: EventRow,
    pub(super) types: Vec<TicketTypeRow>,
    pub(super) gates: Vec<GateRow>,
    pub(super) key: KeyRow,
    pub(super) root: SigningKey,
    keys: Vec<(DeviceId, FactSigningKey, FactPublicKey)>,
    /// Signatures that were checked, by the envelope's hash: the same check gives the same answer.
    checked: RefCell<HashMap<[u8; 32], bool>>,
}

impl Venue {
    pub(super) fn new(devices: u16, is_strict: bool) -> Self {
        let event = EventId::from_bytes([0xe0; 16]);
        let rule = |re_entry| EntryRule {
            re_entry,
            max_entries: None,
            max_entries_per_day: None,
        };
        let ticket_type = |no, name: &str, entry_rule| TicketTypeRow {
            no,
            name: name.into(),
            entry_rule: Some(entry_rule),
            door_note: None,
        };
        let gate = |no: u16| GateRow {
            no: GateNo(no),
            name: format!("Porte {no}"),
            types: Vec::new(),
            strict_home: false,
        };
        Self {
            event: EventRow {
                id: event,
                organizer: OrganizerId::from_bytes([0x09; 16]),
                name: "Nuit électrique".into(),
                mode: EventMode::Real,
                time_zone: "Europe/Paris".into(),
                doors_ms: BEGIN - 12 * 3_600_000,
                starts_ms: BEGIN,
                ends_ms: BEGIN + 12 * 3_600_000,
                cancelled: false,
                capacity: None,
                entry_rule: EntryRule::SINGLE,
                max_roster_age_minutes: None,
                strict: is_strict,
            },
            types: vec![
                ticket_type(SINGLE, "Plein tarif", EntryRule::SINGLE),
                ticket_type(PASS, "Pass", rule(ReEntry::AfterExit)),
                ticket_type(STOCK, "Guichet", EntryRule::SINGLE),
            ],
            gates: vec![gate(1), gate(2)],
            key: KeyRow {
                id: KEY,
                public: [1; 32],
                event,
                event_name: "Nuit électrique".into(),
                event_starts_ms: BEGIN,
                lessee: None,
                revoked: false,
            },
            root: SigningKey::from_bytes(&[7; 32]),
            keys: (0..=devices)
                .map(|n| {
                    let mut seed = [0x40; 32];
                    seed[..2].copy_from_slice(&n.to_be_bytes());
                    let key = FactSigningKey::from_seed(&seed);
                    let public = key.public();
                    (device_id(n), key, public)
                })
                .collect(),
            checked: RefCell::default(),
        }
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules::in_zone(
            jiff::tz::TimeZone::UTC,
            &self.event,
            &self.types,
            &[],
            &self.gates,
        )
    }

    pub(super) fn signing_key(&self, device: DeviceId) -> &FactSigningKey {
        let found = self.keys.iter().find(|(id, _, _)| *id == device);
        &found.expect("a device of the venue").1
    }

    /// Is this the author's signature?
    pub(super) fn is_signed(&self, header: &Header, bytes: &[u8]) -> bool {
        let Some((_, _, key)) = self.keys.iter().find(|(id, _, _)| *id == header.device) else {
            return false;
        };
        *self
            .checked
            .borrow_mut()
            .entry(header.hash)
            .or_insert_with(|| header.verify(bytes, key).is_ok())
    }

    /// The device list with these revocations.
    pub(super) fn device_list(
        &self,
        devices: u16,
        revoked: &HashMap<DeviceId, Revocation>,
    ) -> DeviceList {
        let rows = (0..=devices).map(|n| {
            let id = device_id(n);
            DeviceRow {
                id,
                name: format!("Appareil {n}"),
                public: *self.signing_key(id).public().as_bytes(),
                rights: Rights {
                    scan: true,
                    search: true,
                    sell: true,
                    supervise: true,
                },
                events: vec![self.event.id],
                revocation: revoked.get(&id).cloned(),
            }
        });
        DeviceList {
            devices: rows.collect(),
            server: Some(SERVER),
            peer_authority: None,
        }
    }

    pub(super) fn sign_devices(&self, list: &DeviceList, version: u64) -> SignedObject {
        self.sign(SignedKind::DeviceList, version, list)
    }

    pub(super) fn sign_leases(&self, list: &LeaseList, version: u64) -> SignedObject {
        self.sign(SignedKind::Leases, version, list)
    }

    fn sign<T: serde::Serialize>(&self, kind: SignedKind, version: u64, body: &T) -> SignedObject {
        let organizer = self.event.organizer;
        SignedObject::sign(organizer, kind, version, BEGIN, body, &self.root).expect("JSON")
    }
}

pub(super) const SERVER: DeviceId = DeviceId(uuid::Uuid::from_u128(
    0x5e00_0000_0000_0000_0000_0000_0000_0000,
));

/// 0 is the server.
pub(super) fn device_id(n: u16) -> DeviceId {
    if n == 0 {
        return SERVER;
    }
    let mut bytes = [0xd0; 16];
    bytes[14..].copy_from_slice(&n.to_be_bytes());
    DeviceId::from_bytes(bytes)
}

/// Devices stand at two gates, in turn.
pub(super) fn gate_of(device: u16) -> GateNo {
    GateNo(1 + device % 2)
}

pub(super) fn ticket_row(n: u64) -> TicketRow {
    TicketRow {
        id: TicketId(n),
        type_no: if is_single(TicketId(n)) { SINGLE } else { PASS },
        window: WindowNo(0),
        key: KEY,
        status: TicketStatus::Valid,
        home_gate: GateNo(1 + (n % 2) as u16),
    }
}

/// May it go in only once?
pub(super) fn is_single(ticket: TicketId) -> bool {
    !ticket.0.is_multiple_of(3)
}

/// An envelope that was received, checked.
pub(super) fn read(venue: &Venue, bytes: &[u8]) -> Option<(Header, Option<Envelope>)> {
    let read = match Envelope::decode(bytes) {
        Ok(envelope) => (envelope.header(), Some(envelope)),
        Err(crate::fact::EnvelopeError::NewerVersion { .. }) => (Header::peek(bytes).ok()?, None),
        Err(_) => return None,
    };
    venue.is_signed(&read.0, bytes).then_some(read)
}

pub(super) fn journal_id(node: u16, n: u16) -> JournalId {
    let mut bytes = [0x10; 16];
    bytes[12..14].copy_from_slice(&node.to_be_bytes());
    bytes[14..].copy_from_slice(&n.to_be_bytes());
    JournalId::from_bytes(bytes)
}
