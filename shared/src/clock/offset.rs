//! What time it is on the server, as a device knows it: its wall clock and a measured offset.
//!
//! Offset = server's time − midpoint of request and answer; error = half the round trip (Cristian's
//! method). Of the last eight measurements the one with the smallest error counts, unless a newer
//! one shows that the wall clock was set in between. Where none counts, the other devices of the building are asked.

use super::hlc::MAX_AHEAD_MS;
use super::{Hlc, HybridClock, Stamp, UnixMillis};

/// How many measurements are kept.
pub const KEPT: usize = 8;
/// Beyond this the device's clock is shown to be wrong.
pub const WARN_OFFSET_MS: i64 = 2 * 60 * 1000;
/// How far time may go back between two readings: what time synchronisation does without anybody
/// setting the clock, and the error of an offset over a slow line.
pub const SET_BACK_TOLERANCE_MS: i64 = 1000;
/// `offset_err_ms` of a fact whose author never measured.
pub const NEVER_MEASURED: u32 = u32::MAX;

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Server time minus wall clock.
    pub offset_ms: i64,
    /// At most this wrong.
    pub error_ms: u32,
}

impl Offset {
    /// From the wall clock when the request left and when the answer came, and the server's time in
    /// the answer. `None` if the wall clock went back meanwhile.
    pub fn measure(
        sent_ms: UnixMillis,
        received_ms: UnixMillis,
        server_ms: UnixMillis,
    ) -> Option<Self> {
        let round_trip = received_ms.checked_sub(sent_ms).filter(|ms| *ms >= 0)?;
        let midpoint = sent_ms + round_trip / 2;
        Some(Self {
            offset_ms: server_ms.saturating_sub(midpoint),
            error_ms: u32::try_from(round_trip / 2 + round_trip % 2)
                .map_or(NEVER_MEASURED - 1, |ms| ms.min(NEVER_MEASURED - 1)),
        })
    }

    /// Could both be true of one wall clock, but for small corrections?
    fn agrees(self, other: Self) -> bool {
        let apart = self.offset_ms.saturating_sub(other.offset_ms);
        let errors = i64::from(self.error_ms) + i64::from(other.error_ms);
        apart.unsigned_abs() <= (errors + SET_BACK_TOLERANCE_MS).unsigned_abs()
    }
}

/// Why a device must not judge windows by its clock alone: it asks a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockDoubt {
    /// It never heard the server's time, nor that of peers.
    NeverMeasured,
    /// The wall clock stands before a time that has passed.
    SetBack {
        /// By how much.
        by_ms: i64,
    },
}

/// The time, as well as the device knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectedTime {
    /// Best estimate of the server's time.
    pub now_ms: UnixMillis,
    /// At most this wrong, if there is no doubt; a tolerance for windows. 0 if never measured.
    pub error_ms: u32,
    /// Why not to believe it.
    pub doubt: Option<ClockDoubt>,
}

/// What a device keeps across restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedClock {
    /// Last reading of the hybrid clock.
    pub hlc: Hlc,
    /// The measurement that counts.
    pub offset: Option<Offset>,
    /// The latest corrected time that is known to have passed.
    pub passed_ms: Option<UnixMillis>,
}

/// A device's knowledge of time. Persist [`DeviceTime::saved`] with each fact and each measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceTime {
    hybrid: HybridClock,
    offsets: Vec<Offset>,
    passed_ms: Option<UnixMillis>,
    /// What peers say, for as long as nothing of the server counts. Never persisted: after a start they are heard anew.
    peers: Option<Offset>,
    /// The wall clock was set back: server time minus wall clock is at least this.
    at_least_ms: Option<i64>,
}

impl DeviceTime {
    /// Goes on where it stopped.
    pub fn resume(saved: SavedClock) -> Self {
        Self {
            hybrid: HybridClock::resume(saved.hlc),
            offsets: saved.offset.into_iter().collect(),
            passed_ms: saved.passed_ms,
            peers: None,
            at_least_ms: None,
        }
    }

    /// What to persist.
    pub fn saved(&self) -> SavedClock {
        SavedClock {
            hlc: self.hybrid.last(),
            offset: self.offset(),
            passed_ms: self.passed_ms,
        }
    }

