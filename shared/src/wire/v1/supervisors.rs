//! Who may decide against the rules at a door. Told to devices with the right to supervise, over their own session only:
//! whoever has a PIN's hash can guess the PIN, so it is no signed object that devices relay.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// `GET /api/v1/sync/supervisors?have=VERSION`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorsAnswer {
    /// Of the list; 0 = there never was anybody on it.
    pub version: u64,
    /// The whole list; absent = the device has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisors: Option<Vec<SupervisorRow>>,
}

/// A person on the list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisorRow {
    /// Who: as facts name the person.
    pub person: UserId,
    /// As the person is called at doors.
    pub name: String,
    /// Of the PIN: Argon2id in PHC form.
    pub pin_hash: String,
    /// May let somebody in against a refusal, at doors.
    pub supervises: bool,
    /// May sell, at tills.
    pub sells: bool,
}

impl std::fmt::Debug for SupervisorRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SupervisorRow")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}
