//! The codes of the last moments, so that one that stays in view is one scan. In memory only: after a
//! restart the journal says who went in.

use std::collections::VecDeque;

use shared::clock::UnixMillis;
use shared::ids::FactId;

use super::{Verdict, Written};

/// A camera sees a code many times while it is held up.
const SAME_SCAN_MS: i64 = 2_000;
/// More codes than anyone holds into one picture.
const KEPT: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Sighting>);

#[derive(Debug)]
struct Sighting {
    text: String,
    at_ms: UnixMillis,
    verdict: Verdict,
}

impl Recent {
    /// The verdict on this code, if it was in view within two seconds; from now on it was again.
    pub(super) fn again(&mut self, text: &str, now_ms: UnixMillis) -> Option<Verdict> {
        let sighting = self.0.iter_mut().find(|sighting| sighting.text == text)?;
        if sighting.at_ms.abs_diff(now_ms) > SAME_SCAN_MS.unsigned_abs() {
            return None;
        }
        sighting.at_ms = now_ms;
        Some(sighting.verdict.clone())
    }

    /// Somebody was let in with this code against the verdict on it; as long as it is held up, that is one scan.
    pub(super) fn let_in(&mut self, text: &str, fact: Written, now_ms: UnixMillis) {
        if let Some(sighting) = self.0.iter_mut().find(|sighting| sighting.text == text) {
            sighting.at_ms = now_ms;
            sighting.verdict.fact = Some(fact);
        }
    }

    /// The fact was taken back: whoever shows that code is decided on anew.
    pub(super) fn forget(&mut self, fact: FactId) {
        let told = |sighting: &Sighting| sighting.verdict.fact.map(|fact| fact.id);
        self.0.retain(|sighting| told(sighting) != Some(fact));
    }

    pub(super) fn remember(&mut self, text: &str, verdict: &Verdict, now_ms: UnixMillis) {
        self.0.retain(|sighting| sighting.text != text);
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Sighting {
            text: text.to_owned(),
            at_ms: now_ms,
            verdict: verdict.clone(),
        });
    }
}
