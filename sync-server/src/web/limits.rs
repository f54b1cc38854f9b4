//! How much is taken from one side before it is told to slow down.
//!
//! Counted in memory, for this server alone. Of a window two counts are kept, this one's and the last one's, which weighs
//! as much as of it still lies within the window that ends now.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use shared::clock::UnixMillis;
use shared::ids::{OrderId, UserId};
use shared::wire::latest::ErrorCode;

use super::ApiError;
use super::client::AddressKey;
use crate::config;

const MINUTE_MS: i64 = 60_000;
/// Some 100 bytes each.
const MOST_COUNTED: u64 = 200_000;

/// Too soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// After this many seconds one more is taken.
    pub retry_after_seconds: u32,
}

impl From<TooMany> for ApiError {
    fn from(too_many: TooMany) -> Self {
        let seconds = too_many.retry_after_seconds;
        Self::new(
            ErrorCode::TooManyRequests,
            format!("That was too often; try again in {seconds} seconds. Nothing was done."),
        )
        .retry_after(seconds)
    }
}

/// A limit in a sliding window, for each key.
pub struct SlidingLimit<K> {
    most: Option<NonZeroU32>,
    window_ms: i64,
    counts: Cache<K, Arc<Mutex<Counts>>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Number of the window since 1970.
    window: i64,
    current: u32,
    last: u32,
}

impl<K: Hash + Eq + Copy + Send + Sync + 'static> SlidingLimit<K> {
    /// At most `most` in any `window_ms`; `None` counts nothing.
    pub fn new(most: Option<NonZeroU32>, window_ms: i64) -> Self {
        let counts = Cache::builder()
            .max_capacity(MOST_COUNTED)
            // The counts of whoever asks most are the last to go.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(Duration::from_millis(2 * window_ms.unsigned_abs()))
            .build();
        Self {
            most,
            window_ms,
            counts,
        }
    }

    /// Counts one more, or says how long to wait. What is refused is not counted.
    pub fn take(&self, key: K, now_ms: UnixMillis) -> Result<(), TooMany> {
        let Some(most) = self.most else {
            return Ok(());
        };
        let counts = self.counts.get_with(key, Arc::default);
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.turn_to(now_ms.div_euclid(self.window_ms));
        let elapsed = now_ms.rem_euclid(self.window_ms);
        if counts.weighed(elapsed, self.window_ms) < i64::from(most.get()) {
            counts.current += 1;
            return Ok(());
        }
        let wait_ms = counts.wait_ms(elapsed, self.window_ms, most.get());
        Err(TooMany {
            retry_after_seconds: u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX),
        })
    }
}

impl Counts {
    fn turn_to(&mut self, window: i64) {
        if window == self.window {
            return;
        }
        let last = if window == self.window + 1 {
            self.current
        } else {
            0
        };
        *self = Self {
            window,
            current: 0,
            last,
        };
    }

    /// What lies in the window that ends now, if the last window's lay evenly.
    fn weighed(&self, elapsed: i64, window_ms: i64) -> i64 {
        i64::from(self.current) + i64::from(self.last) * (window_ms - elapsed) / window_ms
    }

    /// Until one more fits: this window's own count is waited for in the next one, where it weighs less and less.
    fn wait_ms(&self, elapsed: i64, window_ms: i64, most: u32) -> i64 {
        let (most, current) = (i64::from(most), i64::from(self.current));
        // `count * (window - t) / window < room`, rounded down as `weighed` does, from this `t` on.
        let fits_at = |count: i64, room: i64| window_ms - (window_ms * room - 1) / count;
        if current < most {
            (fits_at(i64::from(self.last), most - current) - elapsed).max(1)
        } else {
            window_ms - elapsed + fits_at(current, most).max(0)
        }
    }
}

impl<K> fmt::Debug for SlidingLimit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlidingLimit")
            .field("most", &self.most)
            .field("window_ms", &self.window_ms)
            .finish_non_exhaustive()
    }
}

