use std::fmt;

use super::{Film, Numbers, Tenth};

/// Interference: rings of two sources, the moiré is the music.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let (ax, ay) = (150.0 + 220.0 * numbers.draw(), numbers.within(210.0, 180.0));
    let (bx, by) = (470.0 + 240.0 * numbers.draw(), numbers.within(560.0, 200.0));
    let (step, phase) = (numbers.within(34.0, 12.0), numbers.phase());
    let sources = [
        (ax, ay, film.ink_a, 0.0, 760.0),
        (bx, by, film.ink_b, 1.7, 600.0),
    ];
    for (cx, cy, ink, turn, reach) in sources {
        write!(
            f,
            "<g fill=\"none\" stroke=\"{ink}\" style=\"mix-blend-mode:screen\">"
        )?;
        for ring in 1..(reach / step) as u32 {
            let i = f64::from(ring);
            let swell = 0.09 + 0.62 * (i * 0.37 + phase + turn).sin().abs().powf(1.5);
            let width = step * swell * (1.0 - 0.45 * i * step / reach);
            write!(
                f,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" stroke-width=\"{}\"/>",
                Tenth(cx),
                Tenth(cy),
                Tenth(i * step),
                Tenth(width)
            )?;
        }
        f.write_str("</g>")?;
    }
    write!(
        f,
        "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
        Tenth(ax),
        Tenth(ay),
        Tenth(step * 2.2),
        film.light
    )
}
