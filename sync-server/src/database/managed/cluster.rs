//! Making the cluster: beside its place, then moved there in one step, so that a half-made one is never used.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Accounts;
use super::binaries::Binaries;
use super::folders::{Folders, give};
use super::os::{self, Signal};
use super::{Durability, StartPostgresError};

/// The database user that owns everything, and that both system users are mapped to.
pub(super) const DATABASE_USER: &str = "hub";
/// How long a child of an initdb that was killed with its server may still write.
const LEFTOVER_WRITER: Duration = Duration::from_secs(10);

/// The version that made the cluster, or nothing where there is no cluster yet.
pub(super) fn version(cluster: &Path) -> Result<Option<u32>, StartPostgresError> {
    let path = cluster.join("PG_VERSION");
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(StartPostgresError::NotACluster {
                path: cluster.to_path_buf(),
            }),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound && !cluster.exists() => Ok(None),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Err(StartPostgresError::NotACluster {
            path: cluster.to_path_buf(),
        }),
        Err(source) => Err(StartPostgresError::Folder { path, source }),
    }
}

/// Makes the cluster at its place. The caller holds the lock and has seen that there is none.
pub(super) fn make(
    folders: &Folders,
    accounts: &Accounts,
    binaries: &Binaries,
    durability: Durability,
) -> Result<(), StartPostgresError> {
    let making = folders.cluster_in_the_making();
    let failed = |source| StartPostgresError::Folder {
        path: making.clone(),
        source,
    };
    remove_half_made(&making).map_err(failed)?;
    std::fs::create_dir(&making).map_err(failed)?;
    give(&making, accounts)?;
    let answer = initdb(&making, folders, accounts, binaries, durability)?;
    if !answer.status.success() {
        // Frees the disk it filled; if that fails too, the next start removes it.
        let _ = std::fs::remove_dir_all(&making);
        return Err(refusal(&answer, folders));
    }
    std::fs::rename(&making, folders.cluster()).map_err(failed)?;
    // The move itself must outlive a power cut, as what initdb wrote does.
    File::open(&folders.base)
        .and_then(|base| base.sync_all())
        .map_err(failed)
}

fn initdb(
    making: &Path,
    folders: &Folders,
    accounts: &Accounts,
    binaries: &Binaries,
    durability: Durability,
) -> Result<Output, StartPostgresError> {
    let program = binaries.program("initdb");
    let mut command = Command::new(&program);
    command
        .args(["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"])
        .args(["--auth-local=peer", "--auth-host=reject"])
        .arg(format!("--username={DATABASE_USER}"))
        .arg("--pgdata")
        .arg(making);
    match durability {
        Durability::Full => {}
        Durability::ForTests => {
            command.arg("--no-sync");
        }
    }
    clear_environment(&mut command, binaries, folders);
    accounts.hand_over(&mut command);
    os::end_with_spawning_thread(&mut command, Signal::Kill);
    command
        .output()
        .map_err(|source| StartPostgresError::Run { program, source })
}

/// Nothing of the caller's environment reaches PostgreSQL: neither secrets nor PGDATA and its like.
pub(super) fn clear_environment(command: &mut Command, binaries: &Binaries, folders: &Folders) {
    let path = format!("{}:/usr/bin:/bin", binaries.folder.display());
    // English, since its messages are read below and in the log.
    command
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .current_dir(&folders.base);
}

fn refusal(answer: &Output, folders: &Folders) -> StartPostgresError {
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&answer.stdout),
        String::from_utf8_lossy(&answer.stderr)
    );
    if tells_of_a_full_disk(&said) {
        return StartPostgresError::DiskFull {
            path: folders.base.clone(),
        };
    }
    StartPostgresError::MakeCluster {
        said: last_lines(&said),
    }
}

pub(super) fn tells_of_a_full_disk(said: &str) -> bool {
    said.contains("No space left on device") || said.contains("Disk quota exceeded")
}

/// Enough of a program's words to see the cause.
pub(super) fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

/// A killed initdb's own child may outlive it for a moment and still write: hence more than one try.
fn remove_half_made(making: &Path) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        match std::fs::remove_dir_all(making) {
            Ok(()) => return Ok(()),
            Err(e) if e.kind() == io::ErrorKind::NotFound && !making.exists() => return Ok(()),
            Err(e) if begun.elapsed() > LEFTOVER_WRITER => return Err(e),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// Writes who may log in: the caller and the user PostgreSQL runs as, by the kernel's word over the private socket.
pub(super) fn write_log_in_rules(
    folders: &Folders,
    accounts: &Accounts,
) -> Result<(), StartPostgresError> {
    let mut users = vec![&accounts.caller.name, &accounts.server.name];
    users.dedup();
    let lines: Vec<String> = users
        .iter()
        .map(|user| {
            format!(
                "hub \"{user}\" {DATABASE_USER}
"
            )
        })
        .collect();
    let ident = lines.concat();
    let files = [
        (folders.hba(), "local all all peer map=hub\n"),
        (folders.ident(), ident.as_str()),
    ];
    for (path, text) in files {
        write_readable(&path, text)
            .map_err(|source| StartPostgresError::Folder { path, source })?;
    }
    Ok(())
}

fn write_readable(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn refused_with(stderr: &str) -> StartPostgresError {
        let answer = Output {
            status: ExitStatus::from_raw(256),
            stdout: vec![],
            stderr: stderr.into(),
        };
        refusal(&answer, &Folders::below(Path::new("/data")).unwrap())
    }

    #[test]
    fn a_full_disk_is_told_from_other_refusals() {
        let full = "initdb: error: could not write file \"/data/postgres/cluster.making/PG_VERSION\": No space left on device\n";
        assert!(matches!(
            refused_with(full),
            StartPostgresError::DiskFull { .. }
        ));
        let other = refused_with("initdb: error: invalid locale name \"C.UTF-8\"\n");
        assert!(other.to_string().contains("invalid locale name"), "{other}");
    }

    #[test]
    fn a_folder_without_a_version_is_no_cluster_and_a_missing_one_is_a_new_one() {
        let base = tempfile::tempdir().unwrap();
        let cluster = base.path().join("cluster");
        assert_eq!(version(&cluster).unwrap(), None);
        std::fs::create_dir(&cluster).unwrap();
        assert!(matches!(
            version(&cluster),
            Err(StartPostgresError::NotACluster { .. })
        ));
        std::fs::write(cluster.join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(version(&cluster).unwrap(), Some(15));
    }
}
