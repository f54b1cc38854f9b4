//! Keeps a camera going: takes the chosen one or another, notices when it stops, and tries again until it is switched off.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::Shared;
use super::cameras::{CameraId, CameraInfo, list_cameras, nodes, pick};
use super::capture::Capture;
use super::mode::Mode;
use super::open::{CaptureError, Trouble};
use super::pace::backoff;
use super::state::CameraState;

/// How often it is looked whether pictures still come.
const TICK: Duration = Duration::from_millis(100);

/// A camera may need so long for its first picture.
const FIRST_PICTURE: Duration = Duration::from_secs(5);

/// Without a picture for longer it has stalled: even in the dark a camera gives five a second.
const STALL: Duration = Duration::from_millis(1500);

/// Pictures that can't be decoded happen; so many of them are told, and for longer the camera is opened anew.
const GARBLED: Duration = Duration::from_secs(1);
const GARBLED_TOO_LONG: Duration = Duration::from_secs(5);

/// How often the chosen camera is looked for while another one stands in: it may be there and not ready yet.
const LOOK: Duration = Duration::from_secs(4);

/// A camera that was called back for longer hangs in the kernel.
const CALL_BACK: Duration = Duration::from_secs(2);

/// What the thread that watches is told.
#[derive(Debug)]
pub(super) enum Word {
    /// A session has its first picture.
    First(u64, Mode),
    /// A session is over.
    Ended(u64, Result<(), CaptureError>),
    /// This camera is wanted.
    Choose(CameraId),
    /// The camera is switched off.
    Stop,
}

/// Why a camera is not used any longer.
enum End {
    /// It is switched off.
    Stop,
    /// Another camera was chosen, or the chosen one is back.
    Other,
    /// It did not work, from the beginning.
    Never(Trouble),
    /// It stopped working.
    Lost,
}

/// The devices, when they were last looked at.
struct Nodes {
    there: Vec<u32>,
    looked: Instant,
}

impl Nodes {
    fn now() -> Self {
        Self {
            there: nodes(),
            looked: Instant::now(),
        }
    }

    fn are_worth_a_look(&mut self) -> bool {
        let now = Self::now();
        if now.there == self.there && self.looked.elapsed() < LOOK {
            return false;
        }
        *self = now;
        true
    }
}

/// The thread that watches.
pub(super) struct Watch {
    pub(super) shared: Arc<Shared>,
    pub(super) words: Receiver<Word>,
    pub(super) to_self: Sender<Word>,
    pub(super) chosen: Option<CameraId>,
    session: u64,
    /// The camera of that session.
    last: Option<CameraId>,
    /// In vain, since pictures last came.
    tries: u32,
    /// When none was chosen: those that did not work, in this round.
    failed: Vec<CameraId>,
    /// One that hangs in the kernel. There is at most one.
    hanging: Option<Capture>,
}

impl Watch {
    pub(super) fn new(
        shared: Arc<Shared>,
        words: Receiver<Word>,
        to_self: Sender<Word>,
        chosen: Option<CameraId>,
    ) -> Self {
        Self {
            shared,
            words,
            to_self,
            chosen,
            session: 0,
            last: None,
            tries: 0,
            failed: Vec::new(),
            hanging: None,
        }
    }

    /// Until it is switched off.
    pub(super) fn run(mut self) {
        while self.round() {}
        self.shared.close();
    }

    /// One camera, as long as it works. False when it is switched off.
    fn round(&mut self) -> bool {
        self.hanging.take_if(|hanging| hanging.is_finished());
        let cameras = list_cameras();
        let mut left_out = self.failed.clone();
        left_out.extend(self.hanging.iter().map(|hanging| hanging.camera.id.clone()));
        let Some(camera) = pick(&cameras, self.chosen.as_ref(), &left_out) else {
            if cameras.is_empty() {
                self.shared.board.show(CameraState::Missing);
            }
            self.failed.clear();
            return self.pause();
        };
        match self.film(camera) {
            End::Stop => false,
            End::Other => {
                self.tries = 0;
                true
            }
            End::Lost => self.pause(),
            End::Never(trouble) => {
                // Whoever chose a camera wants that one; else any will do.
                if self.chosen.is_none() && trouble != Trouble::Gone {
                    self.failed.push(camera.id.clone());
                    return true;
                }
                self.pause()
            }
        }
    }

    /// Waits before the next try, less when something is wanted. False when it is switched off.
    fn pause(&mut self) -> bool {
        let until = Instant::now() + backoff(self.tries);
        self.tries = self.tries.saturating_add(1);
        loop {
            match self
                .words
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(Word::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Ok(Word::Choose(id)) => {
                    self.choose(id);
                    return true;
                }
                // Of a session that is over.
                Ok(Word::First(..) | Word::Ended(..)) => {}
                Err(RecvTimeoutError::Timeout) => return true,
            }
        }
    }

    fn choose(&mut self, id: CameraId) {
        self.chosen = Some(id);
        self.tries = 0;
        self.failed.clear();
        self.shared.board.show(CameraState::Looking);
    }

