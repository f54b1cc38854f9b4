//! `door enrol`: Makes this device one of an organizer's.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{CliError, Output};

/// What `door enrol` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address of the server, such as `https://billets.example.org`.
    #[arg(long)]
    pub(super) server: String,
    /// The 16 characters that the organizer's Devices page shows.
    #[arg(long)]
    pub(super) code: String,
    /// Folder of this door's data; made if there is none.
    #[arg(long)]
    pub(super) data: PathBuf,
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
