//! The server in memory: a feed that compacts itself, journals that are prefix-closed chains, root-signed
//! objects, stock. Every change is one transaction with one number.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::facts::{Basis, Facts, Stored, View};
use super::venue::{self, BEGIN, SERVER, STOCK, Venue, device_id};
use crate::clock::{HybridClock, Stamp, UnixMillis};
use crate::fact::FactBody;
use crate::fact::journal::{self, Author, ChainError, Draft};
use crate::fact::kind::{Annotation, OpeningCause, RightKind};
use crate::ids::{DeviceId, FactId, FactName, GateNo, JournalId, TicketId};
use crate::lease::stock::{ENDS_AFTER_MS, lease_size, stock};
use crate::lease::{Cause, DoorShare, Lease, LeaseList, Right, WriteOff, share_out, trace};
use crate::planted::{self, Bug};
use crate::roster::signed::{DeviceList, SignedKind, SignedObject};
use crate::roster::{Revocation, TicketRow};
use crate::sync::checksum::Checksum;
use crate::wire::latest::{ErrorCode, FactsAnswer, JournalAck, Page, PageEntry};

/// A fact later than its receipt by more than this is not believed.
const TOO_LATE_MS: i64 = 5 * 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entity {
    Ticket(TicketId),
    Fact(JournalId, u64),
}

/// What survives a crash, and what a backup holds.
#[derive(Clone)]
pub(super) struct Durable {
    pub(super) epoch: u64,
    pub(super) head: u64,
    pub(super) feed: Feed,
    pub(super) rows: BTreeMap<TicketId, TicketRow>,
    /// Of all rows.
    checksum: Checksum,
    pub(super) facts: Facts,
    /// The other sides of forks, and what could not be read.
    pub(super) quarantine: BTreeMap<[u8; 32], Rc<Stored>>,
    pub(super) forks: BTreeSet<JournalId>,
    received: BTreeMap<(JournalId, u64), UnixMillis>,
    own: Option<JournalId>,
    own_clock: HybridClock,
    adjusted: BTreeSet<FactName>,
    pub(super) revoked: HashMap<DeviceId, Revocation>,
    pub(super) devices: DeviceList,
    pub(super) leases: LeaseList,
    pub(super) signed: BTreeMap<SignedKind, SignedObject>,
    pub(super) online_sold: u32,
    next_stock_id: u64,
}

/// When each entity changed last.
#[derive(Clone, Default)]
pub(super) struct Feed {
    of: BTreeMap<Entity, u64>,
    in_order: BTreeSet<(u64, Entity)>,
}

impl Feed {
    fn put(&mut self, entity: Entity, number: u64) {
        if let Some(former) = self.of.insert(entity, number) {
            self.in_order.remove(&(former, entity));
        }
        self.in_order.insert((number, entity));
    }

    /// In the order of the changes.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, Entity)> {
        self.in_order.iter().copied()
    }

    fn after(&self, at: (u64, Entity)) -> impl Iterator<Item = (u64, Entity)> {
        let after = (std::ops::Bound::Excluded(at), std::ops::Bound::Unbounded);
        self.in_order.range(after).copied()
    }
}

impl Durable {
    fn put_row(&mut self, row: TicketRow) {
        match self.rows.insert(row.id, row) {
            Some(former) => self.checksum.replace(&former, &row),
            None => self.checksum.add(&row),
        }
    }
}

pub(super) struct SimServer {
    pub(super) durable: Durable,
    backup: Option<Durable>,
    pub(super) view: View,
    pub(super) sessions: BTreeSet<u16>,
    /// Devices that have not answered since the restore.
    pub(super) recovering: BTreeSet<DeviceId>,
    pub(super) restores: u64,
    /// The numbers of transactions, in the order of their commits, and of which life of the feed.
    pub(super) commits: Vec<(u64, u64)>,
    pub(super) claims: BTreeMap<TicketId, Claim>,
    pub(super) capacity: u32,
    devices: u16,
    made: u64,
    /// How often it changed.
    pub(super) changes: u64,
}

#[derive(Clone, Copy)]
pub(super) struct Claim {
    pub(super) fact: FactId,
    pub(super) node: u16,
    pub(super) lapses_ms: UnixMillis,
}

