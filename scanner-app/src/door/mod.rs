//! The door: a code is shown, one decision is made from what is here, one fact is on the disk, then
//! the light changes.
//!
//! Nothing here waits for a network, but for at most 300 ms for a claim while the sync is live, or 150 ms for a ticket's
//! right in strict mode. What was decided is never revised; what it comes to is
//! `shared::admission::fold`'s affair.

mod alerts;
mod attendance;
mod by_hand;
mod claims;
mod error;
mod hand_back;
mod holders;
mod journal;
mod judge;
mod overrides;
mod place;
mod recent;
mod refusals;
pub(crate) mod rights;
pub(crate) mod scene;
mod sign_off;
pub(crate) mod standing;
mod undo;
mod verdict;
mod words;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use shared::admission::{ClaimOutcome, Direction, Reason, RosterState};
use shared::clock::UnixMillis;
use shared::ids::{EventId, FactId, GateNo};
use shared::roster::GateRow;
use shared::sync::claim;
use shared::ticket::Scanned;
use shared::wire::latest::ClaimAsk;

pub use alerts::{AlertSighting, DoorAlert, open_alerts};
pub use attendance::{AtOneGate, Attendance, Attending};
pub use claims::Claims;
pub use error::{OpenDoorError, ScanError};
pub use hand_back::{HandBackError, HandedBack, To, hand_back};
pub use holders::{Holders, InHand};
pub use journal::{Author, NewFact, WriteFactError, Written, reopen_after_fork, write_fact};
pub use judge::Judged;
pub use judge::now as now_of;
pub use overrides::{LetIn, OverrideError};
pub use rights::{Share, share};
pub use sign_off::{HandIn, SignOffError, SignedOff, finish_sign_off, sign_off};
pub use standing::TicketStanding;
pub use undo::{UNDONE_WITHIN_MS, UndoError};
pub use verdict::{Outcome, Sight, Times, Verdict};

use crate::edge::OsRandom;
use crate::replica::{Priority, Replica, ReplicaError};
use claims::Claiming;
use judge::Shown;
use place::Place;
use recent::Recent;
use refusals::Refusals;
use scene::Scene;

/// Which gate a door stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtGate {
    /// The one that the organizer gave the device.
    AsEnrolled,
    /// By its number.
    Numbered(GateNo),
    /// By its name or number.
    Named(String),
}

/// A door at work. Clones of the replica may sync meanwhile.
#[derive(Debug)]
pub struct Door {
    replica: Replica,
    place: Arc<Place>,
    recent: Mutex<Recent>,
    refusals: Mutex<Refusals>,
    claiming: Option<Claiming>,
    holders: Option<Box<dyn Holders>>,
}

