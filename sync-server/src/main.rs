//! The program `sync-server`.
//!
//! Exit codes: 0 stopped in order, 1 could not start or broke, 2 wrong settings or arguments.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sync_server::config::{Config, LogFormat};
use sync_server::serve::Content;
use sync_server::{database, serve};

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
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(error) => return fail(&error, 2),
    };
    start_log(&config);
    let runtime = match tokio::runtime::Runtime::new() {
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
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref(), 1),
    }
}

async fn migrate(config: Config) -> anyhow::Result<()> {
    let database = database::open(&serve::database_settings(&config)).await?;
    database.stop().await;
    tracing::info!("the schema is up to date");
    Ok(())
}

fn start_log(config: &Config) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(&config.log))
        .with_writer(std::io::stderr)
        .with_target(false);
    match config.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
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
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(code)
}
