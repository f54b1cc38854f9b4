//! Facts that another device brought. Checked as those of the feed are, and besides: nobody says which event they
//! belong to but the journal's own opening.

use rusqlite::Connection;
use shared::clock::UnixMillis;
use shared::fact::envelope::Header;
use shared::fact::{Envelope, EnvelopeError, FactBody};
use shared::ids::{DeviceId, EventId, JournalId};

use super::events::{self, EventNo};
use super::facts::{self, Origin, Received};
use super::parked::{self, Why};
use super::{ReplicaError, WriteTx, held, identity, signed};

/// More of them are not kept: they wait for a device list that names their author.
const MAX_PARKED: u64 = 10_000;

/// What became of a fact that a peer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is new.
    Stored,
    /// It is new, and there are two at its place, or two predecessors of it (A7).
    Forked {
        /// Whose journal.
        journal: JournalId,
        /// Where.
        seq: u64,
    },
    /// It was here.
    Known,
    /// Kept until the device list names its author.
    Parked,
    /// Its journal's opening isn't here, or it is of an event that is no affair of this device. Not kept.
    Unplaced,
    /// No fact, or not signed by its author. Not kept.
    Refused,
}

/// Takes a fact from `peer` (A6: a bad one never stops those behind it).
pub fn hear(
    tx: &WriteTx<'_>,
    peer: DeviceId,
    bytes: &[u8],
    now_ms: UnixMillis,
) -> Result<Heard, ReplicaError> {
    let (header, envelope) = match Envelope::decode(bytes) {
        Ok(envelope) => (envelope.header(), Some(envelope)),
        Err(EnvelopeError::NewerVersion { .. }) => match Header::peek(bytes) {
            Ok(header) => (header, None),
            Err(_) => return Ok(Heard::Refused),
        },
        Err(_) => return Ok(Heard::Refused),
    };
    if facts::number(tx, &header)?.is_some() {
        return Ok(Heard::Known);
    }
    let event = match locate(tx, &header, envelope.as_ref())? {
        Located::At(event) => event,
        Located::Nowhere => return Ok(Heard::Unplaced),
        Located::AnothersJournal => return Ok(Heard::Refused),
    };
    let Some(author) = signed::device(tx, header.device)? else {
        if parked::count(tx)? >= MAX_PARKED {
            return Ok(Heard::Unplaced);
        }
        parked::park(tx, event, bytes, Why::UnknownAuthor, now_ms)?;
        return Ok(Heard::Parked);
    };
    if !facts::is_signed_by(&author, &header, bytes) {
        return Ok(Heard::Refused);
    }
    let fact = envelope.as_ref();
    Ok(
        match facts::keep(tx, event, &header, fact, bytes, Origin::Peer(peer), now_ms)? {
            Received::Forked => Heard::Forked {
                journal: header.journal,
                seq: header.seq,
            },
            Received::Stored => Heard::Stored,
            Received::Known => Heard::Known,
            Received::Parked => Heard::Parked,
        },
    )
}

enum Located {
    At(EventNo),
    Nowhere,
    AnothersJournal,
}

fn locate(
    tx: &WriteTx<'_>,
    header: &Header,
    envelope: Option<&Envelope>,
) -> Result<Located, ReplicaError> {
    if let Some(held) = held::get(tx, header.journal)? {
        return Ok(if held.device == header.device {
            Located::At(held.event)
        } else {
            Located::AnothersJournal
        });
    }
    match envelope.map(|envelope| &envelope.fact().body) {
        Some(FactBody::JournalOpened { event, .. }) if is_ours(tx, *event)? => {
            Ok(Located::At(events::number_or_new(tx, *event)?))
        }
        Some(_) | None => Ok(Located::Nowhere),
    }
}

fn is_ours(connection: &Connection, event: EventId) -> Result<bool, ReplicaError> {
    let identity = identity::load(connection)?;
    Ok(identity.is_some_and(|identity| identity.events.contains(&event)))
}
