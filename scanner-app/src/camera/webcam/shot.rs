//! A picture as the camera gave it, and what is made of it: brightness for reading, a JPEG for the screen.

use std::sync::Arc;
use std::time::Instant;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use nokhwa::Buffer;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::jpeg::{self, CutError};
use super::mode::Encoding;
use crate::camera::Frame;

/// As many pixels as are read at once: more only cost time, a code that fills the view has pixels enough.
const MOST_PIXELS: u32 = 1920 * 1080;

/// What a camera can have; above it a picture's header lies.
const LONGEST_SIDE: usize = 8192;

/// Good enough to see what is held where.
const PREVIEW_QUALITY: u8 = 75;

/// One picture of a camera. Cloning it copies no pixels.
#[derive(Clone, Debug)]
pub(super) struct Shot {
    /// As the driver gave it.
    pub(super) buffer: Buffer,
    /// When.
    pub(super) taken: Instant,
}

/// A camera's picture can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShotError {
    /// Less of it came than its size says.
    #[error("a picture of {width}x{height} has {got} bytes of {needed}")]
    Short {
        width: u32,
        height: u32,
        got: usize,
        needed: usize,
    },
    /// No JPEG, or not all of one.
    #[error("finding the JPEG in the camera's buffer")]
    Cut(#[from] CutError),
    /// The decoder gave up.
    #[error("decoding the camera's JPEG")]
    Decode(#[source] zune_jpeg::errors::DecodeErrors),
    /// The encoder gave up.
    #[error("encoding a JPEG for the screen")]
    Encode(#[source] image::ImageError),
}

/// A picture for the screen.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its number, from 1 on; some are left out.
    pub no: u64,
    /// A whole JPEG.
    pub jpeg: Arc<[u8]>,
    /// Its pixels a row.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

impl Shot {
    fn encoding(&self) -> Encoding {
        self.buffer.source_frame_format().into()
    }

    fn size(&self) -> (u32, u32) {
        let resolution = self.buffer.resolution();
        (resolution.width(), resolution.height())
    }

    /// For reading, at most [`MOST_PIXELS`].
    pub(super) fn frame(&self, name: String) -> Result<Frame, ShotError> {
        let (luma, (width, height)) = match self.encoding() {
            Encoding::Mjpeg => luma_of_jpeg(self.buffer.buffer())?,
            Encoding::Yuyv => (
                self.pixels(2)?.iter().step_by(2).copied().collect(),
                self.size(),
            ),
            // The colours behind are not looked at, so they need not be there.
            Encoding::Nv12 | Encoding::Grey => (self.pixels(1)?.to_vec(), self.size()),
            Encoding::Rgb => (self.brightness([0, 1, 2])?, self.size()),
            Encoding::Bgr => (self.brightness([2, 1, 0])?, self.size()),
        };
        let mut frame = Frame {
            luma,
            width,
            height,
            name,
            taken: Some(self.taken),
        };
        while frame.width * frame.height > MOST_PIXELS {
            frame = frame.halved();
        }
        Ok(frame)
    }

    /// The first bytes of the buffer, so many for each pixel.
    fn pixels(&self, bytes_each: usize) -> Result<&[u8], ShotError> {
        let (width, height) = self.size();
        self.first_bytes(width as usize * height as usize * bytes_each)
    }

    fn first_bytes(&self, needed: usize) -> Result<&[u8], ShotError> {
        let (width, height) = self.size();
        let bytes = self.buffer.buffer();
        bytes.get(..needed).ok_or(ShotError::Short {
            width,
            height,
            got: bytes.len(),
            needed,
        })
    }

    /// Of three bytes a pixel, where red, green and blue are at these places. The weights are those of BT.601.
    fn brightness(&self, [red, green, blue]: [usize; 3]) -> Result<Vec<u8>, ShotError> {
        let weighed = |pixel: &[u8]| {
            let [r, g, b] = [red, green, blue].map(|place| u32::from(pixel[place]));
            ((77 * r + 150 * g + 29 * b) >> 8) as u8
        };
        Ok(self.pixels(3)?.chunks_exact(3).map(weighed).collect())
    }

    /// For the screen: the camera's own JPEG where it gives one, else one of half the width and height.
    pub(super) fn preview(&self, no: u64) -> Result<Preview, ShotError> {
        let (width, height) = self.size();
        let (row, rows) = (width as usize, height as usize);
        let jpeg = match self.encoding() {
            Encoding::Mjpeg => {
                let jpeg = Arc::from(jpeg::cut(self.buffer.buffer())?);
                return Ok(Preview {
                    no,
                    jpeg,
                    width,
                    height,
                });
            }
            Encoding::Yuyv => {
                let bytes = self.pixels(2)?;
                self.half_jpeg(|x, y| {
                    let at = 2 * (y * row + x);
                    rgb_of(bytes[at], bytes[at + 1], bytes[at + 3])
                })?
            }
            Encoding::Nv12 => {
                let colours = row * rows;
                let bytes = self.first_bytes(colours + row * (rows / 2))?;
                self.half_jpeg(|x, y| {
                    let at = colours + y / 2 * row + x;
                    rgb_of(bytes[y * row + x], bytes[at], bytes[at + 1])
                })?
            }
            Encoding::Grey => {
                let bytes = self.pixels(1)?;
                self.half_jpeg(|x, y| [bytes[y * row + x]; 3])?
            }
            Encoding::Rgb => {
                let bytes = self.pixels(3)?;
                self.half_jpeg(|x, y| [0, 1, 2].map(|part| bytes[3 * (y * row + x) + part]))?
            }
            Encoding::Bgr => {
                let bytes = self.pixels(3)?;
                self.half_jpeg(|x, y| [2, 1, 0].map(|part| bytes[3 * (y * row + x) + part]))?
            }
        };
        Ok(Preview {
            no,
            jpeg,
            width: width / 2,
            height: height / 2,
        })
    }

    /// Of every second pixel of every second row, which is asked for by its column and row.
    fn half_jpeg(&self, rgb: impl Fn(usize, usize) -> [u8; 3]) -> Result<Arc<[u8]>, ShotError> {
        let (width, height) = (self.size().0 / 2, self.size().1 / 2);
        let pixels: Vec<u8> = (0..height as usize)
            .flat_map(|y| (0..width as usize).map(move |x| (2 * x, 2 * y)))
            .flat_map(|(x, y)| rgb(x, y))
            .collect();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, PREVIEW_QUALITY)
            .encode(&pixels, width, height, ExtendedColorType::Rgb8)
            .map_err(ShotError::Encode)?;
        Ok(jpeg.into())
    }
}

/// The brightness of a JPEG; its colours are never decoded.
fn luma_of_jpeg(buffer: &[u8]) -> Result<(Vec<u8>, (u32, u32)), ShotError> {
    let jpeg = match jpeg::cut(buffer) {
        Ok(jpeg) => jpeg,
        // Its upper part may show a code.
        Err(CutError::NoEnd) => buffer,
        Err(error @ CutError::NotJpeg) => return Err(error.into()),
    };
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    let luma = decoder.decode().map_err(ShotError::Decode)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let needed = width * height;
    let size = (width as u32, height as u32);
    if luma.len() == needed {
        return Ok((luma, size));
    }
    Err(ShotError::Short {
        width: size.0,
        height: size.1,
        got: luma.len(),
        needed,
    })
}

/// BT.601 in its narrow range, as cameras have it, in 256ths.
fn rgb_of(y: u8, u: u8, v: u8) -> [u8; 3] {
    let y = 298 * (i32::from(y) - 16);
    let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
    [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u]
        .map(|part| ((part + 128) >> 8).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use nokhwa::utils::{FrameFormat, Resolution};

    use super::*;

    fn shot(bytes: &[u8], (width, height): (u32, u32), format: FrameFormat) -> Shot {
        Shot {
            buffer: Buffer::new(Resolution::new(width, height), bytes, format),
            taken: Instant::now(),
        }
    }

    fn luma(bytes: &[u8], size: (u32, u32), format: FrameFormat) -> Vec<u8> {
        let frame = shot(bytes, size, format).frame("1".into()).unwrap();
        assert_eq!(
            (frame.width, frame.height, frame.name.as_str()),
            (size.0, size.1, "1")
        );
        frame.luma
    }

    /// A ramp, in colour.
    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let pixels: Vec<u8> = (0..width * height)
            .flat_map(|n| {
                let grey = (n % width * 255 / width) as u8;
                [grey, grey / 2 + 60, 255 - grey]
            })
            .collect();
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 95)
            .encode(&pixels, width, height, ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    }

    #[test]
    fn brightness_is_every_second_byte_of_yuyv_and_the_first_plane_of_nv12() {
        let yuyv = [10, 128, 20, 128, 30, 128, 40, 128, 99, 99];
        assert_eq!(luma(&yuyv, (2, 2), FrameFormat::YUYV), [10, 20, 30, 40]);
        let nv12 = [10, 20, 30, 40, 128, 128];
        assert_eq!(luma(&nv12, (2, 2), FrameFormat::NV12), [10, 20, 30, 40]);
        assert_eq!(luma(&nv12, (3, 2), FrameFormat::GRAY), nv12);
    }

    #[test]
    fn green_is_brightest_and_blue_darkest_in_either_order() {
        let (rgb, bgr) = (
            [255, 0, 0, 0, 255, 0, 0, 0, 255],
            [0, 0, 255, 0, 255, 0, 255, 0, 0],
        );
        assert_eq!(luma(&rgb, (3, 1), FrameFormat::RAWRGB), [76, 149, 28]);
        assert_eq!(luma(&bgr, (3, 1), FrameFormat::RAWBGR), [76, 149, 28]);
    }

    #[test]
    fn a_jpeg_has_the_brightness_that_the_image_crate_finds_whatever_is_behind_it() {
        let mut bytes = jpeg(64, 48);
        let expected = image::load_from_memory(&bytes).unwrap().to_luma8();
        bytes.extend([0xff; 999]);
        let luma = luma(&bytes, (64, 48), FrameFormat::MJPEG);
        let furthest = luma
            .iter()
            .zip(expected.as_raw())
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(furthest <= Some(8), "{furthest:?}");
    }

    #[test]
    fn a_truncated_jpeg_is_still_a_picture_and_garbage_is_an_error() {
        let bytes = jpeg(64, 48);
        let half = shot(&bytes[..bytes.len() * 2 / 3], (64, 48), FrameFormat::MJPEG);
        assert!(half.frame("1".into()).is_ok());
        assert!(matches!(
            half.preview(1),
            Err(ShotError::Cut(CutError::NoEnd))
        ));
        let garbage = shot(&[7; 999], (64, 48), FrameFormat::MJPEG);
        assert!(matches!(
            garbage.frame("1".into()),
            Err(ShotError::Cut(CutError::NotJpeg))
        ));
    }

    #[test]
    fn less_than_the_size_says_is_an_error() {
        for format in [FrameFormat::YUYV, FrameFormat::NV12, FrameFormat::RAWBGR] {
            let short = shot(&[0; 11], (4, 3), format);
            assert!(
                matches!(short.frame("1".into()), Err(ShotError::Short { .. })),
                "{format}"
            );
            assert!(
                matches!(short.preview(1), Err(ShotError::Short { .. })),
                "{format}"
            );
        }
    }

    #[test]
    fn four_thousand_pixels_a_row_are_halved_before_they_are_read() {
        let large = shot(&vec![9; 3840 * 2160], (3840, 2160), FrameFormat::GRAY);
        let frame = large.frame("1".into()).unwrap();
        assert_eq!((frame.width, frame.height), (1920, 1080));
    }

    #[test]
    fn the_screen_gets_the_cameras_own_jpeg_or_a_half_size_one_in_its_colours() {
        let bytes = jpeg(64, 48);
        let mut buffer = bytes.clone();
        buffer.extend([1; 99]);
        let preview = shot(&buffer, (64, 48), FrameFormat::MJPEG)
            .preview(7)
            .unwrap();
        assert_eq!((preview.no, preview.width, preview.height), (7, 64, 48));
        assert_eq!(preview.jpeg[..], bytes[..]);

        // Strong red, in each of the layouts.
        let (yuyv, nv12) = ([81, 90, 81, 240].repeat(32 * 16), {
            let mut planes = vec![81; 64 * 16];
            planes.extend([90, 240].repeat(32 * 8));
            planes
        });
        let (rgb, bgr) = ([255, 0, 0].repeat(64 * 16), [0, 0, 255].repeat(64 * 16));
        let layouts = [
            (yuyv, FrameFormat::YUYV),
            (nv12, FrameFormat::NV12),
            (rgb, FrameFormat::RAWRGB),
            (bgr, FrameFormat::RAWBGR),
        ];
        for (bytes, format) in layouts {
            let preview = shot(&bytes, (64, 16), format).preview(1).unwrap();
            assert_eq!((preview.width, preview.height), (32, 8));
            let shown = image::load_from_memory(&preview.jpeg).unwrap().to_rgb8();
            assert_eq!((shown.width(), shown.height()), (32, 8));
            let [red, green, blue] = shown.get_pixel(16, 4).0;
            assert!(
                red > 240 && green < 20 && blue < 20,
                "{format}: {red} {green} {blue}"
            );
        }
    }
}
