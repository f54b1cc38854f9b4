//! Facts, as signed: those written here and those of others.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::clock::{Hlc, UnixMillis};
use shared::fact::envelope::{EnvelopeError, Header};
use shared::fact::kind::{Fact, OpeningCause};
use shared::fact::{Envelope, FactPublicKey, Head};
use shared::ids::{DeviceId, FactId, JournalId, TicketId};
use shared::roster::DeviceRow;

use super::events::EventNo;
use super::held::{self, Placed};
use super::parked::{self, Why};
use super::{ReplicaError, WriteTx, carried, journals, rights, signed, till, unread};

/// Adds the next fact of an own journal.
pub(crate) fn append_own(
    tx: &WriteTx<'_>,
    event: EventNo,
    envelope: &Envelope,
) -> Result<(), ReplicaError> {
    let header = envelope.header();
    insert(
        tx,
        event,
        &header,
        Some(envelope.fact()),
        envelope.bytes(),
        Origin::Own,
    )?;
    held::follow(tx, event, &header)?;
    journals::move_head(tx, header.journal, Head::from(&header))
}

/// Who brought a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was written here.
    Own,
    /// The server's feed, so the server has it.
    Server,
    /// Another device.
    Peer(DeviceId),
}

/// The number of the fact's row.
fn insert(
    tx: &WriteTx<'_>,
    event: EventNo,
    header: &Header,
    fact: Option<&Fact>,
    bytes: &[u8],
    origin: Origin,
) -> Result<i64, ReplicaError> {
    // What can't be read yet has no id and no ticket; kind 0 is none.
    let fact_id = fact.map_or([0; 16], |fact| *fact.id.as_bytes());
    let kind = fact.map_or(0, |fact| fact.body.kind());
    tx.prepare_cached(
        "insert into fact (event, journal, seq, hash, device, fact_id, kind, ticket, own, envelope)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        event.0,
        header.journal.as_bytes(),
        header.seq.cast_signed(),
        header.hash,
        header.device.as_bytes(),
        fact_id,
        kind,
        fact.and_then(Fact::ticket).map(TicketId::to_i64),
        origin == Origin::Own,
        bytes,
    ])?;
    let no = tx.last_insert_rowid();
    tx.fact_stored(event, header, origin);
    if let Some(fact) = fact {
        unread::note_issued(tx, event, no, &fact.body)?;
        rights::note(tx, event, no, fact)?;
        unread::note_read(tx, no, &fact.body)?;
    }
    Ok(no)
}

/// What became of a received fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is new.
    Stored,
    /// It is new, and another stands at its place or before it: both are kept (A7).
    Forked,
    /// It was here.
    Known,
    /// Its bytes are kept, and it doesn't count (yet).
    Parked,
}

/// Takes a fact of any device, as the server's feed brought it (A6: a bad one never stops those behind it). For what
/// a peer brings see `heard`.
pub fn receive(
    tx: &WriteTx<'_>,
    event: EventNo,
    bytes: &[u8],
    now_ms: UnixMillis,
) -> Result<Received, ReplicaError> {
    let (header, envelope) = match Envelope::decode(bytes) {
        Ok(envelope) => (envelope.header(), Some(envelope)),
        Err(EnvelopeError::NewerVersion { .. }) => match Header::peek(bytes) {
            Ok(header) => (header, None),
            Err(_) => return parked::park(tx, event, bytes, Why::Malformed, now_ms),
        },
        Err(_) => return parked::park(tx, event, bytes, Why::Malformed, now_ms),
    };
    if let Some(no) = number(tx, &header)? {
        carried::put_down(tx, no)?;
        return Ok(Received::Known);
    }
    let Some(author) = signed::device(tx, header.device)? else {
        return parked::park(tx, event, bytes, Why::UnknownAuthor, now_ms);
    };
    if !is_signed_by(&author, &header, bytes) {
        return parked::park(tx, event, bytes, Why::BadSignature, now_ms);
    }
    let fact = envelope.as_ref();
    keep(tx, event, &header, fact, bytes, Origin::Server, now_ms)
}

pub(super) fn is_signed_by(author: &DeviceRow, header: &Header, bytes: &[u8]) -> bool {
    FactPublicKey::from_bytes(&author.public).is_ok_and(|key| header.verify(bytes, &key).is_ok())
}

/// Adds a fact whose signature was checked.
pub(super) fn keep(
    tx: &WriteTx<'_>,
    event: EventNo,
    header: &Header,
    envelope: Option<&Envelope>,
    bytes: &[u8],
    origin: Origin,
    now_ms: UnixMillis,
) -> Result<Received, ReplicaError> {
    let fact = envelope.map(Envelope::fact);
    let no = insert(tx, event, header, fact, bytes, origin)?;
    let placed = held::follow(tx, event, header)?;
    match origin {
        Origin::Own | Origin::Server => {}
        Origin::Peer(_) => carried::carry(tx, no, now_ms)?,
    }
    parked::unpark(tx, &header.hash)?;
    note_own_past(tx, header)?;
    if let Some(fact) = fact {
        tx.update_time(|time| time.merge(Hlc::from_raw(fact.hlc), now_ms))?;
    }
    Ok(match placed {
        Placed::Follows => Received::Stored,
        Placed::Forks => Received::Forked,
    })
}

