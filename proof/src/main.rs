//! The demo, the benches and the long proofs: drives the real programs from outside.
#![expect(
    unreachable_pub,
    reason = "a program has no outside; `pub` says what the other rooms of it use"
)]

mod api;
mod at_door;
mod bench;
mod demo;
mod evening;
mod frames;
mod in_step;
mod organizer;
mod pictures;
mod printer;
mod processes;
mod prove;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The demo, the benches and the long proofs. Run by ./hub.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole path, told on the terminal.
    Demo(demo::Options),
    /// The figures.
    Bench(bench::Options),
    /// A server with tickets sold and doors to enrol, or a door alone, for the window's tests and measures; standard input
    /// tells it what to do.
    Evening(evening::Options),
    /// The long proofs.
    Prove(prove::Options),
}

/// The code of a bench whose data isn't here.
const SKIPPED: u8 = 3;

#[tokio::main]
async fn main() -> ExitCode {
    // Plain HTTP to the loopback needs no TLS, but reqwest wants to know whose it would be.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = match Arguments::parse().command {
        Command::Demo(options) => demo::run(options).await.map(|()| ExitCode::SUCCESS),
        Command::Bench(options) => bench::run(options).await.map(|outcome| match outcome {
            bench::Outcome::Measured => ExitCode::SUCCESS,
            bench::Outcome::Skipped => ExitCode::from(SKIPPED),
        }),
        Command::Evening(options) => evening::run(options).await.map(|()| ExitCode::SUCCESS),
        Command::Prove(options) => prove::run(options).await.map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the program's last word goes to the terminal"
)]
fn complain(line: &str) {
    eprintln!("proof: {line}");
}
