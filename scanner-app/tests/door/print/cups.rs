//! Queues of a real CUPS, with nothing in common with this machine's own.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::run::{Run, run};

/// A CUPS with one queue, whose printer is a file: its way there is a script of our own, as CUPS lets everybody write one.
struct Cups {
    folder: TempDir,
    daemon: Child,
}

const BACKEND: &str =
    "#!/bin/sh\n[ $# -gt 0 ] || exit 0\nexec cat \"${6:--}\" > \"${DEVICE_URI#keep:}\"\n";

impl Cups {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        // Its programs run as a user of their own.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("set");
        for name in [
            "etc",
            "spool",
            "spool/tmp",
            "cache",
            "state",
            "log",
            "bin",
            "bin/filter",
            "bin/backend",
        ] {
            fs::create_dir(at(name)).expect("a folder");
        }
        for name in ["daemon", "notifier"] {
            symlink(format!("/usr/lib/cups/{name}"), at("bin").join(name)).expect("a link");
        }
        fs::write(at("bin/backend/keep"), BACKEND).expect("written");
        let runs = fs::Permissions::from_mode(0o755);
        fs::set_permissions(at("bin/backend/keep"), runs).expect("set");
        fs::write(at("paper"), "").expect("written");
        fs::set_permissions(at("paper"), fs::Permissions::from_mode(0o666)).expect("set");
        fs::write(at("etc/cupsd.conf"), daemons_settings(folder.path())).expect("written");
        fs::write(at("etc/cups-files.conf"), files_settings(folder.path())).expect("written");
        let daemon = Command::new("cupsd")
            .env("PATH", with_system_programs())
            .arg("-f")
            .arg("-c")
            .arg(at("etc/cupsd.conf"))
            .arg("-s")
            .arg(at("etc/cups-files.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("cupsd is there: install cups-daemon and cups-client");
        let cups = Self { folder, daemon };
        let uri = format!("keep:{}", cups.at("paper").display());
        cups.until(|| {
            cups.does("lpadmin", &["-p", "Billets", "-E", "-v", &uri])
                .is_ok()
        });
        cups
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One of CUPS's programs; what it says if it fails.
    fn does(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let output = Command::new(program)
            .args(arguments)
            .env("PATH", with_system_programs())
            .env("CUPS_SERVER", self.at("sock"))
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .expect("the program is there");
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn door(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_door"));
        command
            .arg("print")
            .args(arguments)
            .arg("--json")
            .env("CUPS_SERVER", self.at("sock"))
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        run(&mut command)
    }

    fn tries(&self, queue: &str) -> Run {
        self.door(&["test", "--printer", queue, "--speaks", "escpos"])
    }

    fn until(&self, mut is: impl FnMut() -> bool) {
        let most = Instant::now() + Duration::from_mins(1);
        while !is() {
            let log = || fs::read_to_string(self.at("log/error")).unwrap_or_default();
            assert!(Instant::now() < most, "{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cups {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Where programs are looked for: an ordinary user's path leaves out those of CUPS.
fn with_system_programs() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/sbin")
}

fn daemons_settings(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Listen {folder}/sock\nMaxLogSize 0\nDefaultAuthType None\nWebInterface No\nBrowsing No\n\
         <Location />\n  Order allow,deny\n  Allow all\n</Location>\n\
         <Location /admin>\n  Order allow,deny\n  Allow all\n</Location>\n\
         <Policy default>\n  <Limit All>\n    Order deny,allow\n  </Limit>\n</Policy>\n"
    )
}

fn files_settings(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "ServerBin {folder}/bin\nServerRoot {folder}/etc\nRequestRoot {folder}/spool\nTempDir {folder}/spool/tmp\n\
         CacheDir {folder}/cache\nStateDir {folder}/state\nErrorLog {folder}/log/error\nAccessLog {folder}/log/access\n\
         PageLog {folder}/log/page\n"
    )
}

#[test]
fn a_queue_takes_a_job_as_it_is_and_a_stopped_or_unknown_one_is_told() {
    let cups = Cups::start();
    let listed = cups.door(&["list"]);
    assert_eq!(listed.lines[0]["printer"], "cups:Billets");

    let tried = cups.tries("cups:Billets");
    assert_eq!(tried.code, Some(0), "{tried:?}");
    assert_eq!(tried.lines[0]["state"], "handed_over");
    let bytes = tried.lines[0]["bytes"].as_u64().expect("a number");
    let paper = || fs::read(cups.at("paper")).expect("the file is there");
    cups.until(|| paper().len() as u64 == bytes);
    assert!(paper().starts_with(b"\x1b@"), "nothing was put before it");

    assert_eq!(cups.tries("cups:Autre").error(), "no_queue");
    for stop in ["cupsdisable", "cupsreject"] {
        cups.does(stop, &["Billets"]).expect("it may be stopped");
        assert_eq!(cups.tries("cups:Billets").error(), "queue_stopped");
        let again = stop
            .replace("disable", "enable")
            .replace("reject", "accept");
        cups.does(&again, &["Billets"]).expect("it may be started");
    }
    assert_eq!(paper().len() as u64, bytes, "no job was left in the queue");
}
