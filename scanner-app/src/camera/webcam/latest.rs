//! The newest of what one thread makes, for any number of others that come when they have time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug)]
struct Held<T> {
    /// How many there were.
    no: u64,
    newest: Option<T>,
    closed: bool,
}

/// Keeps one thing; a newer one takes its place. Each has its number, from 1 on.
#[derive(Debug)]
pub(super) struct Latest<T> {
    held: Mutex<Held<T>>,
    changed: Condvar,
}

impl<T: Clone> Latest<T> {
    pub(super) fn new() -> Self {
        Self {
            held: Mutex::new(Held {
                no: 0,
                newest: None,
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    pub(super) fn put(&self, item: T) {
        let mut held = self.lock();
        held.no += 1;
        held.newest = Some(item);
        self.changed.notify_all();
    }

    /// The newest, as soon as it is a later one than number `after`. `None` when there will be no more, or when `until`
    /// has come.
    pub(super) fn after(&self, after: u64, until: Option<Instant>) -> Option<(u64, T)> {
        let mut held = self.lock();
        loop {
            if held.closed {
                return None;
            }
            if held.no > after
                && let Some(newest) = &held.newest
            {
                return Some((held.no, newest.clone()));
            }
            held = match until {
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left == Duration::ZERO {
                        return None;
                    }
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

    /// Nothing more comes, and whoever waits is let go.
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

    #[test]
    fn whoever_comes_late_gets_the_newest_and_each_once() {
        let latest = Latest::new();
        for item in ["a", "b", "c"] {
            latest.put(item);
        }
        assert_eq!(latest.after(0, None), Some((3, "c")));
        assert_eq!(latest.after(3, Some(Instant::now())), None);
        latest.put("d");
        assert_eq!(latest.after(3, None), Some((4, "d")));
    }

    #[test]
    fn several_get_the_same_one() {
        let latest = Latest::new();
        latest.put("a");
        assert_eq!(latest.after(0, None), latest.after(0, None));
    }

    #[test]
    fn whoever_waits_is_let_go_at_the_end() {
        let latest = Arc::new(Latest::<u8>::new());
        let waiting = Arc::clone(&latest);
        let thread = thread::spawn(move || waiting.after(0, None));
        latest.close();
        assert_eq!(thread.join().unwrap(), None);
    }
}
