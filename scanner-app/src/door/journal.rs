//! Writing this device's journal: opening one where there is none, adding a fact, going on after a fork.

use shared::clock::{Stamp, UnixMillis};
use shared::fact::envelope::SignError;
use shared::fact::kind::{Fact, FactBody, OpeningCause};
use shared::fact::{Draft, Envelope, FactSigningKey, Head, journal as chain};
use shared::ids::{DeviceId, EventId, FactId, FactName, GateNo, JournalId};

use crate::edge::OsRandom;
use crate::replica::events::EventNo;
use crate::replica::journals::{self, OwnJournal};
use crate::replica::{ReplicaError, WriteTx, events, facts};

/// Who writes.
#[derive(Clone, Debug)]
pub struct Author {
    /// The device.
    pub device: DeviceId,
    /// Its key.
    pub key: FactSigningKey,
}

/// A fact to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFact {
    /// What happened.
    pub body: FactBody,
    /// The facts of that ticket that are known here.
    pub seen: Vec<FactName>,
}

/// Where a fact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its journal.
    pub journal: JournalId,
    /// Its place there.
    pub seq: u64,
    /// Its id.
    pub id: FactId,
}

/// A fact was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFactError {
    /// It would make an envelope that nobody accepts.
    #[error("signing a fact")]
    Sign(#[source] SignError),
    /// The replica failed.
    #[error(transparent)]
    Replica(ReplicaError),
}

impl From<ReplicaError> for WriteFactError {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

/// Adds a fact to the device's journal of the event, opening one first if none is open. Both are in the
/// caller's transaction. `now_ms` is this device's wall clock.
pub fn write_fact(
    tx: &WriteTx<'_>,
    author: &Author,
    event: EventId,
    gate: GateNo,
    fact: NewFact,
    now_ms: UnixMillis,
) -> Result<Written, WriteFactError> {
    let id = FactId::new(now_ms, &mut OsRandom);
    write_fact_as(tx, author, event, gate, (id, fact), now_ms)
}

/// The same under an id that was told already.
pub(super) fn write_fact_as(
    tx: &WriteTx<'_>,
    author: &Author,
    event: EventId,
    gate: GateNo,
    (id, fact): (FactId, NewFact),
    now_ms: UnixMillis,
) -> Result<Written, WriteFactError> {
    let mut pen = Pen::take(tx, author, event, gate, now_ms)?;
    let stamp = tx.update_time(|time| time.stamp(now_ms))?;
    pen.write(Draft {
        id,
        stamp,
        seen: fact.seen,
        body: fact.body,
    })
}

/// The server holds another fact at a place of this journal: it is closed, and what the server hasn't
/// acknowledged is written again in a new one, under the same ids. `None` if it is not one of ours.
pub fn reopen_after_fork(
    tx: &WriteTx<'_>,
    author: &Author,
    forked: JournalId,
    now_ms: UnixMillis,
) -> Result<Option<JournalId>, WriteFactError> {
    let Some(old) = journals::get(tx, forked)? else {
        return Ok(None);
    };
    journals::close(tx, forked, OpeningCause::Forked)?;
    let lost = unacknowledged(tx, &old)?;
    let Some((_, event)) = events::all(tx)?
        .into_iter()
        .find(|(no, _)| *no == old.event)
    else {
        return Ok(None);
    };
    let mut pen = Pen::take(tx, author, event, GateNo(0), now_ms)?;
    for fact in lost {
        let hlc = tx.update_time(|time| time.stamp(now_ms))?.hlc;
        pen.write(Draft {
            id: fact.id,
            // When it happened stays; only its place in the journal's order is new.
            stamp: Stamp {
                hlc,
                wall_ms: fact.wall_ms,
                offset_ms: fact.offset_ms,
                offset_err_ms: fact.offset_err_ms,
            },
            seen: fact.seen,
            body: fact.body,
        })?;
    }
    // Said again elsewhere, so never sent again from here.
    journals::settle(tx, forked)?;
    Ok(Some(pen.journal))
}

fn unacknowledged(tx: &WriteTx<'_>, journal: &OwnJournal) -> Result<Vec<Fact>, ReplicaError> {
    let mut lost = facts::own_of_journal(tx, journal.id)?;
    lost.retain(|fact| fact.seq > journal.acked_through && fact.seq > 1);
    let mut kept = Vec::with_capacity(lost.len());
    for fact in lost {
        // What the server refused in one journal it would refuse in the next.
        if !facts::is_refused(tx, journal.id, fact.seq)? {
            kept.push(fact);
        }
    }
    Ok(kept)
}

/// The open journal of a device at an event.
struct Pen<'a> {
    tx: &'a WriteTx<'a>,
    author: &'a Author,
    event: EventNo,
    journal: JournalId,
    head: Head,
}

impl<'a> Pen<'a> {
    fn take(
        tx: &'a WriteTx<'a>,
        author: &'a Author,
        event: EventId,
        gate: GateNo,
        now_ms: UnixMillis,
    ) -> Result<Self, WriteFactError> {
        let no = events::number_or_new(tx, event)?;
        let newest = journals::newest(tx, no)?;
        let of = |journal, head| Self {
            tx,
            author,
            event: no,
            journal,
            head,
        };
        let closed = match newest {
            Some(open) if open.closed.is_none() => return Ok(of(open.id, open.head)),
            other => other,
        };
        let cause = closed
            .as_ref()
            .and_then(|journal| journal.closed)
            .unwrap_or(OpeningCause::First);
        let journal = JournalId::new(now_ms, &mut OsRandom);
        journals::open(tx, journal, no, cause, now_ms)?;
        let mut pen = of(journal, Head::EMPTY);
        let stamp = tx.update_time(|time| time.stamp(now_ms))?;
        pen.write(Draft {
            id: FactId::new(now_ms, &mut OsRandom),
            stamp,
            seen: Vec::new(),
            body: FactBody::JournalOpened {
                event,
                gate,
                cause,
                predecessor: closed.map(|last| (last.id, last.head.seq, last.head.hash)),
            },
        })?;
        Ok(pen)
    }

    fn write(&mut self, draft: Draft) -> Result<Written, WriteFactError> {
        let author = chain::Author {
            device: self.author.device,
            journal: self.journal,
            key: &self.author.key,
        };
        let id = draft.id;
        let envelope: Envelope =
            chain::append(self.head, author, draft).map_err(WriteFactError::Sign)?;
        facts::append_own(self.tx, self.event, &envelope)?;
        self.head = Head::from(&envelope.header());
        Ok(Written {
            journal: self.journal,
            seq: self.head.seq,
            id,
        })
    }
}
