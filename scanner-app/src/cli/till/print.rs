//! `door till print` and `door till printer`: this till's papers and its printers.

use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::json;
use shared::clock::Clock as _;
use shared::language::Language;

use super::super::{CliError, Output};
use super::failed;
use crate::edge::SystemClock;
use crate::print::PrintError;
use crate::print::job::{Handed, JobState};
use crate::print::printer::{PrinterAddress, Speaks};
use crate::print::transport::Patience;
use crate::replica::print_jobs::PrintJob;
use crate::till::{Printer, Prints, Till, TillError};

/// Between two looks for new jobs.
const LOOK: Duration = Duration::from_millis(200);

/// What `door till print` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print this job once more; as a duplicate, if something of it may be on paper.
    #[arg(long, value_name = "JOB")]
    again: Option<i64>,
    /// Go on printing what is sold, until Ctrl-C.
    #[arg(long)]
    watch: bool,
}

/// What `door till printer` takes.
#[derive(Debug, clap::Args)]
pub(super) struct SetUp {
    /// For which paper.
    #[arg(value_enum)]
    prints: For,
    /// Where it is: tcp:HOST, tcp:HOST:PORT, device:/dev/usb/lp0, cups:QUEUE or file:PATH.
    #[arg(long, required_unless_present = "none", conflicts_with = "none")]
    printer: Option<PrinterAddress>,
    /// What it understands: escpos (or escpos:58:pc858), fgl, zpl:300, pdf:a4.
    #[arg(long, required_unless_present = "none", conflicts_with = "none")]
    speaks: Option<Speaks>,
    /// None any more.
    #[arg(long)]
    none: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum For {
    Tickets,
    Papers,
}

pub(super) fn set_up(
    till: &Till,
    arguments: &SetUp,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let prints = match arguments.prints {
        For::Tickets => Prints::Tickets,
        For::Papers => Prints::Papers,
    };
    let of = arguments.printer.clone().zip(arguments.speaks.clone());
    let printer = of.map(|(address, speaks)| Printer { address, speaks });
    let line = json!({
        "prints": prints.code(),
        "printer": printer.as_ref().map(|printer| printer.address.to_string()),
        "speaks": printer.as_ref().map(|printer| printer.speaks.to_string()),
    });
    let text = match &printer {
        Some(Printer { address, speaks }) => format!("{} : {address} {speaks}", prints.code()),
        None => format!("{} : -", prints.code()),
    };
    till.set_printer(prints, printer, SystemClock.now_ms())
        .map_err(|error| failed(&error))?;
    output.line(&line, &text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run(
    till: &Till,
    arguments: &Arguments,
    language: Language,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    let now_ms = SystemClock.now_ms();
    let begin = || -> Result<(), TillError> {
        till.resume_printing(now_ms)?;
        arguments
            .again
            .map_or(Ok(()), |job| till.print_again(job, now_ms).map(drop))
    };
    begin().map_err(|error| failed(&error))?;
    runtime.block_on(print(till, arguments.watch, language, output))
}

/// What waits, one after the other; it fails if one of them did.
async fn print(
    till: &Till,
    watch: bool,
    language: Language,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let patience = Patience::default();
    let mut all_well = true;
    loop {
        let next = till.print_next(&patience, &SystemClock).await;
        match next.map_err(|error| failed(&error))? {
            Some(job) => {
                all_well &= job.state != "failed";
                let text = told(till, &job, language).map_err(|error| failed(&error))?;
                output.line(&job, &text)?;
            }
            None if watch => {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    _ = tokio::signal::ctrl_c() => break,
                }
            }
            None => break,
        }
    }
    Ok(if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How a job went; of one that failed, what to do.
fn told(till: &Till, job: &PrintJob, language: Language) -> Result<String, TillError> {
    let state = JobState::read(&job.state, job.trouble.as_deref(), job.began);
    let printer = till
        .printers()?
        .of(job.what)
        .map(|of| of.address.to_string());
    let text = match state {
        Some(JobState::Failed { trouble, began }) => PrintError {
            printer: printer.unwrap_or_default(),
            trouble,
            began,
        }
        .told(language),
        Some(JobState::Printed) => Handed::Printed.told(language).to_owned(),
        Some(JobState::HandedOver) => Handed::Over.told(language).to_owned(),
        Some(JobState::Waiting | JobState::Sending | JobState::Left) | None => job.state.clone(),
    };
    Ok(format!("#{} : {text}", job.no))
}
