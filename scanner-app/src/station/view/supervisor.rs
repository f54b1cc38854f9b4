//! Who may decide against the rules.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::UserId;
use ts_rs::TS;

/// A person with a PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SupervisorView {
    /// Who: facts carry it.
    #[ts(type = "string")]
    pub person: UserId,
    /// Their name, as the organizer wrote it.
    pub name: String,
}

/// What the PIN screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SupervisorsView {
    /// Who may.
    pub people: Vec<SupervisorView>,
    /// Who is unlocked now.
    pub unlocked: Option<SupervisorView>,
    /// No PIN is taken until then, on this device's clock.
    #[ts(type = "number | null")]
    pub locked_until_ms: Option<UnixMillis>,
}

/// Why an entry or exit is undone: each is a `shared::fact::kind::VoidReason`, whose number the fact carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UndoReason {
    /// The person turned round at the door.
    DidNotEnter,
    /// The wrong ticket of a group, or the wrong hit of a search.
    WrongTicket,
    /// The door stood the wrong way.
    WrongWay,
    /// Anything else.
    Other,
}