/// The row of this very fact, if it is here.
pub(super) fn number(
    connection: &Connection,
    header: &Header,
) -> Result<Option<i64>, ReplicaError> {
    Ok(connection
        .prepare_cached("select no from fact where journal = ?1 and seq = ?2 and hash = ?3")?
        .query_row(
            params![
                header.journal.as_bytes(),
                header.seq.cast_signed(),
                header.hash
            ],
            |row| row.get(0),
        )
        .optional()?)
}

/// A fact of our own journal that we did not have: an old replica was put back, or the folder was
/// copied and both write (A7). Nothing more is written to that journal.
fn note_own_past(tx: &WriteTx<'_>, header: &Header) -> Result<(), ReplicaError> {
    let Some(own) = journals::get(tx, header.journal)? else {
        return Ok(());
    };
    if header.seq <= own.head.seq && own.closed.is_none() {
        return journals::close(tx, header.journal, OpeningCause::Forked);
    }
    journals::compare_head(tx, header.journal, Head::from(header)).map(drop)
}

/// A fact with the hash of its envelope, as the fold takes it.
pub type HashedFact = (Fact, [u8; 32]);

/// All facts of a ticket that can be read.
pub fn of_ticket(
    connection: &Connection,
    event: EventNo,
    ticket: TicketId,
) -> Result<Vec<HashedFact>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select hash, envelope from fact where event = ?1 and ticket = ?2")?;
    let mut rows = statement.query(params![event.0, ticket.to_i64()])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        facts.push((read(row.get_ref(1)?.as_blob().ok())?, row.get(0)?));
    }
    Ok(facts)
}

/// A fact that this device wrote, and at which event. Written again after a fork it is the same fact.
pub fn own(
    connection: &Connection,
    device: DeviceId,
    id: FactId,
) -> Result<Option<(EventNo, Fact)>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select event, envelope from fact
         where own = 1 and device = ?1 and fact_id = ?2 order by no desc limit 1",
    )?;
    let mut rows = statement.query(params![device.as_bytes(), id.as_bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let fact = read(row.get_ref(1)?.as_blob().ok())?;
    Ok(Some((EventNo(row.get(0)?), fact)))
}

/// The tickets of an event that facts after the row `no` are about, each once, and the row of the last fact. Read in one
/// transaction.
pub fn tickets_after(
    connection: &Connection,
    event: EventNo,
    no: i64,
) -> Result<(Vec<TicketId>, i64), ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select distinct ticket from fact not indexed where no > ?2 and event = ?1 and ticket is not null",
    )?;
    let tickets = statement.query_map(params![event.0, no], |row| {
        row.get(0).map(TicketId::from_i64)
    })?;
    let tickets = tickets.collect::<Result<_, _>>()?;
    let last = connection
        .prepare_cached("select coalesce(max(no), 0) from fact")?
        .query_row([], |row| row.get(0))?;
    Ok((tickets, last))
}

/// The `issued` and `withdrawn` facts that name a ticket.
pub fn issuing(connection: &Connection, ticket: TicketId) -> Result<Vec<HashedFact>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select fact.hash, fact.envelope from issued join fact on fact.no = issued.fact where issued.ticket = ?1",
    )?;
    let mut rows = statement.query([ticket.to_i64()])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        facts.push((read(row.get_ref(1)?.as_blob().ok())?, row.get(0)?));
    }
    Ok(facts)
}

pub(super) fn read(bytes: Option<&[u8]>) -> Result<Fact, ReplicaError> {
    bytes
        .and_then(|bytes| Envelope::decode(bytes).ok())
        .map(|envelope| envelope.fact().clone())
        .ok_or(ReplicaError::Row { table: "fact" })
}

/// The envelopes of a journal, from its first on, as far as they follow each other; where it is
/// forked, the side that was written here.
pub fn of_journal(
    connection: &Connection,
    journal: JournalId,
) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut statement = connection
        .prepare("select envelope from fact where journal = ?1 order by seq, own desc, no")?;
    let mut rows = statement.query([journal.as_bytes()])?;
    let (mut chain, mut head) = (Vec::new(), Head::EMPTY);
    while let Some(row) = rows.next()? {
        let envelope: Vec<u8> = row.get(0)?;
        let header = Header::peek(&envelope).map_err(|_| ReplicaError::Row { table: "fact" })?;
        if let Ok(next) = head.follow(&header) {
            head = next;
            chain.push(envelope);
        }
    }
    Ok(chain)
}

