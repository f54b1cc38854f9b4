//! Cameras as a station uses them: webcams, or a folder of pictures that takes the place of one.

mod none;
mod pictures;
mod webcams;

use std::sync::Arc;
use std::time::Duration;

pub use none::NoCameras;
pub use pictures::PictureCameras;
pub use webcams::Webcams;

use super::view::{CameraChoice, CameraStanding, CameraView};
use crate::camera::CameraSource;

/// A picture for the screen.
#[derive(Clone, PartialEq, Eq)]
pub struct Preview {
    /// Counts up.
    pub no: u64,
    /// The picture.
    pub jpeg: Arc<[u8]>,
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preview")
            .field("no", &self.no)
            .field("bytes", &self.jpeg.len())
            .finish()
    }
}

/// A camera in use.
pub trait Camera: Send + Sync {
    /// Its frames, until it is stopped. `None`: they were asked for before.
    fn frames(&self) -> Option<Box<dyn CameraSource>>;

    /// The first picture after `after`, as soon as there is one; `None` after `wait`, and once the camera is stopped.
    fn preview(&self, after: u64, wait: Duration) -> Option<Preview>;

    /// How it stands now.
    fn view(&self) -> CameraView;

    /// A code is in view: the next pictures matter more than the rest of the machine.
    fn seen_code(&self) {}

    /// Lets it go. Its frames end.
    fn stop(&self);
}

/// The cameras of this machine.
pub trait Cameras: Send + Sync {
    /// Begins with the one chosen, else with the first. None there is no error: the camera says so, and looks on.
    fn begin(&self, choice: Option<&str>) -> Arc<dyn Camera>;

    /// Those that may be chosen.
    fn list(&self) -> Vec<CameraChoice>;
}

/// While no screen needs a camera.
pub(super) fn off() -> CameraView {
    CameraView {
        id: None,
        name: None,
        standing: CameraStanding::Off,
    }
}
