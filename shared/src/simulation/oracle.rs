//! What truly happened, kept outside of all that is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::facts::Stored;
use crate::fact::{Fact, FactBody};
use crate::ids::{DeviceId, FactName, JournalId, TicketId};

/// A green light.
#[derive(Clone, Copy, Debug)]
pub(super) struct Green {
    pub(super) node: u16,
    pub(super) fact: FactName,
    pub(super) ticket: TicketId,
    pub(super) what: Passed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    In,
    Overridden,
    Out,
}

/// A till in truth: cents in its drawer, and sold and given back since its first sale.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drawer {
    pub(super) cash: i64,
    pub(super) sold: u64,
    pub(super) refunded: u64,
}

#[derive(Default)]
pub(super) struct Oracle {
    pub(super) greens: Vec<Green>,
    pub(super) voided: BTreeSet<FactName>,
    /// Every envelope that was ever on a disk, by its hash.
    pub(super) written: BTreeMap<[u8; 32], Rc<Stored>>,
    /// The envelopes of honest devices, by journal and place.
    pub(super) honest: BTreeMap<(JournalId, u64), BTreeSet<[u8; 32]>>,
    /// Facts that were on a disk that is no more, and nowhere else.
    pub(super) destroyed: BTreeSet<FactName>,
    /// Facts that a node lost because an old replica was put back, or the server by a restore.
    pub(super) put_back: BTreeSet<(u16, FactName)>,
    /// Who sold which place.
    pub(super) sales: BTreeMap<TicketId, BTreeSet<DeviceId>>,
    /// What truly lies in each till's drawer, and what it took.
    pub(super) tills: BTreeMap<u16, Drawer>,
    /// Places of which money was noted.
    pub(super) paid: BTreeSet<TicketId>,
    pub(super) sold_online: u32,
    pub(super) lost_online: u32,
    /// Tickets whose holder was declared lost: outside the strict guarantee.
    pub(super) exempt: BTreeSet<TicketId>,
    pub(super) stolen: BTreeSet<u16>,
    pub(super) skipped: BTreeMap<&'static str, u32>,
    /// Strict: scans that had to be green.
    pub(super) due_green: u32,
}

impl Oracle {
    pub(super) fn skip(&mut self, why: &'static str) {
        *self.skipped.entry(why).or_default() += 1;
    }

    pub(super) fn wrote(&mut self, stored: &Rc<Stored>, is_honest: bool) {
        let header = &stored.header;
        self.written.insert(header.hash, stored.clone());
        if let Some(Fact {
            body: FactBody::Void { target, .. },
            ..
        }) = &stored.fact
            && is_honest
        {
            self.voided.insert(*target);
        }
        if is_honest {
            let at = (header.journal, header.seq);
            self.honest.entry(at).or_default().insert(header.hash);
        }
    }
}
