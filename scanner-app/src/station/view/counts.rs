//! How many went in and out, from all devices known.

use serde::Serialize;
use ts_rs::TS;

/// How full the venue is: a safety rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Crowd {
    /// Below 90 % of the capacity, or no capacity is known.
    Fine,
    /// From 90 % on.
    NearlyFull,
    /// From 100 % on.
    Full,
}

/// The venue now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CountsView {
    /// People inside.
    pub inside: u32,
    /// Entries so far.
    pub entries: u32,
    /// Exits so far.
    pub exits: u32,
    /// People allowed in at once; `null` = not known.
    pub capacity: Option<u32>,
    /// What the two come to.
    pub crowd: Crowd,
    /// By gate, in the order of their numbers; entries at no gate come last, without a name.
    pub gates: Vec<GateCount>,
}

/// One gate's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct GateCount {
    /// Its name.
    pub name: Option<String>,
    /// Entries there.
    pub entries: u32,
    /// Exits there.
    pub exits: u32,
}
