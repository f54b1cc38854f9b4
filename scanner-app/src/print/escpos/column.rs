//! Text in letters of one width.

use super::code_page::{CodePage, plain};

/// A line of so many letters.
#[derive(Clone, Copy, Debug)]
pub(in crate::print) struct Column {
    pub(in crate::print) letters: usize,
    pub(in crate::print) page: CodePage,
}

/// A line that was cut to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::print) struct Cut {
    /// Its text.
    pub(in crate::print) text: String,
    /// How it goes to the printer.
    pub(super) written: Written,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In the printer's letters.
    Letters(Vec<u8>),
    /// As a picture: the code page lacks a letter.
    Drawn,
}

/// Between the two sides of a pair.
const BETWEEN: usize = 1;

impl Column {
    /// Whole words where they fit.
    pub(in crate::print) fn lines(self, text: &str) -> Vec<Cut> {
        wrapped(text, self.letters)
            .into_iter()
            .map(|text| self.cut(text))
            .collect()
    }

    /// What it is, in as many lines as it needs, and how much at the end of the last one; beside it the right part, for
    /// a line that is drawn.
    pub(in crate::print) fn pair(self, left: &str, right: &str) -> Vec<(Cut, String)> {
        let taken = length(right) + BETWEEN;
        if taken + self.letters / 4 > self.letters {
            // No room for both: one below the other.
            let below = wrapped(right, self.letters).into_iter().map(|line| {
                let blanks = self.letters - length(&line);
                self.cut(format!("{}{line}", " ".repeat(blanks)))
            });
            let lines = self.lines(left).into_iter().chain(below);
            return lines.map(|line| (line, String::new())).collect();
        }
        let mut lines = wrapped(left, self.letters - taken);
        let last = lines.pop().unwrap_or_default();
        let mut pairs: Vec<(Cut, String)> = lines
            .into_iter()
            .map(|line| (self.cut(line), String::new()))
            .collect();
        let blanks = self.letters - length(&last) - length(right);
        let whole = format!("{last}{}{right}", " ".repeat(blanks));
        match self.page.encode(&whole) {
            Some(letters) => {
                let written = Written::Letters(letters);
                pairs.push((
                    Cut {
                        text: whole,
                        written,
                    },
                    String::new(),
                ));
            }
            None => {
                let written = Written::Drawn;
                pairs.push((
                    Cut {
                        text: last,
                        written,
                    },
                    right.to_owned(),
                ));
            }
        }
        pairs
    }

    /// A table's line: the first cell at the left, the others at the right of theirs; none if one is too wide.
    pub(in crate::print) fn cells(self, cells: &[String; 4]) -> Option<String> {
        let other = self.letters * 4 / 15;
        let first = self.letters - 3 * other;
        let mut line = String::new();
        for (cell, width) in cells.iter().zip([first, other, other, other]) {
            let blanks = width.checked_sub(length(cell) + usize::from(!line.is_empty()))?;
            if line.is_empty() {
                line = format!("{cell}{}", " ".repeat(blanks));
            } else {
                line = format!("{line}{} {cell}", " ".repeat(blanks));
            }
        }
        Some(line)
    }

    /// A line that fits.
    pub(super) fn cut(self, text: String) -> Cut {
        let written = match self.page.encode(&text) {
            Some(letters) => Written::Letters(letters),
            None => Written::Drawn,
        };
        Cut { text, written }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Lines of at most `most` letters; what begins with blanks keeps them.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let text: String = plain(text).collect();
    let indent = text.len() - text.trim_start_matches(' ').len();
    let indent = indent.min(most / 2);
    let most = (most - indent).max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let between = usize::from(!line.is_empty());
        if length(&line) + between + length(word) <= most {
            line = [line.as_str(), word].join(if between == 0 { "" } else { " " });
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest: Vec<char> = word.chars().collect();
        while rest.len() > most {
            let tail = rest.split_off(most);
            lines.push(rest.into_iter().collect());
            rest = tail;
        }
        line = rest.into_iter().collect();
    }
    if !line.is_empty() {
        lines.push(line);
    }
    let indent = " ".repeat(indent);
    lines
        .into_iter()
        .map(|line| format!("{indent}{line}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMN: Column = Column {
        letters: 20,
        page: CodePage::Wpc1252,
    };

    fn texts(lines: &[(Cut, String)]) -> Vec<&str> {
        lines.iter().map(|(line, _)| line.text.as_str()).collect()
    }

    #[test]
    fn an_amount_stands_at_the_right_edge_of_the_last_line() {
        let lines = COLUMN.pair("2 × Plein tarif en fosse", "68,00\u{a0}€");
        assert_eq!(texts(&lines)[0], "2 x Plein");
        for (line, _) in &lines {
            assert!(line.text.chars().count() <= 20, "{line:?}");
        }
        assert!(lines.last().unwrap().0.text.ends_with("68,00\u{a0}€"));
        assert_eq!(lines.last().unwrap().0.text.chars().count(), 20);
    }

    #[test]
    fn a_name_in_another_alphabet_is_drawn_and_keeps_its_amount() {
        let lines = COLUMN.pair("Київ", "5,00 €");
        assert_eq!(
            lines,
            [(
                Cut {
                    text: "Київ".into(),
                    written: Written::Drawn
                },
                "5,00 €".into()
            )]
        );
    }

    #[test]
    fn a_word_longer_than_a_line_goes_on_below_and_nothing_is_lost() {
        let word = "a".repeat(45);
        let lines: Vec<String> = COLUMN.lines(&word).into_iter().map(|l| l.text).collect();
        assert_eq!(
            lines.iter().map(String::len).collect::<Vec<_>>(),
            [20, 20, 5]
        );
        assert_eq!(COLUMN.lines(""), []);
    }

    #[test]
    fn a_table_that_is_too_wide_is_none() {
        let cells = |all: [&str; 4]| all.map(ToOwned::to_owned);
        let narrow = COLUMN.cells(&cells(["20 %", "1,00", "0,20", "1,20"]));
        assert_eq!(narrow.as_deref(), Some("20 %  1,00 0,20 1,20"));
        assert_eq!(
            COLUMN.cells(&cells(["20 %", "1000,00", "0,20", "1,20"])),
            None
        );
    }
}
