//! Opens a camera in the first of its modes that it takes.
//!
//! nokhwa gives up on a camera that another program left in a mode that nokhwa doesn't know, before it sets its own. So the
//! mode is set first, by the library below nokhwa; it also tells apart who is busy, gone or forbidden.

use std::io;

use nokhwa::utils::{CameraFormat, CameraIndex, RequestedFormat, RequestedFormatType};
use nokhwa::{Camera, NokhwaError};
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::video::Capture as _;
use v4l::video::capture::Parameters;
use v4l::{Device, Format, FourCC};

use super::cameras::{CameraInfo, is_gone};
use super::mode::{Encoding, Mode, by_preference, nearest_step};

/// A driver that refuses so many modes refuses the others too.
const MOST_TRIED: usize = 6;

/// A camera gives no pictures, or none any more.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The kernel doesn't let this user open it.
    #[error("this user may not use the camera; add the user to the group `video` and log in again")]
    NotAllowed(#[source] io::Error),
    /// It can't be opened.
    #[error("opening the camera; unplug it and plug it in again")]
    Open(#[source] io::Error),
    /// It doesn't say what it can do.
    #[error("asking the camera for its modes; unplug it and plug it in again")]
    Modes(#[source] io::Error),
    /// It knows only modes that can't be read.
    #[error(
        "the camera gives no pictures that can be read (JPEG, YUYV, NV12, grey or RGB); use another camera"
    )]
    NoMode,
    /// It doesn't take one of its own modes.
    #[error("setting the camera to {mode}; unplug it and plug it in again")]
    Set {
        /// Which.
        mode: Mode,
        /// What the kernel said.
        #[source]
        source: io::Error,
    },
    /// It took another mode than the one asked for.
    #[error("the camera doesn't take its own mode {0}; unplug it and plug it in again")]
    Refused(Mode),
    /// The library can't use it in that mode.
    #[error("starting the camera as {mode}; unplug it and plug it in again")]
    Start {
        /// Which.
        mode: Mode,
        /// What the library said.
        #[source]
        source: NokhwaError,
    },
    /// It gave pictures and stopped.
    #[error("taking a picture; if that lasts, unplug the camera and plug it in again")]
    Frame(#[source] NokhwaError),
    /// The library gave up in an unforeseen way.
    #[error(
        "the camera's driver did what was not expected; unplug the camera and plug it in again"
    )]
    Panicked,
}

/// What a camera's error means for whoever waits for its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is not there any more.
    Gone,
    /// Another program uses it.
    Busy,
    /// Anything else.
    Failed,
}

impl CaptureError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed(_) => "camera_not_allowed",
            Self::Open(_) => "camera_open",
            Self::Modes(_) | Self::Set { .. } | Self::Refused(_) => "camera_mode",
            Self::NoMode => "camera_no_mode",
            Self::Start { .. } => "camera_start",
            Self::Frame(_) => "camera_frame",
            Self::Panicked => "camera_driver",
        }
    }

    pub(super) fn trouble(&self) -> Trouble {
        let error = match self {
            Self::NotAllowed(source)
            | Self::Open(source)
            | Self::Modes(source)
            | Self::Set { source, .. } => source.raw_os_error(),
            Self::Start { source, .. } | Self::Frame(source) => number_in(&source.to_string()),
            Self::NoMode | Self::Refused(_) | Self::Panicked => None,
        };
        let error = error.map(io::Error::from_raw_os_error);
        match error {
            Some(error) if is_gone(&error) => Trouble::Gone,
            Some(error) if error.kind() == io::ErrorKind::ResourceBusy => Trouble::Busy,
            Some(_) | None => Trouble::Failed,
        }
    }
}

/// nokhwa turns the kernel's errors into text, at whose end the standard library writes their number.
fn number_in(text: &str) -> Option<i32> {
    let (_, after) = text.rsplit_once("(os error ")?;
    after.split_once(')')?.0.parse().ok()
}

/// Opens it and starts it.
pub(super) fn open(info: &CameraInfo) -> Result<(Camera, Mode), CaptureError> {
    let modes = by_preference(modes_of(&device(info)?)?);
    let mut last = CaptureError::NoMode;
    for mode in modes.into_iter().take(MOST_TRIED) {
        match set(info, mode).and_then(|()| start(info, mode)) {
            Ok(camera) => return Ok((camera, mode)),
            Err(error) => match error.trouble() {
                Trouble::Gone | Trouble::Busy => return Err(error),
                Trouble::Failed => last = error,
            },
        }
    }
    Err(last)
}

