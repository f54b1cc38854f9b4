//! The managed PostgreSQL with real processes: killed, doubled, half made and put in wrong places.
//!
//! What must hold: a start after any end works at once, and no acknowledged row is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Executor, PgPool};
use sync_server::database::managed::{FindBinariesError, StartPostgresError, psql_command};
use sync_server::database::testing::TestDatabase;
use sync_server::database::{self, Database, DatabaseSettings, Durability, OpenDatabaseError};

/// Has this test binary, run again, act as a server of its own: the data folder.
const SECOND_PROCESS: &str = "TICKETHUB_TEST_SECOND_PROCESS";

/// A data folder that root's PostgreSQL can enter as well as an ordinary user's.
fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new()
        .prefix("th-pg-")
        .tempdir_in("/tmp")
        .expect("in /tmp");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    folder
}

fn settings(data_dir: &Path) -> DatabaseSettings {
    DatabaseSettings {
        url: None,
        data_dir: data_dir.to_path_buf(),
        max_connections: 8,
        durability: Durability::Full,
    }
}

async fn open(data_dir: &Path) -> Database {
    open_with(&settings(data_dir)).await
}

/// Where the disk is not the subject: making the cluster need not wait for it.
async fn open_fast(data_dir: &Path) -> Database {
    let durability = Durability::ForTests;
    open_with(&DatabaseSettings {
        durability,
        ..settings(data_dir)
    })
    .await
}

async fn open_with(settings: &DatabaseSettings) -> Database {
    match database::open(settings).await {
        Ok(database) => database,
        Err(error) => panic!("{error}: {error:?}"),
    }
}

async fn refusal(data_dir: &Path) -> OpenDatabaseError {
    database::open(&settings(data_dir))
        .await
        .expect_err("it must not open")
}

async fn show(pool: &PgPool, setting: &str) -> String {
    let query = sqlx::query_scalar("select current_setting($1)").bind(setting);
    query.fetch_one(pool).await.expect("a setting")
}

async fn rows(pool: &PgPool) -> Vec<i64> {
    let query = sqlx::query_scalar("select n from mark order by n");
    query.fetch_all(pool).await.expect("the table is there")
}

async fn write(pool: &PgPool, n: i64) -> Result<(), sqlx::Error> {
    sqlx::query("insert into mark values ($1)")
        .bind(n)
        .execute(pool)
        .await
        .map(drop)
}

async fn make_table(pool: &PgPool) {
    let table = "create table if not exists mark (n bigint primary key)";
    pool.execute(table).await.expect("a new table");
}

fn postmaster_pid(data_dir: &Path) -> u32 {
    let file = fs::read_to_string(data_dir.join("postgres/cluster/postmaster.pid"));
    let first = file
        .expect("PostgreSQL runs")
        .lines()
        .next()
        .map(str::parse);
    first.expect("a first line").expect("a number")
}

fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie that nobody has reaped yet is no longer alive.
    stat.rsplit_once(')')
        .is_some_and(|(_, state)| !state.starts_with(" Z"))
}

/// Waits for `condition`, at most half a minute.
async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "still not so after 30 s: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// This test binary as another server on the same data. It says each number that it has written.
struct SecondProcess {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl SecondProcess {
    fn start(data_dir: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args([
                "--exact",
                "serves_as_a_second_process",
                "--ignored",
                "--nocapture",
            ])
            .env(SECOND_PROCESS, data_dir)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this binary runs again");
        let says = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, says }
    }

    /// The next number that it says it has written.
    fn next_written(&mut self) -> i64 {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(
                self.says.read_line(&mut line).expect("it speaks"),
                0,
                "it ended"
            );
            if let Some(n) = line.trim().strip_prefix("written ") {
                return n.parse().expect("a number");
            }
        }
    }

    /// Kills it; the last number that it had still said.
    fn kill(mut self) -> Option<i64> {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
        let lines = self.says.lines().map_while(Result::ok);
        lines
            .filter_map(|line| line.strip_prefix("written ")?.parse().ok())
            .last()
    }
}

#[tokio::test]
#[ignore = "not a test: others of this file run it as a second process"]
async fn serves_as_a_second_process() {
    let data_dir = std::env::var_os(SECOND_PROCESS)
        .map(PathBuf::from)
        .expect("run by another test");
    let database = open(&data_dir).await;
    make_table(&database.pool).await;
    for n in rows(&database.pool).await.len() as i64 + 1.. {
        write(&database.pool, n).await.unwrap();
        println!("\nwritten {n}");
    }
}

