//! What the story is played with: a folder, the server, two devices, and the tickets bought.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Api, text};
use crate::organizer::{Bought, Venue};
use crate::pictures::{Pose, seen_by_camera};
use crate::processes::{Device, DoorRun, Server, json_lines, wait_for_end};

/// All of it. Steps fill it in the order of the story.
pub struct Stage {
    /// Everything of this run is below it; gone at the end.
    pub folder: tempfile::TempDir,
    /// The server.
    pub server: Server,
    /// A stranger's view of it.
    pub guest: Api,
    /// At gate A and at gate B.
    pub doors: [Device; 2],
}

/// What the organizer and the customers made.
pub struct Sold {
    /// The organizer.
    pub venue: Venue,
    /// Tonight.
    pub event: Uuid,
    /// Another evening.
    pub other_event: Uuid,
    /// Two tickets, bought with an account.
    pub anna: Bought,
    /// Eight tickets, bought as a guest.
    pub guest: Bought,
    /// One ticket, refunded before the doors open.
    pub refunded: Bought,
    /// A ticket of the other event.
    pub other: Bought,
}

impl Stage {
    /// Fresh.
    pub fn set() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("th-demo-")
            .tempdir()
            .context("making the demo's folder")?;
        let server = Server::on(&folder.path().join("server"), &[])?;
        let guest = Api::guest(&server.url());
        let doors = [
            Device::below(folder.path(), "door-a"),
            Device::below(folder.path(), "door-b"),
        ];
        Ok(Self {
            folder,
            server,
            guest,
            doors,
        })
    }

    /// A folder of pictures: each PNG of a ticket as a camera sees it.
    pub fn pictures(&self, name: &str, tickets: &[Vec<u8>]) -> anyhow::Result<PathBuf> {
        let folder = self.folder.path().join("pictures").join(name);
        std::fs::create_dir_all(&folder)?;
        for (n, png) in tickets.iter().enumerate() {
            let picture = seen_by_camera(png, Pose::numbered(n as u32))?;
            std::fs::write(folder.join(format!("{n:03}.png")), picture)?;
        }
        Ok(folder)
    }

    /// Shows one ticket to a door; the decision and its reason.
    pub fn show(
        &self,
        door: usize,
        event: Uuid,
        name: &str,
        png: &[u8],
    ) -> anyhow::Result<Verdict> {
        let folder = self.pictures(name, &[png.to_vec()])?;
        let run = self.scan(door, event, &folder)?;
        run.into_iter()
            .next()
            .with_context(|| format!("no code was read from the picture of {name}"))
    }

    /// Shows a folder of pictures to a door.
    pub fn scan(&self, door: usize, event: Uuid, pictures: &Path) -> anyhow::Result<Vec<Verdict>> {
        self.scan_with(door, event, &format!("dir:{}", pictures.display()))
    }

    /// Shows a door what its option `--camera` says.
    pub fn scan_with(
        &self,
        door: usize,
        event: Uuid,
        camera: &str,
    ) -> anyhow::Result<Vec<Verdict>> {
        let event = event.to_string();
        let gate = ["Porte A", "Porte B"][door];
        let lines = self.doors[door].run_well(&[
            "scan", "--event", &event, "--gate", gate, "--camera", camera,
        ])?;
        lines
            .iter()
            .filter(|line| line.get("decision").is_some())
            .map(Verdict::read)
            .collect()
    }

    /// Scans a folder and kills the door by `kill -9` after `after` verdicts; those that it had told.
    pub fn scan_until_killed(
        &self,
        door: usize,
        event: Uuid,
        pictures: &Path,
        after: usize,
    ) -> anyhow::Result<Vec<Verdict>> {
        use std::io::BufRead as _;
        let (event, camera) = (event.to_string(), format!("dir:{}", pictures.display()));
        let data = self.doors[door].data.to_string_lossy().into_owned();
        let mut child = self.doors[door]
            .command(&[
                "scan", "--data", &data, "--event", &event, "--gate", "Porte A", "--camera",
                &camera,
            ])?
            .spawn()
            .context("starting door scan")?;
        let output = child.stdout.take().context("the door's output")?;
        let mut told = Vec::new();
        for line in std::io::BufReader::new(output).lines() {
            let verdict = json_lines(line?.as_bytes())
                .iter()
                .find(|line| line.get("decision").is_some())
                .map(Verdict::read);
            told.extend(verdict.transpose()?);
            if told.len() >= after {
                break;
            }
        }
        child.kill().context("killing the door")?;
        wait_for_end(&mut child, std::time::Duration::from_secs(5))?;
        Ok(told)
    }

    /// Enrols a device: offer, code, digits on both screens, confirmation or rejection.
    pub async fn enrol(
        &self,
        sold: &Sold,
        door: usize,
        answer: &str,
    ) -> anyhow::Result<(String, String, DoorRun)> {
        let (owner, organizer) = (&sold.venue.owner, sold.venue.organizer);
        let offer = json!({ "organizer_id": organizer, "device_name": format!("Tablette {}", ["A", "B"][door]),
            "rights": { "scan": true, "search": false, "sell": false, "supervise": false },
            "events": [sold.event, sold.other_event], "gate": door + 1 });
        let offer = owner.post("/devices/offers", &offer).await?;
        let (id, code) = (
            text(&offer, "/id")?.to_owned(),
            text(&offer, "/code")?.to_owned(),
        );
        let data = self.doors[door].data.to_string_lossy().into_owned();
        let child = self.doors[door]
            .command(&[
                "enrol",
                "--server",
                &self.server.url(),
                "--code",
                &code,
                "--data",
                &data,
            ])?
            .spawn()
            .context("starting door enrol")?;
        let digits = self.digits_of_offer(owner, &id).await?;
        owner
            .post(&format!("/devices/offers/{id}/{answer}"), &json!({}))
            .await?;
        let output = child.wait_with_output().context("waiting for door enrol")?;
        let lines = json_lines(&output.stdout);
        let shown = lines
            .iter()
            .find_map(|line| line["digits"].as_str())
            .unwrap_or_default()
            .to_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok((
            digits,
            shown,
            DoorRun {
                succeeded: output.status.success(),
                lines,
                stderr,
            },
        ))
    }

    async fn digits_of_offer(&self, owner: &Api, offer: &str) -> anyhow::Result<String> {
        let start = std::time::Instant::now();
        loop {
            let state = owner.get(&format!("/devices/offers/{offer}")).await?;
            if let Some(digits) = state["digits"].as_str() {
                return Ok(digits.to_owned());
            }
            if start.elapsed().as_secs() > 20 {
                bail!("the device did not prove that it knows the code within 20 s: {state}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    }

    /// A ticket's PNG from the API.
    pub async fn png(&self, bought: &Bought, n: usize) -> anyhow::Result<Vec<u8>> {
        self.guest
            .bytes(&format!(
                "/tickets/{}/qr.png?secret={}",
                bought.tickets[n], bought.secret
            ))
            .await
    }
}

/// What a door said of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `admit`, `refuse`, `ask`.
    pub decision: String,
    /// Why, unless admitted.
    pub reason: String,
    /// Which ticket.
    pub ticket: String,
}

impl Verdict {
    fn read(line: &Value) -> anyhow::Result<Self> {
        Ok(Self {
            decision: text(line, "/decision")?.to_owned(),
            reason: line["reason"].as_str().unwrap_or_default().to_owned(),
            ticket: line["ticket"].as_str().unwrap_or_default().to_owned(),
        })
    }

    /// `admit`, or `refuse: already_entered`.
    pub fn told(&self) -> String {
        if self.reason.is_empty() {
            self.decision.clone()
        } else {
            format!("{}: {}", self.decision, self.reason)
        }
    }
}

/// What zbarimg, another implementation, reads from a PNG.
pub fn read_by_zbarimg(folder: &Path, png: &[u8]) -> anyhow::Result<String> {
    let file = folder.join("zbar.png");
    std::fs::write(&file, png)?;
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .arg(&file)
        .output();
    let output = output.context("running zbarimg (Debian's zbar-tools, which ./hub installs)")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
