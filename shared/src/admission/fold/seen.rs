//! What a new fact names as seen.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::envelope::MAX_SEEN;
use crate::fact::kind::{Fact, FactBody};
use crate::ids::FactName;

use super::FactHash;

/// The names for the `seen` of a new fact of a ticket: of the facts of that ticket that are known here,
/// those that no other names, at most the newest [`MAX_SEEN`], ascending as an envelope has them. Refusals and annotations carry no order and
/// aren't named.
pub fn seen_for_new_fact(facts: &[(Fact, FactHash)]) -> Vec<FactName> {
    let ordered = || {
        let facts = facts.iter().map(|(fact, _)| fact);
        facts.filter(|fact| carries_seen(&fact.body))
    };
    let named: BTreeSet<FactName> = ordered()
        .flat_map(|fact| fact.seen.iter().filter(|name| **name != fact.name()))
        .copied()
        .collect();
    let mut newest: BTreeMap<FactName, u64> = BTreeMap::new();
    for fact in ordered().filter(|fact| !named.contains(&fact.name())) {
        let hlc = newest.entry(fact.name()).or_insert(fact.hlc);
        *hlc = fact.hlc.max(*hlc);
    }
    let mut heads: Vec<(u64, FactName)> =
        newest.into_iter().map(|(name, hlc)| (hlc, name)).collect();
    heads.sort_unstable_by(|a, b| b.cmp(a));
    heads.truncate(MAX_SEEN);
    let mut names: Vec<FactName> = heads.into_iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    names
}

/// Entries, exits, overrides and voids have a place in the causal order.
pub(super) fn carries_seen(body: &FactBody) -> bool {
    match body {
        FactBody::Entry { .. }
        | FactBody::Exit { .. }
        | FactBody::Void { .. }
        | FactBody::Override { .. } => true,
        FactBody::Refusal { .. }
        | FactBody::Annotation { .. }
        | FactBody::JournalOpened { .. }
        | FactBody::Refusals { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => false,
    }
}
