//! The ready light: what is checked before doors and goes on being checked.

use serde::Serialize;
use shared::clock::UnixMillis;
use ts_rs::TS;

use crate::status::SyncPhase;

/// Shape and colour of a line; the worst line decides for the whole door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Green.
    Ok,
    /// Amber: something to see to; scanning goes on.
    Wait,
    /// Red.
    No,
}

/// The light before doors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReadyView {
    /// The worst of the lines.
    pub light: Light,
    /// Problems first.
    pub lines: Vec<ReadyLine>,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReadyLine {
    /// How it stands.
    pub light: Light,
    /// What, with the figures that the page words.
    pub what: ReadyWhat,
}

/// What is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReadyWhat {
    /// The list of tickets. Amber after 15 minutes, or while it is still coming.
    Roster {
        /// Ticket rows here.
        tickets: u32,
        /// Seconds since nothing was missing; `null` = never yet.
        #[ts(type = "number | null")]
        age_s: Option<u64>,
        /// Nothing was missing after the last page.
        complete: bool,
    },
    /// The keys that tickets are signed with.
    Keys {
        /// How many are known.
        count: u32,
    },
    /// This device's clock against the server's.
    Clock {
        /// Server time minus this device's clock; `null` = never compared.
        #[ts(type = "number | null")]
        offset_ms: Option<i64>,
        /// At most this wrong.
        error_ms: Option<u32>,
        /// The clock is in doubt.
        suspect: bool,
    },
    /// The camera.
    Camera(CameraView),
    /// Free disk below the data folder. Amber below 2 GB, red below 200 MB.
    Disk {
        /// Bytes.
        #[ts(type = "number")]
        free_bytes: u64,
    },
    /// The battery; the line is missing where there is none. Amber below 30 %, red below 10 %, unless it charges.
    Battery(BatteryView),
    /// Other doors on the local network.
    Peers {
        /// Names of those that answer.
        reachable: Vec<String>,
        /// How many are known.
        known: u32,
    },
    /// Test or real.
    Event {
        /// A test event.
        test: bool,
    },
    /// Whether what this device holds is protected against theft.
    Protection {
        /// How.
        by: Protection,
    },
    /// The journal.
    Unsent {
        /// Facts that the server has not acknowledged.
        facts: u32,
        /// Seconds since the oldest of them.
        #[ts(type = "number | null")]
        oldest_s: Option<u64>,
    },
    /// The link to the server.
    Sync(SyncView),
}

/// What protects the data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// The system's key store.
    KeyStore,
    /// A file that only this user can read: not against theft of the machine.
    FileOnly,
}

/// A battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BatteryView {
    /// 0 to 100.
    pub percent: u8,
    /// It is being charged, or full on mains.
    pub charging: bool,
    /// Minutes until it is empty, while it isn't charged and where the system tells.
    pub minutes_left: Option<u32>,
}

/// How the camera stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CameraStanding {
    /// Being looked for or opened.
    Looking,
    /// Pictures come.
    Live {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Pictures a second, as the camera promises.
        fps: u32,
    },
    /// No picture for a while: pull the plug and put it back.
    Stalled,
    /// Another program has it.
    Busy,
    /// There is none.
    Missing,
    /// It can't be used: no format of it is understood.
    Unusable,
    /// Not in use: this screen needs none, or the person switched it off.
    Off,
}

/// The camera in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CameraView {
    /// Its id, as `choose_camera` takes it.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// How it stands.
    pub standing: CameraStanding,
}

/// A camera that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CameraChoice {
    /// As `Settings.camera` keeps it.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Another door that was heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PeerView {
    /// Its name.
    pub name: String,
    /// It answered when it was called last.
    pub reachable: bool,
}

/// The link to the server, on every screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SyncView {
    /// Where the engine stands; `null` = it has not begun.
    #[ts(type = "SyncPhase | null")]
    pub phase: Option<SyncPhase>,
    /// Since when it has stood there, for "Hors ligne depuis 19:51".
    #[ts(type = "number | null")]
    pub since_ms: Option<UnixMillis>,
    /// The same on the venue's clock.
    pub since: Option<String>,
    /// The other doors.
    pub peers: Vec<PeerView>,
    /// Facts that the server has not acknowledged.
    pub unsent: u32,
}
