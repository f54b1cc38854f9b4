//! From envelopes to facts: which copies are one, which count, and when they happened.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::UnixMillis;
use crate::fact::kind::{Annotation, Fact, FactBody};
use crate::ids::FactName;

use super::author::{Standing, standing};
use super::{FactHash, FoldContext, Kept};

/// What the server's annotations say.
#[derive(Default)]
pub(super) struct Annotations {
    adjusted: BTreeMap<FactName, (u64, FactHash, UnixMillis)>,
    admitted: BTreeSet<FactName>,
    /// Facts that were dealt with.
    pub(super) noted: BTreeSet<FactName>,
}

impl Annotations {
    /// Of all annotations; those by anyone else than the server say nothing.
    pub(super) fn read(facts: &[(Fact, FactHash)], context: &FoldContext<'_>) -> Self {
        let mut annotations = Self::default();
        for (fact, hash) in facts {
            let FactBody::Annotation {
                ticket,
                target,
                says,
            } = &fact.body
            else {
                continue;
            };
            if *ticket != context.ticket || fact.device != context.server {
                continue;
            }
            match says {
                Annotation::AdjustedTime(at_ms) => {
                    let said = (fact.hlc, *hash, *at_ms);
                    annotations
                        .adjusted
                        .entry(*target)
                        .and_modify(|last| *last = said.max(*last))
                        .or_insert(said);
                }
                Annotation::Admitted => {
                    annotations.admitted.insert(*target);
                }
                Annotation::Noted => {
                    annotations.noted.insert(*target);
                }
            }
        }
        annotations
    }
}

/// One fact for each name, and the names under which different things were said.
pub(super) fn kept<'a>(
    facts: &'a [(Fact, FactHash)],
    annotations: &Annotations,
    context: &FoldContext<'_>,
) -> (BTreeMap<FactName, Kept<'a>>, Vec<FactName>) {
    let authors = context.authors();
    let mut copies: BTreeMap<FactName, Vec<Kept<'a>>> = BTreeMap::new();
    for (fact, hash) in facts {
        if fact.ticket() != Some(context.ticket) {
            continue;
        }
        let name = fact.name();
        let standing = match standing(fact, hash, &authors) {
            Standing::Quarantined if annotations.admitted.contains(&name) => Standing::Counts,
            other => other,
        };
        let adjusted_ms = annotations.adjusted.get(&name).map(|(_, _, at_ms)| *at_ms);
        copies.entry(name).or_default().push(Kept {
            fact,
            hash,
            standing,
            adjusted_ms,
        });
    }
    let reused = copies
        .iter()
        .filter(|(_, copies)| {
            copies
                .iter()
                .any(|copy| copy.fact.body != copies[0].fact.body)
        })
        .map(|(name, _)| *name)
        .collect();
    let kept = copies
        .into_iter()
        .filter_map(|(name, copies)| {
            // Standing before hash: who steals a device must not displace what it said before by
            // trying bodies until one has a smaller hash.
            let best = copies
                .into_iter()
                .min_by_key(|copy| (copy.standing, *copy.hash))?;
            Some((name, best))
        })
        .collect();
    (kept, reused)
}
