//! The actions, carried out. What can't be done now is skipped, and counted by its reason.

use std::collections::BTreeSet;

use super::action::Action;
use super::device::Node;
use super::facts::Stored;
use super::invariants::Violation;
use super::oracle::Passed;
use super::serving::Transaction;
use super::venue::{device_id, gate_of, journal_id, ticket_row};
use super::world::{Weather, World, gates};
use crate::admission::Direction;
use crate::clock::{Hlc, Stamp};
use crate::fact::journal::{self, Author, Draft};
use crate::fact::kind::{EntryMarks, OpeningCause, RightKind, VoidReason};
use crate::fact::{FactBody, Head};
use crate::ids::{FactId, FactName, TicketId, UserId};
use crate::lease::stock::{may_sell, stock};
use crate::lease::{Held, Right};
use crate::roster::TicketStatus;
use crate::sync::event::Event;

impl World {
    pub(super) fn act(&mut self, action: Action) -> Result<(), Violation> {
        // What was asked for before may be in vain now.
        for node in &mut self.nodes {
            if let Some(pending) = &mut node.pending {
                pending.is_due = false;
            }
        }
        match action {
            Action::Scan {
                device,
                ticket,
                out,
            } => {
                let way = if out { Direction::Out } else { Direction::In };
                match self.honest(device) {
                    Some(at) => self.scan(at, TicketId(ticket), way),
                    None => Ok(()),
                }
            }
            Action::Override { device, ticket } => self.override_at(device, TicketId(ticket)),
            Action::Void { device } => self.void(device),
            Action::Sell { till } => self.sell(till),
            Action::SellOnline => {
                if self.server.sell_online(&self.venue) {
                    self.oracle.sold_online += 1;
                } else {
                    self.oracle.skip("nothing is left to sell online");
                }
                Ok(())
            }
            Action::TopUp { till } => {
                let now_ms = self.true_ms();
                if !self.server.top_up(&self.venue, device_id(till), now_ms) {
                    self.oracle.skip("no places for the till");
                }
                self.answer_waiting();
                Ok(())
            }
            Action::HandPlaces { till, to } => self.give(till, RightKind::Sell, Some(to), 2),
            Action::Close { till } => self.give(till, RightKind::Sell, None, usize::MAX),
            Action::StopLeases { till } => {
                let now_ms = self.true_ms();
                self.server
                    .stop_leases(&self.venue, device_id(till), now_ms);
                Ok(())
            }
            Action::WriteOff { till } => {
                let now_ms = self.true_ms();
                self.server.write_off(&self.venue, device_id(till), now_ms);
                Ok(())
            }
            Action::HandShare { device, to } => {
                self.give(device, RightKind::Admit, Some(to), usize::MAX)
            }
            Action::ReleaseShare { device } => {
                self.give(device, RightKind::Admit, None, usize::MAX)
            }
            Action::MoveRights => {
                self.move_rights();
                Ok(())
            }
            Action::Roster { ticket, status } => {
                let mut row = ticket_row(ticket);
                row.status = TicketStatus::from_number(status).expect("below 5");
                self.transact(Transaction::Rows(vec![row]));
                Ok(())
            }
            Action::Cut { from, to } => {
                self.cut.insert((from, to));
                Ok(())
            }
            Action::Partition { sides } => {
                self.partition(sides);
                Ok(())
            }
            Action::Heal => {
                self.cut.clear();
                self.weather = Weather::default();
                Ok(())
            }
            Action::Weather {
                loss,
                twice,
                slow_ms,
            } => {
                self.weather = Weather {
                    loss,
                    twice,
                    slow_ms,
                };
                Ok(())
            }
            Action::Crash { device, at } => {
                if let Some(node) = self.up(device) {
                    self.nodes[node].crash = Some(at);
                }
                Ok(())
            }
            Action::PowerCut { device } => {
                if let Some(at) = self.up(device) {
                    self.nodes[at].power_fails();
                    self.crashed(at);
                }
                Ok(())
            }
            Action::Snapshot { device } => {
                if let Some(at) = self.at(device) {
                    let disk = self.nodes[at].disk.clone();
                    self.snapshots.insert(device, disk);
                }
                Ok(())
            }
            Action::PutBack { device, whole } => {
                self.put_back(device, whole);
                Ok(())
            }
            Action::Copy { device, whole } => self.copy(device, whole),
            Action::BackUp => {
                self.server.back_up();
                Ok(())
            }
            Action::Restore => {
                self.restore();
                Ok(())
            }
            Action::ClockJump { device, by_ms } => {
                if let Some(at) = self.at(device) {
                    self.nodes[at].skew_ms += by_ms;
                }
                Ok(())
            }
            Action::Theft { device } => {
                self.steal(device);
                Ok(())
            }
            Action::Forge {
                device,
                ticket,
                claims_ms,
                new_journal,
            } => {
                self.forge(device, TicketId(ticket), claims_ms, new_journal);
                Ok(())
            }
            Action::DeclareLost { device, ago_ms } => {
                let (now_ms, id) = (self.true_ms(), device_id(device));
                self.server.revoke(&self.venue, id, now_ms - ago_ms, now_ms);
                self.move_rights();
                self.answer_waiting();
                Ok(())
            }
            Action::NewerFact { device, version } => self.newer_fact(device, version),
            Action::Spoil { device } => {
                self.spoil(device);
                Ok(())
            }
            Action::NetworkUp { device } => match self.up(device) {
                Some(at) => self.handle(at, Event::NetworkUp, None),
                None => Ok(()),
            },
        }
    }

