//! Names: orders as a person finds them, sealed. Only on a device that may search; wiped when it may no longer, when it is
//! revoked or signs off, and 7 days after the event.
//!
//! Rows are sealed outside of transactions and written in slices, so that a guest at the door waits for none of it.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId};
use shared::roster::summary::{OrderSummary, SUMMARIES_KEPT_MS};
use zeroize::Zeroizing;

use super::events::{self, EventNo};
use super::sets::Rest;
use super::{Replica, ReplicaError, WriteTx, identity, sign_off};
use crate::edge::random_bytes;
use crate::vault::{UnsealError, Vault};

/// What an event's key is sealed for, and a row under it.
const KEY_PURPOSE: &str = "names_key";
const ROW_PURPOSE: &str = "order_summary";
/// The first byte of what is sealed: which form it has.
const FORM: u8 = 1;
/// Rows in one transaction: a millisecond or two.
const AT_ONCE: usize = 500;

/// What is here of an event's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which pull from the beginning.
    pub life: i64,
    /// Which life of the server's feed; `None` before the first page.
    pub epoch: Option<u64>,
    /// Where the next page begins.
    pub cursor: Option<String>,
    /// The last page said that nothing was missing.
    pub caught_up: bool,
    /// Moves with each page.
    pub change: i64,
    sealed_key: Vec<u8>,
}

/// The event's names, if there are any.
pub fn held(connection: &Connection, event: EventId) -> Result<Option<Held>, ReplicaError> {
    let Some(no) = events::number(connection, event)? else {
        return Ok(None);
    };
    Ok(connection
        .prepare_cached(
            "select life, epoch, cursor, caught_up, change, sealed_key from summary_feed where event = ?1",
        )?
        .query_row([no.0], |row| {
            Ok(Held {
                life: row.get(0)?,
                epoch: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned),
                cursor: row.get(2)?,
                caught_up: row.get(3)?,
                change: row.get(4)?,
                sealed_key: row.get(5)?,
            })
        })
        .optional()?)
}

/// The same, unless the event ended 7 days ago: what is about to be wiped is used no more.
pub fn held_at(
    connection: &Connection,
    event: EventId,
    now_ms: UnixMillis,
) -> Result<Option<Held>, ReplicaError> {
    if are_over(connection, event, now_ms)? {
        return Ok(None);
    }
    held(connection, event)
}

/// The event ended 7 days ago: its names are nobody's here any more.
pub fn are_over(
    connection: &Connection,
    event: EventId,
    now_ms: UnixMillis,
) -> Result<bool, ReplicaError> {
    match events::number(connection, event)? {
        Some(no) => is_expired(connection, no, now_ms),
        None => Ok(false),
    }
}

fn is_expired(
    connection: &Connection,
    event: EventNo,
    now_ms: UnixMillis,
) -> Result<bool, ReplicaError> {
    let row = events::event_row(connection, event)?;
    Ok(row.is_some_and(|row| row.ends_ms.saturating_add(SUMMARIES_KEPT_MS) <= now_ms))
}

/// Names may be here now: the server said so when a session opened last, and nobody has signed this device off.
pub fn may_hold(connection: &Connection, event: EventId) -> Result<bool, ReplicaError> {
    if sign_off::since_ms(connection)?.is_some() {
        return Ok(false);
    }
    let identity = identity::load(connection)?;
    Ok(identity.is_some_and(|own| own.rights.search && own.events.contains(&event)))
}

/// Names of an event can be sealed and opened.
#[derive(Clone, Debug)]
pub struct Names(Vault);

impl Names {
    /// By the key of the names that are here.
    pub(super) fn open(vault: &Vault, held: &Held) -> Result<Self, UnsealError> {
        let key = vault.unseal_array(KEY_PURPOSE, &held.sealed_key)?;
        Ok(Self(Vault::with_key(*Zeroizing::new(key))))
    }

    /// A row: the order's id in clear, all else sealed.
    pub fn seal(&self, summary: &OrderSummary) -> SealedSummary {
        let mut plain = Zeroizing::new(vec![FORM]);
        let body = postcard::to_allocvec(summary).map(Zeroizing::new);
        plain.extend_from_slice(&body.expect("texts and numbers have a binary form"));
        SealedSummary {
            order: summary.order,
            sealed: self.0.seal(&row_purpose(summary.order), &plain),
        }
    }

    /// What [`Self::seal`] made. `None`: it is in a form that this version doesn't know.
    pub fn unseal(&self, row: &SealedSummary) -> Result<Option<OrderSummary>, UnsealError> {
        let plain = self.0.unseal(&row_purpose(row.order), &row.sealed)?;
        let plain = Zeroizing::new(plain);
        Ok(match plain.split_first() {
            Some((&FORM, body)) => postcard::from_bytes(body).ok(),
            Some(_) | None => None,
        })
    }
}

