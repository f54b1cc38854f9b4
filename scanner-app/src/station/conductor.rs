//! Changes of the screen, one after the other, on a thread of its own: enrolment, places, the way, the end. And what has to
//! be looked after meanwhile: the sync, the camera, what the organizer changes.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use shared::admission::RosterState;
use shared::ids::{EventId, GateNo};
use shared::sync::state::{BlockReason, State};

use super::before;
use super::cameras::off;
use super::common::{Common, locked};
use super::enrol::{Came, Enrolling, Offer};
use super::figures::Wake;
use super::kept::{self, KeptPlace};
use super::places;
use super::stage::{Post, Stage, at_no_door};
use super::view::{CameraView, EnrolStep, News, PlaceChoice, PlaceView, UiError, UiErrorCode, Way};
use super::watching::Watching;
use crate::door::{AtGate, Door, OpenDoorError, ScanError};
use crate::online::{Asked, InStep, InStepNews, LanOptions, OnlineNews};
use crate::peers::{RightLine, right_line};
use crate::replica::{ReplicaError, facts, identity, signed};
use crate::sync::{ClaimLine, claim_line, driver};

/// How often it looks after things.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often it looks at what the organizer may have changed.
const READ_EVERY: Duration = Duration::from_secs(1);
/// A sync that ended by itself is begun again after this.
const SYNC_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What the conductor is told.
pub(super) enum Order {
    Do(Box<dyn FnOnce(&mut Conductor) + Send>),
    Stop,
}

pub(super) struct Conductor {
    common: Arc<Common>,
    lan: LanOptions,
    watching: Option<Watching>,
    enrolling: Option<Enrolling>,
    in_step: Option<Syncing>,
    /// The person came here by themselves: no place is taken without asking.
    has_chosen: bool,
    camera_told: CameraView,
    read_at: Instant,
}

/// The sync under way, and how a door asks through it.
struct Syncing {
    claims: ClaimLine,
    rights: RightLine,
    running: Option<InStep>,
    ended_at: Option<Instant>,
}

impl Conductor {
    pub(super) fn new(common: Arc<Common>, lan: LanOptions) -> Self {
        Self {
            common,
            lan,
            watching: None,
            enrolling: None,
            in_step: None,
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
            Ok(Some(_)) => {
                self.keep_in_step();
                self.stage_of_enrolled()
            }
        };
        self.enter(stage);
    }

    fn stage_of_enrolled(&self) -> Stage {
        if self.is_revoked() {
            return self.closed(true);
        }
        match kept::place(&self.common.folders.data) {
            None => self.choosing(),
            Some(place) => self.gone_on(place).unwrap_or_else(|error| {
                tracing::warn!(code = error.code(), "the door can't go back to its place");
                self.choosing()
            }),
        }
    }

    fn gone_on(&self, place: KeptPlace) -> Result<Stage, OpenDoorError> {
        let stage = self.opened(place)?;
        let event = place.event;
        let lines = self
            .common
            .replica
            .read(move |tx| before::lines(tx, event))?;
        locked(&self.common.scans).go_on(lines);
        Ok(stage)
    }

    /// Puts another screen in the place of the one that is there.
    fn enter(&mut self, stage: Stage) {
        let needs_camera = stage.needs_camera();
        if stage.post().is_none() {
            drop(locked(&self.common.index).take());
        }
        {
            let _turn = locked(&self.common.turn);
            let left = std::mem::replace(&mut *locked(&self.common.stage), stage);
            flush(&self.common, &left);
            // The sync may have told the door that was left meanwhile.
            let roster = *locked(&self.common.roster);
            self.common.set_roster(roster);
        }
        self.common.tell_overview();
        self.common.wake_figures(Wake::Moved);
        if needs_camera && self.watching.is_none() {
            self.begin_camera();
        } else if !needs_camera {
            self.end_camera();
        }
        self.tell_camera();
    }

    fn leave_post(&self) {
        flush(&self.common, &locked(&self.common.stage));
    }

