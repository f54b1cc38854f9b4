//! How a door stands, for the window and for `door status`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::Serialize;
use shared::clock::{Clock as _, DeviceTime, UnixMillis};
use shared::ids::{DeviceId, EventId, JournalId};
use thiserror::Error;

use crate::door::{DoorAlert, ScanError, Share, open_alerts, share};
use crate::edge::SystemClock;
use crate::replica::events::EventNo;
use crate::replica::journals::OwnJournal;
use crate::replica::roster::Side;
use crate::replica::{
    OpenReplicaError, REPLICA_FILE, ReplicaError, carried, clock, events, facts, identity,
    journals, open_to_look, parked, peers, roster, sign_off, signed, sync_state, tickets,
};

/// What a person wants to know of a door before it opens. Serialises to what `ui/src/door.ts`
/// declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoorStatus {
    /// The door's data folder.
    pub data_dir: PathBuf,
    /// Nothing until the device is enrolled, which is when its replica is made.
    pub enrolled: Option<EnrolledDoor>,
}

/// Figures of an enrolled door; `None` stands for "not known yet".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct EnrolledDoor {
    /// What the organizer calls it.
    pub name: Option<String>,
    /// When it signed off: it lets nobody in and hands in its journals.
    pub signed_off_ms: Option<UnixMillis>,
    /// Where the sync engine stood when it last wrote.
    pub sync: Option<SyncPhase>,
    /// Seconds since nothing was missing from the roster last; of several events, the oldest.
    pub roster_age_s: Option<u64>,
    /// Facts in this device's journals that the server has not acknowledged.
    pub unsent_facts: Option<u64>,
    /// Events whose roster this device holds.
    pub events_known: Option<u64>,
    /// Each of them.
    pub events: Vec<EventStatus>,
    /// The journals that this device wrote.
    pub journals: Vec<JournalStatus>,
    /// What is to be looked at of tickets that this door let in or out.
    pub alerts: Vec<DoorAlert>,
    /// Received facts that can't be used (yet).
    pub parked_facts: u64,
    /// Facts of other doors that this one hands in if they don't.
    pub carried_facts: u64,
    /// Seconds since the oldest fact that is not known to be on the server; `None` = all are.
    pub oldest_unsynced_s: Option<u64>,
    /// The other doors that this one has heard of.
    pub peers: Vec<PeerStatus>,
    /// Server time minus this device's clock.
    pub clock_offset_ms: Option<i64>,
    /// At most this wrong.
    pub clock_error_ms: Option<u32>,
}

/// An event that this device knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventStatus {
    /// Its id, as `door scan --event` takes it.
    pub id: EventId,
    /// Its title.
    pub name: Option<String>,
    /// Ticket rows here.
    pub tickets: u64,
    /// Nothing was missing after the last page.
    pub caught_up: bool,
    /// Seconds since nothing was missing last.
    pub roster_age_s: Option<u64>,
    /// Its gates.
    pub gates: Vec<String>,
    /// In strict mode: what this door holds of its tickets.
    pub strict: Option<Share>,
}

/// A journal that this device wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalStatus {
    /// Its id.
    pub id: JournalId,
    /// How many facts are known of it.
    pub facts: u64,
    /// Up to where the server has it.
    pub acked_through: u64,
    /// `first`, or what was noticed before it: `copied`, `rolled_back`, `forked`.
    pub cause: &'static str,
    /// Why nothing more is written to it.
    pub closed: Option<&'static str>,
}

/// Another door of the building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeerStatus {
    /// Which device.
    pub device: DeviceId,
    /// What the organizer calls it.
    pub name: Option<String>,
    /// It answered when it was called last.
    pub reachable: bool,
    /// Seconds since it last answered or called.
    pub seen_s: Option<u64>,
}

/// The sync engine's state, as a person is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// The first pages are arriving.
    Bootstrapping,
    /// The replica is behind the server's head.
    CatchingUp,
    /// The replica is at the server's head.
    Live,
    /// The server cannot be reached, other devices of the venue can.
    Lan,
    /// The server cannot be reached; the door goes on.
    Offline,
    /// The feed began anew; the roster is pulled from zero.
    NeedsReset,
    /// The server wants a newer program.
    NeedsUpgrade,
    /// The server refuses this device until a person acts.
    Blocked,
}

