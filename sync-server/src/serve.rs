//! From settings to a server that answers, and to its end in good order.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, AssembleError, router};
use crate::config::Config;
use crate::database::{self, DatabaseSettings, Durability, OpenDatabaseError};
use crate::demo;
use crate::edge::SystemClock;
use crate::jobs;
use crate::vault::{MasterKeySource, OpenVaultError, Vault};
use crate::web::connections::{self, Cut, Patience};

/// What runs when the stop comes may take so long; then connections are cut. With the jobs' and the database's time it
/// stays below the 30 s that orchestrators give.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// Jobs look for the stop between their steps, and a step may be a call to a payment provider. What is dropped in the
/// middle is found again at the next start, as after a crash.
const LAST_STEPS: Duration = Duration::from_secs(5);

/// The server did not start. Each text is for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be had.
    #[error("{}", listen_text(*address, source))]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No master key.
    #[error(transparent)]
    Vault(#[from] OpenVaultError),
    /// No database.
    #[error(transparent)]
    Database(#[from] OpenDatabaseError),
    /// The parts do not fit together.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// The system refused to tell of signals.
    #[error("listening for SIGTERM")]
    Signals(#[source] io::Error),
    /// The demo could not be made.
    #[error(transparent)]
    Demo(#[from] demo::SeedError),
    /// Standard output is closed.
    #[error("telling the demo's log-ins")]
    Say(#[source] io::Error),
    /// The API's description could not be written.
    #[error("putting the routes together")]
    Routes(#[source] io::Error),
}

fn listen_text(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another program already listens on {address}: stop it, or give this server another address by TICKETHUB_LISTEN"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "this machine has no address {}: set TICKETHUB_LISTEN to one of its own, or to 0.0.0.0 for all",
            address.ip()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "this user may not listen on port {}: take one from 1024 on by TICKETHUB_LISTEN",
            address.port()
        ),
        _ => format!("listening on {address}, the address in TICKETHUB_LISTEN"),
    }
}

/// How the database is opened.
pub fn database_settings(config: &Config) -> DatabaseSettings {
    DatabaseSettings {
        url: config.database_url.clone(),
        data_dir: config.data_dir.clone(),
        max_connections: config.database_connections,
        durability: Durability::Full,
    }
}

/// The master key, from the environment or the file below the data folder.
pub fn open_vault(config: &Config) -> Result<Vault, OpenVaultError> {
    Vault::open(
        config.master_key.as_deref(),
        &config.data_dir.join("master.key"),
    )
}

/// What stands in the database when the first request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// What was there.
    AsItIs,
    /// The demo besides; never in production.
    Demo,
}

/// Starts everything, serves until SIGTERM or SIGINT, stops everything.
pub async fn run(config: Config, content: Content) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    // First what fails fast: a second server on the same port shall not touch the first one's data.
    let listener = bind(config.listen).await?;
    let vault = open_vault(&config)?;
    let database = database::open(&database_settings(&config)).await?;
    let assembled = App::assemble(config, &database, vault, Arc::new(SystemClock)).await;
    let app = match assembled {
        Ok(app) => app,
        Err(error) => {
            database.stop().await;
            return Err(error.into());
        }
    };
    say_parts(&app);
    if content == Content::Demo
        && let Err(error) = Box::pin(show_demo(&app)).await
    {
        database.stop().await;
        return Err(error);
    }
    let (stopping, stopped) = (app.stopping.clone(), app.stopping.clone());
    let signals = tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new requests, the last ones are finished");
        stopping.cancel();
    });
    let mut jobs = tokio::spawn(jobs::run(app.clone()));
    let served = serve(listener, app).await.map_err(StartError::Routes);
    signals.abort();
    // They see the stop too, unless it was the start of the serving that failed.
    stopped.cancel();
    match tokio::time::timeout(LAST_STEPS, &mut jobs).await {
        Ok(Ok(())) => {}
        Ok(Err(_)) => tracing::error!("a job panicked"),
        Err(_) => {
            tracing::warn!("a job did not come to its next step in time and was dropped");
            jobs.abort();
        }
    }
    database.stop().await;
    tracing::info!("stopped");
    served
}

async fn show_demo(app: &App) -> Result<(), StartError> {
    let summary = demo::seed(app).await?;
    writeln!(io::stdout(), "{summary}").map_err(StartError::Say)
}

/// Takes the address; from then on connections queue up.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

/// Answers until `app.stopping` is cancelled, then finishes what runs, for at most 10 s.
pub async fn serve(listener: TcpListener, app: App) -> io::Result<()> {
    let stopping = app.stopping.clone();
    let patience = Patience {
        head: app.config.limits.request_time,
        last_requests: LAST_REQUESTS,
    };
    let routes = router(app).map_err(io::Error::other)?;
    let Cut(cut) = connections::serve(listener, routes, patience, &stopping).await;
    if cut > 0 {
        tracing::warn!(
            connections = cut,
            "some requests did not end in time and were cut"
        );
    }
    Ok(())
}

/// Which parts are in use: nobody should find out later that mails went to a folder.
fn say_parts(app: &App) {
    let config = &app.config;
    let database = match &config.database_url {
        Some(_) => "the one in DATABASE_URL".to_owned(),
        None => format!("our own below {}", config.data_dir.display()),
    };
    let master_key = match &app.vault.source {
        MasterKeySource::Environment => "TICKETHUB_MASTER_KEY".to_owned(),
        MasterKeySource::File(path) => path.display().to_string(),
    };
    tracing::info!(
        listen = %config.listen,
        public_url = config.public_url,
        mode = ?config.mode,
        database,
        master_key,
        payments = app.provider.name(),
        mail = app.carrier.name(),
        "serving"
    );
}
