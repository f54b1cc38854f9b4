//! The steps of one scan: decide, then ask whoever must be asked, for a moment only, then one fact and
//! the light.
//!
//! A claim asks the server, while live, whether another door is letting the ticket in. It is advisory: no
//! answer within 300 ms is no answer. In strict mode the holder of the right is asked instead, for 150 ms
//! in all, and no answer means amber.

use super::backoff::Moment;
use crate::admission::{
    AskReason, ClaimOutcome, Decision, Direction, EntryRight, Rules, TicketState, after_claim,
};
use crate::clock::UnixMillis;
use crate::ids::{DeviceId, FactName, TypeNo};
use crate::lease::Held;
use crate::wire::latest::ClaimAnswer;

/// How long a door waits for the server's answer to a claim.
pub const CLAIM_MS: u64 = 300;
/// How long a door waits for holders of a right, all of them together.
pub const RIGHT_MS: u64 = 150;
/// A claim that was granted lapses after this long unless its fact arrives.
pub const LAPSES_MS: u64 = 10_000;
/// The most claims of one device that the server keeps open.
pub const MAX_OPEN: usize = 5;
/// So many time-outs in a row suspend claims.
const SUSPEND_AFTER: u8 = 3;
/// For so long.
const SUSPEND_MS: u64 = 30_000;

/// Whether claims are worth their wait at this door, from what came of the last ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    timed_out_in_a_row: u8,
    suspended_until: Moment,
}

impl Claims {
    /// Are they suspended at `now`?
    pub fn are_suspended(&self, now: Moment) -> bool {
        now < self.suspended_until
    }

    /// Takes note of what came of a claim made at `asked_at`: an answer after 300 ms is none.
    pub fn outcome(
        &mut self,
        answer: Option<ClaimAnswer>,
        asked_at: Moment,
        now: Moment,
    ) -> ClaimOutcome {
        let in_time = answer.filter(|_| now.since(asked_at) <= CLAIM_MS);
        let outcome = match in_time {
            Some(ClaimAnswer::Granted) => ClaimOutcome::Granted,
            Some(ClaimAnswer::Entered { at_ms, gate }) => ClaimOutcome::Entered { at_ms, gate },
            Some(ClaimAnswer::Claimed { gate }) => ClaimOutcome::Claimed { gate },
            Some(ClaimAnswer::Unknown) | None => ClaimOutcome::TimedOut,
        };
        if in_time.is_some() {
            self.timed_out_in_a_row = 0;
        } else {
            self.timed_out_in_a_row += 1;
            if self.timed_out_in_a_row >= SUSPEND_AFTER {
                self.timed_out_in_a_row = 0;
                self.suspended_until = now.after(SUSPEND_MS);
            }
        }
        outcome
    }
}

/// Whether the server can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The engine is `Live`.
    Live,
    /// Any other state: nothing is claimed.
    NotLive,
}

/// How the event's rule and the right stand at this moment of the scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The event isn't strict: whoever sees a good ticket first lets it in.
    Open,
    /// Only the holder of the right lets it in.
    Strict {
        /// How it stands for this device.
        held: Held,
        /// Can the device be reached that would be asked?
        can_reach: bool,
    },
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Write the fact, show the light.
    Decided(Decision),
    /// Ask that device for the right, until then; then take in its facts and come back.
    AskHolder {
        /// Whom.
        holder: DeviceId,
        /// An answer after it is still taken in: it serves the next scan.
        until: Moment,
    },
    /// Claim at the server, then see [`Scan::claimed`].
    Claim {
        /// An answer after it is ignored.
        until: Moment,
    },
}

/// One scan on its way to a light.
#[derive(Clone, Debug)]
pub struct Scan {
    way: Direction,
    started: Moment,
    asked: Vec<DeviceId>,
}

impl Scan {
    /// A code was presented at `now`.
    pub fn begin(way: Direction, now: Moment) -> Self {
        Self {
            way,
            started: now,
            asked: Vec::new(),
        }
    }