    /// An answer of the server told its time. Older measurements that contradict this one were
    /// taken before the wall clock was set and are dropped; so is the doubt about it.
    pub fn measured(
        &mut self,
        sent_ms: UnixMillis,
        received_ms: UnixMillis,
        server_ms: UnixMillis,
    ) {
        let Some(new) = Offset::measure(sent_ms, received_ms, server_ms) else {
            return;
        };
        self.offsets.retain(|old| old.agrees(new));
        if self.offsets.len() == KEPT {
            self.offsets.remove(0);
        }
        self.offsets.push(new);
        self.peers = None;
        self.at_least_ms = None;
        self.passed_ms = Some(self.corrected_ms(received_ms));
    }

    /// What the peers' clocks come to now, see [`super::peers::median`]. It counts only while nothing of the server
    /// does, and only within the bound around what this device knows itself: peers can't drag our clock along (T2),
    /// however many of them are wrong, nor before a time that has passed.
    pub fn peers_say(&mut self, median: Option<Offset>, wall_ms: UnixMillis) {
        if let Some(passed) = self.passed_ms.filter(|_| self.is_set_back(wall_ms)) {
            let at_least = passed.saturating_sub(wall_ms);
            self.at_least_ms = self.at_least_ms.max(Some(at_least));
        }
        let own_ms = self.own_ms(wall_ms);
        self.peers = median.filter(|median| {
            let theirs_ms = wall_ms.saturating_add(median.offset_ms);
            theirs_ms.abs_diff(own_ms) <= MAX_AHEAD_MS.unsigned_abs()
        });
    }

    /// The time for a peer that asks: only what the server said, so that no error goes round.
    pub fn for_peers(&self, wall_ms: UnixMillis) -> Option<Offset> {
        self.offset().filter(|_| !self.is_set_back(wall_ms))
    }

    /// The measurement that counts: the smallest error, the newest of equals.
    pub fn offset(&self) -> Option<Offset> {
        self.offsets
            .iter()
            .rev()
            .min_by_key(|o| o.error_ms)
            .copied()
    }

    /// The time when the wall clock shows `wall_ms`.
    pub fn now(&self, wall_ms: UnixMillis) -> CorrectedTime {
        let now_ms = self.corrected_ms(wall_ms);
        let used = self.used(wall_ms);
        let behind = self.passed_ms.map(|passed| passed.saturating_sub(now_ms));
        let doubt = match (used, behind) {
            (None, _) => Some(ClockDoubt::NeverMeasured),
            (Some(_), Some(by_ms)) if by_ms > SET_BACK_TOLERANCE_MS => {
                Some(ClockDoubt::SetBack { by_ms })
            }
            (Some(_), _) => None,
        };
        CorrectedTime {
            now_ms,
            error_ms: used.map_or(0, |offset| offset.error_ms),
            doubt,
        }
    }

    /// By how much the device's clock is wrong, when that is worth a visible warning.
    pub fn warning(&self) -> Option<i64> {
        let offset = self.offset()?.offset_ms;
        (offset.unsigned_abs() > WARN_OFFSET_MS.unsigned_abs()).then_some(offset)
    }

    /// The times for a new fact. Order follows the corrected time, so that a wrong wall clock does
    /// not move this device's facts among those of others.
    pub fn stamp(&mut self, wall_ms: UnixMillis) -> Stamp {
        let now_ms = self.corrected_ms(wall_ms);
        // Not what peers say: the bound around our own time must not move with it.
        self.passed_ms = self.passed_ms.max(Some(self.own_ms(wall_ms)));
        let offset = self.used(wall_ms);
        Stamp {
            hlc: self.hybrid.tick(now_ms),
            wall_ms,
            offset_ms: offset.map_or(0, |offset| offset.offset_ms),
            offset_err_ms: offset.map_or(NEVER_MEASURED, |offset| offset.error_ms),
        }
    }

    /// Takes note of the clock of another's fact.
    pub fn merge(&mut self, other: Hlc, wall_ms: UnixMillis) -> super::Merge {
        let own_ms = self.own_ms(wall_ms);
        self.hybrid.merge(other, own_ms)
    }

    /// Best estimate of the time without anybody's word but the server's: never before a time that has passed.
    pub fn own_ms(&self, wall_ms: UnixMillis) -> UnixMillis {
        let measured = self.offset().map_or(0, |offset| offset.offset_ms);
        let offset_ms = self
            .at_least_ms
            .map_or(measured, |at_least| at_least.max(measured));
        let now_ms = wall_ms.saturating_add(offset_ms);
        self.passed_ms.map_or(now_ms, |passed| passed.max(now_ms))
    }

