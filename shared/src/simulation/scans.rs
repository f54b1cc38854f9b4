//! One scan from the code to the light: decide, ask, one durable fact, green.

use std::rc::Rc;

use super::device::{Asks, Node, Pending};
use super::facts::Stored;
use super::invariants::{Checks, Violation};
use super::oracle::{Green, Passed};
use super::serving::ServerRequest;
use super::venue::{gate_of, ticket_row};
use super::world::{Item, World};
use crate::admission::{Decision, Direction, EntryRight, seen_for_new_fact};
use crate::fact::FactBody;
use crate::ids::{FactId, FactName, TicketId};
use crate::lease::Held;
use crate::roster::TicketStatus;
use crate::sync::claim::{Link, Mode, Scan, Step};
use crate::sync::event::Event;
use crate::sync::state::State;
use crate::wire::latest::ClaimAnswer;

impl World {
    /// Writes a fact durably; `None` if the process died over it.
    pub(super) fn write_fact(
        &mut self,
        at: usize,
        id: FactId,
        body: FactBody,
        seen: Vec<FactName>,
    ) -> Result<Option<Rc<Stored>>, Violation> {
        let true_ms = self.true_ms();
        let (venue, dice) = (&self.venue, &mut self.dice);
        let written =
            self.nodes[at].commit(|node| node.append(venue, id, body, seen, true_ms, dice));
        self.wrote_own(at);
        let Ok(stored) = written else {
            self.crashed(at);
            return Ok(None);
        };
        let n = self.nodes[at].n;
        self.note(format_args!("{n} wrote {}", stored.header.seq));
        let news = std::mem::take(&mut self.nodes[at].news);
        self.stored_news(at, &news, None)?;
        self.handle(at, Event::FactAppended, None)?;
        Ok(Some(stored))
    }

    pub(super) fn scan(
        &mut self,
        at: usize,
        ticket: TicketId,
        way: Direction,
    ) -> Result<(), Violation> {
        let node = &self.nodes[at];
        if node.pending.is_some() {
            self.oracle.skip("the door is busy with another scan");
            return Ok(());
        }
        if node.disk.is_erased {
            self.oracle.skip("the door is revoked");
            return Ok(());
        }
        let fact = self.new_fact_id();
        let is_due = way == Direction::In && self.is_due_green(at, ticket);
        let scan = Scan::begin(way, self.now);
        self.go_on(at, ticket, way, scan, fact, is_due)
    }

    /// Strict: must this be green? Asked before anything happens, of what is true.
    fn is_due_green(&self, at: usize, ticket: TicketId) -> bool {
        let node = &self.nodes[at];
        if !self.venue.event.strict || node.is_hostile || !row_is_good(node, ticket) {
            return false;
        }
        let went_in = self.was_used(ticket);
        let clock_is_good = node.now(self.true_ms()).trust == crate::admission::ClockTrust::Good
            && node.now(self.true_ms()).error_ms < 60_000
            && (node.now(self.true_ms()).ms - self.true_ms()).abs() < 60_000;
        if went_in || !clock_is_good || node.crash.is_some() || self.is_shown_elsewhere(at, ticket)
        {
            return false;
        }
        let right = Node::admit_right(ticket);
        match node.held(&self.venue, right) {
            Held::Here => true,
            Held::Elsewhere(holder) => {
                let Some(to) = self.machine_of(holder) else {
                    return false;
                };
                let fair = self.weather.loss == 0 && self.weather.slow_ms < 20;
                let term = |node: &Node| node.lease(&self.venue, right).map(|lease| lease.term);
                let may_hold = |by: &Node, device| {
                    let basis = by.basis(&self.venue);
                    basis.authors().may_hold(device, right.kind)
                };
                let other = self.at(to).map(|at| &self.nodes[at]);
                fair && self.can_reach(node.n, to)
                    && other.is_some_and(|other| {
                        other.crash.is_none()
                            && !other.is_hostile
                            && !other.disk.is_erased
                            && other.pending.as_ref().is_none_or(|p| p.ticket != ticket)
                            && other.held(&self.venue, right) == Held::Here
                            // Who has still to hear that it holds it anew hands over by a list that counts no more.
                            && term(other) == term(node)
                            // Nor does what is handed over by, or to, whom a list knows as lost.
                            && may_hold(node, other.id)
                            && may_hold(other, node.id)
                    })
            }
            Held::Unread { .. } | Held::Doubtful | Held::Nobody => false,
        }
    }

