//! An evening: an organizer with a root key, an event, two gates, a device, and a folder for each.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey as RootKey;
use scanner_app::replica::identity::Identity;
use scanner_app::replica::roster::{Side, apply_page};
use scanner_app::replica::{Replica, signed};
use shared::fact::FactSigningKey;
use shared::ids::{DeviceId, EventId, GateNo, KeyId, OrganizerId, TicketId, TypeNo, WindowNo};
use shared::roster::signed::{DeviceList, KeySet, SignedKind, SignedObject};
use shared::roster::{
    DeviceRow, EntryRule, EventMode, EventRow, GateRow, KeyRow, Rights, TicketRow, TicketStatus,
    TicketTypeRow,
};
use shared::ticket::{Flags, Presented, SigningKey, TokenFields};
use shared::wire::v1::{Page, PageEntry};
use tempfile::TempDir;

pub(crate) const NOW: i64 = 1_795_000_000_000;
pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const KEY: KeyId = KeyId(11);
pub(crate) const OTHER_KEY: KeyId = KeyId(12);
pub(crate) const GATE_A: GateNo = GateNo(1);

/// Who signs, and for which event.
pub(crate) struct Venue {
    pub(crate) organizer: OrganizerId,
    pub(crate) event: EventId,
    pub(crate) root: RootKey,
    pub(crate) key: SigningKey,
    pub(crate) other_key: SigningKey,
    pub(crate) doors_ms: i64,
    /// What its devices may do.
    pub(crate) rights: Rights,
}

/// A device's folders. Dropping it removes them.
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) key: FactSigningKey,
    folder: TempDir,
}

