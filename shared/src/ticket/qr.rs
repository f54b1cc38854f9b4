//! The picture of a code: black on white with its quiet zone, whatever page it stands on.

use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

use super::presented::Presented;
use super::token::Flags;

/// Light modules around the code, as the standard asks.
pub const QUIET_ZONE: usize = 4;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// A rotating ticket without the code of the moment: no door takes such a picture.
    #[error(
        "drawing the code of a rotating ticket: it has no lasting one; tell the holder where to open the ticket"
    )]
    Rotating,
    /// More than the largest QR code holds.
    #[error("drawing a QR code: {0} bytes are too many; shorten the text")]
    TooLong(usize),
}

/// The modules of a QR code, without the quiet zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Qr {
    width: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// A ticket's code: one numeric segment, version 5, level M (37 x 37 modules).
    pub fn ticket(presented: &Presented) -> Result<Self, QrError> {
        let is_rotating = presented.token().claimed().flags.contains(Flags::ROTATING);
        if is_rotating && presented.rotating_code().is_none() {
            return Err(QrError::Rotating);
        }
        let mut bits = Bits::new(Version::Normal(5));
        let code = bits
            .push_numeric_data(presented.to_string().as_bytes())
            .and_then(|()| bits.push_terminator(EcLevel::M))
            .and_then(|()| QrCode::with_bits(bits, EcLevel::M))
            .expect("5-M holds 202 digits, a ticket has at most 201");
        Ok(Self::of(&code))
    }

    /// Any text (an order code, an offer of enrolment), level M, in the smallest version.
    pub fn text(text: &str) -> Result<Self, QrError> {
        QrCode::new(text)
            .map(|code| Self::of(&code))
            .map_err(|_| QrError::TooLong(text.len()))
    }

    fn of(code: &QrCode) -> Self {
        Self {
            width: code.width(),
            dark: code
                .to_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        }
    }

    /// Modules on a side, without the quiet zone.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Row after row from the top, `true` is dark; without the quiet zone.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks_exact(self.width)
    }

    /// As lines of half blocks for a terminal with dark letters on a light ground or the other way round: the quiet zone
    /// is drawn, too.
    pub fn drawn(&self) -> String {
        let is_dark = |x: usize, y: usize| {
            let (x, y) = (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE));
            let inside = x.zip(y).filter(|(x, y)| *x < self.width && *y < self.width);
            inside.is_some_and(|(x, y)| self.dark[y * self.width + x])
        };
        let side = self.width + 2 * QUIET_ZONE;
        let rows = (0..side).step_by(2).map(|y| {
            let line = (0..side).map(|x| match (is_dark(x, y), is_dark(x, y + 1)) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
            line.collect::<String>()
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// As SVG, one unit a module; it fills the box that the page gives it.
    pub fn svg(&self) -> String {
        let side = self.width + 2 * QUIET_ZONE;
        let path = (QUIET_ZONE..)
            .zip(self.rows())
            .flat_map(|(y, row)| runs(row).map(move |(x, length)| (x, y, length)))
            .map(|(x, y, length)| format!("M{x} {y}h{length}v1h-{length}z"))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>\n"
        )
    }

    /// As a grey PNG file.
    pub fn png(&self, scale: PixelsPerModule) -> Vec<u8> {
        let (side, luma) = self.luma(scale);
        let mut file = Vec::new();
        PngEncoder::new(&mut file)
            .write_image(&luma, side, side, ExtendedColorType::L8)
            .expect("the pixels fill the square and memory takes every write");
        file
    }

    /// As pixels of 0 (black) and 255 (white), with the quiet zone: the side, and row after row.
    pub fn luma(&self, scale: PixelsPerModule) -> (u32, Vec<u8>) {
        let scale = usize::from(scale.0);
        let side = (self.width + 2 * QUIET_ZONE) * scale;
        let mut pixels = vec![255; side * side];
        let rows = pixels
            .chunks_exact_mut(side)
            .skip(QUIET_ZONE * scale)
            .take(self.width * scale);
        for (y, pixels) in rows.enumerate() {
            let modules = &self.dark[y / scale * self.width..][..self.width];
            let squares = pixels.chunks_exact_mut(scale).skip(QUIET_ZONE);
            for (square, _) in squares.zip(modules).filter(|(_, dark)| **dark) {
                square.fill(0);
            }
        }
        (side as u32, pixels)
    }
}

/// Where the dark runs of a row begin, quiet zone included, and how long they are.
fn runs(row: &[bool]) -> impl Iterator<Item = (usize, usize)> {
    row.chunk_by(|a, b| a == b)
        .scan(QUIET_ZONE, |next, run| {
            let x = *next;
            *next += run.len();
            Some((x, run))
        })
        .filter(|(_, run)| run[0])
        .map(|(x, run)| (x, run.len()))
}

/// How many pixels wide a module is drawn, 1 to 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelsPerModule(u8);

impl PixelsPerModule {
    /// For a mail or a page: 360 pixels for a ticket.
    pub const SCREEN: Self = Self(8);
    /// For paper: 4 cm at 600 dots an inch.
    pub const PRINT: Self = Self(21);

    /// `None` outside 1 to 32.
    pub fn new(pixels: u8) -> Option<Self> {
        (1..=32).contains(&pixels).then_some(Self(pixels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{KeyId, TicketId, TypeNo, WindowNo};
    use crate::ticket::{RotatingCode, SigningKey, Token, TokenFields};

    fn token(flags: Flags) -> Token {
        SigningKey::from_seed(&[3; 32]).sign(TokenFields {
            flags,
            key: KeyId(7),
            type_no: TypeNo(1),
            window: WindowNo(0),
            ticket: TicketId(99),
        })
    }

    fn code() -> RotatingCode {
        "475915".parse().unwrap()
    }

    /// By another QR implementation.
    fn read_back(side: u32, luma: Vec<u8>) -> String {
        let result = rxing::helpers::detect_in_luma(luma, side, side, None);
        result.expect("the code is found").getText().to_owned()
    }

    #[test]
    fn a_ticket_is_37_modules_wide_with_and_without_a_rotating_code() {
        let plain = Presented::plain(token(Flags::NONE));
        let rotating = Presented::with_code(token(Flags::ROTATING), code()).unwrap();
        for presented in [plain, rotating] {
            let qr = Qr::ticket(&presented).unwrap();
            assert_eq!((qr.width(), qr.rows().count()), (37, 37));
            for scale in [1, 3, 8].map(|pixels| PixelsPerModule::new(pixels).unwrap()) {
                let (side, luma) = qr.luma(scale);
                assert_eq!(side, 45 * u32::from(scale.0));
                assert_eq!(read_back(side, luma), presented.to_string(), "{scale:?}");
            }
        }
    }

    #[test]
    fn a_rotating_ticket_without_its_code_has_no_picture() {
        let presented = Presented::plain(token(Flags::ROTATING));
        assert_eq!(Qr::ticket(&presented).err(), Some(QrError::Rotating));
    }

    #[test]
    fn the_png_is_the_modules_in_whole_pixels_with_four_white_modules_around() {
        let qr = Qr::ticket(&Presented::plain(token(Flags::NONE))).unwrap();
        let file = qr.png(PixelsPerModule::SCREEN);
        let picture = image::load_from_memory(&file).unwrap().into_luma8();
        assert_eq!(picture.dimensions(), (360, 360));
        for (x, y, pixel) in picture.enumerate_pixels() {
            let (x, y) = (x as usize / 8, y as usize / 8);
            let inside = (4..41).contains(&x) && (4..41).contains(&y);
            let dark = inside && qr.rows().nth(y - 4).unwrap()[x - 4];
            assert_eq!(pixel.0[0], if dark { 0 } else { 255 }, "{x} {y}");
        }
    }

    #[test]
    fn the_svg_draws_each_dark_module_once() {
        let qr = Qr::ticket(&Presented::plain(token(Flags::NONE))).unwrap();
        let svg = qr.svg();
        assert!(svg.contains("viewBox=\"0 0 45 45\""));
        let path = svg.split("fill=\"#000\" d=\"M").nth(1).unwrap();
        let path = path.split("z\"").next().unwrap();
        let mut drawn = vec![vec![false; 37]; 37];
        for run in path.split("zM") {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once("v1h-").unwrap();
            let [x, y, length] = [x, y, length].map(|n| n.parse::<usize>().unwrap());
            for module in &mut drawn[y - 4][x - 4..x - 4 + length] {
                assert!(!*module, "{run} is drawn twice");
                *module = true;
            }
        }
        assert!(drawn.iter().map(Vec::as_slice).eq(qr.rows()));
    }

    #[test]
    fn any_text_is_drawn_and_read_back_unless_it_is_too_long() {
        let qr = Qr::text("TH-4K7M2Q9XWA").unwrap();
        let (side, luma) = qr.luma(PixelsPerModule::SCREEN);
        assert_eq!(read_back(side, luma), "TH-4K7M2Q9XWA");
        let long = "é".repeat(2000);
        assert_eq!(Qr::text(&long).err(), Some(QrError::TooLong(4000)));
    }

    #[test]
    fn a_module_is_1_to_32_pixels_wide() {
        assert_eq!(PixelsPerModule::new(0), None);
        assert_eq!(PixelsPerModule::new(33), None);
        assert!(PixelsPerModule::new(32).is_some());
    }
}
