//! A ticket's state from the set of its facts, whatever the order in which they arrived.
//!
//! The same on every device and on the server: equal sets give equal states (M1 to M4). The first entry
//! in causal order wins; a later one is a duplicate, kept and flagged. A fact that arrives late may move
//! the label from one entry to another, so alerts are the ticket's and not a fact's (M6). Facts are never
//! dropped for what they say; those of authors who may not, or of a revoked device beyond its point,
//! are labelled and change nothing of others (R1).
//!
//! Signatures and chains were checked before.

mod author;
mod counted;
mod identity;
mod label;
mod order;
mod seen;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::UnixMillis;
use crate::fact::kind::{Fact, FactBody};
use crate::ids::{DeviceId, FactName, JournalId, TicketId};
use crate::roster::{DeviceRow, TicketRow};

use super::presented::Issued;
use super::rules::Rules;
use super::state::TicketState;
use author::Standing;
use identity::Annotations;
use walk::Walked;

pub use author::Authors;
pub use counted::CountedGates;
pub use label::{Alert, AlertKind, Attention, FactLabel};
pub use seen::seen_for_new_fact;

/// SHA-256 of an envelope: [`crate::fact::envelope::hash_of`].
pub type FactHash = [u8; 32];

/// What a fold needs besides the facts.
#[derive(Clone, Copy, Debug)]
pub struct FoldContext<'a> {
    /// The event's rules.
    pub rules: &'a Rules<'a>,
    /// The signed device list: who may do what, and who was revoked.
    pub devices: &'a [DeviceRow],
    /// The server as a device. Only its annotations count.
    pub server: DeviceId,
    /// The ticket; facts of others are passed over.
    pub ticket: TicketId,
    /// Its row.
    pub row: Option<TicketRow>,
    /// For a leased ticket: what is known of its sale.
    pub issued: Issued,
}

impl<'a> FoldContext<'a> {
    fn authors(&self) -> Authors<'a> {
        Authors {
            devices: self.devices,
            server: self.server,
            event: self.rules.event.id,
        }
    }
}

/// What the facts of a ticket come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What [`super::decide()`] goes by.
    pub state: TicketState,
    /// Of each fact at least one.
    pub labels: BTreeMap<FactName, Vec<FactLabel>>,
    /// What to look at. Of each kind at most one: who keeps alerts keys them by (ticket, kind) and never
    /// deletes one because a later fold lacks it.
    pub alerts: BTreeMap<AlertKind, Alert>,
    /// Entries and exits that were taken back.
    pub voided: BTreeSet<FactName>,
}

/// A fact, and how it counts.
#[derive(Clone, Copy, Debug)]
struct Kept<'a> {
    fact: &'a Fact,
    hash: &'a FactHash,
    standing: Standing,
    adjusted_ms: Option<UnixMillis>,
}

impl Kept<'_> {
    fn at_ms(&self) -> UnixMillis {
        self.adjusted_ms.unwrap_or_else(|| self.fact.effective_ms())
    }

    /// Total: the hash parts two facts at one place of a forked journal.
    fn key(&self) -> (UnixMillis, JournalId, u64, FactHash) {
        (self.at_ms(), self.fact.journal, self.fact.seq, *self.hash)
    }

    /// Does it carry `seen`?
    fn is_ordered(&self) -> bool {
        seen::carries_seen(&self.fact.body)
    }
}

/// Folds the facts of one ticket. `facts` is a set: order and repetition don't matter.
pub fn fold(facts: &[(Fact, FactHash)], context: &FoldContext<'_>) -> Folded {
    let annotations = Annotations::read(facts, context);
    let (kept, reused) = identity::kept(facts, &annotations, context);
    let counting = || {
        kept.values()
            .filter(|kept| kept.standing == Standing::Counts)
    };
    let (voided, void_of_other) = voids(counting(), &kept);
    let ordered = order::causal(counting().filter(|kept| kept.is_ordered()));
    let Walked {
        mut state,
        mut labels,
        doubled,
    } = walk::walk(&ordered.facts, &voided, context);
    state.also_seen = kept
        .values()
        .filter(|kept| kept.standing == Standing::Quarantined)
        .filter_map(|kept| Some((kept.key(), walk::sighting(kept)?)))
        .max_by_key(|(key, _)| *key)
        .map(|(_, sighting)| sighting);
    for (name, fact) in &kept {
        let of_fact = labels.entry(*name).or_default();
        match fact.standing {
            Standing::Counts if void_of_other.contains(name) => {
                of_fact.push(FactLabel::NotAuthorised);
            }
            Standing::Counts => {}
            Standing::Quarantined => of_fact.push(FactLabel::Quarantined),
            Standing::NotAuthorised => of_fact.push(FactLabel::NotAuthorised),
        }
        if of_fact.is_empty() {
            of_fact.push(FactLabel::Ok);
        }
        of_fact.sort_unstable();
    }
    let cycles = ordered.cycles.iter().map(|kept| kept.fact.name()).collect();
    let mut by_time: Vec<&Kept<'_>> = kept.values().collect();
    by_time.sort_unstable_by_key(|kept| kept.key());
    let mut alerts = alerts(&by_time, &labels, &doubled, cycles, reused, &annotations);
    for alert in alerts.values_mut() {
        let at_ms = |name| kept.get(name).map_or(0, Kept::at_ms);
        alert.at_ms = alert.facts.iter().map(at_ms).collect();
    }
    Folded {
        state,
        labels,
        alerts,
        voided,
    }
}

