//! A machine with a station on it, as the window drives it: what its page is told, and what its camera sees.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use scanner_app::camera::PicturesSpec;
use scanner_app::edge::SystemClock;
use scanner_app::online::{LanChoice, LanOptions};
use scanner_app::station::view::{CustomerView, EnrolStep, News, Screen, VerdictView};
use scanner_app::station::{Equipment, Folders, Host, PictureCameras, Station};
use scanner_app::status::SyncPhase;
use serde_json::json;
use shared::ticket::{PixelsPerModule, Qr};

use crate::api::text;
use crate::bench::stage::Stage;
use crate::organizer::Bought;
use crate::pictures::{Pose, seen_by_camera};

/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_mins(1);

/// Remembers what the page would be told.
#[derive(Default)]
pub(super) struct Told {
    news: Mutex<Vec<News>>,
    changed: Condvar,
}

impl Host for Told {
    fn tell(&self, news: News) {
        let mut told = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(news);
        self.changed.notify_all();
    }

    fn tell_guest(&self, _view: CustomerView) {}

    fn guest_window(&self, _on: bool) {}

    fn full_screen(&self, _on: bool) {}
}

impl Told {
    pub(super) fn wait<T>(
        &self,
        what: &str,
        look: impl Fn(&[News]) -> Option<T>,
    ) -> anyhow::Result<T> {
        let until = Instant::now() + LONGEST;
        let mut told = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(found) = look(&told) {
                return Ok(found);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!(
                    "the page was never told: {what}; told last: {:?}",
                    told.last()
                );
            }
            let waited = self.changed.wait_timeout(told, left);
            told = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn screen<T>(
        &self,
        what: &str,
        look: impl Fn(&Screen) -> Option<T>,
    ) -> anyhow::Result<T> {
        self.wait(what, |told| {
            told.iter().rev().find_map(|news| {
                let News::Overview(overview) = news else {
                    return None;
                };
                Some(look(&overview.screen))
            })?
        })
    }

    pub(super) fn verdict(&self, no: u32) -> anyhow::Result<VerdictView> {
        self.wait(&format!("verdict {no}"), |told| {
            told.iter().find_map(|news| match news {
                News::Verdict(verdict) if verdict.no == no => Some(verdict.clone()),
                _ => None,
            })
        })
    }

    /// Waits until the door counts so many.
    pub(super) fn inside(&self, people: u32) -> anyhow::Result<()> {
        self.wait(&format!("{people} inside"), |told| {
            told.iter().find_map(|news| match news {
                News::Counts(counts) if counts.inside == people => Some(()),
                _ => None,
            })
        })
    }

    pub(super) fn phase(&self, phase: SyncPhase) -> anyhow::Result<()> {
        self.wait(phase.as_str(), |told| {
            let last = told.iter().rev().find_map(|news| match news {
                News::Sync(link) => Some(link.phase == Some(phase)),
                _ => None,
            })?;
            last.then_some(())
        })
    }
}

/// A machine with the folder that takes the place of its camera.
pub(super) struct Machine {
    folder: PathBuf,
    pub(super) told: Arc<Told>,
}

impl Machine {
    pub(super) fn below(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let folder = folder.join(name);
        std::fs::create_dir_all(folder.join("pictures")).context("making the camera's folder")?;
        Ok(Self {
            folder,
            told: Arc::default(),
        })
    }

    pub(super) fn start(&self) -> anyhow::Result<Station> {
        let pictures = PicturesSpec::Folder(self.folder.join("pictures"));
        let (data, state) = (self.folder.join("data"), self.folder.join("state"));
        let started = Station::start(Equipment {
            folders: Folders::of(data, state, None),
            host: Arc::clone(&self.told) as Arc<dyn Host>,
            cameras: Arc::new(PictureCameras::of(pictures)),
            clock: Arc::new(SystemClock),
            lan: LanOptions {
                lan: LanChoice::Off,
                announces: false,
            },
        });
        started.map_err(|error| anyhow::anyhow!("the station does not start: {}", error.detail))
    }

    /// Whole, or not at all; what was held up before is taken away.
    pub(super) fn hold_up(&self, name: &str, picture: &[u8]) -> anyhow::Result<()> {
        self.take_away()?;
        let drawn = self.folder.join(name);
        std::fs::write(&drawn, picture).context("writing a picture")?;
        std::fs::rename(drawn, self.folder.join("pictures").join(name)).context("holding it up")
    }

    pub(super) fn take_away(&self) -> anyhow::Result<()> {
        let pictures = self.folder.join("pictures");
        for picture in std::fs::read_dir(pictures).context("looking at what is held up")? {
            std::fs::remove_file(picture?.path()).context("taking a picture away")?;
        }
        Ok(())
    }
}

/// The organizer's code before the camera, the digits on both screens. The device's id.
pub(super) async fn enrol(
    stage: &Stage,
    event: uuid::Uuid,
    machine: &Machine,
    name: &str,
    supervise: bool,
) -> anyhow::Result<String> {
    let owner = &stage.venue.owner;
    let offer = json!({
        "organizer_id": stage.venue.organizer, "device_name": name,
        "rights": {"scan": true, "search": false, "sell": false, "supervise": supervise},
        "events": [event], "gate": 1,
    });
    let offer = owner.post("/devices/offers", &offer).await?;
    let (id, code) = (text(&offer, "/id")?.to_owned(), text(&offer, "/code")?);
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let said = format!("tickethub:enrol?server={}&code={code}", stage.server.url());
    let qr = Qr::text(&said)?.png(PixelsPerModule::SCREEN);
    machine.hold_up("code.png", &qr)?;
    let digits = machine.told.screen("digits", |screen| match screen {
        Screen::Enrol(enrol) => match &enrol.step {
            EnrolStep::Compare { digits, .. } => Some(digits.clone()),
            EnrolStep::Waiting | EnrolStep::Connecting { .. } | EnrolStep::Failed { .. } => None,
        },
        Screen::Choose { .. } | Screen::Door(_) | Screen::Till { .. } | Screen::Closed { .. } => {
            None
        }
    })?;
    let state = owner.get(&format!("/devices/offers/{id}")).await?;
    ensure!(
        text(&state, "/digits")? == digits,
        "the digits differ: {digits} here, there {state}"
    );
    let path = format!("/devices/offers/{id}/confirm");
    owner.post(&path, &json!({})).await?;
    let devices = format!("/organizers/{}/devices", stage.venue.organizer);
    let devices = owner.get(&devices).await?;
    let mine = devices
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["name"] == name));
    Ok(text(mine.context("the device is not listed")?, "/id")?.to_owned())
}

/// What a camera sees of each ticket of an order.
pub(super) async fn held_up(stage: &Stage, bought: &Bought) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut shown = Vec::new();
    for (n, ticket) in bought.tickets.iter().enumerate() {
        let path = format!("/tickets/{ticket}/qr.png?secret={}", bought.secret);
        let png = stage.guest.bytes(&path).await?;
        shown.push(seen_by_camera(&png, Pose::numbered(n as u32))?);
    }
    Ok(shown)
}
