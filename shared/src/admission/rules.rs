//! The event's rules, as decide and fold ask for them.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::clock::UnixMillis;
use crate::ids::{GateNo, TypeNo, WindowNo};
use crate::roster::{EntryRule, EventRow, GateRow, ReEntry, TicketTypeRow, WindowRow};

use super::state::{Sighting, TicketState};

/// What the organizer laid down for an event. Made once for a roster and used for every scan.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// The event.
    pub event: &'a EventRow,
    /// Its ticket types.
    pub types: &'a [TicketTypeRow],
    /// Its entry windows.
    pub windows: &'a [WindowRow],
    /// Its gates.
    pub gates: &'a [GateRow],
    zone: TimeZone,
}

impl<'a> Rules<'a> {
    /// From the rows of a roster.
    ///
    /// The time zone comes from the list that is built in, so that a door and the server count the same
    /// days. A name that isn't in it (the server takes none such) counts days in UTC.
    pub fn new(
        event: &'a EventRow,
        types: &'a [TicketTypeRow],
        windows: &'a [WindowRow],
        gates: &'a [GateRow],
    ) -> Self {
        let zone = time_zone(&event.time_zone).unwrap_or(TimeZone::UTC);
        Self::in_zone(zone, event, types, windows, gates)
    }

    /// The same for who keeps the rows and their time zone: looking the zone up costs more than a
    /// decision.
    pub fn in_zone(
        zone: TimeZone,
        event: &'a EventRow,
        types: &'a [TicketTypeRow],
        windows: &'a [WindowRow],
        gates: &'a [GateRow],
    ) -> Self {
        Self {
            event,
            types,
            windows,
            gates,
            zone,
        }
    }

    /// The event's time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The calendar day at the venue.
    pub fn day(&self, at_ms: UnixMillis) -> Date {
        self.zone.to_datetime(timestamp(at_ms)).date()
    }

    /// The ticket type's row.
    pub fn ticket_type(&self, no: TypeNo) -> Option<&'a TicketTypeRow> {
        self.types.iter().find(|row| row.no == no)
    }

    /// The gate's row.
    pub fn gate(&self, no: GateNo) -> Option<&'a GateRow> {
        self.gates.iter().find(|row| row.no == no)
    }

    /// How often a ticket of this type enters: its own rule, else the event's.
    pub fn entry_rule(&self, no: TypeNo) -> EntryRule {
        self.ticket_type(no)
            .and_then(|row| row.entry_rule)
            .unwrap_or(self.event.entry_rule)
    }

    /// The entry after which there is none left for a ticket of this type at that time: by the re-entry rule, the maximum, or
    /// that day's maximum.
    pub fn spent(&self, no: TypeNo, state: &TicketState, at_ms: UnixMillis) -> Option<Sighting> {
        let rule = self.entry_rule(no);
        let full = max_entries(rule).is_some_and(|most| state.entries >= most.into());
        let today = state.entries_by_day.get(&self.day(at_ms)).copied();
        let full_today = rule
            .max_entries_per_day
            .is_some_and(|most| today.unwrap_or(0) >= most.into());
        barring_entry(rule, state).or_else(|| state.last_entry.filter(|_| full || full_today))
    }

    /// When a window admits; `None` = a number that isn't in the roster.
    pub(super) fn hours(&self, no: WindowNo) -> Option<Cow<'a, [(UnixMillis, UnixMillis)]>> {
        if no == WindowNo(0) {
            return Some(Cow::Owned(vec![(self.event.doors_ms, self.event.ends_ms)]));
        }
        self.windows
            .iter()
            .find(|row| row.no == no)
            .map(|row| Cow::Borrowed(row.intervals.as_slice()))
    }
}

/// A time zone of the built-in list by its IANA name, such as `Europe/Paris`.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Far-off times are the first or the last that there is.
pub(super) fn timestamp(at_ms: UnixMillis) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(if at_ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// The most entries in all; without a re-entry it is one, whatever else is said.
pub(super) fn max_entries(rule: EntryRule) -> Option<u16> {
    match rule.re_entry {
        ReEntry::None => Some(rule.max_entries.unwrap_or(1).min(1)),
        ReEntry::AfterExit | ReEntry::Unlimited => rule.max_entries,
    }
}

/// The entry that leaves no room for another: the first without a re-entry, else the last while inside.
pub(super) fn barring_entry(rule: EntryRule, state: &TicketState) -> Option<Sighting> {
    match rule.re_entry {
        ReEntry::None => state.first_entry,
        ReEntry::AfterExit => state.last_entry.filter(|_| state.inside),
        ReEntry::Unlimited => None,
    }
}

/// Does this gate take tickets of this type?
pub(super) fn takes(gate: &GateRow, no: TypeNo) -> bool {
    gate.types.is_empty() || gate.types.contains(&no)
}
