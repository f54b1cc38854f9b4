//! `postmaster.pid`: who runs on the cluster, and whether the one it names is still that one.
//!
//! PostgreSQL itself asks only whether the number is alive. A zombie that nobody has reaped yet and a stranger that got
//! the number after a crash both look alive to it, and it would refuse to start. The holder of the data folder's lock
//! knows better and says so through [`disown`].

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// PostgreSQL makes the file and then writes it; one that is empty for longer was left by a crash between the two.
const EMPTY_FOR: Duration = Duration::from_secs(2);

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: u32,
    pub(super) ready: bool,
}

/// Who is there before a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Nobody, or one that PostgreSQL itself sees to be gone.
    Nobody,
    /// A PostgreSQL that still runs on this cluster, or begins to.
    Running(Option<u32>),
    /// A number that is a zombie's or a stranger's.
    Stale,
    /// An empty file that nobody is writing.
    Empty,
}

/// Reads the file; nothing where there is none or it is not written yet.
pub(super) fn read(cluster: &Path) -> io::Result<Option<PidFile>> {
    match fs::read_to_string(cluster.join("postmaster.pid")) {
        Ok(text) => Ok(parse(&text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Line 1 is the process (negative: a single-user one), line 8 its state.
fn parse(text: &str) -> Option<PidFile> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().trim_start_matches('-').parse().ok()?;
    let ready = lines.nth(6).is_some_and(|state| state.trim() == "ready");
    Some(PidFile { pid, ready })
}

/// Looks who is there. `proc` is the kernel's view of the processes, `/proc`.
pub(super) fn look(cluster: &Path, proc: &Path) -> io::Result<Left> {
    if let Some(file) = read(cluster)? {
        return Ok(match state_of(file.pid, cluster, proc) {
            State::Gone => Left::Nobody,
            State::OurCluster => Left::Running(Some(file.pid)),
            State::ZombieOrStranger => Left::Stale,
        });
    }
    match fs::metadata(cluster.join("postmaster.pid")) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Left::Nobody),
        Err(e) => Err(e),
        // A clock that went back since then counts as long ago.
        Ok(meta) if meta.modified()?.elapsed().unwrap_or(EMPTY_FOR) >= EMPTY_FOR => Ok(Left::Empty),
        Ok(_) => Ok(Left::Running(None)),
    }
}

enum State {
    Gone,
    OurCluster,
    ZombieOrStranger,
}

fn state_of(pid: u32, cluster: &Path, proc: &Path) -> State {
    let process = proc.join(pid.to_string());
    // «PID (NAME) STATE …»; the name may hold anything, so its end is the last bracket.
    let Ok(stat) = fs::read_to_string(process.join("stat")) else {
        return State::Gone;
    };
    let Some((head, tail)) = stat.rsplit_once(')') else {
        return State::Gone;
    };
    if matches!(tail.trim_start().chars().next(), Some('Z' | 'X')) {
        return State::ZombieOrStranger;
    }
    let ours = match fs::read_link(process.join("cwd")) {
        Ok(cwd) => fs::canonicalize(cluster).is_ok_and(|cluster| cluster == cwd),
        // Root without the right to trace, as in a container: only the name is left to go by.
        Err(_) => head.ends_with("(postgres"),
    };
    if ours {
        State::OurCluster
    } else {
        State::ZombieOrStranger
    }
}

/// Makes a stale file harmless: puts the number of this process, the parent of the PostgreSQL to come, in its place.
///
/// PostgreSQL takes its own parent's number for a stale one (it is what a restarted machine hands out again) and goes
/// on, but only after it has seen by the rest of the file that no process of the dead one still uses its memory.
/// Removing the file would lose that check. `beside` is a folder of ours on the same disk: the file is written there and
/// moved in, since the cluster's folder belongs to another user when root calls.
pub(super) fn disown(cluster: &Path, beside: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let file = cluster.join("postmaster.pid");
    let text = fs::read_to_string(&file)?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    let new = beside.join("postmaster.pid.new");
    fs::write(&new, format!("{}\n{rest}", std::process::id()))?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o644))?;
    fs::rename(&new, &file)
}

