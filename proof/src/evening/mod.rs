//! What the window's tests play in: the server with its demo, tickets sold, doors to enrol, and what a webcam sees of each.
//!
//! One line of JSON says where all of it is. Then each line of standard input (`stop` or `start`, of the server) is done and
//! answered by a line. When standard input ends, so does the evening, and nothing is left of it.

use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, GrayImage, RgbImage, imageops};
use scanner_app::camera::{Frame, read_still};
use serde_json::{Map, Value, json};
use shared::ticket::{PixelsPerModule, Qr};
use uuid::Uuid;

use crate::api::{Api, text};
use crate::organizer::{Bought, buy_of_type, log_in, new_id};
use crate::pictures::{Pose, forged, taken};
use crate::processes::Server;

/// Of the demo, whose ids are fixed: see `sync-server/src/demo`.
const ORGANIZER: Uuid = Uuid::from_u128(0x0197_e2a0_0000_7000_8000_de30_0000_0100);
/// Whose doors are open.
const CONCERT: Uuid = Uuid::from_u128(0x0197_e2a0_0000_7000_8000_de30_0000_0301);
const OWNER: (&str, &str) = ("camille@nuits-de-loire.example", "nuits-de-loire");

/// Full price, at home at gate 1.
const FULL: u16 = 1;
/// At home at gate 1, with something to check.
const REDUCED: u16 = 2;
/// At home at gate 2.
const BALCONY: u16 = 3;

/// Sets it up, tells where, and does as it is told.
pub async fn run() -> anyhow::Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("th-evening-")
        .tempdir()
        .context("making the evening's folder")?;
    let mut server = Server::on(&folder.path().join("server"), &[])?.with_demo();
    server.start().await?;
    answer(&set_up(&server, folder.path()).await?)?;
    for line in std::io::stdin().lock().lines() {
        match line.context("reading what to do")?.trim() {
            "stop" => server.stop()?,
            "start" => {
                server.start().await?;
            }
            other => bail!("neither stop nor start: {other}"),
        }
        answer(&json!({ "runs": server.pid().is_some() }))?;
    }
    server.stop()
}

fn answer(line: &Value) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").context("answering")?;
    output.flush().context("answering")
}

async fn set_up(server: &Server, folder: &Path) -> anyhow::Result<Value> {
    let guest = Api::guest(&server.url());
    let owner = log_in(&guest, OWNER.0, OWNER.1).await?;
    let mut eye = Eye::over(folder.join("pictures"))?;
    let mut offers = Vec::new();
    for no in 1..=2 {
        let offer = json!({ "organizer_id": ORGANIZER, "device_name": format!("Tablette {no}"), "events": [CONCERT],
            "gate": no, "rights": { "scan": true, "search": true, "sell": false, "supervise": true } });
        let offer = owner.post("/devices/offers", &offer).await?;
        eye.sees(&format!("offer-{no}"), &drawn(text(&offer, "/qr_text")?)?)?;
        offers.push(offer);
    }
    let lea = ("Léa Martin", "lea@example.org");
    let full = buy_of_type(&guest, CONCERT, (FULL, 8), lea).await?;
    for n in 0..full.tickets.len() {
        eye.sees(&format!("ticket-{n}"), &png(&guest, &full, n).await?)?;
    }
    for (name, type_no, buyer) in [
        ("reduced", REDUCED, ("Zoé Müller", "zoe@example.org")),
        ("balcony", BALCONY, ("Anaïs Le Goff", "anais@example.org")),
    ] {
        let bought = buy_of_type(&guest, CONCERT, (type_no, 1), buyer).await?;
        eye.sees(name, &png(&guest, &bought, 0).await?)?;
    }
    eye.sees("forged", &forged(&eye.text("ticket-0")?)?)?;
    eye.sees("order", &drawn(&unpaid(&guest).await?)?)?;
    eye.sees("foreign", &drawn("https://example.org/carte")?)?;
    eye.sees_two("two", "ticket-6", "ticket-7")?;
    eye.keeps(
        "nobody",
        &GrayImage::from_pixel(1280, 720, image::Luma([14])),
    )?;
    Ok(json!({
        "server": server.url(), "token": owner.token(), "organizer": ORGANIZER, "event": CONCERT, "offers": offers,
        "pictures": eye.folder, "texts": eye.texts,
    }))
}

async fn png(guest: &Api, bought: &Bought, n: usize) -> anyhow::Result<Vec<u8>> {
    let (ticket, secret) = (&bought.tickets[n], &bought.secret);
    guest
        .bytes(&format!("/tickets/{ticket}/qr.png?secret={secret}"))
        .await
}

fn drawn(text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(Qr::text(text)?.png(PixelsPerModule::SCREEN))
}

/// The code of an order that nobody has paid.
async fn unpaid(guest: &Api) -> anyhow::Result<String> {
    let order = json!({ "id": new_id(), "event_id": CONCERT, "email": "karim@example.org", "name": "Karim Diallo",
        "language": "fr", "lines": [{ "type_no": FULL, "quantity": 1 }] });
    let held = guest.post("/orders", &order).await?;
    Ok(text(&held, "/code")?.to_owned())
}

/// A webcam's pictures by name, as JPEG files, and what is read from each.
struct Eye {
    folder: PathBuf,
    texts: Map<String, Value>,
    seen: u32,
}

impl Eye {
    fn over(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder).context("making a folder of pictures")?;
        Ok(Self {
            folder,
            texts: Map::new(),
            seen: 0,
        })
    }

    /// A code on a phone.
    fn sees(&mut self, name: &str, code_png: &[u8]) -> anyhow::Result<()> {
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
    fn sees_two(&self, name: &str, left: &str, right: &str) -> anyhow::Result<()> {
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

    /// A camera's JPEG is in colour, even of something grey.
    fn keeps(&self, name: &str, picture: &GrayImage) -> anyhow::Result<()> {
        let (width, height) = picture.dimensions();
        let colours = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([picture.get_pixel(x, y).0[0]; 3])
        });
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 85)
            .encode(&colours, width, height, ExtendedColorType::Rgb8)
            .context("encoding a picture")?;
        std::fs::write(self.file(name), bytes).context("writing a picture")
    }

    fn text(&self, name: &str) -> anyhow::Result<String> {
        let text = self.texts.get(name).and_then(Value::as_str);
        Ok(text
            .with_context(|| format!("{name} was not read"))?
            .to_owned())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.jpg"))
    }
}
