//! Frames for tests: codes on a page, drawn without a lens between.

use shared::ticket::{PixelsPerModule, Qr};

use super::{Frame, Point};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;

/// A frame of one brightness, as large as a webcam's.
pub(super) fn even(brightness: u8) -> Frame {
    Frame {
        luma: vec![brightness; (WIDTH * HEIGHT) as usize],
        width: WIDTH,
        height: HEIGHT,
        name: "drawn".into(),
    }
}

/// A code with its margin, where its top left is put.
#[derive(Clone, Copy)]
pub(super) struct Put {
    pub(super) scale: u8,
    pub(super) at: (u32, u32),
    /// Brightness of its black and its white.
    pub(super) tones: (u8, u8),
}

impl Frame {
    /// Draws a code; gives the corners of it, without the margin.
    pub(super) fn draw(&mut self, text: &str, put: Put) -> [Point; 4] {
        let scale = PixelsPerModule::new(put.scale).unwrap();
        let (side, code) = Qr::text(text).unwrap().luma(scale);
        let (dark, light) = put.tones;
        for y in 0..side {
            for x in 0..side {
                let is_light = code[(y * side + x) as usize] == 255;
                let at = ((put.at.1 + y) * self.width + put.at.0 + x) as usize;
                self.luma[at] = if is_light { light } else { dark };
            }
        }
        let margin = 4.0 * f32::from(put.scale);
        let (left, top) = (put.at.0 as f32 + margin, put.at.1 as f32 + margin);
        let far = side as f32 - 2.0 * margin;
        [(0.0, 0.0), (far, 0.0), (far, far), (0.0, far)].map(|(x, y)| Point {
            x: left + x,
            y: top + y,
        })
    }
}

/// What keeps rxing for long, with 1,400 for seconds: the pattern of a code's corner, so many times.
pub(super) fn hostile(patterns: usize) -> Frame {
    const MODULE: usize = 3;
    const STEP: usize = 8 * MODULE;
    let mut frame = even(255);
    frame.name = "hostile".into();
    let across = frame.width as usize / STEP;
    for n in 0..patterns {
        let (left, top) = (n % across * STEP, n / across * STEP);
        for y in 0..7 * MODULE {
            for x in 0..7 * MODULE {
                let ring = (x / MODULE).abs_diff(3).max((y / MODULE).abs_diff(3));
                if ring != 2 {
                    frame.luma[(top + y) * frame.width as usize + left + x] = 0;
                }
            }
        }
    }
    frame
}
