//! A folder as a camera: each picture that is in it, and each that comes into it, is held up once, by name. For machines
//! without a camera, and for tests; put pictures there by renaming, so that none is seen half-written.

use std::collections::{BTreeSet, VecDeque};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use image::{ExtendedColorType, ImageEncoder as _};

use super::{Camera, Cameras, Preview};
use crate::camera::{CameraError, CameraSource, Frame, Pace, PicturesSpec, picture};
use crate::station::view::{CameraChoice, CameraStanding, CameraView};

/// How often the folder is looked into for more.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// As many a second at most; no camera is quicker.
const FRAMES_A_SECOND: u32 = 30;

/// One folder or picture.
#[derive(Clone, Debug)]
pub struct PictureCameras(PicturesSpec);

impl PictureCameras {
    /// Of these pictures.
    pub fn of(spec: PicturesSpec) -> Self {
        Self(spec)
    }

    fn choice(&self) -> CameraChoice {
        let path = match &self.0 {
            PicturesSpec::Folder(path) | PicturesSpec::File(path) => path,
        };
        CameraChoice {
            id: path.display().to_string(),
            name: path.display().to_string(),
        }
    }
}

impl Cameras for PictureCameras {
    fn begin(&self, _choice: Option<&str>) -> Arc<dyn Camera> {
        Arc::new(PictureCamera {
            spec: self.0.clone(),
            choice: self.choice(),
            held_up: Arc::default(),
        })
    }

    fn list(&self) -> Vec<CameraChoice> {
        vec![self.choice()]
    }
}

struct PictureCamera {
    spec: PicturesSpec,
    choice: CameraChoice,
    held_up: Arc<HeldUp>,
}

#[derive(Default)]
struct HeldUp {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Default)]
struct Now {
    stopped: bool,
    no: u64,
    frame: Option<Frame>,
}

impl HeldUp {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when the camera was stopped meanwhile.
    fn pause(&self, pause: Duration) -> bool {
        let now = self.lock();
        let (now, _) = self
            .changed
            .wait_timeout_while(now, pause, |now| !now.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        now.stopped
    }
}

impl Camera for PictureCamera {
    fn frames(&self) -> Option<Box<dyn CameraSource>> {
        Some(Box::new(Pictures {
            spec: self.spec.clone(),
            known: BTreeSet::new(),
            waiting: VecDeque::new(),
            held_up: Arc::clone(&self.held_up),
        }))
    }

    fn preview(&self, after: u64, wait: Duration) -> Option<Preview> {
        let now = self.held_up.lock();
        let (now, _) = self
            .held_up
            .changed
            .wait_timeout_while(now, wait, |now| now.no <= after && !now.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        let frame = now.frame.as_ref().filter(|_| now.no > after)?;
        Some(Preview {
            no: now.no,
            jpeg: jpeg(frame)?.into(),
        })
    }

    fn view(&self) -> CameraView {
        let now = self.held_up.lock();
        let standing = match &now.frame {
            _ if now.stopped => CameraStanding::Off,
            None => CameraStanding::Looking,
            Some(frame) => CameraStanding::Live {
                width: frame.width,
                height: frame.height,
                fps: FRAMES_A_SECOND,
            },
        };
        CameraView {
            id: Some(self.choice.id.clone()),
            name: Some(self.choice.name.clone()),
            standing,
        }
    }

    fn stop(&self) {
        self.held_up.lock().stopped = true;
        self.held_up.changed.notify_all();
    }
}

struct Pictures {
    spec: PicturesSpec,
    known: BTreeSet<PathBuf>,
    waiting: VecDeque<PathBuf>,
    held_up: Arc<HeldUp>,
}

impl Pictures {
    fn look(&mut self) {
        let found = match &self.spec {
            PicturesSpec::File(path) => vec![path.clone()],
            PicturesSpec::Folder(folder) => files_of(folder),
        };
        for path in found {
            if self.known.insert(path.clone()) {
                self.waiting.push_back(path);
            }
        }
    }
}

impl CameraSource for Pictures {
    fn pace(&self) -> Pace {
        Pace::Patient
    }

    fn next_frame(&mut self) -> Option<Result<Frame, CameraError>> {
        if self.held_up.pause(Duration::from_secs(1) / FRAMES_A_SECOND) {
            return None;
        }
        loop {
            if self.waiting.is_empty() {
                self.look();
            }
            if let Some(path) = self.waiting.pop_front() {
                let frame = picture(&path);
                if let Ok(frame) = &frame {
                    let mut now = self.held_up.lock();
                    now.no += 1;
                    now.frame = Some(frame.clone());
                    drop(now);
                    self.held_up.changed.notify_all();
                }
                return Some(frame);
            }
            if self.held_up.pause(LOOK_EVERY) {
                return None;
            }
        }
    }
}

/// A folder that isn't there yet has none.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

fn jpeg(frame: &Frame) -> Option<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80)
        .write_image(
            &frame.luma,
            frame.width,
            frame.height,
            ExtendedColorType::L8,
        )
        .ok()?;
    Some(bytes.into_inner())
}
