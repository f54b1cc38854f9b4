//! Changing an event, calling it off, throwing a draft away.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, VenueId};
use shared::roster::signed::SignedKind;
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};

use super::create::no_such_venue;
use super::status::Course;
use super::{Category, EventDetails, EventStatus, RE_ENTRIES, StatusError, value_of, word_of};
use crate::catalog::transaction::{self, LockEventError, lock_event};
use crate::door::signed::{self, PublishSignedError};
use crate::orders::notices::{self, Appointment};
use crate::orders::reservation;
use crate::vault::Vault;
use crate::web::ApiError;

/// An event was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeEventError {
    /// None of that organizer.
    #[error("the organizer has no such event")]
    NoSuchEvent,
    /// The venue is none of the organizer's.
    #[error("the organizer has no such venue")]
    NoSuchVenue,
    /// It can't become that.
    #[error("changing an event's status")]
    Status(#[source] StatusError),
    /// Orders hold amounts in the old one.
    #[error("the event has orders in its present currency")]
    CurrencyInUse,
    /// Doors hold its tickets' rights of entry.
    #[error("the doors were opened in strict mode")]
    RightsLent,
    /// Nobody can promise anything about tickets that went in before.
    #[error("people went in before strict mode")]
    WentIn,
    /// Devices would not know its new title or start.
    #[error(transparent)]
    Publish(#[from] PublishSignedError),
    /// The database failed.
    #[error("changing an event")]
    Database(#[from] sqlx::Error),
}

impl From<ChangeEventError> for ApiError {
    fn from(error: ChangeEventError) -> Self {
        match error {
            ChangeEventError::NoSuchEvent => Self::not_found("event"),
            ChangeEventError::NoSuchVenue => no_such_venue(),
            ChangeEventError::Status(status) => Self::new(
                ErrorCode::Conflict,
                format!("This can't be done: {status}."),
            ),
            ChangeEventError::CurrencyInUse => Self::new(
                ErrorCode::Conflict,
                "The event has orders in its present currency, so it keeps it; create another event for another currency.",
            ),
            ChangeEventError::RightsLent => Self::new(
                ErrorCode::Conflict,
                "The doors were opened in strict mode and hold the tickets' rights of entry, so the event stays in it.",
            ),
            ChangeEventError::WentIn => Self::new(
                ErrorCode::Conflict,
                "People went in already, and doors may know of entries that the server does not: strict mode can only be switched on before the first entry.",
            ),
            ChangeEventError::Publish(error) => error.into(),
            ChangeEventError::Database(source) => source.into(),
        }
    }
}

impl From<LockEventError> for ChangeEventError {
    fn from(error: LockEventError) -> Self {
        match error {
            LockEventError::NoSuchEvent => Self::NoSuchEvent,
            LockEventError::Database(source) => Self::Database(source),
        }
    }
}

/// What became of an event that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// A draft without orders: put away, nobody saw it.
    ThrownAway,
    /// Buyers know it: it stays, cancelled.
    Cancelled,
}

struct Present {
    status: EventStatus,
    currency: String,
    has_orders: bool,
    strict: bool,
    is_lending: bool,
    went_in: bool,
    venue: VenueId,
    appointment: Appointment,
}

impl Present {
    /// Whether somebody who has tickets would come at another time, or elsewhere.
    fn moves_to(&self, details: &EventDetails) -> bool {
        let at = &self.appointment;
        self.venue != details.venue
            || at.doors_ms != details.doors_ms
            || at.starts_ms != details.starts_ms
            || at.time_zone != details.time_zone
    }

    /// May it become strict, or no longer be?
    fn may_change_to(&self, strict: bool) -> Result<(), ChangeEventError> {
        if strict == self.strict {
            Ok(())
        } else if strict && self.went_in {
            Err(ChangeEventError::WentIn)
        } else if !strict && self.is_lending {
            Err(ChangeEventError::RightsLent)
        } else {
            Ok(())
        }
    }
}

/// Writes the event anew. `status`: `None` = as it is.
pub async fn replace(
    pool: &PgPool,
    vault: &Vault,
    (organizer, event): (OrganizerId, EventId),
    details: &EventDetails,
    status: Option<EventStatus>,
    now_ms: UnixMillis,
) -> Result<EventStatus, ChangeEventError> {
    let mut tx = transaction::begin(pool).await?;
    let present = lock(&mut tx, organizer, event).await?;
    let course = if details.ends_ms <= now_ms {
        Course::Over
    } else {
        Course::Ahead
    };
    let status = present
        .status
        .change(status.unwrap_or(present.status), course)
        .map_err(ChangeEventError::Status)?;
    if present.has_orders && present.currency != details.currency.code() {
        return Err(ChangeEventError::CurrencyInUse);
    }
    let strict = details.strict.unwrap_or(present.strict);
    present.may_change_to(strict)?;
    update(
        &mut tx,
        (organizer, event),
        details,
        (status, strict),
        now_ms,
    )
    .await?;
    signed::publish(&mut tx, vault, organizer, SignedKind::KeySet, now_ms).await?;
    let of = (organizer, event);
    let was_public = present.status == EventStatus::Published;
    if was_public && status == EventStatus::Cancelled {
        notices::cancelled(&mut tx, of, now_ms).await?;
        reservation::called_off(&mut tx, of, now_ms).await?;
    } else if was_public && status == EventStatus::Published && present.moves_to(details) {
        notices::changed(&mut tx, of, &present.appointment, now_ms).await?;
        if present.appointment.starts_ms != details.starts_ms {
            reservation::moved(&mut tx, of, details.starts_ms).await?;
        }
    }
    tx.commit().await?;
    Ok(status)
}

/// Throws a draft without orders away, cancels every other event. A repeat changes nothing.
pub async fn remove(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    now_ms: UnixMillis,
) -> Result<Removal, ChangeEventError> {
    let mut tx = transaction::begin(pool).await?;
    let present = lock(&mut tx, organizer, event).await?;
    let (status, removal) = match present.status {
        EventStatus::Draft if !present.has_orders => (EventStatus::Archived, Removal::ThrownAway),
        EventStatus::Draft | EventStatus::Published | EventStatus::Cancelled => {
            (EventStatus::Cancelled, Removal::Cancelled)
        }
        EventStatus::Archived => return Ok(Removal::ThrownAway),
    };
    if status != present.status {
        sqlx::query!(
            "update events set status = $3, updated_ms = $4 where organizer_id = $1 and id = $2",
            organizer.0,
            event.0,
            status.as_str(),
            now_ms
        )
        .execute(&mut *tx)
        .await?;
        if present.status == EventStatus::Published {
            notices::cancelled(&mut tx, (organizer, event), now_ms).await?;
            reservation::called_off(&mut tx, (organizer, event), now_ms).await?;
        }
        tx.commit().await?;
    }
    Ok(removal)
}

/// Takes the event's lock and reads what rules ask.
async fn lock(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Present, ChangeEventError> {
    lock_event(conn, (organizer, event)).await?;
    let row = sqlx::query!(
        r#"select e.status, e.currency, e.strict, e.rights_lent_ms is not null as "is_lending!", e.venue_id,
                  e.doors_ms, e.starts_ms, e.time_zone, v.name || ', ' || v.city as "place!",
                  exists (select from orders o where o.organizer_id = $1 and o.event_id = $2) as "has_orders!",
                  exists (select from ticket_states s
                          where s.organizer_id = $1 and s.event_id = $2 and s.entries > 0) as "went_in!"
           from events e join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           where e.organizer_id = $1 and e.id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    Ok(Present {
        status: value_of("events.status", &row.status, &EventStatus::WORDS)?,
        currency: row.currency,
        has_orders: row.has_orders,
        strict: row.strict,
        is_lending: row.is_lending,
        went_in: row.went_in,
        venue: VenueId(row.venue_id),
        appointment: Appointment {
            doors_ms: row.doors_ms,
            starts_ms: row.starts_ms,
            time_zone: row.time_zone,
            place: row.place,
        },
    })
}

async fn update(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    details: &EventDetails,
    (status, strict): (EventStatus, bool),
    now_ms: UnixMillis,
) -> Result<(), ChangeEventError> {
    let rule = details.entry_rule;
    let updated = sqlx::query!(
        "update events set venue_id = $3, title = $4, description = $5, category = $6, image_url = $7, time_zone = $8,
             doors_ms = $9, starts_ms = $10, ends_ms = $11, status = $12, capacity = $13, currency = $14, re_entry = $15,
             max_entries = $16, max_entries_per_day = $17, max_roster_age_minutes = $18, hold_seconds = $19,
             updated_ms = $20, strict = $21, asks_donation = coalesce($22, asks_donation)
         where organizer_id = $1 and id = $2",
        organizer.0,
        event.0,
        details.venue.0,
        details.title,
        details.description,
        Category::as_str(details.category),
        details.image_url,
        details.time_zone,
        details.doors_ms,
        details.starts_ms,
        details.ends_ms,
        status.as_str(),
        details.capacity.map(u32::cast_signed),
        details.currency.code(),
        word_of(rule.re_entry, &RE_ENTRIES),
        rule.max_entries.map(i32::from),
        rule.max_entries_per_day.map(i32::from),
        details.max_roster_age_minutes.map(u32::cast_signed),
        details.hold_seconds.cast_signed(),
        now_ms,
        strict,
        details.asks_donation,
    )
    .execute(conn)
    .await;
    updated.map(drop).map_err(|error| {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("events_organizer_id_venue_id_fkey") => ChangeEventError::NoSuchVenue,
            _ => ChangeEventError::Database(error),
        }
    })
}
