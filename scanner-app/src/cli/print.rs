//! `door print`: tries a printer with a sheet that says SPECIMEN, and lists what printers this machine has.

use std::path::{Path, PathBuf};
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
use crate::print::transport::{Patience, hand_over, queue};
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
        Handed::Over => ("handed_over", handed_over(test.lang)),
        Handed::Printed => ("printed", printed(test.lang)),
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

/// Queues first, then devices. That there is no CUPS is no error: there may be devices.
async fn list(output: &mut Output) -> Result<ExitCode, CliError> {
    let queues = queue::list(&Patience::default()).await.unwrap_or_default();
    let queues = queues.into_iter().map(PrinterAddress::Queue);
    let devices = devices(Path::new("/dev"))
        .into_iter()
        .map(|path| PrinterAddress::Device { path, speed: None });
    for address in queues.chain(devices) {
        let address = address.to_string();
        output.line(&json!({"printer": address}), &address)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// USB printers, then serial lines by USB.
fn devices(dev: &Path) -> Vec<PathBuf> {
    let within = |folder: PathBuf, beginnings: &'static [&'static str]| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                beginnings
                    .iter()
                    .any(|beginning| name.starts_with(beginning))
            })
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found
    };
    let mut all = within(dev.join("usb"), &["lp"]);
    all.extend(within(dev.to_owned(), &["ttyUSB", "ttyACM"]));
    all
}

pub(super) fn handed_over(language: Language) -> &'static str {
    match language {
        Language::Fr => "transmis ; regardez ce qui sort de l'imprimante",
        Language::En => "handed over; look at what the printer gives",
        Language::Es => "entregado; mire lo que sale de la impresora",
        Language::De => "übergeben; sehen Sie nach, was der Drucker ausgibt",
        Language::It => "consegnato; guardi che cosa esce dalla stampante",
    }
}

pub(super) fn printed(language: Language) -> &'static str {
    match language {
        Language::Fr => "imprimé",
        Language::En => "printed",
        Language::Es => "impreso",
        Language::De => "gedruckt",
        Language::It => "stampato",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_usb_printers_and_serial_lines_in_order() {
        let dev = tempfile::tempdir().unwrap();
        std::fs::create_dir(dev.path().join("usb")).unwrap();
        for name in [
            "usb/lp1",
            "usb/lp0",
            "usb/hiddev0",
            "ttyUSB0",
            "tty1",
            "null",
        ] {
            std::fs::write(dev.path().join(name), []).unwrap();
        }
        let names: Vec<_> = devices(dev.path())
            .into_iter()
            .map(|path| path.strip_prefix(dev.path()).unwrap().to_owned())
            .collect();
        let expected = ["usb/lp0", "usb/lp1", "ttyUSB0"].map(PathBuf::from);
        assert_eq!(names, expected);
    }
}
