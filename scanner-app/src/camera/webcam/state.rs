//! How the camera stands, told to whoever listens.

use std::error::Error as _;
use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::cameras::{CameraId, CameraInfo};
use super::mode::Mode;
use super::open::CaptureError;

/// How the camera stands. Whatever it is but `Live`, it is tried again by itself.
#[derive(Clone, Debug)]
pub enum CameraState {
    /// It is being looked for and opened.
    Looking,
    /// Pictures come.
    Live {
        /// From here.
        camera: CameraInfo,
        /// In this form.
        mode: Mode,
        /// The chosen camera, when that one is missing or its driver hangs.
        instead_of: Option<CameraId>,
    },
    /// Pictures come, and none of them can be decoded.
    Garbled {
        /// From here.
        camera: CameraInfo,
    },
    /// It is there and no picture comes.
    Stalled {
        /// Which.
        camera: CameraInfo,
    },
    /// Another program uses it.
    Busy {
        /// Which.
        camera: CameraInfo,
    },
    /// There is no camera.
    Missing,
    /// It is there and can't be used.
    Failed {
        /// Which.
        camera: CameraInfo,
        /// Why.
        error: Arc<CaptureError>,
    },
}

impl CameraState {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::Live { .. } => "live",
            Self::Garbled { .. } => "garbled",
            Self::Stalled { .. } => "stalled",
            Self::Busy { .. } => "busy",
            Self::Missing => "missing",
            Self::Failed { error, .. } => error.code(),
        }
    }

    /// The camera that it is about.
    pub fn camera(&self) -> Option<&CameraInfo> {
        match self {
            Self::Looking | Self::Missing => None,
            Self::Live { camera, .. }
            | Self::Garbled { camera }
            | Self::Stalled { camera }
            | Self::Busy { camera }
            | Self::Failed { camera, .. } => Some(camera),
        }
    }

    /// Whether pictures come that can be read.
    pub fn is_live(&self) -> bool {
        match self {
            Self::Live { .. } => true,
            Self::Looking
            | Self::Garbled { .. }
            | Self::Stalled { .. }
            | Self::Busy { .. }
            | Self::Missing
            | Self::Failed { .. } => false,
        }
    }

    fn told(&self) -> Told<'_> {
        let (mode, instead_of) = match self {
            Self::Live {
                mode, instead_of, ..
            } => (Some(mode), instead_of.as_ref()),
            Self::Looking
            | Self::Garbled { .. }
            | Self::Stalled { .. }
            | Self::Busy { .. }
            | Self::Missing
            | Self::Failed { .. } => (None, None),
        };
        Told {
            code: self.code(),
            camera: self.camera(),
            mode,
            instead_of,
        }
    }
}

/// What there is to tell of a state: what is the same in all of it is no change.
#[derive(PartialEq)]
struct Told<'a> {
    code: &'static str,
    camera: Option<&'a CameraInfo>,
    mode: Option<&'a Mode>,
    instead_of: Option<&'a CameraId>,
}

impl fmt::Display for CameraState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Looking => write!(f, "looking for the camera"),
            Self::Live {
                camera,
                mode,
                instead_of,
            } => {
                write!(f, "{} gives pictures, {mode} a second", camera.name)?;
                match instead_of {
                    Some(chosen) => {
                        write!(
                            f,
                            "; {chosen}, which was chosen, is missing or hangs: unplug it and plug it in again"
                        )
                    }
                    None => Ok(()),
                }
            }
            Self::Garbled { camera } => {
                write!(
                    f,
                    "{} gives pictures that can't be read; unplug it and plug it in again",
                    camera.name
                )
            }
            Self::Stalled { camera } => write!(
                f,
                "{} gives no pictures; it is tried again. If that lasts, unplug it and plug it in again",
                camera.name
            ),
            Self::Busy { camera } => {
                write!(
                    f,
                    "another program uses {}; close that program",
                    camera.name
                )
            }
            Self::Missing => write!(f, "there is no camera; plug one in"),
            Self::Failed { camera, error } => {
                write!(f, "{}: {error}", camera.name)?;
                let mut cause = error.source();
                while let Some(source) = cause {
                    write!(f, " ({source})")?;
                    cause = source.source();
                }
                Ok(())
            }
        }
    }
}

/// Tells each listener each change.
#[derive(Debug)]
pub(super) struct Board {
    shown: Mutex<(CameraState, Vec<Sender<CameraState>>)>,
}

impl Board {
    pub(super) fn new() -> Self {
        Self {
            shown: Mutex::new((CameraState::Looking, Vec::new())),
        }
    }

    /// How it stands now, then each change.
    pub(super) fn listen(&self) -> Receiver<CameraState> {
        let (sender, receiver) = channel();
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.send(shown.0.clone()).is_ok() {
            shown.1.push(sender);
        }
        receiver
    }

    pub(super) fn show(&self, state: CameraState) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.0.told() == state.told() {
            return;
        }
        tracing::info!(state = state.code(), "camera: {state}");
        shown.0 = state.clone();
        shown
            .1
            .retain(|listener| listener.send(state.clone()).is_ok());
    }

    /// Nobody is told any more.
    pub(super) fn close(&self) {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(instead_of: Option<&str>) -> CameraState {
        CameraState::Live {
            camera: CameraInfo {
                id: "usb-1".parse().unwrap(),
                name: "Front".into(),
                index: 0,
            },
            mode: Mode {
                encoding: super::super::Encoding::Mjpeg,
                width: 1280,
                height: 720,
                rate: 30,
            },
            instead_of: instead_of.map(|id| id.parse().unwrap()),
        }
    }

    #[test]
    fn a_listener_hears_how_it_stands_and_then_each_change_once() {
        let board = Board::new();
        board.show(CameraState::Missing);
        let heard = board.listen();
        board.show(CameraState::Missing);
        board.show(live(None));
        board.show(live(None));
        board.show(live(Some("usb-2")));
        board.close();
        let codes: Vec<_> = heard.iter().map(|state| state.code()).collect();
        assert_eq!(codes, ["missing", "live", "live"]);
    }

    #[test]
    fn another_camera_than_the_chosen_one_is_said() {
        let said = live(Some("usb-2")).to_string();
        assert!(said.contains("Front") && said.contains("usb-2"), "{said}");
    }
}
