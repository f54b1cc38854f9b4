//! What time it is, from the other doors, for one that has nothing of the server that counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use scanner_app::edge::SystemClock;
use shared::admission::{AskReason, Decision};
use shared::clock::{Clock, ClockDoubt, UnixMillis};

use super::building::{Building, Member, wait_until};
use crate::run::now;

const DAY_MS: i64 = 24 * 3_600_000;

/// A wall clock that somebody sets.
#[derive(Clone, Default)]
struct WallClock(Arc<AtomicI64>);

impl WallClock {
    fn is_off_by(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }
}

impl Clock for WallClock {
    fn now_ms(&self) -> UnixMillis {
        SystemClock.now_ms() + self.0.load(Ordering::SeqCst)
    }
}

/// Doors that heard the server, and last one of which the wall clock was set back since, by more than the others'
/// certificates are back-dated.
fn set_back(others: u8) -> (Building, WallClock) {
    let mut building = Building::with(others);
    let list = building.list(2, &building.everybody(), &[]);
    let device = building.others.pop().expect("one more device");
    let clock = WallClock::default();
    let member = building.open(device, &list, Arc::new(clock.clone()));
    building.members.push(member);
    clock.is_off_by(-30 * DAY_MS);
    (building, clock)
}

fn shows(member: &Member, building: &Building, clock: &WallClock) -> Decision {
    let code = building.venue.code(1);
    let judged = member.door.judge(&code, clock.now_ms());
    judged.expect("judged").expect("a ticket").decision
}

#[test]
fn three_doors_tell_one_whose_clock_was_set_back_what_time_it_is() {
    let (building, clock) = set_back(3);
    let member = &building.members[3];
    let doubtful = Decision::Ask(AskReason::ClockDoubtful);
    assert_eq!(shows(member, &building, &clock), doubtful);
    for there in 0..3 {
        building.introduce(3, there);
    }
    wait_until("the others are believed", || {
        let time = member.replica.time().now(clock.now_ms());
        time.doubt.map_or(Ok(()), Err)
    });
    let time = member.replica.time().now(clock.now_ms());
    let apart = time.now_ms.abs_diff(now());
    assert!(apart < 1_000 + u64::from(time.error_ms), "{apart} ms");
    let decision = shows(member, &building, &clock);
    assert!(matches!(decision, Decision::Admit(_)), "{decision:?}");
}

#[test]
fn two_doors_are_too_few_and_the_server_is_waited_for() {
    let (building, clock) = set_back(2);
    let member = &building.members[2];
    for there in 0..2 {
        building.introduce(2, there);
    }
    member.wait_for_peers(2);
    let doubt = member.replica.time().now(clock.now_ms()).doubt;
    assert!(
        matches!(doubt, Some(ClockDoubt::SetBack { .. })),
        "{doubt:?}"
    );
}