impl Device {
    pub(crate) fn new(n: u8) -> Self {
        Self {
            id: DeviceId::from_bytes([n; 16]),
            key: FactSigningKey::from_seed(&[n; 32]),
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn open(&self) -> Replica {
        Replica::open(&self.data(), self.state()).expect("the replica opens")
    }
}

impl Venue {
    /// Doors opened an hour before `now_ms`, and close in six.
    pub(crate) fn at(now_ms: i64) -> Self {
        Self {
            organizer: OrganizerId::from_bytes([1; 16]),
            event: EventId::from_bytes([2; 16]),
            root: RootKey::from_bytes(&[3; 32]),
            key: SigningKey::from_seed(&[4; 32]),
            other_key: SigningKey::from_seed(&[5; 32]),
            doors_ms: now_ms - HOUR,
            rights: Rights {
                scan: true,
                ..Rights::default()
            },
        }
    }

    /// As the organizer enrolled it.
    pub(crate) fn identity(&self, device: &Device) -> Identity {
        Identity {
            device: device.id,
            organizer: self.organizer,
            organizer_name: "Le Transbordeur".into(),
            name: "Porte A, tablette".into(),
            rights: self.rights,
            events: vec![self.event],
            gate: GateNo(0),
            server: "https://billets.example.org".into(),
            root_key: self.root.verifying_key().to_bytes(),
        }
    }

    /// The device enrolled, its time measured, keys and devices known; no page of the roster yet.
    pub(crate) fn enrol(&self, device: &Device, now_ms: i64) -> Replica {
        let replica = device.open();
        replica
            .enrol(self.identity(device), &device.key)
            .expect("enrolled");
        replica
            .time_measured(now_ms, now_ms + 20, now_ms + 10)
            .expect("measured");
        Self::tell(&replica, self.keys(1, now_ms));
        Self::tell(&replica, self.devices(1, now_ms, &[device]));
        replica
    }

    pub(crate) fn tell(replica: &Replica, object: SignedObject) -> signed::Applied {
        replica
            .write(move |tx| signed::apply(tx, &object))
            .expect("a signed object is taken")
    }

    /// Enrolled, with these tickets and a caught-up feed.
    pub(crate) fn door(&self, device: &Device, now_ms: i64, tickets: &[u64]) -> Replica {
        let replica = self.enrol(device, now_ms);
        self.pull(&replica, self.page(now_ms, tickets));
        replica
    }

    pub(crate) fn pull(&self, replica: &Replica, page: Page) {
        let event = self.event;
        replica
            .write(move |tx| apply_page(tx, event, &page, Side::InUse, NOW))
            .expect("a page is applied");
    }

    /// Its devices may search, too.
    pub(crate) fn with_search(self) -> Self {
        let rights = Rights {
            search: true,
            ..self.rights
        };
        Self { rights, ..self }
    }

    /// Its devices may supervise, too.
    pub(crate) fn with_supervision(self) -> Self {
        let rights = Rights {
            supervise: true,
            ..self.rights
        };
        Self { rights, ..self }
    }

    pub(crate) fn keys(&self, version: u64, now_ms: i64) -> SignedObject {
        let row = |id, key: &SigningKey, event, name: &str| KeyRow {
            id,
            public: key.public().to_bytes(),
            event,
            event_name: name.into(),
            event_starts_ms: self.doors_ms + HOUR,
            lessee: None,
            revoked: false,
        };
        let other = EventId::from_bytes([9; 16]);
        let keys = vec![
            row(KEY, &self.key, self.event, "Nuit électrique"),
            row(OTHER_KEY, &self.other_key, other, "Autre soirée"),
        ];
        self.sign(SignedKind::KeySet, version, now_ms, &KeySet { keys })
    }

    pub(crate) fn device_row(&self, device: &Device) -> DeviceRow {
        DeviceRow {
            id: device.id,
            name: "Porte".into(),
            public: *device.key.public().as_bytes(),
            rights: self.rights,
            events: vec![self.event],
            revocation: None,
        }
    }

    pub(crate) fn devices(&self, version: u64, now_ms: i64, devices: &[&Device]) -> SignedObject {
        let list = DeviceList {
            devices: devices.iter().map(|d| self.device_row(d)).collect(),
            server: None,
            ..DeviceList::default()
        };
        self.sign(SignedKind::DeviceList, version, now_ms, &list)
    }

    pub(crate) fn sign<T: serde::Serialize>(
        &self,
        kind: SignedKind,
        version: u64,
        now_ms: i64,
        body: &T,
    ) -> SignedObject {
        SignedObject::sign(self.organizer, kind, version, now_ms, body, &self.root)
            .expect("it has a JSON form")
    }

    pub(crate) fn event_row(&self) -> EventRow {
        EventRow {
            id: self.event,
            organizer: self.organizer,
            name: "Nuit électrique".into(),
            mode: EventMode::Real,
            time_zone: "Europe/Paris".into(),
            doors_ms: self.doors_ms,
            starts_ms: self.doors_ms + HOUR,
            ends_ms: self.doors_ms + 7 * HOUR,
            cancelled: false,
            capacity: None,
            entry_rule: EntryRule::SINGLE,
            max_roster_age_minutes: None,
            strict: false,
        }
    }

    pub(crate) fn ticket_row(id: u64) -> TicketRow {
        TicketRow {
            id: TicketId(id),
            type_no: TypeNo(1),
            window: WindowNo(0),
            key: KEY,
            status: TicketStatus::Valid,
            home_gate: GateNo(0),
        }
    }

    /// The whole roster in one page.
    pub(crate) fn page(&self, now_ms: i64, tickets: &[u64]) -> Page {
        Page {
            epoch: 7,
            cursor: "c1".into(),
            has_more: false,
            head: 1,
            signed_version: 1,
            server_ms: now_ms,
            tickets: tickets.iter().map(|id| Self::ticket_row(*id)).collect(),
            barred: Vec::new(),
            entries: vec![
                PageEntry::Event(self.event_row()),
                PageEntry::TicketType(TicketTypeRow {
                    no: TypeNo(1),
                    name: "Plein tarif".into(),
                    entry_rule: None,
                    door_note: None,
                }),
                PageEntry::Gate(GateRow {
                    no: GATE_A,
                    name: "Porte A".into(),
                    types: Vec::new(),
                    strict_home: false,
                }),
            ],
            checksum: None,
        }
    }

    /// What a ticket's code says, signed by the key of this event.
    pub(crate) fn presented(&self, id: u64) -> Presented {
        Presented::plain(self.key.sign(Self::fields(id, KEY)))
    }

    pub(crate) fn fields(id: u64, key: KeyId) -> TokenFields {
        TokenFields {
            flags: Flags::NONE,
            key,
            type_no: TypeNo(1),
            window: WindowNo(0),
            ticket: TicketId(id),
        }
    }

    /// Its text.
    pub(crate) fn code(&self, id: u64) -> String {
        self.presented(id).to_string()
    }
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
