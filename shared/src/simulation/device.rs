//! A door or till in memory: what its disk holds, what only its memory holds, and the engine's saves.

mod deciding;
mod journals;
mod saves;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::facts::{Basis, Facts, Stored, View};
use super::tills::{Note, Tills};
use super::venue::{Venue, gate_of};
use crate::admission::Decision;
use crate::admission::fold::FactHash;
use crate::clock::{DeviceTime, SavedClock, UnixMillis};
use crate::fact::Head;
use crate::ids::{DeviceId, FactId, FactName, GateNo, JournalId, TicketId};
use crate::lease::{LeaseList, OwnJournals};
use crate::planted::{self, Bug};
use crate::roster::TicketRow;
use crate::roster::signed::{DeviceList, SignedKind, SignedObject};
use crate::sync::backoff::Moment;
use crate::sync::checksum::Checksum;
use crate::sync::claim::Claims;
use crate::sync::engine::{Engine, Follow};
use crate::sync::event::{FeedResume, Held as HeldFeed, Resume};
use crate::sync::gossip::Gossip;
use crate::sync::peer_clocks::{Greeting, PeerClocks};
use crate::wire::latest::PeerTime;

/// Where a crash hits the next transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum CrashPoint {
    BeforePersist,
    AfterPersist,
}

/// The process died.
#[derive(Debug)]
pub(super) struct Crashed;

#[derive(Clone, Default)]
pub(super) struct Roster {
    pub(super) tickets: BTreeMap<TicketId, TicketRow>,
    pub(super) cursor: Option<String>,
    pub(super) epoch: u64,
    /// Of all lives of the feed that it has something of.
    pub(super) epochs: BTreeSet<u64>,
    pub(super) head: u64,
    /// Of all its rows.
    checksum: Checksum,
}

impl Roster {
    /// A page that came late: what it brought was overtaken.
    pub(super) fn is_newer_than(&self, oracle: &super::world::PageOracle) -> bool {
        self.head > oracle.head
    }
}

#[derive(Clone)]
pub(super) struct OwnJournal {
    pub(super) id: JournalId,
    is_open: bool,
}

/// Everything here survives a crash.
#[derive(Clone, Default)]
pub(super) struct Disk {
    /// Which machine wrote it.
    machine: u16,
    pub(super) facts: Facts,
    pub(super) own: Vec<OwnJournal>,
    /// Of the server's records, as the last session said.
    life: Option<u64>,
    /// How far the server holds journals, own and others'.
    pub(super) acked: BTreeMap<JournalId, u64>,
    /// Envelopes that are not sent any more: parked, or written again in another journal.
    left_out: BTreeSet<FactHash>,
    pub(super) parked: BTreeSet<FactName>,
    pub(super) in_use: Roster,
    pub(super) shadow: Option<Roster>,
    was_complete: bool,
    pub(super) signed: BTreeMap<SignedKind, SignedObject>,
    pub(super) devices: DeviceList,
    pub(super) leases: LeaseList,
    pub(super) clock: SavedClock,
    /// Facts of which one bit is wrong, as if the disk had failed.
    pub(super) spoilt: BTreeSet<(JournalId, u64)>,
    pub(super) is_erased: bool,
    pub(super) tills: Tills,
}

/// A scan between its decision and its fact.
pub(super) struct Pending {
    pub(super) ticket: TicketId,
    pub(super) scan: crate::sync::claim::Scan,
    pub(super) decision: Decision,
    pub(super) fact: FactId,
    pub(super) asked_at: Moment,
    pub(super) asks: Asks,
    /// Strict: it has to become green.
    pub(super) is_due: bool,
    /// By these lists; see `World::lists`.
    pub(super) lists: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Server,
    Holder(DeviceId),
}

