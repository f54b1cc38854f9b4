use std::fmt;

use super::{Film, Numbers, Tenth};

/// How bright a lamp can be.
const STEPS: usize = 8;

/// A wall of lamps, lit by two waves.
pub(super) fn draw(f: &mut fmt::Formatter<'_>, numbers: &mut Numbers, film: &Film) -> fmt::Result {
    let (first, second) = (numbers.phase(), numbers.phase());
    let (across, down) = (numbers.within(0.26, 0.12), numbers.within(0.2, 0.14));
    let slant = numbers.within(0.5, 0.6);
    let mut lamps: [Vec<(u32, u32)>; STEPS] = Default::default();
    for row in 0..25_u32 {
        for column in 0..20_u32 {
            let (i, j) = (f64::from(column), f64::from(row));
            let plane = (i * across + j * slant * down + first).sin();
            let round = ((i - 9.5).hypot(j - 9.0) * 0.52 + second).sin();
            let light = f64::midpoint(plane, round);
            let step = ((light + 1.0) * 4.0) as usize;
            lamps[step.min(STEPS - 1)].push((20 + column * 40, 20 + row * 40));
        }
    }
    for (step, lit) in lamps.iter().enumerate().filter(|(_, lit)| !lit.is_empty()) {
        let ink = match step {
            0..2 => film.deep,
            2..4 => film.ink_b,
            4..7 => film.ink_a,
            7.. => film.light,
        };
        f.write_str("<path d=\"")?;
        for (x, y) in lit {
            write!(f, "M{x} {y}h0")?;
        }
        write!(
            f,
            "\" stroke=\"{ink}\" stroke-width=\"{}\" stroke-linecap=\"round\"/>",
            Tenth(7.0 + step as f64 * 4.4)
        )?;
    }
    Ok(())
}
