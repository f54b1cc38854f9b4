//! Where frames come from.

use std::path::PathBuf;
use std::str::FromStr;

use super::Frame;
use super::webcam::CameraId;

/// May frames be dropped?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A camera: the newest frame counts, older ones are dropped.
    Live,
    /// Files: each is read.
    Patient,
}

/// Gives frames.
pub trait CameraSource: Send {
    /// May frames be dropped?
    fn pace(&self) -> Pace;

    /// The next frame; `None` when there will be no more. An error about one picture doesn't end it.
    fn next_frame(&mut self) -> Option<Result<Frame, CameraError>>;
}

impl CameraSource for Box<dyn CameraSource> {
    fn pace(&self) -> Pace {
        (**self).pace()
    }

    fn next_frame(&mut self) -> Option<Result<Frame, CameraError>> {
        (**self).next_frame()
    }
}

/// No frame.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// The folder can't be listed.
    #[error("listing the pictures in {path}; check that the folder is there and may be read")]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error("there is no picture in {0}; put PNG, JPEG or WebP files there")]
    NoPictures(PathBuf),
    /// The file can't be opened.
    #[error("opening {path}")]
    Open {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Refused before it is decoded, by what its header says.
    #[error("{path} has {megapixels} megapixels; at most {most} are read: make it smaller")]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Its size.
        megapixels: u64,
        /// The limit.
        most: u64,
    },
    /// Not a picture, or a damaged one.
    #[error("{path} is no picture that can be read (PNG, JPEG or WebP)")]
    NotAPicture {
        /// Which.
        path: PathBuf,
        /// What the decoder said.
        #[source]
        source: image::ImageError,
    },
}

impl CameraError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "camera_folder",
            Self::NoPictures(_) => "no_pictures",
            Self::Open { .. } => "picture_open",
            Self::TooLarge { .. } => "picture_too_large",
            Self::NotAPicture { .. } => "not_a_picture",
        }
    }
}

/// What `--camera` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraSpec {
    /// Pictures from files.
    Pictures(PicturesSpec),
    /// `webcam`, or `webcam:ID` for a certain one.
    Webcam(Option<CameraId>),
}

/// Which pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PicturesSpec {
    /// `dir:PATH`: all pictures of a folder, by name.
    Folder(PathBuf),
    /// `file:PATH`: one picture.
    File(PathBuf),
}

/// A text says no camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a camera is `webcam`, `webcam:ID`, `dir:FOLDER` or `file:PICTURE`")]
pub struct ParseCameraError;

impl FromStr for CameraSpec {
    type Err = ParseCameraError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("dir", path)) if !path.is_empty() => {
                Ok(Self::Pictures(PicturesSpec::Folder(path.into())))
            }
            Some(("file", path)) if !path.is_empty() => {
                Ok(Self::Pictures(PicturesSpec::File(path.into())))
            }
            Some(("webcam", id)) => {
                let id = id.parse().map_err(|_empty| ParseCameraError)?;
                Ok(Self::Webcam(Some(id)))
            }
            None if text == "webcam" => Ok(Self::Webcam(None)),
            Some(_) | None => Err(ParseCameraError),
        }
    }
}
