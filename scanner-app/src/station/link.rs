//! The link to the server and to other doors.

use rusqlite::Connection;
use shared::ids::EventId;

use super::common::Common;
use super::places;
use super::view::{PeerView, SyncView};
use crate::replica::events::EventNo;
use crate::replica::{ReplicaError, events, facts, peers, signed, sync_state};

pub(super) fn view(
    replica: &Connection,
    event: Option<EventId>,
    common: &Common,
) -> Result<SyncView, ReplicaError> {
    let phase = sync_state::phase(replica)?;
    // Written by this device's clock.
    let ahead_ms = common.server_ms() - common.now_ms();
    let since_ms = phase.and_then(|(_, since)| since).map(|at| at + ahead_ms);
    let since = match (since_ms, clock_of(replica, event)?) {
        (Some(at_ms), Some(event)) => {
            let row = events::event_row(replica, event)?;
            row.map(|row| places::clock(&row, at_ms))
        }
        (Some(_), None) | (None, _) => None,
    };
    Ok(SyncView {
        phase: phase.map(|(phase, _)| phase),
        since_ms,
        since,
        peers: peers(replica)?,
        unsent: u32::try_from(facts::unsent_count(replica)?).unwrap_or(u32::MAX),
    })
}

/// Whose clock is shown: the event's where the door stands, else any of this device's.
fn clock_of(replica: &Connection, event: Option<EventId>) -> Result<Option<EventNo>, ReplicaError> {
    match event {
        Some(event) => events::number(replica, event),
        None => Ok(events::all(replica)?.first().map(|(no, _)| *no)),
    }
}

fn peers(replica: &Connection) -> Result<Vec<PeerView>, ReplicaError> {
    let states = peers::states(replica)?.into_iter().map(|state| {
        let row = signed::device(replica, state.device)?;
        Ok(PeerView {
            name: row.map_or_else(|| state.device.to_string(), |row| row.name),
            reachable: state.is_reachable,
        })
    });
    states.collect()
}
