//! What goes wrong with machines: replicas put back or copied, a server restored, thefts, forgeries, facts that nobody can read.

use std::collections::BTreeSet;

use crate::clock::{Hlc, Stamp};
use crate::fact::journal::{self, Author, Draft};
use crate::fact::kind::{EntryMarks, OpeningCause};
use crate::fact::{FactBody, Head};
use crate::ids::{FactName, TicketId};
use crate::simulation::device::Node;
use crate::simulation::facts::Stored;
use crate::simulation::invariants::Violation;
use crate::simulation::venue::{gate_of, journal_id, ticket_row};
use crate::simulation::world::{Item, World};
use crate::sync::event::Event;

impl World {
    pub(super) fn put_back(&mut self, device: u16, whole: bool) {
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

    pub(in crate::simulation) fn is_held_by_others(&self, at: usize, name: FactName) -> bool {
        let at_server = self.server.durable.facts.names.contains(&name);
        at_server
            || self.nodes.iter().enumerate().any(|(other, node)| {
                other != at && !node.is_hostile && node.disk.facts.names.contains(&name)
            })
    }

    /// The replica starts on a machine of its own, too.
    pub(super) fn copy(&mut self, device: u16, whole: bool) -> Result<(), Violation> {
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
        let till_note = original.till_note;
        let mut node = Node::new(n, id, Default::default(), &self.venue);
        node.disk = disk;
        node.gate = original.gate;
        if whole {
            node.disk.is_now_of(n);
            node.outside = outside;
            node.till_note = till_note;
        }
        let now = self.now;
        node.boot(&self.venue, now);
        self.nodes.push(node);
        self.lives.push(0);
        let at = self.nodes.len() - 1;
        self.checks.disk_changed(at);
        self.find_peers(at)
    }

    pub(super) fn restore(&mut self) {
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
            .retain(|_, item| !matches!(item, Item::Commit { .. }));
        self.checks.server_restored();
    }

    /// It dies and never starts again.
    pub(in crate::simulation) fn lose_for_good(&mut self, device: u16) {
        if let Some(at) = self.at(device) {
            self.nodes[at].power_fails();
            self.oracle.stolen.insert(device);
        }
    }

    /// A thief takes it: nothing that it holds alone will ever be handed in by it.
    pub(super) fn steal(&mut self, device: u16) {
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
    pub(super) fn forge(
        &mut self,
        device: u16,
        ticket: TicketId,
        claims_ms: i64,
        new_journal: bool,
    ) {
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
    pub(super) fn newer_fact(&mut self, device: u16, version: bool) -> Result<(), Violation> {
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
    pub(super) fn spoil(&mut self, device: u16) {
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