impl SimServer {
    pub(super) fn new(venue: &Venue, devices: u16, tickets: u64, capacity: u32) -> Self {
        let list = venue.device_list(devices, &HashMap::new());
        let leases = LeaseList::default();
        let signed = [
            (SignedKind::DeviceList, venue.sign_devices(&list, 1)),
            (SignedKind::Leases, venue.sign_leases(&leases, 1)),
        ];
        let mut durable = Durable {
            epoch: 1,
            head: 1,
            feed: Feed::default(),
            rows: BTreeMap::new(),
            checksum: Checksum::default(),
            facts: Facts::default(),
            quarantine: BTreeMap::new(),
            forks: BTreeSet::new(),
            received: BTreeMap::new(),
            own: None,
            own_clock: HybridClock::default(),
            adjusted: BTreeSet::new(),
            revoked: HashMap::new(),
            devices: list,
            leases,
            signed: signed.into(),
            online_sold: 0,
            next_stock_id: 0,
        };
        for n in 1..=tickets {
            durable.put_row(venue::ticket_row(n));
            durable.feed.put(Entity::Ticket(TicketId(n)), 1);
        }
        Self {
            durable,
            backup: None,
            view: View::default(),
            sessions: BTreeSet::new(),
            recovering: BTreeSet::new(),
            restores: 0,
            commits: vec![(1, 1)],
            claims: BTreeMap::new(),
            capacity,
            devices,
            made: 0,
            changes: 0,
        }
    }

    pub(super) fn basis<'a>(&'a self, venue: &'a Venue) -> Basis<'a> {
        Basis {
            venue,
            devices: &self.durable.devices.devices,
        }
    }

    /// The number of a transaction that begins now: under the event's lock the next one.
    pub(super) fn draw_number(&mut self, drawn: &mut u64) -> Option<u64> {
        if planted::is(Bug::SequenceCursor) {
            *drawn = (*drawn).max(self.durable.head) + 1;
            return Some(*drawn);
        }
        if planted::is(Bug::UnlockedWriter) {
            return Some(self.durable.head + 1);
        }
        None
    }

    fn commit(&mut self, number: Option<u64>, changed: impl IntoIterator<Item = Entity>) {
        let number = number.unwrap_or(self.durable.head + 1);
        self.durable.head = self.durable.head.max(number);
        self.commits.push((self.durable.epoch, number));
        for entity in changed {
            self.durable.feed.put(entity, number);
        }
    }

    fn refold(&mut self, venue: &Venue, tickets: impl IntoIterator<Item = TicketId>) {
        self.changes += 1;
        let durable = &self.durable;
        let basis = Basis {
            venue,
            devices: &durable.devices.devices,
        };
        let row = |ticket| durable.rows.get(&ticket).copied();
        self.view.refold(tickets, &durable.facts, row, basis);
    }

    pub(super) fn refold_all(&mut self, venue: &Venue) {
        let tickets: BTreeSet<TicketId> = self.durable.facts.by_ticket.keys().copied().collect();
        self.refold(venue, tickets);
    }

    pub(super) fn set_rows(&mut self, venue: &Venue, rows: &[TicketRow], number: Option<u64>) {
        for row in rows {
            self.durable.put_row(*row);
        }
        self.commit(number, rows.iter().map(|row| Entity::Ticket(row.id)));
        self.refold(venue, rows.iter().map(|row| row.id));
    }

    pub(super) fn back_up(&mut self) {
        self.backup = Some(self.durable.clone());
    }

    /// What was written since the backup is lost; the feed begins anew. Online sales that were lost.
    pub(super) fn restore(&mut self, venue: &Venue) -> Option<u32> {
        let backup = self.backup.clone()?;
        let lost = self.durable.online_sold - backup.online_sold;
        let next_stock_id = self.durable.next_stock_id;
        self.durable = backup;
        // New ids are random in truth: none comes twice.
        self.durable.next_stock_id = next_stock_id;
        self.restores += 1;
        self.durable.epoch = 1 + self.restores;
        self.durable.own = None;
        self.sessions.clear();
        self.claims.clear();
        let revoked = &self.durable.revoked;
        self.recovering = (1..=self.devices)
            .map(device_id)
            .filter(|device| !revoked.contains_key(device))
            .collect();
        self.view = View::default();
        self.refold_all(venue);
        Some(lost)
    }

