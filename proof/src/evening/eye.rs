//! A webcam's pictures.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use futures::{StreamExt as _, TryStreamExt as _};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, GrayImage, RgbImage, imageops};
use scanner_app::camera::{Frame, read_still};
use serde_json::{Map, Value, json};
use shared::ticket::{PixelsPerModule, Presented, Qr};

use crate::frames::{Level, of_code, without_code};
use crate::pictures::{Pose, taken};

/// A picture that no pass reads is not what a person goes on holding up: they move. So many times at most.
const MOVES: u64 = 20;
/// Drawn at once.
const DRAWN_AT_ONCE: usize = 2;

pub fn drawn(text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(Qr::text(text)?.png(PixelsPerModule::SCREEN))
}

/// What a webcam sees of each of these, which have names, and what of nobody (`nobody`): phones held well and as most people
/// do it, by turns, and a phone whose page has no code.
pub async fn sees_queue(folder: &Path, queue: Vec<(String, Presented)>) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).context("making a folder of pictures")?;
    let empty = without_code(Level::S2, 0);
    ensure!(read_still(&empty).is_empty(), "there is a code in nothing");
    keep(&folder.join("nobody.jpg"), &grey(empty)?)?;
    let drawing = (0..).zip(queue).map(|(n, (name, presented))| {
        let file = folder.join(format!("{name}.jpg"));
        tokio::task::spawn_blocking(move || keep(&file, &grey(held(n, &presented)?)?))
    });
    futures::stream::iter(drawing)
        .buffer_unordered(DRAWN_AT_ONCE)
        .map(|done| done.context("drawing a picture")?)
        .try_collect()
        .await
}

/// As guest number `n` holds it.
fn held(n: u64, presented: &Presented) -> anyhow::Result<Frame> {
    let (code, text) = (Qr::ticket(presented)?, presented.to_string());
    let level = if n.is_multiple_of(2) {
        Level::S1
    } else {
        Level::S2
    };
    (0..MOVES)
        .map(|moved| of_code(level, n * MOVES + moved, &code))
        .find(|frame| matches!(&read_still(frame)[..], [found] if found.text == text))
        .with_context(|| format!("guest {n} cannot hold a ticket"))
}

fn grey(frame: Frame) -> anyhow::Result<GrayImage> {
    let picture = GrayImage::from_raw(frame.width, frame.height, frame.luma);
    picture.context("a frame has not as many pixels as it should")
}

/// A camera's JPEG is in colour, even of something grey.
fn keep(file: &Path, picture: &GrayImage) -> anyhow::Result<()> {
    let (width, height) = picture.dimensions();
    let colours = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([picture.get_pixel(x, y).0[0]; 3])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85)
        .encode(&colours, width, height, ExtendedColorType::Rgb8)
        .context("encoding a picture")?;
    std::fs::write(file, bytes).context("writing a picture")
}

/// Pictures by name, as JPEG files, and what is read from each.
pub struct Eye {
    pub folder: PathBuf,
    pub texts: Map<String, Value>,
    seen: u32,
}

impl Eye {
    pub fn over(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder).context("making a folder of pictures")?;
        Ok(Self {
            folder,
            texts: Map::new(),
            seen: 0,
        })
    }

    /// A code on a phone.
    pub fn sees(&mut self, name: &str, code_png: &[u8]) -> anyhow::Result<()> {
        let picture = taken(code_png, Pose::numbered(self.seen))?;
        self.seen += 1;
        let found = read_still(&Frame {
            luma: picture.as_raw().clone(),
            width: picture.width(),
            height: picture.height(),
            name: name.to_owned(),
            taken: None,
        });
        let [found] = &found[..] else {
            bail!("{} codes were read from the picture of {name}", found.len());
        };
        self.texts.insert(name.to_owned(), json!(found.text));
        self.keeps(name, &picture)
    }

    /// Two of these side by side.
    pub fn sees_two(&self, name: &str, left: &str, right: &str) -> anyhow::Result<()> {
        let mut both = GrayImage::new(1280, 720);
        for (place, one) in [(0, left), (640, right)] {
            let picture = image::open(self.file(one))
                .context("reading a picture of one ticket")?
                .to_luma8();
            let middle = imageops::crop_imm(&picture, 320, 0, 640, 720).to_image();
            imageops::replace(&mut both, &middle, place, 0);
        }
        self.keeps(name, &both)
    }

    /// Darkness.
    pub fn sees_nobody(&self) -> anyhow::Result<()> {
        self.keeps(
            "nobody",
            &GrayImage::from_pixel(1280, 720, image::Luma([14])),
        )
    }

    fn keeps(&self, name: &str, picture: &GrayImage) -> anyhow::Result<()> {
        keep(&self.file(name), picture)
    }

    pub fn text(&self, name: &str) -> anyhow::Result<String> {
        let text = self.texts.get(name).and_then(Value::as_str);
        Ok(text
            .with_context(|| format!("{name} was not read"))?
            .to_owned())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.jpg"))
    }
}
