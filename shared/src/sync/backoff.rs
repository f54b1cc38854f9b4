//! When to try again: exponential backoff with full jitter, so that fifty doors whose internet comes
//! back do not all call in the same second.

use crate::ids::Random;

/// A time of a clock that never goes back, in milliseconds from any beginning. Deadlines are kept in
/// it, because a wall clock that is set would stall them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// `ms` later.
    pub fn after(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this one; 0 if it is later.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// First ceiling of a delay.
pub const BASE_MS: u64 = 500;
/// No delay between two tries is longer, unless the server names one.
pub const CAP_MS: u64 = 60_000;
/// When the operating system says that the network is back, tries are spread over this long.
const NETWORK_UP_SPREAD_MS: u64 = 2_000;

/// How often something failed in a row, and when to try it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    cap_ms: u64,
    failures: u32,
    failed_at: Moment,
    ready_at: Moment,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::capped(CAP_MS)
    }
}

impl Backoff {
    /// With another cap than [`CAP_MS`].
    pub fn capped(cap_ms: u64) -> Self {
        Self {
            cap_ms,
            failures: 0,
            failed_at: Moment::default(),
            ready_at: Moment::default(),
        }
    }

    /// It worked.
    pub fn succeed(&mut self) {
        *self = Self::capped(self.cap_ms);
    }

    /// A try that left at `sent_at` failed. Tries that were under way together count once.
    pub fn fail(&mut self, sent_at: Moment, now: Moment, random: &mut dyn Random) {
        if self.failures > 0 && sent_at < self.failed_at {
            return;
        }
        let ceiling = BASE_MS
            .saturating_mul(1 << self.failures.min(30))
            .min(self.cap_ms);
        self.failures += 1;
        self.failed_at = now;
        self.ready_at = self.ready_at.max(now.after(1 + draw(ceiling, random)));
    }

    /// The server said when to come again; not all at the same instant.
    pub fn hold(&mut self, retry_after_ms: u64, now: Moment, random: &mut dyn Random) {
        let spread = draw(retry_after_ms / 4 + BASE_MS, random);
        let asked = now.after(retry_after_ms.saturating_add(spread));
        self.ready_at = self.ready_at.max(asked);
    }

    /// The network came back: try soon, whatever was planned.
    pub fn network_is_up(&mut self, now: Moment, random: &mut dyn Random) {
        if self.ready_at > now {
            let soon = now.after(draw(NETWORK_UP_SPREAD_MS, random));
            self.ready_at = self.ready_at.min(soon);
        }
        self.failures = 0;
    }

    /// Not before then.
    pub fn ready_at(&self) -> Moment {
        self.ready_at
    }
}

/// Uniform in `0..below`; 0 if `below` is 0.
fn draw(below: u64, random: &mut dyn Random) -> u64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    u64::from_be_bytes(bytes) % below.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Always the greatest or always the smallest number.
    struct Constant(u8);

    impl Random for Constant {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    /// Counts, so that draws differ.
    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(77).wrapping_add(101);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn delays_double_up_to_the_cap_and_are_drawn_from_all_of_it() {
        let mut backoff = Backoff::default();
        let mut random = Counting(1);
        let mut now = Moment(0);
        for failure in 0..40u32 {
            let ceiling = (BASE_MS << failure.min(20)).min(CAP_MS);
            backoff.fail(now, now, &mut random);
            let delay = backoff.ready_at().since(now);
            assert!((1..=ceiling).contains(&delay), "{failure}: {delay}");
            now = backoff.ready_at();
        }
        let mut smallest = Backoff::default();
        smallest.fail(Moment(5), Moment(5), &mut Constant(0));
        assert_eq!(smallest.ready_at(), Moment(6), "full jitter begins at once");
    }

    #[test]
    fn tries_that_were_under_way_together_count_once() {
        let mut backoff = Backoff::default();
        backoff.fail(Moment(0), Moment(100), &mut Constant(0));
        let once = backoff.clone();
        backoff.fail(Moment(50), Moment(120), &mut Constant(0));
        assert_eq!(backoff, once);
    }

    #[test]
    fn the_servers_own_delay_is_a_minimum() {
        let mut backoff = Backoff::default();
        backoff.hold(30_000, Moment(0), &mut Constant(0));
        backoff.fail(Moment(0), Moment(0), &mut Constant(0));
        assert_eq!(backoff.ready_at(), Moment(30_000));
    }

    #[test]
    fn a_network_that_comes_back_ends_a_long_wait() {
        let mut backoff = Backoff::default();
        backoff.hold(600_000, Moment(0), &mut Constant(0));
        backoff.network_is_up(Moment(10), &mut Counting(1));
        assert!(backoff.ready_at() < Moment(10 + NETWORK_UP_SPREAD_MS));
    }
}
