//! A machine without cameras: a USB scanner reads the codes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::{Camera, Cameras, Preview};
use crate::camera::CameraSource;
use crate::station::view::{CameraChoice, CameraStanding, CameraView};

/// None.
#[derive(Clone, Copy, Debug)]
pub struct NoCameras;

impl Cameras for NoCameras {
    fn begin(&self, _choice: Option<&str>) -> Arc<dyn Camera> {
        Arc::new(NoCamera::default())
    }

    fn list(&self) -> Vec<CameraChoice> {
        Vec::new()
    }
}

#[derive(Default)]
struct NoCamera {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl NoCamera {
    fn wait(&self, wait: Duration) {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        drop(
            self.changed
                .wait_timeout_while(stopped, wait, |stopped| !*stopped),
        );
    }
}

impl Camera for NoCamera {
    fn frames(&self) -> Option<Box<dyn CameraSource>> {
        None
    }

    fn preview(&self, _after: u64, wait: Duration) -> Option<Preview> {
        self.wait(wait);
        None
    }

    fn view(&self) -> CameraView {
        CameraView {
            id: None,
            name: None,
            standing: CameraStanding::Missing,
        }
    }

    fn stop(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}
