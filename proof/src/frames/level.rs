//! How well tickets are held before the camera.

use std::ops::RangeInclusive;

/// From a holder who stands still near the lamp to one for whom everything goes wrong.
///
/// Each number of a scene is drawn evenly between the two that its level names, one frame independent of the other:
///
/// | | S1 | S2 | S3 | S4 | S5 |
/// | --- | --- | --- | --- | --- | --- |
/// | side of the code, part of the frame's height | 0.45-0.65 | 0.36-0.60 | 0.28-0.50 | 0.28-0.47 | 0.27-0.46 |
/// | tilt out of the picture's plane, degrees | 0-15 | 0-25 | 10-40 | 15-42 | 15-45 |
/// | turned in that plane, degrees each way | 15 | 45 | 180 | 180 | 180 |
/// | out of focus, sigma of a Gaussian in pixels | 0.4-0.9 | 0.5-1.3 | 0.8-1.8 | 0.9-2.0 | 1.0-2.1 |
/// | moved while the shutter was open, pixels | 0-1 | 0-2.5 | 1-5 | 1.5-5.5 | 2-6 |
/// | noise, sigma in steps of 255 | 2-4 | 3-7 | 5-12 | 6-12 | 7-12 |
/// | brightness of the screen's white | 180-235 | 130-230 | 90-210 | 75-190 | 65-170 |
/// | black of the screen, part of white (reflections) | 0.04-0.15 | 0.08-0.25 | 0.15-0.40 | 0.20-0.45 | 0.25-0.55 |
/// | light margin around the code, modules | 4 | 3-4 | 2-4 | 2-4 | 1-3 |
/// | chance of a lamp's glare near the code | 0 | 0.2 | 0.3 | 0.4 | 0.5 |
/// | dirt, part of the code's area | 0 | 0 | 0-0.005 | 0-0.01 | 0-0.015 |
///
/// The page around the margin is dark on every second phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Held well: near, straight, bright.
    S1,
    /// As most people do it.
    S2,
    /// In a hurry: something is always poor.
    S3,
    /// Several things are poor.
    S4,
    /// All of it is poor.
    S5,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::S1, Self::S2, Self::S3, Self::S4, Self::S5];

    /// The table above.
    pub(super) fn ranges(self) -> Ranges {
        match self {
            Self::S1 => Ranges {
                side: 0.45..=0.65,
                tilt: 0.0..=15.0,
                turn: 15.0,
                defocus: 0.4..=0.9,
                motion: 0.0..=1.0,
                noise: 2.0..=4.0,
                white: 180.0..=235.0,
                black: 0.04..=0.15,
                margin: 4..=4,
                glare: 0.0,
                dirt: 0.0..=0.0,
            },
            Self::S2 => Ranges {
                side: 0.36..=0.60,
                tilt: 0.0..=25.0,
                turn: 45.0,
                defocus: 0.5..=1.3,
                motion: 0.0..=2.5,
                noise: 3.0..=7.0,
                white: 130.0..=230.0,
                black: 0.08..=0.25,
                margin: 3..=4,
                glare: 0.2,
                dirt: 0.0..=0.0,
            },
            Self::S3 => Ranges {
                side: 0.28..=0.50,
                tilt: 10.0..=40.0,
                turn: 180.0,
                defocus: 0.8..=1.8,
                motion: 1.0..=5.0,
                noise: 5.0..=12.0,
                white: 90.0..=210.0,
                black: 0.15..=0.40,
                margin: 2..=4,
                glare: 0.3,
                dirt: 0.0..=0.005,
            },
            Self::S4 => Ranges {
                side: 0.28..=0.47,
                tilt: 15.0..=42.0,
                turn: 180.0,
                defocus: 0.9..=2.0,
                motion: 1.5..=5.5,
                noise: 6.0..=12.0,
                white: 75.0..=190.0,
                black: 0.2..=0.45,
                margin: 2..=4,
                glare: 0.4,
                dirt: 0.0..=0.01,
            },
            Self::S5 => Ranges {
                side: 0.27..=0.46,
                tilt: 15.0..=45.0,
                turn: 180.0,
                defocus: 1.0..=2.1,
                motion: 2.0..=6.0,
                noise: 7.0..=12.0,
                white: 65.0..=170.0,
                black: 0.25..=0.55,
                margin: 1..=3,
                glare: 0.5,
                dirt: 0.0..=0.015,
            },
        }
    }
}

/// Between what a scene's numbers are drawn.
pub(super) struct Ranges {
    pub(super) side: RangeInclusive<f32>,
    pub(super) tilt: RangeInclusive<f32>,
    pub(super) turn: f32,
    pub(super) defocus: RangeInclusive<f32>,
    pub(super) motion: RangeInclusive<f32>,
    pub(super) noise: RangeInclusive<f32>,
    pub(super) white: RangeInclusive<f32>,
    pub(super) black: RangeInclusive<f32>,
    pub(super) margin: RangeInclusive<u8>,
    pub(super) glare: f64,
    pub(super) dirt: RangeInclusive<f32>,
}
