//! Who holds a right: a walk along the steps of its term.

use std::collections::BTreeMap;

use crate::admission::fold::{Authors, FactHash};
use crate::fact::kind::{Fact, FactBody, RightKind, RightStep};
use crate::ids::{DeviceId, FactName};

use super::list::{Cause, Lease, Right};

/// Where a right is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nobody was granted it.
    NotGranted,
    /// One device holds it.
    With(DeviceId),
    /// Its last holder gave it up; the server may grant it again.
    ReleasedBy(DeviceId),
}

/// What the grant and the facts say of a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Where it is.
    pub place: Place,
    /// The term that it is in; 0 = not granted.
    pub term: u64,
    /// The steps taken: what a next one is numbered after.
    pub steps: u16,
    /// All who hold or held it in this term, in order; the last is the present or last holder.
    pub holders: Vec<DeviceId>,
    /// The hand-over by which each but the first came to it.
    pub handed_by: Vec<FactName>,
    /// The holder lost track and took the same step twice (an old replica put back): the guarantee is void.
    pub is_contested: bool,
    /// Why the term began.
    pub cause: Option<Cause>,
}

impl Trace {
    const NOT_GRANTED: Self = Self {
        place: Place::NotGranted,
        term: 0,
        steps: 0,
        holders: Vec::new(),
        handed_by: Vec::new(),
        is_contested: false,
        cause: None,
    };

    /// Who holds it now.
    pub fn holder(&self) -> Option<DeviceId> {
        match self.place {
            Place::With(device) => Some(device),
            Place::NotGranted | Place::ReleasedBy(_) => None,
        }
    }

    /// Does the guarantee hold that nobody else uses it?
    pub fn is_guaranteed(&self) -> bool {
        !self.is_contested && self.cause != Some(Cause::Lost)
    }

    /// May the server grant it to another device? Why it would be granted, or `None` while it is held: by
    /// whoever was not declared lost it can be used at any time, and no clock changes that.
    pub fn may_be_moved(&self, is_lost: impl Fn(DeviceId) -> bool) -> Option<Cause> {
        match self.place {
            Place::NotGranted => Some(Cause::First),
            Place::ReleasedBy(_) => Some(Cause::Released),
            Place::With(device) => is_lost(device).then_some(Cause::Lost),
        }
    }

    /// The next step of this right, for a hand-over or release.
    pub fn next_step(&self, right: Right) -> RightStep {
        RightStep {
            ticket: right.ticket,
            step: self.steps.saturating_add(1),
        }
    }
}

/// Follows a right from its grant. `facts` is a set: order and repetition don't matter; others than
/// hand-overs and releases of this right, and those that don't count, are passed over.
pub fn trace(
    right: Right,
    lease: Option<&Lease>,
    facts: &[(Fact, FactHash)],
    authors: &Authors<'_>,
) -> Trace {
    let Some(lease) = lease.filter(|lease| lease.has(right)) else {
        return Trace::NOT_GRANTED;
    };
    let mut trace = Trace {
        place: Place::With(lease.device),
        term: lease.term,
        holders: vec![lease.device],
        cause: Some(lease.cause),
        ..Trace::NOT_GRANTED
    };
    let moves = moves(right, lease.term, facts, authors);
    while let Place::With(by) = trace.place
        && let Some(taken) = moves.get(&(by, trace.steps.saturating_add(1)))
    {
        // Copies of one fact, written again after a fork, are one move.
        let mut distinct: Vec<&Move> = taken.iter().collect();
        distinct.sort_unstable_by_key(|step| (step.hash, step.name));
        let first = distinct[0];
        trace.is_contested |= distinct
            .iter()
            .any(|other| (other.name, other.to) != (first.name, first.to));
        trace.steps += 1;
        match first.to {
            Some(to) => {
                trace.place = Place::With(to);
                trace.holders.push(to);
                trace.handed_by.push(first.name);
            }
            None => trace.place = Place::ReleasedBy(by),
        }
        if trace.steps == u16::MAX {
            break;
        }
    }
    trace
}

struct Move {
    name: FactName,
    hash: FactHash,
    /// `None` = released.
    to: Option<DeviceId>,
}

fn moves(
    right: Right,
    term: u64,
    facts: &[(Fact, FactHash)],
    authors: &Authors<'_>,
) -> BTreeMap<(DeviceId, u16), Vec<Move>> {
    let mut moves: BTreeMap<(DeviceId, u16), Vec<Move>> = BTreeMap::new();
    for (fact, hash) in facts {
        let Some((kind, of_term, to, steps)) = step_of(&fact.body) else {
            continue;
        };
        if (kind, of_term) != (right.kind, term) || !authors.counts(fact, hash) {
            continue;
        }
        let Ok(at) = steps.binary_search_by_key(&right.ticket, |step| step.ticket) else {
            continue;
        };
        let of_step = moves.entry((fact.device, steps[at].step)).or_default();
        of_step.push(Move {
            name: fact.name(),
            hash: *hash,
            to,
        });
    }
    moves
}

/// Which right, in which term, to whom (`None` = released), and the steps.
type StepOf<'a> = (RightKind, u64, Option<DeviceId>, &'a [RightStep]);

pub(super) fn step_of(body: &FactBody) -> Option<StepOf<'_>> {
    match body {
        FactBody::HandOver {
            right,
            term,
            to,
            tickets,
            ..
        } => Some((*right, *term, Some(*to), tickets)),
        FactBody::Release {
            right,
            term,
            tickets,
        } => Some((*right, *term, None, tickets)),
        FactBody::JournalOpened { .. }
        | FactBody::Entry { .. }
        | FactBody::Exit { .. }
        | FactBody::Refusal { .. }
        | FactBody::Refusals { .. }
        | FactBody::Void { .. }
        | FactBody::Override { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => None,
    }
}
