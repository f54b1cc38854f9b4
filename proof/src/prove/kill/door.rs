//! A door before which tickets are held: the program `door`, and folders of pictures of tickets that it has not seen.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use uuid::Uuid;

use crate::api::{number, text};
use crate::bench::enrolment::enrol;
use crate::bench::stage::{Offer, Stage};
use crate::pictures::{Pose, seen_by_camera};
use crate::processes::Device;

/// An enrolled door and the tickets for it.
pub struct PictureDoor {
    /// The device.
    pub device: Device,
    /// Its event.
    pub event: Uuid,
    /// Ticket and order secret, not yet shown.
    waiting: VecDeque<(String, String)>,
    folder: PathBuf,
    queues: usize,
}

/// What the door said of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which ticket.
    pub ticket: String,
    /// `admit`, or the reason why not.
    pub said: String,
}

impl PictureDoor {
    /// An event of its own with `tickets` sold, and a door that has its roster.
    pub async fn set(stage: &Stage, folder: &Path, tickets: u32) -> anyhow::Result<Self> {
        let event = stage.event(&Offer::only(tickets)).await?;
        let bought = stage.fill(event, &[1], tickets).await?;
        let waiting = bought
            .into_iter()
            .flat_map(|order| {
                let secret = order.secret;
                order
                    .tickets
                    .into_iter()
                    .map(move |ticket| (ticket, secret.clone()))
            })
            .collect();
        let device = Device::below(folder, "door");
        enrol(&stage.venue, &device, &stage.server.url(), &[event]).await?;
        device.run_well(&["sync"])?;
        Ok(Self {
            device,
            event,
            waiting,
            folder: folder.join("pictures"),
            queues: 0,
        })
    }

    /// A folder with pictures of the next `count` tickets, and which they are.
    pub async fn queue(
        &mut self,
        stage: &Stage,
        count: usize,
    ) -> anyhow::Result<(PathBuf, Vec<String>)> {
        let folder = self.folder.join(format!("{:04}", self.queues));
        self.queues += 1;
        std::fs::create_dir_all(&folder).context("making a folder of pictures")?;
        let mut tickets = Vec::new();
        for n in 0..count {
            let (ticket, secret) = self.waiting.pop_front().context("no tickets are left")?;
            let path = format!("/tickets/{ticket}/qr.png?secret={secret}");
            let png = stage.guest.bytes(&path).await?;
            let picture = seen_by_camera(&png, Pose::numbered(n as u32))?;
            std::fs::write(folder.join(format!("{n:03}.png")), picture)?;
            tickets.push(ticket);
        }
        Ok((folder, tickets))
    }

    fn start(&self, arguments: &[&str]) -> anyhow::Result<Child> {
        let data = self.device.data.to_string_lossy().into_owned();
        self.device
            .command(&[arguments, &["--data", &data]].concat())?
            .spawn()
            .context("starting door")
    }

    fn start_scanning(&self, pictures: &Path) -> anyhow::Result<Child> {
        let (event, camera) = (
            self.event.to_string(),
            format!("dir:{}", pictures.display()),
        );
        self.start(&[
            "scan", "--event", &event, "--gate", "Porte A", "--camera", &camera,
        ])
    }

    /// Shows a whole folder.
    pub fn scan(&self, pictures: &Path) -> anyhow::Result<Vec<Verdict>> {
        let mut door = self.start_scanning(pictures)?;
        let verdicts = verdicts(&mut door)?;
        let status = door.wait().context("waiting for door scan")?;
        ensure!(status.success(), "door scan ended with {status}");
        Ok(verdicts)
    }

    /// Shows a folder and kills the door after `after`; what it had told by then.
    pub fn scan_until_killed(
        &self,
        pictures: &Path,
        after: Duration,
    ) -> anyhow::Result<Vec<Verdict>> {
        let mut door = self.start_scanning(pictures)?;
        let killer = kill_after(door.id(), after);
        let verdicts = verdicts(&mut door)?;
        let _ = killer.join();
        door.wait().context("waiting for the killed door")?;
        Ok(verdicts)
    }

    /// Starts to send and fetch.
    pub fn start_syncing(&self) -> anyhow::Result<Child> {
        self.start(&["sync"])
    }

    /// Syncs and is killed after `after`.
    pub fn sync_until_killed(&self, after: Duration) -> anyhow::Result<()> {
        let mut door = self.start_syncing()?;
        let killer = kill_after(door.id(), after);
        let _ = killer.join();
        door.wait().context("waiting for the killed door")?;
        Ok(())
    }

    /// Syncs to the end; how long it took. Nothing waits to be sent afterwards.
    pub fn sync(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.device.run_well(&["sync"])?;
        let took = began.elapsed();
        let unsent = self.unsent()?;
        ensure!(unsent == 0, "{unsent} facts were not sent by a whole sync");
        Ok(took)
    }

    /// Facts that the server has not acknowledged, as the door knows.
    pub fn unsent(&self) -> anyhow::Result<i64> {
        let lines = self.device.run_well(&["status"])?;
        number(
            lines.first().context("no status")?,
            "/enrolled/unsent_facts",
        )
    }

    /// Has every journal of the door verified; the facts in all.
    pub fn verified_facts(&self) -> anyhow::Result<u64> {
        self.device.verified_facts()
    }
}

fn verdicts(door: &mut Child) -> anyhow::Result<Vec<Verdict>> {
    let output = door.stdout.take().context("the door's output")?;
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    // A line that the kill cut in two was not told.
    let told = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    told.filter(|line| line.get("decision").is_some())
        .map(|line| {
            let said = text(&line, "/reason").or_else(|_| text(&line, "/decision"))?;
            Ok(Verdict {
                // A picture that could not be read has none.
                ticket: text(&line, "/ticket").unwrap_or_default().to_owned(),
                said: said.to_owned(),
            })
        })
        .collect()
}

fn kill_after(pid: u32, after: Duration) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        std::thread::sleep(after);
        // It may have ended by itself, and nobody has waited for it yet: the number is still its own.
        let _ = crate::processes::signal(pid, "KILL");
    })
}
