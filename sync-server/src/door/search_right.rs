//! Giving a device the right to search, and taking it away. It decides who is told names, and who may admit by hand.
//!
//! The signed list keeps a right that was taken away: the fold asks for it, and whoever went in by hand stays inside. The
//! device hears of it at its next session or request for names, wipes what it has, and admits nobody by hand any more.

use shared::ids::{DeviceId, OrganizerId};
use shared::roster::signed::SignedKind;
use shared::wire::latest::ErrorCode;

use super::devices::{events_of, tickets_of};
use super::rules::LoadRulesError;
use super::signed::{self, PublishSignedError};
use super::{folding, rows};
use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// Whether a device may search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchRight {
    /// From now on.
    Granted,
    /// No longer.
    Withdrawn,
}

/// The right stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSearchError {
    /// No such device, not active, or the server's own.
    #[error("there is no such active device")]
    NotFound,
    /// Reading or writing.
    #[error("changing whether a device may search")]
    Database(#[from] sqlx::Error),
    /// Signing the device list.
    #[error("publishing the device list with a device that may search")]
    Publish(#[from] PublishSignedError),
    /// The rules of one of its events can't be had.
    #[error("reading an event's rules to fold again")]
    Rules(#[from] LoadRulesError),
}

impl From<ChangeSearchError> for ApiError {
    fn from(error: ChangeSearchError) -> Self {
        match error {
            ChangeSearchError::NotFound => Self::new(
                ErrorCode::NotFound,
                "There is no such device, it is not yours, or it was revoked.",
            ),
            ChangeSearchError::Database(source) => source.into(),
            ChangeSearchError::Publish(source) => source.into(),
            ChangeSearchError::Rules(source) => source.into(),
        }
    }
}

/// Changes the right; doing it again changes nothing.
pub async fn change(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
    to: SearchRight,
) -> Result<(), ChangeSearchError> {
    let bits = sqlx::query_scalar!(
        "select rights from devices where organizer_id = $1 and id = $2 and state = 'active' and sealed_private is null",
        organizer.0,
        device.0
    )
    .fetch_optional(&app.pool)
    .await?
    .ok_or(ChangeSearchError::NotFound)?;
    match to {
        SearchRight::Granted if !rows::rights(bits).search => {
            grant(app, organizer, device).await?;
        }
        SearchRight::Granted => withdrawn_since(app, organizer, device, None).await?,
        SearchRight::Withdrawn => {
            withdrawn_since(app, organizer, device, Some(app.now_ms())).await?;
        }
    }
    app.door.sessions.forget();
    Ok(())
}

async fn withdrawn_since(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
    since_ms: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update devices set search_withdrawn_ms = $3 where organizer_id = $1 and id = $2",
        organizer.0,
        device.0,
        since_ms
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// For the first time: all devices hear of it, and what it admitted by hand counts from now on.
async fn grant(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
) -> Result<(), ChangeSearchError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let events = events_of(&mut tx, organizer, device).await?;
    for &event in &events {
        transaction::begin_change(&mut tx, organizer, event).await?;
    }
    sqlx::query!(
        "update devices set rights = rights | 2, search_withdrawn_ms = null where organizer_id = $1 and id = $2",
        organizer.0,
        device.0
    )
    .execute(&mut *tx)
    .await?;
    let list = SignedKind::DeviceList;
    signed::publish(&mut tx, &app.vault, organizer, list, now_ms).await?;
    for &event in &events {
        let rules = app
            .door
            .rules
            .load(&mut tx, &app.vault, organizer, event)
            .await?;
        let tickets = tickets_of(&mut tx, organizer, event, device).await?;
        folding::refold(&mut tx, &rules, &tickets, now_ms).await?;
    }
    tx.commit().await?;
    for event in events {
        app.door.watch.changed(event);
    }
    Ok(())
}
