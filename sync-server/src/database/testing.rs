//! A database of its own for each test, with the present schema, in some 50 ms.
//!
//! ```ignore
//! let database = TestDatabase::create().await;
//! sqlx::query!("select 1 as one").fetch_one(&database.pool).await?;
//! ```
//!
//! The first test of a process starts a managed PostgreSQL (without fsync) in a slot below `/tmp`. The slot's lock keeps
//! other processes out, the slot itself stays for the next run, which then needs no initdb and no migration.
//! `TICKETHUB_TEST_DATABASE_URL`, an administrator's address, has a server used that runs already: for runners with a
//! process for each test.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool};
use tokio::sync::OnceCell;

use super::managed::{ManagedPostgres, ManagedSettings, StartPostgresError};
use super::{Database, Durability, MIGRATIONS, pool_options, request_options};

/// For the whole server: many tests run at once, each with a pool.
const SERVER_CONNECTIONS: u32 = 400;
/// For one test.
const POOL_CONNECTIONS: u32 = 16;
/// More processes at once than any test runner starts here.
const SLOTS: u32 = 64;
/// Of the advisory lock under which the template is made; any number that nobody else uses.
const TEMPLATE_LOCK: i64 = 0x7469_636b_6574;

static SERVER: OnceCell<TestServer> = OnceCell::const_new();

/// Lives as long as the process; the kernel stops the managed PostgreSQL with it.
struct TestServer {
    _managed: Option<ManagedPostgres>,
    admin: PgConnectOptions,
    template: String,
}

/// A database of one test. Dropped with it, or swept by the next run.
#[derive(Debug)]
pub struct TestDatabase {
    /// Connections to it.
    pub pool: PgPool,
    name: String,
    admin: PgConnectOptions,
}

impl TestDatabase {
    /// A new one with the present schema and no rows.
    ///
    /// # Panics
    /// When there is no PostgreSQL to make it on.
    pub async fn create() -> Self {
        let server = SERVER.get_or_init(TestServer::start).await;
        let name = unique_name();
        let mut admin = connect(&server.admin).await;
        run(
            &mut admin,
            format!("create database {name} template {}", server.template),
        )
        .await;
        let options = server.admin.clone().database(&name);
        let pool = pool_options(POOL_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(request_options(options));
        Self {
            pool,
            name,
            admin: server.admin.clone(),
        }
    }

    /// As the server holds it.
    pub fn database(&self) -> Database {
        Database::from_pool(self.pool.clone())
    }

    /// How to reach it otherwise than through the pool.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    /// An address for `DATABASE_URL` of another process of this user.
    pub fn url(&self) -> String {
        self.connect_options().to_url_lossy().to_string()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (name, admin) = (std::mem::take(&mut self.name), self.admin.clone());
        // A thread of its own, since the test's runtime is about to end. Best effort: the next run sweeps.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect_with(&admin).await {
                    let drop = format!("drop database if exists {name} with (force)");
                    let _ = admin.execute(AssertSqlSafe(drop)).await;
                }
            });
        });
    }
}

impl TestServer {
    async fn start() -> Self {
        if let Ok(url) = std::env::var("TICKETHUB_TEST_DATABASE_URL") {
            let admin = url
                .parse()
                .expect("TICKETHUB_TEST_DATABASE_URL is an address of PostgreSQL");
            let template = make_template(&admin).await;
            return Self {
                _managed: None,
                admin,
                template,
            };
        }
        let managed = start_in_free_slot().await;
        let admin = managed.connect_options("postgres");
        sweep(&admin).await;
        let template = make_template(&admin).await;
        Self {
            _managed: Some(managed),
            admin,
            template,
        }
    }
}

async fn start_in_free_slot() -> ManagedPostgres {
    let slots = slots_folder();
    for slot in 0..SLOTS {
        let data_dir = slots.join(slot.to_string());
        match start_in(&data_dir).await {
            Ok(managed) => return managed,
            Err(StartPostgresError::Held { .. }) => {}
            Err(error @ (StartPostgresError::Binaries(_) | StartPostgresError::Ended { .. }))
                if data_dir.exists() =>
            {
                // Of another version, or spoilt by a power cut: it holds nothing that anybody wants back.
                std::fs::remove_dir_all(&data_dir).expect("a spoilt slot can be removed");
                return start_in(&data_dir)
                    .await
                    .unwrap_or_else(|again| panic!("{error}; and anew: {again}"));
            }
            Err(error) => panic!(
                "starting PostgreSQL for tests in {}: {error}",
                data_dir.display()
            ),
        }
    }
    panic!("all {SLOTS} slots in {} are in use", slots.display());
}

