//! The one door to PostgreSQL: another's by `DATABASE_URL`, else one that this server runs itself. Either way the schema
//! is brought up to date before anybody gets a connection.
//!
//! Not here: what the tables mean. Each capability owns its own.

mod error;
pub mod flush;
pub mod managed;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transaction;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};

pub use error::OpenDatabaseError;
use managed::{ManagedPostgres, ManagedSettings};

/// The schema, step by step, as it was when this program was built.
static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// A request that cannot get a connection so soon is better told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection unused for so long may have lost its server in the meantime, so it is tried before it is handed out.
const TRY_AFTER: Duration = Duration::from_secs(1);
/// How long a stop waits for connections that are in use.
const LAST_QUERIES: Duration = Duration::from_secs(5);
/// "invalid_catalog_name" in PostgreSQL's list of error codes: there is no such database.
const NO_SUCH_DATABASE: &str = "3D000";

/// Which PostgreSQL, and how.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// `DATABASE_URL`: use this server and start none.
    pub url: Option<String>,
    /// Where the managed PostgreSQL keeps its data; not touched when `url` is set.
    pub data_dir: PathBuf,
    /// The most connections that the pool opens.
    pub max_connections: u32,
    /// What a commit on the managed PostgreSQL promises; a server behind `url` has its own mind.
    pub durability: Durability,
}

/// What a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It is on the disk: a power cut loses nothing that was acknowledged.
    Full,
    /// It survives the process and not the machine. For data that nobody wants back.
    ForTests,
}

/// Whether the database takes connections. Clones show the same.
#[derive(Debug, Clone)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    fn red() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    fn green() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Red while a managed PostgreSQL is down; for one that is not ours always green: only a query can tell there.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// An open database with the present schema.
#[derive(Debug)]
pub struct Database {
    /// Connections to it.
    pub pool: PgPool,
    readiness: Readiness,
    managed: Option<ManagedPostgres>,
}

impl Database {
    /// A database that somebody else runs and has brought up to date.
    pub fn from_pool(pool: PgPool) -> Self {
        Self {
            pool,
            readiness: Readiness::green(),
            managed: None,
        }
    }

    /// See [`Readiness::is_ready`].
    pub fn is_ready(&self) -> bool {
        self.readiness.is_ready()
    }

    /// A copy to keep where the database itself is not: its state is that of [`Self::is_ready`].
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Closes the pool, waiting a while for what runs in it, and stops the managed PostgreSQL, if there is one.
    pub async fn stop(self) {
        if tokio::time::timeout(LAST_QUERIES, self.pool.close())
            .await
            .is_err()
        {
            tracing::warn!("closing the database under queries that do not end");
        }
        if let Some(managed) = self.managed {
            managed.stop().await;
        }
    }
}

/// Opens the database that `settings` name, starting it where it is ours, and brings its schema up to date.
pub async fn open(settings: &DatabaseSettings) -> Result<Database, OpenDatabaseError> {
    if let Some(url) = &settings.url {
        let options = url
            .parse::<PgConnectOptions>()
            .map_err(OpenDatabaseError::Url)?;
        let pool = connect(options, settings.max_connections).await?;
        return Ok(Database::from_pool(pool));
    }
    let managed = ManagedPostgres::start(ManagedSettings {
        data_dir: settings.data_dir.clone(),
        max_connections: settings.max_connections,
        durability: settings.durability,
    })
    .await?;
    match open_managed(&managed, settings.max_connections).await {
        Ok(pool) => Ok(Database {
            pool,
            readiness: managed.readiness(),
            managed: Some(managed),
        }),
        Err(error) => {
            managed.stop().await;
            Err(error)
        }
    }
}

/// Opens the database to look at it beside a server that may be running on it. Where none runs it is opened as by [`open`].
pub async fn look(settings: &DatabaseSettings) -> Result<Database, OpenDatabaseError> {
    let running = match &settings.url {
        Some(url) => Some(url.parse().map_err(OpenDatabaseError::Url)?),
        None => managed::running(&settings.data_dir),
    };
    if let Some(options) = running {
        match connect(options, settings.max_connections).await {
            Ok(pool) => return Ok(Database::from_pool(pool)),
            Err(error) if settings.url.is_some() => return Err(error),
            // Its socket was left by a server that is gone.
            Err(_) => {}
        }
    }
    open(settings).await
}

async fn open_managed(
    managed: &ManagedPostgres,
    max_connections: u32,
) -> Result<PgPool, OpenDatabaseError> {
    let options = managed.product_options();
    match connect(options.clone(), max_connections).await {
        Err(OpenDatabaseError::Connect(sqlx::Error::Database(e)))
            if e.code().as_deref() == Some(NO_SUCH_DATABASE) =>
        {
            create_database(managed)
                .await
                .map_err(OpenDatabaseError::CreateDatabase)?;
            connect(options, max_connections).await
        }
        connected => connected,
    }
}

async fn create_database(managed: &ManagedPostgres) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&managed.connect_options("postgres")).await?;
    connection.execute("create database tickethub").await?;
    connection.close().await
}

async fn connect(
    options: PgConnectOptions,
    max_connections: u32,
) -> Result<PgPool, OpenDatabaseError> {
    // Once without the pool, which would try again until its time is over and then say only that it is. Without the
    // pool's settings too: another server's migrations may take longer than a request may wait for a lock.
    let mut probe = PgConnection::connect_with(&options)
        .await
        .map_err(OpenDatabaseError::Connect)?;
    migrate(&mut probe).await?;
    probe.close().await.map_err(OpenDatabaseError::Connect)?;
    let options = request_options(options.application_name("tickethub"));
    Ok(pool_options(max_connections).connect_lazy_with(options))
}

/// What holds for the statements of requests and jobs.
fn request_options(options: PgConnectOptions) -> PgConnectOptions {
    options.options([
        // A request that waits longer for a lock is better told to come back.
        ("lock_timeout", "2s"),
        // Nearly all statements find rows by key: planning them anew for each set of values would cost an order a
        // quarter of its CPU (1 of 4 ms, measured).
        ("plan_cache_mode", "force_generic_plan"),
        // That plan may be older than the rows: a table that was empty then would be read whole for each of them until it is
        // analyzed (an entry took 3.1 ms instead of 0.7, measured).
        ("enable_seqscan", "off"),
    ])
}

fn pool_options(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for >= TRY_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

async fn migrate(connection: &mut PgConnection) -> Result<(), OpenDatabaseError> {
    MIGRATIONS
        .run(connection)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenDatabaseError::NewerSchema { version },
            other => OpenDatabaseError::Migrate(other),
        })
}
