//! The journals that this device writes as a till.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::fact::kind::{Fact, FactBody, OpeningCause};
use shared::fact::till::{Counters, Perpetual, TillFact};
use shared::fact::{Envelope, Head};
use shared::ids::{FactId, JournalId};

use super::journals::cause;
use super::{ReplicaError, WriteTx, facts};

mod receipts;

pub(crate) use receipts::{Which, clerk_at, index_all, note_receipt, sold, sold_before, which};

/// A till journal of this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillJournal {
    /// Its id.
    pub id: JournalId,
    /// Why it was opened.
    pub cause: OpeningCause,
    /// Why it was closed: the cause of the one after it. `None` = it is being written.
    pub closed: Option<OpeningCause>,
    /// Its last fact, as far as this device knows.
    pub head: Head,
    /// What its numbers had come to at its head, if that is known and its facts are not here.
    pub noted: Option<TillNote>,
    /// Every fact up to here is on the server.
    pub acked_through: u64,
}

/// How far a till journal has come: kept outside the database too, so that an old replica that is put back begins no number
/// again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillNote {
    journal: String,
    seq: u64,
    /// In hexadecimal.
    hash: String,
    sold: u64,
    refunded: u64,
    receipt: u32,
    training: u32,
    z: u32,
    closed_until_ms: UnixMillis,
}

impl TillNote {
    /// Of a journal's head.
    pub(crate) fn of(journal: JournalId, head: Head, counters: Counters) -> Self {
        Self {
            journal: journal.to_string(),
            seq: head.seq,
            hash: super::machine::hex(&head.hash),
            sold: counters.perpetual.sold,
            refunded: counters.perpetual.refunded,
            receipt: counters.receipt,
            training: counters.training,
            z: counters.z,
            closed_until_ms: counters.closed_until_ms,
        }
    }

    /// The numbers.
    pub fn counters(&self) -> Counters {
        Counters {
            perpetual: Perpetual {
                sold: self.sold,
                refunded: self.refunded,
            },
            receipt: self.receipt,
            training: self.training,
            z: self.z,
            closed_until_ms: self.closed_until_ms,
        }
    }

    fn journal(&self) -> Option<JournalId> {
        self.journal.parse().ok()
    }

    fn head(&self) -> Option<Head> {
        let pairs = (0..self.hash.len()).step_by(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|at| u8::from_str_radix(self.hash.get(at..at + 2)?, 16).ok())
            .collect();
        let (seq, hash) = (self.seq, bytes?.try_into().ok()?);
        Some(Head { seq, hash })
    }
}

const COLUMNS: &str = "id, cause, closed_cause, last_seq, last_hash, noted, acked_through";

fn read(row: &Row<'_>) -> Result<TillJournal, ReplicaError> {
    let noted: Option<String> = row.get(5)?;
    let noted = noted.map(|text| {
        serde_json::from_str(&text).map_err(|_| ReplicaError::Row {
            table: "till_journal",
        })
    });
    Ok(TillJournal {
        id: JournalId::from_bytes(row.get(0)?),
        cause: cause(row.get(1)?)?,
        closed: row.get::<_, Option<u8>>(2)?.map(cause).transpose()?,
        head: Head {
            seq: row.get::<_, i64>(3)?.cast_unsigned(),
            hash: row.get(4)?,
        },
        noted: noted.transpose()?,
        acked_through: row.get::<_, i64>(6)?.cast_unsigned(),
    })
}

