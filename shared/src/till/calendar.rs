//! When a till's business day, month and year begin and end, by the venue's clock.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::clock::UnixMillis;
use crate::fact::till::Period;

/// A business day ends when the next morning has come: what is sold after midnight belongs to the evening.
pub const DAY_BREAK_HOUR: i8 = 6;

/// The venue's calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// In this time zone; see [`crate::admission::time_zone`].
    pub fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// The business day of a moment.
    pub fn day(&self, at_ms: UnixMillis) -> Date {
        let local = self.zone.to_datetime(timestamp(at_ms));
        if local.hour() < DAY_BREAK_HOUR {
            local.date().saturating_sub(1.day())
        } else {
            local.date()
        }
    }

    /// The day, month and year of a moment.
    pub fn periods(&self, at_ms: UnixMillis) -> [Period; 3] {
        let day = self.day(at_ms);
        [
            Period::Day(day),
            Period::Month {
                year: day.year(),
                month: day.month(),
            },
            Period::Year(day.year()),
        ]
    }

    /// When a period begins and ends: half-open, so that each moment lies in one.
    pub fn bounds(&self, period: Period) -> (UnixMillis, UnixMillis) {
        let (first, next) = match period {
            Period::Day(day) => (day, day.saturating_add(1.day())),
            Period::Month { year, month } => {
                let first = Date::new(year, month, 1).unwrap_or(Date::MIN);
                (first, first.saturating_add(1.month()))
            }
            Period::Year(year) => {
                let first = Date::new(year, 1, 1).unwrap_or(Date::MIN);
                (first, first.saturating_add(1.year()))
            }
        };
        (self.begins(first), self.begins(next))
    }

    fn begins(&self, day: Date) -> UnixMillis {
        let local = day.at(DAY_BREAK_HOUR, 0, 0, 0);
        let zoned = self.zone.to_ambiguous_zoned(local).compatible();
        zoned.map_or(UnixMillis::MAX, |zoned| zoned.timestamp().as_millisecond())
    }
}

/// Far-off times are the first or the last that there is.
fn timestamp(at_ms: UnixMillis) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(if at_ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{DateTime, date};

    use super::*;
    use crate::admission::time_zone;

    fn paris() -> Calendar {
        Calendar::new(time_zone("Europe/Paris").expect("in the list"))
    }

    fn at(local: DateTime) -> UnixMillis {
        let zone = time_zone("Europe/Paris").expect("in the list");
        let zoned = local.to_zoned(zone).expect("a time that exists");
        zoned.timestamp().as_millisecond()
    }

    #[test]
    fn what_is_sold_after_midnight_belongs_to_the_evening() {
        let evening = date(2026, 11, 28);
        for (local, day) in [
            (evening.at(6, 0, 0, 0), evening),
            (evening.at(23, 59, 0, 0), evening),
            (date(2026, 11, 29).at(5, 59, 59, 999_000_000), evening),
            (date(2026, 11, 29).at(6, 0, 0, 0), date(2026, 11, 29)),
        ] {
            assert_eq!(paris().day(at(local)), day, "{local}");
        }
        let new_year = at(date(2027, 1, 1).at(2, 0, 0, 0));
        assert_eq!(
            paris().periods(new_year),
            [
                Period::Day(date(2026, 12, 31)),
                Period::Month {
                    year: 2026,
                    month: 12
                },
                Period::Year(2026),
            ]
        );
    }

    #[test]
    fn a_day_with_another_hour_is_an_hour_longer_or_shorter() {
        let hours = |day| {
            let (from, until) = paris().bounds(Period::Day(day));
            (until - from) / 3_600_000
        };
        assert_eq!(hours(date(2026, 3, 28)), 23);
        assert_eq!(hours(date(2026, 10, 24)), 25);
        assert_eq!(hours(date(2026, 11, 28)), 24);
    }

    proptest::proptest! {
        /// Each moment lies in the bounds of its day, month and year, and these lie in each other.
        #[test]
        fn each_moment_lies_in_one_period_of_each_kind(at_ms in 0i64..4_000_000_000_000) {
            let calendar = paris();
            let bounds = calendar.periods(at_ms).map(|period| calendar.bounds(period));
            for (from, until) in bounds {
                proptest::prop_assert!(from <= at_ms && at_ms < until);
            }
            for pair in bounds.windows(2) {
                proptest::prop_assert!(pair[1].0 <= pair[0].0 && pair[0].1 <= pair[1].1);
            }
        }
    }
}
