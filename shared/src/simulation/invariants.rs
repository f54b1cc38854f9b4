//! The invariants of docs/SYNC.md, by name. They are looked at after every event; what can't have changed
//! isn't looked at again.

mod folds;
mod money;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use super::device::{Node, Roster};
use super::oracle::{Green, Passed};
use super::venue::is_single;
use super::world::{PageOracle, World};
use crate::admission::fold::AlertKind;
use crate::admission::{AskReason, Decision};
use crate::clock::hlc::MAX_AHEAD_MS;
use crate::fact::Head;
use crate::ids::{JournalId, TicketId};

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
    money: money::Looked,
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

impl World {
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
        self.check_money()?;
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
}

impl World {}
