//! The thread that owns PostgreSQL: it alone spawns it, sees it die and starts it again, and stops it.
//!
//! One thread for the whole life of the cluster, since the kernel ends PostgreSQL with the *thread* that spawned it.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::account::Accounts;
use super::binaries::Places;
use super::folders::Folders;
use super::pidfile::{self, Left};
use super::process::{Installation, LOOK_EVERY, Postmaster};
use super::{ManagedSettings, StartPostgresError, cluster};
use crate::database::Readiness;

/// How long the last run may take to go: a zombie that nobody reaps, orphans in their last query, a shutdown checkpoint.
const PREDECESSOR: Duration = Duration::from_mins(1);
/// How long recovery from the log may take after a crash.
const RECOVERY: Duration = Duration::from_mins(15);
/// Between two tries that failed for another reason than a predecessor.
const PAUSE: Duration = Duration::from_secs(1);
/// How often a running PostgreSQL is looked at.
const WATCH_EVERY: Duration = Duration::from_millis(50);

/// Says when to stop: by a message or by its sender being gone.
pub(super) struct StopSignal(pub(super) Receiver<()>);

impl StopSignal {
    /// Waits, at most so long, to be asked to stop.
    fn asked_within(&self, patience: Duration) -> bool {
        !matches!(
            self.0.recv_timeout(patience),
            Err(RecvTimeoutError::Timeout)
        )
    }
}

/// The thread's whole life. Reports once whether PostgreSQL is up, then keeps it up until `stop`.
pub(super) fn keep(
    settings: ManagedSettings,
    stop: &StopSignal,
    readiness: &Readiness,
    report: oneshot::Sender<Result<(), StartPostgresError>>,
) {
    let (installation, _lock) = match prepare(&settings) {
        Ok(prepared) => prepared,
        Err(error) => return drop(report.send(Err(error))),
    };
    let mut postmaster = match start(&installation, stop) {
        Ok(postmaster) => postmaster,
        Err(error) => return drop(report.send(Err(error))),
    };
    readiness.set(true);
    if report.send(Ok(())).is_err() {
        readiness.set(false);
        return postmaster.stop();
    }
    while let Watched::Died(status) = watch(&mut postmaster, stop) {
        readiness.set(false);
        tracing::error!(%status, "PostgreSQL ended by itself; starting it again");
        match start_again(&installation, stop) {
            Some(started) => postmaster = started,
            None => return,
        }
        readiness.set(true);
        tracing::info!("PostgreSQL is back");
    }
    readiness.set(false);
    postmaster.stop();
}

/// Folders, lock, programs, cluster: all that comes before the first spawn.
fn prepare(settings: &ManagedSettings) -> Result<(Installation, File), StartPostgresError> {
    let folders =
        Folders::below(&settings.data_dir).map_err(|source| StartPostgresError::Folder {
            path: settings.data_dir.clone(),
            source,
        })?;
    folders.check_socket_path()?;
    let accounts = Accounts::find()?;
    folders.prepare(&accounts)?;
    let lock = folders.lock()?;
    let made_by = cluster::version(&folders.cluster())?;
    let binaries = Places::of_environment(&folders.data_dir).find(made_by)?;
    let closed = accounts.server.first_closed_folder(&binaries.folder);
    if let Some(folder) = closed.map_err(|source| StartPostgresError::Folder {
        path: binaries.folder.clone(),
        source,
    })? {
        return Err(StartPostgresError::FolderClosed {
            folder,
            user: accounts.server.name,
        });
    }
    if made_by.is_none() {
        tracing::info!(folder = %folders.cluster().display(), major = binaries.major, "making the database cluster");
        cluster::make(&folders, &accounts, &binaries, settings.durability)?;
    }
    cluster::write_log_in_rules(&folders, &accounts)?;
    let (durability, max_connections) = (settings.durability, settings.max_connections);
    Ok((
        Installation {
            folders,
            accounts,
            binaries,
            durability,
            max_connections,
        },
        lock,
    ))
}