    /// Takes pictures with this camera, until it stops working or another is wanted.
    fn film(&mut self, camera: &CameraInfo) -> End {
        self.session += 1;
        // Opened anew, what was garbled stays so until a picture can be decoded.
        if self.last.replace(camera.id.clone()).as_ref() != Some(&camera.id) {
            self.shared.health.is_well();
        }
        let begun = Capture::begin(
            camera.clone(),
            self.session,
            Arc::clone(&self.shared),
            self.to_self.clone(),
        );
        let capture = match begun {
            Ok(capture) => capture,
            Err(error) => {
                self.show_failed(camera, CaptureError::Open(error));
                return End::Never(Trouble::Failed);
            }
        };
        let end = self.watch(&capture);
        self.put_away(capture);
        end
    }

    fn watch(&mut self, capture: &Capture) -> End {
        let camera = &capture.camera;
        let (mut live, mut since): (Option<CameraState>, _) = (None, Instant::now());
        let mut known = Nodes::now();
        loop {
            match self.words.recv_timeout(TICK) {
                Ok(Word::Stop) | Err(RecvTimeoutError::Disconnected) => return End::Stop,
                Ok(Word::Choose(id)) if id == camera.id => {
                    self.chosen = Some(id);
                    if let Some(CameraState::Live { instead_of, .. }) = &mut live {
                        *instead_of = None;
                    }
                }
                Ok(Word::Choose(id)) => {
                    self.choose(id);
                    return End::Other;
                }
                Ok(Word::First(session, mode)) if session == self.session => {
                    self.tries = 0;
                    self.failed.clear();
                    since = Instant::now();
                    live = Some(CameraState::Live {
                        camera: camera.clone(),
                        mode,
                        instead_of: self.chosen.clone().filter(|chosen| *chosen != camera.id),
                    });
                }
                Ok(Word::Ended(session, end)) if session == self.session => {
                    return self.tell_end(camera, end, live.is_some());
                }
                // Of an earlier session.
                Ok(Word::First(..) | Word::Ended(..)) | Err(RecvTimeoutError::Timeout) => {}
            }
            let limit = if live.is_some() { STALL } else { FIRST_PICTURE };
            if capture.silence() > limit {
                self.shared.board.show(CameraState::Stalled {
                    camera: camera.clone(),
                });
                return End::Lost;
            }
            let Some(live) = &live else { continue };
            let garbled = self.shared.health.garbled_for();
            if garbled.min(since.elapsed()) > GARBLED_TOO_LONG {
                return End::Lost;
            }
            self.shared.board.show(if garbled > GARBLED {
                CameraState::Garbled {
                    camera: camera.clone(),
                }
            } else {
                live.clone()
            });
            if self.chosen_is_back(camera, &mut known) {
                return End::Other;
            }
        }
    }

    /// Whether another camera than this one was chosen and can be had. All are asked for their names for that, so rarely
    /// unless one was plugged in or out.
    fn chosen_is_back(&mut self, camera: &CameraInfo, known: &mut Nodes) -> bool {
        let Some(chosen) = self.chosen.as_ref().filter(|chosen| **chosen != camera.id) else {
            return false;
        };
        if !known.are_worth_a_look() {
            return false;
        }
        self.hanging.take_if(|hanging| hanging.is_finished());
        let mut hanging = self.hanging.iter();
        !hanging.any(|hanging| hanging.camera.id == *chosen)
            && list_cameras().iter().any(|camera| camera.id == *chosen)
    }

    fn tell_end(&self, camera: &CameraInfo, end: Result<(), CaptureError>, was_live: bool) -> End {
        let Err(error) = end else { return End::Lost };
        let trouble = error.trouble();
        tracing::warn!(%error, ?trouble, camera = %camera.id, "the camera ended");
        if !self.failed.is_empty() {
            // Of several that don't work, the first one is told.
            return End::Never(trouble);
        }
        match trouble {
            // Whether there is another is seen next.
            Trouble::Gone => {}
            Trouble::Busy => self.shared.board.show(CameraState::Busy {
                camera: camera.clone(),
            }),
            Trouble::Failed => self.show_failed(camera, error),
        }
        if was_live {
            End::Lost
        } else {
            End::Never(trouble)
        }
    }

    fn show_failed(&self, camera: &CameraInfo, error: CaptureError) {
        self.shared.board.show(CameraState::Failed {
            camera: camera.clone(),
            error: Arc::new(error),
        });
    }

    /// Ends it. One that doesn't end is left behind, if it is the only one.
    fn put_away(&mut self, capture: Capture) {
        let began = Instant::now();
        while !capture.is_finished() {
            capture.call_back();
            thread::sleep(TICK / 10);
            self.hanging.take_if(|hanging| hanging.is_finished());
            let may_be_left = self.hanging.is_none() || self.shared.is_stopping();
            if began.elapsed() > CALL_BACK && may_be_left {
                tracing::error!(camera = %capture.camera.id, "the camera's driver hangs");
                self.hanging = Some(capture);
                return;
            }
        }
    }
}
