//! The server in memory: a feed that compacts itself, journals that are prefix-closed chains, root-signed
//! objects, stock. Every change is one transaction with one number.

mod intake;
mod lending;
mod lists;
mod tills;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::facts::{Basis, Facts, Stored, View};
use super::venue::{self, Venue, device_id};
use crate::clock::{HybridClock, UnixMillis};
use crate::ids::{DeviceId, FactId, FactName, JournalId, TicketId};
use crate::lease::LeaseList;
use crate::planted::{self, Bug};
use crate::roster::signed::{DeviceList, SignedKind, SignedObject};
use crate::roster::{Revocation, TicketRow};
use crate::sync::checksum::Checksum;
use crate::wire::latest::{ErrorCode, Page, PageEntry};

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
    pub(super) tills: tills::TillRecords,
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
            tills: tills::TillRecords::default(),
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
