//! Keys in the system's key store: a GNOME Keyring on a bus of its own, in a home of its own.

use std::path::Path;
use std::process::{Command, Output};

use crate::venue::{Device, NOW, Venue};
use scanner_app::replica::{Kept, MachineState, OpenReplicaError, Replica};

/// Names the folder that a part of a story plays in.
const HOME: &str = "HOME";

/// Plays a part of a story (a test of this file that is ignored otherwise) as a person who is logged in, with the key store
/// unlocked; or locked, with a wrong password.
fn logged_in(home: &Path, password: &str, part: &str) -> Output {
    let keyring = "printf %s \"$1\" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; shift; exec \"$@\"";
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", keyring, "sh", password]);
    played(
        command.arg(std::env::current_exe().expect("this file")),
        home,
        part,
    )
}

/// The same at a machine that nobody is logged in at.
fn nobody(home: &Path, part: &str) -> Output {
    let this = std::env::current_exe().expect("this file");
    played(&mut Command::new(this), home, part)
}

fn played(command: &mut Command, home: &Path, part: &str) -> Output {
    let name = format!("key_store::{part}");
    let played = command
        .args(["--ignored", "--exact", "--nocapture", &name])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env(HOME, home)
        .env("XDG_RUNTIME_DIR", home)
        .output();
    played.expect("dbus-run-session and gnome-keyring-daemon are here")
}

fn held(played: &Output) {
    let said = [&played.stdout[..], &played.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        played.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

fn open() -> Result<Replica, OpenReplicaError> {
    let home = std::env::var_os(HOME).expect("a home");
    let state = MachineState::of_this_user().expect("a place for keys");
    Replica::open(&Path::new(&home).join("data"), state)
}

fn key_file() -> String {
    let home = std::env::var_os(HOME).expect("a home");
    let keys = Path::new(&home).join(".local/state/tickethub/keys");
    let file = std::fs::read_dir(keys).expect("keys").next().expect("one");
    std::fs::read_to_string(file.expect("a file").path()).expect("text")
}

fn enrol(replica: &Replica) {
    let device = Device::new(7);
    let identity = Venue::at(NOW).identity(&device);
    replica.enrol(identity, &device.key).expect("enrolled");
}

fn is_enrolled(replica: &Replica) -> bool {
    replica.signing_key().is_ok_and(|key| key.seed() == [7; 32])
}

#[test]
fn a_key_goes_into_the_key_store_and_the_file_opens_nothing_without_it() {
    let home = tempfile::tempdir().expect("a folder");
    held(&logged_in(home.path(), "one", "part_enrols"));
    held(&logged_in(home.path(), "one", "part_finds_its_key"));
    held(&nobody(home.path(), "part_is_told_to_log_in"));
    held(&logged_in(home.path(), "another", "part_is_told_to_log_in"));
    held(&logged_in(home.path(), "one", "part_finds_its_key"));
}

#[test]
fn a_key_that_lay_open_goes_into_the_key_store_when_there_is_one() {
    let home = tempfile::tempdir().expect("a folder");
    held(&nobody(home.path(), "part_enrols_without_a_store"));
    held(&logged_in(home.path(), "one", "part_finds_its_key"));
    held(&nobody(home.path(), "part_is_told_to_log_in"));
}

#[test]
#[ignore = "a part of a story"]
fn part_enrols() {
    let replica = open().expect("it opens");
    enrol(&replica);
    assert_eq!(replica.kept(), Kept::InKeyStore);
    assert!(key_file().starts_with("key-store:"));
}

#[test]
#[ignore = "a part of a story"]
fn part_enrols_without_a_store() {
    let replica = open().expect("it opens");
    enrol(&replica);
    assert_eq!(replica.kept(), Kept::InFile);
    assert!(!key_file().starts_with("key-store:"));
}

#[test]
#[ignore = "a part of a story"]
fn part_finds_its_key() {
    let replica = open().expect("it opens");
    assert!(is_enrolled(&replica));
    assert_eq!(replica.kept(), Kept::InKeyStore);
    assert!(key_file().starts_with("key-store:"));
}

#[test]
#[ignore = "a part of a story"]
fn part_is_told_to_log_in() {
    let error = open().expect_err("the key store is closed");
    assert!(matches!(error, OpenReplicaError::Machine(_)), "{error:?}");
    assert!(
        error.to_string().contains("unlock the key store"),
        "{error}"
    );
}
