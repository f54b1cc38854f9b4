//! The facts that a party holds: a set, by place, by ticket and by right, with the fold of each ticket kept
//! as a real party keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::venue::{self, SERVER, Venue};
use crate::admission::fold::{AlertKind, Authors, FactHash, FoldContext, Folded};
use crate::admission::{Issued, Sold, fold};
use crate::fact::{Fact, FactBody, Head, Header};
use crate::ids::{FactName, JournalId, TicketId};
use crate::roster::{DeviceRow, TicketRow};

/// One envelope.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) header: Header,
    pub(super) bytes: Vec<u8>,
    /// `None` = of a newer version.
    pub(super) fact: Option<Fact>,
}

impl Stored {
    pub(super) fn read(venue: &Venue, bytes: &[u8]) -> Option<Rc<Self>> {
        let (header, envelope) = venue::read(venue, bytes)?;
        let fact = envelope.map(|envelope| envelope.fact().clone());
        Some(Rc::new(Self {
            header,
            bytes: bytes.to_vec(),
            fact,
        }))
    }
}

#[derive(Clone, Default)]
pub(super) struct Facts {
    /// By journal and place; more than one at a place is a fork.
    pub(super) places: BTreeMap<(JournalId, u64), Vec<Rc<Stored>>>,
    pub(super) by_ticket: BTreeMap<TicketId, Vec<(Fact, FactHash)>>,
    /// Hand-overs, releases and sales by the tickets that they name.
    pub(super) by_right: BTreeMap<TicketId, Vec<(Fact, FactHash)>>,
    pub(super) names: BTreeSet<FactName>,
    pub(super) hashes: BTreeSet<FactHash>,
    /// The end of each journal's part without a gap.
    heads: BTreeMap<JournalId, Head>,
    /// Journals of which two sides were seen.
    pub(super) forks: BTreeSet<JournalId>,
    pub(super) count: usize,
}

impl Facts {
    /// Is this very envelope here?
    pub(super) fn has(&self, header: &Header) -> bool {
        self.hashes.contains(&header.hash)
    }

    pub(super) fn at(&self, journal: JournalId, seq: u64) -> &[Rc<Stored>] {
        self.places
            .get(&(journal, seq))
            .map_or(&[][..], Vec::as_slice)
    }

    /// Adds it; the tickets that it concerns, or `None` if it was here.
    pub(super) fn add(&mut self, stored: &Rc<Stored>) -> Option<Vec<TicketId>> {
        if self.has(&stored.header) {
            return None;
        }
        let (journal, seq) = (stored.header.journal, stored.header.seq);
        let side = self.places.entry((journal, seq)).or_default();
        let is_taken = !side.is_empty();
        side.push(stored.clone());
        self.count += 1;
        self.hashes.insert(stored.header.hash);
        let head = self.head(journal);
        let follows_another =
            seq == head.seq + 1 && seq > 1 && stored.header.prev_hash != head.hash;
        if is_taken || follows_another || seq <= head.seq {
            self.forks.insert(journal);
        }
        self.move_head(journal);
        let Some(fact) = &stored.fact else {
            return Some(Vec::new());
        };
        self.names.insert(fact.name());
        let entry = (fact.clone(), stored.header.hash);
        let rights: Vec<TicketId> = match &fact.body {
            FactBody::HandOver { tickets, .. } | FactBody::Release { tickets, .. } => {
                tickets.iter().map(|step| step.ticket).collect()
            }
            FactBody::Issued { tickets } | FactBody::Withdrawn { tickets } => tickets.clone(),
            _ => Vec::new(),
        };
        for ticket in &rights {
            let of_right = self.by_right.entry(*ticket).or_default();
            of_right.push(entry.clone());
        }
        let mut tickets = rights;
        if let Some(ticket) = fact.ticket() {
            self.by_ticket.entry(ticket).or_default().push(entry);
            tickets.push(ticket);
        }
        Some(tickets)
    }

