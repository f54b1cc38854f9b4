//! May this device use a right now?

use std::collections::{BTreeMap, BTreeSet};

use crate::admission::fold::{FactHash, seen_for_new_fact};
use crate::fact::kind::Fact;
use crate::ids::{DeviceId, FactName};
#[cfg(test)]
use crate::planted::{self, Bug};

use super::list::{Lease, Right};
use super::trace::{Place, Trace};

/// Does this device have all that it ever wrote?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnJournals {
    /// As far as it knows, yes.
    Whole,
    /// No: this replica was put back or copied, and what it wrote since may have given rights away. It
    /// uses none until its journals up to their known heads are back; a copy on another machine never.
    Behind,
}

/// How a right stands for this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// It holds it and may use it.
    Here,
    /// It holds it, but lacks what the last holder, or the server, knew of the ticket.
    Unread {
        /// Whoever handed it over has these; `None` = the server.
        from: Option<DeviceId>,
        /// Facts that are missing.
        missing: Vec<FactName>,
    },
    /// Its own journals are not whole: it uses none, and asks for none, which it couldn't use either.
    Doubtful,
    /// Another device does, by what is known here.
    Elsewhere(DeviceId),
    /// Nobody does: never granted, or given up.
    Nobody,
}

/// How a right stands for device `me`. `facts` are those known here of the ticket and of its rights.
pub fn held(
    me: DeviceId,
    own: OwnJournals,
    right: Right,
    lease: Option<&Lease>,
    trace: &Trace,
    facts: &[(Fact, FactHash)],
) -> Held {
    #[cfg(test)]
    let own = if planted::is(Bug::RightUsedBehind) {
        OwnJournals::Whole
    } else {
        own
    };
    match trace.place {
        Place::NotGranted | Place::ReleasedBy(_) => Held::Nobody,
        Place::With(_) if own == OwnJournals::Behind => Held::Doubtful,
        Place::With(device) if device != me => Held::Elsewhere(device),
        Place::With(_) => {
            let missing = missing(right, lease, trace, facts);
            #[cfg(test)]
            let missing = if planted::is(Bug::RightUsedUnread) {
                Vec::new()
            } else {
                missing
            };
            if missing.is_empty() {
                Held::Here
            } else {
                let from = trace.holders.iter().rev().nth(1).copied();
                Held::Unread { from, missing }
            }
        }
    }
}

/// What a new grant of the right has to name ([`Lease::after`]): of the ticket's facts known here those that no
/// other names, and what its former holders knew and isn't here yet.
pub fn named_by_grant(
    right: Right,
    lease: Option<&Lease>,
    trace: &Trace,
    facts: &[(Fact, FactHash)],
) -> Vec<FactName> {
    let of_ticket = facts
        .iter()
        .filter(|(fact, _)| fact.ticket() == Some(right.ticket))
        .cloned()
        .collect::<Vec<_>>();
    let mut names = seen_for_new_fact(&of_ticket);
    names.extend(missing(right, lease, trace, facts));
    names.sort_unstable();
    names.dedup();
    names
}

/// What the grant and the hand-overs name as known, and what those facts name in turn, and isn't here.
fn missing(
    right: Right,
    lease: Option<&Lease>,
    trace: &Trace,
    facts: &[(Fact, FactHash)],
) -> Vec<FactName> {
    let known: BTreeMap<FactName, &Fact> =
        facts.iter().map(|(fact, _)| (fact.name(), fact)).collect();
    let granted_after = lease.into_iter().flat_map(|lease| &lease.after);
    let mut to_look_at: Vec<FactName> = granted_after
        .filter(|(ticket, _)| *ticket == right.ticket)
        .map(|(_, name)| *name)
        .chain(trace.handed_by.iter().copied())
        .collect();
    let mut looked_at: BTreeSet<FactName> = BTreeSet::new();
    let mut missing = Vec::new();
    while let Some(name) = to_look_at.pop() {
        if !looked_at.insert(name) {
            continue;
        }
        match known.get(&name) {
            Some(fact) => to_look_at.extend(&fact.seen),
            None => missing.push(name),
        }
    }
    missing.sort_unstable();
    missing
}
