//! Other devices of the organizer: where they may be reached, and how they stood when this was last written.

use std::net::SocketAddr;

use rusqlite::{Connection, params};
use shared::clock::UnixMillis;
use shared::ids::DeviceId;

use super::{ReplicaError, WriteTx};

/// Addresses that are kept; those that were never reached and are the oldest go first.
const MAX_ADDRESSES: i64 = 400;

/// How an address came to be known, the likelier to be right first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The server told of it.
    Server,
    /// Announced in the network.
    Announced,
    /// Shown on another device's screen.
    Shown,
    /// Typed by a person.
    Typed,
}

impl Source {
    const ALL: [Self; 4] = [Self::Server, Self::Announced, Self::Shown, Self::Typed];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Announced => "announced",
            Self::Shown => "shown",
            Self::Typed => "typed",
        }
    }
}

/// Where a device may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress {
    /// Where.
    pub address: SocketAddr,
    /// Which device; `None` while only the address is known.
    pub device: Option<DeviceId>,
    /// How it came to be known.
    pub source: Source,
    /// When, by this device's clock.
    pub heard_ms: UnixMillis,
    /// When it last answered there.
    pub reached_ms: Option<UnixMillis>,
}

/// All of them, those that answered last first.
pub fn addresses(connection: &Connection) -> Result<Vec<PeerAddress>, ReplicaError> {
    let mut statement = connection.prepare_cached(
        "select address, device, source, heard_ms, reached_ms from peer_address
         order by reached_ms desc nulls last, heard_ms desc",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (address, source): (String, String) = (row.get(0)?, row.get(2)?);
        let source = Source::ALL
            .into_iter()
            .find(|known| known.as_str() == source);
        let (Ok(address), Some(source)) = (address.parse(), source) else {
            continue;
        };
        found.push(PeerAddress {
            address,
            device: row.get::<_, Option<[u8; 16]>>(1)?.map(DeviceId::from_bytes),
            source,
            heard_ms: row.get(3)?,
            reached_ms: row.get(4)?,
        });
    }
    Ok(found)
}

/// A device may be reached there. What is known to work stays.
pub fn put_address(
    tx: &WriteTx<'_>,
    address: SocketAddr,
    device: Option<DeviceId>,
    source: Source,
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.prepare_cached(
        "insert into peer_address (address, device, source, heard_ms) values (?1, ?2, ?3, ?4)
         on conflict do update set device = coalesce(excluded.device, device), heard_ms = excluded.heard_ms,
            reached_ms = iif(excluded.device is null or excluded.device is device, reached_ms, null)",
    )?
    .execute(params![
        address.to_string(),
        device.map(|device| *device.as_bytes()),
        source.as_str(),
        now_ms,
    ])?;
    tx.prepare_cached(
        "delete from peer_address where address in (
            select address from peer_address
            order by reached_ms desc nulls last, heard_ms desc limit -1 offset ?1)",
    )?
    .execute([MAX_ADDRESSES])?;
    Ok(())
}

/// The device answered there.
pub fn reached(
    tx: &WriteTx<'_>,
    address: SocketAddr,
    device: DeviceId,
    now_ms: UnixMillis,
) -> Result<(), ReplicaError> {
    tx.prepare_cached("update peer_address set device = ?2, reached_ms = ?3 where address = ?1")?
        .execute(params![address.to_string(), device.as_bytes(), now_ms])?;
    Ok(())
}

/// Where this device itself may be reached, in the place of what was written before.
pub fn put_own_addresses(tx: &WriteTx<'_>, addresses: &[SocketAddr]) -> Result<(), ReplicaError> {
    tx.execute("delete from own_address", [])?;
    for address in addresses {
        tx.execute(
            "insert or ignore into own_address (address) values (?1)",
            [address.to_string()],
        )?;
    }
    Ok(())
}

/// Where this device itself may be reached, as it was last written.
pub fn own_addresses(connection: &Connection) -> Result<Vec<SocketAddr>, ReplicaError> {
    let mut statement = connection.prepare("select address from own_address order by address")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let texts: Vec<String> = rows.collect::<Result<_, _>>()?;
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

/// How another device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerState {
    /// Which.
    pub device: DeviceId,
    /// It answered what it was asked last.
    pub is_reachable: bool,
    /// When it last answered or called, by this device's clock.
    pub seen_ms: Option<UnixMillis>,
}

/// Writes how all other devices stand, in the place of what was written before. When one was seen stays.
pub fn put_states(tx: &WriteTx<'_>, states: &[PeerState]) -> Result<(), ReplicaError> {
    tx.execute("update peer set state = 'away'", [])?;
    let mut statement = tx.prepare_cached(
        "insert into peer (device, state, seen_ms) values (?1, ?2, ?3)
         on conflict do update set state = excluded.state, seen_ms = coalesce(excluded.seen_ms, seen_ms)",
    )?;
    for state in states {
        let text = if state.is_reachable {
            "reachable"
        } else {
            "away"
        };
        statement.execute(params![state.device.as_bytes(), text, state.seen_ms])?;
    }
    Ok(())
}

/// How they stood when it was last written.
pub fn states(connection: &Connection) -> Result<Vec<PeerState>, ReplicaError> {
    let mut statement =
        connection.prepare("select device, state, seen_ms from peer order by device")?;
    let rows = statement.query_map([], |row| {
        Ok(PeerState {
            device: DeviceId::from_bytes(row.get(0)?),
            is_reachable: row.get::<_, String>(1)? == "reachable",
            seen_ms: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
