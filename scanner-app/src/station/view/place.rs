//! Where the door stands, and where it may.

use serde::{Deserialize, Serialize};
use shared::admission::Direction;
use shared::clock::UnixMillis;
use shared::ids::{EventId, GateNo};
use ts_rs::TS;

/// Which way people go: `shared::admission::Direction` for the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// They come in.
    #[default]
    In,
    /// They leave.
    Out,
    /// Nobody moves: look only, nothing is written.
    CheckOnly,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::In => Self::In,
            Way::Out => Self::Out,
            Way::CheckOnly => Self::CheckOnly,
        }
    }
}

/// An event that this device may stand at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PlaceChoice {
    /// Which.
    #[ts(type = "string")]
    pub event: EventId,
    /// Its title; `null` until its first page is here.
    pub name: Option<String>,
    /// When it begins.
    #[ts(type = "number | null")]
    pub starts_ms: Option<UnixMillis>,
    /// The same for people, on the venue's clock and in the screen's language.
    pub starts: Option<String>,
    /// Its entry hours include today.
    pub today: bool,
    /// A test event.
    pub test: bool,
    /// Its gates.
    pub gates: Vec<GateChoice>,
    /// The first page is here: scanning may begin.
    pub can_scan: bool,
    /// Ticket rows here.
    pub tickets: u32,
    /// Nothing is missing.
    pub complete: bool,
}

/// Whether this device may be a box office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TillChoice {
    /// The organizer gave it no right to sell.
    No,
    /// It may, and was lent no places yet.
    NotYet,
    /// It may begin.
    Ready,
}

/// A gate to stand at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct GateChoice {
    /// Its number.
    #[ts(type = "number")]
    pub no: GateNo,
    /// Its name.
    pub name: String,
    /// The one that the organizer gave this device.
    pub own: bool,
}

/// Where the door stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PlaceView {
    /// At which event.
    #[ts(type = "string")]
    pub event: EventId,
    /// Its title.
    pub name: String,
    /// A test event: it is said on every screen.
    pub test: bool,
    /// The gate's name.
    pub gate: Option<String>,
    /// The way it stands.
    pub way: Way,
    /// When the doors open.
    #[ts(type = "number")]
    pub doors_ms: UnixMillis,
    /// Of the venue's clock, as IANA names it.
    pub time_zone: String,
    /// Strict mode.
    pub strict: bool,
    /// This device may search by name and let in by hand.
    pub may_search: bool,
    /// This device may be used to decide against the rules.
    pub may_supervise: bool,
}
