//! Journals as they are held here, of this device and of others: how far each goes on without a gap, where it is
//! forked, and what another device lacks of them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::fact::Head;
use shared::fact::envelope::Header;
use shared::ids::{DeviceId, EventId, JournalId};
use shared::wire::latest::JournalHead;

use super::events::EventNo;
use super::{ReplicaError, WriteTx};

/// A journal that is held here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldJournal {
    /// Its event.
    pub event: EventNo,
    /// Whose it is.
    pub device: DeviceId,
    /// How far it goes on from its first place.
    pub head: Head,
    /// Facts of another branch are here, too.
    pub is_forked: bool,
}

/// How a fact stands to the others of its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It goes on, or will once those before it are here.
    Follows,
    /// Another fact stands at its place, or it names another predecessor than the one here (A7).
    Forks,
}

/// One of them.
pub fn get(connection: &Connection, id: JournalId) -> Result<Option<HeldJournal>, ReplicaError> {
    Ok(connection
        .prepare_cached("select event, device, seq, hash, forked from held_journal where id = ?1")?
        .query_row([id.as_bytes()], |row| {
            Ok(HeldJournal {
                event: EventNo(row.get(0)?),
                device: DeviceId::from_bytes(row.get(1)?),
                head: Head {
                    seq: row.get::<_, i64>(2)?.cast_unsigned(),
                    hash: row.get(3)?,
                },
                is_forked: row.get(4)?,
            })
        })
        .optional()?)
}

/// A fact was added: moves the head of its journal on, over the facts that waited for it, too.
pub(super) fn follow(
    tx: &WriteTx<'_>,
    event: EventNo,
    header: &Header,
) -> Result<Placed, ReplicaError> {
    let Some(held) = get(tx, header.journal)? else {
        if header.seq == 1 {
            tx.prepare_cached(
                "insert into held_journal (id, event, device, seq, hash) values (?1, ?2, ?3, 1, ?4)",
            )?
            .execute(params![
                header.journal.as_bytes(),
                event.0,
                header.device.as_bytes(),
                header.hash
            ])?;
            return go_on(tx, header.journal, Head::from(header));
        }
        return Ok(Placed::Follows);
    };
    let next = held.head.seq + 1;
    if header.seq > next {
        return Ok(Placed::Follows);
    }
    if header.seq < next || header.prev_hash != held.head.hash {
        mark_forked(tx, header.journal)?;
        return Ok(Placed::Forks);
    }
    go_on(tx, header.journal, Head::from(header))
}

/// From `head` on, which is new, as far as the facts here follow each other.
fn go_on(tx: &WriteTx<'_>, journal: JournalId, mut head: Head) -> Result<Placed, ReplicaError> {
    let mut placed = Placed::Follows;
    loop {
        let waiting = at(tx, journal, head.seq + 1)?;
        let next = waiting.iter().find(|header| header.prev_hash == head.hash);
        match next {
            Some(next) => head = Head::from(next),
            None if waiting.is_empty() => break,
            None => {
                mark_forked(tx, journal)?;
                placed = Placed::Forks;
                break;
            }
        }
    }
    tx.prepare_cached("update held_journal set seq = ?2, hash = ?3 where id = ?1")?
        .execute(params![
            journal.as_bytes(),
            head.seq.cast_signed(),
            head.hash
        ])?;
    Ok(placed)
}

fn mark_forked(tx: &WriteTx<'_>, journal: JournalId) -> Result<(), ReplicaError> {
    tx.execute(
        "update held_journal set forked = 1 where id = ?1",
        [journal.as_bytes()],
    )?;
    Ok(())
}

fn at(connection: &Connection, journal: JournalId, seq: u64) -> Result<Vec<Header>, ReplicaError> {
    let mut statement =
        connection.prepare_cached("select envelope from fact where journal = ?1 and seq = ?2")?;
    let rows = statement.query_map(params![journal.as_bytes(), seq.cast_signed()], |row| {
        row.get::<_, Vec<u8>>(0)
    })?;
    rows.map(|bytes| Header::peek(&bytes?).map_err(|_| ReplicaError::Row { table: "fact" }))
        .collect()
}

