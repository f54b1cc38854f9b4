//! A station, as the window drives it, against the real server: enrolled by the organizer's code before its camera, it takes
//! its place by itself, lets in what was sold, hears of what another door did, and closes when it is revoked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use scanner_app::camera::PicturesSpec;
use scanner_app::edge::SystemClock;
use scanner_app::online::{LanChoice, LanOptions};
use scanner_app::station::view::{EnrolStep, News, Screen, VerdictLight, VerdictView};
use scanner_app::station::{Equipment, Folders, Host, PictureCameras, Station};
use scanner_app::status::SyncPhase;
use serde_json::json;
use shared::ticket::{PixelsPerModule, Qr};

use crate::api::text;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::organizer::buy;
use crate::pictures::{Pose, seen_by_camera};

/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_mins(1);
/// Tickets bought.
const TICKETS: u32 = 3;

/// One device's evening.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let evening = evening(&stage, folder.path()).await;
    let (enrolled_ms, light_ms) = evening
        .with_context(|| format!("the server's log ends: {}", stage.server.last_log_lines()))?;
    stage.server.stop()?;
    sheet.put("station.enrolled_ms", enrolled_ms, "ms", 1);
    sheet.put("station.green_after_picture_ms", light_ms, "ms", 1);
    Ok(())
}

/// Remembers what the page would be told.
#[derive(Default)]
struct Told {
    news: Mutex<Vec<News>>,
    changed: Condvar,
}

impl Host for Told {
    fn tell(&self, news: News) {
        let mut told = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(news);
        self.changed.notify_all();
    }

    fn full_screen(&self, _on: bool) {}
}

impl Told {
    fn wait<T>(&self, what: &str, look: impl Fn(&[News]) -> Option<T>) -> anyhow::Result<T> {
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

    fn screen<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> anyhow::Result<T> {
        self.wait(what, |told| {
            told.iter().rev().find_map(|news| {
                let News::Overview(overview) = news else {
                    return None;
                };
                Some(look(&overview.screen))
            })?
        })
    }

    fn verdict(&self, no: u32) -> anyhow::Result<VerdictView> {
        self.wait(&format!("verdict {no}"), |told| {
            told.iter().find_map(|news| match news {
                News::Verdict(verdict) if verdict.no == no => Some(verdict.clone()),
                _ => None,
            })
        })
    }

    fn phase(&self, phase: SyncPhase) -> anyhow::Result<()> {
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
struct Machine {
    folder: PathBuf,
    told: Arc<Told>,
}

impl Machine {
    fn below(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("machine");
        std::fs::create_dir_all(folder.join("pictures")).context("making the camera's folder")?;
        Ok(Self {
            folder,
            told: Arc::default(),
        })
    }

    fn start(&self) -> anyhow::Result<Station> {
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
    fn hold_up(&self, name: &str, picture: &[u8]) -> anyhow::Result<()> {
        self.take_away()?;
        let drawn = self.folder.join(name);
        std::fs::write(&drawn, picture).context("writing a picture")?;
        std::fs::rename(drawn, self.folder.join("pictures").join(name)).context("holding it up")
    }

    fn take_away(&self) -> anyhow::Result<()> {
        let pictures = self.folder.join("pictures");
        for picture in std::fs::read_dir(pictures).context("looking at what is held up")? {
            std::fs::remove_file(picture?.path()).context("taking a picture away")?;
        }
        Ok(())
    }
}

async fn evening(stage: &Stage, folder: &Path) -> anyhow::Result<(f64, f64)> {
    let event = stage.event(&Offer::only(10)).await?;
    let bought = buy(&stage.guest, event, TICKETS, "lea@example.org").await?;
    let mut shown = Vec::new();
    for (n, ticket) in bought.tickets.iter().enumerate() {
        let path = format!("/tickets/{ticket}/qr.png?secret={}", bought.secret);
        let png = stage.guest.bytes(&path).await?;
        shown.push(seen_by_camera(&png, Pose::numbered(n as u32))?);
    }
    let machine = Machine::below(folder)?;
    let told = Arc::clone(&machine.told);
    let station = machine.start()?;

    let began = Instant::now();
    let device = enrol(stage, event, &machine).await?;
    let place = told.screen("the door", |screen| match screen {
        Screen::Door(place) => Some(place.clone()),
        Screen::Enrol(_) | Screen::Choose { .. } | Screen::Closed { .. } => None,
    })?;
    let enrolled_ms = began.elapsed().as_secs_f64() * 1_000.0;
    ensure!(
        place.gate.as_deref() == Some("Porte A"),
        "the only event of today is not taken at the organizer's gate: {place:?}"
    );
    told.phase(SyncPhase::Live)?;

    let held_up = Instant::now();
    machine.hold_up("t0.png", &shown[0])?;
    let first = told.verdict(1)?;
    let light_ms = held_up.elapsed().as_secs_f64() * 1_000.0;
    ensure!(
        first.light == VerdictLight::Admit,
        "a sold ticket: {first:?}"
    );

    // Another door lets the second one in; this one hears of it.
    stage.enter(&bought.tickets[1]).await?;
    told.wait("two inside", |told| {
        told.iter().find_map(|news| match news {
            News::Counts(counts) if counts.inside == 2 => Some(()),
            _ => None,
        })
    })?;
    machine.hold_up("t1.png", &shown[1])?;
    let second = told.verdict(2)?;
    ensure!(
        second.light == VerdictLight::Refuse,
        "a ticket that went in elsewhere: {second:?}"
    );
    told.wait("all sent", |told| {
        let last = told.iter().rev().find_map(|news| match news {
            News::Sync(link) => Some(link.unsent == 0),
            _ => None,
        })?;
        last.then_some(())
    })?;

    // Switched off and on: the same screen, and what happened is known. What is still held up would be read again.
    drop(station);
    machine.take_away()?;
    let station = machine.start()?;
    ensure!(
        matches!(station.overview().screen, Screen::Door(_)),
        "after a restart: {:?}",
        station.overview().screen
    );
    told.phase(SyncPhase::Live)?;

    let path = format!("/devices/{device}/revoke");
    stage.venue.owner.post(&path, &json!({})).await?;
    told.screen("closed", |screen| {
        matches!(screen, Screen::Closed { revoked: true, .. }).then_some(())
    })?;
    machine.hold_up("t2.png", &shown[2])?;
    drop(station);
    let verdicts = told.wait("verdicts", |told| {
        let verdicts = told.iter().filter(|news| matches!(news, News::Verdict(_)));
        Some(verdicts.count())
    })?;
    ensure!(
        verdicts == 2,
        "{verdicts} verdicts: a revoked device decided"
    );
    Ok((enrolled_ms, light_ms))
}

/// The organizer's code before the camera, the digits on both screens. The device's id.
async fn enrol(stage: &Stage, event: uuid::Uuid, machine: &Machine) -> anyhow::Result<String> {
    let owner = &stage.venue.owner;
    let offer = json!({
        "organizer_id": stage.venue.organizer, "device_name": "Porte A, tablette",
        "rights": {"scan": true, "search": false, "sell": false, "supervise": false},
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
        Screen::Choose { .. } | Screen::Door(_) | Screen::Closed { .. } => None,
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
        .and_then(|rows| rows.iter().find(|row| row["name"] == "Porte A, tablette"));
    Ok(text(mine.context("the device is not listed")?, "/id")?.to_owned())
}
