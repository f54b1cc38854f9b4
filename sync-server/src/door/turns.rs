//! Uploads to one event take turns before they ask for a connection or the event's lock. When a building's internet is back
//! fifty devices hand in at once: they would hold every connection of the pool, and the last of them would wait for the
//! lock until it is told to come back.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use shared::ids::EventId;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Whose turn it is, for each event that somebody uploads to.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<EventId, Weak<AsyncMutex<()>>>>);

/// A turn at some events; dropping it ends it.
#[derive(Debug)]
pub(super) struct Turn {
    _of: Vec<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits for the turn at all of `events`, first come, first served. Everybody takes them in ascending order, so that
    /// no two wait for each other.
    pub(super) async fn take(&self, events: &BTreeSet<EventId>) -> Turn {
        let mut turns = Vec::with_capacity(events.len());
        for event in events {
            turns.push(self.of(*event).lock_owned().await);
        }
        Turn { _of: turns }
    }

    fn of(&self, event: EventId) -> Arc<AsyncMutex<()>> {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = events.get(&event).and_then(Weak::upgrade) {
            return turn;
        }
        // Nobody is at these any more.
        events.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        events.insert(event, Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;

    use super::*;

    fn event(n: u8) -> EventId {
        EventId::from_bytes([n; 16])
    }

    #[tokio::test]
    async fn one_at_a_time_at_an_event_in_the_order_in_which_they_came_and_others_meanwhile() {
        let turns = Turns::default();
        let (one, other) = (BTreeSet::from([event(1)]), BTreeSet::from([event(2)]));
        let first = turns.take(&one).await;
        let mut second = std::pin::pin!(turns.take(&one));
        let mut third = std::pin::pin!(turns.take(&one));
        assert!(poll!(second.as_mut()).is_pending());
        assert!(poll!(third.as_mut()).is_pending());
        drop(turns.take(&other).await);
        drop(first);
        assert!(poll!(third.as_mut()).is_pending());
        drop(second.await);
        third.await;
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_holds_nobody_up_and_nothing_is_left_behind() {
        let turns = Turns::default();
        let both = BTreeSet::from([event(1), event(2)]);
        let first = turns.take(&BTreeSet::from([event(2)])).await;
        {
            let mut given_up = std::pin::pin!(turns.take(&both));
            assert!(poll!(given_up.as_mut()).is_pending());
        }
        drop(turns.take(&BTreeSet::from([event(1)])).await);
        drop(first);
        drop(turns.take(&both).await);
        drop(turns.take(&BTreeSet::from([event(3)])).await);
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}
