//! A door that signs off, or goes to another gate, hands its rights of entry to another door, or gives them back.

use std::collections::BTreeMap;

use shared::clock::UnixMillis;
use shared::fact::body::MAX_RIGHTS;
use shared::fact::envelope::MAX_SEEN;
use shared::fact::kind::{FactBody, RightKind, RightStep};
use shared::ids::{DeviceId, EventId, FactId, FactName, GateNo};
use shared::lease::Held;

use super::journal::{Author, NewFact, write_fact};
use super::rights::{admit, each_right};
use super::scene::Scene;
use super::{ScanError, WriteFactError};
use crate::replica::identity::SigningKeyError;
use crate::replica::{Replica, ReplicaError, WriteTx, facts, identity};

/// Who gets the rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// That door, at once.
    Door(DeviceId),
    /// Whoever the server grants them to.
    Server,
}

/// What became of the share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedBack {
    /// Tickets whose right is no longer here.
    pub given: u64,
    /// Tickets that stay: more was seen of them at once than a hand-over can name.
    pub kept: u64,
}

/// Nothing was given away.
#[derive(Debug, thiserror::Error)]
pub enum HandBackError {
    /// Nobody's device yet.
    #[error(
        "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page"
    )]
    NotEnrolled,
    /// Its key can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The receiver is this door, is none of the event's, may not scan, or was revoked.
    #[error("device {0} can't hold rights of entry of this event: it is none of its doors")]
    NotADoor(DeviceId),
    /// The event isn't in strict mode.
    #[error("the event is not in strict mode: no door holds rights of entry")]
    NotStrict,
    /// Reading or writing.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl From<ReplicaError> for HandBackError {
    fn from(error: ReplicaError) -> Self {
        Self::Scan(ScanError::Replica(error))
    }
}

impl From<WriteFactError> for HandBackError {
    fn from(error: WriteFactError) -> Self {
        Self::Scan(error.into())
    }
}

impl HandBackError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::Key(error) => error.code(),
            Self::NotADoor(_) => "not_a_door",
            Self::NotStrict => "not_strict",
            Self::Scan(error) => error.code(),
        }
    }
}

/// Writes the hand-overs or releases of all that this device holds of an event. Until they reach somebody nobody else lets
/// these tickets in: sync afterwards.
pub fn hand_back(
    replica: &Replica,
    event: EventId,
    to: To,
    now_ms: UnixMillis,
) -> Result<HandedBack, HandBackError> {
    let key = replica.signing_key()?;
    replica.write(move |tx| {
        let identity = identity::load(tx)?.ok_or(HandBackError::NotEnrolled)?;
        let author = Author {
            device: identity.device,
            key,
        };
        let scene = Scene::load(tx, event)?;
        if !scene.event.strict {
            return Err(HandBackError::NotStrict);
        }
        write_moves(tx, &author, identity.gate, &scene, to, now_ms)
    })
}

/// The same in the caller's transaction, of an event in strict mode.
pub(super) fn write_moves(
    tx: &WriteTx<'_>,
    author: &Author,
    gate: GateNo,
    scene: &Scene,
    to: To,
    now_ms: UnixMillis,
) -> Result<HandedBack, HandBackError> {
    if let To::Door(door) = to
        && (door == author.device || !scene.authors().may_hold(door, RightKind::Admit))
    {
        return Err(HandBackError::NotADoor(door));
    }
    let (moves, kept) = moves(tx, scene, author.device, to)?;
    let given = moves.iter().map(|(_, _, steps)| steps.len() as u64).sum();
    for (term, seen, tickets) in moves {
        let body = body(to, term, tickets);
        let fact = NewFact { body, seen };
        write_fact(tx, author, scene.event.id, gate, fact, now_ms)?;
    }
    Ok(HandedBack { given, kept })
}

fn body(to: To, term: u64, tickets: Vec<RightStep>) -> FactBody {
    let right = RightKind::Admit;
    match to {
        To::Door(to) => FactBody::HandOver {
            right,
            term,
            to,
            asked_for: FactId::from_bytes([0; 16]),
            tickets,
        },
        To::Server => FactBody::Release {
            right,
            term,
            tickets,
        },
    }
}

type Move = (u64, Vec<FactName>, Vec<RightStep>);

/// One fact for as many tickets as it takes, of one term. A ticket of which something was seen goes by itself to another
/// door, which has to know that; the server looks it up.
fn moves(
    tx: &WriteTx<'_>,
    scene: &Scene,
    me: DeviceId,
    to: To,
) -> Result<(Vec<Move>, u64), ReplicaError> {
    let mut together: BTreeMap<u64, Vec<RightStep>> = BTreeMap::new();
    let mut moves: Vec<Move> = Vec::new();
    let mut kept = 0;
    each_right(tx, scene, me, |_, ticket, here| {
        if here.held != Held::Here {
            return Ok(());
        }
        let step = here.trace.next_step(admit(ticket));
        let of_ticket = facts::of_ticket(tx, scene.event_no, ticket)?;
        let seen = shared::admission::seen_for_new_fact(&of_ticket);
        match to {
            To::Door(_) if seen.len() >= MAX_SEEN => kept += 1,
            To::Door(_) if !seen.is_empty() => moves.push((here.trace.term, seen, vec![step])),
            To::Door(_) | To::Server => together.entry(here.trace.term).or_default().push(step),
        }
        Ok(())
    })?;
    for (term, mut steps) in together {
        steps.sort_by_key(|step| step.ticket);
        let chunks = steps.chunks(MAX_RIGHTS);
        moves.extend(chunks.map(|steps| (term, Vec::new(), steps.to_vec())));
    }
    Ok((moves, kept))
}
