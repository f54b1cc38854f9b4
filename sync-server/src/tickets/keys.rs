//! The keys that sign an event's tickets: made here, private halves sealed under the master key.

use ed25519_dalek::SigningKey;
use shared::clock::UnixMillis;
use shared::ids::{EventId, KeyId, OrganizerId};
use shared::ticket::rotating_code::RotatingSecret;
use sqlx::PgConnection;

use crate::edge::{OsRandom, random_bytes};
use crate::vault::{UnsealError, Vault};

/// Makes an event's first key, and the secret of its rotating codes. The event's row must be there.
///
/// The caller publishes the organizer's key set in the same transaction.
pub async fn create_for_event(
    conn: &mut PgConnection,
    vault: &Vault,
    organizer: OrganizerId,
    event: EventId,
    now_ms: UnixMillis,
) -> Result<KeyId, sqlx::Error> {
    let id = sqlx::query_scalar!(r#"select nextval('signing_key_ids')::integer as "id!""#)
        .fetch_one(&mut *conn)
        .await?;
    let key = KeyId(id.cast_unsigned());
    let seed = random_bytes::<32>();
    let public = SigningKey::from_bytes(&seed).verifying_key();
    sqlx::query!(
        "insert into signing_keys (organizer_id, event_id, id, public, sealed_private, sealed_rotating, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7)",
        organizer.0,
        event.0,
        id,
        public.as_bytes(),
        vault.seal(&private_purpose(key), &seed),
        vault.seal(&rotating_purpose(key), &RotatingSecret::draw(&mut OsRandom).to_bytes()),
        now_ms,
    )
    .execute(conn)
    .await?;
    Ok(key)
}

/// Opens a key's private half.
pub fn open_private(vault: &Vault, key: KeyId, sealed: &[u8]) -> Result<SigningKey, UnsealError> {
    let seed = vault.unseal_array::<32>(&private_purpose(key), sealed)?;
    Ok(SigningKey::from_bytes(&seed))
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
