//! A supervisor at the screen: known by a PIN, and only for as long as they go on deciding.

use shared::clock::UnixMillis;
use shared::ids::UserId;

use super::Station;
use super::common::{Common, locked};
use super::conductor::Conductor;
use super::figures::Wake;
use super::recent::Presented;
use super::stage::{Stage, at_no_door};
use super::verdicts;
use super::view::{SupervisorView, SupervisorsView, UiError, UiErrorCode, VerdictView};
use crate::door::{To, hand_back};
use crate::supervisor::{self, Duty, Supervisor};

/// So long after their last decision nobody has to ask whether they are still there.
const UNLOCKED_MS: i64 = 2 * 60 * 1_000;

/// Who is unlocked, if anybody is.
#[derive(Debug, Default)]
pub(super) struct Supervising(Option<Unlocked>);

#[derive(Debug)]
struct Unlocked {
    person: UserId,
    /// Their last decision, on this device's clock.
    since_ms: UnixMillis,
}

impl Supervising {
    fn unlock(&mut self, person: UserId, now_ms: UnixMillis) {
        self.0 = Some(Unlocked {
            person,
            since_ms: now_ms,
        });
    }

    fn lock(&mut self) {
        self.0 = None;
    }

    /// A clock that was put back locks, too: nobody knows how long it was.
    fn person(&self, now_ms: UnixMillis) -> Option<UserId> {
        let unlocked = self.0.as_ref()?;
        let until_ms = unlocked.since_ms.saturating_add(UNLOCKED_MS);
        (unlocked.since_ms..until_ms)
            .contains(&now_ms)
            .then_some(unlocked.person)
    }
}

impl From<Supervisor> for SupervisorView {
    fn from(supervisor: Supervisor) -> Self {
        Self {
            person: supervisor.person,
            name: supervisor.name,
        }
    }
}

impl Station {
    /// Who may decide against the rules here, and who is unlocked.
    pub fn supervisors(&self) -> Result<SupervisorsView, UiError> {
        self.common.supervisors()
    }

    /// Unlocks this person's decisions until [`Station::lock`], or two minutes after the last one.
    pub fn unlock(&self, person: UserId, pin: &str) -> Result<SupervisorsView, UiError> {
        self.common.unlock(person, pin)
    }

    /// Nobody is unlocked any more.
    pub fn lock(&self) {
        self.common.lock();
    }

    /// The unlocked supervisor lets the ticket of a verdict in against the decision. The green verdict is told, too.
    pub fn let_in_anyway(&self, no: u32) -> Result<VerdictView, UiError> {
        self.common.let_in_anyway(no)
    }

    /// Strict mode: gives this door's share of the tickets back to the server; how many.
    pub fn hand_back(&self) -> Result<u32, UiError> {
        self.common.hand_back()
    }

    /// Ends this device's work: its secrets are gone when this returns, its journals once the server has them.
    pub fn sign_off(&self) -> Result<(), UiError> {
        self.common.conduct(Conductor::sign_off)
    }
}

impl Common {
    fn supervisors(&self) -> Result<SupervisorsView, UiError> {
        let now_ms = self.now_ms();
        let people = supervisor::people(&self.replica, Duty::Supervise)?;
        let unlocked = locked(&self.supervising).person(now_ms);
        let people: Vec<SupervisorView> = people.into_iter().map(Into::into).collect();
        Ok(SupervisorsView {
            unlocked: unlocked.and_then(|person| {
                let one = people.iter().find(|one| one.person == person);
                one.cloned()
            }),
            people,
            locked_until_ms: supervisor::locked_until(&self.replica, now_ms)?,
        })
    }

    fn unlock(&self, person: UserId, pin: &str) -> Result<SupervisorsView, UiError> {
        let unlocked =
            supervisor::unlock(&self.replica, (person, Duty::Supervise), pin, self.now_ms())
                .inspect_err(|error| tracing::warn!(code = error.code(), "nobody was unlocked"))?;
        locked(&self.supervising).unlock(unlocked.person, self.now_ms());
        self.supervisors()
    }

    pub(super) fn lock(&self) {
        locked(&self.supervising).lock();
    }

    /// Who decides now; their two minutes begin anew. Whoever was taken off the list meanwhile does not.
    pub(super) fn decider(&self) -> Result<UserId, UiError> {
        let now_ms = self.now_ms();
        let unlocked = locked(&self.supervising).person(now_ms);
        let people = supervisor::people(&self.replica, Duty::Supervise)?;
        let decider = unlocked.filter(|person| people.iter().any(|one| one.person == *person));
        let Some(person) = decider else {
            self.lock();
            let detail = "no supervisor is unlocked, or nobody decided anything for two minutes";
            return Err(UiError::new(UiErrorCode::SupervisorNeeded, detail));
        };
        locked(&self.supervising).unlock(person, now_ms);
        Ok(person)
    }

    /// Whether anybody could decide at this door.
    pub(super) fn may_supervise(&self) -> bool {
        match &*locked(&self.stage) {
            Stage::Door(_, place) => place.may_supervise,
            Stage::Enrol(_) | Stage::Choose(_) | Stage::Till(_) | Stage::Closed { .. } => false,
        }
    }

    fn let_in_anyway(&self, no: u32) -> Result<VerdictView, UiError> {
        let _turn = locked(&self.turn);
        let post = self.post().ok_or_else(at_no_door)?;
        let person = self.decider()?;
        let presented = locked(&self.scans).refused(no).ok_or_else(|| {
            let detail =
                "that scan is no refusal or question, or its code is forgotten; scan again";
            UiError::new(UiErrorCode::NotFound, detail)
        })?;
        let now_ms = self.now_ms();
        let done = match &presented {
            Presented::Code(text) => post.door.let_in_anyway(text, person, now_ms)?,
            Presented::ByHand(ticket) => {
                post.door.let_in_anyway_by_hand(*ticket, person, now_ms)?
            }
        };
        locked(&self.scans).settled(no);
        Ok(self.tell(|no| {
            let view = verdicts::let_in(&post, &done, no);
            let line = verdicts::line(&post, &view, Some(done.fact.id));
            (view, line, None)
        }))
    }

    fn hand_back(&self) -> Result<u32, UiError> {
        let post = self.post().ok_or_else(at_no_door)?;
        self.decider()?;
        let done = hand_back(&self.replica, post.event, To::Server, self.now_ms())?;
        self.wake_figures(Wake::Changed);
        Ok(u32::try_from(done.given).unwrap_or(u32::MAX))
    }
}
