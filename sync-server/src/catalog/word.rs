//! Words that somebody types to have something: promo codes, codes that open a type.

/// The shortest word, and the longest.
const WORD: std::ops::RangeInclusive<usize> = 3..=40;

/// A code: capitals, digits, `-`, `_` and `.`, 3 to 40 of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(String);

impl Word {
    /// From what somebody typed, in capitals or not. `None` where no code can be called so.
    pub fn typed(text: &str) -> Option<Self> {
        let word = text.trim().to_uppercase();
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        (WORD.contains(&word.chars().count()) && word.chars().all(is_plain)).then_some(Self(word))
    }

    /// In capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_however_it_is_typed() {
        assert_eq!(Word::typed(" noel-10 ").unwrap().as_str(), "NOEL-10");
        assert_eq!(Word::typed("été26").unwrap().as_str(), "ÉTÉ26");
        for text in ["", "ab", "a b c", "x\ny1", "';--", &"x".repeat(10_000)] {
            assert_eq!(Word::typed(text), None, "{text:?}");
        }
    }
}
