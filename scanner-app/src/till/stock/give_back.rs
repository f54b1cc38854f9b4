//! Places that a till did not sell go back by its own word, and by nothing else.

use std::collections::BTreeMap;

use shared::admission::Now;
use shared::clock::UnixMillis;
use shared::fact::body::MAX_RIGHTS;
use shared::fact::kind::{FactBody, RightKind, RightStep};
use shared::ids::{EventId, GateNo};
use shared::lease::stock::MayNotSell;

use super::stall;
use crate::door::{Author, NewFact, WriteFactError, now_of, write_fact};
use crate::replica::identity::{self, SigningKeyError};
use crate::replica::stock as kept;
use crate::replica::{Replica, ReplicaError, WriteTx, events};

/// Which places a till gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that it didn't sell: it closes.
    All,
    /// Those that it can't sell any more: their time is over, or the organizer took them back.
    NotForSale,
}

/// Places were not given back.
#[derive(Debug, thiserror::Error)]
pub enum GiveBackError {
    /// Its key can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// Writing the facts.
    #[error(transparent)]
    Write(#[from] WriteFactError),
    /// Reading or writing.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl GiveBackError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::Write(WriteFactError::Replica(error)) | Self::Replica(error) => error.code(),
            Self::Write(WriteFactError::Sign(_)) => "internal",
        }
    }
}

/// Writes that these places were not sold and never will be by this till: `release` facts. The server has them again once
/// they are sent. Says how many they are.
pub fn give_back(
    replica: &Replica,
    event: Option<EventId>,
    which: Which,
    now_ms: UnixMillis,
) -> Result<u64, GiveBackError> {
    let key = replica.signing_key()?;
    let now = now_of(replica.time().now(now_ms));
    replica.write(move |tx| {
        let Some(identity) = identity::load(tx)? else {
            return Ok(0);
        };
        let author = Author {
            device: identity.device,
            key,
        };
        let mut given = 0;
        for (_, of) in events::all(tx)? {
            if event.is_none_or(|event| event == of) {
                given += give_back_in(tx, &author, identity.gate, of, (which, now), now_ms)?;
            }
        }
        Ok(given)
    })
}

/// The same of one event, in the caller's transaction.
pub(crate) fn give_back_in(
    tx: &WriteTx<'_>,
    author: &Author,
    gate: GateNo,
    event: EventId,
    (which, now): (Which, Now),
    now_ms: UnixMillis,
) -> Result<u64, GiveBackError> {
    let Some((stall, _)) = stall(tx, event)? else {
        return Ok(0);
    };
    let mut by_term: BTreeMap<u64, Vec<RightStep>> = BTreeMap::new();
    for sealed in kept::not_sold(tx, stall.event_no, None)? {
        let place = stall.place(tx, sealed.ticket)?;
        let is_due = match which {
            Which::All => true,
            Which::NotForSale => matches!(
                place.may_be_sold(now),
                Err(MayNotSell::Over | MayNotSell::Stopped)
            ),
        };
        if is_due && place.can_be_given_back() {
            let step = place.trace.next_step(place.right);
            by_term.entry(place.trace.term).or_default().push(step);
        }
    }
    let mut given = Vec::new();
    for (term, mut steps) in by_term {
        steps.sort_by_key(|step| step.ticket);
        for tickets in steps.chunks(MAX_RIGHTS) {
            let body = FactBody::Release {
                right: RightKind::Sell,
                term,
                tickets: tickets.to_vec(),
            };
            let fact = NewFact {
                body,
                seen: Vec::new(),
            };
            write_fact(tx, author, event, gate, fact, now_ms)?;
            given.extend(tickets.iter().map(|step| step.ticket));
        }
    }
    if !given.is_empty() {
        kept::forget(tx, stall.event_no, &given)?;
    }
    Ok(given.len() as u64)
}
