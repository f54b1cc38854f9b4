//! Pages of the feed. Applying one is upserts, in the caller's transaction: all of a page or nothing.
//!
//! After a reset the roster is pulled anew into a second set of tables, while the first goes on
//! serving the door, and swapped in one transaction. Facts are in neither: they are only added.

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::clock::UnixMillis;
use shared::ids::EventId;
use shared::sync::checksum::Checksum;
use shared::wire::v1::{Page, PageEntry};

use super::events::{self, EventNo, Gone, Numbered};
use super::facts::{self, Received};
use super::{ReplicaError, WriteTx, labels, sync_state, tickets};

/// Which set of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that the door decides by.
    InUse,
    /// The one being pulled after a reset.
    Shadow,
}

impl Side {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::InUse => "",
            Self::Shadow => "shadow_",
        }
    }
}

/// How far an event's feed was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which life of the feed.
    pub epoch: u64,
    /// Where the next page begins.
    pub cursor: String,
    /// The feed's last number, as of the last page.
    pub head: u64,
    /// The last page said that nothing was missing.
    pub caught_up: bool,
    /// Server time when nothing was missing last.
    pub as_of_ms: Option<UnixMillis>,
    /// The newest signed version that a page told of.
    pub signed_version: u64,
}

/// What a page brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageApplied {
    /// Ticket rows.
    pub tickets: usize,
    /// Facts that were new.
    pub facts: usize,
    /// Facts that can't be used (yet).
    pub parked: usize,
    /// Entries of a kind that this version doesn't know.
    pub unknown: usize,
}

/// A page was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyPageError {
    /// The feed began anew: pull from the beginning, see [`begin_reset`].
    #[error(
        "the server's list began anew (epoch {found}, here {held}); it has to be pulled from the beginning"
    )]
    OtherEpoch {
        /// Of the replica.
        held: u64,
        /// Of the page.
        found: u64,
    },
    /// It could not be written.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<rusqlite::Error> for ApplyPageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Replica(error.into())
    }
}

/// Applies a page of the event's feed and moves the cursor. `now_ms` is this device's wall clock.
pub fn apply_page(
    tx: &WriteTx<'_>,
    event: EventId,
    page: &Page,
    side: Side,
    now_ms: UnixMillis,
) -> Result<PageApplied, ApplyPageError> {
    let held = cursor(tx, event, side)?;
    if let Some(held) = held.as_ref().filter(|held| held.epoch != page.epoch) {
        return Err(ApplyPageError::OtherEpoch {
            held: held.epoch,
            found: page.epoch,
        });
    }
    let no = events::number_or_new(tx, event)?;
    tickets::bar(tx, side, no, &page.barred)?;
    tickets::put(tx, side, no, &page.tickets)?;
    let mut applied = PageApplied {
        tickets: page.tickets.len(),
        ..PageApplied::default()
    };
    let mut rules_changed = false;
    for entry in &page.entries {
        rules_changed |= apply_entry(tx, side, no, entry, now_ms, &mut applied)?;
    }
    if rules_changed && side == Side::InUse {
        sync_state::next_generation(tx)?;
    }
    put_cursor(tx, side, no, page, held.and_then(|held| held.as_of_ms))?;
    Ok(applied)
}

/// `true` if a door has to read its rules again.
fn apply_entry(
    tx: &WriteTx<'_>,
    side: Side,
    event: EventNo,
    entry: &PageEntry,
    now_ms: UnixMillis,
    applied: &mut PageApplied,
) -> Result<bool, ReplicaError> {
    match entry {
        PageEntry::Event(row) => events::put_event(tx, side, event, row)?,
        PageEntry::TicketType(row) => events::put(tx, side, event, &Numbered::Type(row))?,
        PageEntry::Window(row) => events::put(tx, side, event, &Numbered::Window(row))?,
        PageEntry::Gate(row) => events::put(tx, side, event, &Numbered::Gate(row))?,
        PageEntry::Deleted { kind, no } => match Gone::read(kind, *no) {
            Some(gone) => events::remove(tx, side, event, gone)?,
            None => applied.unknown += 1,
        },
        PageEntry::Fact(bytes) => {
            match facts::receive(tx, event, bytes, now_ms)? {
                Received::Stored | Received::Forked => applied.facts += 1,
                Received::Known => {}
                Received::Parked => applied.parked += 1,
            }
            return Ok(false);
        }
        PageEntry::FactLabel(row) => {
            labels::put(tx, side, event, row)?;
            return Ok(false);
        }
        PageEntry::Unknown => {
            applied.unknown += 1;
            return Ok(false);
        }
    }
    Ok(true)
}

