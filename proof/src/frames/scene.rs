//! Where the phone is, how it is turned, and in what light.

use rand::RngExt as _;
use rand::rngs::StdRng;
use scanner_app::camera::Point;

use super::level::Ranges;
use super::{HEIGHT, WIDTH};

/// Pixels from the lens to the picture: 65 degrees across, as webcams have it.
const FOCAL: f32 = 1005.0;

/// Modules on a side of a ticket's code.
const MODULES: f32 = 37.0;

/// A vector in the camera's room: right, down, away.
type Vector = [f32; 3];

/// All numbers of one frame. Lengths on the phone are in modules, from the middle of the code.
pub(super) struct Scene {
    /// The middle of the code.
    middle: Vector,
    /// Along the phone's rows and columns, of length one.
    right: Vector,
    down: Vector,
    pub(super) defocus: f32,
    /// How far everything moved, in pixels.
    pub(super) motion: (f32, f32),
    pub(super) noise: f32,
    pub(super) white: f32,
    pub(super) black: f32,
    pub(super) margin: f32,
    pub(super) has_glare: bool,
    pub(super) dirt: f32,
    pub(super) page_is_dark: bool,
}

impl Scene {
    pub(super) fn drawn(ranges: &Ranges, rng: &mut StdRng) -> Self {
        let side = rng.random_range(ranges.side.clone()) * HEIGHT as f32;
        let away = FOCAL * MODULES / side;
        // The code is all in the picture, with some room.
        let (x, y) = (
            (WIDTH as f32 - 1.6 * side) / 2.0,
            (HEIGHT as f32 - 1.4 * side).max(0.0) / 2.0,
        );
        let (x, y) = (rng.random_range(-x..=x), rng.random_range(-y..=y));
        let (turn, towards) = (
            rng.random_range(-ranges.turn..=ranges.turn).to_radians(),
            rng.random_range(0.0..std::f32::consts::TAU),
        );
        let tilt = rng.random_range(ranges.tilt.clone()).to_radians();
        let axis = [towards.cos(), towards.sin(), 0.0];
        let motion = rng.random_range(ranges.motion.clone());
        let moved = rng.random_range(0.0..std::f32::consts::TAU);
        Self {
            middle: [x / FOCAL * away, y / FOCAL * away, away],
            right: turned([turn.cos(), turn.sin(), 0.0], axis, tilt),
            down: turned([-turn.sin(), turn.cos(), 0.0], axis, tilt),
            defocus: rng.random_range(ranges.defocus.clone()),
            motion: (motion * moved.cos(), motion * moved.sin()),
            noise: rng.random_range(ranges.noise.clone()),
            white: rng.random_range(ranges.white.clone()),
            black: rng.random_range(ranges.black.clone()),
            margin: f32::from(rng.random_range(ranges.margin.clone())),
            has_glare: rng.random_bool(ranges.glare),
            dirt: rng.random_range(ranges.dirt.clone()),
            page_is_dark: rng.random_bool(0.5),
        }
    }

    /// Which place of the phone is seen at a place of the picture. It may lie far outside of the phone.
    pub(super) fn on_phone(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - WIDTH as f32 / 2.0, y - HEIGHT as f32 / 2.0);
        let ray = [x / FOCAL, y / FOCAL, 1.0];
        let normal = cross(self.right, self.down);
        let far = dot(self.middle, normal) / dot(ray, normal);
        let from_middle = [0, 1, 2].map(|i| far * ray[i] - self.middle[i]);
        (dot(from_middle, self.right), dot(from_middle, self.down))
    }

    /// Where a place of the phone is seen.
    pub(super) fn in_picture(&self, right: f32, down: f32) -> Point {
        let [x, y, away] =
            [0, 1, 2].map(|i| self.middle[i] + right * self.right[i] + down * self.down[i]);
        Point {
            x: FOCAL * x / away + WIDTH as f32 / 2.0,
            y: FOCAL * y / away + HEIGHT as f32 / 2.0,
        }
    }

    /// The outline of a code of so many modules a side.
    pub(super) fn corners(&self, modules: usize) -> [Point; 4] {
        let half = modules as f32 / 2.0;
        [(-half, -half), (half, -half), (half, half), (-half, half)]
            .map(|(right, down)| self.in_picture(right, down))
    }
}

/// Around an axis of length one (Rodrigues' formula).
fn turned(vector: Vector, axis: Vector, angle: f32) -> Vector {
    let (sin, cos) = angle.sin_cos();
    let (across, along) = (cross(axis, vector), dot(axis, vector));
    [0, 1, 2].map(|i| vector[i] * cos + across[i] * sin + axis[i] * along * (1.0 - cos))
}

fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}
