//! The door: a code is shown, one decision is made from what is here, one fact is on the disk, then
//! the light changes.
//!
//! Nothing here waits for a network. What was decided is never revised; what it comes to is
//! `shared::admission::fold`'s affair.

mod error;
mod journal;
mod judge;
mod recent;
mod refusals;
mod scene;
mod verdict;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rusqlite::Connection;
use shared::admission::sentence::{self, Sentence};
use shared::admission::{Decision, Direction, Reason, RosterState};
use shared::clock::{DeviceTime, UnixMillis};
use shared::fact::FactBody;
use shared::ids::{EventId, GateNo};
use shared::language::Language;
use shared::roster::GateRow;
use shared::ticket::{self, Scanned};

pub use error::{OpenDoorError, ScanError};
pub use journal::{Author, NewFact, WriteFactError, Written, reopen_after_fork, write_fact};
pub use judge::Judged;
pub use verdict::{Outcome, Sight, Times, Verdict};

use crate::replica::{Priority, Replica, ReplicaError, WriteTx};
use recent::Recent;
use refusals::Refusals;
use scene::Scene;

/// Which gate a door stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtGate {
    /// The one that the organizer gave the device.
    AsEnrolled,
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
}

#[derive(Debug)]
struct Place {
    event: EventId,
    gate: Option<GateNo>,
    direction: Direction,
    author: Author,
    roster: Mutex<RosterState>,
    scene: Mutex<Option<Arc<Scene>>>,
}

impl Place {
    fn gate_no(&self) -> GateNo {
        self.gate.unwrap_or(GateNo(0))
    }

    /// Rules, keys and devices as they are now; read anew when they have changed.
    fn scene(&self, connection: &Connection) -> Result<Arc<Scene>, ScanError> {
        let mut held = locked(&self.scene);
        if let Some(scene) = held.as_ref().filter(|scene| scene.is_current(connection)) {
            return Ok(Arc::clone(scene));
        }
        let scene = Arc::new(Scene::load(connection, self.event)?);
        *held = Some(Arc::clone(&scene));
        Ok(scene)
    }

    fn judge(
        &self,
        connection: &Connection,
        presented: &ticket::Presented,
        time: &DeviceTime,
        wall_ms: UnixMillis,
    ) -> Result<Judged, ScanError> {
        let scene = self.scene(connection)?;
        scene.may_scan(self.author.device, self.event)?;
        let at = judge::At {
            gate: self.gate,
            direction: self.direction,
            roster: *locked(&self.roster),
            time: time.now(wall_ms),
        };
        Ok(judge::judge(connection, &scene, presented, &at)?)
    }
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
            AtGate::Named(name) => Some(find_gate(&scene.gates, name)?),
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
        })
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
                self.decide(presented, told, now_ms, started)?
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
        presented: ticket::Presented,
        told: Option<Reason>,
        now_ms: UnixMillis,
        started: Instant,
    ) -> Result<Verdict, ScanError> {
        let place = Arc::clone(&self.place);
        let sums = locked(&self.refusals).due(now_ms);
        let summed = sums.clone();
        let time = self.replica.time();
        let (judged, judge_us, fact) = self.replica.write(move |tx| {
            let judging = Instant::now();
            let judged = place.judge(tx, &presented, &time, now_ms)?;
            let judge_us = micros(judging);
            place.write_sums(tx, &summed, now_ms)?;
            let body = place.body(&judged, told);
            let fact = body
                .map(|body| place.write(tx, body, judged.seen.clone(), now_ms))
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

    /// Verifies and decides, and writes nothing: what would happen. `None`: the text is no ticket.
    pub fn judge(&self, text: &str, now_ms: UnixMillis) -> Result<Option<Judged>, ScanError> {
        let Scanned::Ticket(presented) = Scanned::of(text) else {
            return Ok(None);
        };
        let (place, time) = (Arc::clone(&self.place), self.replica.time());
        self.replica
            .read(move |tx| place.judge(tx, &presented, &time, now_ms))
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
                        place.judge(tx, &presented, &time, now_ms).map(drop)
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

    /// What the person at the door reads of a verdict; `None` on green, and where there is none.
    pub fn sentence(&self, verdict: &Verdict, language: Language) -> Option<Sentence> {
        let Outcome::Decided { decision, .. } = &verdict.outcome else {
            return None;
        };
        let scene = locked(&self.place.scene).clone()?;
        let rules = scene.rules();
        match decision {
            Decision::Admit(_) => None,
            Decision::Refuse(reason) => {
                Some(sentence::refusal(reason, language, &rules, verdict.at_ms))
            }
            Decision::Ask(reason) => {
                Some(sentence::question(reason, language, &rules, verdict.at_ms))
            }
        }
    }

    /// The gate's name; `None` at no gate.
    pub fn gate_name(&self) -> Option<String> {
        let scene = locked(&self.place.scene).clone()?;
        scene
            .rules()
            .gate(self.place.gate?)
            .map(|row| row.name.clone())
    }
}

impl Place {
    /// What has to be written of a decision: one fact, or none.
    fn body(&self, judged: &Judged, told: Option<Reason>) -> Option<FactBody> {
        let code = judged.ticket?;
        match (&judged.decision, self.direction) {
            (_, Direction::CheckOnly) | (Decision::Ask(_), _) => None,
            (Decision::Admit(admission), Direction::In) => Some(FactBody::Entry {
                ticket: code.ticket,
                type_no: code.type_no,
                window: code.window,
                key: code.key,
                gate: self.gate_no(),
                marks: admission.marks,
            }),
            (Decision::Admit(admission), Direction::Out) => Some(FactBody::Exit {
                ticket: code.ticket,
                gate: self.gate_no(),
                marks: admission.marks,
            }),
            (Decision::Refuse(reason), _) if told == Some(reason.reason()) => None,
            (Decision::Refuse(reason), Direction::In | Direction::Out) => Some(FactBody::Refusal {
                ticket: code.ticket,
                gate: self.gate_no(),
                reason: reason.reason().number(),
            }),
        }
    }

    fn write(
        &self,
        tx: &WriteTx<'_>,
        body: FactBody,
        seen: Vec<shared::ids::FactName>,
        now_ms: UnixMillis,
    ) -> Result<Written, ScanError> {
        Ok(write_fact(
            tx,
            &self.author,
            self.event,
            self.gate_no(),
            journal::NewFact { body, seen },
            now_ms,
        )?)
    }

    fn write_sums(
        &self,
        tx: &WriteTx<'_>,
        sums: &[(Reason, u32)],
        now_ms: UnixMillis,
    ) -> Result<(), ScanError> {
        for (reason, count) in sums {
            let body = FactBody::Refusals {
                gate: self.gate_no(),
                reason: reason.number(),
                count: *count,
            };
            self.write(tx, body, Vec::new(), now_ms)?;
        }
        Ok(())
    }
}

fn find_gate(gates: &[GateRow], name: &str) -> Result<GateNo, OpenDoorError> {
    let same = |gate: &&GateRow| {
        gate.name.to_lowercase() == name.trim().to_lowercase() || gate.no.to_string() == name.trim()
    };
    gates
        .iter()
        .find(same)
        .map(|gate| gate.no)
        .ok_or_else(|| OpenDoorError::UnknownGate {
            name: name.to_owned(),
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
