//! A device in memory: what its disk holds, and the engine's saves carried out on it.

use std::collections::{BTreeMap, BTreeSet};

use super::server::Tickets;
use crate::clock::{Hlc, Stamp};
use crate::fact::journal::{self, Author, Draft};
use crate::fact::{Envelope, FactBody, FactSigningKey, Head, sample};
use crate::ids::{EventId, FactId, JournalId};
use crate::sync::checksum::Checksum;
use crate::sync::effect::{AfterAck, JournalUpdate, Parked, Save, Table};
use crate::sync::event::{CallId, Event, FeedResume, Held, PushProgress, Resume};
use crate::wire::latest::Page;

#[derive(Clone, Default)]
pub(super) struct Roster {
    pub(super) tickets: Tickets,
    pub(super) cursor: Option<String>,
}

#[derive(Default)]
pub(super) struct SimFeed {
    pub(super) in_use: Roster,
    pub(super) shadow: Option<Roster>,
    /// A crash left the shadow: nobody fills it, and the next reset drops it.
    pub(super) is_left: bool,
    was_complete: bool,
}

struct OwnJournal {
    id: JournalId,
    facts: Vec<Envelope>,
    acked: u64,
    is_open: bool,
    /// Places that are not sent: parked, or moved to another journal.
    left_out: BTreeSet<u64>,
}

/// Everything here survives a crash.
pub(super) struct SimDevice {
    key: FactSigningKey,
    pub(super) events: Vec<EventId>,
    pub(super) feeds: BTreeMap<EventId, SimFeed>,
    journals: Vec<OwnJournal>,
    signed_version: u64,
    /// Of the server's records, as the last session said.
    life: Option<u64>,
    made: u8,
    pub(super) refused: BTreeSet<FactId>,
}

impl SimDevice {
    pub(super) fn new() -> Self {
        Self {
            key: sample::key(),
            events: Vec::new(),
            feeds: BTreeMap::new(),
            journals: Vec::new(),
            signed_version: 0,
            life: None,
            made: 0,
            refused: BTreeSet::new(),
        }
    }

    pub(super) fn resume(&self) -> Resume {
        let feeds = self.events.iter().map(|event| {
            let held = match self.feeds.get(event) {
                Some(feed) if feed.was_complete => Held::Complete,
                Some(_) | None => Held::Incomplete,
            };
            FeedResume {
                event: *event,
                held,
            }
        });
        Resume {
            feeds: feeds.collect(),
            signed_version: self.signed_version,
            ..Resume::default()
        }
    }

    /// Writes a fact; its id.
    pub(super) fn append(&mut self) -> FactId {
        self.made += 1;
        let id = FactId::from_bytes([self.made; 16]);
        self.append_as(id);
        id
    }

    fn append_as(&mut self, id: FactId) {
        if !self.journals.last().is_some_and(|journal| journal.is_open) {
            let number = self.journals.len() as u8 + 1;
            self.journals.push(OwnJournal {
                id: JournalId::from_bytes([number; 16]),
                facts: Vec::new(),
                acked: 0,
                is_open: true,
                left_out: BTreeSet::new(),
            });
        }
        let journal = self.journals.last().expect("one is open");
        if journal.facts.is_empty() {
            let opening = FactId::from_bytes([200 + self.journals.len() as u8; 16]);
            self.write(opening, sample::opened());
        }
        let body = FactBody::Opaque {
            kind: 40_000,
            body: Vec::new(),
        };
        self.write(id, body);
    }

    fn write(&mut self, id: FactId, body: FactBody) {
        let journal = self.journals.last_mut().expect("one is open");
        let head = journal
            .facts
            .last()
            .map_or(Head::EMPTY, |fact| Head::from(&fact.header()));
        let author = Author {
            device: sample::device(),
            journal: journal.id,
            key: &self.key,
        };
        let draft = Draft {
            id,
            stamp: Stamp {
                hlc: Hlc::from_raw(1),
                wall_ms: 1,
                offset_ms: 0,
                offset_err_ms: 0,
            },
            seen: Vec::new(),
            body,
        };
        let envelope = journal::append(head, author, draft).expect("a small fact");
        journal.facts.push(envelope);
    }

    pub(super) fn unsent(&self, limit: usize, parked: Parked) -> Vec<Vec<u8>> {
        assert!(
            matches!(parked, Parked::LeaveOut | Parked::TryAgain),
            "nothing is parked for ever here"
        );
        let waiting = self.journals.iter().flat_map(|journal| {
            let facts = journal.facts.iter();
            facts.filter(|fact| {
                let seq = fact.fact().seq;
                seq > journal.acked && !journal.left_out.contains(&seq)
            })
        });
        let waiting = waiting.map(|fact| fact.bytes().to_vec());
        waiting.take(limit).collect()
    }

