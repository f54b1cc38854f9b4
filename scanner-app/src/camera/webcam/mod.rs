//! The live camera of a door: it is found, opened and kept going by itself, whatever is unplugged meanwhile.
//!
//! One thread watches and another takes pictures. Whoever reads codes and whoever shows the picture take the newest one
//! when they have time; neither holds up the other or the camera.

mod cameras;
mod capture;
mod frames;
mod jpeg;
mod latest;
mod mode;
mod open;
mod pace;
mod shot;
mod state;
mod watch;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use cameras::{CameraId, CameraInfo, ParseCameraIdError, list_cameras};
pub use frames::{Previews, WebcamFrames};
pub use mode::{Encoding, Mode};
pub use open::CaptureError;
pub use shot::Preview;
pub use state::CameraState;

use frames::{Health, InView};
use latest::Latest;
use pace::Pacer;
use shot::Shot;
use state::Board;
use watch::{Watch, Word};

/// So that a screen has about 15 pictures a second, and fewer of those that cost it much.
const PREVIEW_SPAN: Duration = Duration::from_micros(66_667);
const LARGE_PREVIEW_SPAN: Duration = Duration::from_millis(200);
const LARGE_PIXELS: u32 = 1920 * 1080;

/// What the threads share.
#[derive(Debug)]
struct Shared {
    reading: Latest<Shot>,
    preview: Latest<Shot>,
    preview_pacer: Mutex<Pacer>,
    /// The newest preview that was asked for.
    made: Mutex<Option<Preview>>,
    health: Health,
    in_view: InView,
    board: Board,
    stopping: AtomicBool,
}

impl Shared {
    fn new() -> Self {
        Self {
            reading: Latest::new(),
            preview: Latest::new(),
            preview_pacer: Mutex::default(),
            made: Mutex::default(),
            health: Health::default(),
            in_view: InView::default(),
            board: Board::new(),
            stopping: AtomicBool::new(false),
        }
    }

    fn put(&self, shot: Shot) {
        let resolution = shot.buffer.resolution();
        let span = if resolution.width() * resolution.height() > LARGE_PIXELS {
            LARGE_PREVIEW_SPAN
        } else {
            PREVIEW_SPAN
        };
        let mut pacer = self
            .preview_pacer
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if pacer.is_due(shot.taken, span) {
            self.preview.put(shot.clone());
        }
        self.reading.put(shot);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn close(&self) {
        self.reading.close();
        self.preview.close();
        self.board.close();
    }
}

/// The camera, switched on. Dropping it switches it off.
#[derive(Debug)]
pub struct Webcam {
    shared: Arc<Shared>,
    words: Sender<Word>,
    thread: Option<JoinHandle<()>>,
}

impl Webcam {
    /// Switches on the chosen camera, or any. Another one is used while the chosen one is missing. Whether it works is
    /// told by [`Self::states`].
    pub fn start(choice: Option<CameraId>) -> Self {
        let shared = Arc::new(Shared::new());
        let (words, heard) = channel();
        let watch = Watch::new(Arc::clone(&shared), heard, words.clone(), choice);
        Self {
            shared,
            words,
            thread: Some(thread::spawn(move || watch.run())),
        }
    }

    /// For reading codes. Each is a source of its own.
    pub fn frames(&self) -> WebcamFrames {
        WebcamFrames {
            shared: Arc::clone(&self.shared),
            seen: 0,
            pacer: Pacer::default(),
        }
    }

    /// For a screen.
    pub fn preview(&self) -> Previews {
        Previews {
            shared: Arc::clone(&self.shared),
        }
    }

    /// How it stands now, then each change.
    pub fn states(&self) -> Receiver<CameraState> {
        self.shared.board.listen()
    }

    /// This camera from now on.
    pub fn choose(&self, id: CameraId) {
        // Its thread lives as long as this.
        let _ = self.words.send(Word::Choose(id));
    }

    /// A code is in view: for some seconds each picture is read.
    pub fn seen_code(&self) {
        self.shared.in_view.now();
    }
}

impl Drop for Webcam {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        // When its thread is gone it needs no telling, and a panic there has been told on standard error.
        let _ = self.words.send(Word::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
