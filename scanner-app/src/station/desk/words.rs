//! Figures in words where the page gets them worded.

use shared::language::Language;

use crate::till::Numbers;

/// `A-301 à A-586`.
pub(super) fn numbers(of: &Numbers, language: Language) -> String {
    let Numbers {
        series,
        first,
        last,
    } = of;
    if first == last {
        return format!("{series}-{first}");
    }
    let to = match language {
        Language::Fr => "à",
        Language::En => "to",
        Language::Es | Language::It => "a",
        Language::De => "bis",
    };
    format!("{series}-{first} {to} {series}-{last}")
}

/// Somebody who is not on this device's list any more.
pub(super) fn nobody_known(language: Language) -> &'static str {
    match language {
        Language::Fr => "Autre personne",
        Language::En => "Somebody else",
        Language::Es => "Otra persona",
        Language::De => "Andere Person",
        Language::It => "Altra persona",
    }
}
