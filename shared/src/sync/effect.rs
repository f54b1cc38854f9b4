//! What the engine wants done. Whatever saves comes back as an event before anything is sent that
//! depends on it: saves first, sends second, by construction.

use serde::Serialize;

use super::backoff::Moment;
use super::checksum::Checksum;
use super::event::{CallId, Grant, Times};
use crate::clock::UnixMillis;
use crate::fact::kind::OpeningCause;
use crate::ids::{EventId, JournalId};
use crate::roster::signed::SignedObject;
use crate::wire::latest::Page;

/// What the engine wants done; each is answered by one event with the same [`CallId`].
#[derive(Clone, Debug)]
pub enum Effect {
    /// Save something. Do all saves of a list before its sends.
    Save(CallId, Save),
    /// Send something.
    Send(CallId, Request),
    /// Show it to a person, and note it.
    Report(Report),
    /// Give `Event::Tick` then, if nothing happens before. The last one counts.
    WakeAt(Moment),
}

/// A change of the replica, in one transaction.
#[derive(Clone, Debug)]
pub enum Save {
    /// Apply a page and keep its cursor.
    Page {
        /// Whose feed.
        event: EventId,
        /// What.
        page: Box<Page>,
        /// Where.
        table: Table,
    },
    /// Make an empty shadow; drop an unfinished one.
    BeginShadow {
        /// Whose feed.
        event: EventId,
    },
    /// Put the shadow in the place of the roster in use, and take all facts of the event for unacknowledged: the server
    /// may have been restored from a backup, also while a roster was pulled anew for another reason. Sending them
    /// again changes nothing (A4).
    SwapShadow {
        /// Whose feed.
        event: EventId,
    },
    /// Verify and keep root-signed objects: a lower version is ignored, an equal version with other
    /// bytes is an alarm.
    Signed(Vec<SignedObject>),
    /// How far journals are safe on the server.
    Acks(Vec<JournalUpdate>),
    /// Rights, events and gate. In another life of the server's records than before all facts are taken for unacknowledged:
    /// a device that may pull nothing learns of a restore in no other way.
    Grant(Grant),
    /// An answer told the server's time: see `crate::clock::DeviceTime::measured`.
    Measured {
        /// The wall clock around the request.
        times: Times,
        /// The server's clock in the answer.
        server_ms: UnixMillis,
    },
    /// Revoked: erase ticket keys and all secrets but the device's own key, which sends the journals.
    EraseSecrets,
}

/// Which of an event's two rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The one that decisions use.
    InUse,
    /// The one being pulled from zero.
    Shadow,
}

/// A request to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Open a session.
    OpenSession,
    /// The next page after the cursor of `table`.
    Pull {
        /// Whose feed.
        event: EventId,
        /// Whose cursor.
        table: Table,
        /// Entries at most.
        limit: u32,
        /// Seconds that the server may wait for a change.
        wait_s: u32,
        /// The greatest version of the root-signed objects that was heard of: a greater one is news.
        signed_version: u64,
    },
    /// Root-signed objects newer than ours.
    PullSigned,
    /// Facts after what is acknowledged, contiguous per journal; none = `Event::NothingToPush`.
    Push {
        /// Facts at most.
        limit: u32,
        /// What about those that the server refused.
        parked: Parked,
    },
}

/// What to do with parked journals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parked {
    /// Pass them over.
    LeaveOut,
    /// Offer them again: the server may have learnt of their author meanwhile.
    TryAgain,
}

/// What the server's answer means for a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalUpdate {
    /// Which.
    pub journal: JournalId,
    /// The server holds this far; may be less than it said before, after a restore.
    pub acked_through: u64,
    /// What else to do, in the same transaction.
    pub then: AfterAck,
}

/// What an answer asks for besides keeping the acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterAck {
    /// Nothing.
    GoOn,
    /// Close the journal, open another, and write the facts from `from` on there once more under
    /// their own ids, but for those at the places `without`, which stay where they are, parked.
    Reopen {
        /// The first place that the server will never take as it is.
        from: u64,
        /// Places of facts that can't be read or are not rightly signed, with the reason.
        without: Vec<(u64, String)>,
        /// For whoever carries the journal for another device: up to here the server needs nothing more of it.
        through: u64,
        /// For the new journal's opening.
        cause: OpeningCause,
    },
    /// Keep the journal and leave it out of uploads until they are tried again.
    Park {
        /// Why.
        why: String,
    },
}

/// What a person should see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum Report {
    /// The replica was not the server's roster. It is being pulled again from zero.
    ChecksumDiffers {
        /// Of which event.
        event: EventId,
        /// Tickets and xor here.
        ours: (u64, u64),
        /// Tickets and xor there.
        theirs: (u64, u64),
    },
    /// The server's feed began anew. The roster is being pulled again from zero.
    FeedBeganAnew {
        /// Of which event.
        event: EventId,
    },
    /// The server can't take a fact. It is kept, and passed over.
    FactRefused {
        /// Of which journal.
        journal: JournalId,
        /// At which place.
        seq: u64,
        /// As the server calls it.
        why: String,
    },
    /// The server holds another fact at a place of this device's journal: this replica is a copy, or
    /// an old one put back. Its facts go on in another journal.
    JournalForked {
        /// Which journal.
        journal: JournalId,
        /// The place.
        at: u64,
    },
    /// The device's clock is wrong; the measured offset is used.
    ClockWrong {
        /// Server time minus wall clock.
        offset_ms: i64,
    },
    /// An answer was not signed by this device's organizer.
    WrongServer,
    /// The replica can't be written: free some space.
    StorageFailed,
}

impl Report {
    /// Of a checksum that differs.
    pub(super) fn checksum(event: EventId, ours: Checksum, theirs: (u64, u64)) -> Self {
        Self::ChecksumDiffers {
            event,
            ours: (ours.rows, ours.xor),
            theirs,
        }
    }
}
