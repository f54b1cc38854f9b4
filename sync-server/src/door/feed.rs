//! Down: what changed of an event after a cursor, in one snapshot. Invariants F1 to F7 of docs/SYNC.md.

use std::time::Duration;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use shared::wire::latest::{ChangesQuery, ErrorCode, Page};
use sqlx::{PgConnection, PgPool};
use tokio::time::Instant;

use super::cursor::{Cursor, ParseCursorError, Progress};
use super::kinds;
use super::page::{self, Entry, ReadRowsError};
use super::watch::Seen;
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// One page is at most this many entries: some 400 kB of tickets.
pub const MAX_LIMIT: u32 = 50_000;
/// Of entries that are not tickets a page has at most so many: facts are some 300 bytes each.
const MAX_OTHERS: usize = 5_000;
/// A device that is told nothing for longer asks again: proxies cut idle connections after a minute.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// A checksum goes also with a caught-up page when the last is older.
const CHECKSUM_EVERY_MS: i64 = 60 * 60 * 1000;

/// A place to read from, checked.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Whose event.
    pub organizer: OrganizerId,
    /// Which.
    pub event: EventId,
    /// After which entry; `None` = from the beginning.
    pub cursor: Option<Cursor>,
    /// Entries at most.
    pub limit: u32,
    /// The version of the signed objects that the device has heard of.
    pub signed_version: Option<u64>,
}