/// What this device wrote in one of its journals, in order.
pub(crate) fn own_of_journal(
    connection: &Connection,
    journal: JournalId,
) -> Result<Vec<Fact>, ReplicaError> {
    let mut statement = connection
        .prepare("select envelope from fact where journal = ?1 and own = 1 order by seq")?;
    let mut rows = statement.query([journal.as_bytes()])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        facts.push(read(row.get_ref(0)?.as_blob().ok())?);
    }
    Ok(facts)
}

/// Own envelopes that the server hasn't acknowledged, contiguous for each journal, the oldest journal
/// first, those of the till last; at most `most`.
pub fn unsent(connection: &Connection, most: usize) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select fact.envelope from own_journal join fact on fact.journal = own_journal.id
         where fact.own = 1 and fact.seq > own_journal.acked_through
            and not exists (select 1 from refused_by_server as refused where refused.journal = fact.journal and refused.seq = fact.seq)
         order by own_journal.no, fact.seq limit ?1",
    )?;
    let rows = statement.query_map([most as i64], |row| row.get(0))?;
    let mut unsent: Vec<Vec<u8>> = rows.collect::<Result<_, _>>()?;
    let left = most.saturating_sub(unsent.len());
    unsent.extend(till::unsent(connection, left)?);
    Ok(unsent)
}

/// How many own facts the server hasn't acknowledged.
pub fn unsent_count(connection: &Connection) -> Result<u64, ReplicaError> {
    let of_doors: u64 = connection.query_row(
        "select count(*) from own_journal join fact on fact.journal = own_journal.id
         where fact.own = 1 and fact.seq > own_journal.acked_through
            and not exists (select 1 from refused_by_server as refused where refused.journal = fact.journal and refused.seq = fact.seq)",
        [],
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )?;
    Ok(of_doors + till::unsent_count(connection)?)
}

/// When the oldest fact happened, of this device or another, that the server is not known to have; server time as its
/// author knew it.
pub fn oldest_unsynced_ms(connection: &Connection) -> Result<Option<UnixMillis>, ReplicaError> {
    let mut statement = connection.prepare(
        "select envelope from (
            select fact.envelope from own_journal join fact on fact.journal = own_journal.id
            where fact.own = 1 and fact.seq = own_journal.acked_through + 1
            union all
            select fact.envelope from carried join fact on fact.no = carried.fact
            union all
            select till_fact.envelope from till_journal join till_fact on till_fact.journal = till_journal.id
            where till_fact.seq = till_journal.acked_through + 1
         )",
    )?;
    let mut rows = statement.query([])?;
    let mut oldest = None;
    while let Some(row) = rows.next()? {
        let decoded = Envelope::decode(row.get_ref(0)?.as_blob().unwrap_or_default());
        if let Ok(envelope) = decoded {
            let fact = envelope.fact();
            let at_ms = fact.wall_ms.saturating_add(fact.offset_ms);
            oldest = Some(oldest.map_or(at_ms, |oldest: UnixMillis| oldest.min(at_ms)));
        }
    }
    Ok(oldest)
}

/// The server says that it will never take this fact of ours: it is kept and not sent again.
pub fn refused_by_server(
    tx: &WriteTx<'_>,
    journal: JournalId,
    seq: u64,
    why: &str,
) -> Result<(), ReplicaError> {
    tx.execute(
        "insert or replace into refused_by_server (journal, seq, why) values (?1, ?2, ?3)",
        params![journal.as_bytes(), seq.cast_signed(), why],
    )?;
    Ok(())
}

/// The server can't take anything of this journal now: what it hasn't acknowledged is passed over until
/// [`offer_refused_again`]. How many facts that are.
pub fn park_unsent(tx: &WriteTx<'_>, journal: JournalId, why: &str) -> Result<usize, ReplicaError> {
    Ok(tx.execute(
        "insert or ignore into refused_by_server (journal, seq, why)
         select fact.journal, fact.seq, ?2 from own_journal join fact on fact.journal = own_journal.id
         where own_journal.id = ?1 and fact.own = 1 and fact.seq > own_journal.acked_through",
        params![journal.as_bytes(), why],
    )?)
}

/// Did the server say that it will never take the fact at this place?
pub fn is_refused(
    connection: &Connection,
    journal: JournalId,
    seq: u64,
) -> Result<bool, ReplicaError> {
    Ok(connection
        .prepare_cached("select 1 from refused_by_server where journal = ?1 and seq = ?2")?
        .exists(params![journal.as_bytes(), seq.cast_signed()])?)
}

/// Facts that the server refused are offered again: it may have learnt of their author meanwhile.
pub fn offer_refused_again(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.execute("delete from refused_by_server", [])?;
    till::offer_again(tx)
}
