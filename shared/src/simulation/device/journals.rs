//! What a device writes, takes in of others, and has yet to hand in.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Node, OwnJournal};
use crate::clock::{Hlc, Merge, UnixMillis};
use crate::fact::journal::{self, Author, Draft};
use crate::fact::kind::OpeningCause;
use crate::fact::{Fact, FactBody, Head};
use crate::ids::{FactId, FactName, JournalId};
use crate::simulation::dice::Dice;
use crate::simulation::facts::Stored;
use crate::simulation::venue::{Venue, journal_id};
use crate::sync::effect::{AfterAck, JournalUpdate};

impl Node {
    /// Writes facts into the open journal, opening one if there is none. Within a transaction.
    pub(in crate::simulation) fn append(
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
            let journal = self.new_journal_id(dice);
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

    /// In truth 16 random bytes, of which none come twice.
    fn new_journal_id(&self, dice: &mut Dice) -> JournalId {
        loop {
            let id = journal_id(self.n, dice.below(u64::from(u16::MAX)) as u16);
            if self.disk.facts.head(id) == Head::EMPTY && !self.outside.contains_key(&id) {
                return id;
            }
        }
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

    /// Writes an envelope of a version that nobody here can read. Within a transaction.
    pub(in crate::simulation) fn append_newer(&mut self, venue: &Venue) -> Option<Rc<Stored>> {
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

    /// Takes facts of others. One of an own journal that isn't known here shows that this replica is behind,
    /// or has a twin: what was written since goes on in another journal.
    pub(in crate::simulation) fn take_in<'b>(
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

    /// Facts that the server lacks, contiguous per journal, own and others'.
    pub(in crate::simulation) fn unsent(&self, limit: usize) -> Vec<Vec<u8>> {
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
    pub(in crate::simulation) fn own_entries(&self) -> impl Iterator<Item = &Fact> {
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
}
