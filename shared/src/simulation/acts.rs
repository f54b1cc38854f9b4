//! The actions, carried out. What can't be done now is skipped, and counted by its reason.

mod mischief;
mod selling;

use super::action::Action;
use super::invariants::Violation;
use super::oracle::Passed;
use super::serving::Transaction;
use super::venue::{device_id, gate_of, ticket_row};
use super::world::{Weather, World, gates};
use crate::admission::Direction;
use crate::fact::FactBody;
use crate::fact::kind::{RightKind, VoidReason};
use crate::ids::{FactId, TicketId, UserId};
use crate::lease::stock::stock;
use crate::lease::{Held, Right};
use crate::roster::TicketStatus;
use crate::sync::event::Event;

impl World {
    pub(super) fn act(&mut self, action: Action) -> Result<(), Violation> {
        // What was asked for before may be in vain now.
        for node in &mut self.nodes {
            if let Some(pending) = &mut node.pending {
                pending.is_due = false;
            }
        }
        match action {
            Action::Scan {
                device,
                ticket,
                out,
            } => {
                let way = if out { Direction::Out } else { Direction::In };
                match self.honest(device) {
                    Some(at) => self.scan(at, TicketId(ticket), way),
                    None => Ok(()),
                }
            }
            Action::Override { device, ticket } => self.override_at(device, TicketId(ticket)),
            Action::Void { device } => self.void(device),
            Action::Sell { till } => self.sell(till),
            Action::Refund { till } => self.refund(till),
            Action::CloseShift { till } => self.close_shift(till),
            Action::SellOnline => {
                if self.server.sell_online(&self.venue) {
                    self.oracle.sold_online += 1;
                } else {
                    self.oracle.skip("nothing is left to sell online");
                }
                Ok(())
            }
            Action::TopUp { till } => {
                let now_ms = self.true_ms();
                if !self.server.top_up(&self.venue, device_id(till), now_ms) {
                    self.oracle.skip("no places for the till");
                }
                self.answer_waiting();
                Ok(())
            }
            Action::HandPlaces { till, to } => self.give(till, RightKind::Sell, Some(to), 2),
            Action::Close { till } => self.give(till, RightKind::Sell, None, usize::MAX),
            Action::StopLeases { till } => {
                let now_ms = self.true_ms();
                self.server
                    .stop_leases(&self.venue, device_id(till), now_ms);
                Ok(())
            }
            Action::WriteOff { till } => {
                let now_ms = self.true_ms();
                self.server.write_off(&self.venue, device_id(till), now_ms);
                Ok(())
            }
            Action::HandShare { device, to } => {
                self.give(device, RightKind::Admit, Some(to), usize::MAX)
            }
            Action::ReleaseShare { device } => {
                self.give(device, RightKind::Admit, None, usize::MAX)
            }
            Action::MoveRights => {
                self.move_rights();
                Ok(())
            }
            Action::Roster { ticket, status } => {
                let mut row = ticket_row(ticket);
                row.status = TicketStatus::from_number(status).expect("below 5");
                self.transact(Transaction::Rows(vec![row]));
                Ok(())
            }
            Action::Cut { from, to } => {
                self.cut.insert((from, to));
                Ok(())
            }
            Action::Partition { sides } => {
                self.partition(sides);
                Ok(())
            }
            Action::Heal => {
                self.cut.clear();
                self.weather = Weather::default();
                Ok(())
            }
            Action::Weather {
                loss,
                twice,
                slow_ms,
            } => {
                self.weather = Weather {
                    loss,
                    twice,
                    slow_ms,
                };
                Ok(())
            }
            Action::Crash { device, at } => {
                if let Some(node) = self.up(device) {
                    self.nodes[node].crash = Some(at);
                }
                Ok(())
            }
            Action::PowerCut { device } => {
                if let Some(at) = self.up(device) {
                    self.nodes[at].power_fails();
                    self.crashed(at);
                }
                Ok(())
            }
            Action::Snapshot { device } => {
                if let Some(at) = self.at(device) {
                    let disk = self.nodes[at].disk.clone();
                    self.snapshots.insert(device, disk);
                }
                Ok(())
            }
            Action::PutBack { device, whole } => {
                self.put_back(device, whole);
                Ok(())
            }
            Action::Copy { device, whole } => self.copy(device, whole),
            Action::BackUp => {
                self.server.back_up();
                Ok(())
            }
            Action::Restore => {
                self.restore();
                Ok(())
            }
            Action::ClockJump { device, by_ms } => {
                if let Some(at) = self.at(device) {
                    self.nodes[at].skew_ms += by_ms;
                }
                Ok(())
            }
            Action::Theft { device } => {
                self.steal(device);
                Ok(())
            }
            Action::Forge {
                device,
                ticket,
                claims_ms,
                new_journal,
            } => {
                self.forge(device, TicketId(ticket), claims_ms, new_journal);
                Ok(())
            }
            Action::DeclareLost { device, ago_ms } => {
                let (now_ms, id) = (self.true_ms(), device_id(device));
                self.server.revoke(&self.venue, id, now_ms - ago_ms, now_ms);
                self.move_rights();
                self.answer_waiting();
                Ok(())
            }
            Action::NewerFact { device, version } => self.newer_fact(device, version),
            Action::Spoil { device } => {
                self.spoil(device);
                Ok(())
            }
            Action::NetworkUp { device } => match self.up(device) {
                Some(at) => self.handle(at, Event::NetworkUp, None),
                None => Ok(()),
            },
        }
    }

