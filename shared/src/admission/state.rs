//! What is known of a ticket's comings and goings.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::clock::UnixMillis;
use crate::ids::{FactName, GateNo};

/// Someone went in with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The fact, which names the device too.
    pub fact: FactName,
    /// When: server time, as well as it is known.
    pub at_ms: UnixMillis,
    /// Where; 0 = at no gate.
    pub gate: GateNo,
}

/// A ticket's state: what [`super::fold()`] makes of its facts, and what [`super::decide()`] goes by.
/// A ticket without facts has the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketState {
    /// Its holder is inside.
    pub inside: bool,
    /// Entries that count; duplicates don't.
    pub entries: u32,
    /// The same for each calendar day of the event's time zone.
    pub entries_by_day: BTreeMap<Date, u32>,
    /// The winner: the first entry that counts.
    pub first_entry: Option<Sighting>,
    /// The last entry that counts.
    pub last_entry: Option<Sighting>,
    /// An entry by a revoked device that doesn't count: the verdict mentions it.
    pub also_seen: Option<Sighting>,
}