    /// At the same moment: one of the two doors gets the right, and which one is no matter.
    fn is_shown_elsewhere(&self, at: usize, ticket: TicketId) -> bool {
        let others = self.nodes.iter().enumerate().filter(|(n, _)| *n != at);
        let mut pending = others.filter_map(|(_, node)| node.pending.as_ref());
        pending.any(|pending| pending.ticket == ticket)
    }

    fn was_used(&self, ticket: TicketId) -> bool {
        let written = self.oracle.written.values();
        written
            .filter_map(|held| held.fact.as_ref())
            .any(|fact| fact.ticket() == Some(ticket))
    }

    fn mode(&self, at: usize, ticket: TicketId) -> Mode {
        if !self.venue.event.strict {
            return Mode::Open;
        }
        let held = self.nodes[at].held(&self.venue, Node::admit_right(ticket));
        let whom = crate::sync::claim::whom_to_ask(&held);
        let to = whom.and_then(|device| self.machine_of(device));
        let can_reach = to.is_some_and(|to| self.can_reach(self.nodes[at].n, to));
        Mode::Strict { held, can_reach }
    }

    fn go_on(
        &mut self,
        at: usize,
        ticket: TicketId,
        way: Direction,
        mut scan: Scan,
        fact: FactId,
        is_due: bool,
    ) -> Result<(), Violation> {
        let row = ticket_row(ticket.0);
        let true_ms = self.true_ms();
        let node = &self.nodes[at];
        let (venue, now) = (&self.venue, self.now);
        let decide = |right: EntryRight| node.decide(venue, row, way, right, true_ms);
        let link = if node.engine.state() == State::Live {
            Link::Live
        } else {
            Link::NotLive
        };
        let mode = self.mode(at, ticket);
        let step = scan.next(decide, &mode, link, &node.claims, now);
        let decision = match &mode {
            Mode::Open
            | Mode::Strict {
                held: Held::Here, ..
            } => decide(EntryRight::Here),
            Mode::Strict { .. } => decide(EntryRight::Elsewhere),
        };
        let (asks, until) = match step {
            Step::Decided(decision) => {
                return self.decided(at, ticket, way, decision, fact, is_due);
            }
            Step::AskHolder { holder, until } => (Asks::Holder(holder), until),
            Step::Claim { until } => (Asks::Server, until),
        };
        let n = node.n;
        let lists = self.lists();
        self.nodes[at].pending = Some(Pending {
            ticket,
            scan,
            decision,
            fact,
            asked_at: now,
            asks,
            is_due,
            lists,
        });
        self.schedule(until.since(now), Item::ScanTimeOut { node: n, fact });
        match asks {
            Asks::Server => {
                let life = self.lives[at];
                let request = ServerRequest::Claim { ticket, fact };
                let item = Item::Request {
                    node: n,
                    life,
                    request,
                };
                self.travel(n, 0, item);
            }
            Asks::Holder(_) => self.ask_holder(at, asks, ticket, fact),
        }
        Ok(())
    }

    fn take_pending(&mut self, at: usize, fact: FactId) -> Option<Pending> {
        let lists = self.lists();
        let asked = &mut self.nodes[at].pending;
        let mut pending = asked.take_if(|pending| pending.fact == fact)?;
        // Whoever was asked under other lists may have been declared lost since, or be no holder any more.
        pending.is_due &= pending.lists == lists;
        Some(pending)
    }

    /// Changes with every list of rights or devices that comes to any device.
    fn lists(&self) -> u64 {
        let of = |node: &Node| {
            let versions = node.disk.signed.values().map(|object| object.version);
            versions.sum::<u64>() + u64::from(node.disk.is_erased)
        };
        self.nodes.iter().map(of).sum()
    }

