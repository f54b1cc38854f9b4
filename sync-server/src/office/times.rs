//! Moments as a form has them, in the time zone of the event.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use shared::clock::UnixMillis;

/// `2026-11-28T20:30`, as a browser's field has it; UTC where the zone is unknown.
pub(super) fn as_typed(at_ms: UnixMillis, time_zone: &str) -> String {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// From what was typed; of an hour that comes twice in autumn the first, of one that spring leaves out the one after.
pub(super) fn from_typed(text: &str, time_zone: &str) -> Option<UnixMillis> {
    let at: DateTime = text.trim().parse().ok()?;
    let zone = TimeZone::get(time_zone).ok()?;
    Some(at.to_zoned(zone).ok()?.timestamp().as_millisecond())
}

/// The zones that a form offers; one that an event has besides is offered with them.
pub(super) const ZONES: [&str; 20] = [
    "Europe/Paris",
    "Europe/Brussels",
    "Europe/Luxembourg",
    "Europe/Zurich",
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Rome",
    "Europe/Madrid",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Dublin",
    "Atlantic/Canary",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "America/Miquelon",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Tahiti",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_meant_where_the_event_is() {
        let at = from_typed("2026-11-28T20:30", "Europe/Paris").unwrap();
        assert_eq!(at, 1_795_894_200_000);
        assert_eq!(as_typed(at, "Europe/Paris"), "2026-11-28T20:30");
        assert_eq!(as_typed(at, "Indian/Reunion"), "2026-11-28T23:30");
        assert_eq!(from_typed("2026-11-28 20:30", "Europe/Paris"), Some(at));
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first_and_one_left_out_the_next() {
        let twice = from_typed("2026-10-25T02:30", "Europe/Paris").unwrap();
        assert_eq!(
            as_typed(twice + 3_600_000, "Europe/Paris"),
            "2026-10-25T02:30"
        );
        let never = from_typed("2027-03-28T02:30", "Europe/Paris").unwrap();
        assert_eq!(as_typed(never, "Europe/Paris"), "2027-03-28T03:30");
    }

    #[test]
    fn nonsense_is_no_moment() {
        for text in ["", "demain", "2026-13-01T10:00", "2026-11-28T25:00"] {
            assert_eq!(from_typed(text, "Europe/Paris"), None, "{text}");
        }
        assert_eq!(from_typed("2026-11-28T20:30", "Europe/Nantes"), None);
    }

    #[test]
    fn every_zone_that_is_offered_is_one() {
        for zone in ZONES {
            assert!(TimeZone::get(zone).is_ok(), "{zone}");
        }
    }
}
