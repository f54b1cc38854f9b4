//! The alerts that concern this door: tickets that it let in or out itself, and of which the fold has something to say. By
//! the fold of what is here, which the server's equals once it has the same facts (M3).

use rusqlite::Connection;
use serde::Serialize;
use shared::admission::fold::Attention;
use shared::admission::{FoldContext, Issued, fold};
use shared::clock::UnixMillis;
use shared::fact::Fact;
use shared::ids::{DeviceId, EventId, TicketId};

use super::ScanError;
use super::scene::Scene;
use crate::replica::{facts, labels, tickets};

/// More than anybody reads at a door.
const MOST_ALERTS: usize = 50;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoorAlert {
    /// Of which event.
    pub event: EventId,
    /// `duplicate_entry`...: `shared::admission::fold::AlertKind`.
    pub kind: &'static str,
    /// Which ticket.
    pub ticket: TicketId,
    /// Where it was seen, in order.
    pub seen: Vec<AlertSighting>,
}

/// One fact that an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertSighting {
    /// What the organizer calls the device.
    pub device: String,
    /// The gate's name, if it was at one.
    pub gate: Option<String>,
    /// Server time.
    pub at_ms: UnixMillis,
    /// The same on the venue's clock: `19:42`.
    pub at: String,
    /// At this device.
    pub here: bool,
}

/// Those that nobody has dealt with yet.
pub fn open_alerts(
    connection: &Connection,
    event: EventId,
    device: DeviceId,
) -> Result<Vec<DoorAlert>, ScanError> {
    let scene = Scene::load(connection, event)?;
    let mut alerts = Vec::new();
    for ticket in labels::told_of_own_tickets(connection, scene.event_no, MOST_ALERTS)? {
        alerts.extend(of_ticket(connection, &scene, ticket, device)?);
    }
    alerts.truncate(MOST_ALERTS);
    Ok(alerts)
}

fn of_ticket(
    connection: &Connection,
    scene: &Scene,
    ticket: TicketId,
    device: DeviceId,
) -> Result<Vec<DoorAlert>, ScanError> {
    let facts = facts::of_ticket(connection, scene.event_no, ticket)?;
    let rules = scene.rules();
    let context = FoldContext {
        rules: &rules,
        devices: &scene.devices,
        server: scene.server,
        ticket,
        row: tickets::ticket(connection, scene.event_no, ticket)?,
        issued: Issued::Unseen,
    };
    let alerts = fold(&facts, &context).alerts;
    let open = alerts
        .into_iter()
        .filter(|(_, alert)| alert.attention == Attention::Open);
    Ok(open
        .map(|(kind, alert)| DoorAlert {
            event: scene.event.id,
            kind: kind.code(),
            ticket,
            seen: alert
                .facts
                .iter()
                .zip(&alert.at_ms)
                .filter_map(|(name, at_ms)| {
                    let (fact, _) = facts.iter().find(|(fact, _)| fact.name() == *name)?;
                    Some(sighting(scene, fact, *at_ms, device))
                })
                .collect(),
        })
        .collect())
}

fn sighting(scene: &Scene, fact: &Fact, at_ms: UnixMillis, own: DeviceId) -> AlertSighting {
    let author = scene.devices.iter().find(|row| row.id == fact.device);
    let rules = scene.rules();
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::MIN);
    AlertSighting {
        device: author.map_or_else(|| fact.device.to_string(), |row| row.name.clone()),
        gate: fact
            .body
            .gate()
            .and_then(|no| rules.gate(no).map(|gate| gate.name.clone())),
        at_ms,
        at: rules.zone().to_datetime(at).strftime("%H:%M").to_string(),
        here: fact.device == own,
    }
}
