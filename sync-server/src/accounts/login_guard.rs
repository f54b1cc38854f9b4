//! Against guessing: after 50 failures in 15 minutes of one address for one account, each further try has to wait longer.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;

use crate::web::client::AddressKey;
use crate::web::limits::TooMany;

const WINDOW_MS: i64 = 15 * 60_000;
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
const MOST_COUNTED: u64 = 200_000;

/// Who tries to be whom. Of the address of mail only a hash is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attempt {
    from: AddressKey,
    account: [u8; 16],
}

impl Attempt {
    pub(crate) fn new(from: AddressKey, email: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(email.trim().to_lowercase()).into();
        let mut account = [0; 16];
        account.copy_from_slice(&hash[..16]);
        Self { from, account }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    first_ms: UnixMillis,
    count: u32,
    closed_until_ms: UnixMillis,
}

/// Counts failed log-ins.
#[derive(Debug)]
pub(crate) struct LoginGuard {
    most: Option<NonZeroU32>,
    failures: Cache<Attempt, Arc<Mutex<Failures>>>,
}

impl LoginGuard {
    pub(crate) fn new(most: Option<NonZeroU32>) -> Self {
        let failures = Cache::builder()
            .max_capacity(MOST_COUNTED)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(Duration::from_millis(
                (WINDOW_MS + LONGEST_WAIT_MS).unsigned_abs(),
            ))
            .build();
        Self { most, failures }
    }

    /// Before a password is looked at. The try counts as failed until [`Self::succeeded`] says otherwise, so that many at
    /// once are no way around the limit.
    pub(crate) fn begin(&self, attempt: Attempt, now_ms: UnixMillis) -> Result<(), TooMany> {
        let Some(most) = self.most else {
            return Ok(());
        };
        let failures = self.failures.get_with(attempt, Arc::default);
        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        if now_ms < failures.closed_until_ms {
            let wait_ms = failures.closed_until_ms - now_ms;
            return Err(TooMany {
                retry_after_seconds: u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX),
            });
        }
        if now_ms - failures.first_ms.max(failures.closed_until_ms) > WINDOW_MS {
            *failures = Failures {
                first_ms: now_ms,
                ..Failures::default()
            };
        }
        failures.count += 1;
        if failures.count >= most.get() {
            failures.closed_until_ms = now_ms + wait_ms(failures.count - most.get());
        }
        Ok(())
    }

    /// It was the right password.
    pub(crate) fn succeeded(&self, attempt: Attempt) {
        self.failures.invalidate(&attempt);
    }
}

/// 1 s, 2 s, 4 s, ... at most 15 minutes.
fn wait_ms(beyond: u32) -> i64 {
    (1_000_i64 << beyond.min(20)).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ClientAddress;

    const NOW: UnixMillis = 1_795_374_000_000;

    fn attempt(address: &str, email: &str) -> Attempt {
        Attempt::new(ClientAddress(address.parse().unwrap()).key(), email)
    }

    fn wait(guard: &LoginGuard, attempt: Attempt, now_ms: i64) -> Option<u32> {
        let begun = guard.begin(attempt, now_ms);
        begun.err().map(|too_many| too_many.retry_after_seconds)
    }

    #[test]
    fn the_wait_grows_with_each_failure_beyond_the_limit() {
        let guard = LoginGuard::new(NonZeroU32::new(3));
        let one = attempt("192.0.2.1", "ana@example.org");
        for _ in 0..3 {
            assert_eq!(wait(&guard, one, NOW), None);
        }
        assert_eq!(wait(&guard, one, NOW), Some(1));
        assert_eq!(
            wait(&guard, one, NOW + 1_000),
            None,
            "one try after the wait"
        );
        assert_eq!(wait(&guard, one, NOW + 1_000), Some(2));
        assert_eq!(wait(&guard, one, NOW + 3_000), None);
        assert_eq!(wait(&guard, one, NOW + 3_000), Some(4));
        assert_eq!(
            wait(&guard, attempt("192.0.2.2", "ana@example.org"), NOW + 3_000),
            None,
            "the owner at another address is not kept out"
        );
        assert_eq!(
            wait(&guard, attempt("192.0.2.1", "bob@example.org"), NOW + 3_000),
            None
        );
        assert_eq!(
            wait(
                &guard,
                attempt("192.0.2.1", " ANA@example.org"),
                NOW + 3_000
            ),
            Some(4),
            "the same account however it is written"
        );
    }

    #[test]
    fn the_right_password_and_time_clear_the_count() {
        let guard = LoginGuard::new(NonZeroU32::new(2));
        let one = attempt("192.0.2.1", "ana@example.org");
        assert_eq!(wait(&guard, one, NOW), None);
        guard.succeeded(one);
        assert_eq!(wait(&guard, one, NOW), None);
        assert_eq!(wait(&guard, one, NOW), None);
        assert!(wait(&guard, one, NOW).is_some());
        assert_eq!(wait(&guard, one, NOW + WINDOW_MS + 2_000), None);
        assert_eq!(
            wait(&guard, one, NOW + WINDOW_MS + 2_000),
            None,
            "counted anew"
        );
    }

    #[test]
    fn no_wait_is_longer_than_fifteen_minutes() {
        assert_eq!(wait_ms(0), 1_000);
        assert_eq!(wait_ms(40), LONGEST_WAIT_MS);
    }
}
