//! The organizer's root-signed objects, and their rows: ticket keys and devices.

use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use shared::ids::{DeviceId, OrganizerId};
use shared::lease::LeaseList;
use shared::roster::signed::{DeviceList, KeySet, OpenSignedError, SignedKind, SignedObject};
use shared::roster::{DeviceRow, KeyRow};
use shared::wire::latest::SignedHead;

use super::events::{json, parse};
use super::{ReplicaError, WriteTx, identity, leases, parked, secrets, sign_off, sync_state};

/// What became of a signed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It counts from now on.
    New,
    /// It is the one that is here.
    Same,
    /// A newer one is here.
    Older,
}

/// A signed object was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ApplySignedError {
    /// Nobody enrolled this device, so no root key is pinned.
    #[error("this door is not enrolled; run `door enrol`")]
    NotEnrolled,
    /// Of another organizer.
    #[error("an object of organizer {0} came, which is not this door's")]
    OtherOrganizer(OrganizerId),
    /// The pinned key is none.
    #[error("the root key that was pinned at enrolment is damaged; enrol this device again")]
    RootKey,
    /// Not signed by the pinned root key, or unreadable.
    #[error(transparent)]
    Open(#[from] OpenSignedError),
    /// Two objects of one version: the root key is used by two, or the server was put back.
    #[error(
        "two different {kind:?} objects of version {version}: tell the organizer, the root key may be in other hands"
    )]
    Alarm {
        /// Which kind.
        kind: SignedKind,
        /// Which version.
        version: u64,
    },
    /// It could not be written.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<rusqlite::Error> for ApplySignedError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Replica(error.into())
    }
}

/// Checks an object under the pinned root key and takes over its rows. Facts that waited for their
/// author's key are looked at again.
pub fn apply(tx: &WriteTx<'_>, object: &SignedObject) -> Result<Applied, ApplySignedError> {
    let pinned = identity::load(tx)?.ok_or(ApplySignedError::NotEnrolled)?;
    if object.organizer != pinned.organizer {
        return Err(ApplySignedError::OtherOrganizer(object.organizer));
    }
    let root = VerifyingKey::from_bytes(&pinned.root_key).map_err(|_| ApplySignedError::RootKey)?;
    object.verify(&root)?;
    if let Some(held) = get(tx, object.kind)? {
        match object.version.cmp(&held.version) {
            std::cmp::Ordering::Less => return Ok(Applied::Older),
            std::cmp::Ordering::Equal if held == *object => return Ok(Applied::Same),
            std::cmp::Ordering::Equal => {
                return Err(ApplySignedError::Alarm {
                    kind: object.kind,
                    version: object.version,
                });
            }
            std::cmp::Ordering::Greater => {}
        }
    }
    match object.kind {
        SignedKind::KeySet => replace_keys(tx, &object.open::<KeySet>(&root)?)?,
        SignedKind::DeviceList => replace_devices(tx, &object.open::<DeviceList>(&root)?)?,
        // Kept whole: what can't be read must not take the place of what can.
        SignedKind::Leases => leases::replace(tx, &object.open::<LeaseList>(&root)?)?,
    }
    put(tx, object)?;
    let own = device(tx, pinned.device)?;
    // A door that was revoked or has signed off keeps its journals and can't read a ticket any more.
    if sign_off::since_ms(tx)?.is_some() || own.as_ref().is_some_and(|own| own.revocation.is_some())
    {
        secrets::erase(tx)?;
    } else if own.is_some_and(|own| !own.rights.supervise && !own.rights.sell) {
        secrets::erase_supervisors(tx)?;
    }
    sync_state::next_generation(tx)?;
    if object.kind == SignedKind::DeviceList {
        parked::retry(tx)?;
    }
    Ok(Applied::New)
}

fn put(tx: &WriteTx<'_>, object: &SignedObject) -> Result<(), ReplicaError> {
    tx.execute(
        "insert or replace into signed_object (kind, organizer, version, issued_ms, body, signature)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            object.kind.as_str(),
            object.organizer.as_bytes(),
            object.version.cast_signed(),
            object.issued_ms,
            object.body,
            object.signature,
        ],
    )?;
    Ok(())
}

