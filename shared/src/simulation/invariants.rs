//! The invariants of docs/SYNC.md, by name. They are looked at after every event; what can't have changed
//! isn't looked at again.

use std::collections::{BTreeMap, BTreeSet};

use super::device::{Node, Roster};
use super::facts::{Basis, Facts, View};
use super::oracle::{Green, Passed};
use super::venue::is_single;
use super::world::{PageOracle, World};
use crate::admission::fold::{AlertKind, FactHash, FactLabel, Folded};
use crate::admission::{AskReason, Decision, Issued, TicketState};
use crate::clock::hlc::MAX_AHEAD_MS;
use crate::fact::{Fact, FactBody, Head};
use crate::ids::{FactName, JournalId, TicketId};
use crate::roster::{DeviceRow, TicketRow};

/// An invariant does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) invariant: &'static str,
    pub(crate) detail: String,
}

pub(super) type Checked = Result<(), Violation>;

fn broken(invariant: &'static str, detail: impl std::fmt::Debug) -> Violation {
    Violation {
        invariant,
        detail: format!("{detail:?}"),
    }
}

pub(super) fn holds(is_so: bool, invariant: &'static str, detail: impl std::fmt::Debug) -> Checked {
    if is_so {
        Ok(())
    } else {
        Err(broken(invariant, detail))
    }
}

/// What was looked at before.
#[derive(Default)]
pub(super) struct Checks {
    commits: usize,
    server_count: usize,
    node_counts: BTreeMap<usize, usize>,
    greens: usize,
    own_heads: BTreeMap<usize, usize>,
    leases_version: u64,
    uploads: Vec<Vec<Vec<u8>>>,
    to_recheck: BTreeSet<usize>,
    /// What the server ever alerted.
    alerts: BTreeSet<(TicketId, AlertKind)>,
    changes: (u64, u64, usize, u32),
}

impl Checks {
    pub(super) fn restarted(&mut self, at: usize) {
        self.to_recheck.insert(at);
    }

    pub(super) fn disk_changed(&mut self, at: usize) {
        self.node_counts.remove(&at);
        self.own_heads.remove(&at);
    }

    pub(super) fn server_restored(&mut self) {
        self.server_count = 0;
        self.alerts.clear();
    }

    pub(super) fn uploaded(&mut self, envelopes: &[Vec<u8>]) {
        self.uploads.push(envelopes.to_vec());
    }

    /// E2.
    pub(super) fn not_green(node: u16, ticket: TicketId, decision: &Decision) -> Checked {
        match decision {
            // A clock in doubt asks, whoever holds the right.
            Decision::Ask(AskReason::ClockDoubtful) => Ok(()),
            Decision::Admit(_) | Decision::Refuse(_) | Decision::Ask(_) => Err(broken(
                "invariant_e2_a_good_ticket_at_its_holder_is_green",
                (node, ticket, decision),
            )),
        }
    }
}

