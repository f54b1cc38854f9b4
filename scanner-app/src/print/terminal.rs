//! A document for a terminal: the rows of a receipt roll in plain letters.

use super::document::Document;
use super::escpos::{CodePage, Column};
use super::rows::{Align, Row};
use super::sheets;

/// As many letters as an 80 mm roll has.
const LETTERS: usize = 48;

/// The document as lines of text.
pub fn told(document: &Document) -> String {
    let sheets = sheets(document);
    let sheets = sheets.iter().map(|rows| {
        let lines = rows.iter().flat_map(row);
        lines
            .map(|line| line.trim_end().to_owned() + "\n")
            .collect()
    });
    sheets.collect::<Vec<String>>().join("\n")
}

fn row(row: &Row) -> Vec<String> {
    let column = Column {
        letters: LETTERS,
        page: CodePage::default(),
    };
    let lines = |text: &str| column.lines(text).into_iter().map(|line| line.text);
    match row {
        Row::Text { text, align, .. } => match align {
            Align::Left => lines(text).collect(),
            Align::Center => lines(text)
                .map(|line| format!("{line:^LETTERS$}"))
                .collect(),
        },
        Row::Pair { left, right, .. } => pair(column, left, right),
        Row::Table { head, lines } => {
            let cells = |cells: &[String; 4]| column.cells(cells);
            let whole: Option<Vec<String>> = [head].into_iter().chain(lines).map(cells).collect();
            whole.unwrap_or_else(|| {
                let below = lines.iter().flat_map(|cells| head.iter().zip(cells));
                below
                    .flat_map(|(head, cell)| pair(column, head, cell))
                    .collect()
            })
        }
        Row::Banner(text) => vec![format!("{text:*^LETTERS$}")],
        Row::Code(digits) => lines(digits).collect(),
        Row::Rule => vec!["-".repeat(LETTERS)],
        Row::Gap => vec![String::new()],
    }
}

fn pair(column: Column, left: &str, right: &str) -> Vec<String> {
    let lines = column.pair(left, right).into_iter();
    lines
        .map(|(line, beside)| {
            let blanks = LETTERS.saturating_sub(line.text.chars().count() + beside.chars().count());
            if beside.is_empty() {
                line.text
            } else {
                format!("{}{}{beside}", line.text, " ".repeat(blanks))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use shared::language::Language;

    use super::*;
    use crate::print::document::{Mark, ReportKind};
    use crate::print::sample;

    #[test]
    fn a_z_fits_a_terminal_and_says_its_sums_in_each_language() {
        for language in Language::ALL {
            let z = sample::report(
                language,
                Mark::Original,
                ReportKind::Z(7),
                1_795_894_200_000,
            );
            let told = told(&Document::Report(z));
            assert!(
                told.lines().all(|line| line.chars().count() <= LETTERS),
                "{told}"
            );
            let plain = told.replace(['\u{a0}', '\u{202f}', ' ', '.', ','], "");
            assert!(plain.contains("548050"), "{told}");
        }
    }
}
