//! Changes of the screen, one after the other, on a thread of its own: enrolment, places, the way, the end. And what has to
//! be looked after meanwhile: the sync, the camera, what the organizer changes.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use shared::ids::{EventId, GateNo};

use super::at_till::{self, Counter};
use super::before;
use super::cameras::off;
use super::closing::End;
use super::common::{Common, locked};
use super::enrol::Enrolling;
use super::figures::Wake;
use super::in_step::Syncing;
use super::kept::{self, Kept, KeptPlace};
use super::places;
use super::stage::{Choices, Post, Stage, at_no_door};
use super::view::{CameraView, EnrolStep, PlaceChoice, PlaceView, TillChoice, UiError, Way};
use super::watching::Watching;
use crate::door::{AtGate, Door, OpenDoorError, ScanError};
use crate::online::{HandingIn, LanOptions};
use crate::replica::{ReplicaError, identity};
use crate::supervisor::is_supervised;

/// How often it looks after things.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often it looks at what the organizer may have changed.
const READ_EVERY: Duration = Duration::from_secs(1);

/// What the conductor is told.
pub(super) enum Order {
    Do(Box<dyn FnOnce(&mut Conductor) + Send>),
    Stop,
}

pub(super) struct Conductor {
    pub(super) common: Arc<Common>,
    pub(super) lan: LanOptions,
    pub(super) watching: Option<Watching>,
    pub(super) enrolling: Option<Enrolling>,
    pub(super) in_step: Option<Syncing>,
    pub(super) handing_in: Option<HandingIn>,
    /// The person came here by themselves: no place is taken without asking.
    has_chosen: bool,
    pub(super) camera_told: CameraView,
    read_at: Instant,
}

impl Conductor {
    pub(super) fn new(common: Arc<Common>, lan: LanOptions) -> Self {
        Self {
            common,
            lan,
            watching: None,
            enrolling: None,
            in_step: None,
            handing_in: None,
            has_chosen: false,
            camera_told: off(),
            read_at: Instant::now(),
        }
    }

    /// Until it is told to stop.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        self.begin();
        loop {
            match orders.recv_timeout(LOOK_EVERY) {
                Ok(Order::Do(order)) => order(&mut self),
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.look();
        }
        self.leave_post();
        drop(self.watching.take());
        drop(self.enrolling.take());
        drop(self.in_step.take());
        drop(self.handing_in.take());
    }

    /// Where the device was when it was switched off or fell over.
    fn begin(&mut self) {
        let stage = match self.common.replica.read(identity::load) {
            Ok(None) => Stage::Enrol(EnrolStep::Waiting),
            Err(error) => {
                tracing::error!(code = error.code(), "reading who this device is failed");
                Stage::Enrol(EnrolStep::Failed {
                    error: error.into(),
                })
            }
            Ok(Some(_)) => match self.ended() {
                Some(End::SignedOff) => {
                    self.hand_in();
                    self.closed(End::SignedOff)
                }
                Some(End::Revoked) => {
                    self.keep_in_step();
                    self.closed(End::Revoked)
                }
                None => {
                    self.keep_in_step();
                    self.stage_at_work()
                }
            },
        };
        self.enter(stage);
    }

    fn stage_at_work(&self) -> Stage {
        match kept::place(&self.common.folders.data) {
            None => self.choosing(),
            Some(Kept::Door(place)) => self.gone_on(place).unwrap_or_else(|error| {
                tracing::warn!(code = error.code(), "the door can't go back to its place");
                self.choosing()
            }),
            Some(Kept::Till(_)) => self.at_till().unwrap_or_else(|error| {
                tracing::warn!(error = error.detail, "the till can't be gone on with");
                self.choosing()
            }),
        }
    }

    fn gone_on(&self, place: KeptPlace) -> Result<Stage, OpenDoorError> {
        let stage = self.opened(place)?;
        let (event, language) = (place.event, self.common.language());
        let lines = self
            .common
            .replica
            .read(move |tx| before::lines(tx, event, language))?;
        locked(&self.common.scans).go_on(lines);
        Ok(stage)
    }

