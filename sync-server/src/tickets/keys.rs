//! The keys that sign an event's tickets: made here, private halves sealed under the master key. The newest one that
//! is not revoked signs; older ones stay good for what they signed.
//!
//! Whoever changes a key publishes the organizer's key set (`door::signed`) in the same transaction.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, KeyId, OrganizerId};
use shared::ticket::{RotatingSecret, SigningKey};
use sqlx::{PgConnection, PgExecutor};

use crate::edge::OsRandom;
use crate::vault::{UnsealError, Vault};
use crate::web::ApiError;

/// Some 500 bytes each: the events that are on sale at once.
const MOST_REMEMBERED: u64 = 10_000;

/// Makes a key for an event, and the secret of its rotating codes: the first, or by rotation the one that signs from
/// now on. The event's row must be there.
pub async fn create_for_event(
    conn: &mut PgConnection,
    vault: &Vault,
    organizer: OrganizerId,
    event: EventId,
    now_ms: UnixMillis,
) -> Result<KeyId, sqlx::Error> {
    create(conn, vault, (organizer, event), None, now_ms).await
}

/// Makes a key for the tickets of an event that are leased to one device.
pub async fn create_for_lessee(
    conn: &mut PgConnection,
    vault: &Vault,
    organizer: OrganizerId,
    event: EventId,
    lessee: DeviceId,
    now_ms: UnixMillis,
) -> Result<KeyId, sqlx::Error> {
    create(conn, vault, (organizer, event), Some(lessee), now_ms).await
}

async fn create(
    conn: &mut PgConnection,
    vault: &Vault,
    (organizer, event): (OrganizerId, EventId),
    lessee: Option<DeviceId>,
    now_ms: UnixMillis,
) -> Result<KeyId, sqlx::Error> {
    let id = sqlx::query_scalar!(r#"select nextval('signing_key_ids')::integer as "id!""#)
        .fetch_one(&mut *conn)
        .await?;
    let key = KeyId(id.cast_unsigned());
    let private = SigningKey::draw(&mut OsRandom);
    let rotating = RotatingSecret::draw(&mut OsRandom);
    sqlx::query!(
        "insert into signing_keys (organizer_id, event_id, id, public, sealed_private, sealed_rotating, created_ms, leased, lessee)
         values ($1, $2, $3, $4, $5, $6, $7, $8::uuid is not null, $8)",
        organizer.0,
        event.0,
        id,
        &private.public().to_bytes(),
        vault.seal(&private_purpose(key), &private.seed()),
        vault.seal(&rotating_purpose(key), &rotating.to_bytes()),
        now_ms,
        lessee.map(|device| device.0),
    )
    .execute(conn)
    .await?;
    Ok(key)
}

/// Ends a key: nothing signed by it counts any more. `false`: it is no living key of that event.
pub async fn revoke(
    executor: impl PgExecutor<'_>,
    organizer: OrganizerId,
    event: EventId,
    key: KeyId,
    now_ms: UnixMillis,
) -> Result<bool, sqlx::Error> {
    let revoked = sqlx::query!(
        "update signing_keys set revoked_ms = $4
         where organizer_id = $1 and event_id = $2 and id = $3 and revoked_ms is null",
        organizer.0,
        event.0,
        key.0.cast_signed(),
        now_ms
    )
    .execute(executor)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// Whether it is a key of that event, living or not.
pub async fn is_of_event(
    executor: impl PgExecutor<'_>,
    organizer: OrganizerId,
    event: EventId,
    key: KeyId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from signing_keys where organizer_id = $1 and event_id = $2 and id = $3) as "is!""#,
        organizer.0,
        event.0,
        key.0.cast_signed()
    )
    .fetch_one(executor)
    .await
}

/// What a key is good for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Signs what is issued from now on.
    Signing,
    /// What it signed is good.
    Verifying,
    /// Nothing that it signed counts.
    Revoked,
}

