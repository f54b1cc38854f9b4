//! The program `door`: one file a command. Exit codes: 0 fine, 1 failed, 2 used wrongly.

mod admit;
mod enrol;
mod error;
mod journal;
mod lan;
mod lan_arguments;
mod leases;
mod live;
mod output;
mod print;
mod rights;
mod scan;
mod search;
mod sign_off;
mod status;
mod sync;
mod till;
mod token;
mod undo;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use error::CliError;
pub use output::Output;

use crate::replica::{MachineState, Replica};

/// Reads tickets, decides, keeps the journal; with or without a network.
#[derive(Debug, Parser)]
#[command(name = "door", version, about)]
struct Arguments {
    /// One JSON object a line on standard output instead of text; errors too.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make this device one of an organizer's.
    Enrol(enrol::Arguments),
    /// Send what this door saw, fetch what it needs to know.
    Sync(sync::Arguments),
    /// Read pictures, decide, keep the journal.
    Scan(scan::Arguments),
    /// List the cameras that `door scan` can use.
    Cameras,
    /// Find tickets by name, order code or short code.
    Search(search::Arguments),
    /// Let a ticket in, or out, that was found by search.
    Admit(admit::Arguments),
    /// Take back an entry or exit that this door wrote within the last hour.
    Undo(undo::Arguments),
    /// Say how this door stands.
    Status(status::Arguments),
    /// Help doors find each other where the network doesn't.
    Lan(lan::Arguments),
    /// Strict mode: give this door's share of an event's tickets to another door, or back.
    Rights(rights::Arguments),
    /// A till: what it may sell without the server; selling of it and giving it back.
    Leases(leases::Arguments),
    /// End this device's work: give back, forget its secrets, hand over its journal; then it is as new.
    SignOff(sign_off::Arguments),
    /// Try a printer, or list what printers this machine has.
    Print(print::Arguments),
    /// Sell at the box office: shifts, sales, refunds, closings, the till's archive.
    Till(till::Arguments),
    /// Take away or check the signed record of what a door did.
    Journal(journal::Arguments),
    /// Check this program against the published ticket vectors.
    Token(token::Arguments),
}

/// Runs the command that the program was called with.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error),
    };
    let mut output = Output::to_stdout(arguments.json);
    let done = match arguments.command {
        Command::Enrol(arguments) => enrol::run(&arguments, &mut output),
        Command::Sync(arguments) => sync::run(&arguments, &mut output),
        Command::Scan(arguments) => scan::run(&arguments, &mut output),
        Command::Cameras => live::list(&mut output),
        Command::Search(arguments) => search::run(&arguments, &mut output),
        Command::Admit(arguments) => admit::run(&arguments, &mut output),
        Command::Undo(arguments) => undo::run(&arguments, &mut output),
        Command::Status(arguments) => status::run(&arguments, &mut output),
        Command::Lan(arguments) => lan::run(&arguments, &mut output),
        Command::Rights(arguments) => rights::run(&arguments, &mut output),
        Command::Leases(arguments) => leases::run(&arguments, &mut output),
        Command::SignOff(arguments) => sign_off::run(&arguments, &mut output),
        Command::Print(arguments) => print::run(&arguments, &mut output),
        Command::Till(arguments) => till::run(&arguments, &mut output),
        Command::Journal(arguments) => journal::run(&arguments, &mut output),
        Command::Token(arguments) => token::run(&arguments, &mut output),
    };
    match done {
        Ok(code) => code,
        Err(error) => output.fail(&error),
    }
}

/// Help and version are no errors. Anything else is code 2, in JSON for whoever asked for JSON.
fn not_understood(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let detail = error.render().to_string();
        let _failed = Output::to_stdout(true).fail(&CliError::new("usage", detail.trim()));
    } else {
        // Nobody is left to tell if the terminal is gone.
        let _ = error.print();
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Opens a door's data for a command that writes.
fn open_replica(data: &Path) -> Result<Replica, CliError> {
    let state =
        MachineState::of_this_user().map_err(|error| CliError::of("machine_state", &error))?;
    Replica::open(data, state).map_err(|error| CliError::of(error.code(), &error))
}
