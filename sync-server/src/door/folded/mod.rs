//! What folds came to, and how it is kept: the state of each ticket, the labels of its facts, its alerts.

mod write;

use std::collections::BTreeMap;

use shared::admission::fold::{CountedGates, FactHash};
use shared::admission::{FactLabel, Folded};
use shared::clock::UnixMillis;
use shared::fact::Fact;
use shared::ids::{FactName, GateNo, TicketId};

use super::alerts::{self, AlertRow};

/// The labels of a fact without a row of them.
const UNWRITTEN: &[FactLabel] = &[FactLabel::Ok];

/// A ticket's row in `ticket_states`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) ticket: TicketId,
    pub(super) inside: bool,
    pub(super) entries: i32,
    pub(super) exits: i32,
    pub(super) last_entry_ms: Option<UnixMillis>,
    pub(super) last_gate: Option<i32>,
    pub(super) entry_gates: Vec<i32>,
    pub(super) exit_gates: Vec<i32>,
}

/// What folds came to, as columns.
#[derive(Debug, Default)]
pub(super) struct Written {
    tickets: Vec<i64>,
    inside: Vec<bool>,
    entries: Vec<i32>,
    exits: Vec<i32>,
    last_entry_ms: Vec<Option<i64>>,
    last_gate: Vec<Option<i32>>,
    /// `{1,2}`: PostgreSQL has no arrays of arrays of unequal length.
    entry_gates: Vec<String>,
    exit_gates: Vec<String>,
    labels: BTreeMap<FactName, Vec<FactLabel>>,
    /// Those of facts that are only now written, where there is something to be said.
    first_labels: BTreeMap<FactName, Vec<FactLabel>>,
    alerts: Vec<AlertRow>,
}

impl Written {
    pub(super) fn push(&mut self, ticket: TicketId, facts: &[(Fact, FactHash)], folded: Folded) {
        self.push_state(ticket, facts, &folded);
        self.labels.extend(folded.labels);
    }

    /// All but the labels.
    fn push_state(&mut self, ticket: TicketId, facts: &[(Fact, FactHash)], folded: &Folded) {
        let gates = CountedGates::of(facts, folded);
        let last = folded.state.last_entry;
        self.tickets.push(ticket.to_i64());
        self.inside.push(folded.state.inside);
        self.entries
            .push(i32::try_from(folded.state.entries).unwrap_or(i32::MAX));
        self.exits.push(gates.exits.len() as i32);
        self.last_entry_ms.push(last.map(|entry| entry.at_ms));
        self.last_gate.push(last.map(|entry| entry.gate.0.into()));
        self.entry_gates.push(array_text(&gates.entries));
        self.exit_gates.push(array_text(&gates.exits));
        self.alerts.extend(alerts::of_fold(ticket, facts, folded));
    }

    /// The same of a ticket of which `before` is written already, all but the facts that are not in it.
    pub(super) fn push_after(
        &mut self,
        before: &Folded,
        ticket: TicketId,
        facts: &[(Fact, FactHash)],
        folded: Folded,
    ) {
        self.push_state(ticket, facts, &folded);
        for (name, labels) in folded.labels {
            match before.labels.get(&name) {
                Some(were) if *were != labels => drop(self.labels.insert(name, labels)),
                None if labels != UNWRITTEN => drop(self.first_labels.insert(name, labels)),
                Some(_) | None => {}
            }
        }
    }

    /// The tickets' rows.
    pub(super) fn states(&self) -> impl Iterator<Item = State> {
        (0..self.tickets.len()).map(|n| State {
            ticket: TicketId::from_i64(self.tickets[n]),
            inside: self.inside[n],
            entries: self.entries[n],
            exits: self.exits[n],
            last_entry_ms: self.last_entry_ms[n],
            last_gate: self.last_gate[n],
            entry_gates: numbers(&self.entry_gates[n]),
            exit_gates: numbers(&self.exit_gates[n]),
        })
    }

    /// The labels of each fact, with commas between.
    pub(super) fn labels(&self) -> impl Iterator<Item = (FactName, String)> {
        let labels = self.labels.iter();
        labels.map(|(name, labels)| (*name, label_texts(labels)))
    }
}

fn label_texts(labels: &[FactLabel]) -> String {
    let codes: Vec<&str> = labels.iter().map(|label| label.code()).collect();
    codes.join(",")
}

fn array_text(gates: &[GateNo]) -> String {
    let numbers: Vec<String> = gates.iter().map(|gate| gate.0.to_string()).collect();
    format!("{{{}}}", numbers.join(","))
}

fn numbers(array: &str) -> Vec<i32> {
    let inner = array.trim_matches(['{', '}']);
    inner.split(',').filter_map(|no| no.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use shared::ids::{DeviceId, FactId};
    use uuid::Uuid;

    use super::*;

    fn fact(number: u128) -> FactName {
        FactName {
            device: DeviceId(Uuid::from_u128(1)),
            fact: FactId(Uuid::from_u128(number)),
        }
    }

    fn folded<const N: usize>(labels: [(FactName, FactLabel); N]) -> Folded {
        let labels = labels.map(|(name, label)| (name, vec![label]));
        Folded {
            labels: labels.into(),
            ..Folded::default()
        }
    }

    #[test]
    fn of_the_labels_only_those_are_written_that_are_others_than_before() {
        use FactLabel::{DuplicateEntry, Ok};
        let [still, other, settled, new, told] = [1, 2, 3, 4, 5].map(fact);
        let before = folded([
            (still, DuplicateEntry),
            (other, Ok),
            (settled, DuplicateEntry),
        ]);
        let now = folded([
            (still, DuplicateEntry),
            (other, DuplicateEntry),
            (settled, Ok),
            (new, Ok),
            (told, DuplicateEntry),
        ]);
        let mut written = Written::default();
        written.push_after(&before, TicketId::from_i64(7), &[], now);
        let changed = [(other, vec![DuplicateEntry]), (settled, vec![Ok])];
        assert_eq!(written.labels, changed.into());
        assert_eq!(written.first_labels, [(told, vec![DuplicateEntry])].into());
        assert!(written.has_remarks());

        let mut written = Written::default();
        written.push_after(&before, TicketId::from_i64(7), &[], before.clone());
        assert!(!written.has_remarks());
    }
}
