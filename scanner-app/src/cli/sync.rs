//! `door sync`: Sends what this door saw, fetches what it needs to know.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{CliError, Output};

/// What `door sync` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this door's data.
    #[arg(long)]
    pub(super) data: PathBuf,
    /// Go on until stopped.
    #[arg(long)]
    pub(super) watch: bool,
}

/// Runs it.
pub(super) fn run(arguments: &Arguments, _output: &mut Output) -> Result<ExitCode, CliError> {
    Err(CliError::new(
        "not_available",
        format!(
            "this build has no network yet; nothing was done in {}",
            arguments.data.display()
        ),
    ))
}