    /// A device offers what the root signed: after a restore it proves what the server forgot.
    pub(super) fn offered(
        &mut self,
        venue: &Venue,
        from: DeviceId,
        objects: &[SignedObject],
        now_ms: UnixMillis,
    ) {
        for object in objects {
            let root = venue.root.verifying_key();
            let held = self.durable.signed.get(&object.kind);
            if held.is_some_and(|held| held.version >= object.version) {
                if object.kind == SignedKind::DeviceList {
                    let list = object.open(&root).expect("signed by the root");
                    self.take_revocations(venue, &list, now_ms);
                }
                continue;
            }
            match object.kind {
                SignedKind::DeviceList => {
                    let list: DeviceList = object.open(&root).expect("signed by the root");
                    self.durable.revoked = list
                        .devices
                        .iter()
                        .filter_map(|row| Some((row.id, row.revocation.clone()?)))
                        .collect();
                    self.recovering
                        .retain(|device| !self.durable.revoked.contains_key(device));
                    self.durable.devices = list;
                }
                SignedKind::Leases => {
                    self.durable.leases = object.open(&root).expect("signed by the root");
                }
                SignedKind::KeySet => {}
            }
            self.durable.signed.insert(object.kind, object.clone());
            self.refold_all(venue);
        }
        self.recovering.remove(&from);
    }

    /// What was revoked before the restore, if somebody else has been revoked since.
    fn take_revocations(&mut self, venue: &Venue, list: &DeviceList, now_ms: UnixMillis) {
        let mut has_news = false;
        for row in &list.devices {
            let Some(revocation) = &row.revocation else {
                continue;
            };
            let known = self.durable.revoked.get(&row.id);
            if known.is_none_or(|known| known.at_ms < revocation.at_ms) {
                self.durable.revoked.insert(row.id, revocation.clone());
                self.recovering.remove(&row.id);
                has_news = true;
            }
        }
        if has_news {
            self.publish_devices(venue, now_ms);
        }
    }

    fn publish_devices(&mut self, venue: &Venue, now_ms: UnixMillis) {
        self.durable.devices = venue.device_list(self.devices, &self.durable.revoked);
        let version = self.next_version(now_ms);
        let object = venue.sign_devices(&self.durable.devices, version);
        self.durable.signed.insert(SignedKind::DeviceList, object);
        self.refold_all(venue);
    }

    fn next_version(&self, now_ms: UnixMillis) -> u64 {
        (self.signed_version() + 1).max((now_ms - BEGIN + 2).max(1).cast_unsigned())
    }

    pub(super) fn publish_leases(&mut self, venue: &Venue, now_ms: UnixMillis) {
        self.changes += 1;
        let version = self.next_version(now_ms);
        let object = venue.sign_leases(&self.durable.leases, version);
        self.durable.signed.insert(SignedKind::Leases, object);
    }

    /// Revokes, or moves the point: each journal's last fact that was received before `since_ms`.
    pub(super) fn revoke(
        &mut self,
        venue: &Venue,
        device: DeviceId,
        since_ms: UnixMillis,
        now_ms: UnixMillis,
    ) {
        let mut points: BTreeMap<JournalId, (u64, [u8; 32])> = BTreeMap::new();
        for stored in self.durable.facts.all() {
            let at = (stored.header.journal, stored.header.seq);
            let in_time = self
                .durable
                .received
                .get(&at)
                .is_some_and(|received| *received < since_ms);
            if stored.header.device == device && in_time {
                points.insert(at.0, (at.1, stored.header.hash));
            }
        }
        let revocation = Revocation {
            at_ms: now_ms,
            points: points
                .into_iter()
                .map(|(journal, (seq, hash))| (journal, seq, hash))
                .collect(),
        };
        self.durable.revoked.insert(device, revocation);
        self.recovering.remove(&device);
        self.publish_devices(venue, now_ms);
    }

