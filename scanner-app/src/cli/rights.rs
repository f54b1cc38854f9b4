//! `door rights`: gives this door's share of a strict event's tickets to another door, or back.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use shared::clock::Clock as _;
use shared::ids::{DeviceId, EventId};
use shared::language::Language;

use super::{CliError, Output, open_replica};
use crate::door::{To, hand_back};
use crate::edge::SystemClock;

/// What `door rights` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Hand this door's tickets to another door, before this one goes to another gate or signs off.
    HandOver {
        #[command(flatten)]
        of: Of,
        /// The other door's id, as the organizer's Devices page shows it.
        #[arg(long)]
        to: DeviceId,
    },
    /// Give this door's tickets back: the server grants them to the doors that are left.
    Release {
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Debug, clap::Args)]
struct Of {
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

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let (of, to) = match &arguments.command {
        Command::HandOver { of, to } => (of, To::Door(*to)),
        Command::Release { of } => (of, To::Server),
    };
    let replica = open_replica(&of.data)?;
    let done = hand_back(&replica, of.event, to, SystemClock.now_ms())
        .map_err(|error| CliError::of(error.code(), &error))?;
    let (given, kept) = (done.given, done.kept);
    let said = match of.lang {
        Language::Fr => format!(
            "{given} billets cédés, {kept} gardés. Personne d'autre ne les fait entrer avant que ce soit transmis : lancez `door sync`."
        ),
        Language::En => format!(
            "{given} tickets given away, {kept} kept. Nobody else lets them in before that is sent: run `door sync`."
        ),
        Language::Es => format!(
            "{given} entradas cedidas, {kept} conservadas. Nadie más las deja pasar hasta que se transmita: ejecute `door sync`."
        ),
        Language::De => format!(
            "{given} Tickets abgegeben, {kept} behalten. Niemand sonst lässt sie ein, bevor das übertragen ist: starten Sie `door sync`."
        ),
        Language::It => format!(
            "{given} biglietti ceduti, {kept} tenuti. Nessun altro li fa entrare finché non è trasmesso: avviate `door sync`."
        ),
    };
    output.line(&json!({ "given": given, "kept": kept }), &said)?;
    Ok(ExitCode::SUCCESS)
}
