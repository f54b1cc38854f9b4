//! `door till archive`: a till's journal up to a closing, signed, to take away and to check.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use shared::fact::FactPublicKey;
use shared::till::archive as file;

use super::super::{CliError, Output};
use crate::till::Till;

/// What `door till archive` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the archive of a closed period.
    Make {
        /// A day (`2026-11-28`), month (`2026-11`) or year (`2026`).
        period: String,
        /// Folder to write to; made if there is none.
        #[arg(long, default_value = ".")]
        to: PathBuf,
    },
    /// Check an archive. Fails if it is not sound, and says which line is the first broken one.
    Verify {
        /// The archive.
        file: PathBuf,
        /// The till's public key, in base64, from the organizer's list of devices.
        #[arg(long, value_parser = public_key)]
        key: FactPublicKey,
    },
}

fn public_key(text: &str) -> Result<FactPublicKey, &'static str> {
    const FORM: &str = "the key is 32 bytes in base64";
    let bytes = STANDARD.decode(text).map_err(|_| FORM)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| FORM)?;
    FactPublicKey::from_bytes(&bytes)
        .map_err(|_| "this is no key that anything can be checked with")
}

pub(super) fn run(
    arguments: &Arguments,
    open: impl FnOnce() -> Result<Till, CliError>,
    now_ms: i64,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    match &arguments.command {
        Command::Make { period, to } => make(&open()?, period, to, now_ms, output),
        Command::Verify { file, key } => verify(file, *key, output),
    }
}

fn make(
    till: &Till,
    period: &str,
    to: &Path,
    now_ms: i64,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let path = till
        .archive(period, to, now_ms)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let text = path.display().to_string();
    output.line(&json!({"file": path, "period": period}), &text)?;
    Ok(ExitCode::SUCCESS)
}

fn verify(path: &Path, key: FactPublicKey, output: &mut Output) -> Result<ExitCode, CliError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let detail = format!(
            "reading {}: {error}; give a .{} file",
            path.display(),
            file::ENDING
        );
        CliError::new("file_unreadable", detail)
    })?;
    // What is no text is no archive either: the report says so.
    let report = file::verify(&String::from_utf8_lossy(&bytes), &key);
    let text = match &report.problem {
        None => format!(
            "sound, {} facts, head {}, sold {}, given back {}",
            report.facts, report.head_hash, report.sold, report.refunded
        ),
        Some(problem) => format!(
            "NOT SOUND at line {}: {} ({} facts before it)",
            problem.line, problem.code, report.facts
        ),
    };
    let sound = report.sound;
    output.line(&report, &text)?;
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Always in French: the language of who inspects.
pub(super) fn inspect(
    till: &Till,
    to: &Path,
    now_ms: i64,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let inspection = till
        .inspection(to, now_ms)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let text = std::fs::read_to_string(&inspection.text)
        .map_err(|error| CliError::of("file_unreadable", &error))?;
    output.line(&inspection, &text)?;
    Ok(if inspection.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