/// Spawns PostgreSQL and waits until it is ready, behind a predecessor that is still going.
fn start(installation: &Installation, stop: &StopSignal) -> Result<Postmaster, StartPostgresError> {
    let begun = Instant::now();
    loop {
        let too_late = begun.elapsed() > PREDECESSOR;
        match look_for_predecessor(&installation.folders)? {
            Predecessor::Running(pid) if too_late => {
                return Err(StartPostgresError::PredecessorStays { pid });
            }
            Predecessor::Running(pid) => {
                tracing::debug!(?pid, "waiting for the last PostgreSQL to go");
            }
            Predecessor::Gone => {
                let postmaster = installation.spawn()?;
                match until_ready(postmaster, installation, stop)? {
                    Spawned::Ready(postmaster) => return Ok(postmaster),
                    Spawned::InTheWay(said) if too_late => {
                        return Err(StartPostgresError::Ended { said });
                    }
                    Spawned::InTheWay(said) => {
                        tracing::debug!(said, "PostgreSQL found traces of the last one");
                    }
                }
            }
        }
        if stop.asked_within(Duration::from_millis(100)) {
            return Err(StartPostgresError::Cancelled);
        }
    }
}

enum Predecessor {
    Gone,
    Running(Option<u32>),
}

fn look_for_predecessor(folders: &Folders) -> Result<Predecessor, StartPostgresError> {
    let cluster = folders.cluster();
    let failed = |source| StartPostgresError::Folder {
        path: cluster.join("postmaster.pid"),
        source,
    };
    match pidfile::look(&cluster, Path::new("/proc")).map_err(failed)? {
        Left::Nobody => {}
        Left::Running(pid) => return Ok(Predecessor::Running(pid)),
        Left::Stale => pidfile::disown(&cluster, &folders.base).map_err(failed)?,
        Left::Empty => pidfile::remove_empty(&cluster).map_err(failed)?,
    }
    Ok(Predecessor::Gone)
}

enum Spawned {
    Ready(Postmaster),
    InTheWay(String),
}

fn until_ready(
    mut postmaster: Postmaster,
    installation: &Installation,
    stop: &StopSignal,
) -> Result<Spawned, StartPostgresError> {
    let cluster = installation.folders.cluster();
    let begun = Instant::now();
    loop {
        if postmaster.is_ready(&cluster) {
            return Ok(Spawned::Ready(postmaster));
        }
        if !matches!(postmaster.ended(), Ok(None)) {
            let said = installation.words_of(&postmaster);
            if cluster::tells_of_a_full_disk(&said) {
                return Err(StartPostgresError::DiskFull {
                    path: installation.folders.base.clone(),
                });
            }
            let in_the_way = tells_of_a_predecessor(&said);
            let said = cluster::last_lines(&said);
            return if in_the_way {
                Ok(Spawned::InTheWay(said))
            } else {
                Err(StartPostgresError::Ended { said })
            };
        }
        if begun.elapsed() > RECOVERY {
            postmaster.stop();
            return Err(StartPostgresError::NeverReady {
                log: installation.folders.log(),
            });
        }
        if stop.asked_within(LOOK_EVERY) {
            postmaster.stop();
            return Err(StartPostgresError::Cancelled);
        }
    }
}

/// Whether PostgreSQL ended because of what the last run has not let go of yet.
fn tells_of_a_predecessor(said: &str) -> bool {
    ["lock file", "shared memory block", "Address already in use"]
        .iter()
        .any(|words| said.contains(words))
}

enum Watched {
    Died(String),
    StopAsked,
}

fn watch(postmaster: &mut Postmaster, stop: &StopSignal) -> Watched {
    loop {
        match postmaster.ended() {
            Ok(None) => {}
            Ok(Some(status)) => return Watched::Died(status.to_string()),
            Err(error) => return Watched::Died(error.to_string()),
        }
        if stop.asked_within(WATCH_EVERY) {
            return Watched::StopAsked;
        }
    }
}

/// Tries for ever: a server whose database cannot come back (a full disk, say) stays unready until it can.
fn start_again(installation: &Installation, stop: &StopSignal) -> Option<Postmaster> {
    loop {
        match start(installation, stop) {
            Ok(postmaster) => return Some(postmaster),
            Err(StartPostgresError::Cancelled) => return None,
            Err(error) => tracing::error!(%error, "PostgreSQL does not start"),
        }
        if stop.asked_within(PAUSE) {
            return None;
        }
    }
}
