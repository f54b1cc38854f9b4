//! What came of a scan.

use std::time::Instant;

use shared::admission::{Decision, Reason};
use shared::clock::UnixMillis;
use shared::ids::{TicketId, TypeNo};
use shared::ticket::{OrderCode, TokenError};

use super::journal::Written;

/// How a code came into view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A frame of a camera, which sees a code many times while it is held up: within two seconds it
    /// is one scan.
    Stream,
    /// A picture: shown once. Only a refusal told again within two seconds is one.
    Still,
}

/// What a code turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A ticket's code, and what was decided.
    Decided {
        /// Which ticket; `None` if its signature proves nothing.
        ticket: Option<TicketId>,
        /// Its type.
        type_no: Option<TypeNo>,
        /// Green, red or amber.
        decision: Decision,
    },
    /// Reserved and not yet paid: a line, no verdict.
    OrderCode(OrderCode),
    /// No ticket at all: a line, no verdict.
    Foreign(TokenError),
}

/// What came of a scan. Once there is one, its fact is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Server time of the decision, as well as the door knows it.
    pub at_ms: UnixMillis,
    /// What it was.
    pub outcome: Outcome,
    /// The fact that tells of it.
    pub fact: Option<Written>,
    /// The same code as a moment ago: nothing was decided anew.
    pub repeated: bool,
    /// How long it took.
    pub times: Times,
}

/// Durations of a scan, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Verifying and deciding.
    pub judge_us: u64,
    /// All of it, with the commit.
    pub total_us: u64,
}

impl Verdict {
    pub(super) fn without_decision(outcome: Outcome, at_ms: UnixMillis, started: Instant) -> Self {
        Self {
            at_ms,
            outcome,
            fact: None,
            repeated: false,
            times: Times {
                judge_us: 0,
                total_us: super::micros(started),
            },
        }
    }

    pub(super) fn again(&self) -> Self {
        Self {
            repeated: true,
            times: Times::default(),
            ..self.clone()
        }
    }

    /// What it refused, if it did.
    pub(super) fn refused_for(&self) -> Option<Reason> {
        match &self.outcome {
            Outcome::Decided {
                decision: Decision::Refuse(reason),
                ..
            } => Some(reason.reason()),
            Outcome::Decided { .. } | Outcome::OrderCode(_) | Outcome::Foreign(_) => None,
        }
    }
}
