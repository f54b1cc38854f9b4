//! From text to glyphs: what is read from right to left in its order, Arabic joined, pairs kerned, and every character
//! that a face lacks taken from the other one.

use std::ops::Range;

use rustybuzz::{Direction, UnicodeBuffer, script};
use unicode_bidi::BidiInfo;

use crate::faces::FaceName;

/// Stands for a character that no face has: something was there.
const REPLACEMENT: char = '\u{25af}';

/// A glyph in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Glyph {
    /// Which face it is of.
    pub face: FaceName,
    /// Its number within the face.
    pub id: u16,
    /// What it stands for, for who copies from the file; empty if a neighbour says it.
    pub text: String,
    /// How far the pen moves, in em.
    pub advance: f32,
    /// How far before its place it is drawn, in em.
    pub shift: f32,
    /// How far above its line it is drawn, in em; a file's lines have no room for it.
    pub rise: f32,
}

/// A line of glyphs from left to right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shaped {
    /// In the order of the pen.
    pub glyphs: Vec<Glyph>,
}

impl Shaped {
    /// In em.
    pub fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance).sum()
    }
}

/// One line in `face`.
pub fn shape(text: &str, face: FaceName) -> Shaped {
    let mut shaped = Shaped::default();
    let bidi = BidiInfo::new(text, None);
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let direction = if levels[run.start].is_rtl() {
                Direction::RightToLeft
            } else {
                Direction::LeftToRight
            };
            let mut pieces = pieces(&text[run], face);
            if direction == Direction::RightToLeft {
                pieces.reverse();
            }
            for (face, piece) in pieces {
                push(&mut shaped.glyphs, &piece, face, direction);
            }
        }
    }
    shaped
}

/// `text` cut where the face changes.
fn pieces(text: &str, face: FaceName) -> Vec<(FaceName, String)> {
    let mut pieces: Vec<(FaceName, String)> = Vec::new();
    for character in text.chars() {
        let (found, shown) = find(character, face);
        match pieces.last_mut() {
            // A mark goes with the letter that it stands on.
            Some((last, piece)) if *last == found || is_attached(character) => piece.push(shown),
            _ => pieces.push((found, shown.to_string())),
        }
    }
    pieces
}

fn find(character: char, face: FaceName) -> (FaceName, char) {
    if face.loaded().has(character) {
        (face, character)
    } else if FaceName::Other.loaded().has(character) || is_attached(character) {
        (FaceName::Other, character)
    } else {
        (FaceName::Other, REPLACEMENT)
    }
}

/// Marks, joiners and selectors: nothing by themselves.
fn is_attached(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{200c}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn push(glyphs: &mut Vec<Glyph>, piece: &str, face: FaceName, direction: Direction) {
    let loaded = face.loaded();
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(piece);
    buffer.guess_segment_properties();
    buffer.set_direction(direction);
    let shaped = if face != FaceName::Other && direction == Direction::LeftToRight {
        buffer.set_script(script::LATIN);
        rustybuzz::shape_with_plan(&loaded.face, &loaded.latin, buffer)
    } else {
        rustybuzz::shape(&loaded.face, &[], buffer)
    };
    let units = loaded.units();
    let mut starts: Vec<usize> = shaped
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut told = None;
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let start = info.cluster as usize;
        let text = if told.replace(start) == Some(start) {
            String::new()
        } else {
            piece[cluster(start, &starts, piece.len())].to_owned()
        };
        glyphs.push(Glyph {
            face,
            id: info.glyph_id as u16,
            text,
            advance: position.x_advance as f32 / units,
            shift: position.x_offset as f32 / units,
            rise: position.y_offset as f32 / units,
        });
    }
}

fn cluster(start: usize, starts: &[usize], end: usize) -> Range<usize> {
    let behind = starts.partition_point(|other| *other <= start);
    start..starts.get(behind).copied().unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, face: FaceName) -> Vec<(FaceName, String)> {
        let glyphs = shape(text, face).glyphs;
        glyphs
            .into_iter()
            .map(|glyph| (glyph.face, glyph.text))
            .collect()
    }

    #[test]
    fn what_the_face_lacks_comes_from_the_other_one_and_nothing_vanishes() {
        let seen = read("Aж漢", FaceName::Wide);
        let expected = [
            (FaceName::Wide, "A"),
            (FaceName::Other, "ж"),
            (FaceName::Other, "\u{25af}"),
        ];
        assert_eq!(seen, expected.map(|(face, text)| (face, text.to_owned())));
        assert!(
            shape("Aж漢", FaceName::Wide)
                .glyphs
                .iter()
                .all(|g| g.id != 0)
        );
    }

    #[test]
    fn hebrew_and_arabic_stand_from_right_to_left_and_numbers_within_them_do_not() {
        let order: String = read("אב 12", FaceName::Text)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(order, "12 בא");
    }

    #[test]
    fn arabic_letters_take_the_form_of_their_place() {
        let alone = shape("ه", FaceName::Text).glyphs[0].id;
        let joined = shape("ههه", FaceName::Text).glyphs;
        assert_eq!(joined.len(), 3);
        assert!(
            joined.iter().all(|glyph| glyph.id != alone),
            "initial, medial and final forms"
        );
    }

    #[test]
    fn a_mark_stays_with_its_letter() {
        let seen = read("e\u{301}", FaceName::Narrow);
        assert!(
            seen.iter().all(|(face, _)| *face == FaceName::Narrow),
            "{seen:?}"
        );
    }
}
