//! Figures for the screen: the ready light, the link, how many are inside, alerts. On a thread of its own that reads the
//! replica beside the one that writes it, so that no guest waits for a figure.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use shared::admission::fold::AlertKind;
use shared::admission::{RosterState, sentence};
use shared::ids::EventId;

use super::common::{Common, locked};
use super::stage::Stage;
use super::view::{AlertSightingView, AlertView, CountsView, Crowd, GateCount, News};
use super::{link, ready};
use crate::causes::with_causes;
use crate::door::{Attendance, Attending, DoorAlert, ScanError, open_alerts};
use crate::replica::{ReplicaError, identity, open_to_look};

/// How often everything is looked at, whatever happens.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often the ready light is told, though nothing but ages changed; and how often alerts are looked for.
const TELL_EVERY: Duration = Duration::from_secs(3);
/// How often a till's stock is looked at, though nothing was written: leases end by the clock.
const STOCK_EVERY: Duration = Duration::from_secs(20);

/// Why to look now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// Somebody was decided on.
    Scanned,
    /// The door stands elsewhere.
    Moved,
    /// Something that the ready light shows.
    Changed,
    /// No more.
    Stop,
}

pub(super) struct Figures {
    common: Arc<Common>,
    replica: Option<Connection>,
    attendance: Option<Attendance>,
    told_at: Option<Instant>,
    /// The replica's version, whether the server was there, and the time, when a till's stock was looked at last.
    stocked: Option<((i64, RosterState), Instant)>,
}

impl Figures {
    pub(super) fn new(common: Arc<Common>) -> Self {
        Self {
            common,
            replica: None,
            attendance: None,
            told_at: None,
            stocked: None,
        }
    }

    /// Until it is told to stop.
    pub(super) fn run(mut self, wakes: &Receiver<Wake>) {
        loop {
            match wakes.recv_timeout(LOOK_EVERY) {
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Wake::Scanned) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Wake::Moved | Wake::Changed) => {
                    self.told_at = None;
                    self.stocked = None;
                }
            }
            if let Err(error) = self.look() {
                tracing::warn!(
                    code = error.code(),
                    error = with_causes(&error),
                    "no figures"
                );
                self.replica = None;
            }
        }
    }

    fn look(&mut self) -> Result<(), ScanError> {
        let replica = match self.replica.take() {
            Some(replica) => replica,
            None => match open_to_look(&self.common.folders.data) {
                Ok(replica) => replica,
                Err(error) => {
                    tracing::warn!(code = error.code(), "no figures");
                    return Ok(());
                }
            },
        };
        {
            // All figures are of one moment.
            let tx = replica
                .unchecked_transaction()
                .map_err(ReplicaError::from)?;
            self.tell(&tx)?;
        }
        self.replica = Some(replica);
        Ok(())
    }

    fn tell(&mut self, replica: &Connection) -> Result<(), ScanError> {
        let event = match &*locked(&self.common.stage) {
            Stage::Door(post, _) => Some(post.event),
            Stage::Enrol(_) | Stage::Choose(_) | Stage::Till(_) | Stage::Closed { .. } => None,
        };
        let Some(identity) = identity::load(replica)? else {
            return Ok(());
        };
        if let Some(event) = event {
            self.count(replica, event)?;
        }
        self.stock(replica)?;
        let link = link::view(replica, event, &self.common)?;
        let is_news = locked(&self.common.latest).sync.as_ref() != Some(&link);
        if is_news {
            locked(&self.common.latest).sync = Some(link.clone());
            self.common.host.tell(News::Sync(link.clone()));
        }
        let is_due = self.told_at.is_none_or(|at| at.elapsed() >= TELL_EVERY);
        if is_due || is_news {
            let light = ready::view(replica, event, &self.common, link)?;
            locked(&self.common.latest).ready = Some(light.clone());
            self.common.host.tell(News::Ready(light));
        }
        if is_due {
            self.told_at = Some(Instant::now());
            if let Some(event) = event {
                let alerts = open_alerts(replica, event, identity.device)?;
                self.alert(alerts);
            }
        }
        Ok(())
    }

    /// What may be sold at the box office, if anything was written since, or time went by.
    fn stock(&mut self, replica: &Connection) -> Result<(), ScanError> {
        let Some(counter) = self.common.counter() else {
            self.stocked = None;
            return Ok(());
        };
        let version: i64 = replica
            .query_row("pragma data_version", [], |row| row.get(0))
            .map_err(ReplicaError::from)?;
        let now = (version, *locked(&self.common.roster));
        let is_known = self
            .stocked
            .is_some_and(|(known, at)| known == now && at.elapsed() < STOCK_EVERY);
        if !is_known {
            self.stocked = Some((now, Instant::now()));
            self.common.restock(&counter, replica)?;
        }
        Ok(())
    }

    fn count(&mut self, replica: &Connection, event: EventId) -> Result<(), ScanError> {
        let attendance = match &mut self.attendance {
            Some(attendance) if attendance.event() == event => attendance,
            other => other.insert(Attendance::of(event)),
        };
        if let Some(attending) = attendance.refresh(replica)? {
            let counts = counts(attending);
            let is_news = locked(&self.common.latest).counts.as_ref() != Some(&counts);
            if is_news {
                locked(&self.common.latest).counts = Some(counts.clone());
                self.common.host.tell(News::Counts(counts));
            }
        }
        Ok(())
    }

    fn alert(&self, alerts: Vec<DoorAlert>) {
        let language = self.common.language();
        let alerts: Vec<AlertView> = alerts
            .into_iter()
            .map(|alert| AlertView {
                kind: alert.kind.to_owned(),
                ticket: alert.ticket.to_string(),
                says: AlertKind::from_code(alert.kind)
                    .map_or(alert.kind, |kind| sentence::alert(kind, language))
                    .to_owned(),
                seen: alert
                    .seen
                    .into_iter()
                    .map(|seen| AlertSightingView {
                        device: seen.device,
                        gate: seen.gate,
                        at: seen.at,
                        here: seen.here,
                    })
                    .collect(),
            })
            .collect();
        let is_news = locked(&self.common.latest).alerts != alerts;
        if is_news {
            locked(&self.common.latest).alerts.clone_from(&alerts);
            self.common.host.tell(News::Alerts(alerts));
        }
    }
}

fn counts(attending: Attending) -> CountsView {
    CountsView {
        inside: attending.inside,
        entries: attending.entries,
        exits: attending.exits,
        capacity: attending.capacity,
        crowd: crowd(attending.inside, attending.capacity),
        gates: attending
            .gates
            .into_iter()
            .map(|gate| GateCount {
                name: gate.name,
                entries: gate.entries,
                exits: gate.exits,
            })
            .collect(),
    }
}

/// A safety rule: warned of from 90 % on.
fn crowd(inside: u32, capacity: Option<u32>) -> Crowd {
    let Some(capacity) = capacity.map(u64::from) else {
        return Crowd::Fine;
    };
    let inside = u64::from(inside);
    if inside >= capacity {
        Crowd::Full
    } else if inside * 10 >= capacity * 9 {
        Crowd::NearlyFull
    } else {
        Crowd::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_warned_of_from_nine_tenths_on() {
        for (inside, expected) in [
            (0, Crowd::Fine),
            (1_799, Crowd::Fine),
            (1_800, Crowd::NearlyFull),
            (1_999, Crowd::NearlyFull),
            (2_000, Crowd::Full),
            (2_001, Crowd::Full),
        ] {
            assert_eq!(crowd(inside, Some(2_000)), expected, "{inside}");
        }
        assert_eq!(crowd(50_000, None), Crowd::Fine);
    }
}