/// What is held of an event, as `shared::sync::gossip` compares it: the last fact of each journal; of a forked one the
/// last of each branch, and place 0 if part of a branch is lacking.
pub fn vector(connection: &Connection, event: EventId) -> Result<Vec<JournalHead>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select id, seq, hash, forked from held_journal
         where event = (select no from event where id = ?1) order by id",
    )?;
    let rows = statement.query_map([event.as_bytes()], |row| {
        let head = JournalHead {
            journal: JournalId::from_bytes(row.get(0)?),
            seq: row.get::<_, i64>(1)?.cast_unsigned(),
            hash: row.get(2)?,
        };
        Ok((head, row.get::<_, bool>(3)?))
    })?;
    let mut heads = Vec::new();
    for row in rows {
        let (head, is_forked) = row?;
        if is_forked {
            heads.extend(branches(connection, head.journal)?);
        } else {
            heads.push(head);
        }
    }
    Ok(heads)
}

fn branches(connection: &Connection, journal: JournalId) -> Result<Vec<JournalHead>, ReplicaError> {
    let mut statement = connection
        .prepare_cached("select envelope from fact where journal = ?1 order by seq, hash")?;
    let mut rows = statement.query([journal.as_bytes()])?;
    let (mut reached, mut followed) = (BTreeSet::new(), BTreeSet::new());
    let mut places_reached = BTreeSet::from([0]);
    let mut lacks_some = false;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().unwrap_or_default();
        let header = Header::peek(bytes).map_err(|_| ReplicaError::Row { table: "fact" })?;
        let before = (header.seq - 1, header.prev_hash);
        if header.seq == 1 || reached.contains(&before) {
            reached.insert((header.seq, header.hash));
            followed.insert(before);
            places_reached.insert(header.seq);
        } else if places_reached.contains(&before.0) {
            lacks_some = true;
        }
    }
    let unknown = lacks_some.then_some((0, [0; 32]));
    Ok(reached
        .difference(&followed)
        .copied()
        .chain(unknown)
        .map(|(seq, hash)| JournalHead { journal, seq, hash })
        .collect())
}

/// Envelopes of an event after these places, in the order of each journal; a journal that is not named from its
/// beginning. At most `most`, and a few more rather than one branch of a place without the others.
pub fn after(
    connection: &Connection,
    event: EventId,
    after: &BTreeMap<JournalId, u64>,
    most: usize,
) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut journals = connection.prepare_cached(
        "select id, seq, forked from held_journal where event = (select no from event where id = ?1) order by id",
    )?;
    let rows = journals.query_map([event.as_bytes()], |row| {
        let through = row.get::<_, i64>(1)?.cast_unsigned();
        let is_forked = row.get::<_, bool>(2)?;
        Ok((JournalId::from_bytes(row.get(0)?), through, is_forked))
    })?;
    let mut envelopes = Vec::new();
    for row in rows {
        let (journal, through, is_forked) = row?;
        let through = if is_forked { u64::MAX >> 1 } else { through };
        let from = after.get(&journal).copied().unwrap_or(0).saturating_add(1);
        let room = most.saturating_sub(envelopes.len());
        if room == 0 {
            break;
        }
        if from <= through {
            envelopes.extend(of_span(connection, journal, from, through, room)?);
        }
    }
    Ok(envelopes)
}

/// Envelopes of a journal from one place through another, all branches.
pub fn of_span(
    connection: &Connection,
    journal: JournalId,
    from: u64,
    through: u64,
    most: usize,
) -> Result<Vec<Vec<u8>>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select seq, envelope from fact where journal = ?1 and seq between ?2 and ?3 order by seq, hash",
    )?;
    let mut rows = statement.query(params![journal.as_bytes(), place(from), place(through),])?;
    let (mut envelopes, mut last) = (Vec::new(), 0i64);
    while let Some(row) = rows.next()? {
        let seq = row.get(0)?;
        if envelopes.len() >= most && seq != last {
            break;
        }
        last = seq;
        envelopes.push(row.get(1)?);
    }
    Ok(envelopes)
}

/// Places are written as SQLite's integers; none is so great.
fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