fn row_purpose(order: OrderId) -> String {
    format!("{ROW_PURPOSE}/{order}")
}

/// A row as it lies in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSummary {
    /// Which order.
    pub order: OrderId,
    /// Code, names, note and tickets.
    pub sealed: Vec<u8>,
}

/// Before the first page is asked for: makes a key if there is none. `None`: this device may not hold names.
pub(super) fn begin(
    tx: &WriteTx<'_>,
    event: EventId,
    vault: &Vault,
) -> Result<Option<Held>, ReplicaError> {
    if !may_hold(tx, event)? {
        return Ok(None);
    }
    if let Some(held) = held(tx, event)? {
        return Ok(Some(held));
    }
    let no = events::number_or_new(tx, event)?;
    let key = Zeroizing::new(random_bytes::<32>());
    tx.execute(
        "insert into summary_feed (event, sealed_key) values (?1, ?2)",
        params![no.0, vault.seal(KEY_PURPOSE, key.as_slice())],
    )?;
    held(tx, event)
}

/// How far a page brings the event's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which life of the server's feed.
    pub epoch: u64,
    /// Where the next page begins.
    pub cursor: String,
    /// There is more.
    pub has_more: bool,
}

/// What became of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// They are here.
    Yes,
    /// The names were wiped meanwhile: nothing was written.
    Wiped,
}

/// Keeps a slice of a page. The cursor moves with the last one, which brings the page's progress: a crash between two slices
/// repeats the page.
pub fn put(
    tx: &WriteTx<'_>,
    event: EventId,
    life: i64,
    rows: &[SealedSummary],
    progress: Option<&Progress>,
) -> Result<Kept, ReplicaError> {
    let lives = held(tx, event)?.is_some_and(|held| held.life == life);
    if !lives || !may_hold(tx, event)? {
        return Ok(Kept::Wiped);
    }
    let change: i64 = tx
        .prepare_cached(
            "update summary_feed set change = change + 1 where life = ?1 returning change",
        )?
        .query_row([life], |row| row.get(0))?;
    let mut statement = tx.prepare_cached(
        "insert into order_summary (life, id, change, sealed) values (?1, ?2, ?3, ?4)
         on conflict (life, id) do update set change = excluded.change, sealed = excluded.sealed",
    )?;
    for row in rows {
        statement.execute(params![life, row.order.as_bytes(), change, row.sealed])?;
    }
    if let Some(progress) = progress {
        tx.prepare_cached(
            "update summary_feed set epoch = ?2, cursor = ?3, caught_up = ?4 where life = ?1",
        )?
        .execute(params![
            life,
            progress.epoch.cast_signed(),
            progress.cursor,
            !progress.has_more
        ])?;
    }
    Ok(Kept::Yes)
}

/// The place after which [`changed`] goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    change: i64,
    order: [u8; 16],
}

/// Rows that changed after `seen`, in the order of their changes; at most `most`.
pub fn changed(
    connection: &Connection,
    life: i64,
    seen: Seen,
    most: usize,
) -> Result<(Vec<SealedSummary>, Seen), ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select change, id, sealed from order_summary
         where life = ?1 and (change, id) > (?2, ?3) order by change, id limit ?4",
    )?;
    let mut rows = statement.query(params![life, seen.change, seen.order, most as i64])?;
    let (mut found, mut seen) = (Vec::new(), seen);
    while let Some(row) = rows.next()? {
        seen = Seen {
            change: row.get(0)?,
            order: row.get(1)?,
        };
        found.push(SealedSummary {
            order: OrderId::from_bytes(seen.order),
            sealed: row.get(2)?,
        });
    }
    Ok((found, seen))
}

/// One row.
pub fn get(
    connection: &Connection,
    life: i64,
    order: OrderId,
) -> Result<Option<SealedSummary>, ReplicaError> {
    Ok(connection
        .prepare_cached("select sealed from order_summary where life = ?1 and id = ?2")?
        .query_row(params![life, order.as_bytes()], |row| {
            Ok(SealedSummary {
                order,
                sealed: row.get(0)?,
            })
        })
        .optional()?)
}

/// How many orders are here by name.
pub fn count(connection: &Connection, life: i64) -> Result<u64, ReplicaError> {
    Ok(connection.query_row(
        "select count(*) from order_summary where life = ?1",
        [life],
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )?)
}

/// Wipes an event's names, at once: without their key nobody reads what [`sweep`] drops afterwards.
pub fn wipe(tx: &WriteTx<'_>, event: EventId) -> Result<(), ReplicaError> {
    match events::number(tx, event)? {
        Some(no) => drop_keys(tx, &[no]),
        None => Ok(()),
    }
}