/// No page.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The event has no feed.
    #[error("there is no feed of event {0}")]
    NoFeed(EventId),
    /// The text is no cursor.
    #[error(transparent)]
    Cursor(#[from] ParseCursorError),
    /// The cursor is of another life of the feed, or lies beyond its head (invariant F6).
    #[error("the cursor is of before a restore of the server")]
    Reset,
    /// Reading.
    #[error("reading the feed of an event")]
    Database(#[from] sqlx::Error),
    /// Reading the entries' rows.
    #[error("reading the rows of a page")]
    Rows(#[source] ReadRowsError),
}

impl From<ReadRowsError> for PullError {
    fn from(error: ReadRowsError) -> Self {
        match error {
            ReadRowsError::Database(source) => Self::Database(source),
            other @ ReadRowsError::Id(_) => Self::Rows(other),
        }
    }
}

impl From<PullError> for ApiError {
    fn from(error: PullError) -> Self {
        match error {
            PullError::NoFeed(_) => Self::not_found("event"),
            PullError::Cursor(error) => Self::new(ErrorCode::InvalidCursor, error.to_string()),
            PullError::Reset => Self::new(
                ErrorCode::ResetRequired,
                "The server was restored from a backup: pull from the beginning and offer all own facts again.",
            ),
            PullError::Database(source) => source.into(),
            other @ PullError::Rows(_) => Self::internal(other),
        }
    }
}

impl Pull {
    /// From the parameters of the address.
    pub fn parse(
        organizer: OrganizerId,
        event: EventId,
        query: &ChangesQuery,
    ) -> Result<Self, PullError> {
        let cursor = query.cursor.as_deref().map(Cursor::decode).transpose()?;
        Ok(Self {
            organizer,
            event,
            cursor,
            limit: query.limit.unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT),
            signed_version: query.signed,
        })
    }
}

/// A page; with nothing to tell, waits for a change for `wait` seconds at most. New root-signed objects are news too, also
/// those that came between two requests: a key that was revoked shall not be believed for as long as nothing else happens.
pub async fn pull(app: &App, pull: &Pull, wait: Option<u32>) -> Result<Page, PullError> {
    let wait = Duration::from_secs(wait.unwrap_or(0).into()).min(MAX_WAIT);
    let until = Instant::now() + wait;
    let mut signed_version = pull.signed_version;
    // Before the first reading, so that no change falls between it and the wait.
    let mut listener = app.door.watch.listen((pull.organizer, pull.event));
    loop {
        listener.look();
        let page = read_page(&app.pool, pull, app.now_ms()).await?;
        let told = !page.tickets.is_empty()
            || !page.entries.is_empty()
            || pull.cursor.is_none()
            || page.signed_version > *signed_version.get_or_insert(page.signed_version);
        let stopping = app.stopping.is_cancelled();
        if told || page.has_more || stopping || Instant::now() >= until {
            return Ok(page);
        }
        let seen = Seen::of(&page);
        tokio::select! {
            () = app.stopping.cancelled() => {}
            () = listener.wait(&app.pool, seen, until) => {}
        }
    }
}

/// The page after a cursor, from one snapshot of the database.
pub async fn read_page(pool: &PgPool, pull: &Pull, now_ms: UnixMillis) -> Result<Page, PullError> {
    let mut tx = transaction::begin_snapshot(pool).await?;
    let page = page_in(&mut tx, pull, now_ms).await?;
    tx.commit().await?;
    Ok(page)
}

async fn page_in(
    conn: &mut PgConnection,
    pull: &Pull,
    now_ms: UnixMillis,
) -> Result<Page, PullError> {
    let feed = sqlx::query!(
        r#"select f.epoch, f.head,
                  greatest((select max(version) from signed_objects s where s.organizer_id = f.organizer_id),
                           (select version from supervisor_lists l where l.organizer_id = f.organizer_id), 0)
                    as "signed_version!"
           from feeds f where f.organizer_id = $1 and f.event_id = $2"#,
        pull.organizer.0,
        pull.event.0
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(PullError::NoFeed(pull.event))?;
    let epoch = feed.epoch.cast_unsigned();
    let first = pull.cursor.is_none();
    let from = pull.cursor.clone().unwrap_or_else(|| Cursor::start(epoch));
    if from.epoch != epoch || from.seq > feed.head {
        return Err(PullError::Reset);
    }
    let (entries, has_more) = entries_after(conn, pull, &from).await?;
    let rows = page::read_rows(conn, pull.organizer, pull.event, &entries).await?;
    let ends = !has_more && from.progress == Progress::CatchingUp;
    let due = !has_more && now_ms.saturating_sub(from.checksum_ms) >= CHECKSUM_EVERY_MS;
    let checksum = if ends || due {
        Some(ticket_checksum(conn, pull).await?)
    } else {
        None
    };
    let next = next_cursor(&from, entries.last(), has_more, checksum.map(|_| now_ms));
    Ok(Page {
        epoch,
        cursor: next.encode(),
        has_more,
        head: feed.head.cast_unsigned(),
        signed_version: feed.signed_version.cast_unsigned(),
        server_ms: now_ms,
        tickets: rows.tickets,
        barred: if first {
            page::barred(conn, pull.organizer, pull.event).await?
        } else {
            Vec::new()
        },
        entries: rows.entries,
        checksum,
    })
}

fn next_cursor(
    from: &Cursor,
    last: Option<&Entry>,
    has_more: bool,
    checksum_ms: Option<UnixMillis>,
) -> Cursor {
    let (seq, kind, id) = match last {
        Some(entry) => (entry.seq, entry.kind, entry.id.clone()),
        None => (from.seq, from.kind, from.id.clone()),
    };
    Cursor {
        epoch: from.epoch,
        seq,
        kind,
        id,
        progress: if has_more {
            Progress::CatchingUp
        } else {
            Progress::CaughtUp
        },
        checksum_ms: checksum_ms.unwrap_or(from.checksum_ms),
    }
}

/// The entries of the page, and whether there are more after them.
async fn entries_after(
    conn: &mut PgConnection,
    pull: &Pull,
    from: &Cursor,
) -> Result<(Vec<Entry>, bool), sqlx::Error> {
    let limit = pull.limit as usize;
    let mut entries = sqlx::query_as!(
        Entry,
        "select seq, kind, id from feed_entries
         where organizer_id = $1 and event_id = $2 and (seq, kind, id) > ($3, $4, $5)
         order by seq, kind, id limit $6",
        pull.organizer.0,
        pull.event.0,
        from.seq,
        from.kind,
        from.id,
        i64::from(pull.limit) + 1
    )
    .fetch_all(conn)
    .await?;
    let full = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.kind != kinds::TICKET)
        .nth(MAX_OTHERS)
        .map_or(limit, |(place, _)| place.min(limit));
    let has_more = entries.len() > full;
    entries.truncate(full);
    Ok((entries, has_more))
}

async fn ticket_checksum(conn: &mut PgConnection, pull: &Pull) -> Result<(u64, u64), sqlx::Error> {
    let sums = sqlx::query!(
        "select rows, xor from feed_checksums where organizer_id = $1 and event_id = $2 and kind = $3",
        pull.organizer.0,
        pull.event.0,
        kinds::TICKET
    )
    .fetch_optional(conn)
    .await?;
    Ok(sums.map_or((0, 0), |sums| {
        (sums.rows.cast_unsigned(), sums.xor.cast_unsigned())
    }))
}

/// Begins another life of an event's feed, after a restore from backup: every device pulls from the beginning.
/// Returns whether there is such an event.
pub async fn new_epoch(
    pool: &PgPool,
    event: EventId,
    random: &mut impl shared::ids::Random,
) -> Result<bool, sqlx::Error> {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let done = sqlx::query!(
        "update feeds set epoch = $2 where event_id = $1",
        event.0,
        // Positive: it travels as a number in JSON and postcard alike.
        i64::from_be_bytes(bytes) & i64::MAX
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}
