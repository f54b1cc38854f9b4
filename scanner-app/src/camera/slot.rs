//! One frame between a live camera and its two readers, of which one is on duty.
//!
//! A picture full of what looks like codes keeps a decoder for seconds, and a thread can't be stopped from outside. So a
//! reader that doesn't come back in time is given up with its frame, and the other one takes its duty.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    First,
    Second,
}

impl Reader {
    fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// What became of a frame that the camera gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It waits for the reader on duty. An older one that still waited is gone.
    Waits,
    /// It was dropped: both readers are stuck. On a machine that is busy with other things that may pass.
    Dropped,
    /// It was dropped, as all were for so long that a person has to do something.
    Blocked,
    /// It was dropped: that was said.
    StillBlocked,
    /// Nobody reads any more.
    Closed,
}

/// What a reader's work is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It came back in time.
    Fresh,
    /// It came too late: whoever held that code up may be gone.
    GivenUp,
}

#[derive(Debug)]
struct Held<T> {
    waiting: Option<T>,
    closed: bool,
    on_duty: Reader,
    /// Since when each is at its frame.
    at_work: [Option<Instant>; 2],
    dropping: Option<Dropping>,
}

/// No frame is read any more.
#[derive(Debug)]
struct Dropping {
    since: Instant,
    is_said: bool,
}

impl<T> Held<T> {
    fn since(&mut self, reader: Reader) -> &mut Option<Instant> {
        match reader {
            Reader::First => &mut self.at_work[0],
            Reader::Second => &mut self.at_work[1],
        }
    }

    /// How long a reader may still be at its frame; `None` when it is at none.
    fn left(&mut self, reader: Reader, limit: Duration) -> Option<Duration> {
        let since = *self.since(reader);
        since.map(|since| limit.saturating_sub(since.elapsed()))
    }

    fn is_stuck(&mut self, reader: Reader, limit: Duration) -> bool {
        self.left(reader, limit).is_some_and(|left| left.is_zero())
    }
}

/// Holds at most one frame: a newer one takes the place of an older.
#[derive(Debug)]
pub(super) struct Slot<T> {
    /// Who is longer at a frame is stuck.
    limit: Duration,
    /// Who drops frames for longer says so.
    patience: Duration,
    held: Mutex<Held<T>>,
    changed: Condvar,
}

impl<T> Slot<T> {
    pub(super) fn new(limit: Duration, patience: Duration) -> Self {
        Self {
            limit,
            patience,
            held: Mutex::new(Held {
                waiting: None,
                closed: false,
                on_duty: Reader::First,
                at_work: [None; 2],
                dropping: None,
            }),
            changed: Condvar::new(),
        }
    }

    /// The camera's newest frame.
    pub(super) fn put(&self, item: T) -> Put {
        let mut held = self.lock();
        if held.closed {
            return Put::Closed;
        }
        let all = [Reader::First, Reader::Second];
        if all.iter().all(|&reader| held.is_stuck(reader, self.limit)) {
            held.waiting = None;
            let dropping = held.dropping.get_or_insert_with(|| Dropping {
                since: Instant::now(),
                is_said: false,
            });
            if dropping.since.elapsed() < self.patience {
                return Put::Dropped;
            }
            return if std::mem::replace(&mut dropping.is_said, true) {
                Put::StillBlocked
            } else {
                Put::Blocked
            };
        }
        held.waiting = Some(item);
        self.changed.notify_all();
        Put::Waits
    }

