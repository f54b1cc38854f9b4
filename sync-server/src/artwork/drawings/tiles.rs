use std::fmt;

use super::{Film, Numbers};

const SIDE: u32 = 200;
const COLUMNS: u32 = 4;
const TILES: u32 = 20;

/// Tiles hung edge to edge; one stays empty, as on a wall.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let empty = numbers.below(TILES as usize) as u32;
    let pairs = [
        (film.ground, film.ink_a),
        (film.deep, film.ink_b),
        (film.ink_a, film.light),
        (film.light, film.deep),
        (film.ground, film.light),
        (film.deep, film.ink_a),
    ];
    for tile in 0..TILES {
        let (x, y) = ((tile % COLUMNS) * SIDE, (tile / COLUMNS) * SIDE);
        let turn = 90 * numbers.below(4);
        let form = Form::ALL[numbers.below(Form::ALL.len())];
        let (back, front) = pairs[numbers.below(pairs.len())];
        let back = if tile == empty { film.ground } else { back };
        write!(
            f,
            "<g transform=\"rotate({turn} {} {})\"><rect x=\"{x}\" y=\"{y}\" width=\"201\" height=\"201\" fill=\"{back}\"/>",
            x + 100,
            y + 100
        )?;
        if tile != empty {
            form.draw(f, (x, y), front)?;
        }
        f.write_str("</g>")?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Form {
    Quarter,
    Halves,
    Disc,
    Corner,
    Arches,
    Bars,
}

impl Form {
    const ALL: [Self; 6] = [
        Self::Quarter,
        Self::Halves,
        Self::Disc,
        Self::Corner,
        Self::Arches,
        Self::Bars,
    ];

    fn draw(self, f: &mut fmt::Formatter<'_>, (x, y): (u32, u32), ink: &str) -> fmt::Result {
        let (right, bottom) = (x + SIDE, y + SIDE);
        let (middle, centre) = (x + 100, y + 100);
        match self {
            Self::Quarter => write!(
                f,
                "<path d=\"M{x} {y}H{right}A{SIDE} {SIDE} 0 0 1 {x} {bottom}Z\" fill=\"{ink}\"/>"
            ),
            Self::Halves => write!(
                f,
                "<path d=\"M{x} {y}A100 100 0 0 0 {right} {y}Z\" fill=\"{ink}\"/>\
                 <path d=\"M{x} {centre}A100 100 0 0 0 {right} {centre}Z\" fill=\"{ink}\"/>"
            ),
            Self::Disc => write!(
                f,
                "<circle cx=\"{middle}\" cy=\"{centre}\" r=\"72\" fill=\"{ink}\"/>"
            ),
            Self::Corner => write!(
                f,
                "<path d=\"M{x} {y}H{right}L{x} {bottom}Z\" fill=\"{ink}\"/>"
            ),
            Self::Arches => [45, 98, 151].into_iter().try_for_each(|radius| {
                write!(
                    f,
                    "<path d=\"M{} {y}A{radius} {radius} 0 0 1 {x} {}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"22\"/>",
                    x + radius,
                    y + radius
                )
            }),
            Self::Bars => (0..4).try_for_each(|bar| {
                write!(
                    f,
                    "<rect x=\"{x}\" y=\"{}\" width=\"{SIDE}\" height=\"25\" fill=\"{ink}\"/>",
                    y + 12 + bar * 50
                )
            }),
        }
    }
}
