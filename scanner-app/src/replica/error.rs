//! What can go wrong with the replica, and what whoever reads it should do.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A read or a write failed. A write that failed left nothing behind.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// No room.
    #[error(
        "the disk is full: nothing was written and nobody was admitted; make room, then scan again"
    )]
    DiskFull(#[source] rusqlite::Error),
    /// Not allowed to write.
    #[error(
        "this door's data can't be written: nobody was admitted; make the folder writable, then start again"
    )]
    ReadOnly(#[source] rusqlite::Error),
    /// The disk answered with an error.
    #[error(
        "the disk failed: nothing was written and nobody was admitted; check the disk, then start again"
    )]
    Disk(#[source] rusqlite::Error),
    /// The file is no database any more.
    #[error(
        "the replica is damaged; keep the folder for its journals, enrol this device again in a new one"
    )]
    Damaged(#[source] rusqlite::Error),
    /// Another process holds it.
    #[error("the replica is in use by another program; close it and try again")]
    Busy(#[source] rusqlite::Error),
    /// A statement failed for another reason.
    #[error("reading or writing the replica failed")]
    Statement(#[source] rusqlite::Error),
    /// A row doesn't hold what its table says.
    #[error(
        "the replica is damaged: a row of {table} can't be read; enrol this device again in a new folder"
    )]
    Row {
        /// The table.
        table: &'static str,
    },
    /// The replica's thread has ended.
    #[error("the replica was closed, or a step in it failed badly; start again")]
    Stopped,
}

impl ReplicaError {
    /// For JSON and exit lines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull(_) => "disk_full",
            Self::ReadOnly(_) => "data_read_only",
            Self::Disk(_) => "disk_failed",
            Self::Damaged(_) | Self::Row { .. } => "replica_damaged",
            Self::Busy(_) => "replica_in_use",
            Self::Statement(_) => "replica_failed",
            Self::Stopped => "replica_closed",
        }
    }
}

impl From<rusqlite::Error> for ReplicaError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(error),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly(error)
            }
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(_) | None => Self::Statement(error),
        }
    }
}

/// The replica could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenReplicaError {
    /// The folder can't be made or looked into.
    #[error("opening the door's data in {folder}; give a folder that can be written")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has it.
    #[error(
        "another program is using the door's data in {0}; close it (the window, or another `door`) and try again"
    )]
    InUse(PathBuf),
    /// Written by a program that this one can't follow.
    #[error(
        "the door's data was written by a newer program (format {found}, this one knows {known}); update this program, the data is left as it is"
    )]
    Newer {
        /// The file's major version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// Some other SQLite file.
    #[error("{0} is not a door's replica; give the folder that `door enrol` made")]
    NotAReplica(PathBuf),
    /// The file could not be read or brought up to date.
    #[error("opening the replica")]
    Replica(#[from] ReplicaError),
    /// What is kept outside the folder could not be had.
    #[error(transparent)]
    Machine(#[from] super::machine::MachineError),
    /// No thread could be started.
    #[error("starting the replica's thread")]
    Thread(#[source] io::Error),
}

impl OpenReplicaError {
    /// For JSON and exit lines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "data_read_only"
                }
                io::ErrorKind::StorageFull => "disk_full",
                _ => "data_folder",
            },
            Self::InUse(_) => "replica_in_use",
            Self::Newer { .. } => "replica_newer",
            Self::NotAReplica(_) => "not_a_replica",
            Self::Replica(error) => error.code(),
            Self::Machine(_) => "machine_state",
            Self::Thread(_) => "thread",
        }
    }
}