    fn begin_camera(&mut self) {
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

    fn end_camera(&mut self) {
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

    fn tell_camera(&mut self) {
        let view = self.common.camera_view();
        if view != self.camera_told {
            self.camera_told = view.clone();
            self.common.host.tell(News::Camera(view));
            self.common.wake_figures(Wake::Changed);
        }
    }

    /// The organizer's code was shown or typed.
    pub(super) fn enrol(&mut self, offer: Offer) -> Result<(), UiError> {
        if !matches!(*locked(&self.common.stage), Stage::Enrol(_)) {
            let detail = "this device is enrolled already";
            return Err(UiError::new(UiErrorCode::AlreadyEnrolled, detail));
        }
        drop(self.enrolling.take());
        let common = Arc::clone(&self.common);
        let say = move |came| common.order(move |conductor| conductor.came(came));
        let begun = Enrolling::begin(
            &self.common.replica,
            &offer,
            &self.common.machine,
            &self.common.clock,
            say,
        );
        match begun {
            Ok(enrolling) => {
                self.enrolling = Some(enrolling);
                let server = offer.server;
                self.enter(Stage::Enrol(EnrolStep::Connecting { server }));
                Ok(())
            }
            Err(error) => {
                let step = EnrolStep::Failed {
                    error: error.clone(),
                };
                self.enter(Stage::Enrol(step));
                Err(error)
            }
        }
    }

    pub(super) fn enrol_cancel(&mut self) {
        drop(self.enrolling.take());
        if matches!(*locked(&self.common.stage), Stage::Enrol(_)) {
            // It may have been done just before.
            match self.common.replica.read(identity::load) {
                Ok(Some(_)) => self.came(Came::Enrolled),
                Ok(None) | Err(_) => self.enter(Stage::Enrol(EnrolStep::Waiting)),
            }
        }
    }

    fn came(&mut self, came: Came) {
        if !matches!(*locked(&self.common.stage), Stage::Enrol(_)) {
            return;
        }
        match came {
            Came::Step(_) if self.enrolling.is_none() => {}
            Came::Step(step) => {
                if matches!(step, EnrolStep::Failed { .. }) {
                    drop(self.enrolling.take());
                }
                self.enter(Stage::Enrol(step));
            }
            Came::Enrolled => {
                drop(self.enrolling.take());
                self.keep_in_step();
                let stage = self.choosing();
                self.enter(stage);
            }
        }
    }

    fn choosing(&self) -> Stage {
        Stage::Choose(self.places().unwrap_or_else(|error| {
            tracing::error!(code = error.code(), "reading the places failed");
            Vec::new()
        }))
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
            kept::keep_place(&self.common.folders.data, &place)?;
        }
        self.enter(stage);
        Ok(())
    }

    pub(super) fn leave_place(&mut self) -> Result<(), UiError> {
        self.common.post().ok_or_else(at_no_door)?;
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
            .common
            .replica
            .read(move |tx| places::view(tx, event, gate, way))?
            .ok_or(ScanError::RosterMissing(event))?;
        let post = Post {
            door,
            event,
            gate,
            way,
        };
        Ok(Stage::Door(Arc::new(post), view))
    }

    fn keep_in_step(&mut self) {
        let ((claims, calls), (rights, right_calls)) = (claim_line(), right_line());
        let asked = Asked {
            claims: calls,
            rights: right_calls,
        };
        let common = Arc::clone(&self.common);
        let begun = InStep::begin(
            &self.common.replica,
            &self.common.folders.data,
            self.lan,
            asked,
            move |news| heard(&common, news),
        );
        let running = begun
            .inspect_err(|error| tracing::error!(code = error.code(), "the sync did not begin"))
            .ok();
        self.in_step = Some(Syncing {
            claims,
            rights,
            ended_at: running.is_none().then(Instant::now),
            running,
        });
    }

    fn sync_ended(&mut self) {
        self.common.set_roster(RosterState::MaybeBehind);
        if let Some(syncing) = &mut self.in_step {
            syncing.ended_at = Some(Instant::now());
        }
    }

    /// The organizer revoked this device, or a supervisor signed it off.
    pub(super) fn close(&mut self, revoked: bool) {
        if !matches!(*locked(&self.common.stage), Stage::Closed { .. }) {
            let stage = self.closed(revoked);
            self.enter(stage);
        }
    }

    fn closed(&self, revoked: bool) -> Stage {
        let unsent = self.common.replica.read(facts::unsent_count).unwrap_or(0);
        let unsent = u32::try_from(unsent).unwrap_or(u32::MAX);
        Stage::Closed { unsent, revoked }
    }

    fn is_revoked(&self) -> bool {
        let revoked = self.common.replica.read(|tx| {
            let Some(identity) = identity::load(tx)? else {
                return Ok(false);
            };
            let own = signed::device(tx, identity.device)?;
            Ok::<_, ReplicaError>(own.is_some_and(|row| row.revocation.is_some()))
        });
        revoked.unwrap_or(false)
    }

    fn look(&mut self) {
        self.tell_camera();
        if self.read_at.elapsed() < READ_EVERY {
            return;
        }
        self.read_at = Instant::now();
        let ended = self
            .in_step
            .as_ref()
            .and_then(|syncing| syncing.ended_at)
            .is_some_and(|at| at.elapsed() > SYNC_AGAIN_AFTER);
        if ended {
            drop(self.in_step.take().and_then(|syncing| syncing.running));
            self.keep_in_step();
            if let Some(post) = self.common.post() {
                // Its lines lead nowhere any more.
                let _ = self.face(post.way);
            }
        }
        self.note_changes();
    }

    /// What the organizer changed, or what came meanwhile.
    fn note_changes(&mut self) {
        enum At {
            Enrol,
            Choose(Vec<PlaceChoice>),
            Door(Arc<Post>, PlaceView),
            Closed { unsent: u32, revoked: bool },
        }
        let at = match &*locked(&self.common.stage) {
            Stage::Enrol(_) => At::Enrol,
            Stage::Choose(places) => At::Choose(places.clone()),
            Stage::Door(post, view) => At::Door(Arc::clone(post), view.clone()),
            Stage::Closed { unsent, revoked } => At::Closed {
                unsent: *unsent,
                revoked: *revoked,
            },
        };
        match at {
            At::Enrol => {}
            At::Choose(_) | At::Door(..) if self.is_revoked() => self.close(true),
            At::Choose(told) => {
                let Ok(now) = self.places() else {
                    return;
                };
                let taken = places::without_asking(&now)
                    .filter(|_| !self.has_chosen)
                    .map(|(event, gate)| self.take_place(event, Some(gate)));
                if !matches!(taken, Some(Ok(()))) && now != told {
                    self.enter(Stage::Choose(now));
                }
            }
            At::Door(post, told) => {
                let (event, gate, way) = (post.event, post.gate, post.way);
                let now = self
                    .common
                    .replica
                    .read(move |tx| places::view(tx, event, gate, way));
                match now {
                    Ok(Some(now)) if now != told => self.enter(Stage::Door(post, now)),
                    Ok(_) | Err(_) => {}
                }
            }
            At::Closed { unsent, revoked } => {
                let stage = self.closed(revoked);
                if !matches!(stage, Stage::Closed { unsent: now, .. } if now == unsent) {
                    self.enter(stage);
                }
            }
        }
    }
}

impl Common {
    fn set_roster(&self, roster: RosterState) {
        *locked(&self.roster) = roster;
        if let Some(post) = self.post() {
            post.door.set_roster_state(roster);
        }
    }
}

/// On the sync's thread.
fn heard(common: &Arc<Common>, news: InStepNews) {
    match news {
        InStepNews::Online(OnlineNews::Sync(driver::News::State(state))) => {
            common.set_roster(if state == State::Live {
                RosterState::Live
            } else {
                RosterState::MaybeBehind
            });
            if state == State::Blocked(BlockReason::Revoked) {
                common.order(|conductor| conductor.close(true));
            }
            common.wake_figures(Wake::Changed);
        }
        InStepNews::Online(OnlineNews::Lan(_)) => common.wake_figures(Wake::Changed),
        InStepNews::Online(OnlineNews::Sync(driver::News::Failed(error))) => {
            tracing::info!(code = error.code(), "the server was not reached");
        }
        InStepNews::Online(
            OnlineNews::Sync(driver::News::Report(_)) | OnlineNews::Listening(_),
        ) => {}
        InStepNews::Ended(_) => common.order(Conductor::sync_ended),
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
