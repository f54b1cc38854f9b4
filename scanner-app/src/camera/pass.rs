//! One way of looking for codes in a frame.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source};

use super::local_mean::by_local_mean;
use super::{Found, Frame, Point};

/// A way of looking, from the cheapest to the dearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// rxing on the frame as it is.
    Full,
    /// rxing on half of its width and height: codes held close, and screens whose pixels show.
    Half,
    /// rxing on black and white by the local mean: weak contrast, uneven light.
    LocalMean,
    /// The same for a light code on a dark page.
    Inverted,
    /// Another reader, which is slower and finds less, but not the same.
    Rqrr,
}

impl Pass {
    /// All of them, in the order in which they are worth trying.
    pub const ALL: [Self; 5] = [
        Self::Full,
        Self::Half,
        Self::LocalMean,
        Self::Inverted,
        Self::Rqrr,
    ];

    /// The codes that are seen this way, each text once. A frame that makes a decoder panic holds none.
    pub fn find(self, frame: &Frame) -> Vec<Found> {
        let mut found = guarded(|| match self {
            Self::Full => by_rxing(frame),
            Self::Half => enlarged(by_rxing(&frame.halved()), 2.0),
            Self::LocalMean => by_rxing(&by_local_mean(frame)),
            Self::Inverted => by_rxing(&by_local_mean(&frame.inverted())),
            Self::Rqrr => by_rqrr(frame),
        });
        found.sort_by(|a, b| a.text.cmp(&b.text));
        found.dedup_by(|a, b| a.text == b.text);
        found
    }
}

/// rqrr 0.11 panics on some pictures, and no decoder of pictures that strangers hold up is trusted more than it.
fn guarded(look: impl FnOnce() -> Vec<Found>) -> Vec<Found> {
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_default()
}

fn enlarged(found: Vec<Found>, times: f32) -> Vec<Found> {
    let larger = found.into_iter().map(|found| found.enlarged(times));
    larger.collect()
}

fn by_rxing(frame: &Frame) -> Vec<Found> {
    let Ok(source) = Luma8Source::new_with_slice(&frame.luma, frame.width, frame.height) else {
        return Vec::new();
    };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    // Without it each finder pattern is tried as a micro QR code, too.
    let hints = DecodeHints {
        PossibleFormats: Some([BarcodeFormat::QR_CODE].into()),
        ..DecodeHints::default()
    };
    let results = QrReader.decode_multiple_with_hints(&mut bitmap, &hints);
    let found = results.unwrap_or_default();
    found
        .iter()
        .filter_map(|result| {
            // Not once around: the two upper ones, then the two lower ones, each pair from the left.
            let &[top_left, top_right, bottom_left, bottom_right] = result.getPoints() else {
                return None;
            };
            let corners = [top_left, top_right, bottom_right, bottom_left];
            Some(Found {
                text: result.getText().to_owned(),
                corners: corners.map(|corner| Point {
                    x: corner.x,
                    y: corner.y,
                }),
            })
        })
        .collect()
}