async fn start_in(data_dir: &Path) -> Result<ManagedPostgres, StartPostgresError> {
    ManagedPostgres::start(ManagedSettings {
        data_dir: data_dir.to_path_buf(),
        max_connections: SERVER_CONNECTIONS,
        durability: Durability::ForTests,
    })
    .await
}

/// Below /tmp whatever TMPDIR says: the socket's path must be short.
fn slots_folder() -> PathBuf {
    let me = std::fs::metadata("/proc/self")
        .expect("this process is in /proc")
        .uid();
    let folder = PathBuf::from(format!("/tmp/tickethub-tests-{me}"));
    match std::fs::DirBuilder::new().mode(0o755).create(&folder) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(e) => panic!("making {}: {e}", folder.display()),
    }
    let meta = std::fs::symlink_metadata(&folder).expect("it was just made or found");
    assert!(
        meta.is_dir() && meta.uid() == me,
        "{} was put there by somebody else",
        folder.display()
    );
    folder
}

/// Removes what earlier runs left, but for the template of the present schema.
async fn sweep(admin: &PgConnectOptions) {
    let mut admin = connect(admin).await;
    let present = template_name();
    let left: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where datname like 'test\\_%' or datname like 'template\\_%'")
            .fetch_all(&mut admin)
            .await
            .expect("the databases can be listed");
    for name in left.iter().filter(|name| **name != present) {
        run(
            &mut admin,
            format!("drop database if exists {name} with (force)"),
        )
        .await;
    }
}

/// Made under another name and then renamed, so that a half-migrated template is never used.
async fn make_template(admin: &PgConnectOptions) -> String {
    let name = template_name();
    let making = format!("{name}_making");
    let mut connection = connect(admin).await;
    let lock = sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK);
    lock.execute(&mut connection)
        .await
        .expect("the template's lock is waited for");
    let known: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await
            .expect("the databases can be listed");
    if !known {
        run(
            &mut connection,
            format!("drop database if exists {making} with (force)"),
        )
        .await;
        run(&mut connection, format!("create database {making}")).await;
        let mut migrated = connect(&admin.clone().database(&making)).await;
        MIGRATIONS
            .run(&mut migrated)
            .await
            .expect("the migrations run on an empty database");
        migrated.close().await.expect("the template is left alone");
        run(
            &mut connection,
            format!("alter database {making} rename to {name}"),
        )
        .await;
    }
    connection
        .close()
        .await
        .expect("the template's lock is given back");
    name
}

/// Of the schema's steps, so that a changed step makes another template.
fn template_name() -> String {
    let mut hash = Sha256::new();
    for step in MIGRATIONS.iter() {
        hash.update(step.version.to_be_bytes());
        hash.update(&step.checksum);
    }
    let digest = hash.finalize();
    format!(
        "template_{:016x}",
        u64::from_be_bytes(*digest.first_chunk().expect("32 bytes"))
    )
}

fn unique_name() -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("the system has random numbers");
    format!("test_{:016x}", u64::from_be_bytes(random))
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options)
        .await
        .expect("the test server takes connections")
}

async fn run(connection: &mut PgConnection, statement: String) {
    if let Err(error) = connection.execute(AssertSqlSafe(statement.clone())).await {
        panic!("{statement}: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_test_has_a_database_of_its_own_with_the_schema() {
        let (one, other) = tokio::join!(TestDatabase::create(), TestDatabase::create());
        one.pool.execute("create table mark (a int)").await.unwrap();
        let seen: Vec<bool> = futures::future::join_all([&one, &other].map(|database| async {
            sqlx::query_scalar("select to_regclass('mark') is not null")
                .fetch_one(&database.pool)
                .await
                .unwrap()
        }))
        .await;
        assert_eq!(seen, [true, false]);
        let steps: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations")
            .fetch_one(&other.pool)
            .await
            .unwrap();
        assert_eq!(steps, MIGRATIONS.iter().count() as i64);
    }

    #[tokio::test]
    async fn its_address_reaches_it_from_another_connection() {
        let database = TestDatabase::create().await;
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        let name: String = sqlx::query_scalar("select current_database()::text")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(name, database.name);
    }
}
