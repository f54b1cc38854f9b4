//! ESC/POS, as Epson publishes it and most receipt printers speak it: rows as bytes.
//!
//! Text goes as text, in the printer's own face, so that a receipt is a few hundred bytes; a row with a letter that the
//! code page lacks is drawn and goes as a picture. 203 dots an inch: 576 on 80 mm paper, 384 on 58 mm.

mod code_page;
mod column;
mod status;

pub use code_page::{CodePage, UnknownCodePage};
pub use status::Status;
pub(crate) use status::{ASK, ASK_WHEN_DONE, paper_when_done};

use paper::{Canvas, Dots, FaceName, Ink, Surface as _, Type};
use shared::ticket::{Qr, QrError, read};

use super::rows::{Align, Row, Size};
pub(super) use column::Column;
use column::{Cut, Written};

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;
const FS: u8 = 0x1c;

/// Dots in a millimetre.
const DENSITY: f32 = 8.0;
/// A letter of the printer's face.
const LETTER_WIDTH: usize = 12;
const LETTER_HEIGHT: usize = 24;
/// Rows of dots in one picture command, so that small memories hold it.
const MOST_ROWS: usize = 128;

/// How wide the paper is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roll {
    /// 80 mm, of which 72 are printed.
    #[default]
    Wide,
    /// 58 mm, of which 48 are printed.
    Narrow,
}

impl Roll {
    pub(super) fn dots(self) -> usize {
        match self {
            Self::Wide => 576,
            Self::Narrow => 384,
        }
    }

    fn letters(self) -> usize {
        self.dots() / LETTER_WIDTH
    }

    /// Dots a module of a code: as large as its quiet zone allows, at most 5 mm a centimetre of paper.
    fn module(self) -> u8 {
        match self {
            Self::Wide => 8,
            Self::Narrow => 7,
        }
    }
}

/// Who draws the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeBy {
    /// We do, and send a picture: the same modules on each printer.
    #[default]
    Picture,
    /// The printer does: fewer bytes, for slow serial lines.
    Printer,
}

/// Where a drawer's cable says that it should open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DrawerPin {
    /// The usual one.
    #[default]
    Two,
    /// The second drawer.
    Five,
}

/// How a receipt printer wants its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EscPos {
    /// Its paper.
    pub roll: Roll,
    /// Its letters.
    pub code_page: CodePage,
    /// Its codes.
    pub code: CodeBy,
}

/// Opens the cash drawer.
pub fn drawer_kick(pin: DrawerPin) -> [u8; 5] {
    let pin = match pin {
        DrawerPin::Two => 0,
        DrawerPin::Five => 1,
    };
    // On for 50 ms, off for 500 ms.
    [ESC, b'p', pin, 25, 250]
}

/// Sheets of rows; each is cut off.
pub(super) fn write(sheets: &[Vec<Row>], printer: EscPos) -> Result<Vec<u8>, QrError> {
    let mut job = Job {
        bytes: Vec::new(),
        printer,
    };
    for sheet in sheets {
        job.begin();
        for row in sheet {
            job.row(row)?;
        }
        job.cut();
    }
    Ok(job.bytes)
}

struct Job {
    bytes: Vec<u8>,
    printer: EscPos,
}

impl Job {
    fn begin(&mut self) {
        // As switched on; no two-byte letters, on printers made for China; the code page.
        self.bytes.extend([ESC, b'@', FS, b'.']);
        self.bytes
            .extend([ESC, b't', self.printer.code_page.number()]);
    }

    /// Feeds to the knife and leaves a corner, so that no sheet falls.
    fn cut(&mut self) {
        self.bytes.extend([GS, b'V', 66, 0]);
    }

    fn row(&mut self, row: &Row) -> Result<(), QrError> {
        match row {
            Row::Text {
                text,
                size,
                align,
                bold,
            } => self.text(text, *size, *align, *bold),
            Row::Pair {
                left,
                right,
                size,
                bold,
            } => self.pair(left, right, *size, *bold),
            Row::Table { head, lines } => self.table(head, lines),
            Row::Banner(text) => self.banner(text),
            Row::Code(digits) => self.code(digits)?,
            Row::Rule => self.line(&b"-".repeat(self.printer.roll.letters())),
            Row::Gap => self.bytes.push(b'\n'),
        }
        Ok(())
    }

    fn column(&self, size: Size) -> Column {
        Column {
            letters: self.printer.roll.letters() / wide(size),
            page: self.printer.code_page,
        }
    }

    fn text(&mut self, text: &str, size: Size, align: Align, bold: bool) {
        let lines = self.column(size).lines(text);
        self.style(size, bold);
        self.align(align);
        for line in lines {
            self.put(line, "", size, align);
        }
        self.align(Align::Left);
        self.style(Size::Normal, false);
    }

    fn pair(&mut self, left: &str, right: &str, size: Size, bold: bool) {
        let lines = self.column(size).pair(left, right);
        self.style(size, bold);
        for (line, right) in lines {
            self.put(line, &right, size, Align::Left);
        }
        self.style(Size::Normal, false);
    }

