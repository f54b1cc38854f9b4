//! Opening the doors of an event in strict mode.

use shared::ids::{EventId, OrganizerId};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::settle::{SettleRightsError, settle};
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// The doors were not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenDoorsError {
    /// Any door lets any ticket in.
    #[error("this event is not in strict mode")]
    NotStrict,
    /// A draft, cancelled or archived.
    #[error("this event is not published")]
    NotPublished,
    /// Nobody could hold a right.
    #[error("no device that may scan is enrolled for this event")]
    NoDoors,
    /// A restore is not over.
    #[error("the database went back to a backup, and sale does not go on yet")]
    OnHold,
    /// Granting.
    #[error(transparent)]
    Settle(#[from] SettleRightsError),
    /// Reading or writing.
    #[error("opening the doors of an event")]
    Database(#[from] sqlx::Error),
}

impl From<OpenDoorsError> for ApiError {
    fn from(error: OpenDoorsError) -> Self {
        let conflict = |detail: &str| Self::new(ErrorCode::Conflict, detail);
        match error {
            OpenDoorsError::NotStrict => conflict(
                "This event is not in strict mode: any of its doors lets any ticket in, and there is nothing to hand out. Set `strict` first.",
            ),
            OpenDoorsError::NotPublished => {
                conflict("The doors of an event are opened while it is published.")
            }
            OpenDoorsError::NoDoors => conflict(
                "No device that may scan is enrolled for this event, so nobody could hold a ticket's right of entry: enrol the doors first.",
            ),
            OpenDoorsError::OnHold => conflict(
                "The database went back to a backup. Let the doors hand in what they have, say `go-on`, and open the doors then.",
            ),
            OpenDoorsError::Settle(source) => source.into(),
            OpenDoorsError::Database(source) => source.into(),
        }
    }
}

/// Hands each gate's tickets to its doors. Once more, doors that gave their share back are counted in again, and what nobody
/// holds is handed out.
pub(super) async fn open_doors(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(), OpenDoorsError> {
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    may_open(&mut tx, (organizer, event)).await?;
    sqlx::query!(
        "update events set rights_lent_ms = $3 where organizer_id = $1 and id = $2 and rights_lent_ms is null",
        organizer.0,
        event.0,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update device_events set gave_share_back = false where organizer_id = $1 and event_id = $2 and gave_share_back",
        organizer.0,
        event.0
    )
    .execute(&mut *tx)
    .await?;
    settle(app, &mut tx, (organizer, event)).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}

async fn may_open(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<(), OpenDoorsError> {
    let found = sqlx::query!(
        r#"select e.strict, e.status, f.rights_on_hold,
                  exists (select from device_events i join devices d on d.organizer_id = i.organizer_id and d.id = i.device_id
                          where i.organizer_id = $1 and i.event_id = $2 and d.state = 'active'
                            and d.sealed_private is null and d.rights & 1 = 1) as "has_doors!"
           from events e join feeds f on f.organizer_id = e.organizer_id and f.event_id = e.id
           where e.organizer_id = $1 and e.id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    match found {
        row if !row.strict => Err(OpenDoorsError::NotStrict),
        row if row.status != "published" => Err(OpenDoorsError::NotPublished),
        row if row.rights_on_hold => Err(OpenDoorsError::OnHold),
        row if !row.has_doors => Err(OpenDoorsError::NoDoors),
        _ => Ok(()),
    }
}
