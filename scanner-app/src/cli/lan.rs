//! `door lan`: lets doors find each other where the network doesn't help: one shows where it is, the other is told.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use shared::language::Language;
use shared::ticket::Qr;

use super::{CliError, Output};
use crate::peers::discover::{LanText, told};
use crate::replica::{identity, open_to_look, peers};

/// What `door lan` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print where this door may be reached, for `door lan add` on another; also as a QR code.
    Show {
        /// Folder of this door's data.
        #[arg(long)]
        data: PathBuf,
        /// Language: fr, en, es, de, it.
        #[arg(long, default_value = "fr")]
        lang: Language,
    },
    /// Tell this door where another one may be reached.
    Add {
        /// What `door lan show` printed there, or its address.
        text: LanText,
        /// Folder of this door's data.
        #[arg(long)]
        data: PathBuf,
        /// Language: fr, en, es, de, it.
        #[arg(long, default_value = "fr")]
        lang: Language,
    },
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    match &arguments.command {
        Command::Show { data, lang } => show(data, *lang, output),
        Command::Add { text, data, lang } => add(text, data, *lang, output),
    }
}

fn show(data: &std::path::Path, lang: Language, output: &mut Output) -> Result<ExitCode, CliError> {
    let replica = open_to_look(data).map_err(|error| CliError::of(error.code(), &error))?;
    let read = identity::load(&replica)
        .and_then(|identity| Ok((identity, peers::own_addresses(&replica)?)));
    let (identity, addresses) = read.map_err(|error| CliError::of(error.code(), &error))?;
    let Some(identity) = identity else {
        return Err(CliError::new(
            "not_enrolled",
            "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page",
        ));
    };
    if addresses.is_empty() {
        let detail = match lang {
            Language::Fr => {
                "cette porte n'écoute pas encore les autres : lancez `door sync --watch`, puis recommencez"
            }
            Language::En => {
                "this door does not listen to others yet: run `door sync --watch`, then try again"
            }
            Language::Es => {
                "esta puerta aún no escucha a las demás: ejecute `door sync --watch` y repita"
            }
            Language::De => {
                "dieser Eingang hört noch nicht auf andere: starten Sie `door sync --watch` und versuchen Sie es erneut"
            }
            Language::It => {
                "questo ingresso non ascolta ancora gli altri: avviate `door sync --watch`, poi riprovate"
            }
        };
        return Err(CliError::new("lan_not_running", detail));
    }
    let text = LanText {
        device: Some(identity.device),
        addresses,
    };
    let shown = text.to_string();
    let drawn = Qr::text(&shown)
        .map_err(|error| CliError::of("internal", &error))?
        .drawn();
    output.line(&json!({ "lan": shown }), &format!("{shown}\n{drawn}"))?;
    Ok(ExitCode::SUCCESS)
}

fn add(
    text: &LanText,
    data: &std::path::Path,
    lang: Language,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    told::leave(data, text).map_err(|error| {
        let detail = format!(
            "noting it in {}: {error}; give the data folder of an enrolled door",
            data.display()
        );
        CliError::new("data_folder", detail)
    })?;
    let said = match lang {
        Language::Fr => "Noté. Cette porte appelle l'autre dès qu'elle est en liaison.",
        Language::En => "Noted. This door calls the other one as soon as it is linked.",
        Language::Es => "Anotado. Esta puerta llama a la otra en cuanto esté conectada.",
        Language::De => "Notiert. Dieser Eingang ruft den anderen, sobald er verbunden ist.",
        Language::It => "Annotato. Questo ingresso chiama l'altro appena è collegato.",
    };
    output.line(&json!({ "added": text.to_string() }), said)?;
    Ok(ExitCode::SUCCESS)
}