impl SyncPhase {
    const ALL: [Self; 8] = [
        Self::Bootstrapping,
        Self::CatchingUp,
        Self::Live,
        Self::Lan,
        Self::Offline,
        Self::NeedsReset,
        Self::NeedsUpgrade,
        Self::Blocked,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrapping => "bootstrapping",
            Self::CatchingUp => "catching_up",
            Self::Live => "live",
            Self::Lan => "lan",
            Self::Offline => "offline",
            Self::NeedsReset => "needs_reset",
            Self::NeedsUpgrade => "needs_upgrade",
            Self::Blocked => "blocked",
        }
    }

    /// From its text.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }
}

/// Why a door's status could not be read.
#[derive(Debug, Error)]
pub enum ReadStatusError {
    /// The folder could not be looked into.
    #[error("looking for the replica in {}", folder.display())]
    LookForReplica {
        /// The door's data folder.
        folder: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// The replica could not be opened to look.
    #[error(transparent)]
    Open(#[from] OpenReplicaError),
    /// The replica could not be read.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl ReadStatusError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LookForReplica { .. } => "data_folder",
            Self::Open(error) => error.code(),
            Self::Replica(error) => error.code(),
        }
    }
}

/// Reads how the door in `data_dir` stands, beside the program that has it open. A folder that does not
/// exist is a door that was never enrolled.
pub fn read(data_dir: &Path) -> Result<DoorStatus, ReadStatusError> {
    read_at(data_dir, SystemClock.now_ms())
}

/// [`read`] when this device's clock shows `now_ms`.
pub fn read_at(data_dir: &Path, now_ms: UnixMillis) -> Result<DoorStatus, ReadStatusError> {
    let enrolled = if replica_is_present(data_dir)? {
        enrolled(&mut open_to_look(data_dir)?, now_ms)?
    } else {
        None
    };
    Ok(DoorStatus {
        data_dir: data_dir.to_owned(),
        enrolled,
    })
}

fn enrolled(
    replica: &mut Connection,
    now_ms: UnixMillis,
) -> Result<Option<EnrolledDoor>, ReplicaError> {
    // One transaction, so that the figures are of one moment.
    let tx = replica.transaction()?;
    let Some(identity) = identity::load(&tx)? else {
        return Ok(None);
    };
    let saved = clock::load(&tx)?;
    let server_ms = DeviceTime::resume(saved).now(now_ms).now_ms;
    let events = events::all(&tx)?
        .into_iter()
        .map(|(no, id)| event_status(&tx, no, id, (identity.device, server_ms)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(EnrolledDoor {
        name: Some(identity.name),
        signed_off_ms: sign_off::since_ms(&tx)?,
        sync: sync_state::phase(&tx)?.map(|(phase, _)| phase),
        roster_age_s: events.iter().filter_map(|event| event.roster_age_s).max(),
        unsent_facts: Some(facts::unsent_count(&tx)?),
        events_known: Some(events.len() as u64),
        events,
        journals: journals::all(&tx)?.iter().map(journal_status).collect(),
        alerts: alerts(&tx, identity.device)?,
        parked_facts: parked::count(&tx)?,
        carried_facts: carried::count(&tx)?,
        oldest_unsynced_s: facts::oldest_unsynced_ms(&tx)?.map(|since| seconds(server_ms - since)),
        peers: peer_statuses(&tx, now_ms)?,
        clock_offset_ms: saved.offset.map(|offset| offset.offset_ms),
        clock_error_ms: saved.offset.map(|offset| offset.error_ms),
    }))
}

/// Of an event whose first page is not here yet there is nothing to tell.
fn alerts(replica: &Connection, device: DeviceId) -> Result<Vec<DoorAlert>, ReplicaError> {
    let mut alerts = Vec::new();
    for (_, event) in events::all(replica)? {
        match open_alerts(replica, event, device) {
            Ok(of_event) => alerts.extend(of_event),
            Err(ScanError::Replica(error)) => return Err(error),
            Err(_) => {}
        }
    }
    Ok(alerts)
}

fn event_status(
    replica: &Connection,
    no: EventNo,
    id: EventId,
    (device, server_ms): (DeviceId, UnixMillis),
) -> Result<EventStatus, ReplicaError> {
    let cursor = roster::cursor(replica, id, Side::InUse)?;
    let as_of_ms = cursor.as_ref().and_then(|cursor| cursor.as_of_ms);
    Ok(EventStatus {
        id,
        name: events::event_row(replica, no)?.map(|row| row.name),
        tickets: tickets::count(replica, no)?,
        caught_up: cursor.is_some_and(|cursor| cursor.caught_up),
        roster_age_s: as_of_ms.map(|as_of| seconds(server_ms - as_of)),
        gates: events::gates(replica, no)?
            .into_iter()
            .map(|gate| gate.name)
            .collect(),
        strict: match share(replica, id, device) {
            Err(ScanError::Replica(error)) => return Err(error),
            Ok(share) => share,
            Err(_) => None,
        },
    })
}

fn peer_statuses(
    replica: &Connection,
    now_ms: UnixMillis,
) -> Result<Vec<PeerStatus>, ReplicaError> {
    let states = peers::states(replica)?.into_iter().map(|state| {
        let row = signed::device(replica, state.device)?;
        Ok(PeerStatus {
            device: state.device,
            name: row.map(|row| row.name),
            reachable: state.is_reachable,
            seen_s: state.seen_ms.map(|seen| seconds(now_ms - seen)),
        })
    });
    states.collect()
}

/// Whole seconds; 0 for a time to come.
fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1000).unwrap_or_default()
}

