//! The bytes for each kind of printer, kept beside this test. `TICKETHUB_GOLDEN=write` writes them anew: then look at
//! them, as docs/PRINTING.md says.

use std::path::PathBuf;

use scanner_app::print::document::{Document, Mark, ReportKind};
use scanner_app::print::escpos::{CodeBy, CodePage, EscPos, Roll};
use scanner_app::print::printer::Speaks;
use scanner_app::print::{Leaf, RenderError, Stock, render, sample};
use shared::language::Language;

/// Saturday 28 November 2026, 20:30 in Paris.
const NOW: i64 = 1_795_894_200_000;

const WIDE: EscPos = EscPos {
    roll: Roll::Wide,
    code_page: CodePage::Wpc1252,
    code: CodeBy::Picture,
};
const NARROW: EscPos = EscPos {
    roll: Roll::Narrow,
    code_page: CodePage::Pc858,
    code: CodeBy::Printer,
};

fn tickets(language: Language, mark: Mark) -> Document {
    Document::Tickets(vec![sample::ticket(language, mark, NOW, 1)])
}

/// A free ticket for somebody whose name the code pages lack.
fn free() -> Document {
    let mut ticket = sample::ticket(Language::Fr, Mark::Duplicate, NOW, 2);
    ticket.price.minor = 0;
    ticket.holder = Some("Олена Шевченко".into());
    Document::Tickets(vec![ticket])
}

fn held_to(name: &str, document: &Document, speaks: &Speaks) {
    let bytes = render(document, speaks).expect("it has bytes");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/print")
        .join(name);
    if std::env::var("TICKETHUB_GOLDEN").as_deref() == Ok("write") {
        std::fs::write(&path, &bytes).expect("the file is written");
    }
    let kept = std::fs::read(&path).expect("the file is there");
    assert!(
        kept == bytes,
        "{name} changed: look at it, then run this test with TICKETHUB_GOLDEN=write"
    );
}

#[test]
fn receipt_printers_get_the_bytes_that_were_looked_at() {
    let (wide, narrow) = (Speaks::EscPos(WIDE), Speaks::EscPos(NARROW));
    let receipt = |language, mark| Document::Receipt(sample::receipt(language, mark, NOW));
    let report =
        |language, kind| Document::Report(sample::report(language, Mark::Original, kind, NOW));
    let held = |name: &str, document, speaks| held_to(&format!("{name}.escpos"), &document, speaks);
    held(
        "receipt-80-fr",
        receipt(Language::Fr, Mark::Original),
        &wide,
    );
    held(
        "receipt-80-en",
        receipt(Language::En, Mark::Duplicate),
        &wide,
    );
    held(
        "receipt-58-fr",
        receipt(Language::Fr, Mark::Original),
        &narrow,
    );
    held("ticket-80-fr", tickets(Language::Fr, Mark::Original), &wide);
    held("ticket-80-en", tickets(Language::En, Mark::Specimen), &wide);
    held(
        "ticket-58-fr",
        tickets(Language::Fr, Mark::Original),
        &narrow,
    );
    held("ticket-80-free-fr", free(), &wide);
    held("z-80-fr", report(Language::Fr, ReportKind::Z(12)), &wide);
    held("z-58-en", report(Language::En, ReportKind::Z(12)), &narrow);
    held("x-80-en", report(Language::En, ReportKind::X), &wide);
}

#[test]
fn printers_of_ticket_stock_get_the_bytes_that_were_looked_at() {
    let (fgl, zpl) = (Speaks::Fgl(Stock::BOCA), Speaks::Zpl(Stock::ZEBRA));
    held_to(
        "ticket-fr.fgl",
        &tickets(Language::Fr, Mark::Original),
        &fgl,
    );
    held_to(
        "ticket-en.fgl",
        &tickets(Language::En, Mark::Specimen),
        &fgl,
    );
    held_to(
        "ticket-fr.zpl",
        &tickets(Language::Fr, Mark::Original),
        &zpl,
    );
    held_to("ticket-free-fr.zpl", &free(), &zpl);
}

#[test]
fn the_same_document_is_the_same_pdf_in_every_language_and_on_both_leaves() {
    for language in Language::ALL {
        let documents = [
            Document::Tickets(
                (1..=5)
                    .map(|n| sample::ticket(language, Mark::Original, NOW, n))
                    .collect(),
            ),
            Document::Receipt(sample::receipt(language, Mark::Specimen, NOW)),
            Document::Report(sample::report(
                language,
                Mark::Original,
                ReportKind::Z(3),
                NOW,
            )),
        ];
        for (document, leaf) in documents
            .iter()
            .flat_map(|d| [(d, Leaf::A6), (d, Leaf::A4)])
        {
            let made = || render(document, &Speaks::Pdf(leaf)).expect("a file");
            let file = made();
            assert!(file.starts_with(b"%PDF-1.7"), "{language}");
            assert!(file == made(), "{language}");
        }
    }
}

#[test]
fn a_receipt_is_not_printed_on_ticket_stock() {
    let receipt = Document::Receipt(sample::receipt(Language::Fr, Mark::Original, NOW));
    for speaks in [Speaks::Fgl(Stock::BOCA), Speaks::Zpl(Stock::ZEBRA)] {
        let refused = render(&receipt, &speaks);
        assert!(matches!(refused, Err(RenderError::NotOnStock)));
    }
}
