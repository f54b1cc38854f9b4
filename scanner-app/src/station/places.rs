//! Events and gates that this device may stand at, and the one where it stands.

use jiff::Timestamp;
use rusqlite::Connection;
use shared::admission::sentence;
use shared::admission::{Rules, time_zone};
use shared::clock::UnixMillis;
use shared::ids::{EventId, GateNo};
use shared::language::Language;
use shared::roster::{EventMode, EventRow};

use super::view::{GateChoice, PlaceChoice, PlaceView, Way};
use crate::replica::identity::Identity;
use crate::replica::roster::{self, Side};
use crate::replica::{ReplicaError, events, identity, signed, summaries, tickets};

/// Where it may stand, today's first, then by their beginning. `now_ms` is server time.
pub(super) fn choices(
    replica: &Connection,
    language: Language,
    now_ms: UnixMillis,
) -> Result<Vec<PlaceChoice>, ReplicaError> {
    let Some(identity) = identity::load(replica)? else {
        return Ok(Vec::new());
    };
    // A till's device may have no right to let anybody in.
    let own = signed::device(replica, identity.device)?;
    if own.is_some_and(|own| own.rights.sell && !own.rights.scan) {
        return Ok(Vec::new());
    }
    let mut choices = identity
        .events
        .iter()
        .map(|event| choice(replica, &identity, *event, language, now_ms))
        .collect::<Result<Vec<_>, _>>()?;
    choices.sort_by_key(|choice| (!choice.today, choice.starts_ms.unwrap_or(UnixMillis::MAX)));
    Ok(choices)
}

fn choice(
    replica: &Connection,
    identity: &Identity,
    event: EventId,
    language: Language,
    now_ms: UnixMillis,
) -> Result<PlaceChoice, ReplicaError> {
    let mut choice = PlaceChoice {
        event,
        name: None,
        starts_ms: None,
        starts: None,
        today: false,
        test: false,
        gates: Vec::new(),
        can_scan: false,
        tickets: 0,
        complete: false,
    };
    let Some(no) = events::number(replica, event)? else {
        return Ok(choice);
    };
    choice.tickets = u32::try_from(tickets::count(replica, no)?).unwrap_or(u32::MAX);
    choice.complete = roster::cursor(replica, event, Side::InUse)?.is_some_and(|at| at.caught_up);
    let Some(row) = events::event_row(replica, no)? else {
        return Ok(choice);
    };
    choice.can_scan = true;
    choice.gates = events::gates(replica, no)?
        .into_iter()
        .map(|gate| GateChoice {
            no: gate.no,
            own: gate.no == identity.gate,
            name: gate.name,
        })
        .collect();
    choice.starts_ms = Some(row.starts_ms);
    choice.starts = Some(sentence::moment(
        row.starts_ms,
        language,
        &Rules::new(&row, &[], &[], &[]),
        now_ms,
    ));
    choice.today = is_today(&row, now_ms);
    choice.test = row.mode == EventMode::Test;
    choice.name = Some(row.name);
    Ok(choice)
}

/// The days of the venue from the doors' opening to the end include that of `now_ms`.
pub(super) fn is_today(event: &EventRow, now_ms: UnixMillis) -> bool {
    let rules = Rules::new(event, &[], &[], &[]);
    let (from, until) = (rules.day(event.doors_ms), rules.day(event.ends_ms));
    (from..=until).contains(&rules.day(now_ms))
}

/// The one place that needs no choosing: the only event of today that can be scanned, at the organizer's gate.
pub(super) fn without_asking(choices: &[PlaceChoice]) -> Option<(EventId, GateNo)> {
    let mut today = choices.iter().filter(|choice| choice.today);
    let (only, None) = (today.next()?, today.next()) else {
        return None;
    };
    let own = only.gates.iter().find(|gate| gate.own)?;
    only.can_scan.then_some((only.event, own.no))
}

/// Where the door stands.
pub(super) fn view(
    replica: &Connection,
    event: EventId,
    gate: Option<GateNo>,
    way: Way,
) -> Result<Option<PlaceView>, ReplicaError> {
    let Some(no) = events::number(replica, event)? else {
        return Ok(None);
    };
    let (Some(row), Some(_)) = (events::event_row(replica, no)?, identity::load(replica)?) else {
        return Ok(None);
    };
    let gates = events::gates(replica, no)?;
    Ok(Some(PlaceView {
        event,
        gate: gate.and_then(|no| {
            let at = gates.iter().find(|gate| gate.no == no)?;
            Some(at.name.clone())
        }),
        way,
        test: row.mode == EventMode::Test,
        doors_ms: row.doors_ms,
        time_zone: row.time_zone,
        strict: row.strict,
        may_search: summaries::may_hold(replica, event)?,
        // Their names are sealed: whoever has the vault says.
        may_supervise: false,
        name: row.name,
    }))
}

/// `19:42` on the venue's clock.
pub(super) fn clock(event: &EventRow, at_ms: UnixMillis) -> String {
    clock_in(&event.time_zone, at_ms)
}

/// The same on the clock of a time zone, by its name.
pub(super) fn clock_in(name: &str, at_ms: UnixMillis) -> String {
    let zone = time_zone(name).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MIN);
    zone.to_datetime(at).strftime("%H:%M").to_string()
}
