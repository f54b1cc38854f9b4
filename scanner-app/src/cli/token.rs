//! `door token check`: is this program's reading of the ticket token that of the published vectors?

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use shared::ticket::vectors::{self, Expectation, Outcome, Report, VectorsError};

use super::{CliError, Output};

/// What `door token` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check a file of test vectors; fails unless every one comes out right.
    Check {
        /// The file.
        vectors: PathBuf,
    },
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let Command::Check { vectors } = &arguments.command;
    let text = std::fs::read_to_string(vectors).map_err(|error| {
        CliError::new(
            "file_unreadable",
            format!(
                "reading {}: {error}; give the path of a vectors file",
                vectors.display()
            ),
        )
    })?;
    let report = vectors::check(&text).map_err(|error| CliError::of(code_of(&error), &error))?;
    for outcome in &report.outcomes {
        output.line(&line(outcome), &outcome.to_string())?;
    }
    summary(&report, output)
}

fn code_of(error: &VectorsError) -> &'static str {
    match error {
        VectorsError::Json(_) => "not_vectors",
        VectorsError::Format { .. } => "other_format",
        VectorsError::Empty => "no_vectors",
    }
}

fn line(outcome: &Outcome) -> serde_json::Value {
    let list = match outcome.expectation {
        Expectation::Valid => "valid",
        Expectation::Invalid => "invalid",
    };
    json!({
        "list": list,
        "number": outcome.number,
        "why": outcome.why,
        "right": outcome.is_right(),
        "refusal": outcome.refusal.as_ref().map(ToString::to_string),
        "faults": outcome.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn summary(report: &Report, output: &mut Output) -> Result<ExitCode, CliError> {
    let total = report.outcomes.len();
    let right = report.outcomes.iter().filter(|o| o.is_right()).count();
    let value = json!({"checked": total, "right": right, "wrong": total - right});
    output.line(&value, &format!("{right} of {total} vectors right"))?;
    Ok(if right == total {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
