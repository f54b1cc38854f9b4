//! What a door's roster calls things, and the sentences of its verdicts.

use shared::admission::sentence::{self, Sentence};
use shared::admission::{Decision, RefuseReason};
use shared::clock::UnixMillis;
use shared::ids::{GateNo, TypeNo};
use shared::language::Language;

use super::{Door, Outcome, Verdict, locked};

impl Door {
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

    /// What is the matter with a ticket that was not presented, at `at_ms` of server time.
    pub fn refusal(
        &self,
        reason: &RefuseReason,
        language: Language,
        at_ms: UnixMillis,
    ) -> Option<Sentence> {
        let scene = locked(&self.place.scene).clone()?;
        Some(sentence::refusal(reason, language, &scene.rules(), at_ms))
    }

    /// On green, when a revoked device says that the ticket was seen before.
    pub fn also_seen(&self, verdict: &Verdict, language: Language) -> Option<String> {
        let Outcome::Decided {
            decision: Decision::Admit(admission),
            ..
        } = &verdict.outcome
        else {
            return None;
        };
        let seen = admission.also_seen?;
        let scene = locked(&self.place.scene).clone()?;
        Some(sentence::also_seen(
            &seen,
            language,
            &scene.rules(),
            verdict.at_ms,
        ))
    }

    /// What the organizer calls this type of ticket.
    pub fn type_name(&self, no: TypeNo) -> Option<String> {
        let scene = locked(&self.place.scene).clone()?;
        scene.rules().ticket_type(no).map(|row| row.name.clone())
    }

    /// The name of the gate that this door stands at; `None` at no gate.
    pub fn gate_name(&self) -> Option<String> {
        self.name_of_gate(self.place.gate?)
    }

    /// What the organizer calls this gate.
    pub fn name_of_gate(&self, no: GateNo) -> Option<String> {
        let scene = locked(&self.place.scene).clone()?;
        scene.rules().gate(no).map(|row| row.name.clone())
    }

    /// The gate that this door stands at.
    pub fn gate(&self) -> Option<GateNo> {
        self.place.gate
    }

    /// The time on the venue's clock: `19:42`.
    pub fn clock(&self, at_ms: shared::clock::UnixMillis) -> String {
        let scene = locked(&self.place.scene).clone();
        let zone = scene.map_or(jiff::tz::TimeZone::UTC, |scene| {
            scene.rules().zone().clone()
        });
        let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::MIN);
        zone.to_datetime(at).strftime("%H:%M").to_string()
    }
}
