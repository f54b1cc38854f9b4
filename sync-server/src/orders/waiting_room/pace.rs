//! How many a second may go on: as many as are served without delay. It grows slowly and falls at once, as a
//! network's senders do.

use std::time::Duration;

use shared::clock::UnixMillis;

const FIRST: f64 = 50.0;
/// So few go on whatever happens, or nobody would find out that things are better.
const LEAST: f64 = 5.0;
const MOST: f64 = 400.0;
/// Longer than that for one booking, or from payment to ticket, is too much at once.
const SLOW: Duration = Duration::from_millis(250);
/// What is on its way when it becomes slow was let in before.
const FALLS_AFTER_MS: i64 = 1_000;
const FALLS_BY: f64 = 0.7;
const GROWS_AFTER_MS: i64 = 200;
const GROWS_BY: f64 = 1.02;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    per_second: f64,
    changed_ms: UnixMillis,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            per_second: FIRST,
            changed_ms: 0,
        }
    }
}

impl Pace {
    pub(super) fn per_second(&self) -> f64 {
        self.per_second
    }

    /// One more was served within `took`.
    pub(super) fn note(&mut self, took: Duration, now_ms: UnixMillis) {
        let (after_ms, by) = if took > SLOW {
            (FALLS_AFTER_MS, FALLS_BY)
        } else {
            (GROWS_AFTER_MS, GROWS_BY)
        };
        if now_ms - self.changed_ms >= after_ms {
            self.per_second = (self.per_second * by).clamp(LEAST, MOST);
            self.changed_ms = now_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_millis(400);

    #[test]
    fn many_slow_bookings_at_once_slow_down_once() {
        let mut pace = Pace::default();
        for n in 0..100 {
            pace.note(LATE, 10_000 + n);
        }
        assert!((pace.per_second() - FIRST * FALLS_BY).abs() < 1e-9);
    }

    #[test]
    fn it_stays_within_its_bounds_and_recovers() {
        let mut pace = Pace::default();
        for second in 0..60 {
            pace.note(LATE, 10_000 + second * 1_000);
        }
        assert!((pace.per_second() - LEAST).abs() < 1e-9);
        for step in 0..1_000 {
            pace.note(QUICK, 100_000 + step * GROWS_AFTER_MS);
        }
        assert!((pace.per_second() - MOST).abs() < 1e-9);
    }
}
