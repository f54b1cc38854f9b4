//! What stands beside a verdict or on other screens of a door, in the words of the sentences.

use super::{Here, de, en, es, fr, it};
use crate::admission::rules::Rules;
use crate::admission::state::Sighting;
use crate::clock::UnixMillis;
use crate::language::Language;

/// A time on the venue's clock: "20 h 30" today, else "demain, 20 h 30" or "12 déc., 20 h 30".
pub fn moment(
    at_ms: UnixMillis,
    language: Language,
    rules: &Rules<'_>,
    now_ms: UnixMillis,
) -> String {
    let at = Here { rules, now_ms }.moment(at_ms);
    match language {
        Language::Fr => fr::when(&at),
        Language::En => en::when(&at),
        Language::Es => es::when(&at),
        Language::De => de::when(&at),
        Language::It => it::when(&at),
    }
}

/// On green: a revoked device says that this ticket was seen before, which doesn't count.
pub fn also_seen(
    seen: &Sighting,
    language: Language,
    rules: &Rules<'_>,
    now_ms: UnixMillis,
) -> String {
    let here = Here { rules, now_ms };
    let at = here.moment(seen.at_ms);
    match language {
        Language::Fr => format!(
            "Un appareil retiré l'a vu {}{}",
            fr::at(&at),
            here.comma_gate(seen.gate, fr::NOUNS)
        ),
        Language::En => format!(
            "A revoked device saw it {}{}",
            en::at(&at),
            here.comma_gate(seen.gate, en::NOUNS)
        ),
        Language::Es => format!(
            "Un dispositivo retirado la vio {}{}",
            es::at(&at),
            here.comma_gate(seen.gate, es::NOUNS)
        ),
        Language::De => format!(
            "Von einem gesperrten Gerät gesehen: {}{}",
            de::when(&at),
            here.comma_gate(seen.gate, de::NOUNS)
        ),
        Language::It => format!(
            "Un dispositivo revocato l'ha visto {}{}",
            it::at(&at),
            here.comma_gate(seen.gate, it::NOUNS)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::scene::{GATE_A, Scene, at};
    use crate::ids::{DeviceId, FactId, FactName};

    #[test]
    fn a_time_of_another_day_says_the_day_in_every_language() {
        let scene = Scene::new();
        let rules = scene.rules();
        let said = |language, at_ms| moment(at_ms, language, &rules, at(20, 0));
        assert_eq!(said(Language::Fr, at(20, 30)), "20\u{a0}h\u{a0}30");
        for language in Language::ALL {
            let (today, later) = (
                said(language, at(20, 30)),
                said(language, at(20, 30) + 24 * 3_600_000),
            );
            assert!(today.contains("30") && later.contains("30"), "{later}");
            assert_ne!(today, later, "{language}");
        }
    }

    #[test]
    fn what_a_revoked_device_saw_is_told_with_time_and_gate() {
        let scene = Scene::new();
        let rules = scene.rules();
        let seen = Sighting {
            fact: FactName {
                device: DeviceId::from_bytes([1; 16]),
                fact: FactId::from_bytes([2; 16]),
            },
            at_ms: at(19, 42),
            gate: GATE_A,
        };
        for language in Language::ALL {
            let said = also_seen(&seen, language, &rules, at(20, 0));
            assert!(said.contains("42") && said.contains('A'), "{said}");
        }
    }
}