    /// Does what was measured put the wall clock before a time that has passed?
    fn is_set_back(&self, wall_ms: UnixMillis) -> bool {
        let measured = self.offset().map_or(0, |offset| offset.offset_ms);
        let now_ms = wall_ms.saturating_add(measured);
        self.passed_ms
            .is_some_and(|passed| passed.saturating_sub(now_ms) > SET_BACK_TOLERANCE_MS)
    }

    /// The offset that counts at the moment.
    fn used(&self, wall_ms: UnixMillis) -> Option<Offset> {
        match self.offset() {
            Some(measured) if self.peers.is_none() || !self.is_set_back(wall_ms) => Some(measured),
            Some(_) | None => self.peers,
        }
    }

    fn corrected_ms(&self, wall_ms: UnixMillis) -> UnixMillis {
        let offset = self.used(wall_ms).map_or(0, |offset| offset.offset_ms);
        wall_ms.saturating_add(offset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    proptest! {
        /// Whatever the two ways of the line take, the true offset lies within the error.
        #[test]
        fn the_true_offset_lies_within_the_error(
            truth in -10_000_000i64..10_000_000, there in 0i64..5_000, back in 0i64..5_000
        ) {
            let measured = Offset::measure(NOW, NOW + there + back, NOW + there + truth).expect("forward");
            prop_assert!((measured.offset_ms - truth).abs() <= i64::from(measured.error_ms));
        }

        #[test]
        fn no_clock_makes_it_panic(
            calls in prop::collection::vec((any::<i64>(), any::<i64>(), any::<i64>()), 0..20)
        ) {
            let mut time = DeviceTime::default();
            let mut last = None;
            for (sent, received, server) in calls {
                time.measured(sent, received, server);
                let stamp = time.stamp(received);
                prop_assert!(last < Some(stamp.hlc), "T1");
                last = Some(stamp.hlc);
                let _ = (time.now(sent), time.warning());
                time = DeviceTime::resume(time.saved());
            }
        }
    }

    #[test]
    fn the_best_of_the_last_eight_counts() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW + 20, NOW + 40);
        assert_eq!(
            time.offset(),
            Some(Offset {
                offset_ms: 30,
                error_ms: 10
            })
        );
        for _ in 0..7 {
            time.measured(NOW, NOW + 300, NOW + 200);
        }
        assert_eq!(time.offset().map(|o| o.error_ms), Some(10));
        time.measured(NOW, NOW + 300, NOW + 200);
        assert_eq!(
            time.offset(),
            Some(Offset {
                offset_ms: 50,
                error_ms: 150
            })
        );
    }

    #[test]
    fn a_clock_never_measured_is_doubtful() {
        let mut time = DeviceTime::default();
        assert_eq!(time.now(NOW).doubt, Some(ClockDoubt::NeverMeasured));
        assert_eq!(time.stamp(NOW).offset_err_ms, NEVER_MEASURED);
        time.measured(NOW, NOW + 20, NOW);
        assert_eq!(time.now(NOW + 20).doubt, None);
    }

