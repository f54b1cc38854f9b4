//! A camera and the thread that hears what is read in its frames, as long as a screen looks through it.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::cameras::Camera;
use super::common::Common;
use super::view::{UiError, UiErrorCode};
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

impl Drop for Watching {
    fn drop(&mut self) {
        self.camera.stop();
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
    }
}
