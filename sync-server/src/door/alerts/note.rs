//! Saying that an alert about a device or a journal was dealt with. One about a ticket is settled by annotating its facts,
//! which every fold hears; here there is no ticket, so it is the server's own note.

use shared::ids::{EventId, OrganizerId, UserId};
use shared::wire::latest::ErrorCode;

use super::Noticed;
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// The note was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoteError {
    /// No such alert.
    #[error("there is no such alert of this event")]
    NotFound,
    /// It is about a ticket.
    #[error(
        "this alert is about a ticket: annotate one of its facts by POST /api/v1/annotations, so that the doors hear it too"
    )]
    OfTicket,
    /// Reading or writing.
    #[error("noting an alert")]
    Database(#[from] sqlx::Error),
}

impl From<NoteError> for ApiError {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::NotFound => Self::not_found("alert"),
            NoteError::OfTicket => Self::new(ErrorCode::Conflict, error.to_string()),
            NoteError::Database(source) => source.into(),
        }
    }
}

/// Notes it; what was noted already stays as it is.
pub(crate) async fn note(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    (kind, subject): (&str, &str),
    by: UserId,
) -> Result<(), NoteError> {
    if Noticed::from_code(kind).is_none() {
        return Err(NoteError::OfTicket);
    }
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    let open = sqlx::query_scalar!(
        r#"select resolved_ms is null as "open!" from alerts
           where organizer_id = $1 and event_id = $2 and kind = $3 and subject = $4"#,
        organizer.0,
        event.0,
        kind,
        subject
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(NoteError::NotFound)?;
    if !open {
        return Ok(());
    }
    sqlx::query!(
        "with noted as (
             update alerts set resolved_ms = $5, last_ms = $5, changed_seq = change_number($2)
             where organizer_id = $1 and event_id = $2 and kind = $3 and subject = $4 returning detail
         )
         insert into alert_changes (organizer_id, event_id, kind, subject, seq, at_ms, detail, resolved, noted_by)
         select $1, $2, $3, $4, change_number($2), $5, detail, true, $6 from noted",
        organizer.0,
        event.0,
        kind,
        subject,
        app.now_ms(),
        by.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}
