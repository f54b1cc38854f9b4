//! A server in memory: feeds that compact themselves, journals that are prefix-closed chains.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::Head;
use crate::fact::envelope::{Envelope, Header, hash_of};
use crate::fact::journal::ChainError;
use crate::ids::{EventId, FactId, JournalId, TicketId};
use crate::roster::TicketRow;
use crate::simulation::dice::Dice;
use crate::sync::checksum::Checksum;
use crate::wire::latest::{ErrorCode, FactsAnswer, JournalAck, Page};

pub(super) type Tickets = BTreeMap<TicketId, TicketRow>;

#[derive(Clone, Default)]
struct SimFeed {
    epoch: u64,
    head: u64,
    /// One entry a ticket: the log compacts itself.
    entries: BTreeMap<TicketId, (u64, TicketRow)>,
}

#[derive(Clone, Default)]
struct Durable {
    feeds: BTreeMap<EventId, SimFeed>,
    journals: BTreeMap<JournalId, Vec<Vec<u8>>>,
}

#[derive(Default)]
pub(super) struct SimServer {
    durable: Durable,
    backup: Option<Durable>,
    pub(super) has_session: bool,
    pub(super) poisoned: BTreeSet<FactId>,
    pub(super) restores: u64,
}

impl SimServer {
    pub(super) fn events(&self) -> Vec<EventId> {
        self.durable.feeds.keys().copied().collect()
    }

    pub(super) fn add_event(&mut self, event: EventId) {
        let feed = SimFeed {
            epoch: 1,
            ..SimFeed::default()
        };
        self.durable.feeds.insert(event, feed);
    }

    pub(super) fn tickets(&self, event: EventId) -> Tickets {
        let entries = &self.durable.feeds[&event].entries;
        entries.iter().map(|(id, (_, row))| (*id, *row)).collect()
    }

    pub(super) fn journals(&self) -> &BTreeMap<JournalId, Vec<Vec<u8>>> {
        &self.durable.journals
    }

    /// One transaction: all its rows share a number (F5).
    pub(super) fn change(&mut self, event: EventId, rows: Vec<TicketRow>) {
        let feed = self.durable.feeds.get_mut(&event).expect("a known event");
        feed.head += 1;
        for row in rows {
            feed.entries.insert(row.id, (feed.head, row));
        }
    }

    pub(super) fn back_up(&mut self) {
        self.backup = Some(self.durable.clone());
    }

    /// What was written since the backup is lost; every feed begins anew.
    pub(super) fn restore(&mut self) {
        let Some(backup) = self.backup.clone() else {
            return;
        };
        self.durable = backup;
        self.restores += 1;
        self.has_session = false;
        for feed in self.durable.feeds.values_mut() {
            feed.epoch = 1 + self.restores;
        }
    }

    pub(super) fn changes(
        &self,
        event: EventId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ErrorCode> {
        let feed = &self.durable.feeds[&event];
        let after = match cursor {
            None => (0, TicketId(0)),
            Some(text) => {
                let mut parts = text.split(':').map(|n| n.parse::<u64>().expect("a cursor"));
                let mut next = || parts.next().expect("a cursor has three parts");
                let (epoch, seq, id) = (next(), next(), TicketId(next()));
                if epoch != feed.epoch || seq > feed.head {
                    return Err(ErrorCode::ResetRequired);
                }
                (seq, id)
            }
        };
        let mut waiting: Vec<(u64, TicketRow)> = feed
            .entries
            .values()
            .filter(|(seq, row)| (*seq, row.id) > after)
            .copied()
            .collect();
        waiting.sort_by_key(|(seq, row)| (*seq, row.id));
        let has_more = waiting.len() > limit;
        waiting.truncate(limit);
        let end = waiting.last().map_or(after, |(seq, row)| (*seq, row.id));
        let mut all = Checksum::default();
        feed.entries.values().for_each(|(_, row)| all.add(row));
        Ok(Page {
            epoch: feed.epoch,
            cursor: format!("{}:{}:{}", feed.epoch, end.0, end.1.0),
            has_more,
            head: feed.head,
            signed_version: 1,
            server_ms: 0,
            tickets: waiting.into_iter().map(|(_, row)| row).collect(),
            barred: Vec::new(),
            entries: Vec::new(),
            checksum: (!has_more).then_some((all.rows, all.xor)),
        })
    }

    pub(super) fn upload(&mut self, envelopes: &[Vec<u8>]) -> FactsAnswer {
        let mut acks: BTreeMap<JournalId, JournalAck> = BTreeMap::new();
        for bytes in envelopes {
            let envelope = Envelope::decode(bytes).expect("a sound envelope");
            let header = envelope.header();
            let journal = self.durable.journals.entry(header.journal).or_default();
            let ack = acks.entry(header.journal).or_insert(JournalAck {
                journal: header.journal,
                acked_through: 0,
                forked_at: None,
                aside_through: None,
                refused: Vec::new(),
            });
            if self.poisoned.contains(&envelope.fact().id) {
                ack.refused.push((header.seq, "bad_signature".into()));
            } else {
                match head(journal).follow(&header) {
                    Ok(_) => journal.push(bytes.clone()),
                    Err(ChainError::Gap { .. }) => {}
                    Err(_) if journal.contains(bytes) => {}
                    Err(_) => ack.forked_at = ack.forked_at.or(Some(header.seq)),
                }
            }
            ack.acked_through = journal.len() as u64;
        }
        FactsAnswer {
            journals: acks.into_values().collect(),
            server_ms: 0,
        }
    }
}

fn head(journal: &[Vec<u8>]) -> Head {
    journal.last().map_or(Head::EMPTY, |bytes| Head {
        seq: journal.len() as u64,
        hash: hash_of(bytes),
    })
}

/// A3: a chain from its first place on.
pub(super) fn invariant_journals_are_prefix_closed_chains(server: &SimServer) {
    for journal in server.journals().values() {
        let mut at = Head::EMPTY;
        for bytes in journal {
            let header = Header::peek(bytes).expect("a sound envelope");
            at = at.follow(&header).expect("A3: the next place of the chain");
        }
    }
}

/// Rows for a change of the roster.
pub(super) fn some_rows(dice: &mut Dice) -> Vec<TicketRow> {
    use crate::ids::{GateNo, KeyId, TypeNo, WindowNo};
    use crate::roster::TicketStatus;
    (0..=dice.below(6))
        .map(|_| TicketRow {
            id: TicketId(1 + dice.below(40)),
            type_no: TypeNo(dice.below(3) as u16),
            window: WindowNo(0),
            key: KeyId(1),
            status: TicketStatus::from_number(dice.below(5) as u8).expect("below 5"),
            home_gate: GateNo(0),
        })
        .collect()
}
