//! What the clocks of the other devices say, from their greetings.

use std::collections::BTreeMap;

use super::backoff::Moment;
use crate::clock::UnixMillis;
use crate::clock::offset::{NEVER_MEASURED, Offset, SET_BACK_TOLERANCE_MS};
use crate::clock::peers;
use crate::ids::DeviceId;
use crate::wire::latest::PeerTime;

/// What a peer said counts for so long: by then it was greeted again, or it is gone.
const KEPT_MS: u64 = 10 * 60_000;

/// One greeting, by this device's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The wall clock when it was sent.
    pub sent_ms: UnixMillis,
    /// The wall clock when the answer was here.
    pub received_ms: UnixMillis,
    /// The same moment.
    pub at: Moment,
}

/// What peers said last.
#[derive(Clone, Debug, Default)]
pub struct PeerClocks(BTreeMap<DeviceId, Said>);

#[derive(Clone, Copy, Debug)]
struct Said {
    offset: Offset,
    at: Moment,
    received_ms: UnixMillis,
}

impl PeerClocks {
    /// A peer whose certificate was checked answered a greeting; `time` = `None`: it doesn't know the time itself.
    pub fn greeted(&mut self, peer: DeviceId, greeting: Greeting, time: Option<PeerTime>) {
        let measured = time.and_then(|time| {
            let Greeting {
                sent_ms,
                received_ms,
                ..
            } = greeting;
            let by_line = Offset::measure(sent_ms, received_ms, time.now_ms)?;
            let error_ms = by_line.error_ms.saturating_add(time.error_ms);
            Some(Offset {
                error_ms: error_ms.min(NEVER_MEASURED - 1),
                ..by_line
            })
        });
        match measured {
            Some(offset) => {
                let said = Said {
                    offset,
                    at: greeting.at,
                    received_ms: greeting.received_ms,
                };
                self.0.insert(peer, said);
            }
            None => {
                self.0.remove(&peer);
            }
        }
    }

    /// It is no peer any more.
    pub fn forget(&mut self, peer: DeviceId) {
        self.0.remove(&peer);
    }

    /// What they come to, of those that were heard lately and since the wall clock was set last; see
    /// [`peers::median`].
    pub fn median(&self, wall_ms: UnixMillis, now: Moment) -> Option<Offset> {
        let counts = |said: &&Said| {
            let passed = now.since(said.at);
            let by_wall = wall_ms.saturating_sub(said.received_ms);
            let apart = by_wall.abs_diff(passed.cast_signed());
            passed <= KEPT_MS && apart <= SET_BACK_TOLERANCE_MS.unsigned_abs()
        };
        let said: Vec<Offset> = self
            .0
            .values()
            .filter(counts)
            .map(|said| said.offset)
            .collect();
        peers::median(&said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = 1_800_000_000_000;

    fn peer(n: u8) -> DeviceId {
        DeviceId::from_bytes([n; 16])
    }

    /// Three that are a minute ahead, greeted over a line of 10 ms each way.
    fn three() -> PeerClocks {
        let mut clocks = PeerClocks::default();
        for n in 1..=3 {
            let greeting = Greeting {
                sent_ms: NOW - 20,
                received_ms: NOW,
                at: Moment(1_000),
            };
            let time = PeerTime {
                now_ms: NOW - 10 + 60_000,
                error_ms: 5,
            };
            clocks.greeted(peer(n), greeting, Some(time));
        }
        clocks
    }

    #[test]
    fn the_error_is_the_lines_and_the_peers_own() {
        let minute_ahead = Offset {
            offset_ms: 60_000,
            error_ms: 15,
        };
        assert_eq!(three().median(NOW, Moment(1_000)), Some(minute_ahead));
    }

    #[test]
    fn who_is_gone_or_says_nothing_or_was_heard_long_ago_does_not_count() {
        let mut clocks = three();
        clocks.forget(peer(1));
        assert_eq!(clocks.median(NOW, Moment(1_000)), None);
        let mut clocks = three();
        let greeting = Greeting {
            sent_ms: NOW,
            received_ms: NOW,
            at: Moment(1_000),
        };
        clocks.greeted(peer(2), greeting, None);
        assert_eq!(clocks.median(NOW, Moment(1_000)), None);
        let last = NOW + KEPT_MS.cast_signed();
        assert!(three().median(last, Moment(1_000 + KEPT_MS)).is_some());
        let late = Moment(1_001 + KEPT_MS);
        assert_eq!(three().median(last + 1, late), None);
    }

    #[test]
    fn what_was_said_before_the_wall_clock_was_set_does_not_count() {
        assert!(three().median(NOW + 5_000, Moment(6_000)).is_some());
        assert_eq!(three().median(NOW - 3_600_000, Moment(6_000)), None);
        assert_eq!(three().median(NOW + 3_600_000, Moment(6_000)), None);
    }
}
