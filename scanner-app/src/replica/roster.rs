//! Pages of the feed. Applying one is upserts, so that a part of a page, or a page that comes twice, does no harm: the
//! cursor moves with the last part.
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
use super::sets::{self, Rest, Set};
use super::tickets::Sum;
use super::{ReplicaError, WriteTx, labels, sync_state, tickets};

/// Rows that are looked at between two chances for others, where nobody may wait for long.
const AT_ONCE: usize = 1_000;

/// Which of an event's rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that the door decides by.
    InUse,
    /// The one being pulled after a reset.
    Shadow,
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
    /// The feed began anew: pull from the beginning, see [`clear_shadow`].
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

/// Applies a page of the event's feed and moves the cursor. `now_ms` is this device's wall clock. Whoever scans waits for
/// it; see `slices` for pages of any size.
pub fn apply_page(
    tx: &WriteTx<'_>,
    event: EventId,
    page: &Page,
    side: Side,
    now_ms: UnixMillis,
) -> Result<PageApplied, ApplyPageError> {
    apply_part(tx, event, (page, Part::Last), side, now_ms)
}

/// Which part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// There is more of it: the cursor stays.
    Earlier,
    /// The page is whole with it: the cursor moves.
    Last,
}

/// As [`apply_page`], for a part of a page.
pub fn apply_part(
    tx: &WriteTx<'_>,
    event: EventId,
    (page, part): (&Page, Part),
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
    let set = sets::of(tx, no, side)?;
    tickets::bar(tx, set, no, &page.barred)?;
    tickets::put(tx, set, no, &page.tickets)?;
    let mut applied = PageApplied {
        tickets: page.tickets.len(),
        ..PageApplied::default()
    };
    let mut rules_changed = false;
    for entry in &page.entries {
        rules_changed |= apply_entry(tx, set, no, entry, now_ms, &mut applied)?;
    }
    if rules_changed && side == Side::InUse {
        sync_state::next_generation(tx)?;
    }
    match part {
        Part::Earlier => {}
        Part::Last => put_cursor(tx, set, no, page, held.and_then(|held| held.as_of_ms))?,
    }
    Ok(applied)
}

/// `true` if a door has to read its rules again.
fn apply_entry(
    tx: &WriteTx<'_>,
    set: Set,
    event: EventNo,
    entry: &PageEntry,
    now_ms: UnixMillis,
    applied: &mut PageApplied,
) -> Result<bool, ReplicaError> {
    match entry {
        PageEntry::Event(row) => events::put_event(tx, set, event, row)?,
        PageEntry::TicketType(row) => events::put(tx, set, event, &Numbered::Type(row))?,
        PageEntry::Window(row) => events::put(tx, set, event, &Numbered::Window(row))?,
        PageEntry::Gate(row) => events::put(tx, set, event, &Numbered::Gate(row))?,
        PageEntry::Deleted { kind, no } => match Gone::read(kind, *no) {
            Some(gone) => events::remove(tx, set, event, gone)?,
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
            labels::put(tx, set, event, row)?;
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
    set: Set,
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
        set.prefix()
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
    let Some(no) = events::number(connection, event)? else {
        return Ok(None);
    };
    let sql = format!(
        "select epoch, cursor, head, caught_up, as_of_ms, signed_version from {}cursor where event = ?1",
        sets::of(connection, no, side)?.prefix()
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([no.0], |row| {
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
    let mut sum = Sum::default();
    while add_rows(connection, event, side, &mut sum)? == Rest::More {}
    Ok(sum.so_far)
}

/// A part of [`checksum`]. Between two parts nobody may apply pages.
pub fn add_rows(
    connection: &Connection,
    event: EventId,
    side: Side,
    sum: &mut Sum,
) -> Result<Rest, ReplicaError> {
    let Some(no) = events::number(connection, event)? else {
        return Ok(Rest::Nothing);
    };
    let set = sets::of(connection, no, side)?;
    tickets::add_rows(connection, set, no, sum, 5 * AT_ONCE)
}

/// Before the event's roster is pulled anew: pages go to [`Side::Shadow`] until [`finish_reset`]. Drops some of what an
/// earlier reset left there; call it until nothing is left.
pub fn clear_shadow(tx: &WriteTx<'_>, event: EventId) -> Result<Rest, ReplicaError> {
    let no = events::number_or_new(tx, event)?;
    let shadow = sets::of(tx, no, Side::Shadow)?;
    sets::clear(tx, shadow, no, AT_ONCE)
}

/// The roster that was pulled anew takes the place of the old one, whose rows are in the shadow then: [`clear_shadow`].
/// Where none was pulled, nothing happens: it has taken place already.
pub fn finish_reset(tx: &WriteTx<'_>, event: EventId) -> Result<(), ReplicaError> {
    let no = events::number_or_new(tx, event)?;
    if cursor(tx, event, Side::Shadow)?.is_none_or(|cursor| !cursor.caught_up) {
        return Ok(());
    }
    sets::swap(tx, no)?;
    let former = sets::of(tx, no, Side::Shadow)?;
    sets::forget_cursor(tx, former, no)?;
    sync_state::next_generation(tx)
}
