//! `qr.zxing.*`, `qr.zxing-cpp.*`: photos of other projects, which are measured where they lie and copied nowhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scanner_app::camera::{CameraSource as _, Frame, Pictures, PicturesSpec, read_still};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::measured;
use crate::bench::Outcome;
use crate::bench::figures::{Sheet, percentile};
use crate::demo::telling::say;

/// A line of `index.jsonl`.
#[derive(Deserialize)]
struct Photo {
    /// Below the folder; its first part is the set.
    file: PathBuf,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Kind {
    /// A code; the text's digest is given, not the text.
    Text { text_sha256: String },
    /// No code.
    Negative,
}

#[derive(Default)]
struct Set {
    read: u64,
    total: u64,
}

/// Reads every photo that `index.jsonl` names, each with every pass.
pub fn run(sheet: Sheet, folder: Option<&Path>) -> anyhow::Result<Outcome> {
    let Some((folder, index)) = folder
        .map(|folder| (folder, folder.join("index.jsonl")))
        .filter(|(_, index)| index.is_file())
    else {
        say("qr-photos: skipped; --photos FOLDER says where photos are with their index.jsonl");
        return Ok(Outcome::Skipped);
    };
    let index = fs::read_to_string(&index).context("reading the photos' index")?;
    let mut sets: BTreeMap<String, Set> = BTreeMap::new();
    let (mut wrong, mut negative_read, mut negatives) = (0u64, 0u64, 0u64);
    let mut times = Vec::new();
    for line in index.lines().filter(|line| !line.is_empty()) {
        let photo: Photo = serde_json::from_str(line).context("reading a line of index.jsonl")?;
        let frame = frame_of(&folder.join(&photo.file))?;
        let (found, ms) = measured(|| read_still(&frame));
        times.push(ms);
        match photo.kind {
            Kind::Negative => {
                negatives += 1;
                negative_read += u64::from(!found.is_empty());
            }
            Kind::Text { text_sha256 } => {
                let set = sets.entry(set_of(&photo.file)?).or_default();
                set.total += 1;
                let is_right = |text: &str| digest(text) == text_sha256;
                if found.is_empty() {
                    sheet.note(&format!("not read: {}", photo.file.display()));
                } else if found.iter().all(|found| is_right(&found.text)) {
                    set.read += 1;
                } else {
                    wrong += 1;
                    sheet.note(&format!("wrong: {}", photo.file.display()));
                }
            }
        }
    }
    let photos = times.len() as u64;
    for (name, set) in &sets {
        sheet.put(
            format!("qr.{name}.read"),
            set.read as f64,
            "count",
            set.total,
        );
        sheet.put(
            format!("qr.{name}.total"),
            set.total as f64,
            "count",
            set.total,
        );
    }
    sheet.put("qr.wrong", wrong as f64, "count", photos - negatives);
    sheet.put("qr.negative_read", negative_read as f64, "count", negatives);
    sheet.put("qr.frame_ms.p50", percentile(&mut times, 0.5), "ms", photos);
    Ok(Outcome::Measured)
}

fn set_of(file: &Path) -> anyhow::Result<String> {
    let first = file.iter().next().context("a photo without a name")?;
    Ok(first.to_string_lossy().into_owned())
}

fn frame_of(path: &Path) -> anyhow::Result<Frame> {
    let mut pictures = Pictures::open(&PicturesSpec::File(path.to_owned()))?;
    match pictures.next_frame() {
        Some(frame) => Ok(frame?),
        None => bail!("{} gave no frame", path.display()),
    }
}

/// As `index.jsonl` writes it.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
