//! What a printer understands, as settings keep it: `escpos:80:wpc1252:picture`, `fgl:203`, `zpl:300`, `pdf:a6`.

use std::fmt;
use std::str::FromStr;

use super::escpos::{CodeBy, CodePage, EscPos, Roll};
use super::printer::Speaks;
use super::{Leaf, Stock};

/// Dots in a millimetre at 300 dots an inch.
const DENSE: f32 = 11.8;

impl Stock {
    /// The same stock at 300 dots an inch.
    pub fn dense(self) -> Self {
        Self {
            density: DENSE,
            ..self
        }
    }

    fn dots_an_inch(self) -> u16 {
        if self.density > 10.0 { 300 } else { 203 }
    }
}

impl fmt::Display for Speaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EscPos(printer) => {
                let roll = match printer.roll {
                    Roll::Wide => 80,
                    Roll::Narrow => 58,
                };
                let code = match printer.code {
                    CodeBy::Picture => "picture",
                    CodeBy::Printer => "printer",
                };
                write!(f, "escpos:{roll}:{}:{code}", printer.code_page.name())
            }
            Self::Fgl(stock) => write!(f, "fgl:{}", stock.dots_an_inch()),
            Self::Zpl(stock) => write!(f, "zpl:{}", stock.dots_an_inch()),
            Self::Pdf(Leaf::A6) => f.write_str("pdf:a6"),
            Self::Pdf(Leaf::A4) => f.write_str("pdf:a4"),
        }
    }
}

/// No language of printers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not what a printer understands: write escpos, fgl, zpl or pdf, as docs/PRINTING.md has it"
)]
pub struct SpeaksError;

impl FromStr for Speaks {
    type Err = SpeaksError;

    /// What is left out is as usual: `escpos` alone is 80 mm, Windows-1252, codes as pictures.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let tongue = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let one = |usual: &'static str| match rest.as_slice() {
            [] => Ok(usual),
            [one] => Ok(*one),
            [..] => Err(SpeaksError),
        };
        let stock = |stock: Stock| match one("203")? {
            "203" => Ok(stock),
            "300" => Ok(stock.dense()),
            _ => Err(SpeaksError),
        };
        match tongue {
            "escpos" => escpos(&rest).map(Self::EscPos),
            "fgl" => stock(Stock::BOCA).map(Self::Fgl),
            "zpl" => stock(Stock::ZEBRA).map(Self::Zpl),
            "pdf" => match one("a6")? {
                "a6" => Ok(Self::Pdf(Leaf::A6)),
                "a4" => Ok(Self::Pdf(Leaf::A4)),
                _ => Err(SpeaksError),
            },
            _ => Err(SpeaksError),
        }
    }
}

fn escpos(parts: &[&str]) -> Result<EscPos, SpeaksError> {
    let mut printer = EscPos::default();
    for part in parts {
        match *part {
            "80" => printer.roll = Roll::Wide,
            "58" => printer.roll = Roll::Narrow,
            "picture" => printer.code = CodeBy::Picture,
            "printer" => printer.code = CodeBy::Printer,
            name => {
                let mut pages = CodePage::ALL.into_iter();
                printer.code_page = pages.find(|page| page.name() == name).ok_or(SpeaksError)?;
            }
        }
    }
    Ok(printer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_printer_understands_is_read_as_it_is_written() {
        for text in [
            "escpos:80:wpc1252:picture",
            "escpos:58:pc858:printer",
            "escpos:80:ascii:picture",
            "fgl:203",
            "fgl:300",
            "zpl:203",
            "zpl:300",
            "pdf:a6",
            "pdf:a4",
        ] {
            let read: Speaks = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
        }
        let short: Speaks = "escpos".parse().unwrap();
        assert_eq!(short.to_string(), "escpos:80:wpc1252:picture");
        let narrow: Speaks = "escpos:58".parse().unwrap();
        assert_eq!(narrow.to_string(), "escpos:58:wpc1252:picture");
    }

    #[test]
    fn other_text_is_no_language_of_printers() {
        for text in ["", "pcl", "escpos:60", "fgl:600", "pdf:a5", "pdf:a4:a6"] {
            assert_eq!(text.parse::<Speaks>(), Err(SpeaksError), "{text}");
        }
    }
}
