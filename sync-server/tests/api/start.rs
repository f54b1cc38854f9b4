//! The program itself: how it starts, what it says when it can't, how it ends.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sync_server::database::testing::TestDatabase;
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_mins(1);

/// With an environment of its own: nothing of the tester's settings.
pub(crate) fn program(arguments: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TICKETHUB_DATA", data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The exit code and standard error of a program that must end by itself.
async fn ended(command: &mut Command) -> (i32, String) {
    let output = tokio::time::timeout(PATIENCE, command.output())
        .await
        .expect("it ends")
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().expect("it was not killed"), said)
}

pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

pub(crate) async fn wait_until_ready(address: SocketAddr, child: &mut Child) {
    let began = Instant::now();
    loop {
        let answer = reqwest::get(format!("http://{address}/readyz")).await;
        if answer.as_ref().is_ok_and(|answer| answer.status() == 200) {
            return;
        }
        assert!(
            began.elapsed() < PATIENCE && child.try_wait().unwrap().is_none(),
            "not ready: {answer:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub(crate) async fn terminate(child: &Child) {
    let pid = child.id().unwrap().to_string();
    let status = Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .await
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn it_serves_on_a_given_database_and_stops_in_order_at_sigterm() {
    install_tls();
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let address = free_address();
    let mut child = program(&["serve"], folder.path())
        .env("DATABASE_URL", database.url())
        .env("TICKETHUB_LISTEN", address.to_string())
        .spawn()
        .unwrap();
    wait_until_ready(address, &mut child).await;
    terminate(&child).await;
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in ["DATABASE_URL", "master.key", "payments", "mail", "stopped"] {
        assert!(said.contains(part), "{part} is not said: {said}");
    }
    assert!(
        !said.contains(&database.url()),
        "the database's address holds a password: {said}"
    );
}

#[tokio::test]
async fn wrong_settings_are_all_named_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&["serve"], folder.path());
    command
        .env("TICKETHUB_LISTEN", "nowhere")
        .env("TICKETHUB_MODE", "prod");
    let (code, said) = ended(&mut command).await;
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("TICKETHUB_LISTEN") && said.contains("TICKETHUB_MODE"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_port_in_use_is_said_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = program(&["serve"], folder.path());
    let (code, said) = ended(command.env("TICKETHUB_LISTEN", &address)).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("another program already listens") && said.contains(&address),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn another_master_key_is_noticed_at_the_start() {
    install_tls();
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let address = free_address();
    let serve = |key: &str| {
        let mut command = program(&["serve"], folder.path());
        command
            .env("DATABASE_URL", database.url())
            .env("TICKETHUB_LISTEN", address.to_string())
            .env("TICKETHUB_MASTER_KEY", key);
        command
    };
    let ours = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let mut child = serve(ours).spawn().unwrap();
    wait_until_ready(address, &mut child).await;
    terminate(&child).await;
    assert!(child.wait().await.unwrap().success());
    let (code, said) = ended(&mut serve("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("the master key in TICKETHUB_MASTER_KEY is not the one"),
        "{said}"
    );
}

#[tokio::test]
async fn missing_postgresql_programs_are_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let mut command = program(&["serve"], folder.path());
    command
        .env("TICKETHUB_LISTEN", free_address().to_string())
        .env("TICKETHUB_PG_BIN", empty.path());
    let (code, said) = ended(&mut command).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("TICKETHUB_PG_BIN"), "{said}");
}

#[tokio::test]
async fn migrate_brings_a_database_up_to_date_and_ends() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let mut command = program(&["migrate"], folder.path());
    let (code, said) = ended(command.env("DATABASE_URL", database.url())).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("up to date"), "{said}");
}

#[tokio::test]
async fn production_does_not_start_on_parts_made_for_tests() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let mut command = program(&["serve"], folder.path());
    command
        .env("DATABASE_URL", database.url())
        .env("TICKETHUB_LISTEN", free_address().to_string())
        .env("TICKETHUB_PUBLIC_URL", "https://billets.example")
        .env("SMTP_URL", "smtps://mail.example")
        .env("TICKETHUB_MODE", "production");
    let (code, said) = ended(&mut command).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("payment"), "{said}");
}
