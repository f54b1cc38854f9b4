use std::fmt;

use super::{Film, Numbers, Tenth, WIDTH};

/// A curtain of pleats, and beams that cross before the stage.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let phase = numbers.phase();
    let (mut x, mut pleat) = (0.0, 0_u32);
    while x < WIDTH {
        let width = 9.0 + 17.0 * (1.0 + (f64::from(pleat) * 0.62 + phase).sin()) / 2.0;
        if pleat % 2 == 1 {
            write!(
                f,
                "<rect x=\"{}\" y=\"0\" width=\"{}\" height=\"790\" fill=\"{}\"/>",
                Tenth(x),
                Tenth(width),
                film.deep
            )?;
        }
        x += width;
        pleat += 1;
    }
    write!(
        f,
        "<rect y=\"790\" width=\"{WIDTH}\" height=\"210\" fill=\"{}\"/>",
        film.ground
    )?;
    let foot = 400.0 + 120.0 * (numbers.draw() - 0.5);
    let beams = [
        (numbers.within(60.0, 120.0), film.ink_a, 190.0),
        (numbers.within(620.0, 120.0), film.ink_b, 165.0),
    ];
    for (source, ink, half) in beams {
        let middle = foot + (400.0 - source) * 0.1;
        write!(
            f,
            "<g style=\"mix-blend-mode:screen\" fill=\"{ink}\">\
             <path d=\"M{} -10H{}L{} 846H{}Z\" opacity=\".82\"/>\
             <ellipse cx=\"{}\" cy=\"846\" rx=\"{half}\" ry=\"54\"/></g>",
            Tenth(source - 16.0),
            Tenth(source + 16.0),
            Tenth(middle + half),
            Tenth(middle - half),
            Tenth(middle)
        )?;
    }
    somebody(f, foot, film)
}

fn somebody(f: &mut fmt::Formatter<'_>, foot: f64, film: &Film) -> fmt::Result {
    let Film { ground, light, .. } = film;
    let x = Tenth(foot);
    write!(
        f,
        "<ellipse cx=\"{x}\" cy=\"846\" rx=\"96\" ry=\"27\" fill=\"{light}\"/>\
         <path d=\"M{} 846L{} 700Q{x} 672 {} 700L{} 846Z\" fill=\"{ground}\"/>\
         <circle cx=\"{x}\" cy=\"664\" r=\"15\" fill=\"{ground}\"/>",
        Tenth(foot - 9.0),
        Tenth(foot - 15.0),
        Tenth(foot + 15.0),
        Tenth(foot + 9.0)
    )
}
