//! In which form a camera gives its pictures, and which of its forms is asked for first.

use std::fmt;

use nokhwa::utils::{CameraFormat, FrameFormat, Resolution};

/// How a picture's pixels are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// A JPEG each.
    Mjpeg,
    /// Brightness and colour by turns, two bytes a pixel.
    Yuyv,
    /// A plane of brightness, then one of colour.
    Nv12,
    /// A plane of brightness.
    Grey,
    /// Three bytes a pixel, red first.
    Rgb,
    /// Three bytes a pixel, blue first.
    Bgr,
}

impl Encoding {
    /// Those that can be read, the one with the least bytes first.
    const ALL: [Self; 6] = [
        Self::Mjpeg,
        Self::Nv12,
        Self::Yuyv,
        Self::Grey,
        Self::Rgb,
        Self::Bgr,
    ];

    /// The kernel's four letters for it, as nokhwa spells them.
    pub(super) fn letters(self) -> &'static [u8; 4] {
        match self {
            Self::Mjpeg => b"MJPG",
            Self::Yuyv => b"YUYV",
            Self::Nv12 => b"NV12",
            Self::Grey => b"GRAY",
            Self::Rgb => b"RGB3",
            Self::Bgr => b"BGR3",
        }
    }

    pub(super) fn of_letters(letters: [u8; 4]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|encoding| *encoding.letters() == letters)
    }

    fn format(self) -> FrameFormat {
        match self {
            Self::Mjpeg => FrameFormat::MJPEG,
            Self::Yuyv => FrameFormat::YUYV,
            Self::Nv12 => FrameFormat::NV12,
            Self::Grey => FrameFormat::GRAY,
            Self::Rgb => FrameFormat::RAWRGB,
            Self::Bgr => FrameFormat::RAWBGR,
        }
    }

    fn place(self) -> usize {
        Self::ALL
            .iter()
            .position(|&other| other == self)
            .unwrap_or(Self::ALL.len())
    }
}

impl From<FrameFormat> for Encoding {
    fn from(format: FrameFormat) -> Self {
        match format {
            FrameFormat::MJPEG => Self::Mjpeg,
            FrameFormat::YUYV => Self::Yuyv,
            FrameFormat::NV12 => Self::Nv12,
            FrameFormat::GRAY => Self::Grey,
            FrameFormat::RAWRGB => Self::Rgb,
            FrameFormat::RAWBGR => Self::Bgr,
        }
    }
}

/// One of the forms in which a camera gives pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mode {
    /// The pixels' layout.
    pub encoding: Encoding,
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Pictures a second.
    pub rate: u32,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = String::from_utf8_lossy(self.encoding.letters());
        write!(
            f,
            "{letters} {}x{} at {}",
            self.width, self.height, self.rate
        )
    }
}

impl From<Mode> for CameraFormat {
    fn from(mode: Mode) -> Self {
        Self::new(
            Resolution::new(mode.width, mode.height),
            mode.encoding.format(),
            mode.rate,
        )
    }
}

const fn mode(encoding: Encoding, width: u32, height: u32, rate: u32) -> Mode {
    Mode {
        encoding,
        width,
        height,
        rate,
    }
}

/// Enough pixels for a code on a phone at arm's length, and cheap enough to read each picture.
const WANTED: [Mode; 2] = [
    mode(Encoding::Mjpeg, 1280, 720, 30),
    mode(Encoding::Yuyv, 640, 480, 30),
];

/// Slower than that, whoever holds a phone up waits for the camera.
const SLOW: u32 = 15;

/// The modes in the order in which they are tried: the wanted ones, then what moves, then what is nearest to them in size.
pub(super) fn by_preference(mut modes: Vec<Mode>) -> Vec<Mode> {
    modes.sort_by_key(|mode| {
        let wanted = WANTED.iter().position(|wanted| wanted == mode);
        (
            wanted.unwrap_or(WANTED.len()),
            mode.rate < SLOW,
            distance(mode),
            mode.encoding.place(),
            mode.rate.abs_diff(30),
        )
    });
    modes.dedup();
    modes
}

/// From the wanted number of pixels: twice as many is as far as half as many. In hundredths of a doubling.
fn distance(mode: &Mode) -> u32 {
    let pixels = |mode: &Mode| f64::from(mode.width.max(1)) * f64::from(mode.height.max(1));
    (100.0 * (pixels(mode) / pixels(&WANTED[0])).log2().abs()) as u32
}

/// Of sizes from `least` to `most` in steps, the one nearest to `wanted`.
pub(super) fn nearest_step(wanted: u32, least: u32, most: u32, step: u32) -> u32 {
    let steps = (wanted.clamp(least, most.max(least)) - least) / step.max(1);
    least + steps * step.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_of(modes: &[Mode]) -> Mode {
        by_preference(modes.to_vec())[0]
    }

    const HD: Mode = mode(Encoding::Mjpeg, 1280, 720, 30);
    const VGA: Mode = mode(Encoding::Yuyv, 640, 480, 30);
    const FOUR_K: Mode = mode(Encoding::Mjpeg, 3840, 2160, 30);

    #[test]
    fn a_usual_webcam_gives_720_rows_of_jpeg() {
        let full = mode(Encoding::Mjpeg, 1920, 1080, 30);
        let raw = mode(Encoding::Yuyv, 1280, 720, 10);
        assert_eq!(by_preference(vec![full, raw, VGA, HD])[..2], [HD, VGA]);
    }

    #[test]
    fn a_camera_without_jpeg_gives_what_moves_rather_than_what_is_large() {
        let large = mode(Encoding::Yuyv, 1280, 720, 10);
        let small = mode(Encoding::Yuyv, 800, 600, 20);
        assert_eq!(first_of(&[large, small]), small);
        assert_eq!(first_of(&[large, small, VGA]), VGA);
        assert_eq!(first_of(&[large]), large);
    }

    #[test]
    fn of_large_and_small_the_nearest_is_taken_and_4k_alone_is_better_than_nothing() {
        let full = mode(Encoding::Mjpeg, 1920, 1080, 30);
        let tiny = mode(Encoding::Mjpeg, 320, 240, 30);
        assert_eq!(first_of(&[FOUR_K, full, tiny]), full);
        assert_eq!(first_of(&[FOUR_K]), FOUR_K);
    }

    #[test]
    fn of_the_same_size_jpeg_comes_first_and_the_rate_nearest_to_30() {
        let full = |encoding, rate| mode(encoding, 1920, 1080, rate);
        let (fast, usual) = (full(Encoding::Mjpeg, 60), full(Encoding::Mjpeg, 25));
        let raw = full(Encoding::Nv12, 30);
        assert_eq!(by_preference(vec![fast, raw, usual]), [usual, fast, raw]);
    }

    #[test]
    fn a_size_in_steps_is_met_as_nearly_as_the_steps_allow() {
        assert_eq!(nearest_step(1280, 16, 4096, 16), 1280);
        assert_eq!(nearest_step(720, 2, 2160, 100), 702);
        assert_eq!(nearest_step(1280, 32, 640, 0), 640);
        assert_eq!(nearest_step(720, 1080, 1080, 8), 1080);
    }
}
