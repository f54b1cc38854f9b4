//! Fifty doors' exchanges in one process, over real sockets; in front of each a relay with a delay. No server: the bench
//! is the organizer.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SignatureAlgorithm,
    date_time_ymd,
};
use scanner_app::door::{Author, NewFact, Written, write_fact};
use scanner_app::edge::{OsRandom, SystemClock};
use scanner_app::peers::{Lan, LanConfig, LanLink};
use scanner_app::replica::identity::Identity;
use scanner_app::replica::peer_key::{self, Certificate};
use scanner_app::replica::peers::{Source, put_address};
use scanner_app::replica::signed::{self, ApplySignedError};
use scanner_app::replica::{Replica, ReplicaError, StoredFact};
use shared::fact::{EntryMarks, FactBody, FactSigningKey};
use shared::ids::{
    DeviceId, EventId, GateNo, JournalId, KeyId, OrganizerId, TicketId, TypeNo, WindowNo,
};
use shared::roster::signed::{DeviceList, SignedKind, SignedObject};
use shared::roster::{DeviceRow, Rights};
use shared::sync::peer_name::{ANY_DEVICE, name_of};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::super::cpu::load_average;
use super::super::figures::{Sheet, percentile};
use super::super::relay::{Line, Relay};
use super::super::stage::fresh_folder;
use super::LINK;
use crate::organizer::now_ms;

const DOORS: u8 = 50;
const ENTRIES: u8 = 60;
/// Between two entries: three a second in the whole building.
const PAUSE: Duration = Duration::from_millis(333);
/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_mins(2);
const DAY_MS: i64 = 24 * 3_600_000;

pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let authority = Authority::new()?;
    let list = device_list(&authority)?;
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let mut doors = Vec::new();
    for n in 1..=DOORS {
        let door = Door::open(folder.path(), n, &authority, &list, arrived.clone()).await?;
        doors.push(door);
    }
    acquaint(&doors).await?;
    let load = load_average();
    let mut written = HashMap::new();
    for n in 0..ENTRIES {
        let author = usize::from(n) % doors.len();
        let fact = doors[author].enter(n)?;
        written.insert((fact.journal, fact.seq), (author, Instant::now()));
        tokio::time::sleep(PAUSE).await;
    }
    let expected = usize::from(ENTRIES) * (doors.len() - 1);
    let mut effects = Vec::new();
    let deadline = tokio::time::Instant::now() + LONGEST;
    while effects.len() < expected {
        let arrival = tokio::time::timeout_at(deadline, arrivals.recv()).await;
        let arrival: Arrival = arrival
            .with_context(|| format!("{} of {expected} arrived", effects.len()))?
            .context("every door ended")?;
        // Openings of journals are no entries; and the author's own disk is where it begins.
        let of = written.get(&arrival.place);
        if let Some((_, at)) = of.filter(|(author, _)| *author != arrival.door) {
            effects.push(arrival.at.saturating_duration_since(*at).as_secs_f64() * 1e3);
        }
    }
    sheet.note(&format!(
        "{DOORS} doors, {LINK:?} links, load average before: {load:.1}"
    ));
    let n = effects.len() as u64;
    sheet.put(
        "lan50.effect_ms.p50",
        percentile(&mut effects, 0.5),
        "ms",
        n,
    );
    sheet.put(
        "lan50.effect_ms.p95",
        percentile(&mut effects, 0.95),
        "ms",
        n,
    );
    sheet.put(
        "lan50.effect_ms.p99",
        percentile(&mut effects, 0.99),
        "ms",
        n,
    );
    Ok(())
}

/// A fact came on a door's disk.
struct Arrival {
    door: usize,
    place: (JournalId, u64),
    at: Instant,
}

struct Door {
    id: DeviceId,
    author: Author,
    replica: Replica,
    link: LanLink,
    /// Where the others reach it.
    address: SocketAddr,
    running: tokio::task::JoinHandle<()>,
    _relay: Relay,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn event() -> EventId {
    EventId::from_bytes([2; 16])
}

fn organizer() -> OrganizerId {
    OrganizerId::from_bytes([1; 16])
}

fn root_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[5; 32])
}

fn device(n: u8) -> (DeviceId, FactSigningKey) {
    (
        DeviceId::from_bytes([n; 16]),
        FactSigningKey::from_seed(&[n; 32]),
    )
}

fn rights() -> Rights {
    Rights {
        scan: true,
        ..Rights::default()
    }
}

fn device_list(authority: &Authority) -> anyhow::Result<SignedObject> {
    let devices = (1..=DOORS).map(|n| {
        let (id, key) = device(n);
        DeviceRow {
            id,
            name: format!("Porte {n}"),
            public: *key.public().as_bytes(),
            rights: rights(),
            events: vec![event()],
            revocation: None,
        }
    });
    let list = DeviceList {
        devices: devices.collect(),
        server: None,
        peer_authority: Some(authority.der.clone()),
    };
    let kind = SignedKind::DeviceList;
    Ok(SignedObject::sign(
        organizer(),
        kind,
        1,
        now_ms(),
        &list,
        &root_key(),
    )?)
}