    pub(super) fn newer_signed(&self, have: &BTreeMap<SignedKind, u64>) -> Vec<SignedObject> {
        let newer = |object: &&SignedObject| have.get(&object.kind) < Some(&object.version);
        self.durable
            .signed
            .values()
            .filter(newer)
            .cloned()
            .collect()
    }

    pub(super) fn changes(
        &self,
        cursor: Option<&str>,
        limit: usize,
        now_ms: UnixMillis,
    ) -> Result<Page, ErrorCode> {
        let durable = &self.durable;
        let (after, ours) = match cursor {
            None => ((0, Entity::Ticket(TicketId(0))), true),
            Some(text) => parse_cursor(text, durable),
        };
        if !ours && !planted::is(Bug::EpochIgnored) {
            return Err(ErrorCode::ResetRequired);
        }
        let mut waiting: Vec<(u64, Entity)> = durable
            .feed
            .after(after)
            .filter(|at| !planted::is(Bug::BareCursor) || at.0 > after.0)
            .take(limit.saturating_add(1))
            .collect();
        let has_more = waiting.len() > limit;
        waiting.truncate(limit);
        let end = waiting.last().copied().unwrap_or(after);
        let checksum = durable.checksum;
        let mut page = Page {
            epoch: durable.epoch,
            cursor: write_cursor(durable.epoch, end),
            has_more,
            head: durable.head,
            signed_version: self.signed_version(),
            server_ms: now_ms,
            tickets: Vec::new(),
            barred: Vec::new(),
            entries: Vec::new(),
            checksum: (!has_more).then_some((checksum.rows, checksum.xor)),
        };
        for (_, entity) in waiting {
            match entity {
                Entity::Ticket(id) => page.tickets.push(durable.rows[&id]),
                Entity::Fact(journal, seq) => {
                    let stored = &durable.facts.at(journal, seq)[0];
                    let bytes = serde_bytes::ByteBuf::from(stored.bytes.clone());
                    page.entries.push(PageEntry::Fact(bytes));
                }
            }
        }
        Ok(page)
    }

    pub(super) fn signed_version(&self) -> u64 {
        let versions = self.durable.signed.values().map(|object| object.version);
        versions.max().unwrap_or(0)
    }

    /// Takes an upload, in one transaction.
    pub(super) fn upload(
        &mut self,
        venue: &Venue,
        envelopes: &[Vec<u8>],
        number: Option<u64>,
        now_ms: UnixMillis,
    ) -> FactsAnswer {
        let mut acks: BTreeMap<JournalId, JournalAck> = BTreeMap::new();
        let mut changed = Vec::new();
        let mut touched = BTreeSet::new();
        let mut offered: BTreeMap<JournalId, u64> = BTreeMap::new();
        for bytes in envelopes {
            let Ok(header) = crate::fact::Header::peek(bytes) else {
                continue;
            };
            let (journal, seq) = (header.journal, header.seq);
            let ack = acks.entry(journal).or_insert(JournalAck {
                journal,
                acked_through: 0,
                forked_at: None,
                aside_through: None,
                refused: Vec::new(),
            });
            let seen = offered.entry(journal).or_default();
            *seen = (*seen).max(seq);
            let Some(stored) = Stored::read(venue, bytes) else {
                ack.refused.push((seq, "bad_signature".into()));
                if planted::is(Bug::BadFactBlocks) {
                    break;
                }
                continue;
            };
            match self.place(&stored) {
                Placed::Next => {
                    self.durable.received.insert((journal, seq), now_ms);
                    touched.extend(self.durable.facts.add(&stored).into_iter().flatten());
                    changed.push(Entity::Fact(journal, seq));
                }
                Placed::Repeated | Placed::Gap => {}
                Placed::Fork => {
                    self.durable.quarantine.insert(stored.header.hash, stored);
                    self.durable.forks.insert(journal);
                    let ack = acks.get_mut(&journal).expect("just made");
                    ack.forked_at = ack.forked_at.or(Some(seq));
                    ack.aside_through = ack.aside_through.max(Some(seq));
                }
            }
        }
        for ack in acks.values_mut() {
            ack.acked_through = self.durable.facts.head(ack.journal).seq;
            if planted::is(Bug::CountBasedAck) {
                ack.acked_through = ack.acked_through.max(offered[&ack.journal]);
            }
        }
        changed.extend(self.adjust_times(venue, &changed.clone(), now_ms, &mut touched));
        if !changed.is_empty() {
            self.commit(number, changed);
        }
        self.refold(venue, touched);
        FactsAnswer {
            journals: acks.into_values().collect(),
            server_ms: now_ms,
        }
    }

