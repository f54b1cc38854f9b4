//! The numbers that a picture is drawn from, in a fixed order.

/// FNV-1a's, 32 bits.
const BASIS: u32 = 0x811C_9DC5;
const PRIME: u32 = 0x0100_0193;
#[expect(
    clippy::approx_constant,
    reason = "the specification rounds it, and the bytes must be its"
)]
const TURN: f64 = 6.28;

/// mulberry32, seeded with FNV-1a of a text.
pub(super) struct Numbers(u32);

impl Numbers {
    pub(super) fn of(text: &str) -> Self {
        let hash = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(PRIME);
        Self(text.bytes().fold(BASIS, hash))
    }

    /// The next one: 0 to 1, without 1.
    pub(super) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6D2B_79F5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 0x3D));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// The next one as one of `count` choices.
    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.draw() * count as f64) as usize
    }

    /// The next one between `least` and `least + span`.
    pub(super) fn within(&mut self, least: f64, span: f64) -> f64 {
        least + span * self.draw()
    }

    /// The next one as an angle: the specification's turn is a little short of a whole one.
    pub(super) fn phase(&mut self) -> f64 {
        TURN * self.draw()
    }
}
