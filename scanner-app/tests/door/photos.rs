//! Tickets as a webcam sees them: on a dark phone, tilted, out of focus.

use std::path::Path;

use image::GrayImage;
use shared::ticket::{PixelsPerModule, Presented, Qr};

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
/// A phone's dark page behind the white card.
const DARK: u8 = 24;

/// How a ticket is held.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub(crate) degrees: f64,
    /// Passes of a 3 x 3 mean.
    pub(crate) blurred: u32,
    pub(crate) scale: u8,
}

pub(crate) const STRAIGHT: Held = Held {
    degrees: 0.0,
    blurred: 0,
    scale: 6,
};

/// Writes a picture of a ticket.
pub(crate) fn write(file: &Path, ticket: &Presented, held: Held) {
    picture(ticket, held).save(file).expect("written");
}

/// A picture of a ticket.
pub(crate) fn picture(ticket: &Presented, held: Held) -> GrayImage {
    let qr = Qr::ticket(ticket).expect("a ticket's code");
    let scale = PixelsPerModule::new(held.scale).expect("a scale");
    let (side, card) = qr.luma(scale);
    let mut frame = turned(&card, side, held.degrees);
    for _ in 0..held.blurred {
        frame = blurred(&frame);
    }
    GrayImage::from_raw(WIDTH, HEIGHT, frame).expect("the pixels fill the frame")
}

/// The card in the middle of the frame, each pixel from the nearest of the card.
fn turned(card: &[u8], side: u32, degrees: f64) -> Vec<u8> {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let half = f64::from(side) / 2.0;
    let pixel = |x: u32, y: u32| {
        let (dx, dy) = (
            f64::from(x) - f64::from(WIDTH) / 2.0,
            f64::from(y) - f64::from(HEIGHT) / 2.0,
        );
        let (u, v) = (cos * dx + sin * dy + half, cos * dy - sin * dx + half);
        let inside = |at: f64| at >= 0.0 && at < f64::from(side);
        if inside(u) && inside(v) {
            card[(v as usize) * side as usize + u as usize]
        } else {
            DARK
        }
    };
    let mut frame = Vec::with_capacity((WIDTH * HEIGHT) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            frame.push(pixel(x, y));
        }
    }
    frame
}

fn blurred(frame: &[u8]) -> Vec<u8> {
    let mut soft = frame.to_vec();
    for y in 1..HEIGHT as usize - 1 {
        for x in 1..WIDTH as usize - 1 {
            let mut sum = 0;
            for row in y - 1..=y + 1 {
                for column in x - 1..=x + 1 {
                    sum += u32::from(frame[row * WIDTH as usize + column]);
                }
            }
            soft[y * WIDTH as usize + x] = (sum / 9) as u8;
        }
    }
    soft
}
