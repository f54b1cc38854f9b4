//! `door print`, as a person tries a printer.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::double::{Manner, Printer};
use crate::run::{Run, run};

fn print(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_door"));
    command
        .arg("print")
        .args(arguments)
        .arg("--json")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    run(&mut command)
}

#[test]
fn a_printer_is_tried_without_enrolment_and_its_state_is_told() {
    let printer = Printer::new(Manner::Fine);
    let address = format!("tcp:{}", printer.address);
    let tried = print(&["test", "--printer", &address, "--speaks", "escpos"]);
    assert_eq!(tried.code, Some(0), "{tried:?}");
    let line = &tried.lines[0];
    assert_eq!(line["state"], "printed");
    let job = printer.job();
    assert_eq!(line["bytes"], Value::from(job.len()));
    let says = |text: &[u8]| job.windows(text.len()).any(|part| part == text);
    assert!(says(b"SPECIMEN"));
}

#[test]
fn a_printer_without_paper_ends_the_trial_with_words_in_the_asked_language() {
    let printer = Printer::new(Manner::Answers([0x1e, 0x32, 0x12, 0x72]));
    let address = format!("tcp:{}", printer.address);
    let tried = print(&[
        "test",
        "--printer",
        &address,
        "--speaks",
        "escpos",
        "--lang",
        "de",
    ]);
    assert_eq!((tried.code, tried.error()), (Some(1), "paper_out"));
    let told = tried.lines[0]["error"]["detail"]
        .as_str()
        .unwrap_or_default();
    assert!(told.contains("kein Papier"), "{told}");
    assert!(printer.job().is_empty());
}

#[test]
fn a_trial_into_a_file_gives_each_language_of_printers() {
    let folder = tempfile::tempdir().expect("a folder");
    for (speaks, beginning) in [
        ("escpos", &b"\x1b@"[..]),
        ("fgl", b"<CB>"),
        ("zpl", b"^XA"),
        ("pdf", b"%PDF-1.7"),
    ] {
        let path = folder.path().join(speaks);
        let address = format!("file:{}", path.display());
        let tried = print(&[
            "test",
            "--printer",
            &address,
            "--speaks",
            speaks,
            "--tickets",
            "2",
        ]);
        assert_eq!(tried.code, Some(0), "{tried:?}");
        let file = fs::read(&path).expect("the file is there");
        assert!(file.starts_with(beginning), "{speaks}");
    }
    let receipt = print(&[
        "test",
        "--printer",
        "file:x",
        "--speaks",
        "zpl",
        "--what",
        "receipt",
    ]);
    assert_eq!(receipt.error(), "not_on_stock");
    let wrong = print(&["test", "--printer", "lpt1", "--speaks", "zpl"]);
    assert_eq!((wrong.code, wrong.error()), (Some(2), "usage"));
}