fn put_cursor(
    tx: &WriteTx<'_>,
    side: Side,
    event: EventNo,
    page: &Page,
    as_of_ms: Option<UnixMillis>,
) -> Result<(), ReplicaError> {
    let as_of_ms = if page.has_more {
        as_of_ms
    } else {
        Some(page.server_ms)
    };
    let sql = format!(
        "insert or replace into {}cursor (event, epoch, cursor, head, caught_up, as_of_ms, signed_version)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        side.prefix()
    );
    tx.prepare_cached(&sql)?.execute(params![
        event.0,
        page.epoch.cast_signed(),
        page.cursor,
        page.head.cast_signed(),
        !page.has_more,
        as_of_ms,
        page.signed_version.cast_signed(),
    ])?;
    Ok(())
}

/// Where the event's feed stands; `None` before its first page.
pub fn cursor(
    connection: &Connection,
    event: EventId,
    side: Side,
) -> Result<Option<Cursor>, ReplicaError> {
    let sql = format!(
        "select epoch, cursor, head, caught_up, as_of_ms, signed_version
         from {}cursor where event = (select no from event where id = ?1)",
        side.prefix()
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([event.as_bytes()], |row| {
            Ok(Cursor {
                epoch: row.get::<_, i64>(0)?.cast_unsigned(),
                cursor: row.get(1)?,
                head: row.get::<_, i64>(2)?.cast_unsigned(),
                caught_up: row.get(3)?,
                as_of_ms: row.get(4)?,
                signed_version: row.get::<_, i64>(5)?.cast_unsigned(),
            })
        })
        .optional()?)
}

/// Count and xor of the event's ticket rows, to compare with the server's.
pub fn checksum(
    connection: &Connection,
    event: EventId,
    side: Side,
) -> Result<Checksum, ReplicaError> {
    match events::number(connection, event)? {
        Some(no) => tickets::checksum(connection, side, no),
        None => Ok(Checksum::default()),
    }
}

const TABLES: [&str; 8] = [
    "event_row",
    "ticket_type",
    "entry_window",
    "gate",
    "ticket",
    "barred",
    "fact_label",
    "cursor",
];

/// The event's roster is pulled anew: pages go to [`Side::Shadow`] until [`finish_reset`]. Whatever an
/// interrupted reset left there is dropped.
pub fn begin_reset(tx: &WriteTx<'_>, event: EventId) -> Result<(), ReplicaError> {
    let no = events::number_or_new(tx, event)?;
    TABLES.iter().try_for_each(|table| {
        tx.execute(
            &format!("delete from shadow_{table} where event = ?1"),
            [no.0],
        )?;
        Ok(())
    })
}

/// The roster that was pulled anew takes the place of the old one.
pub fn finish_reset(tx: &WriteTx<'_>, event: EventId) -> Result<(), ReplicaError> {
    let no = events::number_or_new(tx, event)?;
    for table in TABLES {
        tx.execute(&format!("delete from {table} where event = ?1"), [no.0])?;
        tx.execute(
            &format!(
                "insert or replace into {table} select * from shadow_{table} where event = ?1"
            ),
            [no.0],
        )?;
        tx.execute(
            &format!("delete from shadow_{table} where event = ?1"),
            [no.0],
        )?;
    }
    sync_state::next_generation(tx)
}