    /// Puts another screen in the place of the one that is there.
    pub(super) fn enter(&mut self, stage: Stage) {
        let needs_camera = stage.needs_camera();
        let counter = stage.counter();
        if stage.post().is_none() {
            drop(locked(&self.common.index).take());
        }
        let is_over = matches!(stage, Stage::Closed { .. });
        {
            let _turn = locked(&self.common.turn);
            let left = std::mem::replace(&mut *locked(&self.common.stage), stage);
            flush(&self.common, &left);
            // The sync may have told the door that was left meanwhile.
            let roster = *locked(&self.common.roster);
            self.common.set_roster(roster);
        }
        if is_over {
            self.forget_guests();
        }
        self.common.tell_overview();
        match counter {
            Some(counter) => {
                let has_window = locked(&self.common.settings).guest_window;
                self.common.host.guest_window(has_window);
                counter.tell(&self.common);
            }
            None => self.common.host.guest_window(false),
        }
        self.common.wake_figures(Wake::Moved);
        if needs_camera && self.watching.is_none() {
            self.begin_camera();
        } else if !needs_camera {
            self.end_camera();
        }
        self.tell_camera();
    }

    pub(super) fn leave_post(&self) {
        flush(&self.common, &locked(&self.common.stage));
    }

    pub(super) fn choosing(&self) -> Stage {
        Stage::Choose(self.choices().unwrap_or_else(|error| {
            tracing::error!(code = error.code(), "reading the places failed");
            Choices {
                places: Vec::new(),
                till: TillChoice::No,
            }
        }))
    }

    fn choices(&self) -> Result<Choices, ReplicaError> {
        Ok(Choices {
            places: self.places()?,
            till: self.common.replica.read(at_till::choice)?,
        })
    }

    pub(super) fn places(&self) -> Result<Vec<PlaceChoice>, ReplicaError> {
        let (language, now_ms) = (self.common.language(), self.common.server_ms());
        self.common
            .replica
            .read(move |tx| places::choices(tx, language, now_ms))
    }

    /// The person chose, or nothing was left to choose.
    pub(super) fn take_place(
        &mut self,
        event: EventId,
        gate: Option<GateNo>,
    ) -> Result<(), UiError> {
        let way = Way::In;
        let stage = self.opened(KeptPlace { event, gate, way })?;
        self.enter_door(stage)
    }

    pub(super) fn face(&mut self, way: Way) -> Result<(), UiError> {
        let post = self.common.post().ok_or_else(at_no_door)?;
        let stage = self.opened(KeptPlace {
            event: post.event,
            gate: post.gate,
            way,
        })?;
        self.enter_door(stage)
    }

    fn enter_door(&mut self, stage: Stage) -> Result<(), UiError> {
        if let Some(post) = stage.post() {
            let place = KeptPlace {
                event: post.event,
                gate: post.gate,
                way: post.way,
            };
            kept::keep_place(&self.common.folders.data, Kept::Door(place))?;
        }
        self.enter(stage);
        Ok(())
    }

    /// Back to choosing. Once somebody was decided on here, it is a supervisor's decision, where there are any.
    pub(super) fn leave_place(&mut self) -> Result<(), UiError> {
        if let Some(counter) = self.common.counter() {
            return self.leave_till(&counter);
        }
        self.common.post().ok_or_else(at_no_door)?;
        if self.common.may_supervise() && locked(&self.common.scans).has_any() {
            self.common.decider()?;
        }
        self.choose_again()?;
        locked(&self.common.scans).forget();
        Ok(())
    }

    pub(super) fn choose_again(&mut self) -> Result<(), UiError> {
        kept::forget_place(&self.common.folders.data)?;
        self.has_chosen = true;
        let stage = self.choosing();
        self.enter(stage);
        Ok(())
    }

