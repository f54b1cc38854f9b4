//! A door or till in memory: what its disk holds, what only its memory holds, and the engine's saves.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::dice::Dice;
use super::facts::{Basis, Facts, Stored, View};
use super::venue::{KEY, Venue, gate_of, journal_id};
use crate::admission::fold::FactHash;
use crate::admission::{
    ClockTrust, Code, Decision, Direction, Door, EntryRight, Issued, Known, Means, Now, Presented,
    RosterState, Rotating, SignedBy, TicketCode, TicketState, decide,
};
use crate::clock::offset::NEVER_MEASURED;
use crate::clock::{ClockDoubt, DeviceTime, Hlc, Merge, SavedClock, UnixMillis};
use crate::fact::journal::{self, Author, Draft};
use crate::fact::kind::{OpeningCause, RightKind};
use crate::fact::{Fact, FactBody, Head};
use crate::ids::{DeviceId, FactId, FactName, GateNo, JournalId, TicketId};
use crate::lease::{Held, Lease, LeaseList, OwnJournals, Right, Trace, held, trace};
use crate::planted::{self, Bug};
use crate::roster::signed::{DeviceList, SignedKind, SignedObject};
use crate::roster::{EventMode, TicketRow};
use crate::sync::backoff::Moment;
use crate::sync::checksum::Checksum;
use crate::sync::claim::Claims;
use crate::sync::effect::{AfterAck, JournalUpdate, Save, Table};
use crate::sync::engine::{Engine, Follow};
use crate::sync::event::{CallId, Event, FeedResume, Held as HeldFeed, PushProgress, Resume};
use crate::sync::gossip::Gossip;
use crate::sync::peer_clocks::{Greeting, PeerClocks};
use crate::sync::state::State;
use crate::wire::latest::{Page, PageEntry, PeerTime};

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

    /// Writes facts into the open journal, opening one if there is none. Within a transaction.
    pub(super) fn append(
        &mut self,
        venue: &Venue,
        id: FactId,
        body: FactBody,
        seen: Vec<FactName>,
        true_ms: UnixMillis,
        dice: &mut Dice,
    ) -> Rc<Stored> {
        let cause = match self.disk.own.last() {
            None if self.is_copy => OpeningCause::Copied,
            Some(last) if !last.is_open => {
                if self.is_copy {
                    OpeningCause::Copied
                } else {
                    OpeningCause::RolledBack
                }
            }
            None | Some(_) => OpeningCause::First,
        };
        if !self.disk.own.last().is_some_and(|own| own.is_open) {
            let former = self.disk.own.last().map(|own| {
                let known = self.outside.get(&own.id).copied();
                let head = known.unwrap_or_else(|| self.disk.facts.head(own.id));
                (own.id, head.seq, head.hash)
            });
            let journal = journal_id(self.n, dice.below(u64::from(u16::MAX)) as u16);
            self.disk.own.push(OwnJournal {
                id: journal,
                is_open: true,
            });
            let opening = FactBody::JournalOpened {
                event: venue.event.id,
                gate: self.gate,
                cause,
                predecessor: former,
            };
            let mut id = [0; 16];
            crate::ids::Random::fill(dice, &mut id);
            self.write(venue, FactId::from_bytes(id), opening, Vec::new(), true_ms);
        }
        self.write(venue, id, body, seen, true_ms)
    }

    fn write(
        &mut self,
        venue: &Venue,
        id: FactId,
        body: FactBody,
        seen: Vec<FactName>,
        true_ms: UnixMillis,
    ) -> Rc<Stored> {
        let journal = self.disk.own.last().expect("one is open").id;
        let stamp = self.time.stamp(self.wall_ms(true_ms));
        self.disk.clock = self.time.saved();
        let author = Author {
            device: self.id,
            journal,
            key: venue.signing_key(self.id),
        };
        let draft = Draft {
            id,
            stamp,
            seen,
            body,
        };
        let head = self.disk.facts.head(journal);
        let envelope = journal::append(head, author, draft).expect("a small fact");
        let stored = Stored::read(venue, envelope.bytes()).expect("own bytes");
        let tickets = self.disk.facts.add(&stored);
        self.news.push(stored.clone());
        self.refold(venue, tickets.into_iter().flatten());
        stored
    }

    /// Takes facts of others. One of an own journal that isn't known here shows that this replica is behind,
    /// or has a twin: what was written since goes on in another journal.
    pub(super) fn take_in<'b>(
        &mut self,
        venue: &Venue,
        envelopes: impl IntoIterator<Item = &'b [u8]>,
        true_ms: UnixMillis,
        dice: &mut Dice,
    ) {
        let mut touched = BTreeSet::new();
        let mut own_past: BTreeMap<JournalId, u64> = BTreeMap::new();
        let wall_ms = self.wall_ms(true_ms);
        for bytes in envelopes {
            let Some(stored) = Stored::read(venue, bytes) else {
                continue;
            };
            let (journal, seq) = (stored.header.journal, stored.header.seq);
            let Some(tickets) = self.disk.facts.add(&stored) else {
                continue;
            };
            touched.extend(tickets);
            if self.disk.own.iter().any(|own| own.id == journal) {
                let from = own_past.entry(journal).or_insert(seq);
                *from = seq.min(*from);
            }
            if let Some(fact) = &stored.fact {
                let taken = self.time.merge(Hlc::from_raw(fact.hlc), wall_ms);
                if taken == Merge::Taken {
                    self.disk.clock = self.time.saved();
                }
            }
            self.news.push(stored);
        }
        self.refold(venue, touched);
        for (journal, from) in own_past {
            let update = JournalUpdate {
                journal,
                acked_through: 0,
                then: AfterAck::Reopen {
                    from,
                    without: Vec::new(),
                    through: u64::MAX,
                    cause: OpeningCause::Forked,
                },
            };
            self.acked(venue, update, true_ms, dice);
        }
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

    /// Facts that the server lacks, contiguous per journal, own and others'.
    pub(super) fn unsent(&self, limit: usize) -> Vec<Vec<u8>> {
        let facts = &self.disk.facts;
        let waiting = facts.journals().flat_map(|journal| {
            let acked = self.disk.acked.get(&journal).copied().unwrap_or(0);
            let beyond = facts.beyond(journal, acked);
            beyond.filter(|held| !self.disk.left_out.contains(&held.header.hash))
        });
        let bytes = waiting.map(|held| {
            let mut bytes = held.bytes.clone();
            if self
                .disk
                .spoilt
                .contains(&(held.header.journal, held.header.seq))
            {
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
            }
            bytes
        });
        bytes.take(limit).collect()
    }

    /// What it let in itself and can hand in.
    pub(super) fn own_entries(&self) -> impl Iterator<Item = &Fact> {
        let disk = &self.disk;
        let own = disk.own.iter().flat_map(move |own| {
            let places = disk.facts.places.range((own.id, 1)..=(own.id, u64::MAX));
            places.flat_map(|(_, side)| side)
        });
        own.filter(move |held| {
            let at = (held.header.journal, held.header.seq);
            !disk.left_out.contains(&held.header.hash) && !disk.spoilt.contains(&at)
        })
        .filter_map(|held| held.fact.as_ref())
        .filter(move |fact| {
            let goes_in = matches!(
                fact.body,
                FactBody::Entry { .. } | FactBody::Override { .. }
            );
            goes_in && fact.device == self.id && !disk.parked.contains(&fact.name())
        })
    }

    /// Carries out one of the engine's saves. Within a transaction.
    pub(super) fn save(
        &mut self,
        call: CallId,
        save: Save,
        venue: &Venue,
        true_ms: UnixMillis,
        dice: &mut Dice,
    ) -> Event {
        match save {
            Save::Page { page, table, .. } => {
                let checksum = Some(self.apply(venue, &page, table, true_ms, dice));
                return Event::PageApplied { call, checksum };
            }
            Save::Acks(updates) => {
                let before = self.unsent(usize::MAX);
                for update in updates {
                    self.acked(venue, update, true_ms, dice);
                }
                let progress = if before == self.unsent(usize::MAX) {
                    PushProgress::None
                } else {
                    PushProgress::Some
                };
                return Event::AcksSaved { call, progress };
            }
            Save::BeginShadow { .. } => {
                self.disk.shadow = Some(Roster::default());
            }
            Save::SwapShadow { .. } => {
                self.disk.in_use = self.disk.shadow.take().expect("a shadow");
                self.disk.was_complete = true;
                self.disk.acked.clear();
                self.refold_all(venue);
            }
            Save::Signed(objects) => self.keep_signed(venue, &objects),
            Save::Grant(_) => {}
            Save::Measured { times, server_ms } => {
                self.time
                    .measured(times.sent_ms, times.received_ms, server_ms);
                self.disk.clock = self.time.saved();
            }
            Save::EraseSecrets => self.disk.is_erased = true,
        }
        Event::Saved { call }
    }

    fn apply(
        &mut self,
        venue: &Venue,
        page: &Page,
        table: Table,
        true_ms: UnixMillis,
        dice: &mut Dice,
    ) -> Checksum {
        let facts: Vec<&[u8]> = page
            .entries
            .iter()
            .filter_map(|entry| match entry {
                PageEntry::Fact(bytes) => Some(&bytes[..]),
                _ => None,
            })
            .collect();
        for bytes in &facts {
            if let Ok(header) = crate::fact::Header::peek(bytes) {
                // The server's journals have no gaps: it holds what is before it, too.
                let acked = self.disk.acked.entry(header.journal).or_default();
                *acked = (*acked).max(header.seq);
            }
        }
        self.take_in(venue, facts, true_ms, dice);
        let roster = match table {
            Table::InUse => {
                self.disk.was_complete |= !page.has_more;
                &mut self.disk.in_use
            }
            Table::Shadow => self.disk.shadow.as_mut().expect("a shadow"),
        };
        roster.cursor = Some(page.cursor.clone());
        roster.epoch = page.epoch;
        roster.epochs.insert(page.epoch);
        roster.head = roster.head.max(page.head);
        for row in &page.tickets {
            match roster.tickets.insert(row.id, *row) {
                Some(former) => roster.checksum.replace(&former, row),
                None => roster.checksum.add(row),
            }
        }
        let checksum = roster.checksum;
        if table == Table::InUse {
            let changed: Vec<TicketId> = page.tickets.iter().map(|row| row.id).collect();
            self.refold(venue, changed);
        }
        checksum
    }

    fn acked(
        &mut self,
        venue: &Venue,
        update: JournalUpdate,
        true_ms: UnixMillis,
        dice: &mut Dice,
    ) {
        let acked = self.disk.acked.entry(update.journal).or_default();
        *acked = (*acked).max(update.acked_through);
        let (from, without, through) = match update.then {
            AfterAck::GoOn | AfterAck::Park { .. } => return,
            AfterAck::Reopen {
                from,
                without,
                through,
                ..
            } => (from, without, through),
        };
        let is_own = self.disk.own.iter().any(|own| own.id == update.journal);
        // Its author says all of it again elsewhere; nobody else may.
        let last = if is_own { u64::MAX } else { through };
        if last < from {
            return;
        }
        let refused: BTreeSet<u64> = without.iter().map(|(seq, _)| *seq).collect();
        for own in &mut self.disk.own {
            own.is_open &= own.id != update.journal;
        }
        let later: Vec<Rc<Stored>> = self
            .disk
            .facts
            .places
            .range((update.journal, from)..=(update.journal, last))
            .flat_map(|(_, side)| side.iter().cloned())
            .filter(|held| !self.disk.left_out.contains(&held.header.hash))
            .collect();
        for held in later {
            let at = (held.header.journal, held.header.seq);
            self.disk.left_out.insert(held.header.hash);
            let Some(fact) = held.fact.as_ref().filter(|_| is_own) else {
                continue;
            };
            if refused.contains(&at.1) {
                self.disk.parked.insert(fact.name());
            } else if at.1 > 1 {
                let (id, body, seen) = (fact.id, fact.body.clone(), fact.seen.clone());
                self.append(venue, id, body, seen, true_ms, dice);
            }
        }
    }

    // Rights.

    pub(super) fn lease(&self, venue: &Venue, right: Right) -> Option<&Lease> {
        self.disk.leases.find(venue.event.id, right)
    }

    pub(super) fn trace(&self, venue: &Venue, right: Right) -> (Trace, Vec<(Fact, FactHash)>) {
        let facts = self.disk.facts.with_rights(right.ticket);
        let authors = self.basis(venue).authors();
        let trace = trace(right, self.lease(venue, right), &facts, &authors);
        (trace, facts)
    }

    pub(super) fn held(&self, venue: &Venue, right: Right) -> Held {
        let (trace, facts) = self.trace(venue, right);
        let lease = self.lease(venue, right);
        held(self.id, self.own_journals(), right, lease, &trace, &facts)
    }

    // Decisions.

    pub(super) fn now(&self, true_ms: UnixMillis) -> Now {
        let time = self.time.now(self.wall_ms(true_ms));
        let (error_ms, trust) = match time.doubt {
            None => (time.error_ms, ClockTrust::Good),
            Some(ClockDoubt::NeverMeasured) => (NEVER_MEASURED, ClockTrust::Good),
            Some(ClockDoubt::SetBack { .. }) => (time.error_ms, ClockTrust::Doubtful),
        };
        Now {
            ms: time.now_ms,
            error_ms,
            trust,
        }
    }

    pub(super) fn decide(
        &self,
        venue: &Venue,
        row: TicketRow,
        direction: Direction,
        right: EntryRight,
        true_ms: UnixMillis,
    ) -> Decision {
        let rules = venue.rules();
        let presented = Presented {
            direction,
            code: Code::Ticket(TicketCode {
                ticket: row.id,
                type_no: row.type_no,
                window: row.window,
                key: KEY,
                mode: EventMode::Real,
                signed_by: SignedBy::Event,
                rotating: Rotating::No,
                means: Means::Signed,
            }),
        };
        let nothing = TicketState::default();
        let folded = self.view.folded.get(&row.id);
        let known = Known {
            row: self.disk.in_use.tickets.get(&row.id).copied(),
            barred: None,
            key: Some(&venue.key),
            issued: Issued::Unseen,
            state: folded.map_or(&nothing, |folded| &folded.state),
            claimed_at: None,
            right,
        };
        let is_live = self.engine.state() == State::Live;
        let door = Door {
            // Open doors take tickets of either gate: what is at stake here is how often, not where.
            gate: None,
            roster: if is_live {
                RosterState::Live
            } else {
                RosterState::MaybeBehind
            },
            roster_as_of_ms: None,
        };
        decide(&presented, &known, self.now(true_ms), &door, &rules)
    }

    pub(super) fn admit_right(ticket: TicketId) -> Right {
        Right {
            kind: RightKind::Admit,
            ticket,
        }
    }

    pub(super) fn sell_right(ticket: TicketId) -> Right {
        Right {
            kind: RightKind::Sell,
            ticket,
        }
    }

    /// Writes an envelope of a version that nobody here can read. Within a transaction.
    pub(super) fn append_newer(&mut self, venue: &Venue) -> Option<Rc<Stored>> {
        let own = self.disk.own.last().filter(|own| own.is_open)?.id;
        let head = self.disk.facts.head(own);
        let mut bytes = vec![2, 0];
        bytes.extend_from_slice(own.as_bytes());
        bytes.extend_from_slice(&(head.seq + 1).to_be_bytes());
        bytes.extend_from_slice(&head.hash);
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(b"fields that only version 2 knows");
        let signature = venue
            .signing_key(self.id)
            .sign(b"tickethub/fact/v2", &bytes);
        bytes.extend_from_slice(&signature);
        let stored = Stored::read(venue, &bytes).expect("own bytes");
        self.disk.facts.add(&stored);
        self.news.push(stored.clone());
        Some(stored)
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
