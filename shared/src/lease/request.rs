//! The holder's answer to a device that asks for a right.
//!
//! The hand-over is durable before it is sent: a holder that answered first and then lost power would
//! believe that it still has what it gave away. An answer that was lost is asked for again, and is the
//! same fact.

use crate::admission::fold::{Authors, FactHash, seen_for_new_fact};
use crate::fact::envelope::MAX_SEEN;
use crate::fact::kind::{Fact, FactBody};
use crate::ids::{DeviceId, FactId, FactName};

use super::held::Held;
use super::list::Right;
use super::trace::Trace;

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Write this fact, and only when it is durable send it, with all facts of the ticket.
    WriteThenSend {
        /// The hand-over.
        body: FactBody,
        /// For its envelope: what the receiver has to know.
        seen: Vec<FactName>,
    },
    /// The asker was given it before: send that fact, with all facts of the ticket.
    SendAgain(FactName),
    /// This device doesn't hold it. Send what says so.
    NotHolder {
        /// Who does, as far as is known here.
        who: Option<DeviceId>,
    },
    /// It holds it, and keeps it for now.
    NotNow(NotNow),
}

/// Why a holder keeps a right that it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// The asker may not hold it: not enrolled for this, or revoked.
    NotAllowed,
    /// The ticket is being decided here at this moment.
    InUse,
    /// This device can't use it itself: see [`Held::Unread`] and [`Held::Doubtful`].
    NotReady,
}

/// Whether the ticket is in someone's hands at this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// No.
    Idle,
    /// A scan of it is between its decision and its fact.
    InHand,
}

/// Who asks for what.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Which right.
    pub right: Right,
    /// Who asks.
    pub asker: DeviceId,
    /// The fact that it would write.
    pub asked_for: FactId,
}

/// Answers `request` at device `me`. `facts` are those known here of the ticket and of its rights.
pub fn answer(
    request: Request,
    me: DeviceId,
    trace: &Trace,
    held: &Held,
    in_use: Use,
    facts: &[(Fact, FactHash)],
    authors: &Authors<'_>,
) -> Reply {
    let given_before = trace.holders.ends_with(&[me, request.asker]);
    match held {
        Held::Elsewhere(device) if *device == request.asker && given_before => {
            match trace.handed_by.last() {
                Some(name) => Reply::SendAgain(*name),
                None => Reply::NotHolder { who: Some(*device) },
            }
        }
        Held::Elsewhere(device) => Reply::NotHolder { who: Some(*device) },
        Held::Nobody => Reply::NotHolder { who: None },
        Held::Unread { .. } | Held::Doubtful => Reply::NotNow(NotNow::NotReady),
        Held::Here if !authors.may_hold(request.asker, request.right.kind) => {
            Reply::NotNow(NotNow::NotAllowed)
        }
        Held::Here if in_use == Use::InHand => Reply::NotNow(NotNow::InUse),
        Held::Here => hand_over(request, trace, facts),
    }
}

fn hand_over(request: Request, trace: &Trace, facts: &[(Fact, FactHash)]) -> Reply {
    let passages = facts
        .iter()
        .filter(|(fact, _)| fact.ticket() == Some(request.right.ticket))
        .cloned()
        .collect::<Vec<_>>();
    let seen = seen_for_new_fact(&passages);
    // Eight names may not be all that there are; then the receiver could not be told what it must know.
    if seen.len() >= MAX_SEEN {
        return Reply::NotNow(NotNow::NotReady);
    }
    Reply::WriteThenSend {
        body: FactBody::HandOver {
            right: request.right.kind,
            term: trace.term,
            to: request.asker,
            asked_for: request.asked_for,
            tickets: vec![trace.next_step(request.right)],
        },
        seen,
    }
}
