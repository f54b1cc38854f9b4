//! A document as rows from top to bottom: what a receipt roll and a plain page have in common.

mod receipt;
mod report;
mod ticket;

pub(super) use receipt::receipt;
pub(super) use report::report;
pub(super) use ticket::ticket;

use shared::clock::UnixMillis;
use shared::language::Language;
use shared::money::Money;
use shared::when::{amount, short_date};

use super::document::{JournalPlace, Seller, VatLine};
use super::texts::Texts;

/// How large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Normal,
    /// Twice as high.
    Tall,
    /// Twice as high and wide.
    Large,
}

/// Where in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Text, in as many lines as it needs.
    Text {
        text: String,
        size: Size,
        align: Align,
        bold: bool,
    },
    /// What it is, and at the right edge how much.
    Pair {
        left: String,
        right: String,
        size: Size,
        bold: bool,
    },
    /// Columns of figures; where they are too wide, each cell stands below its head.
    Table {
        head: [String; 4],
        lines: Vec<[String; 4]>,
    },
    /// White on black, over the whole width.
    Banner(String),
    /// What the door reads: the digits of a token.
    Code(String),
    Rule,
    Gap,
}

impl Row {
    fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            size: Size::Normal,
            align: Align::Left,
            bold: false,
        }
    }

    fn centered(text: impl Into<String>, size: Size, bold: bool) -> Self {
        Self::Text {
            text: text.into(),
            size,
            align: Align::Center,
            bold,
        }
    }

    fn heading(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            size: Size::Normal,
            align: Align::Left,
            bold: true,
        }
    }

    fn pair(left: impl Into<String>, right: impl Into<String>) -> Self {
        Self::Pair {
            left: left.into(),
            right: right.into(),
            size: Size::Normal,
            bold: false,
        }
    }

    fn sum(left: impl Into<String>, right: impl Into<String>, size: Size) -> Self {
        Self::Pair {
            left: left.into(),
            right: right.into(),
            size,
            bold: true,
        }
    }
}

/// `28/11/2026 20:30`-like, short: weekday, day, month, time.
pub(super) fn moment(at_ms: UnixMillis, time_zone: &str, language: Language) -> String {
    let at = short_date(at_ms, time_zone, language);
    let year = shared::when::year(at_ms, time_zone);
    format!("{} {} {} {year}, {}", at.weekday, at.day, at.month, at.time)
}

fn seller(seller: &Seller) -> Vec<Row> {
    let mut rows = vec![Row::centered(&seller.name, Size::Normal, true)];
    rows.extend(
        seller
            .address
            .iter()
            .map(|line| Row::centered(line, Size::Normal, false)),
    );
    rows.extend(
        seller
            .numbers
            .iter()
            .map(|(label, number)| Row::centered(format!("{label} {number}"), Size::Normal, false)),
    );
    rows
}

fn vat(lines: &[VatLine], texts: &Texts, language: Language) -> Row {
    let lines = lines.iter().map(|line| {
        [
            paper::price::rate(line.basis_points, language),
            amount(line.net, language),
            amount(line.vat, language),
            amount(line.gross, language),
        ]
    });
    Row::Table {
        head: [texts.rate, texts.net, texts.vat, texts.gross].map(ToOwned::to_owned),
        lines: lines.collect(),
    }
}

fn journal(place: &JournalPlace, texts: &Texts) -> Row {
    Row::pair(texts.journal, place.told())
}

/// A sum below or above what was expected says so by its sign.
fn signed(money: Money, language: Language) -> String {
    let sign = if money.minor > 0 { "+" } else { "" };
    format!("{sign}{}", amount(money, language))
}