    fn place(&self, stored: &Stored) -> Placed {
        let (header, facts) = (&stored.header, &self.durable.facts);
        match facts.head(header.journal).follow(header) {
            Ok(_) => Placed::Next,
            // What follows a fact that is kept aside is kept there, too.
            Err(ChainError::Gap { .. })
                if self.durable.quarantine.contains_key(&header.prev_hash) =>
            {
                Placed::Fork
            }
            Err(ChainError::Gap { .. }) => Placed::Gap,
            Err(_) if facts.has(header) => {
                if planted::is(Bug::RepeatedTakenTwice) {
                    return Placed::Next;
                }
                Placed::Repeated
            }
            Err(_) if planted::is(Bug::ConflictIgnored) => Placed::Repeated,
            Err(_) => Placed::Fork,
        }
    }

    /// A fact from the future gets the time of its receipt, by a fact of the server's own journal.
    fn adjust_times(
        &mut self,
        venue: &Venue,
        changed: &[Entity],
        now_ms: UnixMillis,
        touched: &mut BTreeSet<TicketId>,
    ) -> Vec<Entity> {
        let mut suspects = Vec::new();
        for entity in changed {
            let Entity::Fact(journal, seq) = *entity else {
                continue;
            };
            let Some(fact) = &self.durable.facts.at(journal, seq)[0].fact else {
                continue;
            };
            let Some(ticket) = fact.ticket() else {
                continue;
            };
            if fact.effective_ms() > now_ms + TOO_LATE_MS
                && self.durable.adjusted.insert(fact.name())
            {
                suspects.push((ticket, fact.name()));
            }
        }
        let mut written = Vec::new();
        for (ticket, target) in suspects {
            if planted::is(Bug::AnnotationNotRefolded) {
                touched.remove(&ticket);
            } else {
                touched.insert(ticket);
            }
            let says = Annotation::AdjustedTime(now_ms);
            let body = FactBody::Annotation {
                ticket,
                target,
                says,
            };
            written.extend(self.append_own(venue, body, now_ms));
        }
        written
    }

    fn append_own(&mut self, venue: &Venue, body: FactBody, now_ms: UnixMillis) -> Vec<Entity> {
        let mut written = Vec::new();
        let opens = self.durable.own.is_none();
        let number = u16::try_from(self.restores).unwrap_or(u16::MAX);
        let journal = *self
            .durable
            .own
            .get_or_insert_with(|| venue::journal_id(0, number));
        let opening = FactBody::JournalOpened {
            event: venue.event.id,
            gate: GateNo(0),
            cause: OpeningCause::First,
            predecessor: None,
        };
        for body in opens.then_some(opening).into_iter().chain([body]) {
            self.made += 1;
            let mut id = [0x5e; 16];
            id[8..].copy_from_slice(&self.made.to_be_bytes());
            let draft = Draft {
                id: FactId::from_bytes(id),
                stamp: Stamp {
                    hlc: self.durable.own_clock.tick(now_ms),
                    wall_ms: now_ms,
                    offset_ms: 0,
                    offset_err_ms: 0,
                },
                seen: Vec::new(),
                body,
            };
            let author = Author {
                device: SERVER,
                journal,
                key: venue.signing_key(SERVER),
            };
            let head = self.durable.facts.head(journal);
            let envelope = journal::append(head, author, draft).expect("a small fact");
            let stored = Stored::read(venue, envelope.bytes()).expect("own bytes");
            written.push(Entity::Fact(journal, stored.header.seq));
            self.durable.facts.add(&stored);
        }
        written
    }

