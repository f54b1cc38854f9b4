//! Ticket stock: the printers of box offices, which print one ticket after the other on thick paper.
//!
//! The ticket is drawn here and goes as dots, in any language of printers: the same letters, the same code, whatever faces
//! and alphabets the printer has.

mod face;
mod fgl;
mod zpl;
pub(super) mod zpl_status;

use paper::{Canvas, Dots, Surface};
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
        self.draw_on(&mut canvas, ticket)?;
        Ok(canvas.dots())
    }

    pub(super) fn draw_on(
        self,
        surface: &mut impl Surface,
        ticket: &TicketSheet,
    ) -> Result<(), QrError> {
        face::draw(surface, ticket, (self.width, self.height))
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

#[cfg(test)]
mod tests {
    use shared::language::Language;
    use shared::ticket::Presented;

    use super::*;
    use crate::print::document::Mark;
    use crate::print::sample;

    const NOW: i64 = 1_795_894_200_000;

    /// By another QR implementation, with white paper around.
    fn read_back(dots: &Dots) -> String {
        let margin = 24;
        let (width, height) = (dots.width() + 2 * margin, dots.height() + 2 * margin);
        let mut luma = vec![255; width * height];
        for (y, row) in luma.chunks_exact_mut(width).enumerate().skip(margin) {
            for (x, pixel) in row.iter_mut().enumerate().skip(margin) {
                if dots.is_dark(x - margin, y - margin) {
                    *pixel = 0;
                }
            }
        }
        let found = rxing::helpers::detect_in_luma(luma, width as u32, height as u32, None);
        found.expect("the code is found").getText().to_owned()
    }

    #[test]
    fn the_code_on_stock_is_the_tickets_in_each_size_and_either_way() {
        let dense = Stock {
            density: 11.8,
            ..Stock::ZEBRA
        };
        for stock in [Stock::BOCA, Stock::ZEBRA, dense] {
            let ticket = sample::ticket(Language::Fr, Mark::Specimen, NOW, 7);
            let dots = stock.draw(&ticket).unwrap();
            let expected = Presented::plain(ticket.token).to_string();
            assert_eq!(read_back(&dots), expected, "{stock:?}");
            assert_eq!(read_back(&dots.turned()), expected, "{stock:?}");
        }
    }

    #[test]
    fn a_ticket_of_boca_stock_is_within_the_rows_and_columns_that_its_head_reaches() {
        let ticket = sample::ticket(Language::De, Mark::Duplicate, NOW, 7);
        let dots = Stock::BOCA.draw(&ticket).unwrap();
        assert_eq!((dots.width(), dots.height()), (1_048, 384));
    }
}
