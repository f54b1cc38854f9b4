//! The organizer's root-signed objects: the key set, the device list, the leases. They don't travel in the feed, since peers may
//! relay them: a signature of the root, not the connection, says that they are good.

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, OrganizerId};
use shared::roster::signed::{DeviceList, KeySet, SignedKind, SignedObject};
use sqlx::PgConnection;

use super::{authority, certificates, rights, rows, stock};
use crate::vault::{UnsealError, Vault};
use crate::web::ApiError;

/// An object was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishSignedError {
    /// Reading the rows or writing the object.
    #[error("publishing a signed object of organizer {organizer}")]
    Database {
        /// Whose.
        organizer: OrganizerId,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// The root key doesn't open.
    #[error("opening the root key of organizer {0}")]
    RootKey(OrganizerId, #[source] UnsealError),
    /// The rows don't become JSON.
    #[error("writing a signed object's body")]
    Body(#[source] serde_json::Error),
}

impl From<PublishSignedError> for ApiError {
    fn from(error: PublishSignedError) -> Self {
        match error {
            PublishSignedError::Database { source, .. } => source.into(),
            other @ (PublishSignedError::RootKey(..) | PublishSignedError::Body(_)) => {
                Self::internal(other)
            }
        }
    }
}

/// Signs the present rows as the next version of `kind`, in the caller's transaction: call it in the one that changes
/// a ticket key, an event's title or start, a device, its rights or its revocation.
///
/// Locks the organizer's row; take events' locks (`begin_change`) before.
pub async fn publish(
    conn: &mut PgConnection,
    vault: &Vault,
    organizer: OrganizerId,
    kind: SignedKind,
    now_ms: UnixMillis,
) -> Result<u64, PublishSignedError> {
    let database = |source| PublishSignedError::Database { organizer, source };
    let version = next_version(conn, organizer, now_ms)
        .await
        .map_err(database)?;
    let keys = sqlx::query!(
        "select root_key_sealed, server_device_id from organizers where id = $1",
        organizer.0
    )
    .fetch_one(&mut *conn)
    .await
    .map_err(database)?;
    let root = authority::open_root_key(vault, organizer, &keys.root_key_sealed)
        .map_err(|source| PublishSignedError::RootKey(organizer, source))?;
    let object = match kind {
        SignedKind::KeySet => {
            let keys = rows::key_rows(conn, organizer).await.map_err(database)?;
            sign(organizer, kind, version, now_ms, &KeySet { keys }, &root)
        }
        SignedKind::DeviceList => {
            let list = DeviceList {
                server: Some(DeviceId(keys.server_device_id)),
                devices: rows::device_rows(conn, organizer).await.map_err(database)?,
                peer_authority: certificates::authority_of(conn, organizer)
                    .await
                    .map_err(database)?,
            };
            sign(organizer, kind, version, now_ms, &list, &root)
        }
        SignedKind::Leases => {
            let mut list = rights::lease_list(conn, organizer, now_ms)
                .await
                .map_err(database)?;
            let sells = stock::sell_leases(conn, organizer, now_ms);
            list.leases.extend(sells.await.map_err(database)?);
            let write_offs = stock::write_offs(conn, organizer, now_ms);
            list.write_offs = write_offs.await.map_err(database)?;
            sign(organizer, kind, version, now_ms, &list, &root)
        }
    }
    .map_err(PublishSignedError::Body)?;
    sqlx::query!(
        "insert into signed_objects (organizer_id, kind, version, issued_ms, body, signature) values ($1, $2, $3, $4, $5, $6)
         on conflict (organizer_id, kind) do update
         set version = excluded.version, issued_ms = excluded.issued_ms, body = excluded.body, signature = excluded.signature",
        organizer.0,
        kind.as_str(),
        version,
        now_ms,
        object.body,
        &object.signature
    )
    .execute(conn)
    .await
    .map_err(database)?;
    Ok(version.cast_unsigned())
}

/// The version that [`publish`] would give in this transaction: nobody else publishes before its end. Locks the
/// organizer's row.
pub(super) async fn next_version(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select 1 as "locked!" from organizers where id = $1 for no key update"#,
        organizer.0
    )
    .fetch_one(&mut *conn)
    .await?;
    // Above those of all kinds, and the list of supervisors': devices are told the greatest only, and this one must be
    // news to them.
    let last = sqlx::query_scalar!(
        "select greatest((select max(version) from signed_objects where organizer_id = $1),
                         (select version from supervisor_lists where organizer_id = $1))",
        organizer.0
    )
    .fetch_one(conn)
    .await?;
    Ok(last.map_or(now_ms, |last| now_ms.max(last + 1)).max(1))
}

fn sign<T: serde::Serialize>(
    organizer: OrganizerId,
    kind: SignedKind,
    version: i64,
    issued_ms: UnixMillis,
    body: &T,
    root: &ed25519_dalek::SigningKey,
) -> Result<SignedObject, serde_json::Error> {
    SignedObject::sign(
        organizer,
        kind,
        version.cast_unsigned(),
        issued_ms,
        body,
        root,
    )
}

/// What a device has already, from `have=key_set:VERSION,device_list:VERSION`. A kind that this server doesn't know
/// is passed over.
pub fn parse_have(text: &str) -> Vec<(SignedKind, u64)> {
    text.split(',')
        .filter_map(|part| {
            let (kind, version) = part.split_once(':')?;
            Some((SignedKind::from_text(kind)?, version.parse().ok()?))
        })
        .collect()
}

/// The organizer's objects that are newer than those in `have`.
pub async fn newer_objects(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    have: &[(SignedKind, u64)],
) -> Result<Vec<SignedObject>, sqlx::Error> {
    let stored = sqlx::query!(
        "select kind, version, issued_ms, body, signature from signed_objects where organizer_id = $1 order by kind desc",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(stored
        .into_iter()
        .filter_map(|row| {
            Some(SignedObject {
                organizer,
                kind: SignedKind::from_text(&row.kind)?,
                version: row.version.cast_unsigned(),
                issued_ms: row.issued_ms,
                body: row.body,
                signature: row.signature.try_into().ok()?,
            })
        })
        .filter(|object| {
            let has = have.iter().find(|(kind, _)| *kind == object.kind);
            has.is_none_or(|(_, version)| *version < object.version)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_has_is_read_and_nonsense_passed_over() {
        assert_eq!(
            parse_have("key_set:5,device_list:7"),
            [(SignedKind::KeySet, 5), (SignedKind::DeviceList, 7)]
        );
        assert_eq!(parse_have("drawers:5,key_set:x,,:"), []);
    }
}