pub(super) struct Node {
    /// The machine's number.
    pub(super) n: u16,
    /// Who it is to others; a copy is who it was copied from.
    pub(super) id: DeviceId,
    pub(super) gate: GateNo,
    pub(super) disk: Disk,
    /// The second file: heads of own journals, outside the database.
    pub(super) outside: BTreeMap<JournalId, Head>,
    /// Of the second file, too: how far its till has come.
    pub(super) till_note: Option<Note>,
    /// Numbers for ids, which are random in truth.
    pub(super) tills_opened: u16,
    pub(super) till_facts: u64,
    pub(super) skew_ms: i64,
    pub(super) is_up: bool,
    /// In a thief's hands: it writes what it likes.
    pub(super) is_hostile: bool,
    /// Another machine's replica, found at its start.
    pub(super) is_copy: bool,
    // What follows is lost with the process.
    pub(super) engine: Engine,
    pub(super) time: DeviceTime,
    clocks: PeerClocks,
    pub(super) view: View,
    pub(super) pending: Option<Pending>,
    pub(super) claims: Claims,
    pub(super) wake_at: Option<Moment>,
    pub(super) gossip: Gossip,
    pub(super) gossip_at: Option<Moment>,
    /// Facts that are on the disk since it was looked at last.
    pub(super) news: Vec<Rc<Stored>>,
    pub(super) crash: Option<CrashPoint>,
    /// What a power cut takes with it; nothing, if every commit is synced.
    unsynced: Option<Box<Disk>>,
    /// How often its disk, or its process, changed.
    pub(super) changes: u64,
    /// The greatest time that it ever had, without the word of peers.
    pub(super) latest_ms: UnixMillis,
}

impl Node {
    pub(super) fn new(n: u16, id: DeviceId, disk: Disk, venue: &Venue) -> Self {
        let mut node = Self {
            n,
            id,
            gate: gate_of(n),
            disk,
            outside: BTreeMap::new(),
            till_note: None,
            tills_opened: 0,
            till_facts: 0,
            skew_ms: 0,
            is_up: true,
            is_hostile: false,
            is_copy: false,
            engine: Engine::unenrolled(),
            time: DeviceTime::default(),
            clocks: PeerClocks::default(),
            view: View::default(),
            pending: None,
            claims: Claims::default(),
            wake_at: None,
            gossip: Gossip::new(),
            gossip_at: None,
            news: Vec::new(),
            crash: None,
            unsynced: None,
            changes: 0,
            latest_ms: i64::MIN,
        };
        node.boot(venue, Moment(0));
        node
    }

    /// A disk as enrolment leaves it.
    pub(super) fn enrolled(machine: u16, signed: &BTreeMap<SignedKind, SignedObject>) -> Disk {
        let mut disk = Disk {
            machine,
            ..Disk::default()
        };
        for object in signed.values() {
            disk.keep_signed(object);
        }
        disk
    }

    /// The process starts on what the disk holds. A replica of another machine, or one behind the second
    /// file, goes on in a new journal.
    pub(super) fn boot(&mut self, venue: &Venue, now: Moment) {
        self.is_up = true;
        self.changes += 1;
        self.crash = None;
        self.pending = None;
        self.unsynced = None;
        self.claims = Claims::default();
        self.time = DeviceTime::resume(self.disk.clock);
        self.clocks = PeerClocks::default();
        self.view = View::default();
        if self.disk.machine != self.n {
            self.is_copy = true;
            self.disk.machine = self.n;
            self.disk.own.iter_mut().for_each(|own| own.is_open = false);
        }
        let behind: Vec<JournalId> = self
            .outside
            .iter()
            .filter(|(journal, head)| self.disk.facts.head(**journal).seq < head.seq)
            .map(|(journal, _)| *journal)
            .collect();
        if !behind.is_empty() {
            self.disk.own.iter_mut().for_each(|own| own.is_open = false);
        }
        self.boot_till();
        let was = if self.disk.was_complete {
            HeldFeed::Complete
        } else {
            HeldFeed::Incomplete
        };
        let versions = self.disk.signed.values().map(|object| object.version);
        let resume = Resume {
            feeds: vec![FeedResume {
                event: venue.event.id,
                held: was,
            }],
            signed_version: versions.max().unwrap_or(0),
            clock: self.disk.clock,
        };
        self.engine = Engine::resume(resume, Follow::Changes);
        self.wake_at = Some(now);
        self.gossip = Gossip::new();
        self.gossip_at = Some(now);
        self.news.clear();
        self.refold_all(venue);
    }

    pub(super) fn own_journals(&self) -> OwnJournals {
        let whole =
            |(journal, head): (&JournalId, &Head)| self.disk.facts.head(*journal).seq >= head.seq;
        if !self.is_copy && self.outside.iter().all(whole) {
            OwnJournals::Whole
        } else {
            OwnJournals::Behind
        }
    }

    pub(super) fn wall_ms(&self, true_ms: UnixMillis) -> UnixMillis {
        true_ms + self.skew_ms
    }

    pub(super) fn time_for_peers(&self, true_ms: UnixMillis) -> Option<PeerTime> {
        let wall_ms = self.wall_ms(true_ms);
        let offset = self.time.for_peers(wall_ms)?;
        Some(PeerTime {
            now_ms: wall_ms + offset.offset_ms,
            error_ms: offset.error_ms,
        })
    }