/// All of them, in the order in which they were opened.
pub fn all(connection: &Connection) -> Result<Vec<TillJournal>, ReplicaError> {
    let sql = format!("select {COLUMNS} from till_journal order by no");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

/// The newest one: the open one, or the last that was closed.
pub fn newest(connection: &Connection) -> Result<Option<TillJournal>, ReplicaError> {
    let sql = format!("select {COLUMNS} from till_journal order by no desc limit 1");
    connection
        .prepare_cached(&sql)?
        .query_row([], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Begins a journal without facts.
pub(crate) fn open(
    tx: &WriteTx<'_>,
    id: JournalId,
    cause: OpeningCause,
) -> Result<(), ReplicaError> {
    tx.execute(
        "insert into till_journal (id, cause, last_seq, last_hash) values (?1, ?2, 0, ?3)",
        params![id.as_bytes(), cause as u8, Head::EMPTY.hash],
    )?;
    Ok(())
}

/// Adds the next fact, after which the till's numbers are these.
pub(crate) fn append(
    tx: &WriteTx<'_>,
    envelope: &Envelope,
    counters: Counters,
) -> Result<(), ReplicaError> {
    let header = envelope.header();
    let head = Head::from(&header);
    tx.prepare_cached(
        "insert into till_fact (journal, seq, hash, fact_id, envelope) values (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        header.journal.as_bytes(),
        header.seq.cast_signed(),
        header.hash,
        envelope.fact().id.as_bytes(),
        envelope.bytes(),
    ])?;
    tx.prepare_cached("update till_journal set last_seq = ?2, last_hash = ?3 where id = ?1")?
        .execute(params![
            header.journal.as_bytes(),
            head.seq.cast_signed(),
            head.hash
        ])?;
    tx.till_moved(TillNote::of(header.journal, head, counters));
    Ok(())
}

/// A journal's envelopes, from its first on.
pub fn envelopes(
    connection: &Connection,
    journal: JournalId,
) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select envelope from till_fact where journal = ?1 order by seq")?;
    let rows = statement.query_map([journal.as_bytes()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many there are.
pub(crate) fn count(connection: &Connection, journal: JournalId) -> Result<u64, ReplicaError> {
    let count = connection
        .prepare_cached("select count(*) from till_fact where journal = ?1")?
        .query_row([journal.as_bytes()], |row| row.get::<_, i64>(0))?;
    Ok(count.cast_unsigned())
}

/// What they say, one after the other from a place on.
pub(crate) fn each<E: From<ReplicaError>>(
    connection: &Connection,
    (journal, from): (JournalId, u64),
    mut take: impl FnMut(&Fact) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection
        .prepare_cached(
            "select envelope from till_fact where journal = ?1 and seq >= ?2 order by seq",
        )
        .map_err(ReplicaError::from)?;
    let place = params![journal.as_bytes(), from.cast_signed()];
    let mut rows = statement.query(place).map_err(ReplicaError::from)?;
    while let Some(row) = rows.next().map_err(ReplicaError::from)? {
        let bytes = row.get_ref(0).map_err(ReplicaError::from)?;
        take(&facts::read(bytes.as_blob().ok())?)?;
    }
    Ok(())
}

/// What they say.
pub fn facts(connection: &Connection, journal: JournalId) -> Result<Vec<Fact>, ReplicaError> {
    let envelopes = envelopes(connection, journal)?;
    let facts = envelopes.iter().map(|bytes| facts::read(Some(bytes)));
    facts.collect()
}

/// At most `most` of its facts, from a place on.
pub(crate) fn facts_from(
    connection: &Connection,
    journal: JournalId,
    seq: u64,
    most: usize,
) -> Result<Vec<Fact>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select envelope from till_fact where journal = ?1 and seq >= ?2 order by seq limit ?3",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = statement.query_map(
        params![journal.as_bytes(), seq.cast_signed(), most],
        |row| row.get::<_, Vec<u8>>(0),
    )?;
    rows.map(|bytes| facts::read(Some(&bytes?))).collect()
}

/// Its facts from the last one on that `begins` says yes to, in order; none if it says so of none.
pub(crate) fn facts_since(
    connection: &Connection,
    journal: JournalId,
    begins: impl Fn(&Fact) -> bool,
) -> Result<Vec<Fact>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select envelope from till_fact where journal = ?1 order by seq desc")?;
    let mut rows = statement.query([journal.as_bytes()])?;
    let mut since = Vec::new();
    while let Some(row) = rows.next()? {
        let fact = facts::read(row.get_ref(0)?.as_blob().ok())?;
        let is_first = begins(&fact);
        since.push(fact);
        if is_first {
            since.reverse();
            return Ok(since);
        }
    }
    Ok(Vec::new())
}

/// Whether a shift is open in the journal that is being written.
pub(crate) fn has_open_shift(connection: &Connection) -> Result<bool, ReplicaError> {
    let Some(open) = newest(connection)?.filter(|journal| journal.closed.is_none()) else {
        return Ok(false);
    };
    let begins = |fact: &Fact| {
        matches!(
            fact.body,
            FactBody::Till(TillFact::ShiftOpened { .. } | TillFact::ShiftClosed { .. })
        )
    };
    let since = facts_since(connection, open.id, begins)?;
    Ok(matches!(
        since.first().map(|fact| &fact.body),
        Some(FactBody::Till(TillFact::ShiftOpened { .. }))
    ))
}

/// What follows a place of a journal while `goes_on` says so, in order.
pub(crate) fn facts_after(
    connection: &Connection,
    (journal, seq): (JournalId, u64),
    goes_on: impl Fn(&Fact) -> bool,
) -> Result<Vec<Fact>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select envelope from till_fact where journal = ?1 and seq > ?2 order by seq",
    )?;
    let mut rows = statement.query(params![journal.as_bytes(), seq.cast_signed()])?;
    let mut after = Vec::new();
    while let Some(row) = rows.next()? {
        let fact = facts::read(row.get_ref(0)?.as_blob().ok())?;
        if !goes_on(&fact) {
            break;
        }
        after.push(fact);
    }
    Ok(after)
}

