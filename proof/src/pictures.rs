//! Pictures as a door's camera sees them: a ticket on a phone's screen, tilted and blurred, on dark ground.

use std::ops::Range;

use anyhow::Context as _;
use image::{DynamicImage, GrayImage};
use shared::ids::TicketId;
use shared::ticket;

/// Of every picture, in pixels.
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;

/// How a ticket is held before the camera.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// Degrees, counter-clockwise.
    pub tilt: f32,
    /// Width of the code with its quiet zone in the picture, in pixels.
    pub code_width: f32,
    /// Standard deviation of its blur, in pixels; 0 = sharp.
    pub blur: f32,
    /// Brightness of what should be white, 0-255: a dimmed phone.
    pub white: u8,
}

impl Pose {
    /// A number gives a pose, always the same: some tilt, a little blur, a dimmed screen.
    pub fn numbered(n: u32) -> Self {
        let tilts = [-17.0, 9.0, 24.0, -6.0, 13.0];
        Self {
            tilt: tilts[n as usize % tilts.len()],
            code_width: 330.0 + 25.0 * (n % 4) as f32,
            blur: 0.8 * (n % 2) as f32,
            white: 225 - 15 * (n % 3) as u8,
        }
    }
}

/// A 1280x720 picture of the ticket's PNG in that pose, as PNG bytes.
pub fn seen_by_camera(ticket_png: &[u8], pose: Pose) -> anyhow::Result<Vec<u8>> {
    let picture = taken(ticket_png, pose)?;
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .context("writing a camera picture")?;
    Ok(bytes.into_inner())
}

/// The same as pixels. Whole stretches of a row are filled at once: a build without optimisation draws many of these.
pub fn taken(ticket_png: &[u8], pose: Pose) -> anyhow::Result<GrayImage> {
    let code = image::load_from_memory(ticket_png)
        .context("reading the ticket's PNG")?
        .to_luma8();
    let lit = lit(&code, pose.white);
    // The hall is dark, with a faint gradient.
    let hall: Vec<u8> = (0..WIDTH).map(|x| 8 + (x / 160) as u8).collect();
    let mut pixels = hall.repeat(HEIGHT);
    for (y, row) in pixels.chunks_exact_mut(WIDTH).enumerate() {
        let across = Across::row(pose, y);
        // The phone's page is dark, too.
        row[across.within(&(-0.12..1.12), &(-0.55..1.55))].fill(30);
        let on_code = across.within(&(0.0..1.0), &(0.0..1.0));
        for (x, pixel) in on_code.clone().zip(&mut row[on_code]) {
            let (u, v) = across.at(x);
            let (i, j) = (pixel_no(u, code.width()), pixel_no(v, code.height()));
            *pixel = lit[j * code.width() as usize + i];
        }
    }
    let sharp = GrayImage::from_raw(WIDTH as u32, HEIGHT as u32, pixels)
        .context("making a picture of pixels")?;
    Ok(if pose.blur > 0.0 {
        DynamicImage::from(sharp).blur(pose.blur).into_luma8()
    } else {
        sharp
    })
}

/// The code's pixels as a screen shows them.
fn lit(code: &GrayImage, white: u8) -> Vec<u8> {
    let ink = 18;
    let shade = |&pixel: &u8| ink + (u32::from(pixel) * u32::from(white - ink) / 255) as u8;
    code.as_raw().iter().map(shade).collect()
}

fn pixel_no(place: f32, pixels: u32) -> usize {
    ((place * pixels as f32) as usize).min(pixels as usize - 1)
}

/// A row of the picture as a line across the phone, on which the code lies from 0 to 1 both ways.
struct Across {
    start: (f32, f32),
    step: (f32, f32),
}

impl Across {
    fn row(pose: Pose, y: usize) -> Self {
        let (sin, cos) = pose.tilt.to_radians().sin_cos();
        let (dx, dy) = (-(WIDTH as f32) / 2.0, y as f32 - HEIGHT as f32 / 2.0);
        Self {
            start: (
                (dx * cos - dy * sin) / pose.code_width + 0.5,
                (dx * sin + dy * cos) / pose.code_width + 0.5,
            ),
            step: (cos / pose.code_width, sin / pose.code_width),
        }
    }

    fn at(&self, x: usize) -> (f32, f32) {
        let x = x as f32;
        (
            self.start.0 + x * self.step.0,
            self.start.1 + x * self.step.1,
        )
    }

    /// Where the row crosses this part of the phone.
    fn within(&self, u: &Range<f32>, v: &Range<f32>) -> Range<usize> {
        let (left, right) = crossed(self.start.0, self.step.0, u);
        let (first, last) = crossed(self.start.1, self.step.1, v);
        let begin = (left.max(first).ceil() as usize).min(WIDTH);
        begin..(right.min(last).ceil() as usize).clamp(begin, WIDTH)
    }
}

fn crossed(start: f32, step: f32, bounds: &Range<f32>) -> (f32, f32) {
    let (a, b) = ((bounds.start - start) / step, (bounds.end - start) / step);
    (a.min(b), a.max(b))
}

/// The fields of a real ticket with another id, signed by a key of the forger's own, as PNG bytes.
pub fn forged(digits: &str) -> anyhow::Result<Vec<u8>> {
    let seen = ticket::read(digits).context("reading the ticket to forge")?;
    Ok(ticket::Qr::ticket(&forgery(&seen))
        .context("drawing the forgery")?
        .png(ticket::PixelsPerModule::SCREEN))
}

/// The same as what a phone shows.
pub fn forgery(seen: &ticket::Presented) -> ticket::Presented {
    let mut fields = *seen.token().claimed();
    fields.ticket = TicketId(fields.ticket.0 ^ 0x5555);
    let key = ticket::SigningKey::from_seed(&[42; 32]);
    ticket::Presented::plain(key.sign(fields))
}
