//! Changing the keys of an event, each time with the organizer's key set published in the same transaction.

use shared::ids::{EventId, KeyId, OrganizerId};
use shared::roster::signed::SignedKind;

use super::keys;
use crate::app::App;
use crate::database::transaction::begin;
use crate::door::begin_change;
use crate::door::signed::{PublishSignedError, publish};
use crate::web::ApiError;

/// The keys are as they were.
#[derive(Debug, thiserror::Error)]
pub enum ChangeKeysError {
    /// No living key of that event.
    #[error("event {1} has no living key {0}")]
    NoKey(KeyId, EventId),
    /// The key set could not be signed.
    #[error("publishing the changed keys")]
    Publish(#[from] PublishSignedError),
    /// PostgreSQL.
    #[error("changing an event's signing keys")]
    Database(#[from] sqlx::Error),
}

/// Makes a new key, which signs from now on; what older ones signed stays good.
pub async fn rotate(
    app: &App,
    organizer: OrganizerId,
    event: EventId,
) -> Result<KeyId, ChangeKeysError> {
    let now_ms = app.now_ms();
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, organizer, event).await?;
    let key = keys::create_for_event(&mut tx, &app.vault, organizer, event, now_ms).await?;
    publish(&mut tx, &app.vault, organizer, SignedKind::KeySet, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(key)
}

/// Ends a key that is no longer to be trusted: nothing that it signed counts any more. Rotate first, so that the event
/// has another.
pub async fn revoke(
    app: &App,
    organizer: OrganizerId,
    event: EventId,
    key: KeyId,
) -> Result<(), ChangeKeysError> {
    let now_ms = app.now_ms();
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, organizer, event).await?;
    if !keys::revoke(&mut *tx, organizer, event, key, now_ms).await? {
        return Err(ChangeKeysError::NoKey(key, event));
    }
    publish(&mut tx, &app.vault, organizer, SignedKind::KeySet, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}

impl From<ChangeKeysError> for ApiError {
    fn from(error: ChangeKeysError) -> Self {
        match error {
            ChangeKeysError::NoKey(..) => Self::not_found("signing key"),
            ChangeKeysError::Publish(error) => error.into(),
            ChangeKeysError::Database(error) => error.into(),
        }
    }
}
