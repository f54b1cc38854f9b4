//! The way to a printer, with the faults that printers have.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use nix::pty::openpty;
use nix::unistd::ttyname;
use scanner_app::print::document::{Document, Mark};
use scanner_app::print::escpos::EscPos;
use scanner_app::print::job::{Again, Handed, JobEvent, JobState};
use scanner_app::print::printer::{PrinterAddress, Speaks, Speed};
use scanner_app::print::transport::{Patience, hand_over};
use scanner_app::print::{PrintError, Stock, Trouble, render, sample};
use shared::language::Language;

use super::double::{Manner, Printer, zebra};

const NOW: i64 = 1_795_894_200_000;
const COVER_OPEN: [u8; 4] = [0x1e, 0x16, 0x12, 0x12];
const PAPER_OUT: [u8; 4] = [0x1e, 0x32, 0x12, 0x72];

/// Long where a printer answers, short where the test waits for the end of patience.
fn patience(print: Duration, stall: Duration) -> Patience {
    Patience {
        connect: Duration::from_secs(10),
        answer: Duration::from_millis(300),
        stall,
        print,
    }
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(800);

fn receipt() -> Vec<u8> {
    let receipt = sample::receipt(Language::Fr, Mark::Original, NOW);
    render(&Document::Receipt(receipt), &escpos()).expect("it has bytes")
}

fn escpos() -> Speaks {
    Speaks::EscPos(EscPos::default())
}

fn given(
    bytes: &[u8],
    address: &PrinterAddress,
    patience: &Patience,
) -> Result<Handed, PrintError> {
    given_in(&escpos(), bytes, address, patience)
}

fn given_in(
    speaks: &Speaks,
    bytes: &[u8],
    address: &PrinterAddress,
    patience: &Patience,
) -> Result<Handed, PrintError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(hand_over(bytes, "Essai", address, speaks, patience))
}

fn device(path: PathBuf) -> PrinterAddress {
    PrinterAddress::Device {
        path,
        speed: Some(Speed::B19200),
    }
}

/// A pseudo-terminal: to the till it is a serial line, to the test its other end.
fn serial_line() -> (File, OwnedFd, PathBuf) {
    let pair = openpty(None, None).expect("a pseudo-terminal");
    let path = ttyname(&pair.slave).expect("it has a name");
    (File::from(pair.master), pair.slave, path)
}

fn at(printer: &Printer) -> PrinterAddress {
    PrinterAddress::Network {
        host: printer.address.ip().to_string(),
        port: printer.address.port(),
    }
}

/// A job at a printer of that manner: how it went, and what the printer had of it.
fn tried(
    manner: Manner,
    bytes: &[u8],
    patience: &Patience,
) -> (Result<Handed, PrintError>, Vec<u8>) {
    let printer = Printer::new(manner);
    let handed = given(bytes, &at(&printer), patience);
    (handed, printer.job())
}

fn failed(handed: Result<Handed, PrintError>) -> (Trouble, bool) {
    let error = handed.expect_err("it failed");
    (error.trouble, error.began)
}

#[test]
fn a_printer_that_says_so_has_printed_and_a_mute_one_took_it() {
    let job = receipt();
    let patience = patience(LONG, LONG);
    let (handed, printed) = tried(Manner::Fine, &job, &patience);
    assert_eq!(handed, Ok(Handed::Printed));
    assert!(printed == job, "{} of {} bytes", printed.len(), job.len());
    let (handed, printed) = tried(Manner::Mute, &job, &patience);
    assert_eq!(handed, Ok(Handed::Over));
    assert!(printed == job);
}

#[test]
fn a_printer_that_cannot_print_gets_nothing_and_says_why() {
    let job = receipt();
    let patience = patience(LONG, LONG);
    for (answers, expected) in [
        (COVER_OPEN, Trouble::CoverOpen),
        (PAPER_OUT, Trouble::PaperOut),
    ] {
        let (handed, printed) = tried(Manner::Answers(answers), &job, &patience);
        assert_eq!(failed(handed), (expected, false));
        assert!(printed.is_empty(), "{} bytes", printed.len());
    }
    // What is no answer of a receipt printer is none.
    let (handed, printed) = tried(Manner::Answers(*b"HTTP"), &job, &patience);
    assert_eq!(handed, Ok(Handed::Over));
    assert!(printed == job);
}

#[test]
fn half_a_job_is_a_failure_that_is_printed_again_as_a_duplicate() {
    let job = receipt();
    let (handed, printed) = tried(Manner::HangsUpAfter(200), &job, &patience(LONG, LONG));
    let error = handed.expect_err("it failed");
    assert_eq!((&error.trouble, error.began), (&Trouble::HungUp, true));
    assert!(printed.len() < job.len());
    let state = JobState::Sending.after(JobEvent::Failed(error)).unwrap();
    assert_eq!(state.again(), Again::Duplicate);
    let (handed, _) = tried(Manner::RunsOut, &job, &patience(LONG, LONG));
    assert_eq!(failed(handed), (Trouble::PaperOut, true));
    let (handed, _) = tried(Manner::FallsSilent, &job, &patience(SHORT, LONG));
    assert_eq!(failed(handed), (Trouble::Stalled, true));
}

