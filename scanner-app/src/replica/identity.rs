//! Who this device is, once an organizer has confirmed it.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use shared::ids::{DeviceId, EventId, GateNo, OrganizerId};
use shared::roster::Rights;

use super::{ReplicaError, WriteTx};
use crate::vault::UnsealError;

/// What the device's key is sealed for.
pub(super) const KEY_PURPOSE: &str = "device_key";

/// An enrolled device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub device: DeviceId,
    /// Whose it is.
    pub organizer: OrganizerId,
    /// The organizer's name, for the screen.
    pub organizer_name: String,
    /// Its own name.
    pub name: String,
    /// What it may do, as the server said last.
    pub rights: Rights,
    /// For which events, as the server said last.
    pub events: Vec<EventId>,
    /// Where it stands unless told otherwise; 0 = at no gate.
    pub gate: GateNo,
    /// The server's address.
    pub server: String,
    /// The organizer's root key, pinned at enrolment.
    pub root_key: [u8; 32],
}

/// An enrolment could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum EnrolReplicaError {
    /// The folder was copied from a machine whose keys are not here.
    #[error(
        "this door's data comes from another machine; enrol this device in a new, empty folder"
    )]
    KeysElsewhere,
    /// The folder already belongs to a device: its journals are that device's.
    #[error("this folder is already enrolled as another device; give a new folder with --data")]
    AlreadyEnrolled,
    /// It could not be written.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<rusqlite::Error> for EnrolReplicaError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Replica(error.into())
    }
}

/// The device can't sign.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// Nobody enrolled it.
    #[error(
        "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page"
    )]
    NotEnrolled,
    /// The folder was copied from a machine whose keys are not here.
    #[error(
        "this door's keys stayed on the machine that it was enrolled on; enrol this device again in a new folder, the journals here are kept"
    )]
    KeysElsewhere,
    /// The key does not open.
    #[error("opening this door's key")]
    Sealed(#[source] UnsealError),
    /// Reading failed.
    #[error(transparent)]
    Replica(ReplicaError),
}

impl SigningKeyError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::KeysElsewhere | Self::Sealed(_) => "keys_elsewhere",
            Self::Replica(error) => error.code(),
        }
    }
}

/// Who this device is; `None` until it is enrolled.
pub fn load(connection: &Connection) -> Result<Option<Identity>, ReplicaError> {
    let row = connection
        .query_row(
            "select device, organizer, organizer_name, name, rights, events, gate, server, root_key from identity",
            [],
            |row| {
                let texts: (String, String) = (row.get(4)?, row.get(5)?);
                let identity = Identity {
                    device: DeviceId::from_bytes(row.get(0)?),
                    organizer: OrganizerId::from_bytes(row.get(1)?),
                    organizer_name: row.get(2)?,
                    name: row.get(3)?,
                    rights: Rights::default(),
                    events: Vec::new(),
                    gate: GateNo(row.get(6)?),
                    server: row.get(7)?,
                    root_key: row.get(8)?,
                };
                Ok((identity, texts))
            },
        )
        .optional()?;
    let Some((identity, (rights, events))) = row else {
        return Ok(None);
    };
    Ok(Some(Identity {
        rights: read(&rights)?,
        events: read(&events)?,
        ..identity
    }))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, ReplicaError> {
    serde_json::from_str(text).map_err(|_| ReplicaError::Row { table: "identity" })
}

pub(super) fn sealed_key(connection: &Connection) -> Result<Option<Vec<u8>>, ReplicaError> {
    Ok(connection
        .query_row("select sealed_key from identity", [], |row| row.get(0))
        .optional()?)
}

pub(super) fn save(
    tx: &WriteTx<'_>,
    identity: &Identity,
    sealed_key: &[u8],
) -> Result<(), EnrolReplicaError> {
    if load(tx)?.is_some_and(|held| held.device != identity.device) {
        return Err(EnrolReplicaError::AlreadyEnrolled);
    }
    tx.execute(
        "insert or replace into identity
            (only_row, device, organizer, organizer_name, name, rights, events, gate, server, root_key, sealed_key)
         values (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            identity.device.as_bytes(),
            identity.organizer.as_bytes(),
            identity.organizer_name,
            identity.name,
            json(&identity.rights),
            json(&identity.events),
            identity.gate.0,
            identity.server,
            identity.root_key,
            sealed_key,
        ],
    )?;
    Ok(())
}

/// What the server said at the last session.
pub fn update_rights(
    tx: &WriteTx<'_>,
    rights: &Rights,
    events: &[EventId],
    gate: GateNo,
) -> Result<(), ReplicaError> {
    tx.execute(
        "update identity set rights = ?1, events = ?2, gate = ?3",
        params![json(rights), json(&events), gate.0],
    )?;
    Ok(())
}

/// This device may no longer search, until the server says so again.
pub(super) fn end_search(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    let Some(held) = load(tx)? else {
        return Ok(());
    };
    let rights = Rights {
        search: false,
        ..held.rights
    };
    update_rights(tx, &rights, &held.events, held.gate)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("numbers, flags and ids have a JSON form")
}
