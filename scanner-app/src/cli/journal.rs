//! `door journal`: the signed record of what a door did, to take away and to check.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use shared::fact::journal_file::{JournalFileHeader, JournalReport, verify_file, write_file};
use shared::fact::{Envelope, FactBody, FactPublicKey};

use super::{CliError, Output};
use crate::replica::{
    OpenReplicaError, REPLICA_FILE, ReplicaError, facts, identity, journals, open_to_look, signed,
};

/// Ending of a journal file.
const ENDING: &str = "thj";

/// What `door journal` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check journals: form, signatures, chain. Fails if one is not sound.
    Verify {
        /// A journal file, a folder of them, or a door's data folder.
        path: PathBuf,
    },
    /// Write a door's journals as files, `JOURNAL.thj`.
    Export {
        /// The door's data folder; with `--data`, the folder to write to.
        folder: PathBuf,
        /// The door's data folder.
        #[arg(long, conflicts_with = "to")]
        data: Option<PathBuf>,
        /// Folder to write to; made if there is none.
        #[arg(long, default_value = ".")]
        to: PathBuf,
    },
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    match &arguments.command {
        Command::Verify { path } => verify(path, output),
        Command::Export { folder, data, to } => match data {
            Some(data) => export(data, folder, output),
            None => export(folder, to, output),
        },
    }
}

/// A journal as a file: its name, and its text.
type NamedText = (String, String);

fn verify(path: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    let files = if path.join(REPLICA_FILE).is_file() {
        own_journals(path)?
    } else if path.is_dir() {
        files_of(path)?
    } else {
        vec![read_file(path)?]
    };
    if files.is_empty() {
        return Err(CliError::new(
            "no_journals",
            format!(
                "there are no journals in {}; give a .thj file, a folder of them or a door's data folder",
                path.display()
            ),
        ));
    }
    let mut all_sound = true;
    for (name, text) in &files {
        let report = verify_file(text);
        all_sound &= report.sound;
        let mut value =
            serde_json::to_value(&report).map_err(|error| CliError::of("internal", &error))?;
        value["file"] = json!(name);
        output.line(&value, &summary(name, &report))?;
    }
    Ok(if all_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn summary(name: &str, report: &JournalReport) -> String {
    match &report.problem {
        None => format!(
            "{name}: sound, {} facts, head {}",
            report.facts, report.head_hash
        ),
        Some(problem) => format!(
            "{name}: NOT SOUND at line {}: {} ({} facts before it)",
            problem.line, problem.code, report.facts
        ),
    }
}

fn export(data: &Path, to: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    let files = own_journals(data)?;
    if files.is_empty() {
        return Err(CliError::new(
            "no_journals",
            "this door has written no journal yet; nothing was exported",
        ));
    }
    let failed = |path: &Path, error: &std::io::Error| {
        let detail = format!(
            "writing {}: {error}; give another folder with --to",
            path.display()
        );
        CliError::new("not_written", detail)
    };
    std::fs::create_dir_all(to).map_err(|error| failed(to, &error))?;
    for (name, text) in files {
        let file = to.join(&name);
        std::fs::write(&file, &text).map_err(|error| failed(&file, &error))?;
        let facts = text.lines().count() - 1;
        let value = json!({"file": file, "facts": facts});
        output.line(&value, &format!("{}: {facts} facts", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn files_of(folder: &Path) -> Result<Vec<NamedText>, CliError> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .collect();
    paths.sort();
    paths.iter().map(|path| read_file(path)).collect()
}

fn read_file(path: &Path) -> Result<NamedText, CliError> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    // What is no text is no journal either: the report says so.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((path.display().to_string(), text))
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    let detail = format!(
        "reading {}: {error}; give a .thj file, a folder of them or a door's data folder",
        path.display()
    );
    CliError::new("file_unreadable", detail)
}

/// The journals that this device wrote, as files.
fn own_journals(data: &Path) -> Result<Vec<NamedText>, CliError> {
    let failed = |error: ReplicaError| CliError::of(error.code(), &error);
    let replica =
        open_to_look(data).map_err(|error: OpenReplicaError| CliError::of(error.code(), &error))?;
    let Some(identity) = identity::load(&replica).map_err(failed)? else {
        return Err(CliError::new(
            "not_enrolled",
            "this door is not enrolled, so it has no journals; run `door enrol`",
        ));
    };
    let own = signed::device(&replica, identity.device).map_err(failed)?;
    let key = own.and_then(|row| FactPublicKey::from_bytes(&row.public).ok());
    let key = key.ok_or_else(|| {
        CliError::new(
            "not_listed",
            "the organizer's device list doesn't hold this door's key yet; run `door sync`",
        )
    })?;
    let mut files = Vec::new();
    for journal in journals::all(&replica).map_err(failed)? {
        let envelopes = facts::of_journal(&replica, journal.id).map_err(failed)?;
        let Some(event) = envelopes.first().and_then(|bytes| opened_for(bytes)) else {
            continue;
        };
        let header = JournalFileHeader {
            journal: journal.id,
            device: identity.device,
            device_public_key: key,
            event,
        };
        files.push((
            format!("{}.{ENDING}", journal.id),
            write_file(&header, &envelopes),
        ));
    }
    Ok(files)
}

fn opened_for(bytes: &[u8]) -> Option<shared::ids::EventId> {
    match Envelope::decode(bytes).ok()?.fact().body {
        FactBody::JournalOpened { event, .. } => Some(event),
        FactBody::Entry { .. }
        | FactBody::Exit { .. }
        | FactBody::Refusal { .. }
        | FactBody::Refusals { .. }
        | FactBody::Void { .. }
        | FactBody::Override { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Opaque { .. } => None,
    }
}
