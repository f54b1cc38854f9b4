//! The hybrid logical clock: orders what happened. 48 bits of milliseconds, 16 bits of counter in
//! one number that sorts. It never goes back, whatever the wall clock does, and a device with a
//! clock far ahead cannot drag the others along.

use super::UnixMillis;
#[cfg(test)]
use crate::planted::{self, Bug};

/// How far ahead of our own estimate another's clock may be and still move ours.
pub const MAX_AHEAD_MS: i64 = 5 * 60 * 1000;

const COUNTER_BITS: u32 = 16;

/// The end of the year 9999. A wall clock beyond it counts as this, which leaves the counter more
/// steps than can ever be taken.
const LAST_WALL_MS: i64 = 253_402_300_799_999;

/// One reading of the hybrid clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc(u64);

impl Hlc {
    /// From the number in an envelope.
    pub fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The first reading of a millisecond; times before 1970 and after 9999 count as these.
    pub fn at_ms(ms: UnixMillis) -> Self {
        Self(ms.clamp(0, LAST_WALL_MS).cast_unsigned() << COUNTER_BITS)
    }

    /// The number in an envelope.
    pub fn raw(self) -> u64 {
        self.0
    }

    /// Its milliseconds.
    pub fn ms(self) -> UnixMillis {
        (self.0 >> COUNTER_BITS).cast_signed()
    }

    /// Its counter.
    pub fn counter(self) -> u16 {
        self.0 as u16
    }
}

/// Did another's reading move ours?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Whatever we do from now on sorts after it.
    Taken,
    /// More than [`MAX_AHEAD_MS`] ahead: keep the fact, not its time.
    TooFarAhead,
}

/// The clock of one device. Persist [`HybridClock::last`] with each fact, in the same transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HybridClock {
    last: Hlc,
}

impl HybridClock {
    /// Goes on after the persisted reading; `Hlc::default()` on a new device.
    pub fn resume(last: Hlc) -> Self {
        Self { last }
    }

    /// The greatest reading given or taken.
    pub fn last(&self) -> Hlc {
        self.last
    }

    /// The reading for a new fact: `now_ms` or, if that is not later, one step after the last. A
    /// full counter carries into the milliseconds.
    pub fn tick(&mut self, now_ms: UnixMillis) -> Hlc {
        #[cfg(test)]
        if planted::is(Bug::ClockWithoutMax) && Hlc::at_ms(now_ms).ms() != self.last.ms() {
            self.last = Hlc::at_ms(now_ms);
            return self.last;
        }
        self.last = Hlc::at_ms(now_ms).max(Hlc(self.last.0.saturating_add(1)));
        self.last
    }

    /// Takes note of another's reading. `now_ms` is our best estimate of the time.
    pub fn merge(&mut self, other: Hlc, now_ms: UnixMillis) -> Merge {
        let bound = Hlc::at_ms(now_ms).ms().saturating_add(MAX_AHEAD_MS);
        #[cfg(test)]
        let bound = if planted::is(Bug::MergeUnbounded) {
            i64::MAX
        } else {
            bound
        };
        if other.ms() > bound {
            return Merge::TooFarAhead;
        }
        self.last = self.last.max(other);
        Merge::Taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Tick(i64),
        Merge(u64, i64),
        Restart,
    }

    fn hostile_ms() -> impl Strategy<Value = i64> {
        prop_oneof![
            any::<i64>(),
            1_799_999_990_000i64..1_800_000_010_000,
            Just(0),
            Just(LAST_WALL_MS),
        ]
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let readings = prop_oneof![
            any::<u64>(),
            hostile_ms().prop_map(|ms| Hlc::at_ms(ms).raw() | 0xffff),
        ];
        prop_oneof![
            4 => hostile_ms().prop_map(Step::Tick),
            2 => (readings, hostile_ms()).prop_map(|(reading, now)| Step::Merge(reading, now)),
            1 => Just(Step::Restart),
        ]
    }

    proptest! {
        /// T1, T2: readings strictly increase under any clocks, merges and restarts; and none is
        /// beyond the greatest of our own clocks and the bound above our estimates, but for the
        /// steps of the counter.
        #[test]
        fn readings_increase_and_no_other_clock_drags_them_along(
            steps in prop::collection::vec(any_step(), 1..80)
        ) {
            let mut clock = HybridClock::default();
            let mut previous = None;
            let mut allowed = 0;
            let mut ticks = 0;
            for step in steps {
                match step {
                    Step::Tick(now) => {
                        let reading = clock.tick(now);
                        prop_assert!(previous < Some(reading), "T1: {:?} then {:?}", previous, reading);
                        previous = Some(reading);
                        allowed = allowed.max(now.clamp(0, LAST_WALL_MS));
                        ticks += 1;
                    }
                    Step::Merge(other, now) => {
                        let merged = clock.merge(Hlc::from_raw(other), now);
                        let bound = now.clamp(0, LAST_WALL_MS) + MAX_AHEAD_MS;
                        prop_assert_eq!(merged == Merge::Taken, Hlc::from_raw(other).ms() <= bound);
                        allowed = allowed.max(bound);
                    }
                    Step::Restart => clock = HybridClock::resume(Hlc::from_raw(clock.last().raw())),
                }
                let most = ((allowed as u64) << 16 | 0xffff) + ticks;
                prop_assert!(clock.last().raw() <= most, "T2: {:?}", clock.last());
            }
        }

        #[test]
        fn what_follows_a_merge_sorts_after_it(other in any::<u32>(), now in any::<u32>()) {
            let other = Hlc::from_raw(u64::from(other));
            let mut clock = HybridClock::default();
            prop_assert_eq!(clock.merge(other, i64::from(now)), Merge::Taken);
            prop_assert!(clock.tick(i64::MIN) > other);
        }
    }

    #[test]
    fn a_full_counter_carries_into_the_milliseconds() {
        let mut clock = HybridClock::resume(Hlc::from_raw(7 << 16 | 0xffff));
        let next = clock.tick(3);
        assert_eq!((next.ms(), next.counter()), (8, 0));
    }

    #[test]
    fn a_tablet_set_to_2031_does_not_move_the_venue() {
        let now = 1_800_000_000_000;
        let mut clock = HybridClock::resume(Hlc::at_ms(now));
        let ahead = |ms| Hlc::at_ms(now + ms);
        assert_eq!(
            clock.merge(ahead(MAX_AHEAD_MS + 1), now),
            Merge::TooFarAhead
        );
        assert_eq!(clock.last(), Hlc::at_ms(now));
        assert_eq!(clock.merge(ahead(MAX_AHEAD_MS), now), Merge::Taken);
        assert_eq!(clock.last(), ahead(MAX_AHEAD_MS));
    }
}