impl Door {
    async fn open(
        folder: &Path,
        n: u8,
        authority: &Authority,
        list: &SignedObject,
        arrived: mpsc::UnboundedSender<Arrival>,
    ) -> anyhow::Result<Self> {
        let (id, key) = device(n);
        let (data, state) = (
            folder.join(format!("{n}")),
            folder.join(format!("{n}-state")),
        );
        let replica = Replica::open(&data, &state).context("opening a replica")?;
        let identity = Identity {
            device: id,
            organizer: organizer(),
            organizer_name: "Les Nuits de Loire".into(),
            name: format!("Porte {n}"),
            rights: rights(),
            events: vec![event()],
            gate: GateNo(0),
            server: "https://billets.example.org".into(),
            root_key: root_key().verifying_key().to_bytes(),
        };
        replica.enrol(identity, &key).context("enrolling")?;
        let now = now_ms();
        replica.time_measured(now, now, now)?;
        let list = list.clone();
        replica
            .write_async(move |tx| signed::apply(tx, &list))
            .await
            .map_err(|error: ApplySignedError| anyhow::Error::from(error))?;
        let certificate = Certificate {
            der: authority.sign(id, &replica.peer_key().await?.public)?,
            issued_ms: now,
        };
        replica
            .write_async(move |tx| peer_key::put_certificate(tx, &certificate))
            .await
            .map_err(|error: ReplicaError| anyhow::Error::from(error))?;
        let config = LanConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            announces: false,
            data_dir: data,
        };
        let (lan, link) =
            Lan::start(&replica, config, Arc::new(SystemClock), Box::new(OsRandom)).await?;
        let front = TcpListener::bind("127.0.0.1:0").await?;
        let address = front.local_addr()?;
        let line = Line {
            delay: LINK,
            ..Line::default()
        };
        let relay = Relay::with(front, lan.bound().port(), line);
        tokio::spawn(tell_arrivals(
            replica.facts_stored(),
            usize::from(n) - 1,
            arrived,
        ));
        Ok(Self {
            id,
            author: Author { device: id, key },
            replica,
            link,
            address,
            running: tokio::spawn(lan.run(|_| {})),
            _relay: relay,
        })
    }

    /// Writes an entry, as a scan does.
    fn enter(&self, n: u8) -> anyhow::Result<Written> {
        let author = self.author.clone();
        let body = FactBody::Entry {
            ticket: TicketId(u64::from(n) + 1),
            type_no: TypeNo(1),
            window: WindowNo(0),
            key: KeyId(7),
            gate: GateNo(1),
            marks: EntryMarks::default(),
        };
        let fact = NewFact {
            body,
            seen: Vec::new(),
        };
        let now = now_ms();
        Ok(self
            .replica
            .write(move |tx| write_fact(tx, &author, event(), GateNo(1), fact, now))?)
    }
}

async fn tell_arrivals(
    mut stored: mpsc::UnboundedReceiver<Vec<StoredFact>>,
    door: usize,
    arrived: mpsc::UnboundedSender<Arrival>,
) {
    while let Some(facts) = stored.recv().await {
        let at = Instant::now();
        for fact in facts {
            let place = (fact.place.journal, fact.place.seq);
            // The bench has ended.
            let _ = arrived.send(Arrival { door, place, at });
        }
    }
}

/// Tells everybody of everybody, and waits until each door reaches all others.
async fn acquaint(doors: &[Door]) -> anyhow::Result<()> {
    for here in doors {
        let others: Vec<(DeviceId, SocketAddr)> = doors
            .iter()
            .filter(|there| there.id != here.id)
            .map(|there| (there.id, there.address))
            .collect();
        here.replica
            .write_async(move |tx| {
                others.iter().try_for_each(|(device, address)| {
                    put_address(tx, *address, Some(*device), Source::Server, now_ms())
                })
            })
            .await
            .map_err(|error: ReplicaError| anyhow::Error::from(error))?;
    }
    let began = Instant::now();
    for door in doors {
        let mut reachable = door.link.reachable.clone();
        let all = reachable.wait_for(|count| *count == doors.len() - 1);
        let left = LONGEST.saturating_sub(began.elapsed());
        let found = tokio::time::timeout(left, all).await;
        ensure!(
            found.is_ok(),
            "a door did not find all others within {LONGEST:?}"
        );
    }
    Ok(())
}

/// As the organizer's server signs certificates.
struct Authority {
    key: KeyPair,
    params: CertificateParams,
    der: Vec<u8>,
}

struct Point<'a>(&'a [u8]);

impl PublicKeyData for Point<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl Authority {
    fn new() -> anyhow::Result<Self> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        good_now(&mut params);
        let der = params.self_signed(&key)?.der().to_vec();
        Ok(Self { key, params, der })
    }

    fn sign(&self, device: DeviceId, point: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut params = CertificateParams::default();
        for name in [name_of(device), ANY_DEVICE.to_owned()] {
            params
                .subject_alt_names
                .push(SanType::DnsName(name.try_into()?));
        }
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        good_now(&mut params);
        let issuer = Issuer::from_params(&self.params, &self.key);
        Ok(params.signed_by(&Point(point), &issuer)?.der().to_vec())
    }
}

fn good_now(params: &mut CertificateParams) {
    let at = |ms: i64| date_time_ymd(1970, 1, 1) + Duration::from_millis(ms.cast_unsigned());
    params.not_before = at(now_ms() - DAY_MS);
    params.not_after = at(now_ms() + DAY_MS);
}