    /// Opens the doors: each gate's tickets in equal shares to its doors.
    pub(super) fn open_doors(&mut self, venue: &Venue, gates: &[(DeviceId, GateNo)]) {
        let doors: Vec<DoorShare> = gates
            .iter()
            .map(|(device, gate)| DoorShare {
                device: *device,
                gate: *gate,
                tickets: 0,
            })
            .collect();
        let tickets: Vec<(TicketId, GateNo)> = self
            .durable
            .rows
            .values()
            .map(|row| (row.id, row.home_gate))
            .collect();
        let term = self.next_version(BEGIN);
        self.grant_shares(venue, share_out(&tickets, doors), Cause::First, term);
        self.publish_leases(venue, BEGIN);
    }

    fn grant_shares(
        &mut self,
        venue: &Venue,
        shares: Vec<(TicketId, DeviceId)>,
        cause: Cause,
        term: u64,
    ) {
        let mut of: BTreeMap<DeviceId, Vec<TicketId>> = BTreeMap::new();
        for (ticket, device) in shares {
            of.entry(device).or_default().push(ticket);
        }
        for (device, tickets) in of {
            let facts = &self.durable.facts;
            let after = tickets.iter().flat_map(|ticket| {
                let seen = crate::admission::seen_for_new_fact(facts.of(*ticket));
                seen.into_iter().map(|name| (*ticket, name))
            });
            self.durable.leases.grant(Lease {
                event: venue.event.id,
                right: RightKind::Admit,
                term,
                device,
                cause,
                after: after.collect(),
                type_no: None,
                ends_ms: None,
                is_stopped: false,
                tickets,
            });
        }
    }

    /// Moves what was released, and what a lost device held, to the doors that are left.
    pub(super) fn move_rights(
        &mut self,
        venue: &Venue,
        gates: &[(DeviceId, GateNo)],
        now_ms: UnixMillis,
    ) {
        if !self.recovering.is_empty() {
            return;
        }
        let durable = &self.durable;
        let authors = self.basis(venue).authors();
        let lost = |device: DeviceId| durable.revoked.contains_key(&device);
        let mut held: BTreeMap<DeviceId, u32> = BTreeMap::new();
        let mut moved: BTreeMap<u8, Vec<(TicketId, GateNo)>> = BTreeMap::new();
        for row in durable.rows.values() {
            let right = Right {
                kind: RightKind::Admit,
                ticket: row.id,
            };
            let lease = durable.leases.find(venue.event.id, right);
            let facts = durable.facts.with_rights(row.id);
            let trace = trace(right, lease, &facts, &authors);
            let cause = if planted::is(Bug::RightMovedUnreleased) {
                Some(Cause::Released).filter(|_| row.id.0 % 2 == 0)
            } else {
                trace.may_be_moved(lost)
            };
            match (cause, trace.holder()) {
                (Some(cause), _) => {
                    let of_cause = moved.entry(cause as u8).or_default();
                    of_cause.push((row.id, row.home_gate));
                }
                (None, Some(device)) => *held.entry(device).or_default() += 1,
                (None, None) => {}
            }
        }
        if moved.is_empty() {
            return;
        }
        let doors: Vec<DoorShare> = gates
            .iter()
            .filter(|(device, _)| !lost(*device))
            .map(|(device, gate)| DoorShare {
                device: *device,
                gate: *gate,
                tickets: held.get(device).copied().unwrap_or(0),
            })
            .collect();
        let term = self.next_version(now_ms);
        for cause in [Cause::First, Cause::Released, Cause::Lost] {
            if let Some(tickets) = moved.get(&(cause as u8)) {
                let shares = share_out(tickets, doors.clone());
                self.grant_shares(venue, shares, cause, term);
            }
        }
        self.publish_leases(venue, now_ms);
    }

    /// Places that a till may sell, and those that it sold.
    pub(super) fn leased(&self, venue: &Venue) -> (u32, u32) {
        let authors = self.basis(venue).authors();
        let (mut unsold, mut sold) = (0, 0);
        for (lease, ticket) in self.stock_places() {
            let right = Right {
                kind: RightKind::Sell,
                ticket,
            };
            let facts = self.durable.facts.with_rights(ticket);
            let trace = trace(right, Some(lease), &facts, &authors);
            let stock = stock(ticket, &trace, &facts, &authors);
            match stock {
                _ if stock.is_free_again() => {}
                crate::lease::stock::Stock::Sold(_) => sold += 1,
                crate::lease::stock::Stock::Unsold(_)
                | crate::lease::stock::Stock::Returned
                | crate::lease::stock::Stock::NotLeased => unsold += 1,
            }
        }
        (unsold, sold)
    }

