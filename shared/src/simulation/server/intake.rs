//! Uploads: what continues its journal, what is kept aside, and what the server says of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entity, SimServer, TOO_LATE_MS};
use crate::clock::{Stamp, UnixMillis};
use crate::fact::FactBody;
use crate::fact::journal::{self, Author, ChainError, Draft};
use crate::fact::kind::{Annotation, OpeningCause};
use crate::ids::{FactId, GateNo, JournalId, TicketId};
use crate::planted::{self, Bug};
use crate::simulation::facts::Stored;
use crate::simulation::venue::{self, SERVER, Venue};
use crate::wire::latest::{FactsAnswer, JournalAck};

impl SimServer {
    /// Takes an upload, in one transaction.
    pub(in crate::simulation) fn upload(
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
}

enum Placed {
    Next,
    Repeated,
    Gap,
    Fork,
}
