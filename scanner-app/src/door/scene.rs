//! What a door decides by, besides the ticket: rules, keys, devices. Read once and kept until they
//! change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use rusqlite::Connection;
use shared::admission::fold::Authors;
use shared::admission::{Rules, time_zone};
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, EventId, KeyId};
use shared::lease::LeaseList;
use shared::roster::signed::SignedKind;
use shared::roster::{DeviceRow, EventRow, GateRow, KeyRow, TicketTypeRow, WindowRow};
use shared::ticket::PublicKey;

use super::{ScanError, locked};
use crate::replica::events::EventNo;
use crate::replica::{ReplicaError, events, sign_off, signed, sync_state};

#[derive(Debug)]
pub(crate) struct Scene {
    generation: i64,
    pub(super) event_no: EventNo,
    pub(super) event: EventRow,
    pub(super) types: Vec<TicketTypeRow>,
    pub(super) windows: Vec<WindowRow>,
    pub(super) gates: Vec<GateRow>,
    zone: TimeZone,
    keys: HashMap<KeyId, (KeyRow, PublicKey)>,
    pub(super) devices: Vec<DeviceRow>,
    /// The server as a device; the nil id while the device list doesn't name it.
    pub(super) server: DeviceId,
    /// Strict mode: the grants of this event's rights of entry.
    pub(super) leases: LeaseList,
    /// Of the event's places that tills may sell.
    pub(super) stock: LeaseList,
    has_signed_off: bool,
}

impl Scene {
    pub(super) fn load(connection: &Connection, event: EventId) -> Result<Self, ScanError> {
        let missing = || ScanError::RosterMissing(event);
        let event_no = events::number(connection, event)?.ok_or_else(missing)?;
        let row = events::event_row(connection, event_no)?.ok_or_else(missing)?;
        let leases = leases(connection, event)?;
        // A row that is no key verifies nothing: its tickets count as signed by an unknown one.
        let keys = signed::keys(connection)?.into_iter().filter_map(|row| {
            let key = PublicKey::from_bytes(&row.public).ok()?;
            Some((row.id, (row, key)))
        });
        Ok(Self {
            generation: sync_state::generation(connection)?,
            event_no,
            leases: if row.strict {
                of_kind(&leases, RightKind::Admit)
            } else {
                LeaseList::default()
            },
            stock: of_kind(&leases, RightKind::Sell),
            zone: time_zone(&row.time_zone).unwrap_or(TimeZone::UTC),
            event: row,
            types: events::ticket_types(connection, event_no)?,
            windows: events::windows(connection, event_no)?,
            gates: events::gates(connection, event_no)?,
            keys: keys.collect(),
            devices: signed::devices(connection)?,
            server: signed::server_device(connection)?
                .unwrap_or_else(|| DeviceId::from_bytes([0; 16])),
            has_signed_off: sign_off::since_ms(connection)?.is_some(),
        })
    }

    /// Who may say what at this event.
    pub(super) fn authors(&self) -> Authors<'_> {
        Authors {
            devices: &self.devices,
            server: self.server,
            event: self.event.id,
        }
    }

    pub(super) fn is_current(&self, connection: &Connection) -> bool {
        sync_state::generation(connection).is_ok_and(|now| now == self.generation)
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules::in_zone(
            self.zone.clone(),
            &self.event,
            &self.types,
            &self.windows,
            &self.gates,
        )
    }

    pub(super) fn key(&self, id: KeyId) -> Option<&(KeyRow, PublicKey)> {
        self.keys.get(&id)
    }

    /// The fold ignores facts of who may not write them, so a door without the right must not admit:
    /// a copy would come in after each ticket.
    pub(super) fn may_scan(&self, device: DeviceId, event: EventId) -> Result<(), ScanError> {
        if self.has_signed_off {
            return Err(ScanError::SignedOff);
        }
        let own = self.devices.iter().find(|row| row.id == device);
        let own = own.ok_or(ScanError::NotListed)?;
        if own.revocation.is_some() {
            return Err(ScanError::Revoked);
        }
        if own.rights.scan && own.events.contains(&event) {
            Ok(())
        } else {
            Err(ScanError::NotAllowed(event))
        }
    }
}

/// The list is complete, so what is of no concern here is left out.
fn leases(connection: &Connection, event: EventId) -> Result<LeaseList, ReplicaError> {
    let Some(object) = signed::get(connection, SignedKind::Leases)? else {
        return Ok(LeaseList::default());
    };
    let mut list: LeaseList =
        serde_json::from_slice(&object.body).map_err(|_| ReplicaError::Row {
            table: "signed_object",
        })?;
    list.leases.retain(|lease| lease.event == event);
    list.write_offs.clear();
    Ok(list)
}

fn of_kind(list: &LeaseList, kind: RightKind) -> LeaseList {
    let leases = list.leases.iter().filter(|lease| lease.right == kind);
    LeaseList {
        leases: leases.cloned().collect(),
        write_offs: Vec::new(),
    }
}

/// The scenes of a device's events, kept while they hold.
#[derive(Debug, Default)]
pub(crate) struct Scenes(Mutex<HashMap<EventId, Arc<Scene>>>);

impl Scenes {
    /// As the transaction has it.
    pub(crate) fn get(
        &self,
        connection: &Connection,
        event: EventId,
    ) -> Result<Arc<Scene>, ScanError> {
        let mut held = locked(&self.0);
        if let Some(scene) = held
            .get(&event)
            .filter(|scene| scene.is_current(connection))
        {
            return Ok(Arc::clone(scene));
        }
        let scene = Arc::new(Scene::load(connection, event)?);
        held.insert(event, Arc::clone(&scene));
        Ok(scene)
    }
}