/// F1, F2, F6: what a page has to lead to.
pub(super) fn page_applied(node: &Node, roster: &Roster, oracle: &PageOracle) -> Checked {
    holds(
        roster.epochs.len() <= 1,
        "invariant_f6_another_life_of_the_feed_is_noticed",
        (node.n, &roster.epochs),
    )?;
    if roster.epoch != oracle.epoch {
        return Ok(());
    }
    for (ticket, row) in &oracle.rows {
        let held = roster.tickets.get(ticket);
        holds(
            held == Some(row) || held.is_some_and(|_| roster.is_newer_than(oracle)),
            "invariant_f1_no_committed_change_is_skipped",
            (node.n, ticket, held, row),
        )?;
    }
    for hash in &oracle.facts {
        holds(
            node.disk.facts.hashes.contains(hash),
            "invariant_f1_no_committed_change_is_skipped",
            (node.n, "a fact"),
        )?;
    }
    let extra = roster
        .tickets
        .keys()
        .find(|ticket| !oracle.rows.contains_key(ticket));
    holds(
        !oracle.is_head || extra.is_none(),
        "invariant_f2_caught_up_is_the_servers_state",
        (node.n, extra),
    )
}

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

    /// After every event; if it changed no disk, no process and no light, all still holds.
    pub(super) fn check(&mut self) -> Checked {
        self.invariant_e3_a_duplicate_is_reported_within_one_exchange()?;
        let nodes = self.nodes.iter().map(|node| node.changes + 1).sum::<u64>();
        let lights = self.oracle.greens.len() + self.oracle.sales.len() + self.oracle.exempt.len();
        let changes = (nodes, self.server.changes, lights, self.oracle.sold_online);
        if std::mem::replace(&mut self.checks.changes, changes) == changes {
            return Ok(());
        }
        self.invariant_f5_numbers_increase_in_the_order_of_commits()?;
        self.invariant_a3_journals_are_prefix_closed_chains()?;
        self.invariant_a7_a_fork_is_noticed_and_loses_nothing()?;
        self.invariant_a2_no_fact_is_dropped()?;
        self.invariant_a5_acknowledged_is_durable()?;
        self.invariant_a1_green_survives_power_loss()?;
        self.invariant_t1_a_journals_clock_strictly_increases()?;
        self.invariant_t2_nobody_drags_our_clock_along()?;
        self.check_stock()?;
        self.check_strict()?;
        self.checks.greens = self.oracle.greens.len();
        self.check_folds()
    }

    fn invariant_f5_numbers_increase_in_the_order_of_commits(&mut self) -> Checked {
        let commits = &self.server.commits;
        for pair in commits[self.checks.commits.saturating_sub(1)..].windows(2) {
            holds(
                pair[0].0 != pair[1].0 || pair[0].1 < pair[1].1,
                "invariant_f5_numbers_increase_in_the_order_of_commits",
                pair,
            )?;
        }
        self.checks.commits = commits.len();
        Ok(())
    }

    fn invariant_a3_journals_are_prefix_closed_chains(&mut self) -> Checked {
        let facts = &self.server.durable.facts;
        if facts.count == self.checks.server_count {
            return Ok(());
        }
        holds(
            facts.count >= self.checks.server_count,
            "invariant_a2_no_fact_is_dropped",
            "by the server",
        )?;
        self.checks.server_count = facts.count;
        let mut heads: BTreeMap<JournalId, Head> = BTreeMap::new();
        for held in facts.all() {
            let head = heads.entry(held.header.journal).or_insert(Head::EMPTY);
            *head = head
                .follow(&held.header)
                .map_err(|error| broken("invariant_a3_journals_are_prefix_closed_chains", error))?;
        }
        Ok(())
    }

    /// Whoever uploads what the server holds another fact for: both are kept, and the fork is known.
    fn invariant_a7_a_fork_is_noticed_and_loses_nothing(&mut self) -> Checked {
        let durable = &self.server.durable;
        for envelopes in std::mem::take(&mut self.checks.uploads) {
            for bytes in envelopes {
                let Some((header, _)) = super::venue::read(&self.venue, &bytes) else {
                    continue;
                };
                let there = durable.facts.at(header.journal, header.seq);
                let before = durable
                    .facts
                    .at(header.journal, header.seq.saturating_sub(1));
                let is_next = before
                    .iter()
                    .any(|held| held.header.hash == header.prev_hash);
                holds(
                    !is_next || !there.is_empty(),
                    "invariant_a6_one_bad_fact_never_delays_others",
                    (header.journal, header.seq),
                )?;
                let is_other = there.iter().all(|held| held.header.hash != header.hash);
                if !there.is_empty() && is_other {
                    holds(
                        durable.forks.contains(&header.journal)
                            && durable.quarantine.contains_key(&header.hash),
                        "invariant_a7_a_fork_is_noticed_and_loses_nothing",
                        (header.journal, header.seq),
                    )?;
                }
            }
        }
        Ok(())
    }

    fn invariant_a2_no_fact_is_dropped(&mut self) -> Checked {
        for (at, node) in self.nodes.iter().enumerate() {
            let before = self.checks.node_counts.insert(at, node.disk.facts.count);
            if crate::planted::is(crate::planted::Bug::NormalSync) {
                continue;
            }
            holds(
                before.is_none_or(|before| before <= node.disk.facts.count),
                "invariant_a2_no_fact_is_dropped",
                node.n,
            )?;
        }
        Ok(())
    }

    fn invariant_a5_acknowledged_is_durable(&self) -> Checked {
        let durable = &self.server.durable;
        for node in self.nodes.iter().filter(|node| !node.is_hostile) {
            // Of a former life of the feed, everything is offered again once that is noticed.
            if node.disk.in_use.epoch != durable.epoch || node.disk.shadow.is_some() {
                continue;
            }
            for (journal, acked) in &node.disk.acked {
                holds(
                    *acked <= durable.facts.head(*journal).seq,
                    "invariant_a5_acknowledged_is_durable",
                    (node.n, journal, acked),
                )?;
            }
        }
        Ok(())
    }

    fn invariant_a1_green_survives_power_loss(&mut self) -> Checked {
        let again = std::mem::take(&mut self.checks.to_recheck);
        for (place, green) in self.oracle.greens.iter().enumerate() {
            let Some(at) = self.at(green.node) else {
                continue;
            };
            if place < self.checks.greens && !again.contains(&at) {
                continue;
            }
            let is_put_back = self.oracle.put_back.contains(&(green.node, green.fact));
            holds(
                is_put_back || self.nodes[at].disk.facts.names.contains(&green.fact),
                "invariant_a1_green_survives_power_loss",
                green,
            )?;
        }
        Ok(())
    }

    fn invariant_t1_a_journals_clock_strictly_increases(&mut self) -> Checked {
        for (at, node) in self.nodes.iter().enumerate() {
            let count = node.disk.facts.count;
            if node.is_hostile || self.checks.own_heads.insert(at, count) == Some(count) {
                continue;
            }
            let Some(own) = node.disk.own.last() else {
                continue;
            };
            let of_journal = node
                .disk
                .facts
                .places
                .range((own.id, 1)..=(own.id, u64::MAX));
            let mut readings = of_journal
                .rev()
                .filter_map(|(_, side)| side[0].fact.as_ref())
                .map(|fact| (fact.seq, fact.hlc))
                .take(2);
            if let (Some(last), Some(before)) = (readings.next(), readings.next()) {
                holds(
                    before.1 < last.1,
                    "invariant_t1_a_journals_clock_strictly_increases",
                    (node.n, before, last),
                )?;
            }
        }
        Ok(())
    }

    fn invariant_t2_nobody_drags_our_clock_along(&mut self) -> Checked {
        let true_ms = self.true_ms();
        for node in &mut self.nodes {
            let wall_ms = node.wall_ms(true_ms);
            node.latest_ms = node.latest_ms.max(node.time.own_ms(wall_ms));
            let clock_ms = node.time.now(wall_ms).now_ms;
            let hlc_ms = node.disk.clock.hlc.ms().max(clock_ms);
            // A replica from elsewhere brings the clock that it had there.
            if node.is_copy || !node.is_up {
                continue;
            }
            holds(
                hlc_ms <= node.latest_ms + MAX_AHEAD_MS + 1_000,
                "invariant_t2_nobody_drags_our_clock_along",
                (node.n, hlc_ms - node.latest_ms),
            )?;
        }
        Ok(())
    }

    fn check_stock(&mut self) -> Checked {
        if self.profile.twins {
            return Ok(());
        }
        for (ticket, sellers) in &self.oracle.sales {
            holds(
                sellers.len() <= 1,
                "invariant_s2_no_ticket_is_sold_twice",
                (ticket, sellers),
            )?;
        }
        let off = self.server.written_off();
        let most = self.server.capacity + off;
        let sold = self.oracle.sales.len() as u32 + self.oracle.sold_online;
        holds(
            sold.saturating_sub(self.oracle.lost_online) <= most,
            "invariant_s1_sold_and_leased_fit_the_capacity",
            (sold, most),
        )?;
        let version = self.server.signed_version();
        if version != self.checks.leases_version && self.server.recovering.is_empty() {
            self.checks.leases_version = version;
            let (unsold, sold) = self.server.places(&self.venue);
            let all = unsold + sold + self.server.durable.online_sold;
            holds(
                all <= most,
                "invariant_s1_sold_and_leased_fit_the_capacity",
                (unsold, sold, self.server.durable.online_sold, most),
            )?;
        }
        Ok(())
    }

    /// E1: what truly happened, in the order in which it happened.
    fn check_strict(&self) -> Checked {
        if !self.venue.event.strict || self.oracle.greens.len() == self.checks.greens {
            return Ok(());
        }
        for green in &self.oracle.greens[self.checks.greens..] {
            let ticket = green.ticket;
            let of_ticket: Vec<&Green> = self
                .oracle
                .greens
                .iter()
                .filter(|green| green.ticket == ticket)
                .collect();
            let voided = |green: &Green| self.oracle.voided.contains(&green.fact);
            let outside_of_it = self.oracle.exempt.contains(&ticket)
                || of_ticket.iter().any(|green| {
                    green.what == Passed::Overridden || (green.what == Passed::Out && voided(green))
                });
            if outside_of_it {
                continue;
            }
            let mut entries = 0;
            let mut is_inside = false;
            for green in of_ticket.iter().filter(|green| !voided(green)) {
                match green.what {
                    Passed::Out => is_inside = false,
                    Passed::In | Passed::Overridden => {
                        let barred = if is_single(ticket) {
                            entries > 0
                        } else {
                            is_inside
                        };
                        holds(
                            !barred,
                            "invariant_e1_no_ticket_goes_in_more_often_than_its_rule",
                            &of_ticket,
                        )?;
                        entries += 1;
                        is_inside = true;
                    }
                }
            }
        }
        Ok(())
    }

    fn check_folds(&mut self) -> Checked {
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

fn passage_in(fact: &Fact) -> bool {
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
fn is_beyond(row: Option<&DeviceRow>, fact: &Fact, hash: &FactHash) -> bool {
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
    type Basis = (u64, Option<TicketRow>, bool, BTreeSet<FactHash>);
    let mut seen: Vec<(Basis, &Folded, u16)> = Vec::new();
    for party in parties {
        let Some(folded) = party.view.folded.get(&ticket) else {
            continue;
        };
        let basis = (
            party.devices_version,
            (party.row)(ticket),
            party.basis.issued(ticket, party.facts) == Issued::Known,
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

// At rest.

impl World {
    /// Honest devices that are not revoked: those that are owed everything.
    pub(super) fn owed(&self) -> impl Iterator<Item = &Node> {
        let revoked = &self.server.durable.revoked;
        self.nodes
            .iter()
            .filter(|node| !node.is_hostile && !revoked.contains_key(&node.id))
    }

    pub(super) fn is_at_rest(&self) -> bool {
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
    pub(super) fn is_cut_off(&self, fact: &Fact) -> bool {
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
    pub(super) fn invariants_at_rest(&mut self) -> Checked {
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
