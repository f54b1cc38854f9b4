//! How often a PIN may be tried at a device. Counted for the device, not for a person: whoever guesses may not go on with
//! the next name.
//!
//! A try is counted before its PIN is compared, and what is counted is on the disk by then: a plug that is pulled gives no
//! free try. Times are the device's best estimate of the server's, which never goes back by itself
//! (`crate::clock::DeviceTime::own_ms`), so a wall clock that is set back shortens no lock.

use crate::clock::UnixMillis;

/// So many wrong ones lock.
const BEFORE_LOCK: u32 = 5;
/// For so long the first time, the second, and from the third on.
const LOCKS_MS: [i64; 3] = [60_000, 5 * 60_000, 30 * 60_000];

/// The tries since the last right PIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    wrong: u32,
    locked_until_ms: Option<UnixMillis>,
}

/// Nobody may try now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// For so long from now on.
    pub for_ms: i64,
}

impl Tries {
    /// As they were kept.
    pub fn kept(wrong: u32, locked_until_ms: Option<UnixMillis>) -> Self {
        Self {
            wrong,
            locked_until_ms,
        }
    }

    /// To keep: how many were wrong, and until when nobody may try.
    pub fn to_keep(self) -> (u32, Option<UnixMillis>) {
        (self.wrong, self.locked_until_ms)
    }

    /// One more try begins: what to keep before the PIN is compared. A right PIN is followed by `Tries::default()`, a wrong
    /// one by nothing: it is counted already.
    pub fn begin(self, now_ms: UnixMillis) -> Result<Self, Locked> {
        if let Some(locked) = self.locked(now_ms) {
            return Err(locked);
        }
        let wrong = self.wrong.saturating_add(1);
        let locks = wrong.is_multiple_of(BEFORE_LOCK);
        Ok(Self {
            wrong,
            locked_until_ms: locks.then(|| now_ms.saturating_add(lock_ms(wrong))),
        })
    }

    /// Whether and for how long nobody may try. Never longer than the lock that the count stands for: a clock that stood far
    /// ahead when it began, and was put right by the server since, locks nobody out for days.
    pub fn locked(self, now_ms: UnixMillis) -> Option<Locked> {
        let left_ms = self.locked_until_ms?.saturating_sub(now_ms);
        (left_ms > 0).then(|| Locked {
            for_ms: left_ms.min(lock_ms(self.wrong)),
        })
    }

    /// How many more may be wrong before the device locks.
    pub fn left(self) -> u32 {
        BEFORE_LOCK - self.wrong % BEFORE_LOCK
    }
}

/// After so many wrong ones.
fn lock_ms(wrong: u32) -> i64 {
    let nth = (wrong / BEFORE_LOCK).saturating_sub(1) as usize;
    LOCKS_MS[nth.min(LOCKS_MS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixMillis = 1_800_000_000_000;

    /// Tries until it locks; how many were let try.
    fn until_locked(tries: &mut Tries, now_ms: UnixMillis) -> u32 {
        let mut begun = 0;
        while let Ok(next) = tries.begin(now_ms) {
            *tries = next;
            begun += 1;
        }
        begun
    }

    #[test]
    fn five_wrong_ones_lock_for_one_then_five_then_thirty_minutes() {
        let (mut tries, mut now) = (Tries::default(), NOW);
        for minutes in [1, 5, 30, 30, 30] {
            assert_eq!(tries.left(), 5);
            assert_eq!(until_locked(&mut tries, now), 5);
            let lock_ms = minutes * 60_000;
            assert_eq!(tries.locked(now), Some(Locked { for_ms: lock_ms }));
            now += lock_ms - 1;
            assert_eq!(tries.begin(now), Err(Locked { for_ms: 1 }));
            now += 1;
            assert_eq!(tries.locked(now), None);
        }
    }

    #[test]
    fn a_right_one_begins_the_count_anew() {
        let mut tries = Tries::default();
        for _ in 0..4 {
            tries = tries.begin(NOW).unwrap();
        }
        assert_eq!(tries.left(), 1);
        assert_eq!(Tries::default().left(), 5);
    }

    #[test]
    fn a_clock_that_was_days_ahead_and_put_right_locks_for_the_locks_time_at_most() {
        let mut tries = Tries::default();
        until_locked(&mut tries, NOW + 9 * 86_400_000);
        assert_eq!(tries.locked(NOW), Some(Locked { for_ms: 60_000 }));
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Wait(i64),
        /// The PIN is compared and wrong, or the plug is pulled before: the same is on the disk.
        Wrong,
        Right,
        Restart,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            2 => (0i64..40 * 60_000).prop_map(Step::Wait),
            8 => Just(Step::Wrong),
            1 => Just(Step::Right),
            2 => Just(Step::Restart),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order: of wrong ones without a right one between them, the first five fit in no time,
        /// five more only a minute later, five more only five minutes later, and from then on five in half an hour.
        #[test]
        fn nobody_tries_more_often_than_the_rule_says(
            steps in prop::collection::vec(any_step(), 1..300)
        ) {
            let (mut tries, mut now) = (Tries::default(), NOW);
            // When each wrong one since the last right one was begun.
            let mut begun: Vec<i64> = Vec::new();
            for step in steps {
                match step {
                    Step::Wait(ms) => now += ms,
                    Step::Restart => {
                        let (wrong, until) = tries.to_keep();
                        tries = Tries::kept(wrong, until);
                    }
                    Step::Right => if tries.begin(now).is_ok() {
                        tries = Tries::default();
                        begun.clear();
                    },
                    Step::Wrong => match tries.begin(now) {
                        Ok(next) => {
                            tries = next;
                            begun.push(now);
                        }
                        Err(locked) => {
                            prop_assert!(locked.for_ms > 0 && locked.for_ms <= 30 * 60_000);
                            prop_assert_eq!(begun.len() % 5, 0, "locked before the fifth");
                        }
                    },
                }
                for (n, at) in begun.iter().enumerate().skip(5).filter(|(n, _)| n % 5 == 0) {
                    let least = [1, 5, 30][(n / 5 - 1).min(2)] * 60_000;
                    prop_assert!(at - begun[n - 1] >= least, "the {}th after {} ms", n + 1, at - begun[n - 1]);
                }
            }
        }

        /// However the time that is passed in goes back and forth, a lock is over no sooner than its time after its beginning,
        /// by a clock that never goes back, and no later than its time after the last look.
        #[test]
        fn a_lock_lasts_its_time_and_no_look_makes_it_longer(
            looks in prop::collection::vec(-86_400_000i64..86_400_000, 1..20)
        ) {
            let mut tries = Tries::default();
            until_locked(&mut tries, NOW);
            for look in looks {
                match tries.locked(NOW + look) {
                    Some(locked) => prop_assert!(look < 60_000 && locked.for_ms <= 60_000),
                    None => prop_assert!(look >= 60_000),
                }
            }
        }
    }
}
