//! Half-open intervals, and a clock that may be wrong by so much.

use super::reason::OutsideWindow;
use crate::clock::UnixMillis;

/// How a span of possible times lies to a list of intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    /// Whichever of these times it is, one of the intervals has it.
    Inside,
    /// Whichever of these times it is, none has it.
    Outside,
    /// It depends.
    Either,
}

/// How `earliest..=latest` lies to the union of `intervals`, each `[from, until)` and in any order.
pub(super) fn lies(
    intervals: &[(UnixMillis, UnixMillis)],
    earliest: UnixMillis,
    latest: UnixMillis,
) -> Lies {
    let mut ascending = intervals.to_vec();
    ascending.sort_unstable();
    let mut uncovered_from = earliest;
    let mut touched = false;
    for (from, until) in ascending {
        if from >= until {
            continue;
        }
        if from <= uncovered_from && until > uncovered_from {
            uncovered_from = until;
        }
        touched |= from <= latest && until > earliest;
    }
    if uncovered_from > latest {
        Lies::Inside
    } else if touched {
        Lies::Either
    } else {
        Lies::Outside
    }
}

/// The next opening after `now`, else the last closing.
pub(super) fn next_hours(intervals: &[(UnixMillis, UnixMillis)], now: UnixMillis) -> OutsideWindow {
    let hours = || intervals.iter().filter(|(from, until)| from < until);
    let opens = hours()
        .map(|(from, _)| *from)
        .filter(|from| *from > now)
        .min();
    let closed = hours().map(|(_, until)| *until).max();
    opens
        .map(OutsideWindow::OpensAt)
        .or(closed.map(OutsideWindow::ClosedAt))
        .unwrap_or(OutsideWindow::Never)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_interval_has_its_first_millisecond_and_not_its_last() {
        let hours = [(10, 20)];
        assert_eq!(lies(&hours, 9, 9), Lies::Outside);
        assert_eq!(lies(&hours, 10, 10), Lies::Inside);
        assert_eq!(lies(&hours, 19, 19), Lies::Inside);
        assert_eq!(lies(&hours, 20, 20), Lies::Outside);
        assert_eq!(lies(&[], 0, 0), Lies::Outside);
        assert_eq!(lies(&[(10, 10), (20, 10)], 10, 15), Lies::Outside);
    }

    #[test]
    fn the_hours_named_are_the_next_opening_or_the_last_closing() {
        let hours = [(50, 60), (10, 20)];
        assert_eq!(next_hours(&hours, 5), OutsideWindow::OpensAt(10));
        assert_eq!(next_hours(&hours, 20), OutsideWindow::OpensAt(50));
        assert_eq!(next_hours(&hours, 60), OutsideWindow::ClosedAt(60));
        assert_eq!(next_hours(&[], 60), OutsideWindow::Never);
    }

    proptest! {
        #[test]
        fn it_agrees_with_asking_for_each_time(
            hours in prop::collection::vec((0i64..40, 0i64..40), 0..5),
            earliest in 0i64..40,
            span in 0i64..20,
        ) {
            let latest = earliest + span;
            let within = (earliest..=latest)
                .filter(|t| hours.iter().any(|(from, until)| from <= t && t < until))
                .count() as i64;
            let expected = match within {
                0 => Lies::Outside,
                n if n == span + 1 => Lies::Inside,
                _ => Lies::Either,
            };
            prop_assert_eq!(lies(&hours, earliest, latest), expected);
        }
    }
}