    pub(super) fn greeted(&mut self, peer: DeviceId, greeting: Greeting, time: Option<PeerTime>) {
        self.clocks.greeted(peer, greeting, time);
        let median = self.clocks.median(greeting.received_ms, greeting.at);
        self.time.peers_say(median, greeting.received_ms);
    }

    pub(super) fn basis<'a>(&'a self, venue: &'a Venue) -> Basis<'a> {
        Basis {
            venue,
            devices: &self.disk.devices.devices,
        }
    }

    /// One transaction. After a crash nothing of what was to follow happens.
    pub(super) fn commit<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> Result<T, Crashed> {
        self.changes += 1;
        match self.crash {
            Some(CrashPoint::BeforePersist) => {
                self.power_fails();
                return Err(Crashed);
            }
            Some(CrashPoint::AfterPersist) | None => {}
        }
        if planted::is(Bug::NormalSync) {
            self.unsynced = Some(Box::new(self.disk.clone()));
        }
        let result = change(self);
        for own in &self.disk.own {
            let head = self.disk.facts.head(own.id);
            let known = self.outside.entry(own.id).or_insert(head);
            if head.seq > known.seq {
                *known = head;
            }
        }
        self.note_till();
        if self.crash == Some(CrashPoint::AfterPersist) {
            self.power_fails();
            return Err(Crashed);
        }
        Ok(result)
    }

    /// What was not synced is gone; everything else stays.
    pub(super) fn power_fails(&mut self) {
        self.changes += 1;
        if let Some(disk) = self.unsynced.take() {
            self.disk = *disk;
            // The second file was not synced either.
            self.take_outside_from_disk();
        }
        self.is_up = false;
        self.crash = None;
        self.pending = None;
        self.wake_at = None;
        self.gossip_at = None;
    }

    /// The second file is of the same moment as the disk.
    pub(super) fn take_outside_from_disk(&mut self) {
        let facts = &self.disk.facts;
        let own = self.disk.own.iter();
        self.outside = own.map(|own| (own.id, facts.head(own.id))).collect();
        self.till_note = None;
        self.note_till();
    }

    pub(super) fn refold(&mut self, venue: &Venue, tickets: impl IntoIterator<Item = TicketId>) {
        let disk = &self.disk;
        let basis = Basis {
            venue,
            devices: &disk.devices.devices,
        };
        let row = |ticket| disk.in_use.tickets.get(&ticket).copied();
        self.view.refold(tickets, &disk.facts, row, basis);
    }

    pub(super) fn refold_all(&mut self, venue: &Venue) {
        let tickets: BTreeSet<TicketId> = self.disk.facts.by_ticket.keys().copied().collect();
        self.refold(venue, tickets);
    }

    pub(super) fn keep_signed(&mut self, venue: &Venue, objects: &[SignedObject]) {
        let mut changed = false;
        for object in objects {
            let held = self.disk.signed.get(&object.kind);
            if held.is_none_or(|held| held.version < object.version)
                && object.verify(&venue.root.verifying_key()).is_ok()
            {
                self.disk.keep_signed(object);
                changed = true;
            }
        }
        if changed {
            let revoked = self.is_revoked();
            self.disk.is_erased |= revoked;
            self.refold_all(venue);
        }
    }

    pub(super) fn is_revoked(&self) -> bool {
        let rows = self.disk.devices.devices.iter();
        rows.filter(|row| row.id == self.id)
            .any(|row| row.revocation.is_some())
    }
}

impl Disk {
    fn keep_signed(&mut self, object: &SignedObject) {
        match object.kind {
            SignedKind::DeviceList => {
                self.devices = serde_json::from_slice(&object.body).expect("verified");
            }
            SignedKind::Leases => {
                self.leases = serde_json::from_slice(&object.body).expect("verified");
            }
            SignedKind::KeySet => {}
        }
        self.signed.insert(object.kind, object.clone());
    }

    /// The machine's identity was copied with it.
    pub(super) fn is_now_of(&mut self, machine: u16) {
        self.machine = machine;
    }

    pub(super) fn close_journals(&mut self) {
        self.own.iter_mut().for_each(|own| own.is_open = false);
    }

    pub(super) fn versions(&self) -> BTreeMap<SignedKind, u64> {
        let objects = self.signed.iter();
        objects
            .map(|(kind, object)| (*kind, object.version))
            .collect()
    }
}
