//! What happens to the engine.

use crate::clock::{SavedClock, UnixMillis};
use crate::ids::{EventId, GateNo};
use crate::roster::Rights;
use crate::roster::signed::SignedObject;
use crate::sync::checksum::Checksum;
use crate::wire::latest::{ErrorCode, FactsAnswer, Page};

/// Names one effect, so that its outcome is told from those of others. An outcome that comes twice,
/// or after the engine was told of a time-out, is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// The wall clock around one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When it left.
    pub sent_ms: UnixMillis,
    /// When its answer had come.
    pub received_ms: UnixMillis,
}

/// What the server says of this device when a session opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it may do now.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// Where it stands.
    pub gate: GateNo,
    /// Which life of the server's records this is: another one after each restore from a backup.
    pub life: u64,
}

/// Why something that the engine asked for did not come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection, cut off, damaged, too slow; or an answer that is not of our server at all,
    /// such as the page of a hotel's Wi-Fi.
    Network,
    /// The server said no.
    Refused {
        /// Why.
        code: ErrorCode,
        /// Not before that many milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// The answer is not signed by the root key that this device was enrolled under. Nothing of it
    /// was used.
    WrongServer,
    /// The replica could not be read or written: a full disk.
    Storage,
}

/// What happens to the engine.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time passed; see `Effect::WakeAt`.
    Tick,
    /// This device wrote a fact.
    FactAppended,
    /// The operating system says that a network came up.
    NetworkUp,
    /// So many other devices of the venue answer: see `crate::sync::gossip`.
    PeersReachable(usize),
    /// The server opened a session; its signature has been checked.
    SessionOpened {
        /// Answers `Effect::OpenSession`.
        call: CallId,
        /// What it said.
        grant: Grant,
    },
    /// A page came.
    PageReceived {
        /// Answers `Effect::Pull`.
        call: CallId,
        /// The page.
        page: Box<Page>,
        /// For the offset.
        times: Times,
    },
    /// A page is in the replica, for good.
    PageApplied {
        /// Answers `Effect::ApplyPage`.
        call: CallId,
        /// Over the tickets of the table that it was applied to; to be had if the page told the server's.
        checksum: Option<Checksum>,
    },
    /// Root-signed objects came.
    SignedReceived {
        /// Answers `Effect::PullSigned`.
        call: CallId,
        /// Those that are newer than ours.
        objects: Vec<SignedObject>,
    },
    /// No journal has facts that the server lacks.
    NothingToPush {
        /// Answers `Effect::Push`.
        call: CallId,
    },
    /// The server took facts.
    PushAnswered {
        /// Answers `Effect::Push`.
        call: CallId,
        /// How far each journal is safe.
        answer: FactsAnswer,
        /// For the offset.
        times: Times,
    },
    /// The acknowledgements are in the replica, for good.
    AcksSaved {
        /// Answers `Effect::SaveAcks`.
        call: CallId,
        /// Did the server come to hold more than before?
        progress: PushProgress,
    },
    /// Another effect that saves something is done: a grant, signed objects, a shadow begun or
    /// swapped in, a clock.
    Saved {
        /// The effect's.
        call: CallId,
    },
    /// An effect failed; nothing of it was done.
    Failed {
        /// The effect's.
        call: CallId,
        /// Why.
        failure: Failure,
    },
}

/// What an upload brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushProgress {
    /// Facts were acknowledged, parked or moved to another journal: there may be more to send.
    Some,
    /// Nothing changed, so that sending the same at once would be a loop.
    None,
}

/// What the engine must know to go on after a start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// The feeds, as the replica has them.
    pub feeds: Vec<FeedResume>,
    /// The greatest version among the root-signed objects here; 0 = none yet.
    pub signed_version: u64,
    /// The server's time as known.
    pub clock: SavedClock,
}

/// One event's feed in the replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedResume {
    /// Whose.
    pub event: EventId,
    /// What is there.
    pub held: Held,
}

/// What the replica has of a feed. A reset that was under way is not remembered: the server says again that it is
/// needed, at once if the feed began anew, with the next checksum if that differed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It was never at the server's head.
    Incomplete,
    /// It was at the server's head once.
    Complete,
}