/// What is taken back, wherever it sorts; and the voids of what can't be: of a void, a refusal.
fn voids<'k, 'a: 'k>(
    counting: impl Iterator<Item = &'k Kept<'a>>,
    kept: &BTreeMap<FactName, Kept<'_>>,
) -> (BTreeSet<FactName>, BTreeSet<FactName>) {
    let mut voided = BTreeSet::new();
    let mut not_allowed = BTreeSet::new();
    for void in counting {
        let FactBody::Void { target, .. } = &void.fact.body else {
            continue;
        };
        match kept.get(target).map(|kept| &kept.fact.body) {
            None => {}
            Some(FactBody::Entry { .. } | FactBody::Exit { .. } | FactBody::Override { .. }) => {
                voided.insert(*target);
            }
            Some(
                FactBody::Void { .. }
                | FactBody::Refusal { .. }
                | FactBody::Annotation { .. }
                | FactBody::JournalOpened { .. }
                | FactBody::Refusals { .. }
                | FactBody::Issued { .. }
                | FactBody::HandOver { .. }
                | FactBody::Release { .. }
                | FactBody::Withdrawn { .. }
                | FactBody::Till(_)
                | FactBody::Opaque { .. },
            ) => {
                not_allowed.insert(void.fact.name());
            }
        }
    }
    (voided, not_allowed)
}

fn alerts(
    facts: &[&Kept<'_>],
    labels: &BTreeMap<FactName, Vec<FactLabel>>,
    doubled: &BTreeSet<FactName>,
    cycles: Vec<FactName>,
    reused: Vec<FactName>,
    annotations: &Annotations,
) -> BTreeMap<AlertKind, Alert> {
    let mut concerned: BTreeMap<AlertKind, Vec<FactName>> = BTreeMap::new();
    for name in facts.iter().map(|kept| kept.fact.name()) {
        let labels = labels.get(&name).map_or(&[][..], Vec::as_slice);
        let kinds: BTreeSet<AlertKind> = labels
            .iter()
            .filter_map(|label| alert_of(*label))
            .chain(doubled.contains(&name).then_some(AlertKind::DuplicateEntry))
            .collect();
        for kind in kinds {
            concerned.entry(kind).or_default().push(name);
        }
    }
    concerned.insert(AlertKind::SeenCycle, cycles);
    concerned.insert(AlertKind::FactIdReused, reused);
    concerned
        .into_iter()
        .filter(|(_, facts)| !facts.is_empty())
        .map(|(kind, facts)| {
            let open = facts
                .iter()
                .filter(|name| !annotations.noted.contains(name));
            // Of the entries with one ticket one was right and needs no note, whichever it is by now.
            let right = match kind {
                AlertKind::DuplicateEntry => doubled.len(),
                AlertKind::OverLimit
                | AlertKind::BarredTicket
                | AlertKind::RowUnseen
                | AlertKind::AdmittedUnsold
                | AlertKind::NotAuthorised
                | AlertKind::Quarantined
                | AlertKind::FactIdReused
                | AlertKind::SeenCycle => 0,
            };
            let attention = if open.count() > right {
                Attention::Open
            } else {
                Attention::Noted
            };
            let alert = Alert {
                facts,
                at_ms: Vec::new(),
                attention,
            };
            (kind, alert)
        })
        .collect()
}

fn alert_of(label: FactLabel) -> Option<AlertKind> {
    match label {
        FactLabel::DuplicateEntry => Some(AlertKind::DuplicateEntry),
        FactLabel::OverLimit => Some(AlertKind::OverLimit),
        FactLabel::Revoked | FactLabel::Refunded => Some(AlertKind::BarredTicket),
        FactLabel::RowUnseen | FactLabel::UnknownTicket => Some(AlertKind::RowUnseen),
        FactLabel::AdmittedUnsold => Some(AlertKind::AdmittedUnsold),
        FactLabel::NotAuthorised => Some(AlertKind::NotAuthorised),
        FactLabel::Quarantined => Some(AlertKind::Quarantined),
        FactLabel::Ok
        | FactLabel::Superseded
        | FactLabel::OutsideWindow
        | FactLabel::WrongGate
        | FactLabel::ByHand
        | FactLabel::Override
        | FactLabel::ClockSuspect
        | FactLabel::SaleUnseen
        | FactLabel::StockExceeded
        | FactLabel::RolledBack => None,
    }
}
