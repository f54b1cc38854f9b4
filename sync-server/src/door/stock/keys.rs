//! The keys that sign what a till sells: one for each till and event, so that a stolen block can be killed alone.

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, KeyId, OrganizerId};
use shared::roster::signed::SignedKind;
use sqlx::PgConnection;

use crate::app::App;
use crate::door::signed::{self, PublishSignedError};
use crate::tickets::keys;

/// The till's key for the event; made, and told to all doors, at its first lease.
pub(super) async fn key_of(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
    now_ms: UnixMillis,
) -> Result<KeyId, PublishSignedError> {
    let database = |source| PublishSignedError::Database { organizer, source };
    // Without its private half, which a restore lost, it signs no more.
    let living = sqlx::query_scalar!(
        "select id from signing_keys
         where organizer_id = $1 and event_id = $2 and lessee = $3 and leased and revoked_ms is null and sealed_private <> ''
         order by id desc limit 1",
        organizer.0,
        event.0,
        till.0
    )
    .fetch_optional(&mut *conn)
    .await
    .map_err(database)?;
    if let Some(id) = living {
        return Ok(KeyId(id.cast_unsigned()));
    }
    let key = keys::create_for_lessee(conn, &app.vault, organizer, event, till, now_ms)
        .await
        .map_err(database)?;
    signed::publish(conn, &app.vault, organizer, SignedKind::KeySet, now_ms).await?;
    Ok(key)
}

/// A till was revoked: nothing that its keys signed counts any more, but what it had sold before.
pub(in crate::door) async fn revoke_keys(
    app: &App,
    conn: &mut PgConnection,
    organizer: OrganizerId,
    till: DeviceId,
    now_ms: UnixMillis,
) -> Result<(), PublishSignedError> {
    let revoked = sqlx::query!(
        "update signing_keys set revoked_ms = $3
         where organizer_id = $1 and lessee = $2 and leased and revoked_ms is null",
        organizer.0,
        till.0,
        now_ms
    )
    .execute(&mut *conn)
    .await
    .map_err(|source| PublishSignedError::Database { organizer, source })?;
    if revoked.rows_affected() > 0 {
        signed::publish(conn, &app.vault, organizer, SignedKind::KeySet, now_ms).await?;
    }
    Ok(())
}
