//! Changing the keys of an event, each time with the organizer's key set published in the same transaction.

use shared::ids::{EventId, KeyId, OrganizerId};
use shared::roster::signed::SignedKind;

use super::keys::{self, KeyState};
use crate::app::App;
use crate::database::transaction::{begin, begin_change};
use crate::door::signed::{PublishSignedError, publish};
use crate::web::ApiError;

/// The keys are as they were.
#[derive(Debug, thiserror::Error)]
pub enum ChangeKeysError {
    /// No key of that event.
    #[error("event {1} has no key {0}")]
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

/// Ends a key that is no longer to be trusted: nothing that it signed counts any more. Where none is left to sign, a new
/// one is made in the same step, so that the sale goes on. A repeat changes nothing.
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
        return if keys::is_of_event(&mut *tx, organizer, event, key).await? {
            Ok(())
        } else {
            Err(ChangeKeysError::NoKey(key, event))
        };
    }
    let left = keys::keys_of_event(&mut *tx, event).await?;
    if !left.iter().any(|key| key.state == KeyState::Signing) {
        keys::create_for_event(&mut tx, &app.vault, organizer, event, now_ms).await?;
    }
    publish(&mut tx, &app.vault, organizer, SignedKind::KeySet, now_ms).await?;
    tx.commit().await?;
    tracing::info!(event.id = %event, key.id = %key, "a signing key was revoked");
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
