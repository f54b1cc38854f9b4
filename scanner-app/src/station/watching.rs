//! A camera and the thread that hears what is read in its frames, as long as a screen looks through it.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::cameras::Camera;
use super::common::{Common, locked};
use super::conductor::Conductor;
use super::figures::Wake;
use super::view::{News, UiError, UiErrorCode};
use crate::camera;

/// Dropping it lets the camera go.
pub(super) struct Watching {
    camera: Arc<dyn Camera>,
    thread: Option<JoinHandle<()>>,
}

impl Watching {
    pub(super) fn begin(common: &Arc<Common>, camera: Arc<dyn Camera>) -> Result<Self, UiError> {
        let (common, seen) = (Arc::clone(common), Arc::clone(&camera));
        let Some(frames) = camera.frames() else {
            return Ok(Self {
                camera,
                thread: None,
            });
        };
        let thread = std::thread::Builder::new()
            .name("scans".into())
            .spawn(move || {
                for read in camera::start(frames) {
                    if common.read(&read) {
                        seen.seen_code();
                    }
                }
            })
            .map_err(|error| UiError::of(UiErrorCode::Internal, &error))?;
        Ok(Self {
            camera,
            thread: Some(thread),
        })
    }
}

impl Conductor {
    pub(super) fn begin_camera(&mut self) {
        let choice = locked(&self.common.settings).camera.clone();
        let camera = self.common.cameras.begin(choice.as_deref());
        match Watching::begin(&self.common, Arc::clone(&camera)) {
            Ok(watching) => {
                *locked(&self.common.camera) = Some(camera);
                self.watching = Some(watching);
            }
            Err(error) => tracing::error!(detail = error.detail, "no camera thread"),
        }
    }

    pub(super) fn end_camera(&mut self) {
        drop(self.watching.take());
        *locked(&self.common.camera) = None;
    }

    /// Another camera was chosen.
    pub(super) fn change_camera(&mut self) {
        if self.watching.is_some() {
            self.end_camera();
            self.begin_camera();
            self.tell_camera();
        }
    }

    pub(super) fn tell_camera(&mut self) {
        let view = self.common.camera_view();
        if view != self.camera_told {
            self.camera_told = view.clone();
            self.common.host.tell(News::Camera(view));
            self.common.wake_figures(Wake::Changed);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.camera.stop();
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
    }
}
