//! The ready light: what is checked before doors and goes on being checked, line by line.

use rusqlite::Connection;
use shared::clock::DeviceTime;
use shared::ids::EventId;
use shared::roster::EventMode;

use super::common::Common;
use super::gauges;
use super::view::{
    BatteryView, CameraStanding, CameraView, Light, Protection, ReadyLine, ReadyView, ReadyWhat,
    SyncView,
};
use crate::replica::roster::{self, Side};
use crate::replica::{Kept, ReplicaError, events, facts, signed, tickets};
use crate::status::SyncPhase;

/// A list older than this may lack tickets that were sold since.
const OLD_LIST_S: u64 = 15 * 60;
/// What waits for the server longer than this is worth a look.
const LONG_UNSENT_S: u64 = 60;
const LITTLE_DISK: u64 = 2_000_000_000;
const NO_DISK: u64 = 200_000_000;
const LOW_BATTERY: u8 = 30;
const EMPTY_BATTERY: u8 = 10;

pub(super) fn view(
    replica: &Connection,
    event: Option<EventId>,
    common: &Common,
    link: SyncView,
) -> Result<ReadyView, ReplicaError> {
    let server_ms = common.server_ms();
    let age_s = |since_ms: i64| u64::try_from((server_ms - since_ms) / 1000).unwrap_or_default();
    let mut what = Vec::new();
    if let Some(no) = event
        .map(|event| events::number(replica, event))
        .transpose()?
        .flatten()
    {
        let cursor = event
            .map(|event| roster::cursor(replica, event, Side::InUse))
            .transpose()?
            .flatten();
        let as_of_ms = cursor.as_ref().and_then(|cursor| cursor.as_of_ms);
        what.push(ReadyWhat::Roster {
            tickets: u32::try_from(tickets::count(replica, no)?).unwrap_or(u32::MAX),
            age_s: as_of_ms.map(age_s),
            complete: cursor.is_some_and(|cursor| cursor.caught_up),
        });
        let mode = events::event_row(replica, no)?.map(|row| row.mode);
        what.push(ReadyWhat::Event {
            test: mode == Some(EventMode::Test),
        });
    }
    let keys = signed::keys(replica)?;
    let live = keys.iter().filter(|key| !key.revoked).count();
    what.push(ReadyWhat::Keys {
        count: u32::try_from(live).unwrap_or(u32::MAX),
    });
    what.push(clock(&common.replica.time(), common.now_ms()));
    what.push(ReadyWhat::Camera(common.camera_view()));
    match gauges::free_bytes(&common.folders.data) {
        Ok(free_bytes) => what.push(ReadyWhat::Disk { free_bytes }),
        Err(error) => tracing::warn!(%error, "asking how much room the disk has failed"),
    }
    what.extend(gauges::battery(&common.folders.power_supplies).map(ReadyWhat::Battery));
    what.push(ReadyWhat::Peers {
        reachable: link
            .peers
            .iter()
            .filter(|peer| peer.reachable)
            .map(|peer| peer.name.clone())
            .collect(),
        known: u32::try_from(link.peers.len()).unwrap_or(u32::MAX),
    });
    what.push(ReadyWhat::Protection {
        by: match common.replica.kept() {
            Kept::InKeyStore => Protection::KeyStore,
            Kept::InFile => Protection::FileOnly,
        },
    });
    what.push(ReadyWhat::Unsent {
        facts: link.unsent,
        oldest_s: facts::oldest_unsynced_ms(replica)?.map(age_s),
    });
    what.push(ReadyWhat::Sync(link));
    Ok(of_lines(what))
}

fn clock(time: &DeviceTime, now_ms: i64) -> ReadyWhat {
    let offset = time.offset();
    ReadyWhat::Clock {
        offset_ms: offset.map(|offset| offset.offset_ms),
        error_ms: offset.map(|offset| offset.error_ms),
        suspect: time.now(now_ms).doubt.is_some(),
    }
}

fn of_lines(what: Vec<ReadyWhat>) -> ReadyView {
    let alone = !what
        .iter()
        .any(|what| matches!(what, ReadyWhat::Sync(link) if link.phase == Some(SyncPhase::Live)));
    let mut lines: Vec<ReadyLine> = what
        .into_iter()
        .map(|what| ReadyLine {
            light: light(&what, alone),
            what,
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.light));
    ReadyView {
        light: lines.first().map_or(Light::Ok, |line| line.light),
        lines,
    }
}

