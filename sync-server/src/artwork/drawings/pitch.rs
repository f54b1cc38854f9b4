use std::fmt;

use super::{Film, Numbers, Tenth};

/// The pitch from the roof: mown bands, chalk, and the path of one ball.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let mut turn = -14.0 - 18.0 * numbers.draw();
    if numbers.draw() > 0.5 {
        turn = -turn;
    }
    grass(f, turn, film)?;
    chalk(f, film)?;
    ball(f, numbers, film)
}

fn grass(f: &mut fmt::Formatter<'_>, turn: f64, film: &Film) -> fmt::Result {
    write!(
        f,
        "<g transform=\"rotate({} 400 500)\">\
         <rect x=\"-400\" y=\"-400\" width=\"1600\" height=\"1800\" fill=\"{}\"/>",
        Tenth(turn),
        film.deep
    )?;
    for band in (0..12).step_by(2) {
        write!(
            f,
            "<rect x=\"-400\" y=\"{}\" width=\"1600\" height=\"150\" fill=\"{}\"/>",
            -400 + band * 150,
            film.ink_a
        )?;
    }
    Ok(())
}

fn chalk(f: &mut fmt::Formatter<'_>, film: &Film) -> fmt::Result {
    let light = film.light;
    let line = format!("fill=\"none\" stroke=\"{light}\" stroke-width=\"9\"");
    write!(
        f,
        "<path d=\"M-400 500H1200\" {line}/><circle cx=\"400\" cy=\"500\" r=\"176\" {line}/>\
         <circle cx=\"400\" cy=\"500\" r=\"15\" fill=\"{light}\"/>\
         <path d=\"M30 -400V1500M770 -400V1500\" {line}/>\
         <path d=\"M170 1100V905H630V1100M170 -100V95H630V-100\" {line}/>\
         <path d=\"M300 905A130 96 0 0 1 500 905M300 95A130 96 0 0 0 500 95\" {line}/></g>"
    )
}

fn ball(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let (x, y) = (numbers.within(520.0, 130.0), numbers.within(190.0, 150.0));
    let from = numbers.within(70.0, 60.0);
    let (over, under) = (numbers.within(180.0, 120.0), numbers.within(330.0, 90.0));
    let ink = film.ink_b;
    write!(
        f,
        "<path d=\"M{} 860Q{} {} {} {}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"13\" \
         stroke-linecap=\"round\" stroke-dasharray=\"1 38\"/>\
         <ellipse cx=\"{}\" cy=\"{}\" rx=\"58\" ry=\"50\" fill=\"{}\" opacity=\".5\"/>\
         <circle cx=\"{}\" cy=\"{}\" r=\"56\" fill=\"{ink}\"/>",
        Tenth(from),
        Tenth(over),
        Tenth(under),
        Tenth(x),
        Tenth(y),
        Tenth(x + 26.0),
        Tenth(y + 42.0),
        film.ground,
        Tenth(x),
        Tenth(y)
    )
}
