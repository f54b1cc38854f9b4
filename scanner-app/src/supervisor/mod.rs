//! People who decide against the rules at this door, each by a PIN. The PIN is no key: it opens nothing on the disk, it tells
//! who decides. Its hash is sealed, and the tries are counted, see `shared::supervisor`.

mod unlock;

use shared::ids::UserId;
use shared::wire::latest::SupervisorRow;

pub use unlock::{UnlockError, locked_until, unlock};

use crate::replica::supervisors::{self, ReadSupervisorsError};
use crate::replica::{Replica, ReplicaError, identity, signed};

/// What a person does with their PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Lets somebody in against a refusal.
    Supervise,
    /// Sells.
    Sell,
}

impl Duty {
    fn is_of(self, row: &SupervisorRow) -> bool {
        match self {
            Self::Supervise => row.supervises,
            Self::Sell => row.sells,
        }
    }
}

/// Somebody who may decide, or sell.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Supervisor {
    /// As facts name the person.
    pub person: UserId,
    /// For the screen.
    pub name: String,
}

impl From<&SupervisorRow> for Supervisor {
    fn from(row: &SupervisorRow) -> Self {
        Self {
            person: row.person,
            name: row.name.clone(),
        }
    }
}

/// Nobody can be shown.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The folder was copied from a machine whose keys are not here.
    #[error(
        "the supervisors' names stayed on the machine that this door was enrolled on; enrol this device again in a new folder"
    )]
    KeysElsewhere,
    /// The list can't be read.
    #[error("reading the list of supervisors; run `door sync`, or enrol this device again")]
    Read(#[source] ReadSupervisorsError),
    /// The replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<ReadSupervisorsError> for PeopleError {
    fn from(error: ReadSupervisorsError) -> Self {
        match error {
            ReadSupervisorsError::Replica(error) => Self::Replica(error),
            other @ ReadSupervisorsError::Sealed(_) => Self::Read(other),
        }
    }
}

impl PeopleError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeysElsewhere | Self::Read(_) => "keys_elsewhere",
            Self::Replica(error) => error.code(),
        }
    }
}

/// Who has this duty at this device, by name. Nobody while the organizer has named none, or the device lacks the right.
pub fn people(replica: &Replica, duty: Duty) -> Result<Vec<Supervisor>, PeopleError> {
    let rows = rows(replica, duty)?;
    let mut people: Vec<Supervisor> = rows.iter().map(Supervisor::from).collect();
    people.sort_by_cached_key(|person| (person.name.to_lowercase(), person.person));
    Ok(people)
}

/// Whether anybody may decide at this door: the organizer's list lets the device supervise, and somebody is named.
pub fn is_supervised(replica: &Replica) -> Result<bool, PeopleError> {
    let vault = replica.vault().cloned().ok_or(PeopleError::KeysElsewhere)?;
    replica.read(move |tx| {
        let Some(identity) = identity::load(tx)? else {
            return Ok(false);
        };
        let own = signed::device(tx, identity.device)?;
        Ok(own.is_some_and(|row| row.rights.supervise)
            && supervisors::load(tx, &vault)?
                .iter()
                .any(|row| row.supervises))
    })
}

fn rows(replica: &Replica, duty: Duty) -> Result<Vec<SupervisorRow>, PeopleError> {
    let vault = replica.vault().cloned().ok_or(PeopleError::KeysElsewhere)?;
    replica.read(move |tx| {
        let mut rows = supervisors::load(tx, &vault)?;
        rows.retain(|row| duty.is_of(row));
        Ok(rows)
    })
}
