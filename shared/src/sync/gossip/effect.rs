//! What the exchange with peers wants done. As in `crate::sync::effect`, what saves comes back as an event.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ids::{DeviceId, EventId, JournalId};
use crate::roster::signed::{SignedKind, SignedObject};
use crate::sync::backoff::Moment;
use crate::sync::event::CallId;

/// What is wanted; saves and sends are answered by one event with the same [`CallId`].
#[derive(Clone, Debug)]
pub enum Effect {
    /// Save something. Do all saves of a list before its sends.
    Save(CallId, Save),
    /// Ask a peer. An answer that comes after the time-out is ignored.
    Send(CallId, Ask),
    /// Show it to a person, and note it.
    Report(Report),
    /// Give `Event::Tick` then, if nothing happens before. The last one counts.
    WakeAt(Moment),
}

/// A change of the replica, in one transaction.
#[derive(Clone, Debug)]
pub enum Save {
    /// Check each fact as if the server had sent it, and keep it.
    Facts {
        /// Who brought them.
        from: DeviceId,
        /// As signed.
        envelopes: Vec<Vec<u8>>,
    },
    /// Verify and keep root-signed objects: a lower version is ignored.
    Signed {
        /// Who brought them.
        from: DeviceId,
        /// As signed.
        objects: Vec<SignedObject>,
    },
}

/// A request to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Whom.
    pub peer: DeviceId,
    /// What.
    pub request: Request,
    /// Milliseconds after which nobody waits any more.
    pub time_out_ms: u64,
}

/// What a peer can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Who are you, and which signed objects have you?
    Hello,
    /// How far do you hold the journals of this event?
    Vector {
        /// Which.
        event: EventId,
    },
    /// Give me what you have of this event after these places.
    Fetch {
        /// Which.
        event: EventId,
        /// A journal that is not named here is wanted from its beginning.
        after: BTreeMap<JournalId, u64>,
    },
    /// Take these facts; the replica has them.
    OfferFacts {
        /// Which.
        spans: Vec<Span>,
    },
    /// Give me the signed objects that are newer.
    FetchSigned {
        /// What is here.
        have: Vec<(SignedKind, u64)>,
    },
    /// Take these signed objects; the replica has them.
    OfferSigned {
        /// Which.
        kinds: Vec<SignedKind>,
    },
}

/// Facts of one journal that follow each other; of a forked one the facts of all branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The journal's event.
    pub event: EventId,
    /// The journal.
    pub journal: JournalId,
    /// The first place.
    pub from: u64,
    /// The last place.
    pub through: u64,
}

impl Span {
    /// How many places.
    pub fn places(&self) -> u64 {
        (self.through + 1).saturating_sub(self.from)
    }
}

/// What a person should see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum Report {
    /// Two facts by one device at one place of its journal: an old replica, or a copy, went on writing. Both are
    /// kept; the fold and the organizer decide.
    JournalForkedAtPeer {
        /// Which journal.
        journal: JournalId,
        /// Where, or before it.
        at: u64,
        /// The device that showed the other side.
        peer: DeviceId,
    },
    /// Two different objects of one version under the organizer's root: the root key is used by two.
    SignedDiffers {
        /// Which.
        kind: SignedKind,
        /// Their version.
        version: u64,
        /// The device that showed the other one.
        peer: DeviceId,
    },
    /// A device passes on what nobody signed. It was not kept.
    PeerSentRubbish {
        /// Which device.
        peer: DeviceId,
        /// How many facts or objects.
        count: u32,
    },
    /// A device doesn't let this one in.
    RefusedByPeer {
        /// Which device.
        peer: DeviceId,
        /// As it calls it.
        why: String,
    },
    /// The replica can't be written: free some space.
    StorageFailed,
}
