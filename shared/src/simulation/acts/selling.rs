//! What clerks do: sell, take back, close the shift; and what that means for the drawer.

use crate::fact::FactBody;
use crate::fact::kind::RightKind;
use crate::ids::{FactId, TicketId};
use crate::lease::stock::{may_sell, stock};
use crate::planted::{self, Bug};
use crate::simulation::device::Node;
use crate::simulation::invariants::{Checked, Violation, holds};
use crate::simulation::tills::Takings;
use crate::simulation::world::World;
use crate::sync::event::Event;

impl World {
    pub(super) fn sell(&mut self, till: u16) -> Result<(), Violation> {
        let Some(at) = self.honest(till) else {
            return Ok(());
        };
        let Some(ticket) = self.place_to_sell(at) else {
            self.oracle.skip("no place to sell");
            return Ok(());
        };
        let (id, sale) = (self.new_fact_id(), self.new_fact_id());
        let body = FactBody::Issued {
            tickets: vec![ticket],
        };
        let (true_ms, drawer) = (self.true_ms(), self.drawer(till));
        let money =
            |node: &mut Node, venue: &_| node.till_sells(venue, (sale, ticket), drawer, true_ms);
        if !self.would_do(at, money) {
            return Ok(());
        }
        if planted::is(Bug::MoneyApart) {
            if self.write_fact(at, id, body, Vec::new())?.is_none() {
                return Ok(());
            }
            self.pay_apart(at, till, (sale, ticket));
            return Ok(());
        }
        let (venue, dice) = (&self.venue, &mut self.dice);
        let written = self.nodes[at].commit(|node| {
            node.append(venue, id, body, Vec::new(), true_ms, dice);
            node.till_sells(venue, (sale, ticket), drawer, true_ms)
        });
        self.count_sale(at, till, (sale, ticket));
        self.wrote_own(at);
        if written.is_err() {
            self.crashed(at);
            return Ok(());
        }
        let seller = self.nodes[at].id;
        self.oracle.sales.entry(ticket).or_default().insert(seller);
        self.told(at)
    }

    /// Any that it may, so that what it borrowed is sold as well as its own.
    fn place_to_sell(&mut self, at: usize) -> Option<TicketId> {
        let true_ms = self.true_ms();
        let leases = self.nodes[at].disk.leases.leases.iter();
        let mut places: Vec<TicketId> = leases
            .filter(|lease| lease.right == RightKind::Sell)
            .flat_map(|lease| lease.tickets.iter().copied())
            .collect();
        let first = self.dice.below(places.len() as u64);
        places.rotate_left(first as usize);
        let (node, venue) = (&self.nodes[at], &self.venue);
        places.into_iter().find(|ticket| {
            let right = Node::sell_right(*ticket);
            let (trace, facts) = node.trace(venue, right);
            let authors = node.basis(venue).authors();
            let stock = stock(*ticket, &trace, &facts, &authors);
            let lease = node.lease(venue, right).expect("it is in the list");
            may_sell(&node.held(venue, right), stock, lease, node.now(true_ms)).is_ok()
                && !node.disk.is_erased
        })
    }

    /// The planted bug: the money is noted after the ticket, in a transaction of its own.
    fn pay_apart(&mut self, at: usize, till: u16, (sale, ticket): (FactId, TicketId)) {
        let (true_ms, drawer) = (self.true_ms(), self.drawer(till));
        let venue = &self.venue;
        let written =
            self.nodes[at].commit(|node| node.till_sells(venue, (sale, ticket), drawer, true_ms));
        self.count_sale(at, till, (sale, ticket));
        if written.is_err() {
            self.crashed(at);
        }
    }

    pub(super) fn refund(&mut self, till: u16) -> Result<(), Violation> {
        let Some(at) = self.honest(till) else {
            return Ok(());
        };
        let node = &self.nodes[at];
        let Some((sale, ticket, _)) = node.refundable().filter(|_| !node.disk.is_erased) else {
            self.oracle.skip("no sale to take back");
            return Ok(());
        };
        let (id, refund) = (self.new_fact_id(), self.new_fact_id());
        let true_ms = self.true_ms();
        let money =
            |node: &mut Node, venue: &_| node.till_refunds(venue, refund, (sale, ticket), true_ms);
        if !self.would_do(at, money) {
            return Ok(());
        }
        let body = FactBody::Withdrawn {
            tickets: vec![ticket],
        };
        let (venue, dice) = (&self.venue, &mut self.dice);
        let written = self.nodes[at].commit(|node| {
            node.append(venue, id, body, Vec::new(), true_ms, dice);
            node.till_refunds(venue, refund, (sale, ticket), true_ms)
        });
        if self.nodes[at].disk.tills.has(refund) {
            let price = Takings::of(ticket).price;
            let truth = self.oracle.tills.entry(till).or_default();
            truth.cash -= price;
            truth.refunded += price.unsigned_abs();
        }
        self.wrote_own(at);
        if written.is_err() {
            self.crashed(at);
            return Ok(());
        }
        self.told(at)
    }

