use std::fmt;

use super::{Film, Numbers};

const CELLS: [(i32, i32); 6] = [
    (0, -100),
    (400, -100),
    (0, 300),
    (400, 300),
    (0, 700),
    (400, 700),
];

/// Voices: stacks of arcs that answer each other.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let inks = [film.ink_a, film.ink_b, film.light];
    for (cell, (x, y)) in CELLS.into_iter().enumerate() {
        let (turn, first) = (90 * numbers.below(4), numbers.below(inks.len()));
        let back = if (cell + cell / 2) % 2 == 1 {
            film.deep
        } else {
            film.ground
        };
        write!(
            f,
            "<g transform=\"rotate({turn} {} {})\"><rect x=\"{x}\" y=\"{y}\" width=\"401\" height=\"401\" fill=\"{back}\"/>",
            x + 200,
            y + 200
        )?;
        for (arc, radius) in [190, 138, 86, 34].into_iter().enumerate() {
            let ink = if arc % 2 == 0 {
                inks[(first + arc) % inks.len()]
            } else {
                film.ground
            };
            write!(
                f,
                "<path d=\"M{} {base}A{radius} {radius} 0 0 1 {} {base}Z\" fill=\"{ink}\"/>",
                x + 200 - radius,
                x + 200 + radius,
                base = y + 400
            )?;
        }
        f.write_str("</g>")?;
    }
    Ok(())
}
