//! What an organizer does with the leases of a till that doesn't answer.

use serde::Deserialize;
use shared::ids::{DeviceId, EventId, OrganizerId, TypeNo, UserId};
use shared::roster::signed::SignedKind;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::app::App;
use crate::database::transaction;
use crate::door::signed::{self, PublishSignedError};
use crate::web::ApiError;

/// It was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The till holds no unsold place of the event.
    #[error("this till holds no unsold places of the event")]
    NothingLent,
    /// More than the till holds and were not written off before.
    #[error("this till holds {0} unsold places that are not written off")]
    TooMany(i64),
    /// Telling everybody.
    #[error("publishing leases that were taken back")]
    Publish(#[from] PublishSignedError),
    /// Reading or writing.
    #[error("taking a till's leases back")]
    Database(#[from] sqlx::Error),
}

impl From<ActError> for ApiError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NothingLent => Self::new(
                ErrorCode::Conflict,
                "This till holds no unsold places of this event: there is nothing to take back.",
            ),
            ActError::TooMany(left) => Self::new(
                ErrorCode::Conflict,
                format!(
                    "This till holds {left} unsold places that are not written off; write off at most so many."
                ),
            ),
            ActError::Publish(source) => source.into(),
            ActError::Database(source) => source.into(),
        }
    }
}

/// Places of one type that an organizer stops waiting for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteOffRequest {
    /// Whose.
    #[schema(value_type = uuid::Uuid)]
    pub device: DeviceId,
    /// Of which type.
    #[schema(value_type = u16)]
    pub type_no: TypeNo,
    /// How many.
    pub places: u32,
}

/// Ends further sale of all that a till holds of an event. Its places stay lent: they come back by its own word only.
pub async fn take_back(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
) -> Result<(), ActError> {
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    if stop(&mut tx, (organizer, event), till, None).await? == 0 {
        return Err(ActError::NothingLent);
    }
    let now_ms = app.now_ms();
    signed::publish(&mut tx, &app.vault, organizer, SignedKind::Leases, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}

/// Sells places again without knowing whether their till sold them; its leases of the type end with it. The only act that may
/// oversell.
pub async fn write_off(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    request: WriteOffRequest,
    by: UserId,
) -> Result<(), ActError> {
    let mut tx = transaction::begin(&app.pool).await?;
    transaction::begin_change(&mut tx, organizer, event).await?;
    let type_no = i32::from(request.type_no.0);
    let left = sqlx::query_scalar!(
        r#"select (select count(*) from leased_tickets
                   where organizer_id = $1 and event_id = $2 and holder_id = $3 and type_no = $4 and state = 'unsold')
                - coalesce((select sum(places - settled) from lease_write_offs
                   where organizer_id = $1 and event_id = $2 and device_id = $3 and type_no = $4), 0) as "left!""#,
        organizer.0,
        event.0,
        request.device.0,
        type_no
    )
    .fetch_one(&mut *tx)
    .await?;
    if left <= 0 {
        return Err(ActError::NothingLent);
    }
    let places = i32::try_from(request.places).unwrap_or(i32::MAX);
    if i64::from(places) > left || places == 0 {
        return Err(ActError::TooMany(left));
    }
    stop(&mut tx, (organizer, event), request.device, Some(type_no)).await?;
    let now_ms = app.now_ms();
    sqlx::query!(
        "with made as (
             insert into lease_write_offs as w (organizer_id, event_id, type_no, device_id, at_ms, places, by_account)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (organizer_id, event_id, type_no, device_id, at_ms) do update set places = w.places + excluded.places
         )
         update stock set written_off = written_off + $6
         where organizer_id = $1 and event_id = $2 and type_no = $3",
        organizer.0,
        event.0,
        type_no,
        request.device.0,
        now_ms,
        places,
        by.0
    )
    .execute(&mut *tx)
    .await?;
    signed::publish(&mut tx, &app.vault, organizer, SignedKind::Leases, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}

/// Also of leases whose places were handed to the till by another: nobody sells of them any more.
async fn stop(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
    type_no: Option<i32>,
) -> Result<u64, sqlx::Error> {
    let stopped = sqlx::query!(
        "update leases l set state = 'taken_back'
         where organizer_id = $1 and event_id = $2 and state = 'granted' and ($4::integer is null or type_no = $4)
           and exists (select from leased_tickets t
                       where t.organizer_id = $1 and t.event_id = $2 and t.lease_id = l.id and t.holder_id = $3
                         and t.state = 'unsold')",
        organizer.0,
        event.0,
        till.0,
        type_no
    )
    .execute(conn)
    .await?;
    Ok(stopped.rows_affected())
}
