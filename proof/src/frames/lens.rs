//! What lens, shutter and sensor make of the light.

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::scene::Scene;
use super::{HEIGHT, WIDTH};

/// Steps of a movement, a pixel.
const STEPS: f32 = 2.0;

/// The picture in whole steps of 255.
pub(super) fn taken(seen: Vec<f32>, scene: &Scene, rng: &mut StdRng) -> Vec<u8> {
    let moved = moved(seen, scene.motion);
    let soft = out_of_focus(moved, scene.defocus);
    let mut noise = Noise::of(scene.noise);
    soft.into_iter()
        .map(|light| (light.clamp(0.0, 255.0) + noise.next(rng)).round() as u8)
        .collect()
}

/// The mean along a straight movement.
fn moved(seen: Vec<f32>, (across, along): (f32, f32)) -> Vec<f32> {
    let steps = (across.hypot(along) * STEPS).ceil() as i32;
    if steps < 1 {
        return seen;
    }
    let mut mean = vec![0.0; seen.len()];
    for step in 0..=steps {
        let part = step as f32 / steps as f32 - 0.5;
        add_shifted(&mut mean, &seen, part * across, part * along);
    }
    let all = (steps + 1) as f32;
    for light in &mut mean {
        *light /= all;
    }
    mean
}

/// Between four pixels each.
fn add_shifted(sum: &mut [f32], seen: &[f32], across: f32, along: f32) {
    let (width, height) = (WIDTH as i32, HEIGHT as i32);
    let (x0, y0) = (across.floor(), along.floor());
    let (fx, fy) = (across - x0, along - y0);
    let (x0, y0) = (x0 as i32, y0 as i32);
    for y in 0..height {
        let row = |at: i32| &seen[(at.clamp(0, height - 1) * width) as usize..][..WIDTH as usize];
        let (upper, lower) = (row(y + y0), row(y + y0 + 1));
        let sums = &mut sum[(y * width) as usize..][..WIDTH as usize];
        for (x, sum) in (0..).zip(sums) {
            let left = (x + x0).clamp(0, width - 1) as usize;
            let right = (x + x0 + 1).clamp(0, width - 1) as usize;
            let above = upper[left] * (1.0 - fx) + upper[right] * fx;
            let below = lower[left] * (1.0 - fx) + lower[right] * fx;
            *sum += above * (1.0 - fy) + below * fy;
        }
    }
}

/// A Gaussian, rows first.
fn out_of_focus(seen: Vec<f32>, sigma: f32) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil() as i32;
    let weights: Vec<f32> = (-radius..=radius)
        .map(|at| (-(at * at) as f32 / (2.0 * sigma * sigma)).exp())
        .collect();
    let all: f32 = weights.iter().sum();
    let weights: Vec<f32> = weights.iter().map(|weight| weight / all).collect();
    let (width, height) = (WIDTH as i32, HEIGHT as i32);
    let mut rows = vec![0.0; seen.len()];
    for (soft, row) in rows
        .chunks_exact_mut(WIDTH as usize)
        .zip(seen.chunks_exact(WIDTH as usize))
    {
        for (weight, at) in weights.iter().zip(-radius..) {
            for (x, soft) in (0..).zip(&mut *soft) {
                *soft += weight * row[(x + at).clamp(0, width - 1) as usize];
            }
        }
    }
    let mut both = vec![0.0; seen.len()];
    for (y, soft) in (0..).zip(both.chunks_exact_mut(WIDTH as usize)) {
        for (weight, at) in weights.iter().zip(-radius..) {
            let from = ((y + at).clamp(0, height - 1) * width) as usize;
            for (soft, light) in soft.iter_mut().zip(&rows[from..]) {
                *soft += weight * light;
            }
        }
    }
    both
}

/// A normal distribution (Box and Muller), two at a time.
struct Noise {
    sigma: f32,
    other: Option<f32>,
}

impl Noise {
    fn of(sigma: f32) -> Self {
        Self { sigma, other: None }
    }

    fn next(&mut self, rng: &mut StdRng) -> f32 {
        if let Some(other) = self.other.take() {
            return other;
        }
        let far = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt() * self.sigma;
        let (sin, cos) = (std::f32::consts::TAU * rng.random::<f32>()).sin_cos();
        self.other = Some(far * sin);
        far * cos
    }
}
