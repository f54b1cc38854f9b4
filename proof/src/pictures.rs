//! Pictures as a door's camera sees them: a ticket on a phone's screen, tilted and blurred, on dark ground.

use anyhow::Context as _;
use image::{GrayImage, Luma};
use shared::ids::TicketId;
use shared::ticket;

/// How a ticket is held before the camera.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// Degrees, counter-clockwise.
    pub tilt: f32,
    /// Width of the code with its quiet zone in the picture, in pixels.
    pub code_width: f32,
    /// Radius of a box blur, in pixels; 0 = sharp.
    pub blur: u32,
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
            blur: n % 2,
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

/// The same as pixels.
pub fn taken(ticket_png: &[u8], pose: Pose) -> anyhow::Result<GrayImage> {
    let code = image::load_from_memory(ticket_png)
        .context("reading the ticket's PNG")?
        .to_luma8();
    let sharp = GrayImage::from_fn(1280, 720, |x, y| {
        Luma([shade(&code, pose, x as f32, y as f32)])
    });
    Ok(blurred(&sharp, pose.blur))
}

/// What the camera sees at (x, y): the code, the phone around it, or the dark hall.
fn shade(code: &GrayImage, pose: Pose, x: f32, y: f32) -> u8 {
    let (sin, cos) = pose.tilt.to_radians().sin_cos();
    let (dx, dy) = (x - 640.0, y - 360.0);
    let (u, v) = (
        (dx * cos - dy * sin) / pose.code_width + 0.5,
        (dx * sin + dy * cos) / pose.code_width + 0.5,
    );
    let on_code = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
    let on_phone = (-0.12..1.12).contains(&u) && (-0.55..1.55).contains(&v);
    if on_code {
        let pixel = code.get_pixel(
            (u * code.width() as f32) as u32,
            (v * code.height() as f32) as u32,
        );
        let ink = 18;
        return ink + (u32::from(pixel.0[0]) * u32::from(pose.white - ink) / 255) as u8;
    }
    // The phone's page is dark, the hall behind it darker, with a faint gradient.
    if on_phone { 30 } else { 8 + (x / 160.0) as u8 }
}

fn blurred(picture: &GrayImage, radius: u32) -> GrayImage {
    if radius == 0 {
        return picture.clone();
    }
    let (width, height) = picture.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let (x0, x1) = (x.saturating_sub(radius), (x + radius).min(width - 1));
        let (y0, y1) = (y.saturating_sub(radius), (y + radius).min(height - 1));
        let sum: u32 = (y0..=y1)
            .flat_map(|j| (x0..=x1).map(move |i| (i, j)))
            .map(|(i, j)| u32::from(picture.get_pixel(i, j).0[0]))
            .sum();
        Luma([(sum / ((x1 - x0 + 1) * (y1 - y0 + 1))) as u8])
    })
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
