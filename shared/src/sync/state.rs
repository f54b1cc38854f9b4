//! How a device stands with its server, as a person is told of it.

use serde::Serialize;

/// The engine's state. Scanning goes on in all of them but `Unenrolled` and `Blocked(Revoked)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody's device yet.
    Unenrolled,
    /// The first pages are arriving.
    Bootstrapping(Progress),
    /// The replica is behind the server's head.
    CatchingUp {
        /// The last number of the feed that is furthest ahead.
        head: u64,
    },
    /// Everything that the server had when asked last is here.
    Live,
    /// Less than the server, but working.
    Degraded(Outage),
    /// The feed began anew, or the replica is not the server's roster: it is pulled from zero, beside
    /// the one that doors go on using.
    NeedsReset,
    /// The server no longer hands out the roster to this version; it takes facts.
    NeedsUpgrade,
    /// A person has to act.
    Blocked(BlockReason),
}

/// How far a first pull is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Pages applied.
    pub pages: u64,
    /// Tickets and other rows in them.
    pub rows: u64,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outage", rename_all = "snake_case")]
pub enum Outage {
    /// The server can't be reached, other devices of the venue can: they tell each other of entries.
    Lan,
    /// Neither the server nor another device can be reached.
    Offline,
}

/// Why the server refuses this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum BlockReason {
    /// The organizer revoked it. It hands in what it saw, and admits nobody any more.
    Revoked,
    /// The server does not know it, or does not accept its key.
    NotAccepted,
    /// Whoever answers is not the server that this device was enrolled with.
    WrongServer,
}

impl State {
    /// As in JSON and on the window.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unenrolled => "unenrolled",
            Self::Bootstrapping(_) => "bootstrapping",
            Self::CatchingUp { .. } => "catching_up",
            Self::Live => "live",
            Self::Degraded(Outage::Lan) => "lan",
            Self::Degraded(Outage::Offline) => "offline",
            Self::NeedsReset => "needs_reset",
            Self::NeedsUpgrade => "needs_upgrade",
            Self::Blocked(_) => "blocked",
        }
    }
}
