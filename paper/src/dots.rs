//! Black and white dots, as printers take them.

use std::fmt;

/// A rectangle of dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Dots {
    width: usize,
    dark: Vec<bool>,
}

impl Dots {
    /// Row after row from the top; `width` divides their number.
    pub(crate) fn new(width: usize, dark: Vec<bool>) -> Self {
        Self { width, dark }
    }

    /// A code, so many dots a module, without its quiet zone.
    pub fn of_code(qr: &shared::ticket::Qr, scale: usize) -> Self {
        let wide = |row: &[bool]| -> Vec<bool> {
            row.iter()
                .flat_map(|dark| std::iter::repeat_n(*dark, scale))
                .collect()
        };
        let dark = qr
            .rows()
            .flat_map(|row| std::iter::repeat_n(wide(row), scale))
            .flatten();
        Self::new(qr.width() * scale, dark.collect())
    }

    /// Dots in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.dark.len() / self.width
    }

    /// How many are black.
    pub fn dark(&self) -> usize {
        self.dark.iter().filter(|dark| **dark).count()
    }

    /// Is that one black? What lies beyond is white.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dark.get(y * self.width + x) == Some(&true)
    }

    /// Eight dots of a row a byte, the leftmost one its highest bit; a row begins with a byte.
    pub fn rows(&self) -> impl Iterator<Item = Vec<u8>> {
        self.dark
            .chunks(self.width)
            .map(|row| row.chunks(8).map(packed).collect())
    }

    /// Eight dots below each other a byte, the uppermost one its highest bit, from left to right; bands from the top.
    pub fn bands(&self) -> impl Iterator<Item = Vec<u8>> {
        let column = |top: usize, x: usize| {
            let bits: [bool; 8] = std::array::from_fn(|below| self.is_dark(x, top + below));
            packed(&bits)
        };
        (0..self.height())
            .step_by(8)
            .map(move |top| (0..self.width).map(|x| column(top, x)).collect())
    }

    /// A quarter turn clockwise: what was its left edge is its upper one.
    #[must_use]
    pub fn turned(&self) -> Self {
        let height = self.height();
        let dark = (0..self.width)
            .flat_map(|y| (0..height).map(move |x| self.is_dark(y, height - 1 - x)))
            .collect();
        Self::new(height, dark)
    }
}

impl fmt::Debug for Dots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {} dots", self.width, self.height())
    }
}

fn packed(bits: &[bool]) -> u8 {
    bits.iter()
        .zip((0..8).rev())
        .fold(0, |byte, (dark, bit)| byte | (u8::from(*dark) << bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(rows: &[&str]) -> Dots {
        let dark = rows.iter().flat_map(|row| row.chars().map(|c| c == '#'));
        Dots::new(rows[0].len(), dark.collect())
    }

    #[test]
    fn rows_and_bands_are_packed_from_the_highest_bit() {
        let dots = dots(&["#........#", ".#........"]);
        let rows: Vec<_> = dots.rows().collect();
        assert_eq!(rows, [[0x80, 0x40], [0x40, 0]]);
        let bands: Vec<_> = dots.bands().collect();
        assert_eq!(bands, [[0x80, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x80]]);
    }

    #[test]
    fn a_quarter_turn_puts_the_left_edge_on_top() {
        assert_eq!(dots(&["#..", "##."]).turned(), dots(&["##", "#.", ".."]));
    }
}
