//! One frame between the thread that takes pictures and the one that reads them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Pace;

#[derive(Debug)]
struct Held<T> {
    waiting: Option<T>,
    closed: bool,
}

/// Holds at most one; by its pace a newer one takes the place of an older, or waits.
#[derive(Debug)]
pub(super) struct Slot<T> {
    pace: Pace,
    held: Mutex<Held<T>>,
    changed: Condvar,
}

impl<T> Slot<T> {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            held: Mutex::new(Held {
                waiting: None,
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// False when nobody reads any more.
    pub(super) fn put(&self, item: T) -> bool {
        let mut held = self.lock();
        while self.pace == Pace::Patient && held.waiting.is_some() && !held.closed {
            held = self
                .changed
                .wait(held)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if held.closed {
            return false;
        }
        held.waiting = Some(item);
        self.changed.notify_all();
        true
    }

    /// Waits for one; `None` when there will be no more.
    pub(super) fn take(&self) -> Option<T> {
        let mut held = self.lock();
        loop {
            if let Some(item) = held.waiting.take() {
                self.changed.notify_all();
                return Some(item);
            }
            if held.closed {
                return None;
            }
            held = self
                .changed
                .wait(held)
                .unwrap_or_else(PoisonError::into_inner);
        }
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

    use super::*;

    #[test]
    fn a_live_slot_keeps_only_the_latest_frame() {
        let slot = Slot::new(Pace::Live);
        assert!((1..=5).all(|n| slot.put(n)));
        assert_eq!(slot.take(), Some(5));
        slot.close();
        assert_eq!(slot.take(), None);
        assert!(!slot.put(6));
    }

    #[test]
    fn a_patient_slot_gives_every_frame_in_order() {
        let slot = Arc::new(Slot::new(Pace::Patient));
        let giver = Arc::clone(&slot);
        let thread = std::thread::spawn(move || {
            (0..100).for_each(|n| assert!(giver.put(n)));
            giver.close();
        });
        let taken: Vec<i32> = std::iter::from_fn(|| slot.take()).collect();
        thread.join().unwrap();
        assert_eq!(taken, (0..100).collect::<Vec<_>>());
    }
}
