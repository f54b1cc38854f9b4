//! Why the managed PostgreSQL does not start, and what a person can do about it.

use std::io;
use std::path::PathBuf;

use super::account::FindAccountError;
use super::binaries::FindBinariesError;

/// A variant for each step that can fail.
#[derive(Debug, thiserror::Error)]
pub enum StartPostgresError {
    /// A socket below the data folder would have a path that the kernel cuts.
    #[error(
        "the path of the data folder is too long for PostgreSQL's socket below it: {data_dir} may have at most {limit} bytes; choose a shorter one"
    )]
    PathTooLong {
        /// The folder asked for.
        data_dir: PathBuf,
        /// The longest path that works, in bytes.
        limit: usize,
    },
    /// Nobody to run PostgreSQL as.
    #[error(transparent)]
    Account(#[from] FindAccountError),
    /// A folder or file of ours could not be made, read or written.
    #[error("using {path}: the data folder must be one that this user can write to")]
    Folder {
        /// What was touched.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The data was made by another user.
    #[error(
        "{path} belongs to user {owner}, but should to {wanted}: start this server as the user that started it first, or choose another data folder"
    )]
    WrongOwner {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        owner: String,
        /// Whose it would be if this user had made it.
        wanted: String,
    },
    /// PostgreSQL's user cannot get to the data or to the programs.
    #[error(
        "user {user}, who runs PostgreSQL, cannot enter {folder}: choose a folder outside of it, such as /var/lib/tickethub for data, or open it with `chmod o+x {folder}`"
    )]
    FolderClosed {
        /// The folder that is closed.
        folder: PathBuf,
        /// Who cannot enter it.
        user: String,
    },
    /// One data folder, one server.
    #[error(
        "another server{} already uses the data folder {data_dir}: stop that one, give this one a data folder of its own, or let both use one PostgreSQL by DATABASE_URL",
        owner.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    Held {
        /// The folder that is held.
        data_dir: PathBuf,
        /// The process that wrote itself into the lock.
        owner: Option<u32>,
    },
    /// No programs, or not those that made the data.
    #[error(transparent)]
    Binaries(#[from] FindBinariesError),
    /// Something else lies where the cluster belongs.
    #[error(
        "{path} is not a database cluster (it has no readable PG_VERSION): move it away, or put a backup in its place"
    )]
    NotACluster {
        /// The folder.
        path: PathBuf,
    },
    /// The disk ran full.
    #[error(
        "no space is left on the disk of {path}: free at least 200 MB or choose a data folder on another disk; nothing is lost"
    )]
    DiskFull {
        /// A folder on that disk.
        path: PathBuf,
    },
    /// initdb refused.
    #[error("initdb could not make the database cluster; it said:\n{said}")]
    MakeCluster {
        /// Its last lines.
        said: String,
    },
    /// A program of PostgreSQL could not be run at all.
    #[error("running {program}")]
    Run {
        /// The program.
        program: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// PostgreSQL ended instead of becoming ready.
    #[error("PostgreSQL ended at its start; it said:\n{said}")]
    Ended {
        /// Its last lines.
        said: String,
    },
    /// A PostgreSQL that is not ours runs on the data, or the last one does not finish.
    #[error(
        "a PostgreSQL{} still runs on the data folder: stop it (`kill -INT` with its process number) and start again",
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    PredecessorStays {
        /// Its process, where it has told.
        pid: Option<u32>,
    },
    /// It runs and runs, and takes no connection.
    #[error("PostgreSQL runs but does not become ready; {log} says what it does")]
    NeverReady {
        /// Its log.
        log: PathBuf,
    },
    /// The server was asked to stop before PostgreSQL was up.
    #[error("the start of PostgreSQL was cancelled")]
    Cancelled,
    /// The thread that keeps PostgreSQL could not be made, or ended without a word.
    #[error("starting the thread that keeps PostgreSQL")]
    Thread(#[source] io::Error),
}