/// `alone`: the server isn't there, so that other doors matter.
fn light(what: &ReadyWhat, alone: bool) -> Light {
    let below = |value: u64, amber: u64, red: u64| {
        if value < red {
            Light::No
        } else if value < amber {
            Light::Wait
        } else {
            Light::Ok
        }
    };
    let amber_if = |so: bool| if so { Light::Wait } else { Light::Ok };
    match what {
        ReadyWhat::Roster {
            tickets: 0,
            complete: false,
            ..
        }
        | ReadyWhat::Clock { suspect: true, .. } => Light::No,
        // Nobody has bought yet: rare before doors, and right where all is sold at the door.
        ReadyWhat::Roster { tickets: 0, .. } => Light::Wait,
        ReadyWhat::Roster {
            age_s, complete, ..
        } => amber_if(!complete || age_s.is_none_or(|age| age > OLD_LIST_S)),
        ReadyWhat::Keys { count } => below(u64::from(*count), 1, 1),
        ReadyWhat::Clock { offset_ms, .. } => amber_if(
            offset_ms.is_none_or(|offset| offset.abs() > shared::clock::offset::WARN_OFFSET_MS),
        ),
        ReadyWhat::Camera(CameraView { standing, .. }) => amber_if(match standing {
            CameraStanding::Live { .. } => false,
            CameraStanding::Looking
            | CameraStanding::Stalled
            | CameraStanding::Busy
            | CameraStanding::Missing
            | CameraStanding::Unusable
            | CameraStanding::Off => true,
        }),
        ReadyWhat::Disk { free_bytes } => below(*free_bytes, LITTLE_DISK, NO_DISK),
        ReadyWhat::Battery(BatteryView { charging: true, .. }) => Light::Ok,
        ReadyWhat::Battery(battery) => below(
            battery.percent.into(),
            LOW_BATTERY.into(),
            EMPTY_BATTERY.into(),
        ),
        ReadyWhat::Peers { reachable, known } => {
            amber_if(alone && *known > 0 && reachable.is_empty())
        }
        ReadyWhat::Event { test } => amber_if(*test),
        ReadyWhat::Protection { by } => amber_if(*by == Protection::FileOnly),
        ReadyWhat::Unsent { facts, oldest_s } => {
            amber_if(*facts > 0 && oldest_s.is_some_and(|age| age > LONG_UNSENT_S))
        }
        ReadyWhat::Sync(link) => match link.phase {
            Some(SyncPhase::Live) => Light::Ok,
            Some(SyncPhase::Blocked) => Light::No,
            None
            | Some(
                SyncPhase::Bootstrapping
                | SyncPhase::CatchingUp
                | SyncPhase::Lan
                | SyncPhase::Offline
                | SyncPhase::NeedsReset
                | SyncPhase::NeedsUpgrade,
            ) => Light::Wait,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(phase: SyncPhase) -> ReadyWhat {
        ReadyWhat::Sync(SyncView {
            phase: Some(phase),
            since_ms: None,
            since: None,
            peers: Vec::new(),
            unsent: 0,
        })
    }

    fn list(age_s: Option<u64>) -> ReadyWhat {
        ReadyWhat::Roster {
            tickets: 5,
            age_s,
            complete: true,
        }
    }

    #[test]
    fn the_worst_line_decides_and_stands_first() {
        let disk = ReadyWhat::Disk { free_bytes: 1 };
        let view = of_lines(vec![list(Some(3)), link(SyncPhase::Offline), disk.clone()]);
        assert_eq!(view.light, Light::No);
        assert_eq!(view.lines[0].what, disk);
        assert_eq!(view.lines[1].light, Light::Wait);
        assert_eq!(view.lines[2].light, Light::Ok);
        assert_eq!(of_lines(vec![link(SyncPhase::Live)]).light, Light::Ok);
    }

    #[test]
    fn a_list_is_old_after_a_quarter_of_an_hour() {
        assert_eq!(light(&list(Some(15 * 60)), false), Light::Ok);
        assert_eq!(light(&list(Some(15 * 60 + 1)), false), Light::Wait);
        assert_eq!(light(&list(None), false), Light::Wait);
    }

    #[test]
    fn a_list_that_never_came_is_red_and_a_whole_one_of_nobody_amber() {
        let empty = |complete: bool| ReadyWhat::Roster {
            tickets: 0,
            age_s: complete.then_some(1),
            complete,
        };
        assert_eq!(light(&empty(false), false), Light::No);
        assert_eq!(light(&empty(true), false), Light::Wait);
    }

    #[test]
    fn disk_and_battery_warn_before_they_are_empty() {
        let disk = |free_bytes| light(&ReadyWhat::Disk { free_bytes }, false);
        let lights = [2_000_000_000, 1_999_999_999, 200_000_000, 199_999_999].map(disk);
        assert_eq!(lights, [Light::Ok, Light::Wait, Light::Wait, Light::No]);
        let battery = |percent, charging| {
            let minutes_left = None;
            light(
                &ReadyWhat::Battery(BatteryView {
                    percent,
                    charging,
                    minutes_left,
                }),
                false,
            )
        };
        let lights = [30, 29, 10, 9].map(|percent| battery(percent, false));
        assert_eq!(lights, [Light::Ok, Light::Wait, Light::Wait, Light::No]);
        assert_eq!(battery(5, true), Light::Ok);
    }

    #[test]
    fn other_doors_matter_while_the_server_is_away() {
        let peers = ReadyWhat::Peers {
            reachable: Vec::new(),
            known: 2,
        };
        let of = |phase| {
            let view = of_lines(vec![peers.clone(), link(phase)]);
            view.lines
                .into_iter()
                .find(|line| line.what == peers)
                .map(|line| line.light)
        };
        assert_eq!(of(SyncPhase::Live), Some(Light::Ok));
        assert_eq!(of(SyncPhase::Offline), Some(Light::Wait));
    }

    #[test]
    fn a_clock_that_was_never_compared_or_was_set_back_is_red() {
        let never = clock(&DeviceTime::default(), 1_795_000_000_000);
        assert_eq!(light(&never, false), Light::No);
        let mut time = DeviceTime::default();
        time.measured(1_000, 1_020, 1_010);
        assert_eq!(light(&clock(&time, 2_000), false), Light::Ok);
        let mut time = DeviceTime::default();
        time.measured(1_000, 1_020, 500_000);
        assert_eq!(light(&clock(&time, 2_000), false), Light::Wait);
    }
}
