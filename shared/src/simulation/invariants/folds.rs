//! What every party makes of its facts: M1 to M5, T3 and R1, ticket by ticket.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, holds};
use crate::admission::fold::{FactHash, FactLabel, Folded};
use crate::admission::{Issued, TicketState};
use crate::fact::{Fact, FactBody};
use crate::ids::{FactName, TicketId};
use crate::roster::{DeviceRow, TicketRow};
use crate::simulation::facts::{Basis, Facts, View};
use crate::simulation::venue::is_single;
use crate::simulation::world::World;

/// One party's side of a fold.
struct Party<'a> {
    who: u16,
    facts: &'a Facts,
    view: &'a View,
    basis: Basis<'a>,
    row: Box<dyn Fn(TicketId) -> Option<TicketRow> + 'a>,
    devices_version: u64,
}

impl Party<'_> {
    fn scratch(&self, ticket: TicketId, facts: &[(Fact, FactHash)]) -> Folded {
        let issued = self.basis.issued(ticket, self.facts);
        self.basis.fold(ticket, (self.row)(ticket), facts, issued)
    }
}

impl World {
    fn parties(&self) -> Vec<Party<'_>> {
        let durable = &self.server.durable;
        let version = |signed: &BTreeMap<_, crate::roster::signed::SignedObject>| {
            signed
                .get(&crate::roster::signed::SignedKind::DeviceList)
                .map_or(0, |object| object.version)
        };
        let mut parties = vec![Party {
            who: 0,
            facts: &durable.facts,
            view: &self.server.view,
            basis: self.server.basis(&self.venue),
            row: Box::new(|ticket| durable.rows.get(&ticket).copied()),
            devices_version: version(&durable.signed),
        }];
        parties.extend(
            self.nodes
                .iter()
                .filter(|node| node.is_up && !node.is_hostile)
                .map(|node| {
                    let disk = &node.disk;
                    Party {
                        who: node.n,
                        facts: &disk.facts,
                        view: &node.view,
                        basis: node.basis(&self.venue),
                        row: Box::new(|ticket| disk.in_use.tickets.get(&ticket).copied()),
                        devices_version: version(&disk.signed),
                    }
                }),
        );
        parties
    }

    pub(super) fn check_folds(&mut self) -> Checked {
        let parties = self.parties();
        if parties.iter().all(|party| party.view.fresh.is_empty()) {
            return Ok(());
        }
        let mut fresh: BTreeSet<TicketId> = BTreeSet::new();
        for party in &parties {
            for ticket in &party.view.fresh {
                fresh.insert(*ticket);
                self.check_fold(party, *ticket)?;
            }
        }
        for ticket in fresh {
            invariant_m3_equal_sets_give_equal_states(&parties, ticket)?;
        }
        drop(parties);
        let view = &self.server.view;
        for ticket in &view.fresh {
            let kinds = view.folded[ticket].alerts.keys();
            self.checks
                .alerts
                .extend(kinds.map(|kind| (*ticket, *kind)));
        }
        let lost = self.checks.alerts.difference(&view.alerts).next();
        holds(lost.is_none(), "invariant_m6_no_alert_is_lost", lost)?;
        self.server.view.fresh.clear();
        self.nodes
            .iter_mut()
            .for_each(|node| node.view.fresh.clear());
        Ok(())
    }

    fn check_fold(&self, party: &Party<'_>, ticket: TicketId) -> Checked {
        let facts = party.facts.of(ticket);
        let folded = party.view.folded.get(&ticket).cloned().unwrap_or_default();
        // M1: another order, and everything twice.
        let mut shuffled = [facts, facts].concat();
        let by = self.events;
        shuffled.sort_by_key(|(fact, hash)| {
            (u64::from(hash[0]) ^ by).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ fact.seq
        });
        let again = party.scratch(ticket, &shuffled);
        holds(
            again == party.scratch(ticket, facts),
            "invariant_m1_order_and_repetition_do_not_matter",
            (party.who, ticket),
        )?;
        holds(
            again == folded,
            "invariant_m2_incremental_is_from_scratch",
            (party.who, ticket),
        )?;
        // M5: facts of other tickets change nothing.
        let others = party.facts.by_ticket.values().flatten().take(60).cloned();
        let all: Vec<(Fact, FactHash)> = others.chain(facts.iter().cloned()).collect();
        holds(
            party.scratch(ticket, &all) == again,
            "invariant_m5_facts_of_other_tickets_change_nothing",
            (party.who, ticket),
        )?;
        invariant_m4_exactly_one_first_entry_wins(party.who, ticket, facts, &folded)?;
        invariant_t3_the_winner_has_seen_no_other_entry(party.who, ticket, facts, &folded)?;
        invariant_r1_the_revoked_change_nothing_of_others(party, ticket, facts, &folded)
    }
}

pub(super) fn passage_in(fact: &Fact) -> bool {
    matches!(
        fact.body,
        FactBody::Entry { .. } | FactBody::Override { .. }
    )
}

fn labels_of(folded: &Folded, name: FactName) -> &[FactLabel] {
    folded.labels.get(&name).map_or(&[][..], Vec::as_slice)
}