    pub(super) fn of(&self, ticket: TicketId) -> &[(Fact, FactHash)] {
        self.by_ticket.get(&ticket).map_or(&[][..], Vec::as_slice)
    }

    /// All that is known of a ticket and of its rights.
    pub(super) fn with_rights(&self, ticket: TicketId) -> Vec<(Fact, FactHash)> {
        let of_right = self.by_right.get(&ticket).map_or(&[][..], Vec::as_slice);
        [self.of(ticket), of_right].concat()
    }

    /// All journals of which something is here.
    pub(super) fn journals(&self) -> impl Iterator<Item = JournalId> {
        self.heads.keys().copied()
    }

    /// What stands in a journal beyond a place.
    pub(super) fn beyond(&self, journal: JournalId, seq: u64) -> impl Iterator<Item = &Rc<Stored>> {
        let beyond = (journal, seq.saturating_add(1))..=(journal, u64::MAX);
        self.places.range(beyond).flat_map(|(_, side)| side)
    }

    /// The end of the part without a gap.
    pub(super) fn head(&self, journal: JournalId) -> Head {
        self.heads.get(&journal).copied().unwrap_or(Head::EMPTY)
    }

    fn move_head(&mut self, journal: JournalId) {
        let mut head = self.head(journal);
        while let Some(next) = self
            .at(journal, head.seq + 1)
            .iter()
            .find_map(|held| head.follow(&held.header).ok())
        {
            head = next;
        }
        self.heads.insert(journal, head);
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Rc<Stored>> {
        self.places.values().flatten()
    }
}

/// What a party makes of its facts.
#[derive(Clone, Default)]
pub(super) struct View {
    pub(super) folded: BTreeMap<TicketId, Folded>,
    /// What was ever alerted.
    pub(super) alerts: BTreeSet<(TicketId, AlertKind)>,
    /// Tickets whose fold changed since the invariants looked.
    pub(super) fresh: BTreeSet<TicketId>,
}

/// What a fold goes by, besides the facts.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) venue: &'a Venue,
    pub(super) devices: &'a [DeviceRow],
}

impl<'a> Basis<'a> {
    pub(super) fn authors(&self) -> Authors<'a> {
        Authors {
            devices: self.devices,
            server: SERVER,
            event: self.venue.event.id,
        }
    }

    pub(super) fn fold(
        &self,
        ticket: TicketId,
        row: Option<TicketRow>,
        facts: &[(Fact, FactHash)],
        issued: Issued,
    ) -> Folded {
        let rules = self.venue.rules();
        let context = FoldContext {
            rules: &rules,
            devices: self.devices,
            server: SERVER,
            ticket,
            row,
            issued,
        };
        fold(facts, &context)
    }

    /// What is known of its sale.
    pub(super) fn issued(&self, ticket: TicketId, facts: &Facts) -> Issued {
        let authors = self.authors();
        let of_right = facts.by_right.get(&ticket).map_or(&[][..], Vec::as_slice);
        Sold::read(of_right, &authors).issued(ticket)
    }
}

impl View {
    /// Folds these tickets again, and keeps what is to be alerted.
    pub(super) fn refold(
        &mut self,
        tickets: impl IntoIterator<Item = TicketId>,
        facts: &Facts,
        row: impl Fn(TicketId) -> Option<TicketRow>,
        basis: Basis<'_>,
    ) {
        for ticket in tickets {
            let issued = basis.issued(ticket, facts);
            let folded = basis.fold(ticket, row(ticket), facts.of(ticket), issued);
            let kinds = folded.alerts.keys();
            if crate::planted::is(crate::planted::Bug::AlertsReplaced) {
                self.alerts.retain(|(of, _)| *of != ticket);
            }
            self.alerts.extend(kinds.map(|kind| (ticket, *kind)));
            self.folded.insert(ticket, folded);
            self.fresh.insert(ticket);
        }
    }
}
