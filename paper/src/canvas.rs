//! A page as dots, for printers that take pictures: letters of any alphabet, whatever the printer's own faces hold.

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use shared::ticket::Qr;
use tiny_skia::{FillRule, Mask, PathBuilder, Rect, Transform};

use crate::dots::Dots;
use crate::lines::Type;
use crate::shape::Shaped;
use crate::surface::{Ink, POINTS, Surface};

/// A dot of which this much is covered, of 255, is black.
const DARK: u8 = 110;
/// More than any roll or ticket has, so that no page asks for all memory.
const MOST_DOTS: u32 = 8_192;

/// Dots in the making; what is drawn beyond them is lost.
pub struct Canvas {
    mask: Mask,
    /// In a millimetre.
    density: f32,
}

impl Canvas {
    /// An empty one of so many millimetres; at least one dot, and at most 8192, a side.
    pub fn new((width, height): (f32, f32), dots_per_mm: f32) -> Self {
        let side = |mm: f32| ((mm * dots_per_mm).round() as u32).clamp(1, MOST_DOTS);
        let mask = Mask::new(side(width), side(height)).expect("no side is nothing or endless");
        Self {
            mask,
            density: dots_per_mm,
        }
    }

    /// What was drawn.
    pub fn dots(&self) -> Dots {
        let dark = self.mask.data().iter().map(|covered| *covered >= DARK);
        Dots::new(self.mask.width() as usize, dark.collect())
    }

    fn block(&mut self, x: f32, y: f32, width: f32, height: f32) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            let path = PathBuilder::from_rect(rect);
            self.fill(&path, false, Transform::identity());
        }
    }

    fn fill(&mut self, path: &tiny_skia::Path, smooth: bool, place: Transform) {
        self.mask.fill_path(path, FillRule::Winding, smooth, place);
    }
}

impl Surface for Canvas {
    fn line(&mut self, line: &Shaped, kind: Type, (x, baseline): (f32, f32), _: Ink) {
        let em = kind.size / POINTS * self.density;
        let (mut pen, base) = (x * self.density, baseline * self.density);
        for glyph in &line.glyphs {
            let loaded = glyph.face.loaded();
            let mut outline = Outline::default();
            loaded.face.outline_glyph(GlyphId(glyph.id), &mut outline);
            if let Some(path) = outline.0.finish() {
                let scale = em / loaded.units();
                let (x, y) = (pen + glyph.shift * em, base - glyph.rise * em);
                let place = Transform::from_row(scale, 0.0, 0.0, -scale, x, y);
                self.fill(&path, true, place);
            }
            pen += glyph.advance * em;
        }
    }

    fn rule(&mut self, (left, right): (f32, f32), y: f32, weight: f32, _: Ink) {
        let dots = |mm: f32| (mm * self.density).round();
        let (left, right, y) = (dots(left), dots(right), dots(y));
        let weight = dots(weight).max(1.0);
        self.block(left, y, right - left, weight);
    }

    // Whole dots a module, or no reader sees straight edges: at most as large as asked for, in its middle.
    fn code(&mut self, qr: &Qr, (left, top): (f32, f32), module: f32) {
        let asked = module * self.density;
        let whole = asked.floor().max(1.0);
        let rest = (asked - whole) * qr.width() as f32 / 2.0;
        let at = |mm: f32| (mm * self.density + rest).round();
        let (left, top) = (at(left), at(top));
        for (row, modules) in (0..).zip(qr.rows()) {
            let dark = (0..).zip(modules).filter(|(_, dark)| **dark);
            for (column, _) in dark {
                let (x, y) = (column as f32 * whole, row as f32 * whole);
                self.block(left + x, top + y, whole, whole);
            }
        }
    }
}

#[derive(Default)]
struct Outline(PathBuilder);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::FaceName;

    const TEXT: Type = Type {
        face: FaceName::Text,
        size: 12.0,
    };

    fn drawn(text: &str) -> Dots {
        let mut canvas = Canvas::new((40.0, 8.0), 8.0);
        canvas.lines(text, TEXT, (1.0, 1.0), 38.0, 1, Ink::Full);
        canvas.dots()
    }

    #[test]
    fn text_of_any_alphabet_leaves_dots_and_nothing_leaves_none() {
        for text in ["Été", "Київ", "שלום", "漢"] {
            let dots = drawn(text);
            assert_eq!((dots.width(), dots.height()), (320, 64));
            assert!(dots.dark() > 50, "{text}: {}", dots.dark());
        }
        assert_eq!(drawn(" ").dark(), 0);
    }

    #[test]
    fn the_modules_of_a_code_are_whole_dots() {
        let qr = Qr::text("https://billets.example/TH-7K2MQ").unwrap();
        let mut canvas = Canvas::new((30.0, 30.0), 8.0);
        // 4.4 dots a module are drawn as 4.
        canvas.code(&qr, (1.0, 1.0), 0.55);
        let dark: usize = qr.rows().flatten().filter(|dark| **dark).count();
        assert_eq!(canvas.dots().dark(), dark * 16);
    }
}
