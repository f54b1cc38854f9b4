//! How often: which of a camera's pictures are taken, and how long until the next try.

use std::time::{Duration, Instant};

/// Cameras don't tick exactly.
const EARLY: Duration = Duration::from_millis(8);

/// Lets pass so many pictures that there are no more than one in each span, on average.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    next: Option<Instant>,
}

impl Pacer {
    /// Whether the picture of that moment is due. If so, the next one is a span later.
    pub(super) fn is_due(&mut self, taken: Instant, span: Duration) -> bool {
        let next = self.next.filter(|_| !span.is_zero()).unwrap_or(taken);
        if taken + EARLY < next {
            return false;
        }
        // After a pause nothing is made up for.
        let late = taken.saturating_duration_since(next);
        self.next = Some(if late < span { next } else { taken } + span);
        true
    }
}

/// How long to wait before a camera is tried again that was tried in vain so many times.
pub(super) fn backoff(tries: u32) -> Duration {
    const FIRST: Duration = Duration::from_millis(200);
    /// Whoever plugs a camera in looks at the screen.
    const LONGEST: Duration = Duration::from_secs(2);
    (FIRST * 2_u32.pow(tries.min(8))).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Duration = Duration::from_micros(66_667);

    /// How many of a camera's pictures are due in ten seconds.
    fn passed(rate: u32, jitter_us: u64) -> usize {
        let (mut pacer, start) = (Pacer::default(), Instant::now());
        (0..rate * 10)
            .filter(|&n| {
                let jitter = Duration::from_micros(u64::from(n * 7919 % 11) * jitter_us / 11);
                pacer.is_due(start + Duration::from_secs(1) * n / rate + jitter, SPAN)
            })
            .count()
    }

    #[test]
    fn never_more_than_15_a_second_whatever_the_camera_gives() {
        for (rate, expected) in [
            (30, 150),
            (60, 150),
            (25, 125),
            (15, 150),
            (10, 100),
            (120, 150),
        ] {
            for jitter in [0, 6000] {
                let passed = passed(rate, jitter);
                assert!(
                    (expected - 8..=151).contains(&passed),
                    "{passed} of {rate} a second, jitter {jitter}"
                );
            }
        }
    }

    #[test]
    fn each_picture_passes_when_there_is_no_span_any_more() {
        let (mut pacer, now) = (Pacer::default(), Instant::now());
        assert!(pacer.is_due(now, SPAN));
        assert!((1..100).all(|n| pacer.is_due(now + SPAN * n / 4, Duration::ZERO)));
    }

    #[test]
    fn nothing_is_made_up_for_after_a_pause() {
        let (mut pacer, now) = (Pacer::default(), Instant::now());
        assert!(pacer.is_due(now, SPAN));
        let later = now + Duration::from_mins(1);
        assert!(pacer.is_due(later, SPAN));
        assert!(!pacer.is_due(later + SPAN / 2, SPAN));
    }

    #[test]
    fn tries_become_rarer_and_never_rare() {
        let waits: Vec<u128> = (0..6).map(|tries| backoff(tries).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(backoff(u32::MAX), Duration::from_secs(2));
    }
}