/// Wipes all names.
pub fn wipe_all(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    let all: Vec<EventNo> = with_names(tx)?.into_iter().map(|(no, _)| no).collect();
    drop_keys(tx, &all)
}

/// The server says that this device may no longer search: it holds no names until it is told otherwise.
pub fn end(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    identity::end_search(tx)?;
    wipe_all(tx)
}

/// Wipes what may not be here: of events that are no longer this device's, or all of them if it may not search.
pub fn wipe_what_may_not_be_held(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    for (_, event) in with_names(tx)? {
        if !may_hold(tx, event)? {
            wipe(tx, event)?;
        }
    }
    Ok(())
}

/// Wipes the names of events that ended 7 days ago. `now_ms` is server time as well as it is known.
pub fn wipe_expired(tx: &WriteTx<'_>, now_ms: UnixMillis) -> Result<(), ReplicaError> {
    for (no, event) in with_names(tx)? {
        if is_expired(tx, no, now_ms)? {
            wipe(tx, event)?;
        }
    }
    Ok(())
}

fn with_names(connection: &Connection) -> Result<Vec<(EventNo, EventId)>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select event.no, event.id from summary_feed join event on event.no = summary_feed.event",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((EventNo(row.get(0)?), EventId::from_bytes(row.get(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn drop_keys(tx: &WriteTx<'_>, events: &[EventNo]) -> Result<(), ReplicaError> {
    if events.is_empty() {
        return Ok(());
    }
    tx.overwriting(|| {
        for event in events {
            tx.execute("delete from summary_feed where event = ?1", [event.0])?;
        }
        Ok(())
    })
}

/// Drops rows without a key, at most `most`.
pub fn sweep(tx: &WriteTx<'_>, most: usize) -> Result<Rest, ReplicaError> {
    let Some(life) = without_key(tx)? else {
        return Ok(Rest::Nothing);
    };
    tx.prepare_cached(
        "delete from order_summary where (life, id) in (select life, id from order_summary where life = ?1 limit ?2)",
    )?
    .execute(params![life, most as i64])?;
    Ok(Rest::More)
}

/// From one life to the next, so that no row of those with a key is read.
fn without_key(connection: &Connection) -> Result<Option<i64>, ReplicaError> {
    let mut next =
        connection.prepare_cached("select min(life) from order_summary where life > ?1")?;
    let mut has_key = connection.prepare_cached("select 1 from summary_feed where life = ?1")?;
    let mut last = i64::MIN;
    loop {
        match next.query_row([last], |row| row.get::<_, Option<i64>>(0))? {
            Some(life) if has_key.exists([life])? => last = life,
            other => return Ok(other),
        }
    }
}

/// Names can't be sealed or opened here.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// The folder was copied from a machine whose keys are not here.
    #[error(
        "this door's keys stayed on the machine that it was enrolled on; enrol this device again in a new folder"
    )]
    KeysElsewhere,
    /// The event's key does not open.
    #[error("opening the key of an event's names")]
    Sealed(#[from] UnsealError),
    /// Reading or writing.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl NamesError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeysElsewhere | Self::Sealed(_) => "keys_elsewhere",
            Self::Replica(error) => error.code(),
        }
    }
}

impl Replica {
    /// What opens the names that are here.
    pub fn names(&self, held: &Held) -> Result<Names, NamesError> {
        let vault = self.vault();
        let vault = vault.ok_or(NamesError::KeysElsewhere)?;
        Ok(Names::open(vault, held)?)
    }

    /// Before names of an event are asked for: where they stand, and what seals them. `None`: this device may not hold any.
    pub async fn begin_names(&self, event: EventId) -> Result<Option<(Held, Names)>, NamesError> {
        let vault = self.vault().cloned();
        let vault = vault.ok_or(NamesError::KeysElsewhere)?;
        let held = self.write_async(move |tx| begin(tx, event, &vault)).await?;
        held.map(|held| self.names(&held).map(|names| (held, names)))
            .transpose()
    }

    /// Wipes all names here: the person who signed on signs off. They come back with the next sync.
    pub fn wipe_names(&self) -> Result<(), ReplicaError> {
        self.write(wipe_all)?;
        while self.write(|tx| sweep(tx, AT_ONCE))? == Rest::More {}
        Ok(())
    }

    /// Drops what was wiped, in slices.
    pub async fn sweep_names(&self) -> Result<(), ReplicaError> {
        while self.write_async(|tx| sweep(tx, AT_ONCE)).await? == Rest::More {}
        Ok(())
    }
}
