//! `door sync`: sends what this door saw, fetches what it needs to know.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use shared::sync::engine::Follow;
use shared::sync::state::{BlockReason, State};

use super::{CliError, Output};
use crate::edge::{OsRandom, SystemClock};
use crate::replica::{Replica, identity, machine};
use crate::sync::driver::{Driver, News};
use crate::sync::{HttpTransport, TransportError};

/// What `door sync` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this door's data.
    #[arg(long)]
    pub(super) data: PathBuf,
    /// Go on until stopped.
    #[arg(long)]
    pub(super) watch: bool,
    /// Seconds after which a single round gives up.
    #[arg(long, default_value_t = 120)]
    pub(super) give_up: u64,
}

/// Runs it.
pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let state = machine::state_dir().map_err(|error| CliError::of("state_dir", &error))?;
    let replica = Replica::open(&arguments.data, &state)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let follow = if arguments.watch {
        Follow::Changes
    } else {
        Follow::Once
    };
    let driver = driver(&replica, follow)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    if arguments.watch {
        runtime.block_on(watch(driver, output))
    } else {
        runtime.block_on(one_round(
            driver,
            Duration::from_secs(arguments.give_up),
            output,
        ))
    }
}

fn driver(replica: &Replica, follow: Follow) -> Result<Driver<HttpTransport>, CliError> {
    let identity = replica
        .read(identity::load)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let Some(identity) = identity else {
        return Err(CliError::new(
            "not_enrolled",
            "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page",
        ));
    };
    let clock = Arc::new(SystemClock);
    let transport = HttpTransport::to(&identity.server, clock.clone())
        .map_err(|error| CliError::of("server_address", &error))?;
    Driver::start(replica, transport, follow, clock, Box::new(OsRandom))
        .map_err(|error| CliError::of(error.code(), &error))
}

/// Until everything is here and there, or it is clear that it won't be.
async fn one_round(
    mut driver: Driver<HttpTransport>,
    give_up: Duration,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let began = Instant::now();
    let mut failures = 0;
    loop {
        let mut told = Ok(());
        driver
            .step(&mut |news| {
                failures += u32::from(matches!(news, News::Failed(_)));
                if told.is_ok() {
                    told = tell(&news, output);
                }
            })
            .await;
        told?;
        if driver.last_failure().is_none() {
            failures = 0;
        }
        if driver.is_settled() {
            output.line(
                &json!({ "state": driver.state().as_str(), "settled": true }),
                "Up to date; everything was sent.",
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        let hopeless = matches!(driver.state(), State::Blocked(_) | State::NeedsUpgrade);
        if hopeless || failures >= 4 || began.elapsed() > give_up {
            return Err(not_settled(&driver));
        }
    }
}

fn not_settled(driver: &Driver<HttpTransport>) -> CliError {
    match (driver.state(), driver.last_failure()) {
        (State::Blocked(reason), failure) => {
            let words = failure.map_or_else(String::new, |(_, words)| format!(": {words}"));
            let (code, what) = match reason {
                BlockReason::Revoked => ("device_revoked", "the organizer revoked this device"),
                BlockReason::NotAccepted => (
                    "not_accepted",
                    "the server does not know this device or its key",
                ),
                BlockReason::WrongServer => (
                    "wrong_server",
                    "whoever answers is not the server that this device was enrolled with",
                ),
            };
            CliError::new(
                code,
                format!("{what}{words}; ask the organizer. What this door saw is kept"),
            )
        }
        (_, Some((code, words))) => {
            CliError::new(code, format!("{words}. What this door saw is kept"))
        }
        (state, None) => CliError::new(
            "not_settled",
            format!("not up to date yet ({}); run it again", state.as_str()),
        ),
    }
}

/// Until SIGINT or SIGTERM.
async fn watch(
    mut driver: Driver<HttpTransport>,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|error| CliError::of("internal", &error))?;
    loop {
        let mut told = Ok(());
        let mut say = |news: News| {
            if told.is_ok() {
                told = tell(&news, output);
            }
        };
        tokio::select! {
            () = driver.step(&mut say) => {}
            _ = tokio::signal::ctrl_c() => return Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
        }
        told?;
    }
}

fn tell(news: &News, output: &mut Output) -> Result<(), CliError> {
    match news {
        News::State(state) => output.line(&json!(state), &format!("State: {}", state.as_str())),
        News::Report(report) => output.line(&json!(report), &format!("Note: {}", json!(report))),
        News::Failed(error) => output.line(&failure(error), &format!("Not yet: {error}")),
    }
}

fn failure(error: &TransportError) -> serde_json::Value {
    json!({ "failed": { "code": error.code(), "detail": error.to_string() } })
}