    fn up(&mut self, device: u16) -> Option<usize> {
        let up = self.at(device).filter(|at| self.nodes[*at].is_up);
        if up.is_none() {
            self.oracle.skip("the device is down");
        }
        up
    }

    fn honest(&mut self, device: u16) -> Option<usize> {
        let at = self.up(device)?;
        if self.nodes[at].is_hostile {
            self.oracle.skip("the device is in a thief's hands");
            return None;
        }
        Some(at)
    }

    fn override_at(&mut self, device: u16, ticket: TicketId) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        if self.nodes[at].disk.is_erased {
            return Ok(());
        }
        let body = FactBody::Override {
            ticket,
            gate: gate_of(device),
            reason: 107,
            person: UserId::from_bytes([3; 16]),
        };
        let id = self.new_fact_id();
        self.pass(at, ticket, body, id, Some(Passed::Overridden))
    }

    /// Takes back the last entry or exit of this door.
    fn void(&mut self, device: u16) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        let own = self.oracle.greens.iter().rev();
        let last = own
            .filter(|green| green.node == device && !self.oracle.voided.contains(&green.fact))
            .map(|green| (green.ticket, green.fact))
            .find(|(_, name)| self.nodes[at].disk.facts.names.contains(name));
        let Some((ticket, target)) = last else {
            self.oracle.skip("nothing to take back");
            return Ok(());
        };
        let body = FactBody::Void {
            ticket,
            target,
            reason: VoidReason::Mistake,
        };
        let id = self.new_fact_id();
        let seen = crate::admission::seen_for_new_fact(self.nodes[at].disk.facts.of(ticket));
        self.write_fact(at, id, body, seen)?;
        Ok(())
    }

    /// Hands rights to another device, or releases them: of tickets only those without any fact, of places
    /// only unsold ones.
    fn give(
        &mut self,
        device: u16,
        kind: RightKind,
        to: Option<u16>,
        most: usize,
    ) -> Result<(), Violation> {
        let Some(at) = self.honest(device) else {
            return Ok(());
        };
        let node = &self.nodes[at];
        let venue = &self.venue;
        let receiver = to.map(device_id);
        let authors = node.basis(venue).authors();
        let may_receive = receiver.is_none_or(|to| authors.may_hold(to, kind));
        if node.disk.is_erased || receiver == Some(node.id) || !may_receive {
            self.oracle.skip("nobody to give rights to");
            return Ok(());
        }
        let leases = node.disk.leases.leases.iter();
        let mut steps = Vec::new();
        let mut of_term = None;
        for (ticket, term) in leases
            .filter(|lease| lease.right == kind)
            .flat_map(|lease| lease.tickets.iter().map(|ticket| (*ticket, lease.term)))
        {
            let right = Right { kind, ticket };
            let in_hand = node.pending.as_ref().is_some_and(|p| p.ticket == ticket);
            let is_untouched = node.disk.facts.of(ticket).is_empty() && !in_hand;
            let (trace, facts) = node.trace(venue, right);
            let is_unsold = match kind {
                RightKind::Admit => is_untouched,
                RightKind::Sell => matches!(
                    stock(ticket, &trace, &facts, &authors),
                    crate::lease::stock::Stock::Unsold(_)
                ),
            };
            let fits = steps.len() < most && of_term.is_none_or(|of| of == term);
            if fits && is_unsold && node.held(venue, right) == Held::Here {
                of_term = Some(term);
                steps.push(trace.next_step(right));
            }
        }
        let Some(term) = of_term else {
            self.oracle.skip("no rights to give");
            return Ok(());
        };
        steps.sort_unstable();
        let first = steps.first().map(|step| step.ticket);
        // Of places another till asks, of a share nobody does.
        let asked_for = match kind {
            RightKind::Sell => self.new_fact_id(),
            RightKind::Admit => FactId::from_bytes([0; 16]),
        };
        let body = match receiver {
            Some(to) => FactBody::HandOver {
                right: kind,
                term,
                to,
                asked_for,
                tickets: steps,
            },
            None => FactBody::Release {
                right: kind,
                term,
                tickets: steps,
            },
        };
        let id = self.new_fact_id();
        match (kind, to.zip(first)) {
            (RightKind::Sell, Some((to, ticket))) => {
                self.lend_places(at, to, (ticket, asked_for), (id, body))
            }
            (RightKind::Sell, None) | (RightKind::Admit, _) => {
                self.write_fact(at, id, body, Vec::new())?;
                Ok(())
            }
        }
    }

    fn move_rights(&mut self) {
        if !self.venue.event.strict {
            return;
        }
        let now_ms = self.true_ms();
        let gates = gates(self.profile.devices);
        self.server.move_rights(&self.venue, &gates, now_ms);
        let leases = self.server.durable.leases.leases.iter();
        let lost = leases
            .filter(|lease| lease.cause == crate::lease::Cause::Lost)
            .flat_map(|lease| lease.tickets.iter().copied());
        let lost: Vec<TicketId> = lost.collect();
        self.oracle.exempt.extend(lost);
        self.answer_waiting();
    }

    fn partition(&mut self, sides: u64) {
        let machines: Vec<u16> = std::iter::once(0)
            .chain(self.nodes.iter().map(|node| node.n))
            .collect();
        let side = |n: u16| sides >> (n % 60) & 1;
        for &from in &machines {
            for &to in &machines {
                if side(from) != side(to) {
                    self.cut.insert((from, to));
                }
            }
        }
    }
}
