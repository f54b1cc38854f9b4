//! What the lens is offered: the phone's page, the phone, and the hall behind it.

use rand::RngExt as _;
use rand::rngs::StdRng;
use shared::ticket::Qr;

use super::scene::Scene;
use super::{HEIGHT, WIDTH};

/// Half of the phone's width and height in modules: the code is 0.62 of it wide.
const PHONE: (f32, f32) = (30.0, 60.0);
/// Samples of a pixel each way.
const SAMPLES: usize = 2;

/// What the phone shows, 0 = its black, 1 = its white.
pub(super) struct Page {
    /// Half of the code's side in modules; 0 without a code.
    half: f32,
    modules: Vec<Vec<bool>>,
    margin: f32,
    ground: f32,
    lines: Vec<Line>,
    /// Dirt on the code: its middle, its radius, and how bright.
    dirt: Vec<[f32; 4]>,
}

/// A line of text.
struct Line {
    top: f32,
    bottom: f32,
    /// Left, right, and how bright.
    words: Vec<[f32; 3]>,
}

impl Page {
    pub(super) fn with_code(code: &Qr, scene: &Scene, rng: &mut StdRng) -> Self {
        let half = code.width() as f32 / 2.0;
        let mut page = Self::of(scene);
        page.half = half;
        page.modules = code.rows().map(<[bool]>::to_vec).collect();
        page.margin = scene.margin;
        page.write(half + scene.margin + 2.0..PHONE.1 - 4.0, rng);
        page.write(-PHONE.1 + 6.0..-half - scene.margin - 2.0, rng);
        let mut left = scene.dirt * 4.0 * half * half;
        while left > 0.0 {
            let radius = rng
                .random_range(0.6..2.0_f32)
                .min((left / std::f32::consts::PI).sqrt() + 0.1);
            let (x, y) = (rng.random_range(-half..half), rng.random_range(-half..half));
            page.dirt.push([x, y, radius, rng.random_range(0.0..1.0)]);
            left -= std::f32::consts::PI * radius * radius;
        }
        page
    }

    pub(super) fn without_code(scene: &Scene, rng: &mut StdRng) -> Self {
        let mut page = Self::of(scene);
        page.write(-PHONE.1 + 6.0..PHONE.1 - 4.0, rng);
        page
    }

    fn of(scene: &Scene) -> Self {
        Self {
            half: 0.0,
            modules: Vec::new(),
            margin: 0.0,
            ground: if scene.page_is_dark { 0.06 } else { 0.94 },
            lines: Vec::new(),
            dirt: Vec::new(),
        }
    }

