use std::fmt;

use super::{Film, Numbers, Tenth, WIDTH};

/// Strings: two sheaves of lines and the curve they draw together.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let (cx, cy) = (numbers.within(250.0, 300.0), numbers.within(300.0, 200.0));
    let radius = numbers.within(150.0, 60.0);
    write!(
        f,
        "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
        Tenth(cx),
        Tenth(cy),
        Tenth(radius),
        film.ink_a
    )?;
    sheaf(f, numbers, Side::Left, film.ink_b)?;
    sheaf(f, numbers, Side::Right, film.light)
}

/// Where a sheaf begins.
enum Side {
    Left,
    Right,
}

fn sheaf(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, side: Side, ink: &str) -> fmt::Result {
    let (a, b) = (numbers.within(120.0, 300.0), numbers.within(380.0, 380.0));
    let bend = numbers.within(200.0, 260.0);
    let (opacity, pull) = match side {
        Side::Left => (".95", -60.0),
        Side::Right => (".75", 60.0),
    };
    f.write_str("<path d=\"")?;
    for string in 0..46 {
        let t = f64::from(string) / 45.0;
        let (foot, top) = (-80.0 + 960.0 * t, a + (b - a) * (1.0 - t));
        let (foot, top) = match side {
            Side::Left => (foot, top),
            Side::Right => (WIDTH - foot, WIDTH - top),
        };
        write!(
            f,
            "M{} 1010Q{} {} {} {}L{} -20",
            Tenth(foot),
            Tenth(f64::midpoint(foot, top) + pull),
            Tenth(760.0 - 190.0 * t),
            Tenth(top),
            Tenth(120.0 + bend * t),
            Tenth(top + (top - 400.0) * 0.7)
        )?;
    }
    write!(
        f,
        "\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"3.2\" opacity=\"{opacity}\"/>"
    )
}
