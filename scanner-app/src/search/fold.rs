//! Names as people type them: without case and accents, in words.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A word in the ways in which it is written: `Müller` is `muller` and `mueller`. One or two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Without accents.
    pub(super) plain: String,
    /// With German and Nordic letters written out, where that differs.
    pub(super) long: Option<String>,
}

#[derive(Default)]
struct Pending {
    plain: String,
    long: String,
}

impl Pending {
    /// Nothing, if there is no letter.
    fn take(&mut self) -> Option<Word> {
        let Self { plain, long } = std::mem::take(self);
        if plain.is_empty() {
            return None;
        }
        Some(Word {
            long: (long != plain).then_some(long),
            plain,
        })
    }

    fn push(&mut self, character: char) {
        let (plain, long) = match character {
            'ß' => ("ss", "ss"),
            'œ' => ("oe", "oe"),
            'æ' => ("ae", "ae"),
            'ø' => ("o", "oe"),
            'ł' => ("l", "l"),
            'đ' | 'ð' => ("d", "d"),
            'þ' => ("th", "th"),
            'ı' => ("i", "i"),
            other => {
                self.plain.push(other);
                self.long.push(other);
                return;
            }
        };
        self.plain.push_str(plain);
        self.long.push_str(long);
    }

    /// `ä` came apart into `a` and two dots.
    fn mark(&mut self, mark: char) {
        match (mark, self.long.chars().last()) {
            ('\u{308}', Some('a' | 'o' | 'u')) => self.long.push('e'),
            ('\u{30a}', Some('a')) => self.long.push('a'),
            _ => {}
        }
    }

    fn append(&mut self, word: &Word) {
        self.plain.push_str(&word.plain);
        self.long
            .push_str(word.long.as_ref().unwrap_or(&word.plain));
    }
}

/// The parts between hyphens, apostrophes and points, as one compound.
#[derive(Default)]
struct Compound(Vec<Word>);

impl Compound {
    /// Its parts; if there are several also the whole, for who leaves out what joins them: `O'Neill` is `o`, `neill` and `oneill`.
    fn flush(&mut self, joined: Joined, words: &mut Vec<Word>) {
        let parts = std::mem::take(&mut self.0);
        let mut whole = Pending::default();
        for part in &parts {
            whole.append(part);
        }
        let is_compound = parts.len() > 1;
        words.extend(parts);
        if is_compound && joined == Joined::Too {
            words.extend(whole.take());
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    /// What a name has besides its parts.
    Too,
    /// What is typed has to be found as it stands.
    Not,
}

/// The words of a name.
pub(super) fn words_of_name(text: &str) -> Vec<Word> {
    words(text, Joined::Too)
}

/// The words of what somebody typed.
pub(super) fn words_of_query(text: &str) -> Vec<Word> {
    words(text, Joined::Not)
}

fn words(text: &str, joined: Joined) -> Vec<Word> {
    let (mut found, mut compound, mut word) = (Vec::new(), Compound::default(), Pending::default());
    for character in text.nfkd() {
        if is_combining_mark(character) {
            word.mark(character);
        } else if character.is_alphanumeric() {
            for lower in character.to_lowercase() {
                word.push(lower);
            }
        } else {
            compound.0.extend(word.take());
            if !joins(character) {
                compound.flush(joined, &mut found);
            }
        }
    }
    compound.0.extend(word.take());
    compound.flush(joined, &mut found);
    found
}

fn joins(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '\'' | '\u{2019}' | '\u{2bc}' | '.' | '_'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> Vec<String> {
        words_of_name(text)
            .into_iter()
            .map(|word| word.plain)
            .collect()
    }

    #[test]
    fn case_and_accents_are_ignored() {
        for (text, words) in [
            ("Marie DUPONT", vec!["marie", "dupont"]),
            ("Chloé Lefèvre", vec!["chloe", "lefevre"]),
            // The same letters, composed and not.
            ("Chloe\u{301}", vec!["chloe"]),
            ("Ångström", vec!["angstrom"]),
            ("Łukasz Żółć", vec!["lukasz", "zolc"]),
            ("İpek", vec!["ipek"]),
            ("Ｍａｒｉｅ", vec!["marie"]),
            ("  Zoé\tPetit, ", vec!["zoe", "petit"]),
            ("Дмитрий", vec!["дмитрии"]),
            ("", vec![]),
            ("-'-", vec![]),
        ] {
            assert_eq!(plain(text), words, "{text}");
        }
    }

    #[test]
    fn ligatures_and_sharp_s_come_apart() {
        assert_eq!(
            plain("Cœur Lætitia Strauß"),
            ["coeur", "laetitia", "strauss"]
        );
        assert_eq!(plain("ŒUVRE STRAUẞ"), ["oeuvre", "strauss"]);
    }

    #[test]
    fn compounds_are_found_by_part_and_whole() {
        assert_eq!(plain("Jean-Pierre"), ["jean", "pierre", "jeanpierre"]);
        assert_eq!(plain("O’Neill"), ["o", "neill", "oneill"]);
        let typed: Vec<_> = words_of_query("Jean-Pierre")
            .into_iter()
            .map(|word| word.plain)
            .collect();
        assert_eq!(typed, ["jean", "pierre"]);
    }

    #[test]
    fn german_and_nordic_letters_may_be_written_out() {
        let long = |text: &str| words_of_name(text).remove(0).long;
        assert_eq!(long("Müller").as_deref(), Some("mueller"));
        assert_eq!(long("Sørensen").as_deref(), Some("soerensen"));
        assert_eq!(long("Håkon").as_deref(), Some("haakon"));
        assert_eq!(long("Noël"), None, "no German letter");
        assert_eq!(long("Dupont"), None);
    }

    proptest! {
        #[test]
        fn words_are_lower_case_letters_and_digits_whatever_is_typed(text in ".{0,40}") {
            for word in words_of_name(&text) {
                prop_assert!(!word.plain.is_empty());
                prop_assert!(word.plain.chars().all(char::is_alphanumeric), "{word:?}");
            }
        }
    }
}