/// What was claimed: the id of the fact to be written, and what came of it, if the server was asked.
#[derive(Clone, Copy)]
struct Claimed {
    fact: FactId,
    outcome: Option<ClaimOutcome>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Door {
    /// Takes up a place at an event. The device must be enrolled and allowed to scan there, and at
    /// least the roster's first page must be here.
    pub fn open(
        replica: &Replica,
        event: EventId,
        gate: &AtGate,
        direction: Direction,
    ) -> Result<Self, OpenDoorError> {
        let key = replica.signing_key()?;
        let replica = replica.with_priority(Priority::Door);
        let (identity, scene) = replica.read(move |tx| {
            let identity = crate::replica::identity::load(tx)?.ok_or(OpenDoorError::NotEnrolled)?;
            let scene = Scene::load(tx, event)?;
            scene.may_scan(identity.device, event)?;
            Ok::<_, OpenDoorError>((identity, scene))
        })?;
        let gate = match gate {
            AtGate::AsEnrolled => scene.rules().gate(identity.gate).map(|row| row.no),
            AtGate::Numbered(no) => Some(find_gate(&scene.gates, &no.to_string(), |gate| {
                gate.no == *no
            })?),
            AtGate::Named(name) => {
                Some(find_gate(&scene.gates, name, |gate| is_named(gate, name))?)
            }
        };
        Ok(Self {
            replica,
            place: Arc::new(Place {
                event,
                gate,
                direction,
                author: Author {
                    device: identity.device,
                    key,
                },
                roster: Mutex::new(RosterState::MaybeBehind),
                scene: Mutex::new(Some(Arc::new(scene))),
            }),
            recent: Mutex::default(),
            refusals: Mutex::default(),
            claiming: None,
            holders: None,
        })
    }

    /// From now on asks the server before the light, while the roster is live.
    #[must_use]
    pub fn with_claims(self, line: Box<dyn Claims>) -> Self {
        Self {
            claiming: Some(Claiming::by(line)),
            ..self
        }
    }

    /// From now on asks other doors for rights of entry that they hold, in an event in strict mode.
    #[must_use]
    pub fn with_holders(self, line: Box<dyn Holders>) -> Self {
        Self {
            holders: Some(line),
            ..self
        }
    }

    /// The sync engine tells whether what is not in the roster does not exist.
    pub fn set_roster_state(&self, state: RosterState) {
        *locked(&self.place.roster) = state;
    }

    /// Decides on what a code said, writes what has to be written, and returns when it is on the disk
    /// (A1). An error means that nobody was admitted.
    ///
    /// `now_ms` is this device's wall clock.
    pub fn scan(&self, text: &str, sight: Sight, now_ms: UnixMillis) -> Result<Verdict, ScanError> {
        let started = Instant::now();
        let before = locked(&self.recent).again(text, now_ms);
        if let (Sight::Stream, Some(verdict)) = (sight, &before) {
            return Ok(verdict.again());
        }
        let verdict = match Scanned::of(text) {
            Scanned::Ticket(presented) => {
                let told = before.and_then(|verdict| verdict.refused_for());
                self.decide(Shown::Code(presented), told, now_ms, started)?
            }
            Scanned::OrderCode(code) => {
                Verdict::without_decision(Outcome::OrderCode(code), now_ms, started)
            }
            Scanned::Foreign(why) => {
                Verdict::without_decision(Outcome::Foreign(why), now_ms, started)
            }
        };
        locked(&self.recent).remember(text, &verdict, now_ms);
        Ok(verdict)
    }

    /// `told`: what the same code was refused for within the last two seconds. The same refusal again
    /// is one.
    fn decide(
        &self,
        shown: Shown,
        told: Option<Reason>,
        now_ms: UnixMillis,
        started: Instant,
    ) -> Result<Verdict, ScanError> {
        let place = Arc::clone(&self.place);
        let fact = FactId::new(now_ms, &mut OsRandom);
        let mut claimed = Claimed {
            fact,
            outcome: None,
        };
        // Here until the fact is written, see `InHand`.
        let mut _taken = None;
        if self.is_strict()? {
            // The right takes the place of the claim.
            _taken = self.fetch_right(&shown, fact, now_ms)?;
        } else {
            claimed = self.claim(&shown, fact, now_ms)?;
        }
        let sums = locked(&self.refusals).due(now_ms);
        let summed = sums.clone();
        let time = self.replica.time();
        let (judged, judge_us, fact) = self.replica.write(move |tx| {
            let judging = Instant::now();
            // Once more, with the claim: the ticket may have gone in elsewhere meanwhile.
            let judged = place.judge(tx, &shown, &time, now_ms, claimed.outcome)?;
            let judge_us = micros(judging);
            place.write_sums(tx, &summed, now_ms)?;
            let body = place.body(&judged, told);
            let fact = body
                .map(|body| place.write_as(tx, (claimed.fact, body), judged.seen.clone(), now_ms))
                .transpose()?;
            Ok::<_, ScanError>((judged, judge_us, fact))
        })?;
        let mut refusals = locked(&self.refusals);
        refusals.written(&sums, now_ms);
        if let Some(reason) = judged
            .unsigned_refusal()
            .filter(|reason| told != Some(*reason))
        {
            refusals.add(reason, now_ms);
        }
        Ok(Verdict {
            at_ms: judged.at_ms,
            outcome: Outcome::Decided {
                ticket: judged.ticket.map(|code| code.ticket),
                type_no: judged.ticket.map(|code| code.type_no),
                decision: judged.decision,
            },
            fact,
            repeated: false,
            times: Times {
                judge_us,
                total_us: micros(started),
            },
        })
    }

    fn is_strict(&self) -> Result<bool, ScanError> {
        let place = Arc::clone(&self.place);
        self.replica
            .read(move |tx| Ok(place.scene(tx)?.event.strict))
    }

    /// Asks the server, if this ticket would go in by what is known here.
    fn claim(&self, shown: &Shown, fact: FactId, now_ms: UnixMillis) -> Result<Claimed, ScanError> {
        let unasked = Claimed {
            fact,
            outcome: None,
        };
        let live = *locked(&self.place.roster) == RosterState::Live;
        let Some(claiming) = self.claiming.as_ref().filter(|_| live) else {
            return Ok(unasked);
        };
        let (place, time, shown) = (Arc::clone(&self.place), self.replica.time(), *shown);
        let judged = self
            .replica
            .read(move |tx| place.judge(tx, &shown, &time, now_ms, None))?;
        let now = claiming.now();
        let next = claim::Scan::begin(self.place.direction, now).next(
            |_| judged.decision.clone(),
            &claim::Mode::Open,
            claim::Link::Live,
            &claiming.so_far(),
            now,
        );
        match (next, judged.ticket) {
            (claim::Step::Claim { .. }, Some(code)) => {
                let outcome = Some(claiming.ask(ClaimAsk {
                    event: self.place.event,
                    ticket: code.ticket,
                    fact,
                    gate: self.place.gate_no(),
                }));
                Ok(Claimed { fact, outcome })
            }
            (claim::Step::Claim { .. }, None)
            | (claim::Step::Decided(_) | claim::Step::AskHolder { .. }, _) => Ok(unasked),
        }
    }

    /// Verifies and decides, and writes nothing: what would happen. `None`: the text is no ticket.
    pub fn judge(&self, text: &str, now_ms: UnixMillis) -> Result<Option<Judged>, ScanError> {
        let Scanned::Ticket(presented) = Scanned::of(text) else {
            return Ok(None);
        };
        let (place, time) = (Arc::clone(&self.place), self.replica.time());
        let shown = Shown::Code(presented);
        self.replica
            .read(move |tx| place.judge(tx, &shown, &time, now_ms, None))
            .map(Some)
    }

    /// Judges texts one after the other on the replica's thread, so that `measure`, called around
    /// each, can read that thread's own CPU clock.
    pub fn judge_each(
        &self,
        texts: Vec<String>,
        now_ms: UnixMillis,
        mut measure: impl FnMut(&mut dyn FnMut() -> Result<(), ScanError>) -> Result<(), ScanError>
        + Send
        + 'static,
    ) -> Result<(), ScanError> {
        let (place, time) = (Arc::clone(&self.place), self.replica.time());
        self.replica.read(move |tx| {
            texts.iter().try_for_each(|text| {
                measure(&mut || match Scanned::of(text) {
                    Scanned::Ticket(presented) => {
                        let shown = Shown::Code(presented);
                        place.judge(tx, &shown, &time, now_ms, None).map(drop)
                    }
                    Scanned::OrderCode(_) | Scanned::Foreign(_) => Ok(()),
                })
            })
        })
    }

    /// Writes the summed refusals that still wait for their minute. Call it before the door goes.
    pub fn flush(&self, now_ms: UnixMillis) -> Result<(), ScanError> {
        let sums = locked(&self.refusals).all();
        if sums.is_empty() {
            return Ok(());
        }
        let (place, summed) = (Arc::clone(&self.place), sums.clone());
        self.replica
            .write(move |tx| place.write_sums(tx, &summed, now_ms))?;
        locked(&self.refusals).written(&sums, now_ms);
        Ok(())
    }
}

fn is_named(gate: &GateRow, name: &str) -> bool {
    gate.name.to_lowercase() == name.trim().to_lowercase() || gate.no.to_string() == name.trim()
}

fn find_gate(
    gates: &[GateRow],
    asked: &str,
    is_it: impl Fn(&GateRow) -> bool,
) -> Result<GateNo, OpenDoorError> {
    gates
        .iter()
        .find(|gate| is_it(gate))
        .map(|gate| gate.no)
        .ok_or_else(|| OpenDoorError::UnknownGate {
            name: asked.to_owned(),
            gates: gates
                .iter()
                .map(|gate| gate.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl From<ReplicaError> for ScanError {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}
