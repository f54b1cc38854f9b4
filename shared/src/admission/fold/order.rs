//! Causal order. Never a comparator for `sort`: "named as seen, else earlier" is not transitive, and a
//! sort by it depends on the input's order.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::Kept;
#[cfg(test)]
use crate::planted::{self, Bug};

/// Facts in the order in which they are taken.
pub(super) struct Ordered<'k, 'a> {
    /// The order.
    pub(super) facts: Vec<&'k Kept<'a>>,
    /// Those that had to be taken before a fact that they name: each breaks a cycle.
    pub(super) cycles: Vec<&'k Kept<'a>>,
}

/// Repeatedly takes, among the facts all of whose named and present predecessors are taken, the one with
/// the smallest (time, journal, seq); if none is free, the smallest of all that remain. A fact's own name
/// and names that aren't among `facts` are ignored.
pub(super) fn causal<'k, 'a>(facts: impl Iterator<Item = &'k Kept<'a>>) -> Ordered<'k, 'a> {
    #[cfg(test)]
    if planted::is(Bug::OrderAsComparator) {
        return by_comparator(facts.collect());
    }
    // By rank from here on: a fact's place in the order of its key.
    let mut by_key: Vec<&Kept<'_>> = facts.collect();
    by_key.sort_unstable_by_key(|kept| kept.key());
    let rank_of: HashMap<_, _> = by_key
        .iter()
        .enumerate()
        .map(|(rank, kept)| (kept.fact.name(), rank))
        .collect();
    let mut waits_for = vec![0_usize; by_key.len()];
    let mut followers = vec![Vec::new(); by_key.len()];
    for (rank, kept) in by_key.iter().enumerate() {
        let named: BTreeSet<usize> = kept
            .fact
            .seen
            .iter()
            .filter_map(|name| rank_of.get(name).copied())
            .filter(|earlier| *earlier != rank)
            .collect();
        #[cfg(test)]
        let named = if planted::is(Bug::FoldWithoutSeen) {
            BTreeSet::new()
        } else {
            named
        };
        waits_for[rank] = named.len();
        for earlier in named {
            followers[earlier].push(rank);
        }
    }
    let mut free: BinaryHeap<Reverse<usize>> = (0..by_key.len())
        .filter(|rank| waits_for[*rank] == 0)
        .map(Reverse)
        .collect();
    let mut taken = vec![false; by_key.len()];
    let mut smallest_left = 0;
    let mut ordered = Ordered {
        facts: Vec::with_capacity(by_key.len()),
        cycles: Vec::new(),
    };
    while ordered.facts.len() < by_key.len() {
        let rank = if let Some(Reverse(rank)) = free.pop() {
            rank
        } else {
            while taken[smallest_left] {
                smallest_left += 1;
            }
            ordered.cycles.push(by_key[smallest_left]);
            smallest_left
        };
        taken[rank] = true;
        ordered.facts.push(by_key[rank]);
        for &follower in &followers[rank] {
            waits_for[follower] -= 1;
            if waits_for[follower] == 0 && !taken[follower] {
                free.push(Reverse(follower));
            }
        }
    }
    ordered
}

/// The planted bug: "named as seen, else earlier", which is not transitive, as a comparator; by insertion,
/// since the library's sort may panic at it.
#[cfg(test)]
fn by_comparator<'k, 'a>(facts: Vec<&'k Kept<'a>>) -> Ordered<'k, 'a> {
    let comes_before = |a: &Kept<'_>, b: &Kept<'_>| {
        if b.fact.seen.contains(&a.fact.name()) {
            return true;
        }
        !a.fact.seen.contains(&b.fact.name()) && a.at_ms() < b.at_ms()
    };
    let mut ordered: Vec<&Kept<'_>> = Vec::new();
    for fact in facts {
        let place = ordered.iter().position(|other| comes_before(fact, other));
        ordered.insert(place.unwrap_or(ordered.len()), fact);
    }
    Ordered {
        facts: ordered,
        cycles: Vec::new(),
    }
}
