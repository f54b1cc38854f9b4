//! Till journals at the server: kept whole, forks beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::SimServer;
use crate::fact::Head;
use crate::fact::envelope::Envelope;
use crate::fact::journal::ChainError;
use crate::ids::JournalId;

/// What the server holds of tills, and what a backup of it does.
#[derive(Clone, Default)]
pub(in crate::simulation) struct TillRecords {
    pub(in crate::simulation) journals: BTreeMap<JournalId, Vec<Rc<Envelope>>>,
    pub(in crate::simulation) forks: BTreeSet<JournalId>,
}

impl SimServer {
    /// Takes what continues its journal; how far each that was offered is held then.
    pub(in crate::simulation) fn take_till(
        &mut self,
        offered: &[Rc<Envelope>],
    ) -> BTreeMap<JournalId, u64> {
        let mut acks = BTreeMap::new();
        let records = &mut self.durable.tills;
        for envelope in offered {
            let header = envelope.header();
            let held = records.journals.entry(header.journal).or_default();
            let last = held.last().map(|last| Head::from(&last.header()));
            match last.unwrap_or(Head::EMPTY).follow(&header) {
                Ok(_) => held.push(Rc::clone(envelope)),
                Err(ChainError::Gap { .. }) => {}
                Err(_) => {
                    let at = usize::try_from(header.seq).unwrap_or(0).checked_sub(1);
                    let there = at.and_then(|at| held.get(at));
                    if there.is_none_or(|there| there.header().hash != header.hash) {
                        records.forks.insert(header.journal);
                    }
                }
            }
            acks.insert(header.journal, held.len() as u64);
        }
        acks
    }
}
