//! `door status`: how this door stands.

use std::path::PathBuf;
use std::process::ExitCode;

use shared::clock::Clock as _;

use super::{CliError, Output};
use crate::edge::SystemClock;
use crate::status::{self, DoorStatus, EnrolledDoor};

/// What `door status` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let status = status::read_at(&arguments.data, SystemClock.now_ms())
        .map_err(|error| CliError::of(error.code(), &error))?;
    output.line(&status, &text(&status))?;
    Ok(ExitCode::SUCCESS)
}

fn text(status: &DoorStatus) -> String {
    let Some(door) = &status.enrolled else {
        return format!(
            "{}: not enrolled; run `door enrol`",
            status.data_dir.display()
        );
    };
    let known = |value: Option<u64>| value.map_or("not known".into(), |value| value.to_string());
    let mut lines = vec![
        format!(
            "{} ({})",
            door.name.as_deref().unwrap_or("this door"),
            status.data_dir.display()
        ),
        format!(
            "sync: {}",
            door.sync.map_or("never", |phase| phase.as_str())
        ),
        format!("roster age: {} s", known(door.roster_age_s)),
        format!("facts not yet sent: {}", known(door.unsent_facts)),
        clock(door),
    ];
    for event in &door.events {
        lines.push(format!(
            "event {}: {} ({} tickets{})",
            event.id,
            event.name.as_deref().unwrap_or("not synced yet"),
            event.tickets,
            if event.caught_up { "" } else { ", catching up" }
        ));
    }
    for journal in &door.journals {
        lines.push(format!(
            "journal {}: {} facts, {} on the server, opened as {}{}",
            journal.id,
            journal.facts,
            journal.acked_through,
            journal.cause,
            journal
                .closed
                .map_or(String::new(), |cause| format!(", closed: {cause}"))
        ));
    }
    lines.join("\n")
}

fn clock(door: &EnrolledDoor) -> String {
    match (door.clock_offset_ms, door.clock_error_ms) {
        (Some(offset), Some(error)) => {
            format!("clock: {offset} ms behind the server, to {error} ms")
        }
        (Some(_), None) | (None, _) => "clock: never compared with the server's".into(),
    }
}
