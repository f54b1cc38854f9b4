//! What the server's answer to a claim makes of a green decision.

use crate::clock::UnixMillis;
use crate::fact::EntryMarks;
use crate::ids::GateNo;

use super::decide::{Admission, Decision};
use super::reason::{AskReason, RefuseReason};

/// What came of asking the server before the light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// Nobody else is letting it in.
    Granted,
    /// It went in, and by its rule it may not again: the server answers so only then.
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

/// A claim is advisory: without an answer the decision stands, unconfirmed. What the ticket's rule makes of its
/// entries was judged by the server, see [`crate::sync::claim::by_facts`].
pub fn after_claim(admission: Admission, outcome: ClaimOutcome) -> Decision {
    match outcome {
        ClaimOutcome::Granted => Decision::Admit(Admission {
            marks: admission.marks.with(EntryMarks::CONFIRMED),
            ..admission
        }),
        ClaimOutcome::TimedOut => Decision::Admit(admission),
        ClaimOutcome::Claimed { gate } => Decision::Ask(AskReason::BeingAdmittedElsewhere { gate }),
        ClaimOutcome::Entered { at_ms, gate } => {
            Decision::Refuse(RefuseReason::AlreadyEntered { at_ms, gate })
        }
    }
}
