//! S3: what a till's facts add up to is what truly lies in its drawer and what was truly sold, on its disk and at the server.

use std::collections::BTreeMap;

use super::{Checked, holds};
use crate::fact::FactBody;
use crate::fact::envelope::Envelope;
use crate::simulation::device::Node;
use crate::simulation::tills::TillJournal;
use crate::simulation::world::World;
use crate::till::{Book, Shift};

const S3: &str = "invariant_s3_the_ledger_agrees_with_the_drawer";

/// What was looked at before: facts of doors and tills, by node; journals and facts at the server.
#[derive(Default)]
pub(super) struct Looked {
    nodes: BTreeMap<u16, (usize, usize)>,
    server: (u64, usize),
}

fn till_facts(node: &Node) -> usize {
    let journals = node.disk.tills.journals.iter();
    journals.map(|journal| journal.envelopes.len()).sum()
}

impl World {
    pub(super) fn check_money(&mut self) -> Checked {
        if self.profile.twins {
            return Ok(());
        }
        let mut looked = std::mem::take(&mut self.checks.money);
        let checked = self.check_tills(&mut looked);
        self.checks.money = looked;
        checked
    }

    fn check_tills(&self, looked: &mut Looked) -> Checked {
        for node in &self.nodes {
            let counts = (till_facts(node), node.disk.facts.count);
            // What an old replica lacks is noticed when the program starts on it.
            if !node.is_up
                || node.is_hostile
                || node.is_copy
                || looked.nodes.insert(node.n, counts) == Some(counts)
            {
                continue;
            }
            self.check_till(node)?;
        }
        let records = &self.server.durable.tills;
        let count = records.journals.values().map(Vec::len).sum();
        let at = (self.server.restores, count);
        if std::mem::replace(&mut looked.server, at) == at {
            return Ok(());
        }
        holds(records.forks.is_empty(), S3, &records.forks)?;
        for (journal, envelopes) in &records.journals {
            let book = so_far(envelopes.iter().map(|envelope| &**envelope));
            holds(book.is_ok(), S3, (journal, book.err()))?;
        }
        Ok(())
    }

    fn check_till(&self, node: &Node) -> Checked {
        let truth = self.oracle.tills.get(&node.n).copied().unwrap_or_default();
        let here = |journal: &&TillJournal| !journal.envelopes.is_empty();
        for journal in node.disk.tills.journals.iter().filter(here) {
            let book = journal.book();
            holds(book.is_ok(), S3, (node.n, book.as_ref().err()))?;
        }
        let shift = node.disk.tills.open().and_then(|open| {
            let book = open.book().ok()?;
            book.shift().map(Shift::expected)
        });
        holds(
            shift.is_none_or(|expected| expected == truth.cash),
            S3,
            (node.n, "the drawer", shift, truth),
        )?;
        let perpetual = node.disk.tills.counters().unwrap_or_default().perpetual;
        let known = (perpetual.sold, perpetual.refunded);
        holds(
            known == (truth.sold, truth.refunded),
            S3,
            (
                node.n,
                "sold and given back since the first sale",
                known,
                truth,
            ),
        )?;
        for held in node.disk.facts.all() {
            let Some(FactBody::Issued { tickets }) = held.fact.as_ref().map(|fact| &fact.body)
            else {
                continue;
            };
            let mut own = tickets.iter().filter(|_| held.header.device == node.id);
            let unpaid = own.find(|ticket| !self.oracle.paid.contains(ticket));
            holds(unpaid.is_none(), S3, (node.n, "given away", unpaid))?;
        }
        Ok(())
    }

    /// All that tills wrote is at the server, and comes to the same there.
    pub(super) fn tills_at_rest(&mut self) -> Checked {
        if self.profile.twins {
            return Ok(());
        }
        let nodes: Vec<usize> = (0..self.nodes.len()).collect();
        for at in nodes {
            self.send_till(at);
        }
        for node in self.owed().filter(|node| !node.is_copy) {
            let Some(open) = node.disk.tills.open() else {
                continue;
            };
            let there = self.server.durable.tills.journals.get(&open.id);
            let there = there.map_or(&[][..], Vec::as_slice);
            holds(
                there.len() == open.envelopes.len(),
                "invariant_l1_every_fact_reaches_the_server",
                (node.n, "of its till", open.envelopes.len(), there.len()),
            )?;
            let book = Book::read(there.iter().map(|envelope| envelope.fact()));
            let sums = book.map(|book| book.counters());
            holds(
                sums.as_ref().ok() == node.disk.tills.counters().as_ref(),
                S3,
                (node.n, "at the server", sums),
            )?;
        }
        Ok(())
    }
}

/// The books of a journal of which the end may be on its way.
fn so_far<'a>(envelopes: impl Iterator<Item = &'a Envelope>) -> Result<(), crate::till::Broken> {
    let mut facts = envelopes.map(Envelope::fact);
    let Some(first) = facts.next() else {
        return Ok(());
    };
    let mut book = Book::open(first)?;
    facts.try_for_each(|fact| book.write(fact))
}