    /// Waits until this reader has the duty and there is a frame; `None` when there will be no more. Whoever waits
    /// without the duty watches the one who has it.
    pub(super) fn take(&self, reader: Reader) -> Option<T> {
        let mut held = self.lock();
        loop {
            if held.is_stuck(reader.other(), self.limit) {
                held.on_duty = reader;
            }
            if held.on_duty == reader
                && let Some(item) = held.waiting.take()
            {
                *held.since(reader) = Some(Instant::now());
                held.dropping = None;
                self.changed.notify_all();
                return Some(item);
            }
            if held.closed && held.waiting.is_none() {
                return None;
            }
            let others = held.left(reader.other(), self.limit);
            held = match others.filter(|left| !left.is_zero()) {
                Some(left) => {
                    let waited = self.changed.wait_timeout(held, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .changed
                    .wait(held)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// This reader is done with its frame.
    pub(super) fn finish(&self, reader: Reader) -> Worth {
        let mut held = self.lock();
        let worth = if held.is_stuck(reader, self.limit) {
            Worth::GivenUp
        } else {
            Worth::Fresh
        };
        *held.since(reader) = None;
        self.changed.notify_all();
        worth
    }

    /// What still waits may be taken; nothing more comes in.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    /// Longer than a busy machine lets a test wait between two lines.
    const LIMIT: Duration = Duration::from_secs(1);
    /// Longer than any test.
    const NEVER: Duration = Duration::from_secs(1000);

    /// Gives frames until one is answered so.
    fn put_until(slot: &Slot<i32>, expected: Put) {
        let began = Instant::now();
        loop {
            let put = slot.put(0);
            if put == expected {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "still {put:?}");
            thread::yield_now();
        }
    }

    #[test]
    fn only_the_latest_frame_waits() {
        let slot = Slot::new(NEVER, Duration::ZERO);
        assert!((1..=5).all(|n| slot.put(n) == Put::Waits));
        assert_eq!(slot.take(Reader::First), Some(5));
        assert_eq!(slot.finish(Reader::First), Worth::Fresh);
        slot.close();
        assert_eq!(slot.take(Reader::First), None);
        assert_eq!(slot.take(Reader::Second), None);
        assert_eq!(slot.put(6), Put::Closed);
    }

    #[test]
    fn the_second_reader_takes_over_from_one_that_is_stuck_whose_work_is_then_worth_nothing() {
        let slot = Slot::new(LIMIT, Duration::ZERO);
        slot.put(1);
        assert_eq!(slot.take(Reader::First), Some(1));
        slot.put(2);
        assert_eq!(slot.take(Reader::Second), Some(2));
        assert_eq!(slot.finish(Reader::First), Worth::GivenUp);
        assert_eq!(slot.finish(Reader::Second), Worth::Fresh);
        // The duty stays where it is.
        slot.put(3);
        assert_eq!(slot.take(Reader::Second), Some(3));
    }

    #[test]
    fn a_reader_without_the_duty_takes_nothing_while_the_other_one_is_well() {
        let slot = Arc::new(Slot::new(NEVER, Duration::ZERO));
        let second = {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.take(Reader::Second))
        };
        for n in 0..1000 {
            slot.put(n);
            assert_eq!(slot.take(Reader::First), Some(n));
            assert_eq!(slot.finish(Reader::First), Worth::Fresh);
        }
        slot.close();
        assert_eq!(second.join().unwrap(), None);
    }

    #[test]
    fn when_both_are_stuck_frames_are_dropped_it_is_said_once_and_whoever_comes_back_reads_on() {
        let slot = Slot::new(LIMIT, Duration::ZERO);
        slot.put(1);
        assert_eq!(slot.take(Reader::First), Some(1));
        slot.put(2);
        assert_eq!(slot.take(Reader::Second), Some(2));
        put_until(&slot, Put::Blocked);
        assert_eq!(slot.put(3), Put::StillBlocked);
        assert_eq!(slot.finish(Reader::First), Worth::GivenUp);
        assert_eq!(slot.put(4), Put::Waits);
        assert_eq!(slot.take(Reader::First), Some(4));
        assert_eq!(slot.finish(Reader::First), Worth::Fresh);
        // It had the duty all the while, but what it saw is as old.
        assert_eq!(slot.finish(Reader::Second), Worth::GivenUp);
        // The next time it is said again.
        slot.put(5);
        assert_eq!(slot.take(Reader::First), Some(5));
        slot.put(6);
        assert_eq!(slot.take(Reader::Second), Some(6));
        put_until(&slot, Put::Blocked);
    }

    #[test]
    fn readers_that_are_slow_for_a_moment_only_drop_frames() {
        let slot = Slot::new(Duration::ZERO, NEVER);
        slot.put(1);
        assert_eq!(slot.take(Reader::First), Some(1));
        slot.put(2);
        assert_eq!(slot.take(Reader::Second), Some(2));
        assert!((3..=9).all(|n| slot.put(n) == Put::Dropped));
        slot.finish(Reader::Second);
        assert_eq!(slot.put(10), Put::Waits);
    }

    #[test]
    fn a_frame_that_was_given_before_the_end_is_still_read_when_a_reader_is_stuck() {
        let slot = Slot::new(LIMIT, Duration::ZERO);
        slot.put(1);
        assert_eq!(slot.take(Reader::First), Some(1));
        slot.put(2);
        slot.close();
        assert_eq!(slot.take(Reader::Second), Some(2));
        assert_eq!(slot.take(Reader::Second), None);
    }
}