#[tokio::test]
async fn first_start_makes_a_safe_private_cluster_and_a_stop_keeps_the_data() {
    let data = data_folder();
    let first = open(data.path()).await;
    assert!(first.is_ready());
    for (setting, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
    ] {
        assert_eq!(show(&first.pool, setting).await, value, "{setting}");
    }
    for folder in ["postgres/run", "postgres/cluster"] {
        let mode = fs::metadata(data.path().join(folder)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
    make_table(&first.pool).await;
    write(&first.pool, 7).await.unwrap();
    let pid = postmaster_pid(data.path());
    first.stop().await;
    assert!(!is_alive(pid), "stop returns when PostgreSQL is gone");

    let begun = Instant::now();
    let second = open(data.path()).await;
    println!("warm start: {} ms", begun.elapsed().as_millis());
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "a warm start: {:?}",
        begun.elapsed()
    );
    assert_eq!(rows(&second.pool).await, [7]);
    let mut psql = psql_command(data.path()).unwrap();
    let answer = psql.args(["-XAtc", "select n from mark"]).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&answer.stdout).trim(),
        "7",
        "{answer:?}"
    );
    second.stop().await;
}

#[tokio::test]
async fn killed_postmaster_comes_back_by_itself_with_every_acknowledged_row() {
    let data = data_folder();
    let database = open(data.path()).await;
    make_table(&database.pool).await;
    let readiness = database.readiness();
    let pool = database.pool.clone();
    let (says, mut written) = tokio::sync::watch::channel(0);
    let writer = tokio::spawn(async move {
        let mut acknowledged = vec![];
        for n in 1.. {
            // What fails while PostgreSQL is down was never acknowledged.
            if write(&pool, n).await.is_ok() {
                acknowledged.push(n);
            }
            if says.send(acknowledged.len()).is_err() {
                break;
            }
        }
        acknowledged
    });
    for round in 0..3 {
        let before = *written.borrow();
        written
            .wait_for(|count| *count >= before + 50)
            .await
            .unwrap();
        if round == 2 {
            break;
        }
        let dead = postmaster_pid(data.path());
        let killed = Command::new("kill")
            .args(["-KILL", &dead.to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        let begun = Instant::now();
        eventually("readiness goes red", async || !readiness.is_ready()).await;
        eventually("readiness goes green", async || readiness.is_ready()).await;
        println!("back {} ms after kill -9", begun.elapsed().as_millis());
        assert_ne!(postmaster_pid(data.path()), dead);
    }
    drop(written);
    let acknowledged = writer.await.unwrap();
    let there = rows(&database.pool).await;
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|n| there.binary_search(n).is_err())
        .collect();
    assert!(
        lost.is_empty(),
        "of {} acknowledged rows lost: {lost:?}",
        acknowledged.len()
    );
    database.stop().await;
}

#[tokio::test]
async fn killed_server_takes_its_postgres_along_and_the_next_one_starts_at_once() {
    let data = data_folder();
    let mut acknowledged = 0;
    for _ in 0..3 {
        let goal = acknowledged + 50;
        let mut second = SecondProcess::start(data.path());
        while acknowledged < goal {
            acknowledged = second.next_written();
        }
        let orphan = postmaster_pid(data.path());
        acknowledged = second.kill().unwrap_or(acknowledged);

        let begun = Instant::now();
        let database = open(data.path()).await;
        println!(
            "start after kill -9 of the server: {} ms",
            begun.elapsed().as_millis()
        );
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
        assert!(!is_alive(orphan), "PostgreSQL does not outlive its server");
        let there = rows(&database.pool).await;
        assert!(
            there.len() as i64 >= acknowledged,
            "{acknowledged} acknowledged, {} there",
            there.len()
        );
        assert_eq!(there, (1..=there.len() as i64).collect::<Vec<_>>());
        database.stop().await;
    }
}

#[tokio::test]
async fn server_killed_while_it_makes_the_cluster_leaves_nothing_that_is_used() {
    let data = data_folder();
    let making = data.path().join("postgres/cluster.making");
    let second = SecondProcess::start(data.path());
    eventually("initdb writes", async || making.join("PG_VERSION").exists()).await;
    second.kill();
    assert!(
        making.exists() && !data.path().join("postgres/cluster").exists(),
        "in the middle"
    );
    fs::write(making.join("half-made"), "").unwrap();
    let database = open_fast(data.path()).await;
    assert!(!making.exists());
    assert!(!data.path().join("postgres/cluster/half-made").exists());
    database.stop().await;
}

#[tokio::test]
async fn pid_file_that_names_a_living_stranger_does_not_stop_a_start() {
    let data = data_folder();
    open_fast(data.path()).await.stop().await;
    let cluster = data.path().join("postgres/cluster");
    // A stranger of PostgreSQL's own user: through one of another user PostgreSQL itself would see.
    let owner = fs::metadata(&cluster).unwrap().uid();
    let mut stranger = Command::new("sleep").arg("100").uid(owner).spawn().unwrap();
    let file = cluster.join("postmaster.pid");
    let run = data.path().join("postgres/run");
    let (pid, folder, run) = (stranger.id(), cluster.display(), run.display());
    fs::write(
        &file,
        format!("{pid}\n{folder}\n1\n5432\n{run}\n\n 1 1\nready   \n"),
    )
    .unwrap();
    chown(&file, Some(owner), None).unwrap();
    let begun = Instant::now();
    let database = open_fast(data.path()).await;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        stranger.try_wait().unwrap().is_none(),
        "the stranger is left alone"
    );
    database.stop().await;
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn second_server_on_the_same_data_is_refused_and_told_what_to_do() {
    let data = data_folder();
    let first = open_fast(data.path()).await;
    let error = refusal(data.path()).await;
    let words = error.to_string();
    assert!(
        matches!(
            error,
            OpenDatabaseError::Start(StartPostgresError::Held { .. })
        ),
        "{words}"
    );
    assert!(
        words.contains(&format!("process {}", std::process::id())),
        "{words}"
    );
    assert!(words.contains("DATABASE_URL"), "{words}");
    assert_eq!(
        show(&first.pool, "fsync").await,
        "off",
        "the first one goes on"
    );
    first.stop().await;
}

#[tokio::test]
async fn data_of_a_newer_postgres_is_left_alone_and_named() {
    let data = data_folder();
    let cluster = data.path().join("postgres/cluster");
    open_fast(data.path()).await.stop().await;
    fs::write(cluster.join("PG_VERSION"), "99\n").unwrap();
    let error = refusal(data.path()).await;
    assert!(
        error.to_string().contains("apt install postgresql-99"),
        "{error}"
    );
    let OpenDatabaseError::Start(StartPostgresError::Binaries(error)) = error else {
        panic!("{error:?}")
    };
    // The second where the tests run on a configured folder.
    assert!(matches!(
        error,
        FindBinariesError::NotInstalled { major: 99 }
            | FindBinariesError::OtherMajor { cluster: 99, .. }
    ));
    assert!(cluster.join("global").exists());
}

#[tokio::test]
async fn data_folder_of_too_long_a_path_is_refused_before_anything_is_made() {
    let data = data_folder();
    let deep = data.path().join("d".repeat(90));
    let error = refusal(&deep).await;
    let too_long = matches!(
        error,
        OpenDatabaseError::Start(StartPostgresError::PathTooLong { .. })
    );
    assert!(too_long, "{error}");
    assert!(!deep.exists());
}

#[tokio::test]
async fn data_below_a_closed_home_is_refused_to_root_and_fine_for_its_owner() {
    let home = data_folder();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let data_dir = home.path().join("data");
    let own_uid = fs::metadata("/proc/self").unwrap().uid();
    if own_uid == 0 {
        // PostgreSQL runs as another user then, who cannot get there.
        let error = refusal(&data_dir).await;
        let words = error.to_string();
        let OpenDatabaseError::Start(StartPostgresError::FolderClosed { folder, .. }) = error
        else {
            panic!("{words}")
        };
        assert_eq!(folder, home.path());
        assert!(words.contains("/var/lib/tickethub"), "{words}");
    } else {
        open_fast(&data_dir).await.stop().await;
    }
}

#[tokio::test]
async fn stop_does_not_wait_for_ever_for_a_query_that_does_not_end() {
    let data = data_folder();
    let database = open_fast(data.path()).await;
    let busy = database.pool.acquire().await.unwrap();
    let begun = Instant::now();
    database.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    drop(busy);
    open_fast(data.path()).await.stop().await;
}

#[tokio::test]
async fn given_address_starts_nothing_and_brings_the_schema_up_to_date() {
    let database = TestDatabase::create().await;
    let steps = "select count(*) from _sqlx_migrations";
    let all: i64 = sqlx::query_scalar(steps)
        .fetch_one(&database.pool)
        .await
        .unwrap();
    database
        .pool
        .execute("drop schema public cascade; create schema public")
        .await
        .unwrap();
    let data = data_folder();
    let given = DatabaseSettings {
        url: Some(database.url()),
        ..settings(data.path())
    };
    let opened = database::open(&given).await.unwrap();
    let done: i64 = sqlx::query_scalar(steps)
        .fetch_one(&opened.pool)
        .await
        .unwrap();
    assert_eq!(done, all);
    assert!(!data.path().join("postgres").exists());
    opened.stop().await;
}

#[tokio::test]
async fn database_of_a_newer_program_is_refused() {
    let database = TestDatabase::create().await;
    let step = "insert into _sqlx_migrations values (99991231235959, 'later', now(), true, '', 0)";
    database.pool.execute(step).await.unwrap();
    let newer = DatabaseSettings {
        url: Some(database.url()),
        ..settings(Path::new("/nowhere"))
    };
    let error = database::open(&newer).await.expect_err("it is newer");
    assert!(
        matches!(
            error,
            OpenDatabaseError::NewerSchema {
                version: 99_991_231_235_959
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn address_that_is_none_is_refused_without_repeating_its_password() {
    let url = Some("postgres//me:secret@host".into());
    let odd = DatabaseSettings {
        url,
        ..settings(Path::new("/nowhere"))
    };
    let error = database::open(&odd).await.expect_err("it is no address");
    assert!(matches!(error, OpenDatabaseError::Url(_)), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}
