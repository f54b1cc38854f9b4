//! Once all is at rest: nothing is on its way any more, and what everybody holds is what truly happened.

use std::collections::{BTreeMap, BTreeSet};

use super::folds::{is_beyond, passage_in};
use super::{Checked, holds};
use crate::fact::{Fact, FactBody};
use crate::ids::{FactName, TicketId};
use crate::simulation::device::Node;
use crate::simulation::venue::is_single;
use crate::simulation::world::World;

impl World {
    /// Honest devices that are not revoked: those that are owed everything.
    pub(in crate::simulation) fn owed(&self) -> impl Iterator<Item = &Node> {
        let revoked = &self.server.durable.revoked;
        self.nodes
            .iter()
            .filter(|node| !node.is_hostile && !revoked.contains_key(&node.id))
    }

    pub(in crate::simulation) fn is_at_rest(&self) -> bool {
        self.server.recovering.is_empty()
            && self.missing_at_server().is_empty()
            && self.nodes.iter().all(|node| {
                node.is_hostile
                    || (node.is_up && node.unsent(1).is_empty() && node.pending.is_none())
            })
            && self.owed().all(|node| {
                self.lacking_at(node).is_empty()
                    && node.disk.in_use.tickets == self.server.durable.rows
                    && node.disk.shadow.is_none()
            })
    }

    fn missing_at_server(&self) -> Vec<FactName> {
        let durable = &self.server.durable;
        let quarantined: BTreeSet<FactName> = durable
            .quarantine
            .values()
            .filter_map(|held| held.fact.as_ref().map(Fact::name))
            .collect();
        let parked: BTreeSet<FactName> = self
            .nodes
            .iter()
            .flat_map(|node| node.disk.parked.iter().copied())
            .collect();
        let honest = self.oracle.honest.values().flatten();
        honest
            .filter_map(|hash| self.oracle.written[hash].fact.as_ref())
            .filter(|fact| !self.is_cut_off(fact))
            .map(Fact::name)
            .filter(|name| {
                !durable.facts.names.contains(name)
                    && !quarantined.contains(name)
                    && !self.oracle.destroyed.contains(name)
                    && !parked.contains(name)
            })
            .collect()
    }

    /// A place before it is on no disk any more: the server takes no journal with a gap.
    pub(in crate::simulation) fn is_cut_off(&self, fact: &Fact) -> bool {
        let is_lost = |seq: u64| {
            let mut nodes = self.nodes.iter().filter(|node| !node.is_hostile);
            self.server.durable.facts.at(fact.journal, seq).is_empty()
                && nodes.all(|node| node.disk.facts.at(fact.journal, seq).is_empty())
        };
        fact.seq > self.server.durable.facts.head(fact.journal).seq && (1..fact.seq).any(is_lost)
    }

    fn lacking_at(&self, node: &Node) -> Vec<FactName> {
        let there = &self.server.durable.facts.names;
        there.difference(&node.disk.facts.names).copied().collect()
    }

    /// L1, L2, F2, A2, A4, M4, and what truly happened.
    pub(in crate::simulation) fn invariants_at_rest(&mut self) -> Checked {
        let missing = self.missing_at_server();
        holds(
            missing.is_empty(),
            "invariant_l1_every_fact_reaches_the_server",
            missing
                .iter()
                .map(|name| (name.fact, self.who_holds(*name)))
                .collect::<Vec<_>>(),
        )?;
        for node in self.owed() {
            let lacking = self.lacking_at(node);
            holds(
                lacking.is_empty(),
                "invariant_l2_connected_parties_converge",
                (node.n, lacking.len(), node.engine.state()),
            )?;
            holds(
                node.disk.in_use.tickets == self.server.durable.rows,
                "invariant_f2_caught_up_is_the_servers_state",
                (node.n, node.engine.state()),
            )?;
        }
        self.tills_at_rest()?;
        self.invariant_a2_bytes_are_as_signed()?;
        self.invariant_a4_sending_all_again_changes_nothing()?;
        self.attendance_is_what_happened()
    }

    fn who_holds(&self, name: FactName) -> Vec<u16> {
        let holders = self.nodes.iter();
        holders
            .filter(|node| node.disk.facts.names.contains(&name))
            .map(|node| node.n)
            .collect()
    }