fn by_rqrr(frame: &Frame) -> Vec<Found> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        frame.luma[y * width + x]
    });
    picture
        .detect_grids()
        .iter()
        .filter_map(|grid| {
            let (_, text) = grid.decode().ok()?;
            let corners = grid.bounds.map(|corner| Point {
                x: corner.x as f32,
                y: corner.y as f32,
            });
            Some(Found { text, corners })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Put, even, panicking};
    use super::*;

    const PLAIN: Put = Put {
        scale: 6,
        at: (700, 300),
        tones: (0, 255),
    };

    fn texts(pass: Pass, frame: &Frame) -> Vec<String> {
        let found = pass.find(frame).into_iter();
        found.map(|found| found.text).collect()
    }

    #[test]
    fn every_pass_reads_a_good_code_anywhere_and_says_where_it_is() {
        for (scale, at) in [(4, (3, 5)), (6, (700, 300)), (10, (400, 50))] {
            let mut frame = even(255);
            let tones = (0, 255);
            let corners = frame.draw("0123456789", Put { scale, at, tones });
            let inverted = frame.inverted();
            for pass in Pass::ALL {
                let frame = match pass {
                    Pass::Inverted => &inverted,
                    Pass::Full | Pass::Half | Pass::LocalMean | Pass::Rqrr => &frame,
                };
                let found = pass.find(frame);
                assert_eq!(found.len(), 1, "{pass:?} {scale} {at:?}");
                assert_eq!(found[0].text, "0123456789");
                for (seen, drawn) in found[0].corners.iter().zip(&corners) {
                    let off = (seen.x - drawn.x).hypot(seen.y - drawn.y);
                    // rqrr's outline is a module too large.
                    let most = 1.5 * f32::from(scale);
                    assert!(off <= most, "{pass:?}: {seen:?} instead of {drawn:?}");
                }
            }
        }
    }

    #[test]
    fn two_codes_in_one_frame_are_both_found_where_they_are() {
        let mut frame = even(255);
        let put = |left| Put {
            at: (left, 100),
            ..PLAIN
        };
        let (right, left) = (frame.draw("222", put(800)), frame.draw("111", put(50)));
        let found = Pass::Full.find(&frame);
        let seen: Vec<_> = found.iter().map(|found| found.text.as_str()).collect();
        assert_eq!(seen, ["111", "222"]);
        for (found, drawn) in found.iter().zip([left, right]) {
            assert!((found.corners[0].x - drawn[0].x).abs() < 6.0, "{found:?}");
        }
    }

    #[test]
    fn a_light_code_on_a_dark_page_is_found_by_the_inverted_pass_alone() {
        let mut frame = even(10);
        let tones = (220, 10);
        frame.draw("inverted", Put { tones, ..PLAIN });
        for pass in Pass::ALL {
            let expected: &[&str] = match pass {
                Pass::Inverted => &["inverted"],
                Pass::Full | Pass::Half | Pass::LocalMean | Pass::Rqrr => &[],
            };
            assert_eq!(texts(pass, &frame), expected, "{pass:?}");
        }
    }

    #[test]
    fn a_code_of_very_weak_contrast_needs_the_local_mean() {
        let mut frame = even(130);
        let tones = (110, 130);
        frame.draw("weak", Put { tones, ..PLAIN });
        assert_eq!(texts(Pass::Full, &frame), [""; 0]);
        assert_eq!(texts(Pass::Half, &frame), [""; 0]);
        assert_eq!(texts(Pass::LocalMean, &frame), ["weak"]);
    }

    /// A screen held close: between its pixels there are dark lines, which part the modules.
    #[test]
    fn a_code_whose_screen_pixels_show_needs_half_the_size() {
        let mut frame = even(255);
        let scale = 12;
        let at = (200, 60);
        frame.draw("close", Put { scale, at, ..PLAIN });
        let width = frame.width as usize;
        for (n, pixel) in frame.luma.iter_mut().enumerate() {
            if (n / width).is_multiple_of(2) && (n % width).is_multiple_of(2) {
                *pixel = 255 - *pixel;
            }
        }
        assert_eq!(texts(Pass::Full, &frame), [""; 0]);
        assert_eq!(texts(Pass::Half, &frame), ["close"]);
    }

    #[test]
    fn an_empty_or_tiny_frame_holds_no_code() {
        for (width, height) in [(1280, 720), (65, 65), (3, 2), (2, 1), (1, 1), (0, 0)] {
            let frame = Frame {
                luma: vec![9; (width * height) as usize],
                width,
                height,
                name: "dark".into(),
                taken: None,
            };
            for pass in Pass::ALL {
                assert!(pass.find(&frame).is_empty(), "{pass:?} {width} x {height}");
            }
        }
    }

    #[test]
    fn a_frame_that_makes_a_decoder_panic_holds_no_code() {
        let frame = panicking();
        assert!(catch_unwind(|| by_rqrr(&frame)).is_err(), "it is taken");
        for pass in Pass::ALL {
            assert!(pass.find(&frame).is_empty(), "{pass:?}");
        }
    }
}
