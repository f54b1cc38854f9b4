//! The program `sync-server`.
//!
//! Exit codes: 0 stopped in order, 1 could not start or broke, or what was checked is not sound, 2 wrong settings or arguments.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shared::clock::Clock as _;
use shared::ids::EventId;
use sync_server::config::Config;
use sync_server::door::{restore, verify};
use sync_server::edge::{OsRandom, SystemClock};
use sync_server::serve::Content;
use sync_server::{database, log, serve};

#[derive(Parser)]
#[command(name = "sync-server", about = "The server of Ticket Hub", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGTERM or Ctrl-C. Settings come from the environment: see docs/OPERATIONS.md.
    Serve {
        /// With an organizer, three events and log-ins to look around; refused in production.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's schema up to date and end.
    Migrate,
    /// Run once after the database was put back from a backup, before `serve`: nothing that was lost is done a second time.
    Restored,
    /// Check an event's journals, states and numbers, beside a running server or without; exit code 1 names the first problem.
    VerifyJournals {
        /// The event's id.
        event: EventId,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(error) => return fail(&error, 2),
    };
    // Dropped last: what is still to be written then has a second.
    let _log = log::start(&config);
    let runtime = match runtime(&config) {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, 1),
    };
    let done = match arguments.command {
        Command::Serve { demo } => {
            let content = if demo { Content::Demo } else { Content::AsItIs };
            let served = runtime.block_on(serve::run(config, content));
            served.map_err(anyhow::Error::from)
        }
        Command::Migrate => runtime.block_on(migrate(config)),
        Command::Restored => runtime.block_on(restored(config)),
        Command::VerifyJournals { event, json } => {
            match runtime.block_on(verify_journals(config, event, json)) {
                Ok(true) => Ok(()),
                Ok(false) => return ExitCode::from(1),
                Err(error) => Err(error),
            }
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref(), 1),
    }
}

/// With a PostgreSQL of our own half of the cores are for that: a second thread for two cores' requests costs an order a
/// quarter more CPU, since each wakes the other for what it could have done itself. What takes its time runs on threads
/// of its own.
fn runtime(config: &Config) -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism()?.get();
    let workers = match config.database_url {
        Some(_) => cores,
        None => (cores / 2).max(1),
    };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
}

async fn migrate(config: Config) -> anyhow::Result<()> {
    let database = database::open(&serve::database_settings(&config)).await?;
    database.stop().await;
    tracing::info!("the schema is up to date");
    Ok(())
}

async fn restored(config: Config) -> anyhow::Result<()> {
    let database = database::open(&serve::database_settings(&config)).await?;
    let now_ms = SystemClock.now_ms();
    let done = restore::restored(&database.pool, now_ms, &mut OsRandom).await;
    database.stop().await;
    let done = done?;
    tracing::warn!(
        feeds = done.feeds,
        series = done.series,
        types_closed = done.types_closed,
        "devices will bring back what they saw; sale waits until an organizer says what was sold meanwhile"
    );
    Ok(())
}

/// Whether all is sound.
async fn verify_journals(config: Config, event: EventId, json: bool) -> anyhow::Result<bool> {
    let vault = serve::open_vault(&config)?;
    let database = database::look(&serve::database_settings(&config)).await?;
    let seen = verify::verify_journals(&database.pool, &vault, event).await;
    database.stop().await;
    let seen = seen?;
    let mut out = std::io::stdout();
    if json {
        writeln!(out, "{}", serde_json::to_string(&seen)?)?;
    } else {
        writeln!(out, "{seen}")?;
    }
    Ok(seen.sound)
}

/// What failed and the causes behind it, in one paragraph.
fn fail(error: &(dyn std::error::Error + 'static), code: u8) -> ExitCode {
    let mut text = format!("sync-server: {error}");
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let deeper_text = deeper.to_string();
        if !text.contains(&deeper_text) {
            text.push_str(": ");
            text.push_str(&deeper_text);
        }
        cause = deeper.source();
    }
    log::last_word(text);
    ExitCode::from(code)
}
