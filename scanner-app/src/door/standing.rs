//! What has become of a ticket, by what is known here: for a list, not for a decision.

use rusqlite::Connection;
use serde::Serialize;
use shared::admission::{FoldContext, Issued, Sighting, fold};
use shared::clock::UnixMillis;
use shared::ids::{EventId, TicketId, TypeNo};
use shared::roster::TicketStatus;

use super::ScanError;
use super::scene::{Scene, Scenes};
use crate::replica::{ReplicaError, facts, tickets};

/// Where a ticket stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TicketStanding {
    /// Nobody went in with it.
    NotYet,
    /// Its holder is inside.
    Inside {
        /// Server time of the entry.
        since_ms: UnixMillis,
        /// The gate's name.
        gate: Option<String>,
    },
    /// Its holder was inside and left.
    Left,
    /// It doesn't count any more: refunded, cancelled, revoked or blocked.
    Barred {
        /// What the server says of it.
        status: TicketStatus,
    },
    /// The list doesn't have it yet.
    Unknown,
}

/// A ticket in a list.
pub(crate) struct Listed {
    pub(crate) type_name: Option<String>,
    pub(crate) standing: TicketStanding,
}

/// How tickets of an event stand, in the order of `wanted`.
pub(crate) fn listed(
    connection: &Connection,
    scenes: &Scenes,
    event: EventId,
    wanted: &[TicketId],
) -> Result<Vec<Listed>, ScanError> {
    let scene = scenes.get(connection, event)?;
    let of = |ticket: &TicketId| of_ticket(connection, &scene, *ticket);
    wanted.iter().map(of).collect()
}

fn of_ticket(
    connection: &Connection,
    scene: &Scene,
    ticket: TicketId,
) -> Result<Listed, ScanError> {
    let row = tickets::ticket(connection, scene.event_no, ticket)?;
    let Some(row) = row else {
        let barred = tickets::barred(connection, scene.event_no, ticket)?;
        let standing = barred.map_or(TicketStanding::Unknown, |status| TicketStanding::Barred {
            status,
        });
        return Ok(Listed {
            type_name: None,
            standing,
        });
    };
    let standing = match row.status {
        TicketStatus::Valid => of_facts(connection, scene, ticket, row)?,
        status @ (TicketStatus::Revoked
        | TicketStatus::Refunded
        | TicketStatus::Cancelled
        | TicketStatus::Blocked) => TicketStanding::Barred { status },
    };
    Ok(Listed {
        type_name: type_name(scene, row.type_no),
        standing,
    })
}

/// With which of these tickets, sold at a till, somebody went in, by what is known here.
pub(crate) fn went_in(
    connection: &Connection,
    event: EventId,
    tickets: &[TicketId],
) -> Result<Vec<TicketId>, ScanError> {
    let scene = Scene::load(connection, event)?;
    let rules = scene.rules();
    let mut inside = Vec::new();
    for &ticket in tickets {
        let facts = facts::of_ticket(connection, scene.event_no, ticket)?;
        let context = FoldContext {
            rules: &rules,
            devices: &scene.devices,
            server: scene.server,
            ticket,
            row: tickets::ticket(connection, scene.event_no, ticket)?,
            issued: Issued::Known,
        };
        if fold(&facts, &context).state.last_entry.is_some() {
            inside.push(ticket);
        }
    }
    Ok(inside)
}

fn type_name(scene: &Scene, no: TypeNo) -> Option<String> {
    let found = scene.types.iter().find(|row| row.no == no);
    found.map(|row| row.name.clone())
}

fn of_facts(
    connection: &Connection,
    scene: &Scene,
    ticket: TicketId,
    row: shared::roster::TicketRow,
) -> Result<TicketStanding, ReplicaError> {
    let facts = facts::of_ticket(connection, scene.event_no, ticket)?;
    if facts.is_empty() {
        return Ok(TicketStanding::NotYet);
    }
    let rules = scene.rules();
    let context = FoldContext {
        rules: &rules,
        devices: &scene.devices,
        server: scene.server,
        ticket,
        row: Some(row),
        issued: Issued::Unseen,
    };
    let state = fold(&facts, &context).state;
    let gate = |entry: &Sighting| rules.gate(entry.gate).map(|gate| gate.name.clone());
    Ok(match state.last_entry {
        Some(entry) if state.inside => TicketStanding::Inside {
            since_ms: entry.at_ms,
            gate: gate(&entry),
        },
        Some(_) => TicketStanding::Left,
        None => TicketStanding::NotYet,
    })
}
