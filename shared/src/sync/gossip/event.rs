//! What happens to the exchange with peers.

use std::collections::BTreeSet;

use crate::ids::{DeviceId, EventId, JournalId};
use crate::roster::signed::{SignedKind, SignedObject};
use crate::sync::event::{CallId, Failure};
use crate::wire::latest::{JournalHead, SignedHead};

/// Where a fact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The event of its journal.
    pub event: EventId,
    /// Its journal.
    pub journal: JournalId,
    /// Its place there.
    pub seq: u64,
}

/// What happens to the exchange with peers.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time passed; see `Effect::WakeAt`.
    Tick,
    /// There is a way to this device, and it may have the facts of these events. Again when either changes.
    Found {
        /// Which device.
        peer: DeviceId,
        /// What it and this device are both enrolled for.
        events: BTreeSet<EventId>,
    },
    /// It is no peer any more: revoked, or without an event in common.
    Gone {
        /// Which device.
        peer: DeviceId,
    },
    /// It called this device, and was let in.
    Called {
        /// Which device.
        peer: DeviceId,
    },
    /// The operating system says that a network came up, or an address changed.
    NetworkUp,
    /// Facts are on the disk for the first time, whoever brought them: this device, the server's feed, a peer. Said
    /// once for each, after the commit.
    Stored {
        /// Which.
        facts: Vec<Place>,
        /// The peer that brought them; it is not told of them.
        from: Option<DeviceId>,
    },
    /// A peer said who it is and what it has.
    Greeted {
        /// Answers `Request::Hello`.
        call: CallId,
        /// The signed objects here.
        ours: Vec<SignedHead>,
        /// The signed objects there.
        theirs: Vec<SignedHead>,
    },
    /// A peer said what it holds of an event.
    Compared {
        /// Answers `Request::Vector`.
        call: CallId,
        /// What is here: the last fact of each journal, and of each branch of a forked one; place 0 beside them =
        /// part of a branch is lacking here.
        ours: Vec<JournalHead>,
        /// What is there.
        theirs: Vec<JournalHead>,
    },
    /// A peer gave facts.
    FactsFetched {
        /// Answers `Request::Fetch`.
        call: CallId,
        /// As signed; none = it has no more.
        envelopes: Vec<Vec<u8>>,
    },
    /// They are in the replica, for good; what was new there is told by [`Event::Stored`], too.
    FactsSaved {
        /// Answers `Save::Facts`.
        call: CallId,
        /// What came of them.
        saved: SavedFacts,
    },
    /// A peer gave root-signed objects.
    SignedFetched {
        /// Answers `Request::FetchSigned`.
        call: CallId,
        /// As signed.
        objects: Vec<SignedObject>,
    },
    /// They are in the replica, or were not taken.
    SignedSaved {
        /// Answers `Save::Signed`.
        call: CallId,
        /// What came of them.
        saved: SavedSigned,
    },
    /// A peer took what was offered.
    Delivered {
        /// Answers `Request::OfferFacts` or `Request::OfferSigned`.
        call: CallId,
    },
    /// An effect failed; nothing of it was done, or nobody knows.
    Failed {
        /// The effect's.
        call: CallId,
        /// Why. `WrongServer`: whoever answers there is another device.
        failure: Failure,
    },
}

/// What came of a peer's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedFacts {
    /// Two facts by the author at one place, or one that names another predecessor than the one here: all are kept.
    pub forks: Vec<(JournalId, u64)>,
    /// Facts that are no facts, or not signed by their author: not kept.
    pub refused: u32,
}

/// What came of a peer's root-signed objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedSigned {
    /// Signed by the root, and other bytes than those here under the same version.
    pub differ: Vec<(SignedKind, u64)>,
    /// Not signed by this organizer's root: not kept.
    pub refused: u32,
}
