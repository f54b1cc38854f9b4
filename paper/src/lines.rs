//! Text set in lines of a width: whole words where they fit, never more lines than there is room for.

use crate::faces::FaceName;
use crate::shape::{Shaped, shape};

const ELLIPSIS: char = '…';
/// More than any box holds: what is longer is cut before it is measured.
const MOST_CHARACTERS: usize = 400;

/// Type of a size, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    /// Which face.
    pub face: FaceName,
    /// Points.
    pub size: f32,
}

impl Type {
    /// In points. Without kerning, which seldom widens a line, as long as the face has all of it: lines are tried many times.
    fn width(self, text: &str) -> f32 {
        let face = self.face.loaded();
        let plain: Option<f32> = text.chars().map(|character| face.width(character)).sum();
        let width = plain.unwrap_or_else(|| shape(text, self.face).width());
        width * self.size
    }
}

/// How wide a text is in one line, in points.
pub fn width(text: &str, kind: Type) -> f32 {
    kind.width(&clean(text))
}

/// At most `most` lines no wider than `width` points; what has no room ends in an ellipsis.
pub fn set(text: &str, kind: Type, width: f32, most: usize) -> Vec<Shaped> {
    broken(&clean(text), kind, width, most)
        .iter()
        .map(|line| shape(line, kind.face))
        .collect()
}

/// The first of `kinds` in which the text stands whole, or else the last.
pub fn fitted(text: &str, kinds: &[(Type, usize)], width: f32) -> Option<(Type, Vec<Shaped>)> {
    let text = clean(text);
    let (last, larger) = kinds.split_last()?;
    let whole = larger.iter().find(|(kind, most)| {
        let broken = broken(&text, *kind, width, most + 1);
        broken.len() <= *most && !broken.iter().any(|line| breaks_a_word(line, &text))
    });
    let (kind, most) = *whole.unwrap_or(last);
    Some((kind, set(&text, kind, width, most)))
}

/// Does the line end within a word?
fn breaks_a_word(line: &str, text: &str) -> bool {
    let ending = line.rsplit(' ').next().unwrap_or_default();
    !text.split(' ').any(|word| word == ending)
}

/// One line of text: blanks for controls, a no-break space that the faces have, not endless.
fn clean(text: &str) -> String {
    let kept = text.chars().map(|character| match character {
        '\u{202f}' => '\u{a0}',
        '\u{2028}' | '\u{2029}' => ' ',
        other if other.is_control() => ' ',
        other => other,
    });
    let kept: String = kept.take(MOST_CHARACTERS + 1).collect();
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn broken(text: &str, kind: Type, width: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
    let mut rest: Option<String> = None;
    while let Some(word) = rest.take().or_else(|| words.next().map(ToOwned::to_owned)) {
        if lines.len() == most {
            // There was more than there is room for.
            if let Some(last) = lines.last_mut() {
                *last = shortened(last, kind, width);
            }
            return lines;
        }
        let longer = if line.is_empty() {
            word.clone()
        } else {
            format!("{line} {word}")
        };
        if kind.width(&longer) <= width {
            line = longer;
        } else if line.is_empty() {
            let (fits, left) = divided(&word, kind, width);
            lines.push(fits);
            rest = Some(left);
        } else {
            lines.push(std::mem::take(&mut line));
            rest = Some(word);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A word that is wider than a line, after the last character that fits; at least one.
fn divided(word: &str, kind: Type, width: f32) -> (String, String) {
    let ends: Vec<usize> = word
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .chain([word.len()])
        .collect();
    let fitting = ends.partition_point(|end| kind.width(&word[..*end]) <= width);
    let end = ends[fitting.saturating_sub(1)];
    (word[..end].to_owned(), word[end..].to_owned())
}

fn shortened(line: &str, kind: Type, width: f32) -> String {
    let mut kept = line.to_owned();
    loop {
        let told = format!("{}{ELLIPSIS}", kept.trim_end());
        if kept.is_empty() || kind.width(&told) <= width {
            return told;
        }
        kept.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Type = Type {
        face: FaceName::Text,
        size: 10.0,
    };

    fn told(text: &str, width: f32, most: usize) -> Vec<String> {
        let lines = broken(&clean(text), TEXT, width, most);
        for line in &lines {
            assert!(TEXT.width(line) <= width, "{line:?} is too wide");
        }
        lines
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        let lines = told("Orchestre national des Pays de la Loire", 100.0, 5);
        assert_eq!(lines.join(" "), "Orchestre national des Pays de la Loire");
        assert!(lines.len() > 1);
    }

    #[test]
    fn what_has_no_room_ends_in_an_ellipsis() {
        let lines = told("Orchestre national des Pays de la Loire", 100.0, 1);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with('…'), "{lines:?}");
    }

    #[test]
    fn a_word_of_ten_thousand_letters_fills_its_lines_and_no_more() {
        let lines = told(&"m".repeat(10_000), 120.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
    }

    #[test]
    fn line_ends_in_a_name_are_blanks_and_nothing_is_nothing() {
        assert_eq!(told("Ana\r\n\tLopez\u{2028}", 500.0, 2), ["Ana Lopez"]);
        assert!(told(" \n", 500.0, 2).is_empty());
    }

    #[test]
    fn a_long_title_is_set_smaller_before_it_is_cut() {
        let large = Type { size: 40.0, ..TEXT };
        let (kind, lines) =
            fitted("Une longue soirée d'hiver", &[(large, 1), (TEXT, 2)], 150.0).unwrap();
        assert_eq!(kind, TEXT);
        assert_eq!(lines.len(), 1);
        let (kind, _) = fitted("Bal", &[(large, 1), (TEXT, 2)], 150.0).unwrap();
        assert_eq!(kind, large);
    }
}