    /// The next step. `decide` is [`crate::admission::decide()`] on what is known at this moment, with the
    /// right here or elsewhere.
    pub fn next(
        &mut self,
        decide: impl Fn(EntryRight) -> Decision,
        mode: &Mode,
        link: Link,
        claims: &Claims,
        now: Moment,
    ) -> Step {
        match mode {
            Mode::Open => {
                let decision = decide(EntryRight::Here);
                let is_green_entry =
                    self.way == Direction::In && matches!(decision, Decision::Admit(_));
                if is_green_entry && link == Link::Live && !claims.are_suspended(now) {
                    let until = now.after(CLAIM_MS);
                    return Step::Claim { until };
                }
                Step::Decided(decision)
            }
            Mode::Strict {
                held: Held::Here, ..
            } => Step::Decided(decide(EntryRight::Here)),
            Mode::Strict { held, can_reach } => {
                let decision = decide(EntryRight::Elsewhere);
                let lacks_right =
                    matches!(decision, Decision::Ask(AskReason::HomeGateElsewhere { .. }));
                let until = self.started.after(RIGHT_MS);
                match whom_to_ask(held) {
                    // A right is not moved for a ticket that would not go in.
                    Some(holder)
                        if self.way == Direction::In
                            && lacks_right
                            && *can_reach
                            && now < until
                            && !self.asked.contains(&holder)
                            && matches!(decide(EntryRight::Here), Decision::Admit(_)) =>
                    {
                        self.asked.push(holder);
                        Step::AskHolder { holder, until }
                    }
                    Some(_) | None => Step::Decided(decision),
                }
            }
        }
    }

    /// What a claim made of a green decision.
    pub fn claimed(decision: Decision, outcome: ClaimOutcome) -> Decision {
        match decision {
            Decision::Admit(admission) => after_claim(admission, outcome),
            Decision::Refuse(_) | Decision::Ask(_) => decision,
        }
    }
}

/// What the server answers to a claim by the ticket's facts alone; `None` = there is an entry left, and whoever
/// claims it first has it. `claimed` names the entry that the door is about to write: once that has arrived it is no
/// other's.
pub fn by_facts(
    rules: &Rules<'_>,
    type_no: TypeNo,
    state: &TicketState,
    claimed: FactName,
    now_ms: UnixMillis,
) -> Option<ClaimAnswer> {
    let last = rules.spent(type_no, state, now_ms)?;
    Some(if last.fact == claimed {
        ClaimAnswer::Granted
    } else {
        ClaimAnswer::Entered {
            gate: last.gate,
            at_ms: last.at_ms,
        }
    })
}

