//! Which facts' times are not to be believed.

use shared::clock::UnixMillis;
use shared::clock::hlc::MAX_AHEAD_MS;

/// The time to put in place of `said_ms`, if that is more than five minutes after its receipt, or as much before the
/// fact ahead of it in its journal: a clock that was wrong, or was set back without the device noticing.
pub(super) fn suspect_time(
    previous_ms: Option<UnixMillis>,
    said_ms: UnixMillis,
    received_ms: UnixMillis,
) -> Option<UnixMillis> {
    if said_ms > received_ms.saturating_add(MAX_AHEAD_MS) {
        return Some(received_ms);
    }
    previous_ms.filter(|previous| said_ms < previous.saturating_sub(MAX_AHEAD_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = 1_800_000_000_000;

    #[test]
    fn a_fact_from_the_future_gets_the_time_of_its_receipt() {
        assert_eq!(suspect_time(None, NOW + MAX_AHEAD_MS, NOW), None);
        assert_eq!(suspect_time(None, NOW + MAX_AHEAD_MS + 1, NOW), Some(NOW));
    }

    #[test]
    fn a_fact_long_before_the_one_ahead_of_it_gets_that_ones_time() {
        let previous = Some(NOW - 1000);
        assert_eq!(suspect_time(previous, NOW - 2000, NOW), None);
        assert_eq!(suspect_time(previous, NOW - 3_600_000, NOW), previous);
    }

    #[test]
    fn a_fact_that_waited_offline_is_believed() {
        assert_eq!(
            suspect_time(Some(NOW - 86_400_000), NOW - 86_000_000, NOW),
            None
        );
    }
}
