//! The languages that the product speaks. French is the first.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of screens and messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Français.
    #[default]
    Fr,
    /// English.
    En,
    /// Español.
    Es,
    /// Deutsch.
    De,
    /// Italiano.
    It,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Fr, Self::En, Self::Es, Self::De, Self::It];

    /// ISO 639-1, as in HTML's `lang`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::Es => "es",
            Self::De => "de",
            Self::It => "it",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Not one of the languages that the product speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language of this product: choose fr, en, es, de or it")]
pub struct UnknownLanguageError;

impl FromStr for Language {
    type Err = UnknownLanguageError;

    /// A tag such as `fr`, `FR` or `fr-CA`; the region plays no part.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.code()))
            .ok_or(UnknownLanguageError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_from_its_tag_with_or_without_region() {
        for language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert_eq!("de-AT".parse(), Ok(Language::De));
        assert_eq!("IT_CH".parse(), Ok(Language::It));
        assert_eq!("pt".parse::<Language>(), Err(UnknownLanguageError));
        assert_eq!("".parse::<Language>(), Err(UnknownLanguageError));
    }
}
