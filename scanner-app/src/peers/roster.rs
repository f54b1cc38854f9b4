//! Who the peers are: the devices of the signed list that share an event with this one and are not revoked.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use shared::ids::{DeviceId, EventId};
use shared::roster::DeviceRow;
use shared::wire::latest::ErrorCode;

use crate::replica::{ReplicaError, identity, signed};

/// This device, and the others by the events that they share with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Roster {
    pub(super) own: Option<DeviceId>,
    pub(super) peers: BTreeMap<DeviceId, BTreeSet<EventId>>,
}

pub(super) fn load(connection: &Connection) -> Result<Roster, ReplicaError> {
    let Some(identity) = identity::load(connection)? else {
        return Ok(Roster::default());
    };
    let server = signed::server_device(connection)?;
    let others = signed::devices(connection)?;
    let peers = others
        .into_iter()
        .filter(|row| row.id != identity.device && Some(row.id) != server)
        .filter(|row| row.revocation.is_none())
        .map(|row| (row.id, common(&identity.events, &row)))
        .filter(|(_, events)| !events.is_empty())
        .collect();
    Ok(Roster {
        own: Some(identity.device),
        peers,
    })
}

fn common(events: &[EventId], row: &DeviceRow) -> BTreeSet<EventId> {
    let theirs = row.events.iter();
    theirs
        .filter(|event| events.contains(event))
        .copied()
        .collect()
}

/// What a caller may ask of this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admitted {
    /// It may have the facts of these events.
    Peer(BTreeSet<EventId>),
    /// It was revoked: it is told so by the signed list, and nothing else.
    Revoked,
}

/// Whether the list lets a caller in that showed a good certificate.
pub(super) fn admit(connection: &Connection, caller: DeviceId) -> Result<Admitted, AdmitError> {
    let identity = identity::load(connection)?.ok_or(AdmitError::Unknown)?;
    let row = signed::device(connection, caller)?.ok_or(AdmitError::Unknown)?;
    Ok(match row.revocation {
        Some(_) => Admitted::Revoked,
        None => Admitted::Peer(common(&identity.events, &row)),
    })
}

/// A caller was not let in.
#[derive(Debug, thiserror::Error)]
pub(super) enum AdmitError {
    /// The list doesn't name it (yet), or this device is nobody's.
    #[error(
        "this device is not in the organizer's list here; sync both doors with the server once"
    )]
    Unknown,
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl AdmitError {
    pub(super) fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown => ErrorCode::Forbidden,
            Self::Replica(_) => ErrorCode::Unavailable,
        }
    }
}
