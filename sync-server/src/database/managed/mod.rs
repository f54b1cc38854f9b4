//! The PostgreSQL that this server makes, starts, watches and stops by itself when no `DATABASE_URL` is given.
//!
//! Invariants:
//! - one server owns a data folder, by a lock that dies with it;
//! - PostgreSQL never outlives its server: the kernel stops it when the keeper thread ends, by whatever cause;
//! - a half-made cluster is never used; a crash at any point is followed by a start that works;
//! - no TCP port: a private socket, and the kernel says who is at its other end.

mod account;
mod binaries;
mod cluster;
mod error;
mod folders;
mod keeper;
mod os;
mod pidfile;
mod process;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread::JoinHandle;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::oneshot;

pub use account::FindAccountError;
pub use binaries::FindBinariesError;
pub use error::StartPostgresError;

use super::{Durability, Readiness};

/// The database that the product's tables are in.
const DATABASE: &str = "tickethub";

/// What a managed PostgreSQL is started with.
#[derive(Debug, Clone)]
pub struct ManagedSettings {
    /// Below it everything lies; made when missing. At most 80 bytes, because of the socket.
    pub data_dir: PathBuf,
    /// How many connections the server's pool may open.
    pub max_connections: u32,
    /// Whether a commit waits for the disk.
    pub durability: Durability,
}

/// A running PostgreSQL. Dropping it stops PostgreSQL in order, without waiting for the end.
#[derive(Debug)]
pub struct ManagedPostgres {
    run: PathBuf,
    readiness: Readiness,
    // Its end, however it comes, is the keeper's signal to stop.
    stop: mpsc::Sender<()>,
    keeper: JoinHandle<()>,
}

impl ManagedPostgres {
    /// Makes the cluster if there is none, starts PostgreSQL and waits until it takes connections: 2 to 5 s the first
    /// time, 0.1 to 0.3 s after a clean stop, up to a minute behind a predecessor that is still stopping.
    pub async fn start(settings: ManagedSettings) -> Result<Self, StartPostgresError> {
        let readiness = Readiness::red();
        let seen = readiness.clone();
        let (stop, stop_asked) = mpsc::channel();
        let (report, reported) = oneshot::channel();
        let folders = folders::Folders::below(&settings.data_dir).map_err(|source| {
            StartPostgresError::Folder {
                path: settings.data_dir.clone(),
                source,
            }
        })?;
        let keeper = std::thread::Builder::new()
            .name("postgres-keeper".into())
            .spawn(move || keeper::keep(settings, &keeper::StopSignal(stop_asked), &seen, report))
            .map_err(StartPostgresError::Thread)?;
        let Ok(started) = reported.await else {
            return Err(StartPostgresError::Thread(io::Error::other(
                "it panicked; its message is on standard error",
            )));
        };
        started.map(|()| Self {
            run: folders.run(),
            readiness,
            stop,
            keeper,
        })
    }

    /// How to reach `database` on it.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        options(&self.run, database)
    }

    /// How to reach the product's database on it.
    pub fn product_options(&self) -> PgConnectOptions {
        self.connect_options(DATABASE)
    }

    /// Green while PostgreSQL takes connections.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Stops PostgreSQL in order and returns once it is gone and the data folder is free.
    pub async fn stop(self) {
        drop(self.stop);
        let keeper = self.keeper;
        if tokio::task::spawn_blocking(move || keeper.join().is_err())
            .await
            .unwrap_or(true)
        {
            tracing::error!("the thread that keeps PostgreSQL panicked");
        }
    }
}

fn options(run: &Path, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(run)
        .port(folders::PORT)
        .username(cluster::DATABASE_USER)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}

/// How to reach the product's database of the server that runs on `data_dir`, if its folders are there.
pub fn running(data_dir: &Path) -> Option<PgConnectOptions> {
    if !data_dir.is_dir() {
        return None;
    }
    let folders = folders::Folders::below(data_dir).ok()?;
    Some(options(&folders.run(), DATABASE))
}

/// `psql` on the database of the server that runs on `data_dir`, for a person who wants to look.
pub fn psql_command(data_dir: &Path) -> Result<Command, StartPostgresError> {
    let folders =
        folders::Folders::below(data_dir).map_err(|source| StartPostgresError::Folder {
            path: data_dir.to_path_buf(),
            source,
        })?;
    let made_by = cluster::version(&folders.cluster())?;
    let binaries = binaries::Places::of_environment(&folders.data_dir).find(made_by)?;
    let mut command = Command::new(binaries.program("psql"));
    command
        .arg("-h")
        .arg(folders.run())
        .args(["-p", &folders::PORT.to_string()]);
    command.args(["-U", cluster::DATABASE_USER, DATABASE]);
    Ok(command)
}

/// Where the data lies when nobody says: the system's state folder for root, the user's own for anybody else.
pub fn default_data_dir() -> PathBuf {
    let named = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if os::effective_uid() == 0 {
        return PathBuf::from("/var/lib/tickethub");
    }
    named("XDG_DATA_HOME")
        .or_else(|| named("HOME").map(|home| home.join(".local/share")))
        .map_or_else(|| PathBuf::from("data"), |folder| folder.join("tickethub"))
}
