//! The time by the other devices of the building, for a door whose own knowledge of it is no good: it never heard the
//! server, or its wall clock was set since.

use super::offset::{NEVER_MEASURED, Offset};

/// Of fewer peers a wrong one can't be told from the others.
pub const LEAST: usize = 3;

/// The median of what peers say, with a bound of its error: the distance from it that has the whole span (offset and
/// error) of more than half of them within. So as long as fewer than half are wrong, whatever they say, one that is
/// right is within, and the truth with it. `None` with fewer than three.
pub fn median(said: &[Offset]) -> Option<Offset> {
    if said.len() < LEAST {
        return None;
    }
    let mut offsets: Vec<i64> = said.iter().map(|offset| offset.offset_ms).collect();
    offsets.sort_unstable();
    let offset_ms = offsets[offsets.len() / 2];
    let mut reaches: Vec<u64> = said
        .iter()
        .map(|said| {
            let apart = said.offset_ms.abs_diff(offset_ms);
            apart.saturating_add(said.error_ms.into())
        })
        .collect();
    reaches.sort_unstable();
    let reach = reaches[said.len() / 2];
    Some(Offset {
        offset_ms,
        error_ms: u32::try_from(reach).map_or(NEVER_MEASURED - 1, |ms| ms.min(NEVER_MEASURED - 1)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(offset_ms: i64, error_ms: u32) -> Offset {
        Offset {
            offset_ms,
            error_ms,
        }
    }

    #[test]
    fn two_peers_are_too_few() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[said(5, 1), said(5, 1)]), None);
    }

    #[test]
    fn one_peer_of_another_year_changes_nothing() {
        let liar = said(150_000_000_000, 0);
        let agreed = median(&[said(100, 10), liar, said(110, 10)]);
        assert_eq!(agreed, Some(said(110, 20)));
    }

    proptest! {
        /// Whatever fewer than half of them say.
        #[test]
        fn the_truth_is_within_the_error_while_most_are_right(
            truth in -10_000_000i64..10_000_000,
            right in prop::collection::vec((0i64..5_000, 0u32..5_000), 3..12),
            wrong in prop::collection::vec((any::<i64>(), any::<u32>()), 0..12),
            turn in any::<usize>()
        ) {
            let wrong = wrong.iter().take(right.len() - 1);
            let mut all: Vec<Offset> = right
                .iter()
                .map(|(off, more)| {
                    let off = off - 2_500;
                    said(truth + off, off.unsigned_abs() as u32 + more)
                })
                .chain(wrong.map(|(offset, error)| said(*offset, *error)))
                .collect();
            let turn = turn % all.len();
            all.rotate_left(turn);
            let median = median(&all).expect("three or more");
            prop_assert!(median.offset_ms.abs_diff(truth) <= median.error_ms.into());
        }
    }
}
