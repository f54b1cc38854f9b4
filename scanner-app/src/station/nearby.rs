//! While the server is away a till that has few places left asks the other tills of the building for some, before a guest has to
//! wait for it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shared::clock::UnixMillis;
use shared::ids::{EventId, TypeNo};
use shared::lease::lend::{FEW_LEFT, Purpose};

use super::box_office::Show;
use super::common::locked;
use crate::peers::RightLine;
use crate::replica::Replica;
use crate::till::stock::borrow;

/// A start, or a moment without the network, moves no place.
const AWAY_FOR: Duration = Duration::from_secs(15);
/// The others may have got some meanwhile.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Nobody waits for it.
const WITHIN: Duration = Duration::from_secs(10);

/// A type of which few places are left, and how many are.
pub(super) type Short = (EventId, TypeNo, u32);

/// What plays today, and of which this till has few left.
pub(super) fn short_of(shows: &[Show]) -> Vec<Short> {
    let today = shows.iter().filter(|show| show.today);
    let offers = today.flat_map(|show| show.offers.iter().map(move |offer| (show.event, offer)));
    let few = offers.filter(|(_, offer)| offer.left.own < FEW_LEFT);
    few.map(|(event, offer)| (event, offer.type_no, offer.left.own))
        .collect()
}

/// Asks, one time after the other.
#[derive(Debug, Default)]
pub(super) struct Nearby(Arc<Mutex<Asking>>);

#[derive(Debug, Default)]
struct Asking {
    away_since: Option<Instant>,
    is_under_way: bool,
    ended_at: Option<Instant>,
}

impl Nearby {
    /// The server is there: it lends by itself.
    pub(super) fn is_needless(&self) {
        locked(&self.0).away_since = None;
    }

    /// Asks on a thread of its own, unless that is under way or was done a moment ago. What comes is on the disk, where it is
    /// seen like everything else.
    pub(super) fn ask(
        &self,
        replica: &Replica,
        line: RightLine,
        short: Vec<Short>,
        now_ms: UnixMillis,
    ) {
        let mut asking = locked(&self.0);
        let away_since = *asking.away_since.get_or_insert_with(Instant::now);
        let is_too_soon = away_since.elapsed() < AWAY_FOR
            || asking.ended_at.is_some_and(|at| at.elapsed() < AGAIN_AFTER);
        if short.is_empty() || asking.is_under_way || is_too_soon || line.is_alone() {
            return;
        }
        let (replica, state) = (replica.clone(), Arc::clone(&self.0));
        let begun = std::thread::Builder::new()
            .name("borrow".into())
            .spawn(move || {
                for (event, type_no, has) in short {
                    let wanted = (2 * FEW_LEFT - has, Purpose::Stock { has });
                    let of = (event, type_no);
                    if let Err(error) = borrow(&replica, &line, of, wanted, (now_ms, WITHIN)) {
                        tracing::error!(%error, "other tills were not asked for places");
                    }
                }
                let mut asking = locked(&state);
                (asking.is_under_way, asking.ended_at) = (false, Some(Instant::now()));
            });
        match begun {
            Ok(_) => asking.is_under_way = true,
            Err(error) => tracing::error!(%error, "other tills are not asked for places"),
        }
    }
}
