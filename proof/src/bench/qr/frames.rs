//! `qr.frames.*`: drawn webcam frames, each looked at once by the chain of a live camera.

use std::time::Duration;

use anyhow::bail;
use scanner_app::camera::{Chain, Pass, Point};

use super::measured;
use crate::bench::cpu::load_average;
use crate::bench::figures::{Sheet, percentile};
use crate::frames::{Drawn, Level, with_ticket, without_code};

/// Of each level.
const FRAMES: u64 = 120;
/// Not those by which the levels were set: 0 to 139.
const FIRST: u64 = 1000;
/// A frame is given all its passes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);

pub fn run(sheet: Sheet) -> anyhow::Result<()> {
    sheet.note(&format!("load average before: {:.1}", load_average()));
    let mut chain = Chain::default();
    let (mut positive, mut outlines) = (Vec::new(), Vec::new());
    for level in Level::ALL {
        let mut read = 0;
        for number in FIRST..FIRST + FRAMES {
            let Drawn {
                frame,
                text,
                corners,
            } = with_ticket(level, number);
            let (found, ms) = measured(|| chain.read(&frame, PATIENCE));
            match &found[..] {
                [] => {}
                [one] if one.text == text => {
                    read += 1;
                    positive.push(ms);
                    outlines.push(farthest(one.corners, corners));
                }
                other => bail!("{} was read as {other:?}, not {text}", frame.name),
            }
        }
        let name = format!("qr.frames.{level:?}").to_lowercase();
        let percent = 100.0 * f64::from(read) / FRAMES as f64;
        sheet.put(name, percent, "percent", FRAMES);
    }
    put_two(sheet, "positive_ms", &mut positive, "ms");
    put_two(sheet, "outline_px", &mut outlines, "px");
    empty_frames(sheet)
}

/// What every frame costs in which nobody holds up anything, and what the dearest of them costs.
fn empty_frames(sheet: Sheet) -> anyhow::Result<()> {
    let (mut first_two, mut all) = (Vec::new(), Vec::new());
    for level in [Level::S1, Level::S2, Level::S3] {
        for number in FIRST..FIRST + FRAMES {
            let frame = without_code(level, number);
            let mut spent = 0.0;
            for pass in Pass::ALL {
                let (found, ms) = measured(|| pass.find(&frame));
                spent += ms;
                if let Some(found) = found.first() {
                    bail!("{} has no code, {pass:?} read {}", frame.name, found.text);
                }
                match pass {
                    Pass::Half => first_two.push(spent),
                    Pass::Inverted => all.push(spent),
                    Pass::Full | Pass::LocalMean | Pass::Rqrr => {}
                }
            }
        }
    }
    put_two(sheet, "empty_ms", &mut first_two, "ms");
    put_two(sheet, "empty_all_passes_ms", &mut all, "ms");
    Ok(())
}

/// How far off the worst corner of an outline is, in pixels.
fn farthest(seen: [Point; 4], drawn: [Point; 4]) -> f64 {
    let off = seen.iter().zip(drawn);
    off.map(|(seen, drawn)| f64::from((seen.x - drawn.x).hypot(seen.y - drawn.y)))
        .fold(0.0, f64::max)
}

fn put_two(sheet: Sheet, name: &str, values: &mut [f64], unit: &'static str) {
    let n = values.len() as u64;
    for (share, rank) in [(0.5, "p50"), (0.99, "p99")] {
        let name = format!("qr.frames.{name}.{rank}");
        sheet.put(name, percentile(values, share), unit, n);
    }
}