    fn put(&mut self, line: Cut, right: &str, size: Size, align: Align) {
        match line.written {
            Written::Letters(letters) => self.line(&letters),
            Written::Drawn => self.drawn(&line.text, right, size, align),
        }
    }

    fn table(&mut self, head: &[String; 4], lines: &[[String; 4]]) {
        let column = self.column(Size::Normal);
        let table: Option<Vec<String>> = std::iter::once(head)
            .chain(lines)
            .map(|cells| column.cells(cells))
            .collect();
        if let Some(table) = table {
            for line in table {
                let cut = column.cut(line);
                self.put(cut, "", Size::Normal, Align::Left);
            }
            return;
        }
        for cells in lines {
            for (head, cell) in head.iter().zip(cells) {
                self.pair(head, cell, Size::Normal, false);
            }
        }
    }

    fn banner(&mut self, text: &str) {
        let letters = self.printer.roll.letters() / wide(Size::Large);
        let text: String = text.chars().take(letters).collect();
        let line = self.column(Size::Large).cut(format!("{text:^letters$}"));
        self.style(Size::Large, true);
        self.bytes.extend([GS, b'B', 1]);
        self.put(line, "", Size::Large, Align::Left);
        self.bytes.extend([GS, b'B', 0]);
        self.style(Size::Normal, false);
    }

    fn code(&mut self, digits: &str) -> Result<(), QrError> {
        self.bytes.push(b'\n');
        self.align(Align::Center);
        match self.printer.code {
            CodeBy::Picture => {
                let qr = match read(digits) {
                    Ok(presented) => Qr::ticket(&presented)?,
                    Err(_) => Qr::text(digits)?,
                };
                let dots = Dots::of_code(&qr, usize::from(self.printer.roll.module()));
                self.picture(&dots);
            }
            CodeBy::Printer => self.printers_code(digits),
        }
        self.align(Align::Left);
        self.bytes.push(b'\n');
        Ok(())
    }

    /// Model 2, level M, so many dots a module.
    fn printers_code(&mut self, digits: &str) {
        let module = self.printer.roll.module();
        self.bytes
            .extend([GS, b'(', b'k', 4, 0, b'1', b'A', b'2', 0]);
        self.bytes
            .extend([GS, b'(', b'k', 3, 0, b'1', b'C', module]);
        self.bytes.extend([GS, b'(', b'k', 3, 0, b'1', b'E', b'1']);
        let [low, high] = two_bytes(digits.len() + 3);
        self.bytes
            .extend([GS, b'(', b'k', low, high, b'1', b'P', b'0']);
        self.bytes.extend(digits.as_bytes());
        self.bytes.extend([GS, b'(', b'k', 3, 0, b'1', b'Q', b'0']);
    }

    /// A line that the code page can't write, as large as one that it can.
    fn drawn(&mut self, left: &str, right: &str, size: Size, align: Align) {
        let width = self.printer.roll.dots() as f32 / DENSITY;
        let height = (LETTER_HEIGHT * high(size) + 6) as f32 / DENSITY;
        let kind = Type {
            face: FaceName::Text,
            size: LETTER_HEIGHT as f32 * high(size) as f32 / DENSITY * paper::POINTS * 0.8,
        };
        let taken = |text: &str| paper::width(text, kind) / paper::POINTS;
        let mut canvas = Canvas::new((width, height), DENSITY);
        let start = match align {
            Align::Left => 0.0,
            Align::Center => ((width - taken(left)) / 2.0).max(0.0),
        };
        canvas.lines(left, kind, (start, 0.3), width, 1, Ink::Full);
        let at = (width - taken(right)).max(0.0);
        canvas.lines(right, kind, (at, 0.3), width, 1, Ink::Full);
        self.align(Align::Left);
        self.picture(&canvas.dots());
        self.align(align);
    }

    fn picture(&mut self, dots: &Dots) {
        let rows: Vec<Vec<u8>> = dots.rows().collect();
        for part in rows.chunks(MOST_ROWS) {
            let [width_low, width_high] = two_bytes(part[0].len());
            let [height_low, height_high] = two_bytes(part.len());
            self.bytes.extend([GS, b'v', b'0', 0]);
            self.bytes
                .extend([width_low, width_high, height_low, height_high]);
            self.bytes.extend(part.iter().flatten());
        }
    }

    fn style(&mut self, size: Size, bold: bool) {
        let size = ((wide(size) - 1) << 4 | (high(size) - 1)) as u8;
        self.bytes
            .extend([ESC, b'E', u8::from(bold), GS, b'!', size]);
    }

    fn align(&mut self, align: Align) {
        let align = match align {
            Align::Left => 0,
            Align::Center => 1,
        };
        self.bytes.extend([ESC, b'a', align]);
    }

    fn line(&mut self, letters: &[u8]) {
        self.bytes.extend(letters);
        self.bytes.push(b'\n');
    }
}

fn wide(size: Size) -> usize {
    match size {
        Size::Normal | Size::Tall => 1,
        Size::Large => 2,
    }
}

fn high(size: Size) -> usize {
    match size {
        Size::Normal => 1,
        Size::Tall | Size::Large => 2,
    }
}

/// The lower byte first.
fn two_bytes(number: usize) -> [u8; 2] {
    (number as u16).to_le_bytes()
}
