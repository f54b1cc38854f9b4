//! `door enrol`: makes this device one of an organizer's.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use shared::sync::enrolment::EnrolmentCode;

use super::{CliError, Output};
use crate::edge::{OsRandom, SystemClock};
use crate::replica::{MachineState, Replica};
use crate::sync::HttpTransport;
use crate::sync::enrolment::{Proved, enrol};

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
    /// What the organizer reads of this device while comparing the digits.
    #[arg(long, default_value = "door")]
    pub(super) name: String,
}

/// Runs it.
pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let code: EnrolmentCode = arguments
        .code
        .parse()
        .map_err(|error| CliError::of("code_malformed", &error))?;
    let transport = HttpTransport::to(&arguments.server, Arc::new(SystemClock))
        .map_err(|error| CliError::of("server_address", &error))?;
    let state = MachineState::of_this_user().map_err(|error| CliError::of("state_dir", &error))?;
    let replica = Replica::open(&arguments.data, state)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    let mut shown = Ok(());
    let show = |proved: &Proved| {
        let text = format!(
            "Compare these digits with the organizer's screen: {}\nWaiting for the organizer to confirm...",
            proved.digits
        );
        shown = output.line(&json!({ "digits": proved.digits }), &text);
    };
    let enrolled = runtime.block_on(enrol(
        &transport,
        &replica,
        &mut OsRandom,
        &code,
        &arguments.name,
        &SystemClock,
        show,
    ));
    shown?;
    let identity = enrolled.map_err(|error| CliError::of(error.code(), &error))?;
    let line = json!({ "enrolled": { "device": identity.device, "name": identity.name,
        "organizer": identity.organizer_name, "events": identity.events, "gate": identity.gate } });
    let text = format!(
        "Enrolled as « {} » of {}. Now run: door sync",
        identity.name, identity.organizer_name
    );
    output.line(&line, &text)?;
    Ok(ExitCode::SUCCESS)
}