/// Who pays: known by account, else by the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    /// Somebody with an account.
    Account(UserId),
    /// A guest.
    Order(OrderId),
}

/// The limits that hold across requests.
#[derive(Debug)]
pub struct RequestLimits {
    by_address: SlidingLimit<AddressKey>,
    by_address_sync: SlidingLimit<AddressKey>,
    payments: SlidingLimit<Payer>,
}

impl RequestLimits {
    /// As configured.
    pub fn new(limits: &config::Limits) -> Self {
        Self {
            by_address: SlidingLimit::new(limits.requests_per_minute, MINUTE_MS),
            by_address_sync: SlidingLimit::new(limits.sync_requests_per_minute, MINUTE_MS),
            payments: SlidingLimit::new(limits.payments_per_minute, MINUTE_MS),
        }
    }

    /// Called with each request, by the frame.
    pub(crate) fn request(
        &self,
        path: &str,
        key: AddressKey,
        now_ms: UnixMillis,
    ) -> Result<(), TooMany> {
        // All that a payment provider tells comes from few addresses.
        if path.starts_with("/api/v1/sync/") || path.starts_with("/webhooks/") {
            self.by_address_sync.take(key, now_ms)
        } else {
            self.by_address.take(key, now_ms)
        }
    }

    /// Called before each attempt to pay.
    pub fn payment(&self, payer: Payer, now_ms: UnixMillis) -> Result<(), TooMany> {
        self.payments.take(payer, now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limit(most: u32) -> SlidingLimit<u8> {
        SlidingLimit::new(NonZeroU32::new(most), MINUTE_MS)
    }

    #[test]
    fn so_many_are_taken_and_then_none_until_the_window_has_moved() {
        let limit = limit(10);
        let start = 1_000 * MINUTE_MS + 5_000;
        for _ in 0..10 {
            assert_eq!(limit.take(1, start), Ok(()));
        }
        let wait = limit.take(1, start).unwrap_err().retry_after_seconds;
        assert_eq!(
            limit.take(2, start),
            Ok(()),
            "another key has its own count"
        );
        assert!(
            limit
                .take(1, start + i64::from(wait) * 1000 - 1000)
                .is_err()
        );
        assert_eq!(limit.take(1, start + i64::from(wait) * 1000), Ok(()));
        assert!(limit.take(1, start + i64::from(wait) * 1000).is_err());
        assert_eq!(limit.take(1, start + 10 * MINUTE_MS), Ok(()));
    }

    #[test]
    fn without_a_limit_all_are_taken() {
        let limit: SlidingLimit<u8> = SlidingLimit::new(None, MINUTE_MS);
        assert!((0..10_000).all(|_| limit.take(1, 0).is_ok()));
    }

    proptest! {
        #[test]
        fn the_wait_it_names_is_enough(most in 1u32..50, steps in proptest::collection::vec(0i64..20_000, 1..200)) {
            let limit = limit(most);
            let mut now = 7 * MINUTE_MS;
            for step in steps {
                now += step;
                if let Err(too_many) = limit.take(1, now) {
                    prop_assert!(too_many.retry_after_seconds >= 1);
                    now += i64::from(too_many.retry_after_seconds) * 1000;
                    prop_assert_eq!(limit.take(1, now), Ok(()));
                }
            }
        }

        #[test]
        fn no_clock_minute_takes_more_than_the_limit(most in 1u32..20, steps in proptest::collection::vec(0i64..5_000, 1..300)) {
            let limit = limit(most);
            let (mut now, mut taken) = (0, std::collections::HashMap::<i64, u32>::new());
            for step in steps {
                now += step;
                if limit.take(1, now).is_ok() {
                    *taken.entry(now / MINUTE_MS).or_default() += 1;
                }
            }
            prop_assert!(taken.values().all(|count| *count <= most), "{:?}", taken);
        }
    }
}
