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
        taken: None,
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

/// Three corners of codes, askew as no code has them: rqrr 0.11 takes them for one and panics. Found among 41,000
/// drawn by lot.
#[expect(clippy::unreadable_literal, reason = "drawn by lot, not typed")]
pub(super) fn panicking() -> Frame {
    const SIDE: u32 = 160;
    // Its middle, then where a module to its right and a module down lead.
    let patterns: [[f32; 6]; 3] = [
        [
            73.91771, 67.881165, 2.2788837, 1.1615279, -0.8050495, 3.4773192,
        ],
        [
            34.64323, 102.64298, 3.832599, 1.725962, -4.0510254, 5.0551972,
        ],
        [
            24.061651, 70.26489, -4.3088417, 0.58383423, -0.8612365, -2.6578724,
        ],
    ];
    let mut luma = vec![255; (SIDE * SIDE) as usize];
    for [x0, y0, right_x, right_y, down_x, down_y] in patterns {
        let area = right_x * down_y - right_y * down_x;
        for y in 0..SIDE {
            for x in 0..SIDE {
                let (dx, dy) = (x as f32 - x0, y as f32 - y0);
                let right = (down_y * dx - down_x * dy) / area;
                let down = (right_x * dy - right_y * dx) / area;
                let far = right.abs().max(down.abs());
                if far < 3.5 {
                    let is_white_ring = (1.5..2.5).contains(&far);
                    luma[(y * SIDE + x) as usize] = if is_white_ring { 255 } else { 0 };
                }
            }
        }
    }
    Frame {
        luma,
        width: SIDE,
        height: SIDE,
        name: "panicking".into(),
        taken: None,
    }
}
