//! The thread that takes a camera's pictures, one after the other.
//!
//! nokhwa waits for a picture for ever. A signal gets the thread out of that wait: the kernel ends it with an error, and
//! the camera is closed as usual. What can't be interrupted is a driver that hangs in the kernel.

use std::os::unix::thread::JoinHandleExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::pthread::pthread_kill;
use nix::sys::signal::Signal;
use nokhwa::Buffer;
use shared::clock::Clock as _;

use super::Shared;
use super::cameras::CameraInfo;
use super::mode::Mode;
use super::open::{CaptureError, open};
use super::shot::Shot;
use super::watch::Word;
use crate::edge::SystemClock;

/// Does nothing by itself, and no library here uses it.
const WAKE: Signal = Signal::SIGURG;

/// A picture waits for its turn in the driver for less; a time further away was set by a clock that jumped.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// A camera being filmed with.
#[derive(Debug)]
pub(super) struct Capture {
    pub(super) camera: CameraInfo,
    thread: JoinHandle<()>,
    stop: Arc<AtomicBool>,
    /// When it last gave a sign of life.
    heard: Arc<Mutex<Instant>>,
}

impl Capture {
    /// Opens the camera and takes pictures, in a thread of its own. Its news carry the number of this session.
    pub(super) fn begin(
        camera: CameraInfo,
        session: u64,
        shared: Arc<Shared>,
        news: Sender<Word>,
    ) -> std::io::Result<Self> {
        install_wake()?;
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(Mutex::new(Instant::now()));
        let film = Film {
            session,
            shared,
            news: news.clone(),
            stop: Arc::clone(&stop),
            heard: Arc::clone(&heard),
        };
        let info = camera.clone();
        let thread = thread::Builder::new()
            .name("camera".into())
            .spawn(move || {
                let end = catch_unwind(AssertUnwindSafe(|| film.run(&info)));
                let end = end.unwrap_or(Err(CaptureError::Panicked));
                // Nobody waits for it any more when the camera was switched off.
                let _ = news.send(Word::Ended(session, end));
            })?;
        Ok(Self {
            camera,
            thread,
            stop,
            heard,
        })
    }

    /// How long ago it last gave a sign of life.
    pub(super) fn silence(&self) -> Duration {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }

    /// Gets it to end, wherever it waits. To be called until it is finished: a signal may come just before the wait.
    pub(super) fn call_back(&self) {
        self.stop.store(true, Ordering::Release);
        if !self.is_finished() {
            // The thread can be named until its handle is dropped. When it has ended meanwhile there is nothing to do.
            let _ = pthread_kill(self.thread.as_pthread_t(), WAKE);
        }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

/// A signal that nobody handles interrupts no wait.
fn install_wake() -> std::io::Result<()> {
    static INSTALLED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if INSTALLED.get().is_some() {
        return Ok(());
    }
    let came = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(WAKE as i32, Arc::clone(&came))?;
    // Installed twice it does the same.
    INSTALLED.get_or_init(|| came);
    Ok(())
}

/// What the thread has.
struct Film {
    session: u64,
    shared: Arc<Shared>,
    news: Sender<Word>,
    stop: Arc<AtomicBool>,
    heard: Arc<Mutex<Instant>>,
}

impl Film {
    /// Until it is called back or the camera fails.
    fn run(&self, info: &CameraInfo) -> Result<(), CaptureError> {
        let (mut camera, mode) = open(info)?;
        let mut said = false;
        while !self.stop.load(Ordering::Acquire) {
            let buffer = match camera.frame() {
                Ok(buffer) => buffer,
                Err(_) if self.stop.load(Ordering::Acquire) => break,
                Err(error) => return Err(CaptureError::Frame(error)),
            };
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            if !std::mem::replace(&mut said, true) {
                self.say_first(mode);
            }
            let taken = taken(&buffer);
            self.shared.put(Shot { buffer, taken });
        }
        Ok(())
    }

    fn say_first(&self, mode: Mode) {
        // Nobody waits for it any more when the camera was switched off.
        let _ = self.news.send(Word::First(self.session, mode));
    }
}

/// When the driver had the picture whole. nokhwa tells it by the clock on the wall.
fn taken(buffer: &Buffer) -> Instant {
    let now = Instant::now();
    let age = buffer.capture_timestamp().and_then(|taken| {
        let wall = Duration::from_millis(u64::try_from(SystemClock.now_ms()).ok()?);
        wall.checked_sub(taken)
    });
    age.filter(|age| *age < LONGEST_WAIT)
        .and_then(|age| now.checked_sub(age))
        .unwrap_or(now)
}