    pub(super) fn claim_answered(
        &mut self,
        n: u16,
        fact: FactId,
        answer: Option<ClaimAnswer>,
    ) -> Result<(), Violation> {
        let Some(at) = self.at(n) else {
            return Ok(());
        };
        let Some(pending) = self.take_pending(at, fact) else {
            return Ok(());
        };
        let now = self.now;
        let outcome = self.nodes[at].claims.outcome(answer, pending.asked_at, now);
        let decision = Scan::claimed(pending.decision, outcome);
        self.decided(
            at,
            pending.ticket,
            Direction::In,
            decision,
            fact,
            pending.is_due,
        )
    }

    pub(super) fn scan_timed_out(&mut self, n: u16, fact: FactId) -> Result<(), Violation> {
        let Some(at) = self.at(n) else {
            return Ok(());
        };
        match self.nodes[at].pending.as_ref().map(|pending| pending.asks) {
            Some(Asks::Server) => self.claim_answered(n, fact, None),
            Some(Asks::Holder(_)) => self.right_answered(at, fact),
            None => Ok(()),
        }
    }

    /// The holder's facts are taken in, or its time is over: decide on what is known now.
    pub(super) fn right_answered(&mut self, at: usize, fact: FactId) -> Result<(), Violation> {
        match self.take_pending(at, fact) {
            Some(pending) => self.go_on(
                at,
                pending.ticket,
                Direction::In,
                pending.scan,
                fact,
                pending.is_due,
            ),
            None => Ok(()),
        }
    }

    fn decided(
        &mut self,
        at: usize,
        ticket: TicketId,
        way: Direction,
        decision: Decision,
        id: FactId,
        is_due: bool,
    ) -> Result<(), Violation> {
        let n = self.nodes[at].n;
        let row = ticket_row(ticket.0);
        let what = match way {
            Direction::Out => Passed::Out,
            Direction::In | Direction::CheckOnly => Passed::In,
        };
        self.note(format_args!("{n} {what:?} {} {decision:?}", ticket.0));
        // While this one asked, another door may have let it in, or the organizer may have taken it back.
        let is_due = is_due
            && !self.was_used(ticket)
            && !self.is_shown_elsewhere(at, ticket)
            && row_is_good(&self.nodes[at], ticket);
        self.oracle.due_green += u32::from(is_due);
        if is_due && !matches!(decision, Decision::Admit(_)) {
            Checks::not_green(n, ticket, &decision)?;
        }
        let body = match (&decision, what) {
            (Decision::Ask(_), _) => return Ok(()),
            (Decision::Refuse(reason), _) => FactBody::Refusal {
                ticket,
                gate: gate_of(n),
                reason: reason.reason().number(),
            },
            (Decision::Admit(admission), Passed::Out) => FactBody::Exit {
                ticket,
                gate: gate_of(n),
                marks: admission.marks,
            },
            (Decision::Admit(admission), Passed::In | Passed::Overridden) => FactBody::Entry {
                ticket,
                type_no: row.type_no,
                window: row.window,
                key: row.key,
                gate: gate_of(n),
                marks: admission.marks,
            },
        };
        let is_green = matches!(decision, Decision::Admit(_));
        self.pass(at, ticket, body, id, is_green.then_some(what))
    }

    /// One durable fact, then the light.
    pub(super) fn pass(
        &mut self,
        at: usize,
        ticket: TicketId,
        body: FactBody,
        id: FactId,
        green: Option<Passed>,
    ) -> Result<(), Violation> {
        let facts = self.nodes[at].disk.facts.of(ticket);
        let seen = match green {
            Some(_) => seen_for_new_fact(facts),
            None => Vec::new(),
        };
        let is_shown = self.write_fact(at, id, body, seen)?.is_some();
        let node = &self.nodes[at];
        let device = node.id;
        let fact = FactName { device, fact: id };
        // Whoever leaves is gone, also when the power failed before the light.
        let has_left = green == Some(Passed::Out) && node.disk.facts.names.contains(&fact);
        if let Some(what) = green.filter(|_| is_shown || has_left) {
            self.oracle.greens.push(Green {
                node: node.n,
                fact,
                ticket,
                what,
            });
        }
        Ok(())
    }
}

fn row_is_good(node: &Node, ticket: TicketId) -> bool {
    let row = node.disk.in_use.tickets.get(&ticket);
    row.is_none_or(|row| row.status == TicketStatus::Valid)
}
