//! `door admit`: by hand, for a ticket that `door search` found.

use std::path::PathBuf;
use std::process::ExitCode;

use shared::clock::Clock as _;
use shared::ids::{EventId, TicketId};
use shared::language::Language;

use super::scan::{Way, verdict_line};
use super::{CliError, Output, open_replica};
use crate::door::{AtGate, Door};
use crate::edge::SystemClock;

/// What `door admit` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The ticket's id, 13 characters.
    ticket: TicketId,
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
    /// The event's id, as `door status` lists it.
    #[arg(long)]
    event: EventId,
    /// Name or number of the gate, when it is not the one that the organizer gave this device.
    #[arg(long)]
    gate: Option<String>,
    /// Which way people go.
    #[arg(long, value_enum, default_value = "in")]
    direction: Way,
    /// Language: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let replica = open_replica(&arguments.data)?;
    let gate = arguments
        .gate
        .clone()
        .map_or(AtGate::AsEnrolled, AtGate::Named);
    let door = Door::open(&replica, arguments.event, &gate, arguments.direction.into())
        .map_err(|error| CliError::of(error.code(), &error))?;
    let verdict = door
        .admit_by_hand(arguments.ticket, SystemClock.now_ms())
        .map_err(|error| CliError::of(error.code(), &error))?;
    let (value, text) = verdict_line(&door, &verdict, arguments.lang);
    output.line(&value, &text)?;
    Ok(ExitCode::SUCCESS)
}