    /// Words, in lines.
    fn write(&mut self, rows: std::ops::Range<f32>, rng: &mut StdRng) {
        let mut top = rows.start;
        while top + 2.0 < rows.end {
            let size: f32 = rng.random_range(1.0..2.5);
            let (mut left, mut words) = (-PHONE.0 + 4.0, Vec::new());
            while left < PHONE.0 - 6.0 {
                let right = (left + rng.random_range(0.4..1.2) * size).min(PHONE.0 - 4.0);
                let ink = (1.0 - self.ground) * rng.random_range(0.7..1.0);
                if rng.random_bool(0.8) {
                    words.push([left, right, ink]);
                }
                left = right + rng.random_range(0.2..0.9) * size;
            }
            self.lines.push(Line {
                top,
                bottom: top + size,
                words,
            });
            top += size + rng.random_range(0.8..3.0);
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        if x.abs().max(y.abs()) < self.half {
            let dirty = |d: &&[f32; 4]| (x - d[0]).powi(2) + (y - d[1]).powi(2) < d[2] * d[2];
            if let Some(dirt) = self.dirt.iter().find(dirty) {
                return dirt[3];
            }
            // Rounding may lead from just inside to just outside.
            let module = |at: f32| ((at + self.half) as usize).min(self.modules.len() - 1);
            return if self.modules[module(y)][module(x)] {
                0.0
            } else {
                1.0
            };
        }
        if x.abs().max(y.abs()) < self.half + self.margin {
            return 1.0;
        }
        let mut lines = self.lines.iter();
        let line = lines.find(|line| (line.top..line.bottom).contains(&y));
        let word = line.and_then(|line| {
            let mut words = line.words.iter();
            words.find(|[left, right, _]| (*left..*right).contains(&x))
        });
        word.map_or(self.ground, |[_, _, ink]| *ink)
    }
}

/// A lamp's reflection: where, how far, how bright.
struct Glare {
    x: f32,
    y: f32,
    radius: f32,
    light: f32,
}

/// Brightness at each pixel before the lens, row by row, in steps of 255 and not cut off.
pub(super) fn on_sensor(scene: &Scene, page: &Page, rng: &mut StdRng) -> Vec<f32> {
    let hall = Hall::drawn(rng);
    // The screen seen at an angle, and the lamp beside it: brighter on one side.
    let (across, along): (f32, f32) =
        (rng.random_range(-0.15..0.15), rng.random_range(-0.15..0.15));
    let glare = scene.has_glare.then(|| Glare {
        x: rng.random_range(-20.0..20.0),
        y: rng.random_range(-20.0..20.0),
        radius: rng.random_range(3.0..7.0),
        light: rng.random_range(0.3..1.0),
    });
    let screen = |x: f32, y: f32| {
        let slope = 1.0 + across * x / PHONE.0 + along * y / PHONE.1;
        let shown = scene.black + (1.0 - scene.black) * page.at(x, y);
        let lamp = glare.as_ref().map_or(0.0, |glare| {
            let far = (x - glare.x).powi(2) + (y - glare.y).powi(2);
            glare.light * (-far / (2.0 * glare.radius * glare.radius)).exp()
        });
        scene.white * (shown * slope + lamp)
    };
    let at = |x: f32, y: f32| {
        let (right, down) = scene.on_phone(x, y);
        if right.abs() < PHONE.0 && down.abs() < PHONE.1 {
            screen(right, down)
        } else if right.abs() < PHONE.0 + 2.0 && down.abs() < PHONE.1 + 2.0 {
            // The phone's edge.
            scene.white * scene.black * 0.5
        } else {
            hall.at(x, y)
        }
    };
    let mut seen = Vec::with_capacity((WIDTH * HEIGHT) as usize);
    let part = |i: usize| (i as f32 + 0.5) / SAMPLES as f32;
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let mut sum = 0.0;
            for j in 0..SAMPLES {
                for i in 0..SAMPLES {
                    sum += at(x as f32 + part(i), y as f32 + part(j));
                }
            }
            seen.push(sum / (SAMPLES * SAMPLES) as f32);
        }
    }
    seen
}

/// What is behind the phone: people and posters as patches of one brightness, some of them striped.
struct Hall {
    ground: f32,
    patches: Vec<Patch>,
}

struct Patch {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    light: f32,
    stripes: Option<f32>,
}

impl Hall {
    fn drawn(rng: &mut StdRng) -> Self {
        let ground = rng.random_range(8.0..90.0);
        let patches = (0..rng.random_range(6..30)).map(|_| {
            let (left, top) = (
                rng.random_range(-100.0..WIDTH as f32),
                rng.random_range(-100.0..HEIGHT as f32),
            );
            Patch {
                left,
                top,
                right: left + rng.random_range(10.0..400.0),
                bottom: top + rng.random_range(10.0..400.0),
                light: rng.random_range(5.0..180.0),
                stripes: rng.random_bool(0.3).then(|| rng.random_range(4.0..30.0)),
            }
        });
        let patches = patches.collect();
        Self { ground, patches }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let covers = |patch: &&Patch| {
            (patch.left..patch.right).contains(&x) && (patch.top..patch.bottom).contains(&y)
        };
        match self.patches.iter().rev().find(covers) {
            None => self.ground,
            Some(patch) => match patch.stripes {
                Some(width) if (x / width) as i32 % 2 == 0 => patch.light * 0.4,
                Some(_) | None => patch.light,
            },
        }
    }
}
