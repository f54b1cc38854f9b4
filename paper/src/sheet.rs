//! A page of a PDF file in the making.

use printpdf::{
    Codepoint, Color, LinePoint, Mm, Op, PaintMode, PdfFontHandle, PdfPage, Point, Polygon,
    PolygonRing, Pt, Rect, Rgb, TextItem, WindingOrder,
};
use shared::ticket::Qr;

use crate::embed::UsedGlyphs;
use crate::faces::FaceName;
use crate::lines::Type;
use crate::shape::{Glyph, Shaped};
use crate::surface::{Ink, Surface};

/// Of Neo Night's paper.
fn color(ink: Ink) -> Color {
    let [r, g, b] = match ink {
        Ink::Full => [0x0d, 0x0a, 0x24],
        Ink::Muted => [0x55, 0x52, 0x6e],
        Ink::Line => [0xb9, 0xb6, 0xcb],
    };
    let part = |value: u8| f32::from(value) / 255.0;
    Color::Rgb(Rgb::new(part(r), part(g), part(b), None))
}

/// A page of a PDF file.
pub struct Sheet<'a> {
    width: f32,
    height: f32,
    ops: Vec<Op>,
    used: &'a mut UsedGlyphs,
}

impl<'a> Sheet<'a> {
    /// An empty one, so many millimetres wide and high.
    pub fn new((width, height): (f32, f32), used: &'a mut UsedGlyphs) -> Self {
        Self {
            width,
            height,
            ops: Vec::new(),
            used,
        }
    }

    /// The page.
    pub fn finish(self) -> PdfPage {
        PdfPage::new(Mm(self.width), Mm(self.height), self.ops)
    }

    /// A glyph moves the pen as far as its face says; the rest is told in thousandths of an em, to the left.
    fn items(&mut self, face: FaceName, run: &[Glyph]) -> Vec<TextItem> {
        let mut items = Vec::with_capacity(run.len());
        let before = |shift: f32| -1000.0 * shift;
        for glyph in run {
            if glyph.shift != 0.0 {
                items.push(TextItem::Offset(before(glyph.shift)));
            }
            let (id, told) = self.used.take(face, glyph.id);
            let rest = told as f32 - 1000.0 * glyph.advance - before(glyph.shift);
            let rest = if rest.abs() < 0.5 { 0.0 } else { rest };
            let code = Codepoint::with_cid(id, rest, glyph.text.clone());
            items.push(TextItem::GlyphIds(vec![code]));
        }
        items
    }

    fn point(&self, x: f32, y: f32) -> Point {
        Point::new(Mm(x), Mm(self.height - y))
    }
}

impl Surface for Sheet<'_> {
    fn line(&mut self, line: &Shaped, kind: Type, (x, baseline): (f32, f32), ink: Ink) {
        self.ops.push(Op::StartTextSection);
        self.ops.push(Op::SetFillColor { col: color(ink) });
        self.ops.push(Op::SetTextCursor {
            pos: self.point(x, baseline),
        });
        for run in line.glyphs.chunk_by(|a, b| a.face == b.face) {
            let Some(first) = run.first() else { continue };
            self.ops.push(Op::SetFont {
                font: PdfFontHandle::External(UsedGlyphs::font_id(first.face)),
                size: Pt(kind.size),
            });
            let items = self.items(first.face, run);
            self.ops.push(Op::ShowText { items });
        }
        self.ops.push(Op::EndTextSection);
    }

    fn rule(&mut self, (left, right): (f32, f32), y: f32, weight: f32, ink: Ink) {
        self.ops.push(Op::SetFillColor { col: color(ink) });
        self.ops.push(Op::DrawRectangle {
            rectangle: Rect {
                mode: Some(PaintMode::Fill),
                winding_order: Some(WindingOrder::NonZero),
                ..Rect::from_xywh(
                    Mm(left).into(),
                    Mm(self.height - y - weight).into(),
                    Mm(right - left).into(),
                    Mm(weight).into(),
                )
            },
        });
    }

    // Merged modules in one path, so that no seam shows.
    fn code(&mut self, qr: &Qr, (left, top): (f32, f32), module: f32) {
        let rings = merged(qr).into_iter().map(|block| {
            let (x, y) = (
                left + block.x as f32 * module,
                top + block.y as f32 * module,
            );
            let (right, bottom) = (
                x + block.width as f32 * module,
                y + block.height as f32 * module,
            );
            let corners = [(x, y), (right, y), (right, bottom), (x, bottom)];
            let points = corners.map(|(x, y)| LinePoint {
                p: self.point(x, y),
                bezier: false,
            });
            PolygonRing {
                points: points.into(),
            }
        });
        let polygon = Polygon {
            rings: rings.collect(),
            mode: PaintMode::Fill,
            winding_order: WindingOrder::NonZero,
        };
        self.ops.push(Op::SetFillColor {
            col: Color::Rgb(Rgb::new(0.0, 0.0, 0.0, None)),
        });
        self.ops.push(Op::DrawPolygon { polygon });
    }
}

/// Dark modules that are a rectangle together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// The dark runs of each row; equal runs below each other are one block.
fn merged(qr: &Qr) -> Vec<Block> {
    let mut done: Vec<Block> = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    for (y, row) in qr.rows().enumerate() {
        let mut x = 0;
        let mut next: Vec<Block> = Vec::new();
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                let above = open
                    .iter()
                    .position(|block| block.x == x && block.width == run.len());
                let begins = Block {
                    x,
                    y,
                    width: run.len(),
                    height: 0,
                };
                let begun = above.map_or(begins, |at| open.swap_remove(at));
                next.push(Block {
                    height: begun.height + 1,
                    ..begun
                });
            }
            x += run.len();
        }
        done.append(&mut open);
        open = next;
    }
    done.append(&mut open);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_of_a_code_cover_its_dark_modules_once_each() {
        let qr = Qr::text("https://billets.example/TH-7K2MQ").unwrap();
        let mut drawn = vec![vec![0; qr.width()]; qr.width()];
        let blocks = merged(&qr);
        for block in &blocks {
            for row in &mut drawn[block.y..block.y + block.height] {
                for module in &mut row[block.x..block.x + block.width] {
                    *module += 1;
                }
            }
        }
        let dark: Vec<Vec<i32>> = qr
            .rows()
            .map(|row| row.iter().map(|dark| i32::from(*dark)).collect())
            .collect();
        assert_eq!(drawn, dark);
        let modules = dark.iter().flatten().sum::<i32>() as usize;
        assert!(blocks.len() * 2 < modules, "{} blocks", blocks.len());
    }
}
