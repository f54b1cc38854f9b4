//! Two devices' vectors side by side: what either lacks, and where a journal is forked.
//!
//! A vector names the last fact of each journal, and of each branch where the journal is forked. Of a journal that
//! isn't forked the places say it all: whoever is behind lacks what follows. Of a forked one nobody can tell from
//! its last facts where the branches part, so it is exchanged from its beginning, once for each last fact. A device that
//! holds facts of another branch without those before them names the journal once more, with place 0: it knows of the
//! fork and lacks a part.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::JournalId;
use crate::wire::latest::JournalHead;

/// The last fact of a branch: its place and hash.
pub(super) type Tip = (u64, [u8; 32]);

/// Branches by their last facts.
pub(super) type Branches = BTreeSet<(JournalId, Tip)>;

/// What two vectors of one event come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Journals that are to be fetched: after this place, through that one.
    pub(super) fetch: BTreeMap<JournalId, (u64, u64)>,
    /// Journals that are to be offered: after this place, through that one.
    pub(super) offer: BTreeMap<JournalId, (u64, u64)>,
    /// Branches of forked journals that are lacking here.
    pub(super) lacking: Branches,
    /// Branches of forked journals that are lacking there.
    pub(super) lacked: Branches,
}

/// Compares. `fetched` and `offered` hold the last facts of branches that were fetched, or offered to this peer,
/// before.
pub(super) fn compare(
    ours: &[JournalHead],
    theirs: &[JournalHead],
    fetched: &Branches,
    offered: &Branches,
) -> Difference {
    let (ours, theirs) = (tips(ours), tips(theirs));
    let none = BTreeSet::new();
    let mut found = Difference::default();
    let journals: BTreeSet<JournalId> = ours.keys().chain(theirs.keys()).copied().collect();
    for journal in journals {
        let here = ours.get(&journal).unwrap_or(&none);
        let there = theirs.get(&journal).unwrap_or(&none);
        if let Some((ours, theirs)) = unforked(here, there) {
            if ours < theirs {
                found.fetch.insert(journal, (ours, theirs));
            } else if theirs < ours {
                found.offer.insert(journal, (theirs, ours));
            }
            continue;
        }
        let is_fact = |(_, (seq, _)): &(JournalId, Tip)| *seq > 0;
        let lacking = there
            .difference(here)
            .map(|tip| (journal, *tip))
            .filter(is_fact);
        for branch in lacking.filter(|branch| !fetched.contains(branch)) {
            let (after, through) = (0, branch.1.0);
            let wanted = found.fetch.entry(journal).or_insert((after, through));
            wanted.1 = wanted.1.max(through);
            found.lacking.insert(branch);
        }
        let more = here
            .difference(there)
            .map(|tip| (journal, *tip))
            .filter(is_fact);
        for branch in more.filter(|branch| !offered.contains(branch)) {
            let (after, through) = (0, branch.1.0);
            let lacked = found.offer.entry(journal).or_insert((after, through));
            lacked.1 = lacked.1.max(through);
            found.lacked.insert(branch);
        }
    }
    found
}

/// The last places here and there, if neither side knows of a fork and none shows.
fn unforked(here: &BTreeSet<Tip>, there: &BTreeSet<Tip>) -> Option<(u64, u64)> {
    let only = |tips: &BTreeSet<Tip>| match tips.len() {
        0 => Some(None),
        1 => Some(tips.first().copied()),
        _ => None,
    };
    let (here, there) = (only(here)?, only(there)?);
    match (here, there) {
        (Some((place, ours)), Some((same, theirs))) if place == same && ours != theirs => None,
        _ => Some((
            here.map_or(0, |(seq, _)| seq),
            there.map_or(0, |(seq, _)| seq),
        )),
    }
}

/// The last facts of each journal's branches.
pub(super) fn tips(heads: &[JournalHead]) -> BTreeMap<JournalId, BTreeSet<Tip>> {
    let mut tips: BTreeMap<JournalId, BTreeSet<Tip>> = BTreeMap::new();
    for head in heads {
        let of_journal = tips.entry(head.journal).or_default();
        of_journal.insert((head.seq, head.hash));
    }
    tips
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(journal: u8, seq: u64, hash: u8) -> JournalHead {
        JournalHead {
            journal: id(journal),
            seq,
            hash: [hash; 32],
        }
    }

    fn id(n: u8) -> JournalId {
        JournalId::from_bytes([n; 16])
    }

    fn of(ours: &[JournalHead], theirs: &[JournalHead]) -> Difference {
        compare(ours, theirs, &Branches::new(), &Branches::new())
    }

    #[test]
    fn equal_vectors_ask_for_nothing() {
        let heads = [head(1, 5, 5), head(2, 3, 3)];
        assert_eq!(of(&heads, &heads), Difference::default());
        assert_eq!(of(&[], &[head(1, 0, 0)]), Difference::default());
    }

    #[test]
    fn whoever_is_behind_lacks_what_follows_and_an_unknown_journal_is_lacked_whole() {
        let found = of(
            &[head(1, 5, 5), head(2, 9, 9)],
            &[head(1, 8, 8), head(3, 4, 4)],
        );
        assert_eq!(
            found.fetch,
            BTreeMap::from([(id(1), (5, 8)), (id(3), (0, 4))])
        );
        assert_eq!(found.offer, BTreeMap::from([(id(2), (0, 9))]));
        assert!(found.lacking.is_empty() && found.lacked.is_empty());
    }

    /// A7
    #[test]
    fn another_hash_at_the_same_place_is_a_fork_and_both_sides_are_exchanged() {
        let found = of(&[head(1, 5, 5)], &[head(1, 5, 6)]);
        assert_eq!(found.lacking, Branches::from([(id(1), (5, [6; 32]))]));
        assert_eq!(found.lacked, Branches::from([(id(1), (5, [5; 32]))]));
        assert_eq!(found.fetch[&id(1)], (0, 5));
        assert_eq!(found.offer[&id(1)], (0, 5));
    }

    /// A7: the other branch is shorter, so that the places alone say nothing.
    #[test]
    fn a_device_that_knows_of_a_fork_says_so_and_gets_the_journal_whole() {
        let (knows, other) = ([head(1, 7, 7), head(1, 0, 0)], [head(1, 9, 9)]);
        let found = of(&knows, &other);
        assert_eq!((found.fetch[&id(1)], found.offer[&id(1)]), ((0, 9), (0, 7)));
        let found = of(&other, &knows);
        assert_eq!((found.fetch[&id(1)], found.offer[&id(1)]), ((0, 7), (0, 9)));
    }

    #[test]
    fn a_branch_that_one_side_lacks_is_exchanged_once() {
        let (both, one) = ([head(1, 5, 5), head(1, 7, 7)], [head(1, 5, 5)]);
        let found = of(&one, &both);
        assert_eq!(found.fetch[&id(1)], (0, 7));
        assert!(found.offer.is_empty());
        assert_eq!(of(&both, &one).offer[&id(1)], (0, 7));
        let seen = Branches::from([(id(1), (7, [7; 32]))]);
        let none = Branches::new();
        assert_eq!(compare(&one, &both, &seen, &none), Difference::default());
        assert_eq!(compare(&both, &one, &none, &seen), Difference::default());
    }
}
