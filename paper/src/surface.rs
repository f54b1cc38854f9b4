//! What a page is drawn on. Places are in millimetres from its upper left corner.

use shared::ticket::Qr;

use crate::faces::FaceName;
use crate::lines::{Type, fitted, set};
use crate::shape::Shaped;

/// Points in a millimetre.
pub const POINTS: f32 = 72.0 / 25.4;

/// Of Neo Night's paper; dots are black, whichever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// What is read.
    Full,
    /// What says what it is.
    Muted,
    /// Hairlines.
    Line,
}

/// A page of a file, or dots.
pub trait Surface {
    /// A line of text whose letters stand on `baseline`.
    fn line(&mut self, line: &Shaped, kind: Type, at: (f32, f32), ink: Ink);

    /// A rule from `left` to `right`, whose upper edge is at `y`.
    fn rule(&mut self, ends: (f32, f32), y: f32, weight: f32, ink: Ink);

    /// A code, black whatever the paper's ink. The caller leaves the quiet zone free.
    fn code(&mut self, qr: &Qr, at: (f32, f32), module: f32);

    /// Text from `top` down in at most `most` lines; gives where they end.
    fn lines(
        &mut self,
        text: &str,
        kind: Type,
        at: (f32, f32),
        width: f32,
        most: usize,
        ink: Ink,
    ) -> f32 {
        let lines = set(text, kind, width * POINTS, most);
        self.stack(&lines, kind, at, ink)
    }

    /// Text in the first of `kinds` that holds it whole; gives where it ends.
    fn fitted(&mut self, text: &str, kinds: &[(Type, usize)], at: (f32, f32), width: f32) -> f32 {
        match fitted(text, kinds, width * POINTS) {
            Some((kind, lines)) => self.stack(&lines, kind, at, Ink::Full),
            None => at.1,
        }
    }

    /// Lines that are set already; gives where they end.
    fn stack(&mut self, lines: &[Shaped], kind: Type, (x, top): (f32, f32), ink: Ink) -> f32 {
        let size = kind.size / POINTS;
        let (rise, leading) = setting(kind);
        for (number, line) in (0..).zip(lines) {
            let baseline = top + size * (rise + leading * number as f32);
            self.line(line, kind, (x, baseline), ink);
        }
        top + tall(kind, lines.len())
    }
}

/// How far below its upper edge the first line of a block stands, and the next below it, in em.
fn setting(kind: Type) -> (f32, f32) {
    match kind.face {
        FaceName::Wide => (0.72, 1.14),
        FaceName::Narrow => (0.72, 1.1),
        FaceName::Text | FaceName::Other => (0.74, 1.36),
    }
}

/// How tall a block of lines is in millimetres, descenders included.
pub fn tall(kind: Type, lines: usize) -> f32 {
    let (rise, leading) = setting(kind);
    match lines.checked_sub(1) {
        Some(further) => kind.size / POINTS * (rise + leading * further as f32 + 0.22),
        None => 0.0,
    }
}
