//! Rows on A4: receipts and reports for a file or an office printer.

use paper::FaceName::{Narrow, Text, Wide};
use paper::{Ink, POINTS, Page, Sheet, Surface as _, Type, UsedGlyphs, set, tall, width};
use shared::ticket::{Qr, QrError};

use super::A4;
use crate::print::rows::{Align, Row, Size};

const ROOM: f32 = 110.0;
const LEFT: f32 = (A4.0 - ROOM) / 2.0;
const RIGHT: f32 = LEFT + ROOM;
const TOP: f32 = 22.0;
const BOTTOM: f32 = A4.1 - 20.0;
const CODE: f32 = 44.0;
/// Of what belongs to the row above.
const INDENT: f32 = 5.0;
/// Between rows.
const LEADING: f32 = 0.9;

pub(super) fn pages(rows: &[Row], used: &mut UsedGlyphs) -> Result<Vec<Page>, QrError> {
    let mut pages = Vec::new();
    let mut rows = rows;
    loop {
        let mut sheet = Sheet::new(A4, used);
        let mut y = TOP;
        let mut drawn = 0;
        for row in rows {
            let tall = height(row);
            // A row that no page holds is drawn all the same.
            if y + tall > BOTTOM && drawn > 0 {
                break;
            }
            draw(&mut sheet, row, y)?;
            y += tall;
            drawn += 1;
        }
        pages.push(sheet.finish());
        rows = &rows[drawn..];
        if rows.is_empty() {
            return Ok(pages);
        }
    }
}

fn kind(size: Size, bold: bool) -> Type {
    let (face, size) = match (size, bold) {
        (Size::Normal, false) => (Text, 9.5),
        (Size::Normal, true) => (Wide, 8.5),
        (Size::Tall, _) => (Narrow, 15.0),
        (Size::Large, _) => (Wide, 20.0),
    };
    Type { face, size }
}

/// Lines of what is at the left of a pair, and how wide its right is.
fn sides(left: &str, right: &str, kind: Type) -> (usize, f32) {
    let right = width(right, kind) / POINTS;
    let room = (ROOM - right - 4.0).max(ROOM / 3.0);
    (set(left, kind, room * POINTS, 4).len().max(1), right)
}

fn height(row: &Row) -> f32 {
    match row {
        Row::Text {
            text, size, bold, ..
        } => {
            let kind = kind(*size, *bold);
            tall(kind, set(text, kind, ROOM * POINTS, 6).len()) + LEADING
        }
        Row::Pair {
            left,
            right,
            size,
            bold,
        } => {
            let kind = kind(*size, *bold);
            tall(kind, sides(left, right, kind).0) + LEADING
        }
        Row::Table { lines, .. } => {
            (tall(kind(Size::Normal, false), 1) + LEADING) * (lines.len() + 1) as f32
        }
        Row::Banner(_) => tall(kind(Size::Large, true), 1) + 4.0,
        Row::Code(_) => CODE + 8.0,
        Row::Rule => 3.0,
        Row::Gap => 2.5,
    }
}

fn draw(sheet: &mut Sheet, row: &Row, y: f32) -> Result<(), QrError> {
    match row {
        Row::Text {
            text,
            size,
            align,
            bold,
        } => {
            let kind = kind(*size, *bold);
            for (number, line) in (0..).zip(set(text, kind, ROOM * POINTS, 6)) {
                let free = ROOM - line.width() * kind.size / POINTS;
                let x = match align {
                    Align::Left if text.starts_with(' ') => LEFT + INDENT,
                    Align::Left => LEFT,
                    Align::Center => LEFT + free / 2.0,
                };
                let top = y + (tall(kind, number + 1) - tall(kind, 1));
                sheet.stack(&[line], kind, (x, top), Ink::Full);
            }
        }
        Row::Pair {
            left,
            right,
            size,
            bold,
        } => {
            let kind = kind(*size, *bold);
            let (lines, taken) = sides(left, right, kind);
            let room = (ROOM - taken - 4.0).max(ROOM / 3.0);
            sheet.lines(left, kind, (LEFT, y), room, lines, Ink::Full);
            let last = y + tall(kind, lines) - tall(kind, 1);
            at_right(sheet, right, kind, RIGHT, last);
        }
        Row::Table { head, lines } => {
            let small = kind(Size::Normal, false);
            let all = std::iter::once(head).chain(lines);
            for (number, cells) in (0..).zip(all) {
                let ink = if number == 0 { Ink::Muted } else { Ink::Full };
                let y = y + (tall(small, 1) + LEADING) * number as f32;
                let [first, others @ ..] = cells;
                sheet.lines(first, small, (LEFT, y), ROOM / 4.0, 1, ink);
                for (column, cell) in (2..).zip(others) {
                    let edge = LEFT + ROOM / 4.0 * column as f32;
                    at_right(sheet, cell, small, edge, y);
                }
            }
        }
        Row::Banner(text) => {
            let large = kind(Size::Large, true);
            sheet.rule((LEFT, RIGHT), y, 0.7, Ink::Full);
            let start = LEFT + (ROOM - width(text, large) / POINTS) / 2.0;
            sheet.lines(text, large, (start, y + 1.6), ROOM, 1, Ink::Full);
            let below = y + tall(large, 1) + 1.6;
            sheet.rule((LEFT, RIGHT), below, 0.7, Ink::Full);
        }
        Row::Code(text) => {
            let qr = Qr::text(text)?;
            let module = CODE / qr.width() as f32;
            let left = LEFT + (ROOM - CODE) / 2.0;
            sheet.code(&qr, (left, y + 4.0), module);
        }
        Row::Rule => sheet.rule((LEFT, RIGHT), y + 1.4, 0.2, Ink::Line),
        Row::Gap => {}
    }
    Ok(())
}

fn at_right(sheet: &mut Sheet, text: &str, kind: Type, edge: f32, y: f32) {
    for line in set(text, kind, ROOM * POINTS, 1) {
        let start = edge - line.width() * kind.size / POINTS;
        sheet.stack(&[line], kind, (start, y), Ink::Full);
    }
}
