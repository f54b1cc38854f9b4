//! A verdict, the last ones, and what is to be looked at.

use serde::Serialize;
use shared::clock::UnixMillis;
use shared::ids::FactId;
use ts_rs::TS;

use super::place::Way;

/// The colour, shape, word and sound of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VerdictLight {
    /// Green: let them pass.
    Admit,
    /// Red: turn them away.
    Refuse,
    /// Amber: a supervisor decides.
    Ask,
}

/// "2e entrée sur 3".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EntryCount {
    /// The how manieth, from 1.
    pub no: u32,
    /// Of how many; `null` = as many as they like.
    pub of: Option<u16>,
}

/// Fills the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct VerdictView {
    /// Counts up; the same number again is the same verdict, still in view.
    pub no: u32,
    /// Which.
    pub light: VerdictLight,
    /// The way the door stood.
    pub way: Way,
    /// The ticket type's name, if the ticket is known.
    pub type_name: Option<String>,
    /// On green.
    pub entry: Option<EntryCount>,
    /// On green: what the person at the door does or looks at ("vérifier le justificatif").
    pub note: Option<String>,
    /// On red and amber: what is the matter, a sentence.
    pub says: Option<String>,
    /// On red and amber: what to do, a sentence.
    pub then: Option<String>,
    /// On green: a revoked device says that it was here before, a sentence.
    pub also_seen: Option<String>,
    /// On amber: the name of the gate to send them to.
    pub send_to: Option<String>,
    /// A supervisor may let them in anyway.
    pub may_override: bool,
    /// When it was decided.
    #[ts(type = "number")]
    pub at_ms: UnixMillis,
}

/// A line of the last scans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RecentView {
    /// The verdict's number.
    pub no: u32,
    /// Which.
    pub light: VerdictLight,
    /// The way the door stood.
    pub way: Way,
    /// The ticket type's name, if the ticket is known.
    pub type_name: Option<String>,
    /// The note, or what was the matter.
    pub detail: Option<String>,
    /// When.
    #[ts(type = "number")]
    pub at_ms: UnixMillis,
    /// The same on the venue's clock: `19:42`.
    pub at: String,
    /// The entry or exit that may be undone here.
    #[ts(type = "string | null")]
    pub undo: Option<FactId>,
    /// It was undone.
    pub undone: bool,
}

/// Something to look at: a ticket that this door let in or out, and that was seen elsewhere, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AlertView {
    /// `duplicate_entry`, ...: `shared::admission::fold::AlertKind`.
    pub kind: String,
    /// The short code of the ticket.
    pub ticket: String,
    /// What it is, a sentence.
    pub says: String,
    /// Where it was seen, in order.
    pub seen: Vec<AlertSightingView>,
}

/// Where a ticket was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AlertSightingView {
    /// The device's name.
    pub device: String,
    /// The gate's name.
    pub gate: Option<String>,
    /// On the venue's clock: `19:42`.
    pub at: String,
    /// At this device.
    pub here: bool,
}
