//! A replica with many tickets, filled as the sync engine fills it: page after page, each through its wire form.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scanner_app::replica::Replica;
use scanner_app::replica::identity::Identity;
use scanner_app::replica::roster::{ApplyPageError, Side, apply_page};
use scanner_app::replica::signed::{self, ApplySignedError};
use shared::clock::UnixMillis;
use shared::fact::FactSigningKey;
use shared::ids::{DeviceId, EventId, GateNo, KeyId, OrganizerId, TicketId, TypeNo, WindowNo};
use shared::roster::signed::{DeviceList, KeySet, SignedKind, SignedObject};
use shared::roster::{
    DeviceRow, EntryRule, EventMode, EventRow, GateRow, KeyRow, Rights, TicketRow, TicketStatus,
    TicketTypeRow,
};
use shared::ticket::{Flags, Presented, SigningKey, TokenFields};
use shared::wire::latest::{Page, PageEntry};

/// Tickets in the replica of `door.*`.
pub const TICKETS: u32 = 1_000_000;
/// As many as the server puts into one page at most.
const PAGE: u32 = 50_000;
const HOUR_MS: i64 = 3_600_000;
/// Tickets are drawn from it, so that parent and child know the same ones.
const SEED: u64 = 20_261_122;
/// The event's key for tickets.
const KEY: KeyId = KeyId(7);

/// Where a replica is.
pub struct Folders {
    /// The replica.
    pub data: PathBuf,
    /// What is kept outside of it.
    pub state: PathBuf,
}

impl Folders {
    /// Below `folder`.
    pub fn below(folder: &Path) -> Self {
        Self {
            data: folder.join("door"),
            state: folder.join("state"),
        }
    }

    /// Opens the replica.
    pub fn open(&self) -> anyhow::Result<Replica> {
        Replica::open(&self.data, &self.state).context("opening the replica")
    }
}

/// The event of the measure.
pub fn event() -> EventId {
    EventId::from_bytes([2; 16])
}

fn organizer() -> OrganizerId {
    OrganizerId::from_bytes([1; 16])
}

fn device() -> (DeviceId, FactSigningKey) {
    (
        DeviceId::from_bytes([3; 16]),
        FactSigningKey::from_seed(&[4; 32]),
    )
}

fn root_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[5; 32])
}

fn ticket_key() -> SigningKey {
    SigningKey::from_seed(&[6; 32])
}

/// The ids of the first so many tickets, in the order in which they were issued.
pub fn tickets(count: u32) -> impl Iterator<Item = TicketId> {
    let mut random = StdRng::seed_from_u64(SEED);
    (0..count).map(move |_| TicketId(random.random_range(1..1u64 << 63)))
}

/// What a phone shows for one of them, as text.
pub fn shown(ticket: TicketId) -> String {
    presented(ticket).to_string()
}

/// What a phone shows for one of them.
pub fn presented(ticket: TicketId) -> Presented {
    let token = ticket_key().sign(TokenFields {
        flags: Flags::NONE,
        key: KEY,
        type_no: TypeNo(1),
        window: WindowNo(0),
        ticket,
    });
    Presented::plain(token)
}

/// Makes the replica: enrolled, keys and devices known, the roster caught up.
pub fn fill(folders: &Folders, count: u32, now_ms: UnixMillis) -> anyhow::Result<()> {
    let replica = folders.open()?;
    enrol(&replica, rights(), now_ms)?;
    let ids: Vec<_> = tickets(count).collect();
    let pages = ids.chunks(PAGE as usize);
    let last = pages.len() - 1;
    for (n, ids) in pages.enumerate() {
        let mut page = page(ids, now_ms, n as u64);
        page.has_more = n < last;
        if n == 0 {
            page.entries = rules(now_ms);
        }
        let page = Page::decode(&page.encode()).context("reading our own page")?;
        replica
            .write(move |tx| apply_page(tx, event(), &page, Side::InUse, now_ms))
            .map_err(|error: ApplyPageError| anyhow::Error::from(error))
            .context("applying a page")?;
    }
    Ok(())
}

/// Makes the device one of the organizer's, with these rights.
pub fn enrol(replica: &Replica, rights: Rights, now_ms: UnixMillis) -> anyhow::Result<()> {
    let (device, key) = device();
    let identity = Identity {
        device,
        organizer: organizer(),
        organizer_name: "Les Nuits de Loire".into(),
        name: "Porte A".into(),
        rights,
        events: vec![event()],
        gate: GateNo(1),
        server: "https://billets.example.org".into(),
        root_key: root_key().verifying_key().to_bytes(),
    };
    replica.enrol(identity, &key).context("enrolling")?;
    replica.time_measured(now_ms, now_ms, now_ms)?;
    let keys = KeySet {
        keys: vec![KeyRow {
            id: KEY,
            public: ticket_key().public().to_bytes(),
            event: event(),
            event_name: "Nuit électro".into(),
            event_starts_ms: now_ms,
            lessee: None,
            revoked: false,
        }],
    };
    let devices = DeviceList {
        devices: vec![DeviceRow {
            id: device,
            name: "Porte A".into(),
            public: *key.public().as_bytes(),
            rights,
            events: vec![event()],
            revocation: None,
        }],
        server: None,
        ..DeviceList::default()
    };
    tell(replica, SignedKind::KeySet, &keys, now_ms)?;
    tell(replica, SignedKind::DeviceList, &devices, now_ms)
}

fn rights() -> Rights {
    Rights {
        scan: true,
        ..Rights::default()
    }
}

fn tell(
    replica: &Replica,
    kind: SignedKind,
    body: &impl serde::Serialize,
    now_ms: UnixMillis,
) -> anyhow::Result<()> {
    let object = SignedObject::sign(organizer(), kind, 1, now_ms, body, &root_key())?;
    replica
        .write(move |tx| signed::apply(tx, &object))
        .map_err(|error: ApplySignedError| anyhow::Error::from(error))
        .context("taking a signed object")?;
    Ok(())
}

/// A page of the roster, all that the server has so far.
pub fn page(ids: &[TicketId], now_ms: UnixMillis, n: u64) -> Page {
    Page {
        epoch: 1,
        cursor: format!("page-{n}"),
        has_more: false,
        head: n + 1,
        signed_version: 1,
        server_ms: now_ms,
        tickets: ids.iter().map(|&id| row(id)).collect(),
        barred: Vec::new(),
        entries: Vec::new(),
        checksum: None,
    }
}

fn row(id: TicketId) -> TicketRow {
    TicketRow {
        id,
        type_no: TypeNo(1),
        window: WindowNo(0),
        key: KEY,
        status: TicketStatus::Valid,
        home_gate: GateNo(0),
    }
}

/// The event's rules.
pub fn rules(now_ms: UnixMillis) -> Vec<PageEntry> {
    vec![
        PageEntry::Event(EventRow {
            id: event(),
            organizer: organizer(),
            name: "Nuit électro".into(),
            mode: EventMode::Real,
            time_zone: "Europe/Paris".into(),
            doors_ms: now_ms - HOUR_MS,
            starts_ms: now_ms,
            ends_ms: now_ms + 12 * HOUR_MS,
            cancelled: false,
            capacity: None,
            entry_rule: EntryRule::SINGLE,
            max_roster_age_minutes: None,
            strict: false,
        }),
        PageEntry::TicketType(TicketTypeRow {
            no: TypeNo(1),
            name: "Plein tarif".into(),
            entry_rule: None,
            door_note: None,
        }),
        PageEntry::Gate(GateRow {
            no: GateNo(1),
            name: "Porte A".into(),
            types: Vec::new(),
            strict_home: false,
        }),
    ]
}
