//! When a device asks for names: beside the engine, never before it. The roster is what doors decide by; names only help a
//! person to find a ticket, so they are asked for once every roster is caught up, one page at a time, and a failure of
//! theirs is nobody else's.

use std::collections::BTreeMap;

use super::backoff::{Backoff, Moment};
use crate::ids::{EventId, Random};
use crate::roster::Rights;

/// After the roster moved: names change with tickets, which the roster's head tells of; facts move it, too.
const MOVED_MS: u64 = 10_000;
/// With nothing new: whether the right to search is still this device's.
const QUIET_MS: u64 = 60_000;

/// What came of asking for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// It is kept.
    Page {
        /// There is more now.
        has_more: bool,
    },
    /// The server's feed is another one, and what was here of it is forgotten: from the beginning.
    BeganAnew,
    /// This device may not search, and what was here is forgotten.
    NotAllowed,
    /// Nothing came, or it could not be kept.
    Failed {
        /// The server said when to come again.
        retry_after_ms: Option<u64>,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Segment {
    /// `None` = there is more to be had at once.
    caught_up_at: Option<Moment>,
    /// The roster's head when the last page was asked for.
    head: u64,
    /// An answer came that had no more behind it, or none came.
    was_asked: bool,
}

impl Segment {
    fn due_at(&self, head: u64) -> Moment {
        let Some(at) = self.caught_up_at else {
            return Moment::default();
        };
        at.after(if head > self.head { MOVED_MS } else { QUIET_MS })
    }
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    event: EventId,
    at: Moment,
    head: u64,
}

/// Which event's names to ask for, and when.
#[derive(Debug, Default)]
pub struct SummaryPulls {
    segments: BTreeMap<EventId, Segment>,
    under_way: Option<Asked>,
    backoff: Backoff,
}

impl SummaryPulls {
    /// What the server said of this device last. Without the right to search nothing is asked for.
    pub fn granted(&mut self, rights: Rights, events: &[EventId]) {
        if rights.search {
            self.segments.retain(|event, _| events.contains(event));
            for event in events {
                self.segments.entry(*event).or_default();
            }
        } else {
            self.segments.clear();
        }
    }

    /// The event whose next page is to be asked for, if one is due; tell [`Self::came`] what came of it. `head`: the last
    /// number of the event's roster, which is caught up.
    pub fn next(&mut self, now: Moment, head: impl Fn(EventId) -> u64) -> Option<EventId> {
        if self.due_at(&head)? > now {
            return None;
        }
        let due = |(event, segment): (&EventId, &Segment)| {
            (segment.due_at(head(*event)) <= now).then_some(*event)
        };
        let event = self.segments.iter().find_map(due)?;
        self.under_way = Some(Asked {
            event,
            at: now,
            head: head(event),
        });
        Some(event)
    }

    /// When something is due next; `None` while an answer is waited for, and with nothing to ask for.
    pub fn due_at(&self, head: impl Fn(EventId) -> u64) -> Option<Moment> {
        if self.under_way.is_some() {
            return None;
        }
        let due = |(event, segment): (&EventId, &Segment)| segment.due_at(head(*event));
        let first = self.segments.iter().map(due).min()?;
        Some(first.max(self.backoff.ready_at()))
    }

    /// What came of the page that was asked for.
    pub fn came(&mut self, pulled: Pulled, now: Moment, random: &mut dyn Random) {
        let Some(asked) = self.under_way.take() else {
            return;
        };
        let segment = self.segments.get_mut(&asked.event);
        match pulled {
            Pulled::Page { has_more } => {
                self.backoff.succeed();
                if let Some(segment) = segment {
                    segment.head = asked.head;
                    segment.caught_up_at = (!has_more).then_some(asked.at);
                    segment.was_asked |= !has_more;
                }
            }
            Pulled::BeganAnew => {
                self.backoff.fail(asked.at, now, random);
                if let Some(segment) = segment {
                    *segment = Segment {
                        was_asked: segment.was_asked,
                        ..Segment::default()
                    };
                }
            }
            Pulled::NotAllowed => self.segments.clear(),
            Pulled::Failed { retry_after_ms } => {
                if let Some(ms) = retry_after_ms {
                    self.backoff.hold(ms, now, random);
                }
                self.backoff.fail(asked.at, now, random);
                if let Some(segment) = segment {
                    segment.was_asked = true;
                }
            }
        }
    }

    /// Every event's names were asked for, to their end or in vain: whoever makes a single round need not wait for more.
    pub fn is_settled(&self) -> bool {
        self.under_way.is_none() && self.segments.values().all(|segment| segment.was_asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const SEARCH: Rights = Rights {
        scan: true,
        search: true,
        sell: false,
        supervise: false,
    };

    fn event(n: u8) -> EventId {
        EventId::from_bytes([n; 16])
    }

    fn pulls(events: &[EventId]) -> SummaryPulls {
        let mut pulls = SummaryPulls::default();
        pulls.granted(SEARCH, events);
        pulls
    }

    fn page(has_more: bool) -> Pulled {
        Pulled::Page { has_more }
    }

    #[test]
    fn a_device_without_the_right_never_asks() {
        let mut pulls = SummaryPulls::default();
        let rights = Rights {
            search: false,
            ..SEARCH
        };
        pulls.granted(rights, &[event(1)]);
        assert_eq!(pulls.next(Moment(0), |_| 9), None);
        assert!(pulls.is_settled());
    }

    #[test]
    fn one_page_at_a_time_until_there_is_no_more() {
        let mut pulls = pulls(&[event(1)]);
        assert_eq!(pulls.next(Moment(0), |_| 5), Some(event(1)));
        assert_eq!(pulls.next(Moment(1), |_| 5), None, "one is under way");
        pulls.came(page(true), Moment(2), &mut Zeros);
        assert!(!pulls.is_settled());
        assert_eq!(pulls.next(Moment(2), |_| 5), Some(event(1)));
        pulls.came(page(false), Moment(3), &mut Zeros);
        assert!(pulls.is_settled());
        assert_eq!(pulls.next(Moment(4), |_| 5), None);
    }

    #[test]
    fn a_roster_that_moved_is_followed_within_ten_seconds_a_quiet_one_within_a_minute() {
        let mut pulls = pulls(&[event(1)]);
        pulls.next(Moment(0), |_| 5);
        pulls.came(page(false), Moment(1), &mut Zeros);
        assert_eq!(pulls.due_at(|_| 5), Some(Moment(60_000)));
        assert_eq!(pulls.due_at(|_| 6), Some(Moment(10_000)));
        assert_eq!(pulls.next(Moment(9_999), |_| 6), None);
        assert_eq!(pulls.next(Moment(10_000), |_| 6), Some(event(1)));
    }

    #[test]
    fn a_failure_waits_longer_each_time_and_lets_a_single_round_end() {
        let mut pulls = pulls(&[event(1)]);
        let failed = Pulled::Failed {
            retry_after_ms: None,
        };
        pulls.next(Moment(0), |_| 5);
        pulls.came(failed, Moment(1), &mut Zeros);
        assert!(pulls.is_settled());
        assert_eq!(pulls.next(Moment(1), |_| 5), None, "not at once");
        assert!(pulls.next(Moment(2_000), |_| 5).is_some());
        let slow_down = Pulled::Failed {
            retry_after_ms: Some(30_000),
        };
        pulls.came(slow_down, Moment(2_000), &mut Zeros);
        assert_eq!(pulls.next(Moment(31_999), |_| 5), None);
    }

    #[test]
    fn a_right_that_was_lost_ends_the_asking_and_comes_back_with_a_grant() {
        let mut pulls = pulls(&[event(1), event(2)]);
        pulls.next(Moment(0), |_| 5);
        pulls.came(Pulled::NotAllowed, Moment(1), &mut Zeros);
        assert_eq!(pulls.next(Moment(90_000), |_| 50), None);
        pulls.granted(SEARCH, &[event(2)]);
        assert_eq!(pulls.next(Moment(90_000), |_| 50), Some(event(2)));
    }

    #[test]
    fn an_answer_for_an_event_that_was_taken_away_changes_nothing() {
        let mut pulls = pulls(&[event(1)]);
        pulls.next(Moment(0), |_| 5);
        pulls.granted(SEARCH, &[event(2)]);
        pulls.came(page(true), Moment(1), &mut Zeros);
        assert_eq!(pulls.next(Moment(1), |_| 5), Some(event(2)));
    }

    #[test]
    fn a_feed_that_began_anew_is_pulled_from_its_beginning() {
        let mut pulls = pulls(&[event(1)]);
        pulls.next(Moment(0), |_| 5);
        pulls.came(page(false), Moment(1), &mut Zeros);
        pulls.next(Moment(60_000), |_| 5);
        pulls.came(Pulled::BeganAnew, Moment(60_001), &mut Zeros);
        assert_eq!(pulls.next(Moment(60_100), |_| 5), Some(event(1)));
    }
}
