//! Time is passed in. `hlc` orders what happened; the offset estimate says what time it is, `peers` where there is none.

pub mod hlc;
pub mod offset;
pub mod peers;

pub use hlc::{Hlc, HybridClock, Merge};
pub use offset::{ClockDoubt, CorrectedTime, DeviceTime, SavedClock};

/// Milliseconds since the unix epoch, UTC.
pub type UnixMillis = i64;

/// Where the time of day comes from. Only the edges have a real one.
pub trait Clock: Send + Sync {
    /// The wall clock, however wrong it may be.
    fn now_ms(&self) -> UnixMillis;
}

/// The times that a fact carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its place in the order of all facts.
    pub hlc: Hlc,
    /// The author's wall clock, uncorrected.
    pub wall_ms: UnixMillis,
    /// Server time minus wall clock.
    pub offset_ms: i64,
    /// How far `offset_ms` may be wrong; [`offset::NEVER_MEASURED`] if it never was measured.
    pub offset_err_ms: u32,
}

/// A clock that a test moves, in any direction.
#[derive(Debug, Default)]
pub struct ManualClock(std::sync::atomic::AtomicI64);

impl ManualClock {
    /// A clock that stands at `now_ms`.
    pub fn at(now_ms: UnixMillis) -> Self {
        Self(now_ms.into())
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, now_ms: UnixMillis) {
        self.0.store(now_ms, std::sync::atomic::Ordering::SeqCst);
    }

    /// Moves the clock by `ms`.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> UnixMillis {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}
