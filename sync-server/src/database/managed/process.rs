//! One run of PostgreSQL: spawn it, see it ready, see it end, stop it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Accounts;
use super::binaries::Binaries;
use super::folders::{Folders, PORT};
use super::os::{self, Signal};
use super::{Durability, StartPostgresError, cluster, pidfile};

/// One old log is kept beside the new one.
const LOG_LIMIT: u64 = 10_000_000;
/// A clean stop writes a checkpoint: on a slow disk that takes a while, and nothing is lost by giving up on it.
const FAST_STOP: Duration = Duration::from_secs(45);
const IMMEDIATE_STOP: Duration = Duration::from_secs(5);
/// What waits for a process looks this often.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// All that a start needs to know, fixed as long as the server lives.
#[derive(Debug)]
pub(super) struct Installation {
    pub(super) folders: Folders,
    pub(super) accounts: Accounts,
    pub(super) binaries: Binaries,
    pub(super) durability: Durability,
    pub(super) max_connections: u32,
}

/// A PostgreSQL that was spawned by this thread and has not been waited for.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    log_begins: u64,
}

impl Installation {
    /// Spawns PostgreSQL; it ends with the thread that calls this.
    pub(super) fn spawn(&self) -> Result<Postmaster, StartPostgresError> {
        let log = self.folders.log();
        let failed = |source| StartPostgresError::Folder {
            path: log.clone(),
            source,
        };
        let log_file = open_log(&log).map_err(failed)?;
        let log_begins = log_file.metadata().map_err(failed)?.len();
        let also_log = log_file.try_clone().map_err(failed)?;
        let program = self.binaries.program("postgres");
        let mut command = Command::new(&program);
        self.arguments(&mut command);
        cluster::clear_environment(&mut command, &self.binaries, &self.folders);
        // A group of its own: Ctrl-C in the terminal reaches only the server, which then stops PostgreSQL in order.
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log_file)
            .stderr(also_log);
        self.accounts.hand_over(&mut command);
        os::end_with_spawning_thread(&mut command, Signal::FastStop);
        let child = command
            .spawn()
            .map_err(|source| StartPostgresError::Run { program, source })?;
        Ok(Postmaster { child, log_begins })
    }

    fn arguments(&self, command: &mut Command) {
        let folders = &self.folders;
        command.arg("-D").arg(folders.cluster());
        command.arg("-k").arg(folders.run());
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            format!("port={PORT}"),
            "unix_socket_permissions=0700".to_owned(),
            format!("hba_file={}", folders.hba().display()),
            format!("ident_file={}", folders.ident().display()),
            // Beside the pool: one for a person with psql, one for LISTEN, and PostgreSQL's own three for superusers.
            format!("max_connections={}", self.max_connections + 10),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            "lc_messages=C".to_owned(),
            // Compiling a query costs more than any of ours takes.
            "jit=off".to_owned(),
            // Twice a statement, for who looks at `ps`; `pg_stat_activity` says the same.
            "update_process_title=off".to_owned(),
            // A sale fills empty tables within seconds. Until they are analyzed the planner takes all rows of an event for
            // one, and reads them all instead of the one that it was given the key of.
            "autovacuum_naptime=5s".to_owned(),
            // Errors of statements reach the program; in a file their details would be personal data.
            "log_min_messages=log".to_owned(),
            "log_error_verbosity=terse".to_owned(),
        ];
        match self.durability {
            Durability::Full => {
                settings.extend(["fsync=on", "full_page_writes=on"].map(String::from));
            }
            Durability::ForTests => {
                settings.extend(
                    [
                        "fsync=off",
                        "full_page_writes=off",
                        "synchronous_commit=off",
                    ]
                    .map(String::from),
                );
            }
        }
        for setting in settings {
            command.arg("-c").arg(setting);
        }
    }

    /// What PostgreSQL wrote since `postmaster` was spawned.
    pub(super) fn words_of(&self, postmaster: &Postmaster) -> String {
        let read = |from| -> io::Result<String> {
            let mut file = File::open(self.folders.log())?;
            file.seek(SeekFrom::Start(from))?;
            let mut said = Vec::new();
            file.take(64 * 1024).read_to_end(&mut said)?;
            Ok(String::from_utf8_lossy(&said).into_owned())
        };
        read(postmaster.log_begins).unwrap_or_default()
    }
}

fn open_log(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LOG_LIMIT) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

impl Postmaster {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it says itself that it takes connections.
    pub(super) fn is_ready(&self, cluster: &Path) -> bool {
        let file = pidfile::read(cluster).ok().flatten();
        file.is_some_and(|file| file.pid == self.pid() && file.ready)
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Stops it in order; where that takes too long, at once.
    pub(super) fn stop(mut self) {
        for (signal, patience) in [
            (Signal::FastStop, FAST_STOP),
            (Signal::ImmediateStop, IMMEDIATE_STOP),
        ] {
            if let Err(error) = os::send(signal, self.pid()) {
                tracing::warn!(%error, "signalling PostgreSQL");
            }
            if self.ends_within(patience) {
                return;
            }
            tracing::warn!(?signal, "PostgreSQL does not stop");
        }
        // Its own children notice and end; the next start waits for them and recovers from the log.
        if let Err(error) =
            os::send(Signal::Kill, self.pid()).and_then(|()| self.child.wait().map(drop))
        {
            tracing::error!(%error, "killing PostgreSQL");
        }
    }

    fn ends_within(&mut self, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if !matches!(self.ended(), Ok(None)) {
                return true;
            }
            thread::sleep(LOOK_EVERY);
        }
        false
    }
}
