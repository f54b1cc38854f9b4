//! `door undo`: takes back an entry or exit that this door wrote.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use serde_json::json;
use shared::admission::Direction;
use shared::clock::Clock as _;
use shared::fact::kind::VoidReason;
use shared::ids::{EventId, FactId};
use shared::language::Language;

use super::{CliError, Output, open_replica};
use crate::door::{AtGate, Door};
use crate::edge::SystemClock;

/// What `door undo` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The fact's id, as `door scan --json` and `door admit --json` tell it.
    fact: FactId,
    /// Why it was wrong.
    #[arg(long, value_parser = reasons())]
    reason: VoidReason,
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
    /// The event's id, as `door status` lists it.
    #[arg(long)]
    event: EventId,
    /// Language: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

fn reasons() -> impl clap::builder::TypedValueParser<Value = VoidReason> {
    PossibleValuesParser::new(VoidReason::ALL.map(VoidReason::code))
        .try_map(|code| VoidReason::from_code(&code).ok_or("no such reason"))
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let replica = open_replica(&arguments.data)?;
    let door = Door::open(
        &replica,
        arguments.event,
        &AtGate::AsEnrolled,
        Direction::CheckOnly,
    )
    .map_err(|error| CliError::of(error.code(), &error))?;
    let fact = door
        .undo(arguments.fact, arguments.reason, SystemClock.now_ms())
        .map_err(|error| CliError::of(error.code(), &error))?;
    let said = match arguments.lang {
        Language::Fr => "Annulé : ce passage ne compte plus.",
        Language::En => "Taken back: this passage counts no more.",
        Language::Es => "Anulado: este paso ya no cuenta.",
        Language::De => "Zurückgenommen: dieser Durchgang zählt nicht mehr.",
        Language::It => "Annullato: questo passaggio non conta più.",
    };
    let fact = json!({"journal": fact.journal, "seq": fact.seq, "id": fact.id});
    output.line(
        &json!({"undone": arguments.fact, "reason": arguments.reason.code(), "fact": fact}),
        said,
    )?;
    Ok(ExitCode::SUCCESS)
}
