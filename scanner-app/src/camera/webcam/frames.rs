//! The camera's pictures, for whoever reads codes and for the screen.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Shared;
use super::pace::Pacer;
use super::shot::Preview;
use crate::camera::{CameraError, CameraSource, Frame, Pace};

/// While nothing is in view, so many pictures a second are read.
const IDLE_SPAN: Duration = Duration::from_micros(66_667);

/// As long as that after a code, each picture is read: the next one may come at once.
const ALERT: Duration = Duration::from_secs(3);

/// Whether what comes can be decoded.
#[derive(Debug, Default)]
pub(super) struct Health {
    garbled_since: Mutex<Option<Instant>>,
}

impl Health {
    /// Since when no picture could be decoded.
    pub(super) fn garbled_for(&self) -> Duration {
        let since = *self
            .garbled_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed()).unwrap_or_default()
    }

    /// One could, or another camera begins.
    pub(super) fn is_well(&self) {
        *self
            .garbled_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// One could not.
    fn is_ill(&self) {
        let mut since = self
            .garbled_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        since.get_or_insert_with(Instant::now);
    }
}

/// When a code was last in view.
#[derive(Debug, Default)]
pub(super) struct InView {
    last: Mutex<Option<Instant>>,
}

impl InView {
    pub(super) fn now(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn lately(&self) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < ALERT)
    }
}

/// What is read. Ends when the [`super::Webcam`] is dropped.
#[derive(Debug)]
pub struct WebcamFrames {
    pub(super) shared: Arc<Shared>,
    pub(super) seen: u64,
    pub(super) pacer: Pacer,
}

impl CameraSource for WebcamFrames {
    fn pace(&self) -> Pace {
        Pace::Live
    }

    /// What can't be decoded is told by the camera's state, not here.
    fn next_frame(&mut self) -> Option<Result<Frame, CameraError>> {
        loop {
            let (no, shot) = self.shared.reading.after(self.seen, None)?;
            self.seen = no;
            let span = if self.shared.in_view.lately() {
                Duration::ZERO
            } else {
                IDLE_SPAN
            };
            if !self.pacer.is_due(shot.taken, span) {
                continue;
            }
            match shot.frame(no.to_string()) {
                Ok(frame) => {
                    self.shared.health.is_well();
                    return Some(Ok(frame));
                }
                Err(error) => {
                    tracing::debug!(%error, no, "a picture that can't be read");
                    self.shared.health.is_ill();
                }
            }
        }
    }
}

/// What is shown. Any number of clones take the same pictures.
#[derive(Clone, Debug)]
pub struct Previews {
    pub(super) shared: Arc<Shared>,
}

impl Previews {
    /// The newest picture, as soon as it is a later one than number `after` (0 at first); at most about 15 a second.
    /// `None` when none came in this time, or the camera is switched off. Blocks; never holds up reading.
    pub fn next(&self, after: u64, wait: Duration) -> Option<Preview> {
        let until = Instant::now() + wait;
        let mut seen = after;
        loop {
            let (no, shot) = self.shared.preview.after(seen, Some(until))?;
            // Made once for all who ask.
            let mut made = self
                .shared
                .made
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(made) = made.as_ref().filter(|made| made.no == no) {
                return Some(made.clone());
            }
            match shot.preview(no) {
                Ok(preview) => return Some(made.insert(preview).clone()),
                Err(error) => {
                    tracing::debug!(%error, no, "a picture that can't be shown");
                    seen = no;
                }
            }
        }
    }
}
