//! Dates of the demo, from now on, as an organizer would set them.

use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use shared::clock::UnixMillis;

const ZONE: &str = "Europe/Paris";
const QUARTER_MS: i64 = 15 * 60_000;
const HOUR_MS: i64 = 3_600_000;

/// When an event happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Evening {
    pub(super) doors: UnixMillis,
    pub(super) starts: UnixMillis,
    pub(super) ends: UnixMillis,
}

/// Doors opened within the last half hour: the demo's door can scan.
pub(super) fn tonight(now_ms: UnixMillis) -> Evening {
    let doors = (now_ms - QUARTER_MS).div_euclid(QUARTER_MS) * QUARTER_MS;
    Evening {
        doors,
        starts: doors + HOUR_MS,
        ends: doors + 12 * HOUR_MS,
    }
}

/// The first such weekday that is at least so many days ahead, at that time in Paris.
pub(super) fn coming(
    now_ms: UnixMillis,
    days_ahead: i64,
    weekday: Weekday,
    at: Time,
) -> Result<UnixMillis, jiff::Error> {
    let today = Zoned::new(Timestamp::from_millisecond(now_ms)?, TimeZone::get(ZONE)?).date();
    let earliest = today.checked_add((days_ahead - 1).days())?;
    let day = earliest.nth_weekday(1, weekday)?;
    Ok(day
        .to_datetime(at)
        .in_tz(ZONE)?
        .timestamp()
        .as_millisecond())
}

/// Friday and Saturday in two weeks, doors at 19:30, until 23:00.
pub(super) fn two_nights(now_ms: UnixMillis) -> Result<[Evening; 2], jiff::Error> {
    let friday = |at| coming(now_ms, 12, Weekday::Friday, at);
    let first = Evening {
        doors: friday(time(19, 30, 0, 0))?,
        starts: friday(time(20, 0, 0, 0))?,
        ends: friday(time(23, 0, 0, 0))?,
    };
    let ahead = days_until(now_ms, first.doors);
    let saturday = |at| coming(now_ms, ahead, Weekday::Saturday, at);
    let second = Evening {
        doors: saturday(time(19, 30, 0, 0))?,
        starts: saturday(time(20, 0, 0, 0))?,
        ends: saturday(time(23, 0, 0, 0))?,
    };
    Ok([first, second])
}

/// A Saturday night in three weeks, from 23:00 to 6:00.
pub(super) fn club_night(now_ms: UnixMillis) -> Result<Evening, jiff::Error> {
    let doors = coming(now_ms, 19, Weekday::Saturday, time(23, 0, 0, 0))?;
    Ok(Evening {
        doors,
        starts: doors + HOUR_MS / 2,
        ends: doors + 7 * HOUR_MS,
    })
}

fn days_until(now_ms: UnixMillis, then_ms: UnixMillis) -> i64 {
    (then_ms - now_ms) / (24 * HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday, 22 November 2026, 20:00 in Paris.
    const NOW: UnixMillis = 1_795_374_000_000;

    fn in_paris(ms: UnixMillis) -> String {
        let zoned = Zoned::new(
            Timestamp::from_millisecond(ms).unwrap(),
            TimeZone::get(ZONE).unwrap(),
        );
        zoned.strftime("%a %d %b %H:%M").to_string()
    }

    #[test]
    fn tonights_doors_are_open_and_its_end_is_ahead() {
        for late in [0, 1, QUARTER_MS - 1, 7 * HOUR_MS + 5] {
            let evening = tonight(NOW + late);
            assert!(evening.doors < NOW + late, "{late}");
            assert!(NOW + late - evening.doors <= 2 * QUARTER_MS, "{late}");
            assert!(NOW + late < evening.starts, "{late}");
        }
    }

    #[test]
    fn the_play_is_on_a_friday_and_the_next_day_whatever_day_it_is() {
        for day in 0..14 {
            let [first, second] = two_nights(NOW + day * 24 * HOUR_MS).unwrap();
            assert!(in_paris(first.doors).starts_with("Fri"), "{day}");
            assert!(in_paris(second.doors).starts_with("Sat"), "{day}");
            assert_eq!(second.doors - first.doors, 24 * HOUR_MS, "{day}");
        }
        let [first, _] = two_nights(NOW).unwrap();
        assert_eq!(in_paris(first.doors), "Fri 04 Dec 19:30");
        let club = club_night(NOW).unwrap();
        assert_eq!(in_paris(club.doors), "Sat 12 Dec 23:00");
    }
}
