//! `door sync`: sends what this door saw, fetches what it needs to know.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use shared::sync::engine::Follow;
use shared::sync::state::{BlockReason, State};

use super::lan_arguments::LanArguments;
use super::{CliError, Output};
use crate::online::{self, OnlineNews};
use crate::peers::LanNews;
use crate::replica::{MachineState, Replica};
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
    /// With `--watch`: other doors.
    #[command(flatten)]
    lan: LanArguments,
}

/// Runs it.
pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let state = MachineState::of_this_user().map_err(|error| CliError::of("state_dir", &error))?;
    let replica = Replica::open(&arguments.data, state)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    if arguments.watch {
        return runtime.block_on(watch(&replica, arguments, output));
    }
    let give_up = Duration::from_secs(arguments.give_up);
    let driver = online::driver(&replica, Follow::Once)?;
    runtime.block_on(one_round(driver, give_up, output))
}

async fn one_round(
    mut driver: Driver<HttpTransport>,
    give_up: Duration,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    settle(&mut driver, give_up, output).await?;
    output.line(
        &json!({ "state": driver.state().as_str(), "settled": true }),
        "Up to date; everything was sent.",
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Until everything is here and there, or it is clear that it won't be.
pub(super) async fn settle(
    driver: &mut Driver<HttpTransport>,
    give_up: Duration,
    output: &mut Output,
) -> Result<(), CliError> {
    let began = Instant::now();
    let mut failures = 0;
    loop {
        let mut told = Ok(());
        driver
            .step(&mut |news| {
                failures += u32::from(matches!(news, News::Failed(_)));
                if told.is_ok() {
                    told = tell(&OnlineNews::Sync(news), output);
                }
            })
            .await;
        told?;
        if driver.last_failure().is_none() {
            failures = 0;
        }
        if driver.is_settled() {
            return Ok(());
        }
        let hopeless = matches!(driver.state(), State::Blocked(_) | State::NeedsUpgrade);
        if hopeless || failures >= 4 || began.elapsed() > give_up {
            return Err(not_settled(driver));
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
    replica: &Replica,
    arguments: &Arguments,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|error| CliError::of("internal", &error))?;
    let (failed, mut has_failed) = tokio::sync::mpsc::unbounded_channel();
    let until = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => None,
            _ = terminate.recv() => None,
            error = has_failed.recv() => error,
        }
    };
    let told = std::cell::RefCell::new(|news: OnlineNews| {
        if let Err(error) = tell(&news, output) {
            // Nobody reads what this says any more.
            let _ = failed.send(error);
        }
    });
    let mut error = None;
    online::run(
        replica,
        &arguments.data,
        arguments.lan.options(),
        &told,
        None,
        async {
            error = until.await;
        },
    )
    .await?;
    match error {
        None => Ok(ExitCode::SUCCESS),
        Some(error) => Err(error),
    }
}

fn tell(news: &OnlineNews, output: &mut Output) -> Result<(), CliError> {
    match news {
        OnlineNews::Sync(News::State(state)) => {
            output.line(&json!(state), &format!("State: {}", state.as_str()))
        }
        OnlineNews::Sync(News::Report(report)) => {
            output.line(&json!(report), &format!("Note: {}", json!(report)))
        }
        OnlineNews::Sync(News::Failed(error)) => {
            output.line(&failure(error), &format!("Not yet: {error}"))
        }
        OnlineNews::Lan(LanNews::Reachable(doors)) => output.line(
            &json!({ "peers_reachable": doors }),
            &format!("Other doors that answer: {doors}"),
        ),
        OnlineNews::Lan(LanNews::Report(report)) => {
            output.line(&json!(report), &format!("Note: {}", json!(report)))
        }
        OnlineNews::Listening(address) => output.line(
            &json!({ "listening": address }),
            &format!("Other doors may call at {address}"),
        ),
    }
}

fn failure(error: &TransportError) -> serde_json::Value {
    json!({ "failed": { "code": error.code(), "detail": error.to_string() } })
}
