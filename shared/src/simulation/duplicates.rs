//! E3: a ticket that went in twice at doors that could not hear each other is reported with their first exchange once
//! all lines are back: at the server, and on every door that is in step with it.

use std::collections::{BTreeMap, BTreeSet};

use super::device::Node;
use super::invariants::{Checked, holds};
use super::venue::is_single;
use super::world::World;
use crate::admission::fold::AlertKind;
use crate::fact::{Fact, FactBody};
use crate::ids::{FactName, TicketId};
use crate::roster::signed::{SignedKind, SignedObject};

/// From the moment when all lines are back.
#[derive(Default)]
pub(super) struct Healed {
    /// Tickets of one entry that went in more than once, and the machines that have to say so.
    due: BTreeMap<TicketId, BTreeSet<u16>>,
    /// Machines whose first exchange since then has ended.
    exchanged: BTreeSet<u16>,
    /// What the server reported, and the machines that have to show it once they are in step with it.
    to_show: BTreeSet<(u16, TicketId)>,
}

impl World {
    pub(super) fn lines_are_back(&mut self) {
        let mut entries: BTreeMap<TicketId, BTreeMap<FactName, BTreeSet<u16>>> = BTreeMap::new();
        for node in self.owed() {
            for fact in node.own_entries().filter(|fact| !self.is_cut_off(fact)) {
                if let Some(ticket) = fact.ticket().filter(|ticket| is_single(*ticket)) {
                    let of_ticket = entries.entry(ticket).or_default();
                    // A copy takes for its own what it heard of the machine that it was copied from.
                    of_ticket.entry(fact.name()).or_default().insert(node.n);
                }
            }
        }
        let taken_back: BTreeSet<TicketId> = self
            .oracle
            .written
            .values()
            .filter_map(|held| held.fact.as_ref())
            .filter(|fact| matches!(fact.body, FactBody::Void { .. }))
            .filter_map(Fact::ticket)
            .collect();
        let due = entries
            .into_iter()
            .filter(|(ticket, names)| names.len() > 1 && !taken_back.contains(ticket))
            .map(|(ticket, names)| (ticket, names.into_values().flatten().collect()));
        self.healed = Some(Healed {
            due: due.collect(),
            ..Healed::default()
        });
    }

    pub(super) fn invariant_e3_a_duplicate_is_reported_within_one_exchange(&mut self) -> Checked {
        let Some(mut healed) = self.healed.take() else {
            return Ok(());
        };
        let in_step: Vec<&Node> = self
            .owed()
            .filter(|node| self.has_exchanged(node))
            .collect();
        healed.exchanged.extend(in_step.iter().map(|node| node.n));
        let is_reported = |alerts: &BTreeSet<(TicketId, AlertKind)>, ticket| {
            alerts.contains(&(ticket, AlertKind::DuplicateEntry))
        };
        let (said, due): (BTreeMap<_, _>, _) = std::mem::take(&mut healed.due)
            .into_iter()
            .partition(|(_, doors)| doors.is_subset(&healed.exchanged));
        healed.due = due;
        for (ticket, doors) in said {
            holds(
                is_reported(&self.server.view.alerts, ticket),
                "invariant_e3_a_duplicate_is_reported_within_one_exchange",
                (ticket, doors),
            )?;
            let all = self.owed().map(|node| (node.n, ticket));
            healed.to_show.extend(all);
        }
        for node in in_step {
            if node.disk.in_use.head != self.server.durable.head || !self.lists_the_same(node) {
                continue;
            }
            let shown = healed.to_show.extract_if(.., |(n, _)| *n == node.n);
            for (_, ticket) in shown {
                // An alert is never taken back; but one of the entries may count no more, for a revocation that was heard of since.
                let stands = !self
                    .server
                    .view
                    .alerts
                    .contains(&(ticket, AlertKind::Quarantined));
                holds(
                    is_reported(&node.view.alerts, ticket) || !stands,
                    "invariant_e3_a_duplicate_is_reported_within_one_exchange",
                    (ticket, node.n),
                )?;
            }
        }
        self.healed = Some(healed);
        Ok(())
    }

    /// After a restore a door may know of a revocation that the server has still to hear of again; meanwhile the two
    /// count the entries of that device differently.
    fn lists_the_same(&self, node: &Node) -> bool {
        let version = |signed: &BTreeMap<_, SignedObject>| {
            signed.get(&SignedKind::DeviceList).map(|list| list.version)
        };
        version(&node.disk.signed) == version(&self.server.durable.signed)
    }

    /// By its own word everything is there, and everything of there is here.
    fn has_exchanged(&self, node: &Node) -> bool {
        node.is_up
            && node.engine.is_settled()
            && node.disk.shadow.is_none()
            && node.disk.in_use.epoch == self.server.durable.epoch
    }
}
