//! What the server's answer to a claim makes of a green decision.

use crate::clock::UnixMillis;
use crate::fact::EntryMarks;
use crate::ids::GateNo;
use crate::roster::{EntryRule, ReEntry};

use super::decide::{Admission, Decision};
use super::reason::{AskReason, RefuseReason};

/// What came of asking the server before the light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// Nobody else is letting it in.
    Granted,
    /// It went in.
    Entered {
        /// When.
        at_ms: UnixMillis,
        /// Where; 0 = at no gate.
        gate: GateNo,
    },
    /// Another door is letting it in at this moment.
    Claimed {
        /// Where.
        gate: GateNo,
    },
    /// No answer within the time, or none that is understood.
    TimedOut,
}

/// A claim is advisory: without an answer the decision stands, unconfirmed. What went in before is judged
/// by the ticket's rule, as [`super::decide()`] would had it known.
pub fn after_claim(admission: Admission, outcome: ClaimOutcome, rule: EntryRule) -> Decision {
    match outcome {
        ClaimOutcome::Granted => Decision::Admit(Admission {
            marks: admission.marks.with(EntryMarks::CONFIRMED),
            ..admission
        }),
        ClaimOutcome::TimedOut => Decision::Admit(admission),
        ClaimOutcome::Claimed { gate } => Decision::Ask(AskReason::BeingAdmittedElsewhere { gate }),
        ClaimOutcome::Entered { at_ms, gate } => match rule.re_entry {
            ReEntry::None | ReEntry::AfterExit => {
                Decision::Refuse(RefuseReason::AlreadyEntered { at_ms, gate })
            }
            ReEntry::Unlimited => Decision::Admit(admission),
        },
    }
}
