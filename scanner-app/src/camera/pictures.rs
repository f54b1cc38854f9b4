//! Pictures from files, as if a camera had taken them.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, Limits};

use super::{CameraError, CameraSource, Frame, Pace, PicturesSpec};

/// Four times what phones take today; above it a file is an attack or a mistake.
const MOST_PIXELS: u64 = 50_000_000;

/// As many pixels of 8 bytes, the largest there are.
const MOST_DECODER_BYTES: u64 = 8 * MOST_PIXELS;

/// The pictures still to be shown.
#[derive(Debug)]
pub struct Pictures {
    files: VecDeque<PathBuf>,
}

impl Pictures {
    /// Finds the files; an empty folder is an error.
    pub fn open(spec: &PicturesSpec) -> Result<Self, CameraError> {
        let files = match spec {
            PicturesSpec::File(path) => VecDeque::from([path.clone()]),
            PicturesSpec::Folder(path) => files_of(path)?,
        };
        Ok(Self { files })
    }
}

fn files_of(folder: &Path) -> Result<VecDeque<PathBuf>, CameraError> {
    let failed = |source| CameraError::Folder {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(CameraError::NoPictures(folder.to_owned()));
    }
    files.sort();
    Ok(files.into())
}

impl CameraSource for Pictures {
    fn pace(&self) -> Pace {
        Pace::Patient
    }

    fn next_frame(&mut self) -> Option<Result<Frame, CameraError>> {
        self.files.pop_front().map(|path| picture(&path))
    }
}

/// One picture of a file.
pub(crate) fn picture(path: &Path) -> Result<Frame, CameraError> {
    let not_a_picture = |source| CameraError::NotAPicture {
        path: path.to_owned(),
        source,
    };
    let open = |source| CameraError::Open {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::read(path).map_err(open)?;
    let reader = || {
        ImageReader::new(BufReader::new(Cursor::new(&bytes)))
            .with_guessed_format()
            .map_err(open)
    };
    let (width, height) = reader()?.into_dimensions().map_err(not_a_picture)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        let (megapixels, most) = (pixels / 1_000_000, MOST_PIXELS / 1_000_000);
        return Err(CameraError::TooLarge {
            path: path.to_owned(),
            megapixels,
            most,
        });
    }
    let mut decoder = reader()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_DECODER_BYTES);
    decoder.limits(limits);
    let luma = on_white(decoder.decode().map_err(not_a_picture)?);
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Frame {
        luma,
        width,
        height,
        name,
        taken: None,
    })
}

/// What is transparent shows the page below it, which is white.
fn on_white(picture: DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.into_luma8().into_raw();
    }
    picture
        .into_luma_alpha8()
        .pixels()
        .map(|pixel| {
            let [grey, alpha] = pixel.0.map(u32::from);
            ((grey * alpha + 255 * (255 - alpha)) / 255) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::CameraSpec;
    use super::*;

    fn in_folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::GrayImage::new(width, height)
            .write_to(&mut bytes, image::ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    /// The header alone says that it is 10,000 x 10,000.
    fn header_of_100_megapixels() -> Vec<u8> {
        let mut header = Vec::from(*b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        header.extend([10_000u32.to_be_bytes(), 10_000u32.to_be_bytes()].concat());
        header.extend([8, 0, 0, 0, 0]);
        let crc = crc(&header[12..]);
        header.extend(crc.to_be_bytes());
        header.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
        header
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| {
                if c & 1 == 1 {
                    c >> 1 ^ 0xedb8_8320
                } else {
                    c >> 1
                }
            })
        })
    }

    #[test]
    fn pictures_come_in_the_order_of_their_names() {
        let folder = in_folder(&[("b.png", &png(3, 2)), ("a.png", &png(5, 4))]);
        let mut pictures = Pictures::open(&PicturesSpec::Folder(folder.path().into())).unwrap();
        let frames: Vec<_> = std::iter::from_fn(|| pictures.next_frame())
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            frames
                .iter()
                .map(|f| (f.name.as_str(), f.width))
                .collect::<Vec<_>>(),
            [("a.png", 5), ("b.png", 3)]
        );
    }

    #[test]
    fn what_is_no_picture_is_named_and_does_not_end_the_others() {
        let folder = in_folder(&[
            ("a.txt", b"not a picture"),
            ("b.png", &png(3, 2)[..30]),
            ("c.png", &png(3, 2)),
        ]);
        let mut pictures = Pictures::open(&PicturesSpec::Folder(folder.path().into())).unwrap();
        assert_eq!(
            pictures.next_frame().unwrap().unwrap_err().code(),
            "not_a_picture"
        );
        assert_eq!(
            pictures.next_frame().unwrap().unwrap_err().code(),
            "not_a_picture"
        );
        assert!(pictures.next_frame().unwrap().is_ok());
    }

    #[test]
    fn a_picture_of_100_megapixels_is_refused_by_its_header() {
        let folder = in_folder(&[("huge.png", &header_of_100_megapixels())]);
        let mut pictures = Pictures::open(&PicturesSpec::Folder(folder.path().into())).unwrap();
        let error = pictures.next_frame().unwrap().unwrap_err();
        assert_eq!(error.code(), "picture_too_large", "{error}");
    }

    #[test]
    fn an_empty_folder_says_what_to_put_there() {
        let folder = in_folder(&[]);
        let error = Pictures::open(&PicturesSpec::Folder(folder.path().into())).unwrap_err();
        assert!(error.to_string().contains("PNG"), "{error}");
        let gone = PicturesSpec::Folder(folder.path().join("gone"));
        assert_eq!(Pictures::open(&gone).unwrap_err().code(), "camera_folder");
    }

    #[test]
    fn a_transparent_page_is_white() {
        let mut picture = image::GrayAlphaImage::new(2, 1);
        picture.put_pixel(1, 0, image::LumaA([0, 255]));
        assert_eq!(on_white(picture.into()), [255, 0]);
    }

    #[test]
    fn a_camera_is_named_by_its_kind() {
        let folder = CameraSpec::Pictures(PicturesSpec::Folder("/a:b".into()));
        assert_eq!("dir:/a:b".parse(), Ok(folder));
        let file = CameraSpec::Pictures(PicturesSpec::File("x.png".into()));
        assert_eq!("file:x.png".parse(), Ok(file));
        assert_eq!("webcam".parse(), Ok(CameraSpec::Webcam(None)));
        let usb = "usb-0000:00:14.0-3".parse().unwrap();
        assert_eq!(
            "webcam:usb-0000:00:14.0-3".parse(),
            Ok(CameraSpec::Webcam(Some(usb)))
        );
        for text in ["dir:", "webcam:", "web", "web:cam", ""] {
            assert!(text.parse::<CameraSpec>().is_err(), "{text}");
        }
    }
}
