//! What a red or amber screen says to the person at the door, and what to do next.
//!
//! Verbs first, no jargon, no blame, no exclamation mark: what and when, then who acts. A sentence fits
//! a line of the largest type, so details that don't help at the door stay in the reason.

mod alert;
mod beside;
mod de;
mod en;
mod es;
mod fr;
mod it;
#[cfg(test)]
mod tests;

pub use alert::alert;
pub use beside::{also_seen, moment};

use crate::clock::UnixMillis;
use crate::ids::GateNo;
use crate::language::Language;

use super::reason::{AskReason, RefuseReason};
use super::rules::{Rules, timestamp};

/// Keeps a number and its unit on one line; the fonts of the screens have no narrower one.
const NBSP: char = '\u{a0}';

/// A verdict in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// What is the matter: "Déjà entré à 19 h 42, porte A".
    pub says: String,
    /// What to do: "Envoyez au point accueil".
    pub then: String,
}

impl Sentence {
    fn new(says: impl Into<String>, then: impl Into<String>) -> Self {
        Self {
            says: says.into(),
            then: then.into(),
        }
    }
}

/// Says why someone is turned away. `now_ms` is server time: it tells today from tomorrow.
pub fn refusal(
    reason: &RefuseReason,
    language: Language,
    rules: &Rules<'_>,
    now_ms: UnixMillis,
) -> Sentence {
    let here = Here { rules, now_ms };
    match language {
        Language::Fr => fr::refusal(reason, &here),
        Language::En => en::refusal(reason, &here),
        Language::Es => es::refusal(reason, &here),
        Language::De => de::refusal(reason, &here),
        Language::It => it::refusal(reason, &here),
    }
}

/// Says what the supervisor is asked. `now_ms` is server time: it tells today from yesterday.
pub fn question(
    reason: &AskReason,
    language: Language,
    rules: &Rules<'_>,
    now_ms: UnixMillis,
) -> Sentence {
    let here = Here { rules, now_ms };
    match language {
        Language::Fr => fr::question(reason, &here),
        Language::En => en::question(reason, &here),
        Language::Es => es::question(reason, &here),
        Language::De => de::question(reason, &here),
        Language::It => it::question(reason, &here),
    }
}

/// The venue at this moment, as the languages ask for it.
struct Here<'a> {
    rules: &'a Rules<'a>,
    now_ms: UnixMillis,
}

impl<'a> Here<'a> {
    fn moment(&self, at_ms: UnixMillis) -> Moment {
        let at = self.rules.zone().to_datetime(timestamp(at_ms));
        let days = self
            .rules
            .day(self.now_ms)
            .duration_until(at.date())
            .as_hours()
            / 24;
        Moment {
            day: match days {
                -1 => Day::Yesterday,
                0 => Day::Today,
                1 => Day::Tomorrow,
                _ => Day::Other,
            },
            is_past: at_ms < self.now_ms,
            day_of_month: at.day(),
            month: usize::from(at.month().unsigned_abs()) - 1,
            hour: at.hour(),
            minute: at.minute(),
        }
    }

    /// The gate's own name; `None` at no gate, or at one that is no longer in the list.
    fn gate(&self, no: GateNo) -> Option<&'a str> {
        self.rules.gate(no).map(|gate| gate.name.as_str())
    }

    /// ", porte A", or nothing.
    fn comma_gate(&self, no: GateNo, nouns: &[&str]) -> String {
        self.gate(no)
            .map(|name| format!(", {}", amid(name, nouns)))
            .unwrap_or_default()
    }
}

/// A time at the venue.
struct Moment {
    day: Day,
    is_past: bool,
    day_of_month: i8,
    /// 0 = January.
    month: usize,
    hour: i8,
    minute: i8,
}

impl Moment {
    /// 19:42
    fn clock(&self) -> String {
        format!("{}:{:02}", self.hour, self.minute)
    }
}

/// As people say it.
enum Day {
    Yesterday,
    Today,
    Tomorrow,
    Other,
}

/// A gate's name amid a sentence: "Porte A" becomes "porte A" where the language writes its common
/// `nouns` small; any other name, such as "VIP", stays as it is.
fn amid(name: &str, nouns: &[&str]) -> String {
    let small = name.to_lowercase();
    let noun = nouns
        .iter()
        .find(|noun| small.split_whitespace().next() == Some(**noun));
    match noun.and_then(|noun| Some((noun, name.get(noun.len()..)?))) {
        Some((noun, rest)) => format!("{noun}{rest}"),
        None => name.to_owned(),
    }
}
