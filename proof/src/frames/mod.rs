//! Frames as a door's webcam takes them, drawn from a number: a ticket on a phone, held more or less well.
//!
//! The same number gives the same frame, with the same release of `rand`. Levels are in [`Level`]; a scene's numbers are
//! drawn in `scene`, its light in `light`, what lens and sensor make of it in `lens`.

mod lens;
mod level;
mod light;
mod scene;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use scanner_app::camera::{Frame, Point};
use shared::ids::{KeyId, TicketId, TypeNo, WindowNo};
use shared::ticket::{Flags, Presented, Qr, SigningKey, TokenFields};

pub use level::Level;

pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 720;

/// A frame, and what is in it.
pub struct Drawn {
    pub frame: Frame,
    /// The ticket's text.
    pub text: String,
    /// The code's outline without its quiet zone, from its own top left once around.
    pub corners: [Point; 4],
}

/// A frame with a ticket: version 5, 37 modules.
pub fn with_ticket(level: Level, number: u64) -> Drawn {
    let (text, code) = ticket(number);
    let (frame, scene) = drawn(level, number, &code);
    Drawn {
        frame,
        text,
        corners: scene.corners(code.width()),
    }
}

/// The same frame with another code.
pub fn of_code(level: Level, number: u64, code: &Qr) -> Frame {
    drawn(level, number, code).0
}

fn drawn(level: Level, number: u64, code: &Qr) -> (Frame, scene::Scene) {
    let mut rng = seeded(level, number);
    let scene = scene::Scene::drawn(&level.ranges(), &mut rng);
    let page = light::Page::with_code(code, &scene, &mut rng);
    let frame = taken(&scene, &page, &mut rng, format!("{level:?} {number}"));
    (frame, scene)
}

/// The same phone with a page that has no code on it.
pub fn without_code(level: Level, number: u64) -> Frame {
    let mut rng = seeded(level, number);
    let scene = scene::Scene::drawn(&level.ranges(), &mut rng);
    let page = light::Page::without_code(&scene, &mut rng);
    taken(&scene, &page, &mut rng, format!("{level:?} {number} empty"))
}

fn taken(scene: &scene::Scene, page: &light::Page, rng: &mut StdRng, name: String) -> Frame {
    let seen = light::on_sensor(scene, page, rng);
    Frame {
        luma: lens::taken(seen, scene, rng),
        width: WIDTH,
        height: HEIGHT,
        name,
        taken: None,
    }
}

fn seeded(level: Level, number: u64) -> StdRng {
    StdRng::seed_from_u64(1_000_000 * (level as u64 + 1) + number)
}

/// A plain ticket, signed by a key of nobody.
fn ticket(number: u64) -> (String, Qr) {
    let token = SigningKey::from_seed(&[7; 32]).sign(TokenFields {
        flags: Flags::NONE,
        key: KeyId(1),
        type_no: TypeNo(1),
        window: WindowNo(0),
        ticket: TicketId(number + 1),
    });
    let presented = Presented::plain(token);
    let code = Qr::ticket(&presented).expect("a plain ticket has a lasting code");
    (presented.to_string(), code)
}

#[cfg(test)]
mod tests {
    use scanner_app::camera::read_still;

    use super::*;

    #[test]
    fn a_number_gives_the_same_frame_and_another_one_another() {
        let (one, again) = (with_ticket(Level::S3, 5), with_ticket(Level::S3, 5));
        assert_eq!(one.frame, again.frame);
        assert_eq!(one.frame.luma.len(), (WIDTH * HEIGHT) as usize);
        assert_ne!(one.frame.luma, with_ticket(Level::S3, 6).frame.luma);
        assert_ne!(one.text, with_ticket(Level::S3, 6).text);
    }

    #[test]
    fn a_well_held_ticket_is_read_and_its_outline_is_where_it_was_drawn() {
        let drawn = (0..3).map(|number| with_ticket(Level::S1, number));
        let mut outlines = 0;
        for drawn in drawn {
            for found in read_still(&drawn.frame) {
                assert_eq!(found.text, drawn.text);
                for (seen, true_one) in found.corners.iter().zip(&drawn.corners) {
                    let off = (seen.x - true_one.x).hypot(seen.y - true_one.y);
                    assert!(off < 8.0, "{seen:?} is not {true_one:?}");
                }
                outlines += 1;
            }
        }
        assert!(outlines >= 2, "{outlines} of 3 were read");
    }

    #[test]
    fn a_page_without_a_code_has_none() {
        assert!(read_still(&without_code(Level::S2, 0)).is_empty());
    }
}
