//! A building: an organizer's authority, and doors that run the exchange on loopback.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SignatureAlgorithm,
    date_time_ymd,
};
use scanner_app::door::{AtGate, Door, Sight};
use scanner_app::edge::{OsRandom, SystemClock};
use scanner_app::peers::{Lan, LanConfig, LanNews, RightLine, right_line};
use scanner_app::replica::peer_key::{self, Certificate};
use scanner_app::replica::peers::{Source, put_address};
use scanner_app::replica::{Replica, ReplicaError, facts, held, signed};
use shared::admission::{Decision, Direction};
use shared::clock::Clock;
use shared::ids::{DeviceId, TicketId};
use shared::roster::Revocation;
use shared::roster::signed::{DeviceList, SignedKind, SignedObject};
use shared::sync::peer_name::{ANY_DEVICE, name_of};

use crate::run::now;
use crate::venue::{Device, Venue};

const DAY_MS: i64 = 24 * 3_600_000;
/// Nothing here takes longer, on however busy a machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// Signs certificates, as the organizer's server does.
pub(crate) struct Authority {
    key: KeyPair,
    params: CertificateParams,
    pub(crate) der: Vec<u8>,
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
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        valid(&mut params, now() - DAY_MS, now() + 1_000 * DAY_MS);
        let der = params.self_signed(&key).expect("signed").der().to_vec();
        Self { key, params, der }
    }

    pub(crate) fn sign(&self, device: DeviceId, point: &[u8], from_ms: i64, to_ms: i64) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.subject_alt_names = [name_of(device), ANY_DEVICE.to_owned()]
            .into_iter()
            .map(|name| SanType::DnsName(name.try_into().expect("a name")))
            .collect();
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        valid(&mut params, from_ms, to_ms);
        let issuer = Issuer::from_params(&self.params, &self.key);
        let signed = params.signed_by(&Point(point), &issuer).expect("signed");
        signed.der().to_vec()
    }
}

fn valid(params: &mut CertificateParams, from_ms: i64, to_ms: i64) {
    let at = |ms: i64| date_time_ymd(1970, 1, 1) + Duration::from_millis(ms as u64);
    (params.not_before, params.not_after) = (at(from_ms), at(to_ms));
}

/// A door that runs the exchange. Dropping it ends it.
pub(crate) struct Member {
    pub(crate) device: Device,
    pub(crate) replica: Replica,
    pub(crate) door: Door,
    pub(crate) address: SocketAddr,
    pub(crate) news: Arc<Mutex<Vec<LanNews>>>,
    /// How it asks others.
    pub(crate) line: RightLine,
    running: tokio::task::JoinHandle<()>,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.running.abort();
    }
}

pub(crate) struct Building {
    pub(crate) venue: Venue,
    pub(crate) authority: Authority,
    pub(crate) members: Vec<Member>,
    /// Devices of the list that are not here.
    pub(crate) others: Vec<Device>,
    runtime: tokio::runtime::Runtime,
}

impl Building {
    /// So many doors at work with tickets 1 to 50, and one more device in the list; nobody knows where the others are.
    pub(crate) fn with(doors: u8) -> Self {
        Self::of(Venue::at(now()), doors)
    }