    fn up(&mut self, device: u16) -> Option<usize> {
        let up = self.at(device).filter(|at| self.nodes[*at].is_up);
        if up.is_none() {
            self.oracle.skip("the device is down");
        }
        up
    }

    fn honest(&mut self, device: u16) -> Option<usize> {
        let at = self.up(device)?;
        if self.nodes[at].is_hostile {
            self.oracle.skip("the device is in a thief's hands");
            return None;
        }
        Some(at)
    }

    fn override_at(&mut self, device: u16, ticket: TicketId) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        if self.nodes[at].disk.is_erased {
            return Ok(());
        }
        let body = FactBody::Override {
            ticket,
            gate: gate_of(device),
            reason: 107,
            person: UserId::from_bytes([3; 16]),
        };
        let id = self.new_fact_id();
        self.pass(at, ticket, body, id, Some(Passed::Overridden))
    }

    /// Takes back the last entry or exit of this door.
    fn void(&mut self, device: u16) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        let own = self.oracle.greens.iter().rev();
        let last = own
            .filter(|green| green.node == device && !self.oracle.voided.contains(&green.fact))
            .map(|green| (green.ticket, green.fact))
            .find(|(_, name)| self.nodes[at].disk.facts.names.contains(name));
        let Some((ticket, target)) = last else {
            self.oracle.skip("nothing to take back");
            return Ok(());
        };
        let body = FactBody::Void {
            ticket,
            target,
            reason: VoidReason::Mistake,
        };
        let id = self.new_fact_id();
        let seen = crate::admission::seen_for_new_fact(self.nodes[at].disk.facts.of(ticket));
        self.write_fact(at, id, body, seen)?;
        Ok(())
    }

    fn sell(&mut self, till: u16) -> Result<(), Violation> {
        let Some(at) = self.honest(till) else {
            return Ok(());
        };
        let node = &self.nodes[at];
        let true_ms = self.true_ms();
        let leases = node.disk.leases.leases.iter();
        let places: Vec<TicketId> = leases
            .filter(|lease| lease.right == RightKind::Sell)
            .flat_map(|lease| lease.tickets.iter().copied())
            .collect();
        let venue = &self.venue;
        let place = places.into_iter().find(|ticket| {
            let right = Node::sell_right(*ticket);
            let (trace, facts) = node.trace(venue, right);
            let authors = node.basis(venue).authors();
            let stock = stock(*ticket, &trace, &facts, &authors);
            let lease = node.lease(venue, right).expect("it is in the list");
            may_sell(&node.held(venue, right), stock, lease, node.now(true_ms)).is_ok()
                && !node.disk.is_erased
        });
        let Some(ticket) = place else {
            self.oracle.skip("no place to sell");
            return Ok(());
        };
        let body = FactBody::Issued {
            tickets: vec![ticket],
        };
        let id = self.new_fact_id();
        let seller = self.nodes[at].id;
        if self.write_fact(at, id, body, Vec::new())?.is_some() {
            let sellers = self.oracle.sales.entry(ticket).or_default();
            sellers.insert(seller);
        }
        Ok(())
    }

    /// Hands rights to another device, or releases them: of tickets only those without any fact, of places
    /// only unsold ones.
    fn give(
        &mut self,
        device: u16,
        kind: RightKind,
        to: Option<u16>,
        most: usize,
    ) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        let node = &self.nodes[at];
        let venue = &self.venue;
        let receiver = to.map(device_id);
        let authors = node.basis(venue).authors();
        let may_receive = receiver.is_none_or(|to| authors.may_hold(to, kind));
        if node.disk.is_erased || receiver == Some(node.id) || !may_receive {
            self.oracle.skip("nobody to give rights to");
            return Ok(());
        }
        let leases = node.disk.leases.leases.iter();
        let mut steps = Vec::new();
        let mut of_term = None;
        for (ticket, term) in leases
            .filter(|lease| lease.right == kind)
            .flat_map(|lease| lease.tickets.iter().map(|ticket| (*ticket, lease.term)))
        {
            let right = Right { kind, ticket };
            let in_hand = node.pending.as_ref().is_some_and(|p| p.ticket == ticket);
            let is_untouched = node.disk.facts.of(ticket).is_empty() && !in_hand;
            let (trace, facts) = node.trace(venue, right);
            let is_unsold = match kind {
                RightKind::Admit => is_untouched,
                RightKind::Sell => matches!(
                    stock(ticket, &trace, &facts, &authors),
                    crate::lease::stock::Stock::Unsold(_)
                ),
            };
            let fits = steps.len() < most && of_term.is_none_or(|of| of == term);
            if fits && is_unsold && node.held(venue, right) == Held::Here {
                of_term = Some(term);
                steps.push(trace.next_step(right));
            }
        }
        let Some(term) = of_term else {
            self.oracle.skip("no rights to give");
            return Ok(());
        };
        steps.sort_unstable();
        let body = match receiver {
            Some(to) => FactBody::HandOver {
                right: kind,
                term,
                to,
                asked_for: FactId::from_bytes([0; 16]),
                tickets: steps,
            },
            None => FactBody::Release {
                right: kind,
                term,
                tickets: steps,
            },
        };
        let id = self.new_fact_id();
        self.write_fact(at, id, body, Vec::new())?;
        Ok(())
    }

    fn move_rights(&mut self) {
        if !self.venue.event.strict {
            return;
        }
        let now_ms = self.true_ms();
        let gates = gates(self.profile.devices);
        self.server.move_rights(&self.venue, &gates, now_ms);
        let leases = self.server.durable.leases.leases.iter();
        let lost = leases
            .filter(|lease| lease.cause == crate::lease::Cause::Lost)
            .flat_map(|lease| lease.tickets.iter().copied());
        let lost: Vec<TicketId> = lost.collect();
        self.oracle.exempt.extend(lost);
        self.answer_waiting();
    }

    fn partition(&mut self, sides: u64) {
        let machines: Vec<u16> = std::iter::once(0)
            .chain(self.nodes.iter().map(|node| node.n))
            .collect();
        let side = |n: u16| sides >> (n % 60) & 1;
        for &from in &machines {
            for &to in &machines {
                if side(from) != side(to) {
                    self.cut.insert((from, to));
                }
            }
        }
    }

    fn put_back(&mut self, device: u16, whole: bool) {
        let (Some(at), Some(disk)) = (self.at(device), self.snapshots.get(&device).cloned()) else {
            self.oracle.skip("no snapshot to put back");
            return;
        };
        if self.nodes[at].is_hostile {
            return;
        }
        let former = std::mem::replace(&mut self.nodes[at].disk, disk);
        if whole {
            // The second file was in the image, too.
            self.nodes[at].take_outside_from_disk();
        }
        let kept: BTreeSet<FactName> = self.nodes[at].disk.facts.names.clone();
        for name in former.facts.names.difference(&kept) {
            self.oracle.put_back.insert((device, *name));
            if !self.is_held_by_others(at, *name) {
                self.oracle.destroyed.insert(*name);
            }
        }
        self.checks.disk_changed(at);
        self.nodes[at].power_fails();
        self.crashed(at);
    }

    pub(super) fn is_held_by_others(&self, at: usize, name: FactName) -> bool {
        let at_server = self.server.durable.facts.names.contains(&name);
        at_server
            || self.nodes.iter().enumerate().any(|(other, node)| {
                other != at && !node.is_hostile && node.disk.facts.names.contains(&name)
            })
    }

    /// The replica starts on a machine of its own, too.
    fn copy(&mut self, device: u16, whole: bool) -> Result<(), Violation> {
        let n = 1 + self.nodes.len() as u16;
        let Some(at) = self.at(device) else {
            return Ok(());
        };
        if self.nodes.len() >= usize::from(self.profile.devices) + 2 || self.nodes[at].is_hostile {
            self.oracle.skip("copies enough");
            return Ok(());
        }
        let original = &self.nodes[at];
        let (id, disk, outside) = (original.id, original.disk.clone(), original.outside.clone());
        let mut node = Node::new(n, id, Default::default(), &self.venue);
        node.disk = disk;
        node.gate = original.gate;
        if whole {
            node.disk.is_now_of(n);
            node.outside = outside;
        }
        let now = self.now;
        node.boot(&self.venue, now);
        self.nodes.push(node);
        self.lives.push(0);
        let at = self.nodes.len() - 1;
        self.checks.disk_changed(at);
        self.find_peers(at)
    }

    fn restore(&mut self) {
        let before = self.server.durable.facts.names.clone();
        let Some(lost) = self.server.restore(&self.venue) else {
            self.oracle.skip("no backup to restore");
            return;
        };
        self.oracle.lost_online += lost;
        let kept = &self.server.durable.facts.names;
        let gone: Vec<FactName> = before.difference(kept).copied().collect();
        for name in gone {
            self.oracle.put_back.insert((0, name));
            if !self.is_held_by_others(usize::MAX, name) {
                self.oracle.destroyed.insert(name);
            }
        }
        self.waiting.clear();
        self.queue
            .retain(|_, item| !matches!(item, super::world::Item::Commit { .. }));
        self.checks.server_restored();
    }

    /// It dies and never starts again.
    pub(super) fn lose_for_good(&mut self, device: u16) {
        if let Some(at) = self.at(device) {
            self.nodes[at].power_fails();
            self.oracle.stolen.insert(device);
        }
    }

    /// A thief takes it: nothing that it holds alone will ever be handed in by it.
    fn steal(&mut self, device: u16) {
        let Some(at) = self.honest(device) else {
            return;
        };
        if !self.oracle.stolen.is_empty() {
            self.oracle.skip("one theft is enough");
            return;
        }
        self.oracle.stolen.insert(device);
        let names: Vec<FactName> = self.nodes[at].disk.facts.names.iter().copied().collect();
        self.nodes[at].is_hostile = true;
        for name in names {
            if !self.is_held_by_others(at, name) {
                self.oracle.destroyed.insert(name);
            }
        }
        // What it holds can be used by the thief: the organizer hears of it sooner or later.
        if self.venue.event.strict {
            let held = (1..=self.profile.tickets).map(TicketId).filter(|ticket| {
                let (trace, _) = self.nodes[at].trace(&self.venue, Node::admit_right(*ticket));
                trace.holders.contains(&self.nodes[at].id)
            });
            let held: Vec<TicketId> = held.collect();
            self.oracle.exempt.extend(held);
        }
    }

    /// The thief signs an entry of another time with the stolen key, and uploads it.
    fn forge(&mut self, device: u16, ticket: TicketId, claims_ms: i64, new_journal: bool) {
        let Some(at) = self.up(device) else {
            return;
        };
        if !self.nodes[at].is_hostile {
            self.oracle.skip("the device was not stolen");
            return;
        }
        let row = ticket_row(ticket.0);
        let body = FactBody::Entry {
            ticket,
            type_no: row.type_no,
            window: row.window,
            key: row.key,
            gate: gate_of(device),
            marks: EntryMarks::default(),
        };
        let id = self.new_fact_id();
        let claimed = self.true_ms() - claims_ms;
        let node = &mut self.nodes[at];
        if new_journal {
            node.disk.close_journals();
        }
        let journal = match node.disk.own.last() {
            Some(own) if !new_journal => own.id,
            Some(_) | None => journal_id(900 + device, self.dice.below(60_000) as u16),
        };
        let opens = node.disk.facts.head(journal) == Head::EMPTY;
        let opening = FactBody::JournalOpened {
            event: self.venue.event.id,
            gate: gate_of(device),
            cause: OpeningCause::First,
            predecessor: None,
        };
        let mut envelopes = Vec::new();
        let opening_id = self.new_fact_id();
        let bodies = opens
            .then_some((opening_id, opening))
            .into_iter()
            .chain([(id, body)]);
        for (id, body) in bodies {
            let node = &mut self.nodes[at];
            let draft = Draft {
                id,
                stamp: Stamp {
                    hlc: Hlc::at_ms(claimed),
                    wall_ms: claimed,
                    offset_ms: 0,
                    offset_err_ms: 5,
                },
                seen: Vec::new(),
                body,
            };
            let author = Author {
                device: node.id,
                journal,
                key: self.venue.signing_key(node.id),
            };
            let head = node.disk.facts.head(journal);
            let envelope = journal::append(head, author, draft).expect("a small fact");
            let stored = Stored::read(&self.venue, envelope.bytes()).expect("own bytes");
            node.disk.facts.add(&stored);
            self.oracle.wrote(&stored, false);
            envelopes.push(stored);
        }
        self.show_to_all(at, &envelopes);
        if !self.cut.contains(&(device, 0)) {
            let bytes: Vec<Vec<u8>> = envelopes.iter().map(|held| held.bytes.clone()).collect();
            let now_ms = self.true_ms();
            self.server.upload(&self.venue, &bytes, None, now_ms);
            self.checks.uploaded(&bytes);
        }
    }

    /// A device that was updated before the others writes what they can't read.
    fn newer_fact(&mut self, device: u16, version: bool) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        let id = self.new_fact_id();
        let body = FactBody::Opaque {
            kind: 40_000,
            body: vec![1, 2, 3],
        };
        if version && self.nodes[at].disk.own.last().is_some() {
            let venue = &self.venue;
            let written = self.nodes[at].commit(|node| node.append_newer(venue));
            self.wrote_own(at);
            match written {
                Ok(_) => {
                    let news = std::mem::take(&mut self.nodes[at].news);
                    self.stored_news(at, &news, None)?;
                    return self.handle(at, Event::FactAppended, None);
                }
                Err(_) => {
                    self.crashed(at);
                    return Ok(());
                }
            }
        }
        self.write_fact(at, id, body, Vec::new())?;
        Ok(())
    }

    /// The last fact that the server lacks can't be read from the disk any more as it was signed.
    fn spoil(&mut self, device: u16) {
        let Some(at) = self.honest(device) else {
            return;
        };
        let disk = &mut self.nodes[at].disk;
        let Some(own) = disk.own.last() else {
            self.oracle.skip("nothing to spoil");
            return;
        };
        let head = disk.facts.head(own.id);
        let acked = disk.acked.get(&own.id).copied().unwrap_or(0);
        if head.seq > acked && head.seq > 1 {
            disk.spoilt.insert((own.id, head.seq));
        } else {
            self.oracle.skip("nothing to spoil");
        }
    }
}
