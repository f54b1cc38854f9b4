//! `door print`: tries a printer with a sheet that says SPECIMEN, and lists what printers this machine has.

use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::json;
use shared::clock::Clock as _;
use shared::language::Language;

use super::{CliError, Output};
use crate::edge::SystemClock;
use crate::print::document::{Document, Mark, ReportKind};
use crate::print::escpos::{CodeBy, CodePage, EscPos, Roll};
use crate::print::job::Handed;
use crate::print::printer::{PrinterAddress, Speaks};
use crate::print::transport::{Patience, found, hand_over};
use crate::print::{Leaf, Stock, render, sample};

/// What `door print` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print a sheet that says SPECIMEN; its code opens no door.
    Test(Test),
    /// List the print queues of this machine and the devices that a printer may be at.
    List,
}

#[derive(Debug, clap::Args)]
struct Test {
    /// Where the printer is: tcp:HOST, tcp:HOST:PORT, device:/dev/usb/lp0, cups:QUEUE or file:PATH.
    #[arg(long)]
    printer: PrinterAddress,
    /// What it understands.
    #[arg(long, value_enum)]
    speaks: Tongue,
    /// Paper of a receipt printer, in millimetres: 80 or 58.
    #[arg(long, default_value = "80", value_parser = ["80", "58"])]
    roll: String,
    /// Letters of a receipt printer: wpc1252, pc858 or ascii (all others are drawn).
    #[arg(long, default_value = "wpc1252")]
    code_page: CodePage,
    /// Let a receipt printer draw codes itself.
    #[arg(long)]
    printers_code: bool,
    /// Leaf of a PDF with tickets.
    #[arg(long, value_enum, default_value = "a6")]
    leaf: LeafName,
    /// Dots an inch of a printer of ticket stock: 203 or 300.
    #[arg(long, default_value = "203", value_parser = ["203", "300"])]
    dpi: String,
    /// What to print.
    #[arg(long, value_enum, default_value = "ticket")]
    what: What,
    /// How many tickets.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=20))]
    tickets: u64,
    /// Language: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    Escpos,
    Fgl,
    Zpl,
    Pdf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LeafName {
    A6,
    A4,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Ticket,
    Receipt,
    X,
    Z,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    match &arguments.command {
        Command::Test(test) => runtime.block_on(try_out(test, output)),
        Command::List => runtime.block_on(list(output)),
    }
}

async fn try_out(test: &Test, output: &mut Output) -> Result<ExitCode, CliError> {
    let speaks = speaks(test);
    let document = document(test, SystemClock.now_ms());
    let bytes = render(&document, &speaks).map_err(|error| CliError::of(error.code(), &error))?;
    let handed = hand_over(
        &bytes,
        "Ticket Hub SPECIMEN",
        &test.printer,
        &speaks,
        &Patience::default(),
    )
    .await
    .map_err(|error| CliError::new(error.trouble.code(), error.told(test.lang)))?;
    let (state, text) = match handed {
        Handed::Over => ("handed_over", handed.told(test.lang)),
        Handed::Printed => ("printed", handed.told(test.lang)),
    };
    let printer = test.printer.to_string();
    let line = json!({"printer": printer, "state": state, "bytes": bytes.len()});
    output.line(&line, &format!("{printer} : {text}"))?;
    Ok(ExitCode::SUCCESS)
}

fn speaks(test: &Test) -> Speaks {
    let dense = |stock: Stock| Stock {
        density: if test.dpi == "300" {
            11.8
        } else {
            stock.density
        },
        ..stock
    };
    match test.speaks {
        Tongue::Escpos => Speaks::EscPos(EscPos {
            roll: if test.roll == "58" {
                Roll::Narrow
            } else {
                Roll::Wide
            },
            code_page: test.code_page,
            code: if test.printers_code {
                CodeBy::Printer
            } else {
                CodeBy::Picture
            },
        }),
        Tongue::Fgl => Speaks::Fgl(dense(Stock::BOCA)),
        Tongue::Zpl => Speaks::Zpl(dense(Stock::ZEBRA)),
        Tongue::Pdf => Speaks::Pdf(match test.leaf {
            LeafName::A6 => Leaf::A6,
            LeafName::A4 => Leaf::A4,
        }),
    }
}

fn document(test: &Test, now_ms: i64) -> Document {
    let (language, mark) = (test.lang, Mark::Specimen);
    match test.what {
        What::Ticket => {
            let tickets =
                (1..=test.tickets).map(|number| sample::ticket(language, mark, now_ms, number));
            Document::Tickets(tickets.collect())
        }
        What::Receipt => Document::Receipt(sample::receipt(language, mark, now_ms)),
        What::X => Document::Report(sample::report(language, mark, ReportKind::X, now_ms)),
        What::Z => Document::Report(sample::report(language, mark, ReportKind::Z(1), now_ms)),
    }
}

/// Queues first, then devices.
async fn list(output: &mut Output) -> Result<ExitCode, CliError> {
    for address in found().await {
        let address = address.to_string();
        output.line(&json!({"printer": address}), &address)?;
    }
    Ok(ExitCode::SUCCESS)
}