    /// The same, told by who said what and not by what the server makes of it: a place is free again only
    /// after its holder's release.
    pub(super) fn places(&self, venue: &Venue) -> (u32, u32) {
        planted::with(None, || self.leased(venue))
    }

    fn stock_places(&self) -> impl Iterator<Item = (&Lease, TicketId)> {
        let leases = self.durable.leases.leases.iter();
        leases
            .filter(|lease| lease.right == RightKind::Sell)
            .flat_map(|lease| lease.tickets.iter().map(move |ticket| (lease, *ticket)))
    }

    pub(super) fn written_off(&self) -> u32 {
        let written_off = self.durable.leases.write_offs.iter();
        written_off.map(|write_off| write_off.places).sum()
    }

    /// Places that are neither sold nor leased.
    pub(super) fn free_places(&self, venue: &Venue) -> u32 {
        let (unsold, sold) = self.leased(venue);
        let taken = self.durable.online_sold + unsold + sold;
        (self.capacity + self.written_off()).saturating_sub(taken)
    }

    /// A till gets more places. Whether it did.
    pub(super) fn top_up(&mut self, venue: &Venue, till: DeviceId, now_ms: UnixMillis) -> bool {
        let size = lease_size(self.free_places(venue) * 5).min(self.free_places(venue));
        if size == 0 || !self.recovering.is_empty() || self.durable.revoked.contains_key(&till) {
            return false;
        }
        let first = 1_000_000 + self.durable.next_stock_id;
        self.durable.next_stock_id += u64::from(size);
        let term = self.next_version(now_ms);
        self.durable.leases.grant(Lease {
            event: venue.event.id,
            right: RightKind::Sell,
            term,
            device: till,
            cause: Cause::First,
            after: Vec::new(),
            type_no: Some(STOCK),
            ends_ms: Some(venue.event.ends_ms + ENDS_AFTER_MS),
            is_stopped: false,
            tickets: (first..first + u64::from(size)).map(TicketId).collect(),
        });
        self.publish_leases(venue, now_ms);
        true
    }

    pub(super) fn sell_online(&mut self, venue: &Venue) -> bool {
        let can = self.recovering.is_empty() && self.free_places(venue) > 0;
        self.durable.online_sold += u32::from(can);
        can
    }

    /// Takes a silent till's leases back: it may not sell, and its places stay where they are.
    pub(super) fn stop_leases(&mut self, venue: &Venue, till: DeviceId, now_ms: UnixMillis) {
        let leases = self.durable.leases.leases.iter_mut();
        leases
            .filter(|lease| lease.right == RightKind::Sell && lease.device == till)
            .for_each(|lease| lease.is_stopped = true);
        self.publish_leases(venue, now_ms);
    }

    pub(super) fn write_off(&mut self, venue: &Venue, till: DeviceId, now_ms: UnixMillis) {
        self.durable.leases.write_offs.push(WriteOff {
            event: venue.event.id,
            type_no: STOCK,
            device: till,
            places: 1,
            at_ms: now_ms,
        });
        self.publish_leases(venue, now_ms);
    }
}

enum Placed {
    Next,
    Repeated,
    Gap,
    Fork,
}

fn write_cursor(epoch: u64, (seq, entity): (u64, Entity)) -> String {
    match entity {
        Entity::Ticket(id) => format!("{epoch}:{seq}:t:{}", id.0),
        Entity::Fact(journal, place) => format!("{epoch}:{seq}:f:{journal}:{place}"),
    }
}

/// Where it stands, and whether it is of this life of the feed.
fn parse_cursor(text: &str, durable: &Durable) -> ((u64, Entity), bool) {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |at: usize| parts[at].parse::<u64>().expect("a cursor");
    let entity = match parts[2] {
        "t" => Entity::Ticket(TicketId(number(3))),
        _ => Entity::Fact(parts[3].parse().expect("a cursor"), number(4)),
    };
    let ours = number(0) == durable.epoch && number(1) <= durable.head;
    ((number(1), entity), ours)
}