fn device(info: &CameraInfo) -> Result<Device, CaptureError> {
    Device::new(info.index as usize).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => CaptureError::NotAllowed(error),
        _ => CaptureError::Open(error),
    })
}

/// The device is closed before nokhwa opens it: whoever set a camera's mode keeps it from others until then.
fn set(info: &CameraInfo, mode: Mode) -> Result<(), CaptureError> {
    let failed = |source| CaptureError::Set { mode, source };
    let device = device(info)?;
    let wanted = Format::new(
        mode.width,
        mode.height,
        FourCC::new(mode.encoding.letters()),
    );
    let got = device.set_format(&wanted).map_err(failed)?;
    if (got.width, got.height, got.fourcc) != (wanted.width, wanted.height, wanted.fourcc) {
        return Err(CaptureError::Refused(mode));
    }
    device
        .set_params(&Parameters::with_fps(mode.rate))
        .map_err(failed)?;
    Ok(())
}

fn start(info: &CameraInfo, mode: Mode) -> Result<Camera, CaptureError> {
    let failed = |source| CaptureError::Start { mode, source };
    let format = CameraFormat::from(mode);
    let formats = [format.format()];
    let exactly = RequestedFormat::with_formats(RequestedFormatType::Exact(format), &formats);
    let mut camera = Camera::new(CameraIndex::Index(info.index), exactly).map_err(failed)?;
    camera.open_stream().map_err(failed)?;
    Ok(camera)
}

/// Those that nokhwa knows: whole pictures a second, in one of the encodings.
fn modes_of(device: &Device) -> Result<Vec<Mode>, CaptureError> {
    let mut modes = Vec::new();
    for description in device.enum_formats().map_err(CaptureError::Modes)? {
        let Some(encoding) = Encoding::of_letters(description.fourcc.repr) else {
            continue;
        };
        let sizes = device
            .enum_framesizes(description.fourcc)
            .map_err(CaptureError::Modes)?;
        for (width, height) in sizes.into_iter().flat_map(|size| sizes_of(&size.size)) {
            let rates = rates_of(device, description.fourcc, width, height);
            modes.extend(rates.into_iter().map(|rate| Mode {
                encoding,
                width,
                height,
                rate,
            }));
        }
    }
    Ok(modes)
}

/// Of a camera that scales by itself, the sizes near those that are wanted.
fn sizes_of(size: &FrameSizeEnum) -> Vec<(u32, u32)> {
    match size {
        FrameSizeEnum::Discrete(size) => vec![(size.width, size.height)],
        FrameSizeEnum::Stepwise(steps) => [(1280, 720), (640, 480)]
            .map(|(width, height)| {
                (
                    nearest_step(width, steps.min_width, steps.max_width, steps.step_width),
                    nearest_step(
                        height,
                        steps.min_height,
                        steps.max_height,
                        steps.step_height,
                    ),
                )
            })
            .into(),
    }
}

fn rates_of(device: &Device, letters: FourCC, width: u32, height: u32) -> Vec<u32> {
    let Ok(intervals) = device.enum_frameintervals(letters, width, height) else {
        // Some drivers don't list them, and say what they took when they are set.
        return vec![30];
    };
    intervals
        .into_iter()
        .flat_map(|interval| match interval.interval {
            FrameIntervalEnum::Discrete(interval) => {
                let whole = interval.numerator == 1;
                whole.then_some(interval.denominator).into_iter().collect()
            }
            FrameIntervalEnum::Stepwise(_) => vec![30, 15],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame_error(text: &str) -> CaptureError {
        CaptureError::Frame(NokhwaError::ReadFrameError(text.into()))
    }

    #[test]
    fn an_error_in_words_or_numbers_tells_gone_from_busy() {
        let gone = frame_error(&io::Error::from_raw_os_error(libc::ENODEV).to_string());
        let busy = CaptureError::Open(io::Error::from_raw_os_error(libc::EBUSY));
        let denied = CaptureError::NotAllowed(io::Error::from_raw_os_error(libc::EACCES));
        assert_eq!(gone.trouble(), Trouble::Gone);
        assert_eq!(busy.trouble(), Trouble::Busy);
        for error in [
            denied,
            frame_error("Stream Not Started"),
            CaptureError::Panicked,
        ] {
            assert_eq!(error.trouble(), Trouble::Failed, "{error}");
        }
    }

    #[test]
    fn the_number_is_the_last_one_that_is_named() {
        assert_eq!(number_in("a (os error 5): b (os error 16)"), Some(16));
        assert_eq!(number_in("a (os error x)"), None);
        assert_eq!(number_in("a"), None);
    }
}
