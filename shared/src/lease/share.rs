//! Which door gets which tickets in strict mode: a gate's tickets in equal shares to its doors.

use crate::ids::{DeviceId, GateNo, TicketId};

/// A door and how many rights it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorShare {
    /// The door.
    pub device: DeviceId,
    /// Where it stands; 0 = at no gate in particular.
    pub gate: GateNo,
    /// How many it holds.
    pub tickets: u32,
}

/// The door that gets the next ticket of a home gate: of that gate's doors the one with the smallest share,
/// of equals the one with the smallest id. A gate without a door, and no gate at all, count as all doors.
/// `None` = there is no door.
pub fn next_door(home: GateNo, doors: &[DoorShare]) -> Option<DeviceId> {
    let is_manned = home != GateNo(0) && doors.iter().any(|door| door.gate == home);
    doors
        .iter()
        .filter(|door| !is_manned || door.gate == home)
        .min_by_key(|door| (door.tickets, door.device))
        .map(|door| door.device)
}

/// Shares tickets out among doors, counting what each holds already: when doors open all tickets, later
/// those that were sold since. Shares of one gate end up equal or one apart, if they began so.
pub fn share_out(
    tickets: &[(TicketId, GateNo)],
    mut doors: Vec<DoorShare>,
) -> Vec<(TicketId, DeviceId)> {
    let mut ascending = tickets.to_vec();
    ascending.sort_unstable();
    let mut shares = Vec::with_capacity(ascending.len());
    for (ticket, home) in ascending {
        let Some(device) = next_door(home, &doors) else {
            break;
        };
        shares.push((ticket, device));
        let given = doors.iter_mut().find(|door| door.device == device);
        if let Some(door) = given {
            door.tickets = door.tickets.saturating_add(1);
        }
    }
    shares
}
