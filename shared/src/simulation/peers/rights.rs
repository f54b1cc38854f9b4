//! Asking the holder of a right, and answering as the holder.

use std::collections::BTreeSet;

use super::Message;
use crate::fact::FactBody;
use crate::ids::{FactId, FactName, TicketId};
use crate::lease::{Reply, Request as RightRequest, Use, answer};
use crate::planted::{self, Bug};
use crate::simulation::device::{Asks, CrashPoint, Node};
use crate::simulation::invariants::Violation;
use crate::simulation::world::{Item, World};

impl World {
    /// The holder's side: the hand-over is durable before it is sent.
    pub(super) fn asked_for_right(
        &mut self,
        at: usize,
        from: u16,
        ticket: TicketId,
        fact: FactId,
    ) -> Result<(), Violation> {
        let Some(asker) = self.at(from).map(|at| self.nodes[at].id) else {
            return Ok(());
        };
        let node = &self.nodes[at];
        if node.disk.is_erased {
            return Ok(());
        }
        let right = Node::admit_right(ticket);
        let (trace, facts) = node.trace(&self.venue, right);
        let held = node.held(&self.venue, right);
        let in_use = match &node.pending {
            Some(pending) if pending.ticket == ticket => Use::InHand,
            Some(_) | None => Use::Idle,
        };
        let request = RightRequest {
            right,
            asker,
            asked_for: fact,
        };
        let authors = node.basis(&self.venue).authors();
        let reply = answer(request, node.id, &trace, &held, in_use, &facts, &authors);
        if let Reply::WriteThenSend { body, seen } = reply {
            let id = self.new_fact_id();
            if planted::is(Bug::HandOverNotDurable) {
                return self.answer_before_durable(at, from, (ticket, fact), id, body, seen);
            }
            if self.write_fact(at, id, body, seen)?.is_none() {
                return Ok(());
            }
        }
        self.send_right_answer(at, from, ticket, fact);
        Ok(())
    }

    /// Another till asked for places: the hand-over is durable before the answer leaves, which has its facts.
    pub(in crate::simulation) fn lend_places(
        &mut self,
        at: usize,
        to: u16,
        (ticket, asked_for): (TicketId, FactId),
        (id, body): (FactId, FactBody),
    ) -> Result<(), Violation> {
        if self.write_fact(at, id, body, Vec::new())?.is_some() {
            self.send_right_answer(at, to, ticket, asked_for);
        }
        Ok(())
    }

    /// The answer is on its way before the disk has the fact.
    fn answer_before_durable(
        &mut self,
        at: usize,
        from: u16,
        (ticket, fact): (TicketId, FactId),
        id: FactId,
        body: FactBody,
        seen: Vec<FactName>,
    ) -> Result<(), Violation> {
        let crash = self.nodes[at].crash.take();
        if crash != Some(CrashPoint::BeforePersist) && self.dice.percent(60) {
            self.write_fact(at, id, body, seen)?;
            self.send_right_answer(at, from, ticket, fact);
            return Ok(());
        }
        let (disk, outside) = (self.nodes[at].disk.clone(), self.nodes[at].outside.clone());
        let true_ms = self.true_ms();
        let (venue, dice) = (&self.venue, &mut self.dice);
        self.nodes[at].append(venue, id, body, seen, true_ms, dice);
        self.send_right_answer(at, from, ticket, fact);
        self.nodes[at].disk = disk;
        self.nodes[at].outside = outside;
        self.nodes[at].power_fails();
        self.crashed(at);
        Ok(())
    }

    fn send_right_answer(&mut self, at: usize, to: u16, ticket: TicketId, fact: FactId) {
        // A peer may send less than it should: the fact that gives the right counts, and nothing else is
        // taken for granted.
        let is_cut_short = self.dice.percent(25);
        if is_cut_short
            && let Some(asker) = self.at(to)
            && let Some(pending) = &mut self.nodes[asker].pending
        {
            pending.is_due = false;
        }
        let node = &self.nodes[at];
        let mut facts = node.disk.facts.with_rights(ticket);
        facts.retain(|(fact, _)| !is_cut_short || fact.ticket().is_none());
        let hashes: BTreeSet<[u8; 32]> = facts.iter().map(|(_, hash)| *hash).collect();
        let held = node.disk.facts.all();
        let envelopes = held
            .filter(|held| hashes.contains(&held.header.hash))
            .cloned()
            .collect();
        let message = Message::RightAnswer {
            fact,
            envelopes,
            objects: node.disk.signed.values().cloned().collect(),
        };
        let from = node.n;
        self.travel(from, to, Item::Peer { from, to, message });
    }

    pub(in crate::simulation) fn ask_holder(
        &mut self,
        at: usize,
        asks: Asks,
        ticket: TicketId,
        fact: FactId,
    ) {
        let Asks::Holder(holder) = asks else {
            return;
        };
        let Some(to) = self.machine_of(holder) else {
            return;
        };
        let from = self.nodes[at].n;
        let message = Message::AskRight { ticket, fact };
        self.travel(from, to, Item::Peer { from, to, message });
    }
}