    fn invariant_a2_bytes_are_as_signed(&self) -> Checked {
        let server = self.server.durable.facts.all();
        let nodes = self.nodes.iter().flat_map(|node| node.disk.facts.all());
        for held in server.chain(nodes) {
            // The server's own facts are not on a device's disk first.
            let Some(written) = self.stored(&held.header.hash) else {
                continue;
            };
            holds(
                written.bytes == held.bytes,
                "invariant_a2_no_fact_is_dropped",
                held.header,
            )?;
        }
        Ok(())
    }

    fn invariant_a4_sending_all_again_changes_nothing(&mut self) -> Checked {
        let mut all: Vec<Vec<u8>> = self
            .oracle
            .written
            .values()
            .filter(|held| {
                let at = (held.header.journal, held.header.seq);
                !self.server.durable.facts.at(at.0, at.1).is_empty()
            })
            .map(|held| held.bytes.clone())
            .collect();
        for at in (1..all.len()).rev() {
            all.swap(at, self.dice.below(at as u64 + 1) as usize);
        }
        let before = self.server.durable.clone();
        let now_ms = self.true_ms();
        for batch in all.chunks(7) {
            self.server.upload(&self.venue, batch, None, now_ms);
        }
        let after = &self.server.durable;
        holds(
            before.facts.hashes == after.facts.hashes && before.head == after.head,
            "invariant_a4_sending_all_again_changes_nothing",
            (before.facts.count, after.facts.count),
        )
    }

    /// Counted from what honest devices wrote, not by any fold.
    fn attendance_is_what_happened(&self) -> Checked {
        let durable = &self.server.durable;
        let mut passages: BTreeMap<TicketId, BTreeSet<FactName>> = BTreeMap::new();
        for hash in self.oracle.honest.values().flatten() {
            let fact = self.oracle.written[hash].fact.as_ref();
            if let Some(fact) = fact.filter(|fact| passage_in(fact))
                && let Some(ticket) = fact.ticket()
            {
                passages.entry(ticket).or_default().insert(fact.name());
            }
        }
        for ticket in durable.rows.keys().filter(|ticket| is_single(**ticket)) {
            let facts = durable.facts.of(*ticket);
            let beyond = |name: FactName| {
                let mut copies = facts.iter().filter(|(fact, _)| fact.name() == name);
                copies.all(|(fact, hash)| {
                    let row = durable.devices.devices.iter();
                    is_beyond(row.clone().find(|row| row.id == fact.device), fact, hash)
                })
            };
            let voided_by_counting: BTreeSet<FactName> = facts
                .iter()
                .filter(|(fact, _)| !beyond(fact.name()))
                .filter_map(|(fact, _)| match fact.body {
                    FactBody::Void { target, .. } => Some(target),
                    _ => None,
                })
                .collect();
            // Also an entry whose light was never shown, because the power failed: it is on the disk.
            let went_in = passages.get(ticket).into_iter().flatten();
            let went_in = went_in
                .filter(|name| durable.facts.names.contains(name))
                .filter(|name| !beyond(**name) && !voided_by_counting.contains(name))
                .count();
            let forged = facts.iter().any(|(fact, hash)| {
                let row = durable.devices.devices.iter();
                let is_thiefs = self
                    .oracle
                    .honest
                    .get(&(fact.journal, fact.seq))
                    .is_none_or(|hashes| !hashes.contains(hash));
                is_thiefs
                    && passage_in(fact)
                    && !is_beyond(row.clone().find(|row| row.id == fact.device), fact, hash)
            });
            if forged {
                continue;
            }
            let folded = self.server.view.folded.get(ticket);
            let entries = folded.map_or(0, |folded| folded.state.entries);
            holds(
                entries == u32::from(went_in > 0),
                "attendance_is_what_happened",
                (ticket, entries, went_in),
            )?;
            let alert = (*ticket, crate::admission::fold::AlertKind::DuplicateEntry);
            holds(
                went_in < 2 || self.server.view.alerts.contains(&alert),
                "invariant_m4_every_duplicate_is_reported",
                (ticket, went_in),
            )?;
        }
        Ok(())
    }
}