const STOCK_IDLE: &str = "\u{2}030,0,0,1245,000,0,0,0,000,0,0,0\u{3}\r\n\u{2}000,0,0,0,1,2,6,0,00000000,1,000\u{3}\r\n\u{2}1234,0\u{3}\r\n";
const STOCK_WORKS: &str = "\u{2}030,0,0,1245,001,0,0,0,000,0,0,0\u{3}\r\n\u{2}000,0,0,0,1,2,6,0,00000001,1,000\u{3}\r\n\u{2}1234,0\u{3}\r\n";
const STOCK_OUT: &str = "\u{2}030,1,1,1245,001,0,0,0,000,0,0,0\u{3}\r\n\u{2}000,0,0,0,1,2,6,0,00000001,1,000\u{3}\r\n\u{2}1234,0\u{3}\r\n";

#[test]
fn a_printer_of_stock_is_waited_for_until_nothing_is_left_to_print() {
    let speaks = Speaks::Zpl(Stock::ZEBRA);
    let tickets = vec![sample::ticket(Language::Fr, Mark::Original, NOW, 1)];
    let job = render(&Document::Tickets(tickets), &speaks).expect("it has bytes");
    let tried = |answers| {
        let (address, printer) = zebra(answers);
        let address = PrinterAddress::Network {
            host: address.ip().to_string(),
            port: address.port(),
        };
        let handed = given_in(&speaks, &job, &address, &patience(LONG, LONG));
        (handed, printer.join().expect("the printer doesn't panic"))
    };
    let (handed, printed) = tried(&[STOCK_IDLE, STOCK_WORKS, STOCK_WORKS, STOCK_IDLE]);
    assert_eq!(handed, Ok(Handed::Printed));
    assert!(printed == job);
    let (handed, printed) = tried(&[STOCK_OUT]);
    assert_eq!(failed(handed), (Trouble::PaperOut, false));
    assert!(printed.is_empty());
    let (handed, _) = tried(&[STOCK_IDLE, STOCK_WORKS, STOCK_OUT]);
    assert_eq!(failed(handed), (Trouble::PaperOut, true));
}

#[test]
fn a_printer_that_takes_no_more_does_not_hold_the_till() {
    // More than the lines between hold.
    let job = vec![b'x'; 16 << 20];
    let (handed, _) = tried(Manner::StallsAfter(5_000), &job, &patience(LONG, SHORT));
    assert_eq!(failed(handed), (Trouble::Stalled, true));
}

#[test]
fn a_printer_that_is_off_or_unknown_is_told_apart() {
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let address = PrinterAddress::Network {
        host: "127.0.0.1".into(),
        port: nobody,
    };
    let patience = patience(LONG, LONG);
    let error = given(b"x", &address, &patience).expect_err("nobody is there");
    assert_eq!((&error.trouble, error.began), (&Trouble::NotThere, false));
    assert!(error.told(Language::Fr).contains("allumée"), "{error}");
    let address = PrinterAddress::Network {
        host: "no-such-printer.invalid".into(),
        port: 9100,
    };
    let unknown = failed(given(b"x", &address, &patience));
    assert_eq!(unknown, (Trouble::UnknownName, false));
}

#[test]
fn a_file_holds_the_whole_job_and_a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ticket.pdf");
    fs::write(&path, "older and longer than the job").expect("written");
    let patience = patience(LONG, LONG);
    let done = given(b"%PDF", &PrinterAddress::File(path.clone()), &patience);
    assert_eq!(done, Ok(Handed::Printed));
    assert_eq!(fs::read(&path).expect("read"), b"%PDF");
    let nowhere = PrinterAddress::File(folder.path().join("none/ticket.pdf"));
    let (trouble, began) = failed(given(b"%PDF", &nowhere, &patience));
    assert!(matches!(trouble, Trouble::File(_)) && !began, "{trouble:?}");
}

#[test]
fn a_device_is_written_to_and_listened_to() {
    let (mut printer, _open, path) = serial_line();
    let job = receipt();
    let expected = job.clone();
    let thread = std::thread::spawn(move || {
        let mut heard = Vec::new();
        let mut byte = [0];
        loop {
            printer.read_exact(&mut byte).expect("the till writes");
            heard.extend(byte);
            if heard.ends_with(&[0x10, 4, 4]) {
                heard.clear();
                printer.write_all(&[0x16, 0x12, 0x12, 0x12]).expect("taken");
            }
            if heard.ends_with(&[0x1d, b'r', 1]) {
                printer.write_all(&[0]).expect("taken");
                heard.truncate(heard.len() - 3);
                return (heard, printer);
            }
        }
    });
    let done = given(&job, &device(path), &patience(LONG, LONG));
    assert_eq!(done, Ok(Handed::Printed));
    // A line whose other end is gone gives nothing back: the end is kept until the answer was read.
    let (heard, _other_end) = thread.join().expect("the printer doesn't panic");
    assert!(heard == expected, "{} of {}", heard.len(), expected.len());
}

#[test]
fn a_device_that_is_not_there_or_not_ours_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let patience = patience(LONG, LONG);
    let none = device(folder.path().join("lp0"));
    assert_eq!(
        failed(given(b"x", &none, &patience)),
        (Trouble::NoDevice, false)
    );
    // A file in its place is no printer.
    let path = folder.path().join("lp1");
    fs::write(&path, "").expect("written");
    let file = device(path.clone());
    assert_eq!(
        failed(given(b"x", &file, &patience)),
        (Trouble::NoDevice, false)
    );
    if !rustix::process::geteuid().is_root() {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("set");
        assert_eq!(
            failed(given(b"x", &file, &patience)),
            (Trouble::NotAllowed, false)
        );
    }
}