    /// A door at a place. Nothing changes yet.
    fn opened(&self, place: KeptPlace) -> Result<Stage, OpenDoorError> {
        let KeptPlace { event, gate, way } = place;
        let at = gate.map_or(AtGate::AsEnrolled, AtGate::Numbered);
        let mut door = Door::open(&self.common.replica, event, &at, way.into())?;
        if let Some(syncing) = &self.in_step {
            door = door
                .with_claims(Box::new(syncing.claims.clone()))
                .with_holders(Box::new(syncing.rights.clone()));
        }
        door.set_roster_state(*locked(&self.common.roster));
        let gate = door.gate();
        let view = self
            .place_view(KeptPlace { event, gate, way })?
            .ok_or(ScanError::RosterMissing(event))?;
        let post = Post {
            door,
            event,
            gate,
            way,
        };
        Ok(Stage::Door(Arc::new(post), view))
    }

    fn place_view(&self, place: KeptPlace) -> Result<Option<PlaceView>, ReplicaError> {
        let KeptPlace { event, gate, way } = place;
        let replica = &self.common.replica;
        let may_supervise = is_supervised(replica).unwrap_or_else(|error| {
            tracing::debug!(code = error.code(), "nobody can supervise here");
            false
        });
        let view = replica.read(move |tx| places::view(tx, event, gate, way))?;
        Ok(view.map(|view| PlaceView {
            may_supervise,
            ..view
        }))
    }

    fn look(&mut self) {
        self.tell_camera();
        if self.read_at.elapsed() < READ_EVERY {
            return;
        }
        self.read_at = Instant::now();
        self.sync_again();
        self.note_changes();
    }

    /// What the organizer changed, or what came meanwhile.
    fn note_changes(&mut self) {
        enum At {
            Enrol,
            Choose(Choices),
            Door(Arc<Post>, PlaceView),
            Till(Arc<Counter>),
            Closed { unsent: u32, end: End },
        }
        let at = match &*locked(&self.common.stage) {
            Stage::Enrol(_) => At::Enrol,
            Stage::Choose(choices) => At::Choose(choices.clone()),
            Stage::Door(post, view) => At::Door(Arc::clone(post), view.clone()),
            Stage::Till(counter) => At::Till(Arc::clone(counter)),
            Stage::Closed { unsent, end } => At::Closed {
                unsent: *unsent,
                end: *end,
            },
        };
        if matches!(at, At::Choose(_) | At::Door(..) | At::Till(_))
            && let Some(end) = self.ended()
        {
            return self.close(end);
        }
        match at {
            At::Enrol => {}
            At::Choose(told) => {
                let Ok(now) = self.choices() else {
                    return;
                };
                let taken = if self.has_chosen {
                    None
                } else if now.till == TillChoice::No {
                    places::without_asking(&now.places)
                        .map(|(event, gate)| self.take_place(event, Some(gate)))
                } else {
                    // A till that lets nobody in has nothing to choose.
                    let only = now.places.is_empty() && now.till == TillChoice::Ready;
                    only.then(|| self.take_till())
                };
                if !matches!(taken, Some(Ok(()))) && now != told {
                    self.enter(Stage::Choose(now));
                }
            }
            At::Door(post, told) => {
                let (event, gate, way) = (post.event, post.gate, post.way);
                match self.place_view(KeptPlace { event, gate, way }) {
                    Ok(Some(now)) if now != told => self.enter(Stage::Door(post, now)),
                    Ok(_) | Err(_) => {}
                }
            }
            At::Till(counter) => self.look_at_till(&counter),
            At::Closed { unsent, end } => {
                let stage = self.closed(end);
                if !matches!(stage, Stage::Closed { unsent: now, .. } if now == unsent) {
                    self.enter(stage);
                }
            }
        }
    }
}

/// Refusals that wait to be summed up.
fn flush(common: &Common, left: &Stage) {
    if let Some(post) = left.post()
        && let Err(error) = post.door.flush(common.now_ms())
    {
        tracing::error!(code = error.code(), "refusals could not be written down");
    }
}
