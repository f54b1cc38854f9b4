//! Printing at the till: a document as bytes in the printer's language, and the way to the printer.
//!
//! Nothing here knows journals or sales. [`render`] is pure; [`transport`] hands the bytes over and says how far that came;
//! [`job`] is what a print job may become, so that a retry is never a second sale.

pub mod document;
pub mod escpos;
mod facts;
pub mod job;
#[cfg(test)]
mod law;
mod pdf;
pub mod printer;
mod rows;
pub mod sample;
mod speaks;
mod stock;
pub mod terminal;
mod texts;
pub mod transport;
mod trouble;

pub use pdf::{Leaf, MakePdfError};
pub use speaks::SpeaksError;
pub use stock::Stock;
pub use trouble::{PrintError, Trouble};

use shared::ticket::QrError;

use document::{Document, TicketSheet};
use printer::Speaks;

/// There are no bytes.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A ticket whose code can't be drawn.
    #[error("drawing the code of a ticket for the printer")]
    Code(#[from] QrError),
    /// A receipt for a printer of tickets.
    #[error(
        "printing a receipt or a report on ticket stock: choose a receipt printer or PDF for it"
    )]
    NotOnStock,
    /// No PDF.
    #[error("making a PDF for the printer")]
    Pdf(#[from] MakePdfError),
}

impl RenderError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Code(_) => "code_not_drawn",
            Self::NotOnStock => "not_on_stock",
            Self::Pdf(_) => "pdf_not_made",
        }
    }
}

/// The document in the printer's language.
pub fn render(document: &Document, speaks: &Speaks) -> Result<Vec<u8>, RenderError> {
    match speaks {
        Speaks::EscPos(printer) => Ok(escpos::write(&sheets(document), *printer)?),
        Speaks::Fgl(stock) => Ok(stock::fgl(tickets(document)?, *stock)?),
        Speaks::Zpl(stock) => Ok(stock::zpl(tickets(document)?, *stock)?),
        Speaks::Pdf(leaf) => Ok(pdf::write(document, *leaf)?),
    }
}

fn sheets(document: &Document) -> Vec<Vec<rows::Row>> {
    match document {
        Document::Tickets(tickets) => tickets.iter().map(rows::ticket).collect(),
        Document::Receipt(receipt) => vec![rows::receipt(receipt)],
        Document::Report(report) => vec![rows::report(report)],
    }
}

fn tickets(document: &Document) -> Result<&[TicketSheet], RenderError> {
    match document {
        Document::Tickets(tickets) => Ok(tickets),
        Document::Receipt(_) | Document::Report(_) => Err(RenderError::NotOnStock),
    }
}