    pub(super) fn close_shift(&mut self, till: u16) -> Result<(), Violation> {
        let Some(at) = self.honest(till) else {
            return Ok(());
        };
        let node = &self.nodes[at];
        let shift = node.disk.tills.open().and_then(|open| {
            let book = open.book().ok()?;
            book.shift().cloned()
        });
        if shift.is_none() || node.disk.is_erased {
            self.oracle.skip("no shift to close");
            return Ok(());
        }
        let (true_ms, drawer) = (self.true_ms(), self.drawer(till));
        if !self.would_do(at, |node, venue| {
            node.till_closes(venue, drawer, true_ms).map(drop)
        }) {
            return Ok(());
        }
        let venue = &self.venue;
        let closed = self.nodes[at].commit(|node| node.till_closes(venue, drawer, true_ms));
        match closed {
            Ok(difference) => self.no_difference(till, difference),
            Err(_) => {
                self.crashed(at);
                Ok(())
            }
        }
    }

    fn no_difference(&self, till: u16, difference: Result<i64, crate::till::Broken>) -> Checked {
        if self.profile.twins {
            return Ok(());
        }
        holds(
            difference == Ok(0),
            "invariant_s3_the_ledger_agrees_with_the_drawer",
            (till, "the Z", difference),
        )
    }

    /// Would the till refuse it? Then nothing of it happens: its clock is behind a period that is closed, after its data was put back.
    fn would_do(
        &mut self,
        at: usize,
        act: impl FnOnce(&mut Node, &super::super::venue::Venue) -> Result<(), crate::till::Broken>,
    ) -> bool {
        let before = (
            self.nodes[at].disk.tills.clone(),
            self.nodes[at].time.clone(),
        );
        let kept = (self.nodes[at].till_facts, self.nodes[at].tills_opened);
        let clock = self.nodes[at].disk.clock;
        let done = act(&mut self.nodes[at], &self.venue);
        let node = &mut self.nodes[at];
        (node.disk.tills, node.time) = before;
        (node.till_facts, node.tills_opened) = kept;
        node.disk.clock = clock;
        if done.is_err() {
            self.oracle.skip("the till refuses");
        }
        done.is_ok()
    }

    /// The clerk keeps the money of a sale that is on the disk, told or not.
    fn count_sale(&mut self, at: usize, till: u16, (sale, ticket): (FactId, TicketId)) {
        if !self.nodes[at].disk.tills.has(sale) {
            return;
        }
        let takings = Takings::of(ticket);
        let truth = self.oracle.tills.entry(till).or_default();
        truth.cash += takings.cash;
        truth.sold += takings.price.unsigned_abs();
        self.oracle.paid.insert(ticket);
    }

    fn drawer(&self, till: u16) -> i64 {
        self.oracle.tills.get(&till).map_or(0, |truth| truth.cash)
    }

    /// What was written goes its way.
    fn told(&mut self, at: usize) -> Result<(), Violation> {
        let news = std::mem::take(&mut self.nodes[at].news);
        self.stored_news(at, &news, None)?;
        self.handle(at, Event::FactAppended, None)
    }

    /// With each upload of a device its till's journal goes up, too. Every third answer is lost.
    pub(in crate::simulation) fn send_till(&mut self, at: usize) {
        let node = &self.nodes[at];
        let offered: Vec<_> = node.disk.tills.unsent().cloned().collect();
        if offered.is_empty() || node.is_hostile || !node.is_up {
            return;
        }
        let acks = self.server.take_till(&offered);
        self.till_uploads += 1;
        if !self.till_uploads.is_multiple_of(3) {
            let node = &mut self.nodes[at];
            for (journal, through) in acks {
                let acked = node.disk.tills.acked.entry(journal).or_default();
                *acked = through.max(*acked);
            }
        }
    }
}