fn counts(folded: &Folded, name: FactName) -> bool {
    let labels = labels_of(folded, name);
    !folded.voided.contains(&name)
        && !labels.contains(&FactLabel::Quarantined)
        && !labels.contains(&FactLabel::NotAuthorised)
}

fn invariant_m4_exactly_one_first_entry_wins(
    who: u16,
    ticket: TicketId,
    facts: &[(Fact, FactHash)],
    folded: &Folded,
) -> Checked {
    if !is_single(ticket) {
        return Ok(());
    }
    let entries: BTreeSet<FactName> = facts
        .iter()
        .filter(|(fact, _)| passage_in(fact) && counts(folded, fact.name()))
        .map(|(fact, _)| fact.name())
        .collect();
    let unflagged = entries
        .iter()
        .filter(|name| !labels_of(folded, **name).contains(&FactLabel::DuplicateEntry))
        .count();
    holds(
        unflagged == usize::from(!entries.is_empty())
            && folded.state.entries == u32::from(!entries.is_empty()),
        "invariant_m4_exactly_one_first_entry_wins",
        (who, ticket, entries.len(), unflagged),
    )
}

fn invariant_t3_the_winner_has_seen_no_other_entry(
    who: u16,
    ticket: TicketId,
    facts: &[(Fact, FactHash)],
    folded: &Folded,
) -> Checked {
    let Some(winner) = folded.state.first_entry else {
        return Ok(());
    };
    let by_name: BTreeMap<FactName, &Fact> =
        facts.iter().map(|(fact, _)| (fact.name(), fact)).collect();
    let mut to_follow = vec![winner.fact];
    let mut followed = BTreeSet::new();
    while let Some(name) = to_follow.pop() {
        if !followed.insert(name) {
            continue;
        }
        let Some(fact) = by_name.get(&name) else {
            continue;
        };
        holds(
            name == winner.fact || !passage_in(fact) || !counts(folded, name),
            "invariant_t3_the_winner_has_seen_no_other_entry",
            (who, ticket, winner.fact, name),
        )?;
        // What doesn't count has no place in the order.
        if name == winner.fact || counts(folded, name) {
            to_follow.extend(&fact.seen);
        }
    }
    Ok(())
}

/// Told from the signed list alone, not by the fold's own reading of it.
pub(super) fn is_beyond(row: Option<&DeviceRow>, fact: &Fact, hash: &FactHash) -> bool {
    let Some(revocation) = row.and_then(|row| row.revocation.as_ref()) else {
        return false;
    };
    let point = revocation
        .points
        .iter()
        .find(|(journal, _, _)| *journal == fact.journal);
    !point.is_some_and(|(_, seq, last)| fact.seq < *seq || (fact.seq == *seq && hash == last))
}

fn invariant_r1_the_revoked_change_nothing_of_others(
    party: &Party<'_>,
    ticket: TicketId,
    facts: &[(Fact, FactHash)],
    folded: &Folded,
) -> Checked {
    let row = |fact: &Fact| party.basis.devices.iter().find(|row| row.id == fact.device);
    let is_bad = |(fact, hash): &&(Fact, FactHash)| is_beyond(row(fact), fact, hash);
    let good: Vec<(Fact, FactHash)> = facts.iter().filter(|fact| !is_bad(fact)).cloned().collect();
    if good.len() == facts.len() {
        return Ok(());
    }
    let without = party.scratch(ticket, &good);
    let state = TicketState {
        also_seen: None,
        ..folded.state.clone()
    };
    let kept: BTreeSet<FactName> = good.iter().map(|(fact, _)| fact.name()).collect();
    let same_labels = good.iter().all(|(fact, _)| {
        matches!(fact.body, FactBody::Void { .. })
            || labels_of(folded, fact.name()) == labels_of(&without, fact.name())
    });
    let quarantined = facts.iter().filter(is_bad).all(|(fact, _)| {
        kept.contains(&fact.name())
            || labels_of(folded, fact.name()).contains(&FactLabel::Quarantined)
            || matches!(fact.body, FactBody::Annotation { .. })
    });
    holds(
        state == without.state && same_labels && quarantined,
        "invariant_r1_the_revoked_change_nothing_of_others",
        (party.who, ticket),
    )
}

fn invariant_m3_equal_sets_give_equal_states(parties: &[Party<'_>], ticket: TicketId) -> Checked {
    type Basis = (u64, Option<TicketRow>, Issued, BTreeSet<FactHash>);
    let mut seen: Vec<(Basis, &Folded, u16)> = Vec::new();
    for party in parties {
        let Some(folded) = party.view.folded.get(&ticket) else {
            continue;
        };
        let basis = (
            party.devices_version,
            (party.row)(ticket),
            party.basis.issued(ticket, party.facts),
            party
                .facts
                .of(ticket)
                .iter()
                .map(|(_, hash)| *hash)
                .collect(),
        );
        if let Some((_, other, who)) = seen.iter().find(|(of, _, _)| *of == basis) {
            holds(
                *other == folded,
                "invariant_m3_equal_sets_give_equal_states",
                (party.who, who, ticket),
            )?;
        } else {
            seen.push((basis, folded, party.who));
        }
    }
    Ok(())
}