/// Who can be asked for a right that can't be used here.
pub fn whom_to_ask(held: &Held) -> Option<DeviceId> {
    match held {
        Held::Elsewhere(holder) => Some(*holder),
        Held::Unread { from, .. } => *from,
        Held::Here | Held::Doubtful | Held::Nobody => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{Admission, RefuseReason};
    use crate::fact::EntryMarks;
    use crate::ids::GateNo;

    const HOME: GateNo = GateNo(2);

    fn green() -> Decision {
        Decision::Admit(Admission {
            marks: EntryMarks::default(),
            note: None,
            entry_no: 1,
            of: Some(1),
            also_seen: None,
        })
    }

    fn amber() -> Decision {
        Decision::Ask(AskReason::HomeGateElsewhere { home: HOME })
    }

    /// Green with the right, amber without.
    fn good(right: EntryRight) -> Decision {
        match right {
            EntryRight::Here => green(),
            EntryRight::Elsewhere => amber(),
        }
    }

    fn holder(n: u8) -> DeviceId {
        DeviceId::from_bytes([n; 16])
    }

    fn elsewhere(n: u8, can_reach: bool) -> Mode {
        Mode::Strict {
            held: Held::Elsewhere(holder(n)),
            can_reach,
        }
    }

    #[test]
    fn a_live_door_claims_green_entries_and_nothing_else() {
        let claims = Claims::default();
        let step = |way, decision: Decision, link| {
            let mut scan = Scan::begin(way, Moment(5));
            scan.next(|_| decision.clone(), &Mode::Open, link, &claims, Moment(5))
        };
        assert_eq!(
            step(Direction::In, green(), Link::Live),
            Step::Claim { until: Moment(305) }
        );
        for decided in [
            step(Direction::In, green(), Link::NotLive),
            step(Direction::Out, green(), Link::Live),
            step(Direction::CheckOnly, green(), Link::Live),
        ] {
            assert_eq!(decided, Step::Decided(green()));
        }
        let asked = step(Direction::In, amber(), Link::Live);
        assert_eq!(asked, Step::Decided(amber()));
    }

    #[test]
    fn three_time_outs_in_a_row_suspend_claims_for_half_a_minute() {
        let mut claims = Claims::default();
        claims.outcome(None, Moment(0), Moment(300));
        claims.outcome(None, Moment(300), Moment(600));
        claims.outcome(Some(ClaimAnswer::Granted), Moment(600), Moment(700));
        claims.outcome(None, Moment(700), Moment(1_000));
        claims.outcome(None, Moment(1_000), Moment(1_300));
        assert!(!claims.are_suspended(Moment(1_300)));
        // An answer that comes late is none.
        let late = claims.outcome(Some(ClaimAnswer::Granted), Moment(1_300), Moment(1_601));
        assert_eq!(late, ClaimOutcome::TimedOut);
        assert!(claims.are_suspended(Moment(31_600)));
        assert!(!claims.are_suspended(Moment(31_601)));
    }

    #[test]
    fn what_the_server_says_of_a_claim_decides() {
        let after = |outcome| Scan::claimed(green(), outcome);
        assert_eq!(after(ClaimOutcome::TimedOut), green());
        let Decision::Admit(confirmed) = after(ClaimOutcome::Granted) else {
            panic!("granted is green");
        };
        assert!(confirmed.marks.has(EntryMarks::CONFIRMED));
        let (at_ms, gate) = (77, GateNo(3));
        assert_eq!(
            after(ClaimOutcome::Entered { at_ms, gate }),
            Decision::Refuse(RefuseReason::AlreadyEntered { at_ms, gate })
        );
        assert_eq!(
            after(ClaimOutcome::Claimed { gate }),
            Decision::Ask(AskReason::BeingAdmittedElsewhere { gate })
        );
        assert_eq!(Scan::claimed(amber(), ClaimOutcome::Granted), amber());
    }

    #[test]
    fn in_strict_mode_the_holder_is_asked_once_and_for_a_moment() {
        let claims = Claims::default();
        let mut scan = Scan::begin(Direction::In, Moment(0));
        let mut next = |mode, at| scan.next(good, &mode, Link::Live, &claims, Moment(at));
        let until = Moment(RIGHT_MS);
        assert_eq!(next(elsewhere(1, false), 0), Step::Decided(amber()));
        let asked = |n| Step::AskHolder {
            holder: holder(n),
            until,
        };
        assert_eq!(next(elsewhere(1, true), 0), asked(1));
        assert_eq!(next(elsewhere(2, true), 60), asked(2), "not_holder(2)");
        assert_eq!(next(elsewhere(2, true), 100), Step::Decided(amber()));
        assert_eq!(next(elsewhere(3, true), 150), Step::Decided(amber()));
        let here = Mode::Strict {
            held: Held::Here,
            can_reach: true,
        };
        assert_eq!(next(here, 149), Step::Decided(green()), "and no claim");
    }

    #[test]
    fn no_right_is_moved_for_a_ticket_that_would_not_go_in() {
        let claims = Claims::default();
        let asks_anyway = |right| match right {
            EntryRight::Here => Decision::Ask(AskReason::ClockDoubtful),
            EntryRight::Elsewhere => amber(),
        };
        for way in [Direction::In, Direction::CheckOnly] {
            let mut scan = Scan::begin(way, Moment(0));
            let mode = elsewhere(1, true);
            let step = scan.next(asks_anyway, &mode, Link::Live, &claims, Moment(0));
            assert_eq!(step, Step::Decided(amber()));
        }
    }
}
