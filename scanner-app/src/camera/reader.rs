//! From a frame to texts: rxing's reader at full size, then at half size, on a thread of its own.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BinaryBitmap, Luma8LuminanceSource};

use super::slot::Slot;
use super::{CameraError, CameraSource, Frame};

/// What came of one frame.
#[derive(Debug)]
pub enum Read {
    /// It was looked at; the texts of its codes, each once.
    Codes {
        /// The frame's name.
        frame: String,
        /// Most often none or one.
        texts: Vec<String>,
        /// How long looking took.
        took: Duration,
    },
    /// There was no frame to look at.
    Failed(CameraError),
}

/// Reads a source until its end, or until the receiver is dropped.
pub fn start(mut source: impl CameraSource + 'static) -> Receiver<Read> {
    let slot = Arc::new(Slot::new(source.pace()));
    let (found, receiver) = channel();
    let frames = Arc::clone(&slot);
    thread::spawn(move || {
        while let Some(frame) = source.next_frame() {
            if !frames.put(frame) {
                break;
            }
        }
        frames.close();
    });
    thread::spawn(move || {
        while let Some(frame) = slot.take() {
            let read = match frame {
                Ok(frame) => {
                    let began = Instant::now();
                    Read::Codes {
                        texts: read_codes(&frame),
                        took: began.elapsed(),
                        frame: frame.name,
                    }
                }
                Err(error) => Read::Failed(error),
            };
            if found.send(read).is_err() {
                break;
            }
        }
        slot.close();
    });
    receiver
}

/// The texts of all codes in a frame, each once. A frame that makes the decoder panic holds none.
pub fn read_codes(frame: &Frame) -> Vec<String> {
    let mut texts = one_pass(frame);
    if texts.is_empty() {
        texts = one_pass(&frame.halved());
    }
    texts.sort();
    texts.dedup();
    texts
}

fn one_pass(frame: &Frame) -> Vec<String> {
    catch_unwind(|| {
        let Ok(source) = Luma8LuminanceSource::new(frame.luma.clone(), frame.width, frame.height)
        else {
            return Vec::new();
        };
        let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
        let results = QrReader.decode_multiple(&mut bitmap).unwrap_or_default();
        results
            .iter()
            .map(|result| result.getText().to_owned())
            .collect()
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::ticket::{PixelsPerModule, Qr};

    use super::super::{Pictures, PicturesSpec};
    use super::*;

    /// A code on a dark frame, at an offset.
    fn frame(text: &str, scale: u8, at: (u32, u32)) -> Frame {
        let (side, code) = Qr::text(text)
            .unwrap()
            .luma(PixelsPerModule::new(scale).unwrap());
        let (width, height) = (1280, 720);
        let mut luma = vec![20; (width * height) as usize];
        for y in 0..side {
            for x in 0..side {
                luma[((at.1 + y) * width + at.0 + x) as usize] = code[(y * side + x) as usize];
            }
        }
        Frame {
            luma,
            width,
            height,
            name: "frame".into(),
            taken: None,
        }
    }

    #[test]
    fn a_code_anywhere_in_the_frame_is_read() {
        for (scale, at) in [(4, (0, 0)), (6, (700, 300)), (10, (400, 50))] {
            assert_eq!(
                read_codes(&frame("0123456789", scale, at)),
                ["0123456789"],
                "{scale} {at:?}"
            );
        }
    }

    #[test]
    fn two_codes_in_one_frame_are_both_read() {
        let (mut left, right) = (frame("111", 6, (50, 100)), frame("222", 6, (800, 100)));
        for (pixel, other) in left.luma.iter_mut().zip(&right.luma) {
            *pixel = (*pixel).max(*other);
        }
        assert_eq!(read_codes(&left), ["111", "222"]);
    }

    #[test]
    fn an_empty_or_tiny_frame_holds_no_code() {
        let dark = |width, height| Frame {
            luma: vec![9; (width * height) as usize],
            width,
            height,
            name: "dark".into(),
            taken: None,
        };
        for frame in [dark(1280, 720), dark(1, 1), dark(2, 1), dark(0, 0)] {
            assert!(read_codes(&frame).is_empty());
        }
    }

    #[test]
    fn every_picture_of_a_folder_is_read_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..12 {
            let png = Qr::text(&format!("{n}"))
                .unwrap()
                .png(PixelsPerModule::SCREEN);
            std::fs::write(folder.path().join(format!("{n:02}.png")), png).unwrap();
        }
        let pictures = Pictures::open(&PicturesSpec::Folder(folder.path().into())).unwrap();
        let texts: Vec<String> = start(pictures)
            .iter()
            .flat_map(|read| match read {
                Read::Codes { texts, .. } => texts,
                Read::Failed(error) => panic!("{error}"),
            })
            .collect();
        assert_eq!(texts, (0..12).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}