/// Removes an [`Left::Empty`] file, over which PostgreSQL would stumble for ever.
pub(super) fn remove_empty(cluster: &Path) -> io::Result<()> {
    fs::remove_file(cluster.join("postmaster.pid"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    struct Machine {
        root: tempfile::TempDir,
    }

    impl Machine {
        fn with_pid_file(text: &str) -> Self {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir(root.path().join("cluster")).unwrap();
            fs::write(root.path().join("cluster/postmaster.pid"), text).unwrap();
            Self { root }
        }

        fn cluster(&self) -> PathBuf {
            self.root.path().join("cluster")
        }

        fn process(&self, stat: &str, cwd: Option<&Path>) {
            let process = self.root.path().join("proc/4711");
            fs::create_dir_all(&process).unwrap();
            fs::write(process.join("stat"), stat).unwrap();
            if let Some(cwd) = cwd {
                symlink(cwd, process.join("cwd")).unwrap();
            }
        }

        fn look(&self) -> Left {
            look(&self.cluster(), &self.root.path().join("proc")).unwrap()
        }
    }

    const READY: &str =
        "4711\n/data/cluster\n1795372800\n5432\n/data/run\n\n  5432001     32770\nready   \n";

    #[test]
    fn the_file_tells_the_process_and_whether_it_is_ready() {
        assert_eq!(
            parse(READY),
            Some(PidFile {
                pid: 4711,
                ready: true
            })
        );
        assert_eq!(
            parse(&READY.replace("ready", "stopping")),
            Some(PidFile {
                pid: 4711,
                ready: false
            })
        );
        assert_eq!(
            parse("-12\n"),
            Some(PidFile {
                pid: 12,
                ready: false
            })
        );
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_postgres_in_this_cluster_is_running() {
        let machine = Machine::with_pid_file(READY);
        let cluster = fs::canonicalize(machine.cluster()).unwrap();
        machine.process("4711 (postgres) S 1 4711", Some(&cluster));
        assert_eq!(machine.look(), Left::Running(Some(4711)));
    }

    #[test]
    fn a_dead_number_is_nobody_a_zombie_and_a_stranger_are_stale() {
        let machine = Machine::with_pid_file(READY);
        assert_eq!(machine.look(), Left::Nobody);
        machine.process("4711 (postgres) Z 1 4711", None);
        assert_eq!(machine.look(), Left::Stale);
        machine.process("4711 (odd) name) S 1 4711", Some(Path::new("/")));
        assert_eq!(machine.look(), Left::Stale);
    }

    #[test]
    fn where_the_working_directory_may_not_be_read_the_name_decides() {
        let machine = Machine::with_pid_file(READY);
        machine.process("4711 (postgres) S 1 4711", None);
        assert_eq!(machine.look(), Left::Running(Some(4711)));
        machine.process("4711 (sleep) S 1 4711", None);
        assert_eq!(machine.look(), Left::Stale);
    }

    #[test]
    fn an_empty_file_is_waited_for_and_then_left_over() {
        let machine = Machine::with_pid_file("");
        assert_eq!(machine.look(), Left::Running(None));
        let file = fs::File::options()
            .write(true)
            .open(machine.cluster().join("postmaster.pid"))
            .unwrap();
        let made = file.metadata().unwrap().modified().unwrap();
        file.set_modified(made - Duration::from_secs(10)).unwrap();
        assert_eq!(machine.look(), Left::Empty);
        remove_empty(&machine.cluster()).unwrap();
        assert_eq!(machine.look(), Left::Nobody);
    }

    #[test]
    fn disowning_changes_the_number_and_keeps_the_key_of_the_shared_memory() {
        let machine = Machine::with_pid_file(READY);
        disown(&machine.cluster(), machine.root.path()).unwrap();
        let text = fs::read_to_string(machine.cluster().join("postmaster.pid")).unwrap();
        assert_eq!(
            text,
            READY.replacen("4711", &std::process::id().to_string(), 1)
        );
    }
}