    /// The same of a venue.
    pub(crate) fn of(venue: Venue, doors: u8) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let mut building = Self {
            venue,
            authority: Authority::new("building"),
            members: Vec::new(),
            others: vec![Device::new(99)],
            runtime,
        };
        let devices: Vec<Device> = (1..=doors).map(Device::new).collect();
        let everybody: Vec<&Device> = devices.iter().chain(&building.others).collect();
        let list = building.list(2, &everybody, &[]);
        for device in devices {
            let member = building.open(device, &list, Arc::new(SystemClock));
            building.members.push(member);
        }
        for member in &building.members {
            let caller = building.caller(member);
            wait_until("it takes calls", || {
                let (answer, _) = building.block_on(caller.get("/hello"));
                if answer.status() == 200 {
                    Ok(())
                } else {
                    Err(answer)
                }
            });
        }
        building
    }

    pub(crate) fn list(
        &self,
        version: u64,
        devices: &[&Device],
        revoked: &[DeviceId],
    ) -> SignedObject {
        let rows = devices.iter().map(|device| {
            let mut row = self.venue.device_row(device);
            row.revocation = revoked.contains(&device.id).then(|| Revocation {
                at_ms: now(),
                points: Vec::new(),
            });
            row
        });
        let list = DeviceList {
            devices: rows.collect(),
            server: None,
            peer_authority: Some(self.authority.der.clone()),
        };
        self.venue
            .sign(SignedKind::DeviceList, version, now(), &list)
    }

    pub(crate) fn everybody(&self) -> Vec<&Device> {
        let here = self.members.iter().map(|member| &member.device);
        here.chain(&self.others).collect()
    }

    /// A door whose wall clock is `clock`.
    pub(crate) fn open(
        &self,
        device: Device,
        list: &SignedObject,
        clock: Arc<dyn Clock>,
    ) -> Member {
        let replica = self.prepare(&device, list, &*clock);
        self.run(device, replica, clock)
    }

    /// What a door needs before it calls others.
    pub(crate) fn prepare(
        &self,
        device: &Device,
        list: &SignedObject,
        clock: &dyn Clock,
    ) -> Replica {
        let tickets: Vec<u64> = (1..=50).collect();
        let replica = self.venue.door(device, now(), &tickets);
        let wall_ms = clock.now_ms();
        replica
            .time_measured(wall_ms, wall_ms, now())
            .expect("measured");
        Venue::tell(&replica, list.clone());
        let key = self.runtime.block_on(replica.peer_key()).expect("a key");
        let (from_ms, to_ms) = (now() - 7 * DAY_MS, now() + 90 * DAY_MS);
        let certificate = Certificate {
            der: self.authority.sign(device.id, &key.public, from_ms, to_ms),
            issued_ms: now(),
        };
        replica
            .write(move |tx| peer_key::put_certificate(tx, &certificate))
            .expect("kept");
        replica
    }

    pub(crate) fn run(&self, device: Device, replica: Replica, clock: Arc<dyn Clock>) -> Member {
        let config = LanConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            announces: false,
            data_dir: device.data(),
        };
        let started = Lan::start(&replica, config, clock, Box::new(OsRandom));
        let (lan, link) = self.runtime.block_on(started).expect("it listens");
        let (line, calls) = right_line();
        let lan = lan.with_rights(calls);
        let address = lan.bound();
        let news = Arc::<Mutex<Vec<LanNews>>>::default();
        let told = Arc::clone(&news);
        let running = self.runtime.spawn(async move {
            // Whoever drops the link tells the exchange nothing.
            let _link = link;
            lan.run(|said| told.lock().expect("unpoisoned").push(said))
                .await;
        });
        let door = Door::open(
            &replica,
            self.venue.event,
            &AtGate::AsEnrolled,
            Direction::In,
        );
        Member {
            door: door
                .expect("it may scan here")
                .with_holders(Box::new(line.clone())),
            line,
            device,
            replica,
            address,
            news,
            running,
        }
    }

    /// Tells one door where another may be reached.
    pub(crate) fn introduce(&self, here: usize, there: usize) {
        let other = &self.members[there];
        tell_address(&self.members[here].replica, other.device.id, other.address);
    }

    /// Everybody knows where everybody is, and they have found each other.
    pub(crate) fn acquaint(&self) {
        let all = self.members.len();
        for here in 0..all {
            for there in (0..all).filter(|there| *there != here) {
                self.introduce(here, there);
            }
        }
        for member in &self.members {
            member.wait_for_peers(all - 1);
        }
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

pub(crate) fn tell_address(replica: &Replica, device: DeviceId, address: SocketAddr) {
    replica
        .write(move |tx| put_address(tx, address, Some(device), Source::Server, now()))
        .expect("kept");
}

/// Waits for a condition; with a limit, and what was last seen.
pub(crate) fn wait_until<T: std::fmt::Debug>(
    what: &str,
    mut see: impl FnMut() -> Result<(), T>,
) -> Duration {
    let began = Instant::now();
    loop {
        match see() {
            Ok(()) => return began.elapsed(),
            Err(seen) => assert!(began.elapsed() < LIMIT, "{what}: last seen {seen:?}"),
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

impl Member {
    pub(crate) fn wait_for_peers(&self, count: usize) {
        wait_until("peers that answer", || {
            let news = self.news.lock().expect("unpoisoned");
            let last = news.iter().rev().find_map(|said| match said {
                LanNews::Reachable(peers) => Some(*peers),
                LanNews::Report(_) => None,
            });
            if last == Some(count) {
                Ok(())
            } else {
                Err(news.clone())
            }
        });
    }

    /// Shows a ticket: whether it was admitted.
    pub(crate) fn admits(&self, venue: &Venue, ticket: u64) -> bool {
        let verdict = self.door.scan(&venue.code(ticket), Sight::Still, now());
        let verdict = verdict.expect("a verdict");
        matches!(
            verdict.outcome,
            scanner_app::door::Outcome::Decided {
                decision: Decision::Admit(_),
                ..
            }
        )
    }

    /// What would be decided.
    pub(crate) fn would_say(&self, venue: &Venue, ticket: u64) -> Decision {
        let judged = self.door.judge(&venue.code(ticket), now());
        judged.expect("judged").expect("a ticket").decision
    }

    pub(crate) fn wait_until_refused(&self, venue: &Venue, ticket: u64) -> Duration {
        wait_until("the entry is known here", || {
            match self.would_say(venue, ticket) {
                Decision::Refuse(_) => Ok(()),
                other => Err(other),
            }
        })
    }

    /// How many facts of a ticket are here.
    pub(crate) fn facts_of(&self, venue: &Venue, ticket: u64) -> usize {
        let event = venue.event;
        let found = self.replica.read(move |tx| {
            let Some(no) = scanner_app::replica::events::number(tx, event)? else {
                return Ok::<_, ReplicaError>(0);
            };
            Ok(facts::of_ticket(tx, no, TicketId(ticket))?.len())
        });
        found.expect("read")
    }

    /// How far a journal is held here.
    pub(crate) fn held(&self, journal: shared::ids::JournalId) -> Option<held::HeldJournal> {
        self.replica
            .read(move |tx| held::get(tx, journal))
            .expect("read")
    }

    pub(crate) fn version(&self, kind: SignedKind) -> u64 {
        let object = self.replica.read(move |tx| signed::get(tx, kind));
        object.expect("read").map_or(0, |object| object.version)
    }

    pub(crate) fn reports(&self) -> Vec<shared::sync::gossip::effect::Report> {
        let news = self.news.lock().expect("unpoisoned");
        let reports = news.iter().filter_map(|said| match said {
            LanNews::Report(report) => Some(report.clone()),
            LanNews::Reachable(_) => None,
        });
        reports.collect()
    }
}
