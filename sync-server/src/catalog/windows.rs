//! Entry windows: when tickets of some types admit. Window 0 is none of these: "whenever the event admits".

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, WindowNo};
use shared::wire::latest::ErrorCode;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::fields::FieldErrors;
use super::organizers::Made;
use super::transaction::{self, LockEventError, lock_event};
use crate::web::ApiError;

/// More than a year of days.
const MOST_INTERVALS: usize = 400;

/// A window, as sent and as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindowRequest {
    /// Chosen by the client, 1 to 255, unique in the event for ever. In a `PUT` the address says it.
    pub no: Option<i64>,
    /// "Jour 2".
    pub name: String,
    /// `[[from_ms, until_ms], ...]`: a ticket enters from the first until just before the second.
    pub intervals: Vec<(UnixMillis, UnixMillis)>,
}

/// What an organizer says of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its number.
    pub no: WindowNo,
    /// Its name.
    pub name: String,
    /// In order, none touching the next.
    pub intervals: Vec<(UnixMillis, UnixMillis)>,
}

/// A window was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteWindowError {
    /// None of that organizer.
    #[error("the organizer has no such event")]
    NoSuchEvent,
    /// No such window, or a deleted one.
    #[error("the event has no such window")]
    NoSuchWindow,
    /// A number is used once, also by a deleted window: tickets carry it.
    #[error("the number was used by a window that was deleted")]
    NumberUsed,
    /// Tickets would admit never.
    #[error("ticket types admit in this window")]
    InUse,
    /// The database failed.
    #[error("writing a window")]
    Database(#[from] sqlx::Error),
}

impl From<LockEventError> for WriteWindowError {
    fn from(error: LockEventError) -> Self {
        match error {
            LockEventError::NoSuchEvent => Self::NoSuchEvent,
            LockEventError::Database(source) => Self::Database(source),
        }
    }
}

impl From<WriteWindowError> for ApiError {
    fn from(error: WriteWindowError) -> Self {
        match error {
            WriteWindowError::NoSuchEvent => Self::not_found("event"),
            WriteWindowError::NoSuchWindow => Self::not_found("window"),
            WriteWindowError::NumberUsed => Self::new(
                ErrorCode::AlreadyExists,
                "This number was used by a window that was deleted; choose another.",
            ),
            WriteWindowError::InUse => Self::new(
                ErrorCode::Conflict,
                "Tickets admit in this window; give their types another window first.",
            ),
            WriteWindowError::Database(source) => source.into(),
        }
    }
}

impl WindowRequest {
    /// Checks all fields. `no`: from the address of a `PUT`, else from the body.
    pub fn parse(&self, no: Option<WindowNo>) -> Result<Window, FieldErrors> {
        let mut errors = FieldErrors::default();
        let no = match no {
            Some(no) => Some(no),
            None => errors
                .required("no", self.no)
                .map(|no| WindowNo(errors.within("no", no, 1..=255) as u8)),
        };
        let name = errors.text("name", &self.name, 1..=100);
        let mut intervals = self.intervals.clone();
        intervals.sort_unstable();
        if intervals.is_empty() || intervals.len() > MOST_INTERVALS {
            errors.add("intervals", format!("must be 1 to {MOST_INTERVALS}"));
        }
        if intervals.iter().any(|(from, until)| from >= until) {
            errors.add("intervals", "must each end after they begin");
        }
        if intervals.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            errors.add("intervals", "must not overlap");
        }
        errors.finish(no.map(|no| Window {
            no,
            name,
            intervals,
        }))
    }
}

/// Makes a window. A repeat changes nothing.
pub async fn create(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    new: &Window,
) -> Result<Made, WriteWindowError> {
    let mut tx = transaction::begin(pool).await?;
    lock_event(&mut tx, (organizer, event)).await?;
    let there = sqlx::query_scalar!(
        "select deleted from windows where organizer_id = $1 and event_id = $2 and no = $3",
        organizer.0,
        event.0,
        i32::from(new.no.0)
    )
    .fetch_optional(&mut *tx)
    .await?;
    match there {
        Some(true) => return Err(WriteWindowError::NumberUsed),
        Some(false) => return Ok(Made::Before),
        None => {}
    }
    sqlx::query!(
        "insert into windows (organizer_id, event_id, no, name, intervals) values ($1, $2, $3, $4, $5)",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.name,
        Json(&new.intervals) as _
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Made::Now)
}

/// Writes a window anew.
pub async fn replace(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    new: &Window,
) -> Result<(), WriteWindowError> {
    let mut tx = transaction::begin(pool).await?;
    lock_event(&mut tx, (organizer, event)).await?;
    let written = sqlx::query!(
        "update windows set name = $4, intervals = $5
         where organizer_id = $1 and event_id = $2 and no = $3 and not deleted",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.name,
        Json(&new.intervals) as _
    )
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 0 {
        return Err(WriteWindowError::NoSuchWindow);
    }
    tx.commit().await?;
    Ok(())
}

/// Marks a window deleted, unless a type on sale or a ticket admits in it.
pub async fn delete(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    no: WindowNo,
) -> Result<(), WriteWindowError> {
    let mut tx = transaction::begin(pool).await?;
    lock_event(&mut tx, (organizer, event)).await?;
    let used = sqlx::query_scalar!(
        r#"select exists (select from ticket_types
                where organizer_id = $1 and event_id = $2 and window_no = $3 and not deleted)
             or exists (select from tickets where organizer_id = $1 and event_id = $2 and window_no = $3) as "used!""#,
        organizer.0,
        event.0,
        i32::from(no.0)
    )
    .fetch_one(&mut *tx)
    .await?;
    if used {
        return Err(WriteWindowError::InUse);
    }
    let deleted = sqlx::query!(
        "update windows set deleted = true where organizer_id = $1 and event_id = $2 and no = $3 and not deleted",
        organizer.0,
        event.0,
        i32::from(no.0)
    )
    .execute(&mut *tx)
    .await?;
    if deleted.rows_affected() == 0 {
        return Err(WriteWindowError::NoSuchWindow);
    }
    tx.commit().await?;
    Ok(())
}

/// A number that no window of the event has or had.
pub async fn free_number(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<WindowNo, sqlx::Error> {
    let last = sqlx::query_scalar!(
        r#"select coalesce(max(no), 0) as "last!" from windows where organizer_id = $1 and event_id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    Ok(WindowNo(u8::try_from(last + 1).unwrap_or(u8::MAX)))
}

/// An event's windows, without those deleted.
pub async fn windows_of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<WindowRequest>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select no, name, intervals as "intervals: Json<Vec<(UnixMillis, UnixMillis)>>"
           from windows where organizer_id = $1 and event_id = $2 and not deleted order by no"#,
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WindowRequest {
            no: Some(row.no.into()),
            name: row.name,
            intervals: row.intervals.0,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_put_in_order_and_must_not_overlap() {
        let mut request = WindowRequest {
            no: Some(1),
            name: "Jour 2".into(),
            intervals: vec![(30, 40), (10, 20), (20, 30)],
        };
        let window = request.parse(None).unwrap();
        assert_eq!(window.intervals, [(10, 20), (20, 30), (30, 40)]);

        request.intervals.push((15, 16));
        let errors = request.parse(None).unwrap_err().0;
        assert_eq!(errors["intervals"], "must not overlap");
        request.intervals = vec![(5, 5)];
        assert!(request.parse(None).is_err(), "an empty interval");
        request.intervals.clear();
        assert!(request.parse(None).is_err(), "no interval");
    }
}
