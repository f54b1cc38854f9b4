//! A new event: its row, its feed, its first signing key, in one transaction.

use shared::clock::UnixMillis;
use shared::roster::signed::SignedKind;
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};

use super::{Category, MODES, NewEvent, RE_ENTRIES, word_of};
use crate::catalog::organizers::Made;
use crate::catalog::transaction;
use crate::door::signed::{self, PublishSignedError};
use crate::edge::random_bytes;
use crate::tickets::keys;
use crate::vault::Vault;
use crate::web::ApiError;

/// An event was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateEventError {
    /// Another organizer's event has that id.
    #[error("the id of the new event is another's")]
    IdTaken,
    /// The venue is none of the organizer's.
    #[error("the organizer has no such venue")]
    NoSuchVenue,
    /// The database failed.
    #[error("creating an event")]
    Database(#[source] sqlx::Error),
    /// Doors could not be told of its key.
    #[error("publishing the key of a new event")]
    KeySet(#[source] PublishSignedError),
}

impl From<CreateEventError> for ApiError {
    fn from(error: CreateEventError) -> Self {
        match error {
            CreateEventError::IdTaken => Self::new(
                ErrorCode::AlreadyExists,
                "This id is taken by another organizer's event; make a new one.",
            ),
            CreateEventError::NoSuchVenue => no_such_venue(),
            CreateEventError::Database(source) => source.into(),
            CreateEventError::KeySet(source) => source.into(),
        }
    }
}

pub(super) fn no_such_venue() -> ApiError {
    ApiError::invalid([(
        "venue",
        "is none of this organizer's venues; create it first",
    )])
}

/// Makes an event. A repeat changes nothing.
pub async fn create(
    pool: &PgPool,
    vault: &Vault,
    new: &NewEvent,
    now_ms: UnixMillis,
) -> Result<Made, CreateEventError> {
    let mut tx = transaction::begin(pool)
        .await
        .map_err(CreateEventError::Database)?;
    let made = create_in(&mut tx, vault, new, now_ms).await?;
    tx.commit().await.map_err(CreateEventError::Database)?;
    Ok(made)
}

async fn create_in(
    conn: &mut PgConnection,
    vault: &Vault,
    new: &NewEvent,
    now_ms: UnixMillis,
) -> Result<Made, CreateEventError> {
    let opened = open_feed(conn, new).await;
    if !opened.map_err(CreateEventError::Database)? {
        return Ok(Made::Before);
    }
    insert(conn, new, now_ms).await?;
    publish_first_key(conn, vault, new, now_ms).await?;
    Ok(Made::Now)
}

/// `false`: the event has one already, so it was made before.
async fn open_feed(conn: &mut PgConnection, new: &NewEvent) -> Result<bool, sqlx::Error> {
    let opened = sqlx::query!(
        "insert into feeds (organizer_id, event_id, epoch)
         select id, $2, $3 from organizers where id = $1
         on conflict do nothing",
        new.organizer.0,
        new.id.0,
        // Positive: it travels as a number in JSON and postcard alike.
        i64::from_be_bytes(random_bytes()) & i64::MAX,
    )
    .execute(&mut *conn)
    .await?;
    if opened.rows_affected() == 0 {
        return Ok(false);
    }
    transaction::begin_change(conn, new.organizer, new.id).await?;
    Ok(true)
}

async fn insert(
    conn: &mut PgConnection,
    new: &NewEvent,
    now_ms: UnixMillis,
) -> Result<(), CreateEventError> {
    let details = &new.details;
    let rule = details.entry_rule;
    let inserted = sqlx::query!(
        "insert into events (organizer_id, id, venue_id, title, description, category, image_url, time_zone,
             doors_ms, starts_ms, ends_ms, mode, status, capacity, currency, re_entry, max_entries,
             max_entries_per_day, max_roster_age_minutes, hold_seconds, created_ms, updated_ms, strict,
             asks_donation)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21, $22, $23)",
        new.organizer.0,
        new.id.0,
        details.venue.0,
        details.title,
        details.description,
        Category::as_str(details.category),
        details.image_url,
        details.time_zone,
        details.doors_ms,
        details.starts_ms,
        details.ends_ms,
        word_of(new.mode, &MODES),
        new.status.as_str(),
        details.capacity.map(u32::cast_signed),
        details.currency.code(),
        word_of(rule.re_entry, &RE_ENTRIES),
        rule.max_entries.map(i32::from),
        rule.max_entries_per_day.map(i32::from),
        details.max_roster_age_minutes.map(u32::cast_signed),
        details.hold_seconds.cast_signed(),
        now_ms,
        details.strict.unwrap_or(false),
        details.asks_donation.unwrap_or(false),
    )
    .execute(conn)
    .await;
    inserted.map(drop).map_err(|error| {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("events_id_key") => CreateEventError::IdTaken,
            Some("events_organizer_id_venue_id_fkey") => CreateEventError::NoSuchVenue,
            _ => CreateEventError::Database(error),
        }
    })
}

async fn publish_first_key(
    conn: &mut PgConnection,
    vault: &Vault,
    new: &NewEvent,
    now_ms: UnixMillis,
) -> Result<(), CreateEventError> {
    keys::create_for_event(conn, vault, new.organizer, new.id, now_ms)
        .await
        .map_err(CreateEventError::Database)?;
    signed::publish(conn, vault, new.organizer, SignedKind::KeySet, now_ms)
        .await
        .map(drop)
        .map_err(CreateEventError::KeySet)
}
