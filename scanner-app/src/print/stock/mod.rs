//! Ticket stock: the printers of box offices, which print one ticket after the other on thick paper.
//!
//! The ticket is drawn here and goes as dots, in any language of printers: the same letters, the same code, whatever faces
//! and alphabets the printer has.

mod face;
mod fgl;
mod zpl;
pub(super) mod zpl_status;

use paper::{Canvas, Dots};
use shared::ticket::QrError;

use super::document::TicketSheet;

/// The printed part of the stock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stock {
    /// Millimetres from left to right, as the ticket is read.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
    /// Dots in a millimetre: 8 at 203 dots an inch, 11.8 at 300.
    pub density: f32,
}

impl Stock {
    /// 2 by 5.5 inches at 203 dots an inch, less the margins that no head reaches: 384 rows of 1048 dots.
    pub const BOCA: Self = Self {
        width: 131.0,
        height: 48.0,
        density: 8.0,
    };

    /// 51 by 140 mm, 203 dots an inch.
    pub const ZEBRA: Self = Self {
        width: 140.0,
        height: 51.0,
        density: 8.0,
    };

    fn draw(self, ticket: &TicketSheet) -> Result<Dots, QrError> {
        let mut canvas = Canvas::new((self.width, self.height), self.density);
        face::draw(&mut canvas, ticket, (self.width, self.height))?;
        Ok(canvas.dots())
    }
}

/// For Boca and those that took over its language.
pub(super) fn fgl(tickets: &[TicketSheet], stock: Stock) -> Result<Vec<u8>, QrError> {
    let mut bytes = Vec::new();
    for ticket in tickets {
        fgl::write(&stock.draw(ticket)?, &mut bytes);
    }
    Ok(bytes)
}

/// For Zebra and those that took over its language. The ticket goes through lengthwise.
pub(super) fn zpl(tickets: &[TicketSheet], stock: Stock) -> Result<Vec<u8>, QrError> {
    let mut text = String::new();
    for ticket in tickets {
        text += &zpl::write(&stock.draw(ticket)?.turned());
    }
    Ok(text.into_bytes())
}
