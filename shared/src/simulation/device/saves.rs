//! The engine's saves, each in one transaction.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Node, Roster};
use crate::clock::UnixMillis;
use crate::ids::TicketId;
use crate::planted::{self, Bug};
use crate::simulation::dice::Dice;
use crate::simulation::facts::Stored;
use crate::simulation::venue::Venue;
use crate::sync::checksum::Checksum;
use crate::sync::effect::{AfterAck, JournalUpdate, Save, Table};
use crate::sync::event::{CallId, Event, PushProgress};
use crate::wire::latest::{Page, PageEntry};

impl Node {
    /// Carries out one of the engine's saves. Within a transaction.
    pub(in crate::simulation) fn save(
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
            Save::Grant(grant) => {
                if self.disk.life.replace(grant.life) != Some(grant.life) {
                    self.disk.acked.clear();
                    if !planted::is(Bug::TillAcksKept) {
                        self.disk.tills.acked.clear();
                    }
                }
            }
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

    pub(super) fn acked(
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
}
