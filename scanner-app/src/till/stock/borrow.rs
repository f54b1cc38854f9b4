//! Asking the other tills of the building for places, when there are too few here and the server is away.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use shared::clock::UnixMillis;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, EventId, FactId, TypeNo};
use shared::lease::OwnJournals;
use shared::lease::lend::Purpose;
use shared::roster::signed::SignedKind;
use shared::wire::latest::PlacesAsk;

use super::stall;
use crate::edge::OsRandom;
use crate::peers::RightLine;
use crate::replica::place_asks::{self, PlaceAsk};
use crate::replica::{Replica, ReplicaError, events, signed, stock as kept};

/// Places that another till lent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borrowed {
    /// Which till.
    pub lender: DeviceId,
    /// As the organizer calls it.
    pub name: String,
    /// How many.
    pub places: u32,
}

/// Asks one till after the other until so many places came, or `limit` is over. What is lent is on the disk when this returns.
pub fn borrow(
    replica: &Replica,
    line: &RightLine,
    (event, type_no): (EventId, TypeNo),
    (places, purpose): (u32, Purpose),
    (now_ms, limit): (UnixMillis, Duration),
) -> Result<Vec<Borrowed>, ReplicaError> {
    let until = Instant::now() + limit;
    let reachable = line.reachable();
    let lenders = replica.read(move |connection| lenders(connection, event))?;
    let has = match purpose {
        Purpose::Sale => None,
        Purpose::Stock { has } => Some(has),
    };
    let mut borrowed = Vec::new();
    let mut lacks = places;
    for (lender, name) in lenders {
        let left = until.saturating_duration_since(Instant::now());
        if lacks == 0 || left.is_zero() {
            break;
        }
        if !reachable.contains(&lender) {
            continue;
        }
        // A question from before comes first, as it was; what is lacking then is asked for by a new one.
        let mut lent = 0;
        while lacks > 0 {
            let new = PlaceAsk {
                asked_for: FactId::new(now_ms, &mut OsRandom),
                places: lacks,
            };
            let ask = replica.write(move |tx| {
                let event = events::number_or_new(tx, event)?;
                let PlaceAsk { asked_for, places } =
                    place_asks::begin(tx, (event, type_no), lender, new)?;
                Ok::<_, ReplicaError>(PlacesAsk {
                    type_no,
                    places,
                    has,
                    asked_for,
                    leases: signed::version(tx, SignedKind::Leases)?,
                })
            })?;
            let left = until.saturating_duration_since(Instant::now());
            let places = line.ask_places(lender, event, ask, left);
            lacks = lacks.saturating_sub(places);
            lent += places;
            if places == 0 || ask.asked_for == new.asked_for {
                break;
            }
        }
        if lent > 0 {
            borrowed.push(Borrowed {
                lender,
                name,
                places: lent,
            });
        }
    }
    Ok(borrowed)
}

/// The other tills of the event. None for a device that could not sell what they lend.
fn lenders(
    connection: &Connection,
    event: EventId,
) -> Result<Vec<(DeviceId, String)>, ReplicaError> {
    let Some((stall, _)) = stall(connection, event)? else {
        return Ok(Vec::new());
    };
    if stall.own != OwnJournals::Whole || kept::letters(connection)?.is_none() {
        return Ok(Vec::new());
    }
    let others = stall.devices.iter().filter(|row| row.id != stall.me);
    let tills = others.filter(|row| stall.authors().may_hold(row.id, RightKind::Sell));
    Ok(tills.map(|row| (row.id, row.name.clone())).collect())
}
