//! `door journal`: the signed record of what a door did, to take away and to check.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use shared::fact::journal_file::{JournalReport, verify_file};

use super::{CliError, Output};
use crate::journal_files::{self, ENDING, JournalFilesError};
use crate::replica::{REPLICA_FILE, open_to_look};

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
    let files = journal_files::export(&looked_into(data)?, to).map_err(failed)?;
    for file in files {
        let (path, facts) = (to.join(&file.name), file.facts());
        let value = json!({"file": path, "facts": facts});
        output.line(&value, &format!("{}: {facts} facts", path.display()))?;
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
    let files = journal_files::own(&looked_into(data)?).map_err(failed)?;
    Ok(files
        .into_iter()
        .map(|file| (file.name, file.text))
        .collect())
}

fn looked_into(data: &Path) -> Result<rusqlite::Connection, CliError> {
    open_to_look(data).map_err(|error| CliError::of(error.code(), &error))
}

fn failed(error: JournalFilesError) -> CliError {
    CliError::of(error.code(), &error)
}
