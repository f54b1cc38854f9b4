//! One event's line: numbers are given in their order, and up to one of them people may go on, which moves with time.

use shared::clock::UnixMillis;

use super::Ask;

/// So many seconds' worth may come at once before anybody waits.
pub(super) const BURST_SECONDS: f64 = 1.0;

/// The same rule as in `line.lua`, which Redis runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// The last number that was given.
    last: u64,
    /// Up to this number people may go on.
    admitted: f64,
    moved_ms: UnixMillis,
}

/// When somebody may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Now.
    Now,
    /// When those before have.
    Later {
        /// How many they are.
        ahead: u64,
        /// In about so many seconds.
        seconds: u32,
    },
}

/// A number and its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) number: u64,
    pub(super) turn: Turn,
}

impl Line {
    pub(super) fn new(per_second: f64, now_ms: UnixMillis) -> Self {
        Self {
            last: 0,
            admitted: per_second * BURST_SECONDS,
            moved_ms: now_ms,
        }
    }

    pub(super) fn ask(&mut self, ask: Ask, per_second: f64, now_ms: UnixMillis) -> Standing {
        // Another server's clock may be a little behind.
        let elapsed_ms = (now_ms - self.moved_ms).max(0);
        self.moved_ms = self.moved_ms.max(now_ms);
        let most = self.last as f64 + per_second * BURST_SECONDS;
        let moved = self.admitted + per_second * elapsed_ms as f64 / 1000.0;
        self.admitted = moved.min(most.max(self.admitted));
        let number = match ask {
            Ask::Join => {
                self.last += 1;
                self.last
            }
            Ask::Of(number) => {
                // Given before this line began anew: nobody who comes now is before it.
                self.last = self.last.max(number);
                number
            }
        };
        Standing {
            number,
            turn: turn(number, self.admitted, per_second),
        }
    }
}

/// The turn of a number where people may go on up to `admitted`.
pub(super) fn turn(number: u64, admitted: f64, per_second: f64) -> Turn {
    let ahead = number as f64 - admitted;
    if ahead <= 0.0 {
        return Turn::Now;
    }
    Turn::Later {
        ahead: ahead.ceil() as u64,
        seconds: (ahead / per_second).ceil() as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PER_SECOND: f64 = 10.0;

    fn join(line: &mut Line, now_ms: UnixMillis) -> Standing {
        line.ask(Ask::Join, PER_SECOND, now_ms)
    }

    #[test]
    fn nobody_waits_while_there_is_no_rush() {
        let mut line = Line::new(PER_SECOND, 0);
        for n in 1..200 {
            assert_eq!(join(&mut line, n * 100).turn, Turn::Now, "{n}");
        }
    }

    #[test]
    fn who_comes_in_a_rush_waits_as_long_as_is_said_and_goes_on_in_order() {
        let mut line = Line::new(PER_SECOND, 0);
        let standings: Vec<Standing> = (0..100).map(|_| join(&mut line, 0)).collect();
        assert!(standings[..10].iter().all(|one| one.turn == Turn::Now));
        for Standing { number, turn } in &standings[10..] {
            let Turn::Later { ahead, seconds } = *turn else {
                panic!("{number} went on at once");
            };
            assert_eq!(ahead, number - 10);
            let at = i64::from(seconds) * 1_000;
            let mut later = line;
            assert_eq!(
                later.ask(Ask::Of(*number), PER_SECOND, at).turn,
                Turn::Now,
                "{number}"
            );
            let mut before = line;
            let early = before.ask(Ask::Of(*number), PER_SECOND, at - 1_100).turn;
            assert_ne!(early, Turn::Now, "{number}");
        }
    }

    #[test]
    fn a_quiet_hour_saves_up_no_more_than_a_burst() {
        let mut line = Line::new(PER_SECOND, 0);
        let hour = 3_600_000;
        let at_once = (0..100)
            .filter(|_| join(&mut line, hour).turn == Turn::Now)
            .count();
        assert_eq!(at_once, 10);
    }

    #[test]
    fn a_slower_pace_never_takes_back_whose_turn_it_was() {
        let mut line = Line::new(PER_SECOND, 0);
        let mine = join(&mut line, 0);
        for n in 0..50 {
            let now = line.ask(Ask::Of(mine.number), 0.1, n * 10);
            assert_eq!(now.turn, Turn::Now);
        }
    }

    #[test]
    fn a_place_of_before_a_restart_is_before_all_who_come_now() {
        let mut line = Line::new(PER_SECOND, 0);
        let old = line.ask(Ask::Of(500), PER_SECOND, 0);
        assert!(
            matches!(old.turn, Turn::Later { ahead: 490, .. }),
            "{old:?}"
        );
        assert_eq!(join(&mut line, 0).number, 501);
    }

    #[test]
    fn a_clock_that_goes_back_moves_nobody() {
        let mut line = Line::new(PER_SECOND, 60_000);
        for _ in 0..20 {
            join(&mut line, 60_000);
        }
        let back = line.ask(Ask::Of(15), PER_SECOND, 0);
        assert!(
            matches!(back.turn, Turn::Later { ahead: 5, .. }),
            "{back:?}"
        );
        let again = line.ask(Ask::Of(15), PER_SECOND, 60_000);
        assert!(
            matches!(again.turn, Turn::Later { ahead: 5, .. }),
            "{again:?}"
        );
    }
}
