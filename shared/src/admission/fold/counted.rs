//! Where people went in and out, of the entries and exits that count.

use std::collections::BTreeSet;

use super::{FactHash, FactLabel, Folded};
use crate::fact::kind::{Fact, FactBody};
use crate::ids::GateNo;

/// The gates of a ticket's entries and exits that count, each in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedGates {
    /// A gate an entry.
    pub entries: Vec<GateNo>,
    /// A gate an exit.
    pub exits: Vec<GateNo>,
}

impl CountedGates {
    /// Of the facts that were folded.
    pub fn of(facts: &[(Fact, FactHash)], folded: &Folded) -> Self {
        let mut gates = Self::default();
        let mut told = BTreeSet::new();
        for (fact, _) in facts {
            let name = fact.name();
            let counts = !folded.voided.contains(&name)
                && folded.labels.get(&name).is_some_and(|labels| {
                    !labels.iter().any(|label| {
                        matches!(
                            label,
                            FactLabel::DuplicateEntry
                                | FactLabel::Quarantined
                                | FactLabel::NotAuthorised
                        )
                    })
                });
            if !counts || !told.insert(name) {
                continue;
            }
            match &fact.body {
                FactBody::Entry { gate, .. } | FactBody::Override { gate, .. } => {
                    gates.entries.push(*gate);
                }
                FactBody::Exit { gate, .. } => gates.exits.push(*gate),
                FactBody::JournalOpened { .. }
                | FactBody::Refusal { .. }
                | FactBody::Refusals { .. }
                | FactBody::Void { .. }
                | FactBody::Annotation { .. }
                | FactBody::Issued { .. }
                | FactBody::HandOver { .. }
                | FactBody::Release { .. }
                | FactBody::Withdrawn { .. }
                | FactBody::Till(_)
                | FactBody::Opaque { .. } => {}
            }
        }
        gates.entries.sort_unstable();
        gates.exits.sort_unstable();
        gates
    }
}