    #[test]
    fn a_clock_set_back_is_doubtful_across_a_restart_until_measured_again() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW + 20, NOW + 10);
        time.stamp(NOW + 60_000);
        let mut time = DeviceTime::resume(time.saved());
        assert_eq!(time.now(NOW + 59_500).doubt, None);
        let hour_ago = NOW - 3_600_000;
        assert_eq!(
            time.now(hour_ago).doubt,
            Some(ClockDoubt::SetBack { by_ms: 3_660_000 })
        );
        time.measured(hour_ago, hour_ago + 400, NOW + 70_200);
        assert_eq!(time.now(hour_ago + 400).doubt, None);
        assert_eq!(time.now(hour_ago + 400).now_ms, NOW + 70_400);
    }

    /// The better measurement of before is worth nothing once the wall clock was set.
    #[test]
    fn a_wall_clock_set_forward_drops_the_measurements_before() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW + 2, NOW + 1);
        let later = NOW + 3_600_000;
        time.measured(later, later + 800, NOW + 400);
        assert_eq!(time.offset().map(|o| o.offset_ms), Some(-3_600_000));
        assert_eq!(time.warning(), Some(-3_600_000));
        assert_eq!(time.now(later + 800).now_ms, NOW + 800);
    }

    fn peers(offset_ms: i64) -> Offset {
        let error_ms = 40;
        Offset {
            offset_ms,
            error_ms,
        }
    }

    #[test]
    fn peers_tell_a_device_that_never_heard_the_server_what_time_it_is() {
        let mut time = DeviceTime::default();
        time.peers_say(Some(peers(90_000)), NOW);
        let told = time.now(NOW);
        assert_eq!((told.now_ms, told.error_ms), (NOW + 90_000, 40));
        assert_eq!(told.doubt, None);
        let stamp = time.stamp(NOW);
        assert_eq!((stamp.offset_ms, stamp.offset_err_ms), (90_000, 40));
        assert_eq!(time.for_peers(NOW), None, "no error goes round");
        time.peers_say(None, NOW);
        assert_eq!(time.now(NOW).doubt, Some(ClockDoubt::NeverMeasured));
    }

    #[test]
    fn peers_end_the_doubt_about_a_clock_that_was_set_back() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW + 20, NOW + 10);
        time.stamp(NOW + 60_000);
        // An hour back, then a minute of work.
        let wall = NOW + 60_000 - 3_600_000;
        time.peers_say(Some(peers(3_600_100)), wall);
        assert_eq!(time.now(wall).doubt, None);
        assert_eq!(time.now(wall).now_ms, NOW + 60_100);
        // Ten minutes later they still count: our own time went on, too, also across a restart.
        for restarts in [false, true] {
            if restarts {
                time.stamp(wall + 600_000);
                time = DeviceTime::resume(time.saved());
            }
            time.peers_say(Some(peers(3_600_100)), wall + 600_000);
            assert_eq!(time.now(wall + 600_000).doubt, None);
        }
        // The server's word ends theirs.
        time.measured(wall + 600_000, wall + 600_000, NOW + 660_000);
        assert_eq!(time.now(wall + 600_000).now_ms, NOW + 660_000);
    }

    #[test]
    fn a_good_measurement_counts_more_than_peers() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW + 20, NOW + 10);
        time.peers_say(Some(peers(200_000)), NOW + 20);
        assert_eq!(time.now(NOW + 20).now_ms, NOW + 20);
        assert!(time.for_peers(NOW + 20).is_some());
        assert_eq!(time.for_peers(NOW - 60_000), None, "set back");
    }

    proptest! {
        /// T2: whatever a majority of peers says and however often, and whatever facts they bring.
        #[test]
        fn hostile_peers_move_our_clock_by_the_bound_at_most(
            said in prop::collection::vec((any::<i64>(), any::<u64>(), -400_000i64..400_000), 1..40),
            was_measured in any::<bool>(), set_back_ms in 0i64..10_000_000
        ) {
            let mut time = DeviceTime::default();
            if was_measured {
                time.measured(NOW, NOW, NOW);
                time.stamp(NOW);
            }
            let mut wall = NOW - set_back_ms;
            let begins = if was_measured { NOW } else { wall };
            for (n, (offset, hlc, near)) in said.into_iter().enumerate() {
                wall += 1_000;
                let most = begins + 1_000 * (n as i64 + 1) + MAX_AHEAD_MS;
                for offset_ms in [offset, begins - NOW + set_back_ms + near] {
                    time.peers_say(Some(peers(offset_ms)), wall);
                    time.merge(Hlc::from_raw(hlc), wall);
                    prop_assert!(time.now(wall).now_ms <= most);
                    let stamp = time.stamp(wall);
                    prop_assert!(stamp.hlc.ms() <= most + 1);
                    if n % 5 == 4 {
                        time = DeviceTime::resume(time.saved());
                    }
                }
            }
        }
    }

    #[test]
    fn two_minutes_are_no_warning_and_a_millisecond_more_is() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW, NOW + WARN_OFFSET_MS);
        assert_eq!(time.warning(), None);
        time.measured(NOW, NOW, NOW + WARN_OFFSET_MS + 1);
        assert_eq!(time.warning(), Some(WARN_OFFSET_MS + 1));
    }

    #[test]
    fn order_follows_the_corrected_time() {
        let mut time = DeviceTime::default();
        time.measured(NOW, NOW, NOW - 500_000);
        let stamp = time.stamp(NOW);
        assert_eq!(stamp.hlc.ms(), NOW - 500_000);
        assert_eq!((stamp.wall_ms, stamp.offset_ms), (NOW, -500_000));
    }
}