/// The newest object of a kind.
pub fn get(
    connection: &Connection,
    kind: SignedKind,
) -> Result<Option<SignedObject>, ReplicaError> {
    Ok(connection
        .query_row(
            "select organizer, version, issued_ms, body, signature from signed_object where kind = ?1",
            [kind.as_str()],
            |row| {
                Ok(SignedObject {
                    organizer: OrganizerId::from_bytes(row.get(0)?),
                    kind,
                    version: row.get::<_, i64>(1)?.cast_unsigned(),
                    issued_ms: row.get(2)?,
                    body: row.get(3)?,
                    signature: row.get(4)?,
                })
            },
        )
        .optional()?)
}

/// The newest object of each kind.
pub fn all(connection: &Connection) -> Result<Vec<SignedObject>, ReplicaError> {
    let kinds = versions(connection)?.into_iter();
    let objects = kinds.map(|(kind, _)| get(connection, kind));
    objects.filter_map(Result::transpose).collect()
}

/// Kind and version of what is here, for `GET …/signed?have=`.
pub fn versions(connection: &Connection) -> Result<Vec<(SignedKind, u64)>, ReplicaError> {
    let mut statement = connection.prepare("select kind, version from signed_object")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?.cast_unsigned(),
        ))
    })?;
    rows.filter_map(|row| match row {
        Ok((kind, version)) => SignedKind::from_text(&kind).map(|kind| Ok((kind, version))),
        Err(error) => Some(Err(error.into())),
    })
    .collect()
}

/// The version of one kind that is here; 0 = none.
pub fn version(connection: &Connection, kind: SignedKind) -> Result<u64, ReplicaError> {
    let version = connection
        .prepare_cached("select version from signed_object where kind = ?1")?
        .query_row([kind.as_str()], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(version.unwrap_or(0).cast_unsigned())
}

/// Kind, version and content of what is here, for other devices.
pub fn heads(connection: &Connection) -> Result<Vec<SignedHead>, ReplicaError> {
    let mut statement =
        connection.prepare_cached("select kind, version, body from signed_object")?;
    let rows = statement.query_map([], |row| {
        Ok(SignedHead {
            kind: row.get(0)?,
            version: row.get::<_, i64>(1)?.cast_unsigned(),
            hash: Sha256::digest(row.get_ref(2)?.as_blob()?).into(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The certificate under which the organizer's devices know each other, once the device list names it.
pub fn peer_authority(connection: &Connection) -> Result<Option<Vec<u8>>, ReplicaError> {
    Ok(device_list(connection)?.and_then(|list| list.peer_authority))
}

fn replace_keys(tx: &WriteTx<'_>, set: &KeySet) -> Result<(), ReplicaError> {
    tx.execute("delete from ticket_key", [])?;
    let mut statement =
        tx.prepare("insert or replace into ticket_key (id, row) values (?1, ?2)")?;
    for key in &set.keys {
        statement.execute(params![key.id.0, json(key)])?;
    }
    Ok(())
}

fn replace_devices(tx: &WriteTx<'_>, list: &DeviceList) -> Result<(), ReplicaError> {
    tx.execute("delete from device", [])?;
    let mut statement = tx.prepare("insert or replace into device (id, row) values (?1, ?2)")?;
    for device in &list.devices {
        statement.execute(params![device.id.as_bytes(), json(device)])?;
    }
    Ok(())
}

/// All ticket keys of the organizer.
pub fn keys(connection: &Connection) -> Result<Vec<KeyRow>, ReplicaError> {
    let mut statement = connection.prepare("select row from ticket_key")?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    texts.map(|text| parse("ticket_key", &text?)).collect()
}

/// All devices of the organizer.
pub fn devices(connection: &Connection) -> Result<Vec<DeviceRow>, ReplicaError> {
    let mut statement = connection.prepare("select row from device")?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    texts.map(|text| parse("device", &text?)).collect()
}

/// One device of the organizer.
pub fn device(connection: &Connection, id: DeviceId) -> Result<Option<DeviceRow>, ReplicaError> {
    connection
        .prepare_cached("select row from device where id = ?1")?
        .query_row([id.as_bytes()], |row| row.get::<_, String>(0))
        .optional()?
        .map(|text| parse("device", &text))
        .transpose()
}

/// The server as a device, once the device list names it.
pub fn server_device(connection: &Connection) -> Result<Option<DeviceId>, ReplicaError> {
    Ok(device_list(connection)?.and_then(|list| list.server))
}

fn device_list(connection: &Connection) -> Result<Option<DeviceList>, ReplicaError> {
    let Some(object) = get(connection, SignedKind::DeviceList)? else {
        return Ok(None);
    };
    serde_json::from_slice(&object.body)
        .map(Some)
        .map_err(|_| ReplicaError::Row {
            table: "signed_object",
        })
}
