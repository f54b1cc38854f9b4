//! How a door stands, for the window and for `door status`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::replica::REPLICA_FILE;

/// What a person wants to know of a door before it opens. Serialises to what `ui/src/door.ts`
/// declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoorStatus {
    /// The door's data folder.
    pub data_dir: PathBuf,
    /// Nothing until the device is enrolled, which is when its replica is made.
    pub enrolled: Option<EnrolledDoor>,
}

/// Figures of an enrolled door; `None` stands for "not known yet".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct EnrolledDoor {
    /// Where the sync engine stood when it last wrote.
    pub sync: Option<SyncPhase>,
    /// Seconds since a page of the roster was last applied.
    pub roster_age_s: Option<u64>,
    /// Facts in this device's journals that the server has not acknowledged.
    pub unsent_facts: Option<u64>,
    /// Events whose roster this device holds.
    pub events_known: Option<u64>,
}

/// The sync engine's state, as a person is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// The first pages are arriving.
    Bootstrapping,
    /// The replica is behind the server's head.
    CatchingUp,
    /// The replica is at the server's head.
    Live,
    /// The server cannot be reached; the door goes on.
    Offline,
    /// The feed began anew; the roster is pulled from zero.
    NeedsReset,
    /// The server wants a newer program.
    NeedsUpgrade,
    /// The server refuses this device until a person acts.
    Blocked,
}

impl SyncPhase {
    const ALL: [Self; 7] = [
        Self::Bootstrapping,
        Self::CatchingUp,
        Self::Live,
        Self::Offline,
        Self::NeedsReset,
        Self::NeedsUpgrade,
        Self::Blocked,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrapping => "bootstrapping",
            Self::CatchingUp => "catching_up",
            Self::Live => "live",
            Self::Offline => "offline",
            Self::NeedsReset => "needs_reset",
            Self::NeedsUpgrade => "needs_upgrade",
            Self::Blocked => "blocked",
        }
    }

    /// From its text.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }
}

/// Why a door's status could not be read.
#[derive(Debug, Error)]
pub enum ReadStatusError {
    /// The folder could not be looked into.
    #[error("looking for the replica in {}", folder.display())]
    LookForReplica {
        /// The door's data folder.
        folder: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

/// Reads how the door in `data_dir` stands. A folder that does not exist is a door that was never
/// enrolled.
pub fn read(data_dir: &Path) -> Result<DoorStatus, ReadStatusError> {
    let present = replica_is_present(data_dir)?;
    Ok(DoorStatus {
        data_dir: data_dir.to_owned(),
        enrolled: present.then(EnrolledDoor::default),
    })
}

fn replica_is_present(data_dir: &Path) -> Result<bool, ReadStatusError> {
    match fs::metadata(data_dir.join(REPLICA_FILE)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(ReadStatusError::LookForReplica {
            folder: data_dir.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_is_a_door_not_enrolled() {
        let folder = tempfile::tempdir().unwrap();
        let status = read(&folder.path().join("nothing")).unwrap();
        assert_eq!(status.enrolled, None);
    }

    #[test]
    fn a_replica_in_the_folder_is_an_enrolled_door() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(REPLICA_FILE), "").unwrap();
        let status = read(folder.path()).unwrap();
        assert_eq!(status.data_dir, folder.path());
        assert!(status.enrolled.is_some());
    }

    #[test]
    fn a_folder_that_is_a_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("door");
        fs::write(&file, "").unwrap();
        let error = read(&file).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("looking for the replica in {}", file.display())
        );
    }

    #[test]
    fn the_status_is_written_as_the_pages_declare_it() {
        let status = DoorStatus {
            data_dir: "/var/lib/door".into(),
            enrolled: Some(EnrolledDoor {
                sync: Some(SyncPhase::CatchingUp),
                roster_age_s: Some(40),
                unsent_facts: Some(3),
                events_known: Some(2),
            }),
        };
        let sample: serde_json::Value =
            serde_json::from_str(include_str!("../../ui/src/door-status.sample.json")).unwrap();
        assert_eq!(serde_json::to_value(status).unwrap(), sample);
    }
}