fn journal_status(journal: &OwnJournal) -> JournalStatus {
    JournalStatus {
        id: journal.id,
        facts: journal.head.seq,
        acked_through: journal.acked_through,
        cause: journals::cause_code(journal.cause),
        closed: journal.closed.map(journals::cause_code),
    }
}

fn replica_is_present(data_dir: &Path) -> Result<bool, ReadStatusError> {
    match fs::metadata(data_dir.join(REPLICA_FILE)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(ReadStatusError::LookForReplica {
            folder: data_dir.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::TicketId;

    use super::*;
    use crate::door::AlertSighting;

    #[test]
    fn a_folder_that_does_not_exist_is_a_door_not_enrolled() {
        let folder = tempfile::tempdir().unwrap();
        let status = read(&folder.path().join("nothing")).unwrap();
        assert_eq!(status.enrolled, None);
    }

    #[test]
    fn a_folder_that_is_a_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("door");
        fs::write(&file, "").unwrap();
        let error = read(&file).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("looking for the replica in {}", file.display())
        );
    }

    #[test]
    fn the_status_is_written_as_the_pages_declare_it() {
        let status = DoorStatus {
            data_dir: "/var/lib/door".into(),
            enrolled: Some(EnrolledDoor {
                name: Some("Porte A, tablette 2".into()),
                signed_off_ms: None,
                sync: Some(SyncPhase::CatchingUp),
                roster_age_s: Some(40),
                unsent_facts: Some(3),
                events_known: Some(2),
                events: vec![EventStatus {
                    id: EventId::from_bytes([2; 16]),
                    name: Some("Nuit électrique".into()),
                    tickets: 1400,
                    caught_up: false,
                    roster_age_s: Some(40),
                    gates: vec!["Porte A".into()],
                    strict: Some(Share {
                        held: 700,
                        void: 3,
                        elsewhere: 700,
                    }),
                }],
                journals: vec![JournalStatus {
                    id: JournalId::from_bytes([3; 16]),
                    facts: 12,
                    acked_through: 9,
                    cause: "first",
                    closed: None,
                }],
                alerts: vec![DoorAlert {
                    event: EventId::from_bytes([2; 16]),
                    kind: "duplicate_entry",
                    ticket: TicketId(5),
                    seen: vec![AlertSighting {
                        device: "Porte B, tablette 1".into(),
                        gate: Some("Porte B".into()),
                        at_ms: 1_795_374_000_000,
                        at: "20:00".into(),
                        here: false,
                    }],
                }],
                parked_facts: 0,
                carried_facts: 2,
                oldest_unsynced_s: Some(75),
                peers: vec![PeerStatus {
                    device: DeviceId::from_bytes([4; 16]),
                    name: Some("Porte B".into()),
                    reachable: true,
                    seen_s: Some(2),
                }],
                clock_offset_ms: Some(-120),
                clock_error_ms: Some(15),
            }),
        };
        let sample: serde_json::Value =
            serde_json::from_str(include_str!("../../ui/src/door-status.sample.json")).unwrap();
        assert_eq!(serde_json::to_value(status).unwrap(), sample);
    }
}
