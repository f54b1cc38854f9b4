//! The webcams of this machine.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Camera, Cameras, Preview};
use crate::camera::CameraSource;
use crate::camera::webcam::{CameraInfo, CameraState, Previews, Webcam, list_cameras};
use crate::station::view::{CameraChoice, CameraStanding, CameraView};

/// Those that are plugged in.
#[derive(Clone, Copy, Debug)]
pub struct Webcams;

impl Cameras for Webcams {
    fn begin(&self, choice: Option<&str>) -> Arc<dyn Camera> {
        let webcam = Webcam::start(choice.and_then(|id| id.parse().ok()));
        Arc::new(InUse {
            previews: webcam.preview(),
            states: Mutex::new(States {
                heard: webcam.states(),
                last: CameraState::Looking,
            }),
            frames: Mutex::new(Some(Box::new(webcam.frames()))),
            webcam: Mutex::new(Some(webcam)),
        })
    }

    fn list(&self) -> Vec<CameraChoice> {
        let choice = |camera: CameraInfo| CameraChoice {
            id: camera.id.to_string(),
            name: camera.name,
        };
        list_cameras().into_iter().map(choice).collect()
    }
}

struct InUse {
    /// None once it was let go.
    webcam: Mutex<Option<Webcam>>,
    frames: Mutex<Option<Box<dyn CameraSource>>>,
    previews: Previews,
    states: Mutex<States>,
}

struct States {
    heard: Receiver<CameraState>,
    last: CameraState,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Camera for InUse {
    fn frames(&self) -> Option<Box<dyn CameraSource>> {
        locked(&self.frames).take()
    }

    fn preview(&self, after: u64, wait: Duration) -> Option<Preview> {
        let picture = self.previews.next(after, wait)?;
        Some(Preview {
            no: picture.no,
            jpeg: picture.jpeg,
        })
    }

    fn view(&self) -> CameraView {
        let mut states = locked(&self.states);
        if let Some(last) = states.heard.try_iter().last() {
            states.last = last;
        }
        let camera = states.last.camera();
        CameraView {
            id: camera.map(|camera| camera.id.to_string()),
            name: camera.map(|camera| camera.name.clone()),
            standing: standing(&states.last),
        }
    }

    fn seen_code(&self) {
        if let Some(webcam) = &*locked(&self.webcam) {
            webcam.seen_code();
        }
    }

    fn stop(&self) {
        drop(locked(&self.webcam).take());
    }
}

fn standing(state: &CameraState) -> CameraStanding {
    match state {
        CameraState::Looking => CameraStanding::Looking,
        CameraState::Live { mode, .. } => CameraStanding::Live {
            width: mode.width,
            height: mode.height,
            fps: mode.rate,
        },
        CameraState::Stalled { .. } => CameraStanding::Stalled,
        CameraState::Busy { .. } => CameraStanding::Busy,
        CameraState::Missing => CameraStanding::Missing,
        CameraState::Garbled { .. } | CameraState::Failed { .. } => CameraStanding::Unusable,
    }
}