    /// The process dies: a reset under way is not gone on with, since it may not be needed any more.
    pub(super) fn crash(&mut self) {
        for feed in self.feeds.values_mut() {
            feed.is_left = feed.shadow.is_some();
        }
    }

    pub(super) fn save(&mut self, call: CallId, save: Save) -> Event {
        match save {
            Save::Page { event, page, table } => {
                let checksum = Some(self.apply(event, &page, table));
                return Event::PageApplied { call, checksum };
            }
            Save::Acks(updates) => {
                let before = self.unsent(usize::MAX, Parked::TryAgain);
                for update in updates {
                    self.acked(update);
                }
                let after = self.unsent(usize::MAX, Parked::TryAgain);
                let progress = if before == after {
                    PushProgress::None
                } else {
                    PushProgress::Some
                };
                return Event::AcksSaved { call, progress };
            }
            Save::BeginShadow { event } => {
                let feed = self.feeds.entry(event).or_default();
                feed.shadow = Some(Roster::default());
                feed.is_left = false;
            }
            Save::SwapShadow { event } => {
                let feed = self.feeds.get_mut(&event).expect("a feed with a shadow");
                feed.in_use = feed.shadow.take().expect("a shadow");
                feed.was_complete = true;
                self.forget_acks();
            }
            Save::Signed(objects) => {
                let newest = objects.iter().map(|object| object.version).max();
                self.signed_version = self.signed_version.max(newest.unwrap_or(0));
            }
            Save::Grant(grant) => {
                self.events = grant.events;
                if self.life.replace(grant.life) != Some(grant.life) {
                    self.forget_acks();
                }
            }
            Save::Measured { .. } | Save::EraseSecrets => {}
        }
        Event::Saved { call }
    }

    fn forget_acks(&mut self) {
        let journals = self.journals.iter_mut();
        journals.for_each(|journal| journal.acked = 0);
    }

    fn apply(&mut self, event: EventId, page: &Page, table: Table) -> Checksum {
        let feed = self.feeds.entry(event).or_default();
        let roster = match table {
            Table::InUse => {
                feed.was_complete |= !page.has_more;
                &mut feed.in_use
            }
            Table::Shadow => feed.shadow.as_mut().expect("a shadow"),
        };
        roster.cursor = Some(page.cursor.clone());
        let rows = page.tickets.iter().map(|row| (row.id, *row));
        roster.tickets.extend(rows);
        let mut checksum = Checksum::default();
        roster.tickets.values().for_each(|row| checksum.add(row));
        checksum
    }

    fn acked(&mut self, update: JournalUpdate) {
        let own = |journal: &&mut OwnJournal| journal.id == update.journal;
        let journal = self.journals.iter_mut().find(own).expect("own journal");
        journal.acked = journal.acked.max(update.acked_through);
        match update.then {
            AfterAck::GoOn => {}
            AfterAck::Park { .. } => panic!("nothing is parked for ever here"),
            AfterAck::Reopen { from, without, .. } => {
                let refused: BTreeSet<u64> = without.iter().map(|(seq, _)| *seq).collect();
                journal.is_open = false;
                let later: Vec<(u64, FactId)> = journal
                    .facts
                    .iter()
                    .map(|fact| (fact.fact().seq, fact.fact().id))
                    .filter(|(seq, _)| *seq >= from && !journal.left_out.contains(seq))
                    .collect();
                journal.left_out.extend(later.iter().map(|(seq, _)| *seq));
                for (seq, id) in later {
                    if refused.contains(&seq) {
                        self.refused.insert(id);
                    } else {
                        self.append_as(id);
                    }
                }
            }
        }
    }

    /// All facts that were ever written here.
    pub(super) fn facts(&self) -> BTreeSet<FactId> {
        let facts = self.journals.iter().flat_map(|journal| &journal.facts);
        facts.map(|fact| fact.fact().id).collect()
    }

    /// A row of the roster in use changes on the disk, unnoticed.
    pub(super) fn spoil_a_row(&mut self, event: EventId) -> bool {
        use crate::ids::WindowNo;
        let feed = self.feeds.get_mut(&event);
        let row = feed.and_then(|feed| feed.in_use.tickets.values_mut().next());
        row.map(|row| row.window = WindowNo(row.window.0 ^ 1))
            .is_some()
    }
}
