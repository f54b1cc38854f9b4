//! Where a door stands, and what is read and written there.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use shared::admission::{ClaimOutcome, Decision, Direction, Reason, RosterState};
use shared::clock::{DeviceTime, UnixMillis};
use shared::fact::FactBody;
use shared::ids::{EventId, FactId, FactName, GateNo};

use super::journal::{self, Author, Written};
use super::judge::{self, Judged, Shown, Supposed};
use super::scene::Scene;
use super::{ScanError, locked};
use crate::edge::OsRandom;
use crate::replica::{WriteTx, summaries};

#[derive(Debug)]
pub(super) struct Place {
    pub(super) event: EventId,
    pub(super) gate: Option<GateNo>,
    pub(super) direction: Direction,
    pub(super) author: Author,
    pub(super) roster: Mutex<RosterState>,
    pub(super) scene: Mutex<Option<Arc<Scene>>>,
}

impl Place {
    pub(super) fn gate_no(&self) -> GateNo {
        self.gate.unwrap_or(GateNo(0))
    }

    /// Rules, keys and devices as they are now; read anew when they have changed.
    pub(super) fn scene(&self, connection: &Connection) -> Result<Arc<Scene>, ScanError> {
        let mut held = locked(&self.scene);
        if let Some(scene) = held.as_ref().filter(|scene| scene.is_current(connection)) {
            return Ok(Arc::clone(scene));
        }
        let scene = Arc::new(Scene::load(connection, self.event)?);
        *held = Some(Arc::clone(&scene));
        Ok(scene)
    }

    /// By the signed list, which the fold goes by, and by what the server said of this device last.
    fn may_search(&self, connection: &Connection, scene: &Scene) -> Result<(), ScanError> {
        let listed = scene
            .devices
            .iter()
            .any(|row| row.id == self.author.device && row.rights.search);
        if listed && summaries::may_hold(connection, self.event)? {
            Ok(())
        } else {
            Err(ScanError::SearchNotAllowed)
        }
    }

    pub(super) fn judge(
        &self,
        connection: &Connection,
        shown: &Shown,
        time: &DeviceTime,
        wall_ms: UnixMillis,
        claim: Option<ClaimOutcome>,
    ) -> Result<Judged, ScanError> {
        let as_is = (claim, Supposed::AsKnown);
        self.judge_supposing(connection, shown, time, wall_ms, as_is)
    }

    pub(super) fn judge_supposing(
        &self,
        connection: &Connection,
        shown: &Shown,
        time: &DeviceTime,
        wall_ms: UnixMillis,
        (claim, right): (Option<ClaimOutcome>, Supposed),
    ) -> Result<Judged, ScanError> {
        let scene = self.scene(connection)?;
        scene.may_scan(self.author.device, self.event)?;
        match shown {
            Shown::Code(_) => {}
            Shown::ByHand(_) => self.may_search(connection, &scene)?,
        }
        let at = judge::At {
            gate: self.gate,
            direction: self.direction,
            roster: *locked(&self.roster),
            time: time.now(wall_ms),
            claim,
            right,
            device: self.author.device,
        };
        judge::judge(connection, &scene, shown, &at)
    }

    /// What has to be written of a decision: one fact, or none.
    pub(super) fn body(&self, judged: &Judged, told: Option<Reason>) -> Option<FactBody> {
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
        seen: Vec<FactName>,
        now_ms: UnixMillis,
    ) -> Result<Written, ScanError> {
        let id = FactId::new(now_ms, &mut OsRandom);
        self.write_as(tx, (id, body), seen, now_ms)
    }

    pub(super) fn write_as(
        &self,
        tx: &WriteTx<'_>,
        (id, body): (FactId, FactBody),
        seen: Vec<FactName>,
        now_ms: UnixMillis,
    ) -> Result<Written, ScanError> {
        let fact = (id, journal::NewFact { body, seen });
        let (event, gate) = (self.event, self.gate_no());
        Ok(journal::write_fact_as(
            tx,
            &self.author,
            event,
            gate,
            fact,
            now_ms,
        )?)
    }

    pub(super) fn write_sums(
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