/// A key of an event, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct KeyView {
    /// Unique over the platform; each ticket's code names the key that signed it.
    #[schema(value_type = u32)]
    pub id: KeyId,
    /// The Ed25519 public key, base64.
    pub public_key: String,
    /// What it is good for.
    pub state: KeyState,
    /// The device whose leased tickets it signs; none = the event's own.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub lessee: Option<DeviceId>,
    /// When it was made.
    pub created_ms: UnixMillis,
    /// When it was revoked.
    pub revoked_ms: Option<UnixMillis>,
}

/// All keys of an event, the oldest first. At most one is `Signing`: the one that the issuer takes.
pub async fn keys_of_event(
    executor: impl PgExecutor<'_>,
    event: EventId,
) -> Result<Vec<KeyView>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, public, lessee, created_ms, revoked_ms,
               coalesce(id = max(id) filter (where not leased and revoked_ms is null) over (), false) as "signs!"
           from signing_keys where event_id = $1 order by id"#,
        event.0
    )
    .fetch_all(executor)
    .await?;
    let views = rows.into_iter().map(|row| KeyView {
        id: KeyId(row.id.cast_unsigned()),
        public_key: STANDARD.encode(row.public),
        state: match (row.revoked_ms, row.signs) {
            (Some(_), _) => KeyState::Revoked,
            (None, true) => KeyState::Signing,
            (None, false) => KeyState::Verifying,
        },
        lessee: row.lessee.map(DeviceId),
        created_ms: row.created_ms,
        revoked_ms: row.revoked_ms,
    });
    Ok(views.collect())
}

/// Opens a key's private half.
pub fn open_private(vault: &Vault, key: KeyId, sealed: &[u8]) -> Result<SigningKey, UnsealError> {
    let seed = vault.unseal_array(&private_purpose(key), sealed)?;
    Ok(SigningKey::from_seed(&seed))
}

/// Opens the secret of a key's rotating codes.
pub fn open_rotating(
    vault: &Vault,
    key: KeyId,
    sealed: &[u8],
) -> Result<RotatingSecret, UnsealError> {
    let bytes = vault.unseal_array(&rotating_purpose(key), sealed)?;
    Ok(RotatingSecret::from_bytes(bytes))
}

fn private_purpose(key: KeyId) -> String {
    format!("signing_key/{key}")
}

fn rotating_purpose(key: KeyId) -> String {
    format!("rotating_key/{key}")
}

/// A private key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeyError {
    /// No row.
    #[error("signing key {0} is not in the database")]
    Missing(KeyId),
    /// The master key is another.
    #[error("opening signing key {0}: start the server with the master key that it was made with")]
    Sealed(KeyId, #[source] UnsealError),
    /// PostgreSQL.
    #[error("reading signing key {0}")]
    Database(KeyId, #[source] sqlx::Error),
}

impl From<OpenKeyError> for ApiError {
    fn from(error: OpenKeyError) -> Self {
        match error {
            OpenKeyError::Database(_, error) => error.into(),
            error @ (OpenKeyError::Missing(_) | OpenKeyError::Sealed(..)) => Self::internal(error),
        }
    }
}

/// Private keys that were opened, in memory only. A key's bytes never change, so nothing here gets old.
#[derive(Clone, Debug)]
pub struct OpenedKeys(moka::sync::Cache<KeyId, Arc<SigningKey>>);

impl Default for OpenedKeys {
    fn default() -> Self {
        Self(moka::sync::Cache::new(MOST_REMEMBERED))
    }
}

impl OpenedKeys {
    /// The private half of a key, opened at its first use.
    pub async fn private(
        &self,
        executor: impl PgExecutor<'_>,
        vault: &Vault,
        key: KeyId,
    ) -> Result<Arc<SigningKey>, OpenKeyError> {
        if let Some(opened) = self.0.get(&key) {
            return Ok(opened);
        }
        let sealed = sqlx::query_scalar!(
            "select sealed_private from signing_keys where id = $1",
            key.0.cast_signed()
        )
        .fetch_optional(executor)
        .await
        .map_err(|error| OpenKeyError::Database(key, error))?
        .ok_or(OpenKeyError::Missing(key))?;
        let opened = open_private(vault, key, &sealed)
            .map(Arc::new)
            .map_err(|error| OpenKeyError::Sealed(key, error))?;
        self.0.insert(key, Arc::clone(&opened));
        Ok(opened)
    }
}
