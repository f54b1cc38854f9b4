//! What is printed, whoever prints it: the server's tickets and the till's tickets, receipts and reports. A page is drawn
//! on a [`Surface`]: a [`Sheet`] of a PDF file, or a [`Canvas`] of dots for printers that take pictures.
//!
//! Pure: what is known goes in, bytes or dots come out.

mod canvas;
mod dots;
mod embed;
mod faces;
mod lines;
pub mod price;
mod shape;
mod sheet;
mod surface;

pub use canvas::Canvas;
pub use dots::Dots;
pub use embed::{About, FileError, UsedGlyphs, file};
pub use faces::FaceName;
pub use lines::{Type, fitted, set, width};
pub use printpdf::PdfPage as Page;
pub use shape::{Glyph, Shaped, shape};
pub use sheet::Sheet;
pub use surface::{Ink, POINTS, Surface, tall};
