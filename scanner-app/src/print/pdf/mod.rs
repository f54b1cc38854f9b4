//! PDF, for printers of offices and for tickets by mail.

mod rows;
mod ticket;

use paper::{About, FileError, Ink, Page, Shaped, Sheet, Surface, Type, UsedGlyphs};
use shared::ticket::{Qr, QrError};

use super::document::{Document, Receipt, Report, TicketSheet};
use super::texts::Texts;
#[cfg(test)]
pub(super) use ticket::draw as draw_ticket;

/// A leaf of A6, in millimetres; A4 is four of them.
const A6: (f32, f32) = (105.0, 148.5);
const A4: (f32, f32) = (210.0, 297.0);

/// On which paper tickets are printed; receipts and reports go on A4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaf {
    /// One on each leaf.
    #[default]
    A6,
    /// Four on each leaf, to be cut.
    A4,
}

/// There is no file.
#[derive(Debug, thiserror::Error)]
pub enum MakePdfError {
    /// A ticket whose code can't be drawn.
    #[error("drawing the code of a ticket")]
    Code(#[from] QrError),
    /// No file.
    #[error("making the file")]
    File(#[from] FileError),
}

pub(super) fn write(document: &Document, leaf: Leaf) -> Result<Vec<u8>, MakePdfError> {
    let mut used = UsedGlyphs::default();
    let pages = match document {
        Document::Tickets(tickets) => leaves(tickets, leaf, &mut used)?,
        Document::Receipt(receipt) => rows::pages(&super::rows::receipt(receipt), &mut used)?,
        Document::Report(report) => rows::pages(&super::rows::report(report), &mut used)?,
    };
    Ok(paper::file(pages, &used, &about(document))?)
}

fn leaves(
    tickets: &[TicketSheet],
    leaf: Leaf,
    used: &mut UsedGlyphs,
) -> Result<Vec<Page>, QrError> {
    match leaf {
        Leaf::A6 => tickets
            .iter()
            .map(|sheet| {
                let mut page = Sheet::new(A6, used);
                ticket::draw(&mut page, sheet)?;
                Ok(page.finish())
            })
            .collect(),
        Leaf::A4 => tickets.chunks(4).map(|four| quarters(four, used)).collect(),
    }
}

/// Up to four tickets, with the lines to cut along.
fn quarters(tickets: &[TicketSheet], used: &mut UsedGlyphs) -> Result<Page, QrError> {
    let mut page = Sheet::new(A4, used);
    let (width, height) = A6;
    let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
    for (sheet, corner) in tickets.iter().zip(corners) {
        ticket::draw(
            &mut Moved {
                surface: &mut page,
                corner,
            },
            sheet,
        )?;
    }
    page.rule((0.0, A4.0), height, 0.1, Ink::Line);
    page.rule((width, width + 0.1), 0.0, A4.1, Ink::Line);
    Ok(page.finish())
}

/// A part of a surface, whose upper left corner is elsewhere.
struct Moved<'a, S> {
    surface: &'a mut S,
    corner: (f32, f32),
}

impl<S: Surface> Surface for Moved<'_, S> {
    fn line(&mut self, line: &Shaped, kind: Type, (x, y): (f32, f32), ink: Ink) {
        let (left, top) = self.corner;
        self.surface.line(line, kind, (left + x, top + y), ink);
    }

    fn rule(&mut self, (from, to): (f32, f32), y: f32, weight: f32, ink: Ink) {
        let (left, top) = self.corner;
        self.surface
            .rule((left + from, left + to), top + y, weight, ink);
    }

    fn code(&mut self, qr: &Qr, (x, y): (f32, f32), module: f32) {
        let (left, top) = self.corner;
        self.surface.code(qr, (left + x, top + y), module);
    }
}

fn about(document: &Document) -> About {
    match document {
        Document::Tickets(tickets) => about_tickets(tickets),
        Document::Receipt(receipt) => about_receipt(receipt),
        Document::Report(report) => about_report(report),
    }
}

fn about_tickets(tickets: &[TicketSheet]) -> About {
    let first = tickets.first();
    let language = first.map(|ticket| ticket.language).unwrap_or_default();
    let texts = Texts::of(language);
    let event = first.map_or("", |ticket| ticket.event.as_str());
    let tickets = if tickets.len() == 1 {
        texts.ticket
    } else {
        texts.tickets
    };
    About {
        title: format!("{tickets} · {event}"),
        author: first.map_or_else(String::new, |ticket| ticket.organizer.clone()),
        language,
        made_ms: first.map_or(0, |ticket| ticket.sold_ms),
    }
}

fn about_receipt(receipt: &Receipt) -> About {
    let kind = Texts::of(receipt.language).receipt(receipt.kind);
    About {
        title: format!("{kind} {}", receipt.number),
        author: receipt.seller.name.clone(),
        language: receipt.language,
        made_ms: receipt.at_ms,
    }
}

fn about_report(report: &Report) -> About {
    let kind = Texts::of(report.language).report(report.kind);
    About {
        title: format!("{kind} · {}", report.till),
        author: report.seller.name.clone(),
        language: report.language,
        made_ms: report.made_ms,
    }
}
