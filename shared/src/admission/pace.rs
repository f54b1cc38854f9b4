//! How fast a device lets people in. A door that admits faster than people can walk is a device in the wrong hands, or
//! one that was set up to scan a list.

use crate::clock::UnixMillis;

/// Entries that a device may sign in any minute: 3 a second.
pub const MAX_A_MINUTE: usize = 180;

const MINUTE_MS: i64 = 60_000;

/// Of a device's entries, those that are one too many within a minute: the times of each entry that has
/// [`MAX_A_MINUTE`] others in the minute that it ends, ascending. The order of `at_ms` makes no difference.
///
/// The times are those that the device claims. One that claims slower ones than it signs at runs ahead of the server's clock or
/// behind its own journal, which is told as a suspect clock.
pub fn too_fast(mut at_ms: Vec<UnixMillis>) -> Vec<UnixMillis> {
    at_ms.sort_unstable();
    at_ms
        .windows(MAX_A_MINUTE + 1)
        .filter_map(|entries| {
            let (first, last) = (entries.first()?, entries.last()?);
            (last - first < MINUTE_MS).then_some(*last)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_a_second_for_an_hour_are_a_good_evening() {
        let entries = (0..3 * 3600).map(|n| n * 1000 / 3).collect();
        assert_eq!(too_fast(entries), [] as [UnixMillis; 0]);
    }

    #[test]
    fn the_181st_entry_in_a_minute_is_told_whatever_the_order() {
        let mut entries: Vec<UnixMillis> = (0..180).map(|n| n * 300).collect();
        assert_eq!(too_fast(entries.clone()), [] as [UnixMillis; 0]);
        entries.insert(0, 59_999);
        assert_eq!(too_fast(entries.clone()), [59_999]);
        entries[0] = 60_000;
        assert_eq!(too_fast(entries), [] as [UnixMillis; 0]);
    }

    #[test]
    fn a_burst_of_a_coach_party_is_not() {
        let coach = (0..100).map(|n| n * 50);
        let next = (0..80).map(|n| 30_000 + n * 50);
        assert_eq!(too_fast(coach.chain(next).collect()), [] as [UnixMillis; 0]);
    }
}