/// The journal and place of a fact with that id.
pub fn find(
    connection: &Connection,
    id: FactId,
) -> Result<Option<(JournalId, u64, [u8; 32])>, ReplicaError> {
    Ok(connection
        .prepare_cached(
            "select journal, seq, hash from till_fact where fact_id = ?1 order by no desc limit 1",
        )?
        .query_row([id.as_bytes()], |row| {
            let seq: i64 = row.get(1)?;
            Ok((
                JournalId::from_bytes(row.get(0)?),
                seq.cast_unsigned(),
                row.get(2)?,
            ))
        })
        .optional()?)
}

/// One of them.
pub fn get(connection: &Connection, id: JournalId) -> Result<Option<TillJournal>, ReplicaError> {
    let sql = format!("select {COLUMNS} from till_journal where id = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row([id.as_bytes()], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Envelopes that the server hasn't acknowledged, in order; at most `most`.
pub(super) fn unsent(connection: &Connection, most: usize) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select f.envelope from till_journal j join till_fact f on f.journal = j.id
         where f.seq > j.acked_through and j.parked is null order by j.no, f.seq limit ?1",
    )?;
    let rows = statement.query_map([most as i64], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The server has everything up to `through`.
pub fn record_ack(tx: &WriteTx<'_>, id: JournalId, through: u64) -> Result<(), ReplicaError> {
    tx.execute(
        "update till_journal set acked_through = max(acked_through, min(?2, last_seq)) where id = ?1",
        params![id.as_bytes(), through.cast_signed()],
    )?;
    Ok(())
}

/// The server holds another fact at one of its places: an old replica, or a copy, went on selling. Nothing more is written to
/// it; what the server lacks of it is kept there aside.
pub(crate) fn forked(tx: &WriteTx<'_>, id: JournalId) -> Result<(), ReplicaError> {
    tx.execute(
        "update till_journal set closed_cause = ?2 where id = ?1 and closed_cause is null",
        params![id.as_bytes(), OpeningCause::Forked as u8],
    )?;
    Ok(())
}

/// The server can't take anything of it now: passed over until [`offer_again`].
pub(crate) fn park(tx: &WriteTx<'_>, id: JournalId, why: &str) -> Result<(), ReplicaError> {
    tx.execute(
        "update till_journal set parked = ?2 where id = ?1",
        params![id.as_bytes(), why],
    )?;
    Ok(())
}

/// What was parked is offered again.
pub(super) fn offer_again(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute(
        "update till_journal set parked = null where parked is not null",
        [],
    )?;
    Ok(())
}

/// The server was put back from a backup: everything is offered again.
pub(crate) fn forget_acks(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute("update till_journal set acked_through = 0", [])?;
    Ok(())
}

/// How many facts of this till the server hasn't acknowledged.
pub fn unsent_count(connection: &Connection) -> Result<u64, ReplicaError> {
    Ok(connection.query_row(
        "select count(*) from till_journal j join till_fact f on f.journal = j.id where f.seq > j.acked_through",
        [],
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )?)
}

/// Is what was noted outside ahead of what is here?
pub(super) fn is_behind(connection: &Connection, note: &TillNote) -> Result<bool, ReplicaError> {
    let (Some(id), Some(noted)) = (note.journal(), note.head()) else {
        return Ok(false);
    };
    let held = all(connection)?
        .into_iter()
        .find(|journal| journal.id == id)
        .map(|journal| journal.head);
    Ok(held.is_none_or(|held| {
        noted.seq > held.seq || (noted.seq == held.seq && noted.hash != held.hash)
    }))
}

/// Nothing more is written to the open one.
pub(super) fn close_all(connection: &Connection, cause: OpeningCause) -> Result<(), ReplicaError> {
    connection.execute(
        "update till_journal set closed_cause = ?1 where closed_cause is null",
        [cause as u8],
    )?;
    Ok(())
}

/// What was noted outside is ahead of what is here. A journal that this replica never heard of is kept as a closed one
/// without facts.
pub(super) fn put_note(connection: &Connection, note: &TillNote) -> Result<(), ReplicaError> {
    let (Some(id), Some(head)) = (note.journal(), note.head()) else {
        return Ok(());
    };
    let text = serde_json::to_string(note).expect("texts and numbers");
    connection.execute(
        "insert into till_journal (id, cause, closed_cause, last_seq, last_hash, noted)
         values (?1, ?2, ?2, ?3, ?4, ?5)
         on conflict (id) do update set last_seq = excluded.last_seq, last_hash = excluded.last_hash, noted = excluded.noted",
        params![
            id.as_bytes(),
            OpeningCause::RolledBack as u8,
            head.seq.cast_signed(),
            head.hash,
            text
        ],
    )?;
    Ok(())
}
