//! `rescan.*`: a door at work while its whole roster is pulled anew (L3).
//!
//! The server is put back from a backup as an organizer would do it (`sync-server restored`), so that the device is told
//! `reset_required`. The door is the program `door scan --reader --sync`; what is measured is the time from a code on its
//! standard input to the line with the verdict, the entry's fact being on the disk.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rusqlite::Connection;
use scanner_app::replica::{open_to_look, sync_state};
use scanner_app::status::SyncPhase;
use serde_json::Value;
use uuid::Uuid;

use super::buyer::Bought;
use super::cpu::load_average;
use super::enrolment::enrol;
use super::figures::{Sheet, percentile};
use super::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::api::text;
use crate::processes::Device;

const TICKETS: u32 = 300_000;
/// Tickets that are shown, of all orders.
const SHOWN: usize = 5_000;
/// Best of so many re-syncs.
const ROUNDS: usize = 5;
/// Between two guests at one door: ten a second, more than walk through any.
const PAUSE: Duration = Duration::from_millis(100);
/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_mins(2);
/// Fewer decisions during a re-sync prove nothing.
const FEWEST: usize = 20;

/// Measures decisions during re-syncs.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(TICKETS)).await?;
    let bought = stage.fill(event, &[1], TICKETS).await?;
    let codes = codes(&stage, &bought).await?;
    let device = Device::below(folder.path(), "door");
    enrol(&stage.venue, &device, &stage.server.url(), &[event]).await?;
    device.run_well(&["sync"])?;
    let mut door = AtDoor::open(&device, event)?;
    let mut codes = codes.iter();
    let (mut p95, mut p99, mut decisions) = (f64::INFINITY, f64::INFINITY, 0);
    for round in 0..ROUNDS {
        door.scan_until(&mut codes, SyncPhase::Live)?;
        let load = load_average();
        stage.server.stop()?;
        stage.server.run(&["restored"])?;
        stage.server.start().await?;
        door.scan_until(&mut codes, SyncPhase::NeedsReset)?;
        let began = Instant::now();
        let mut took_ms = door.scan_while(&mut codes, SyncPhase::NeedsReset)?;
        ensure!(
            took_ms.len() >= FEWEST,
            "a re-sync was over after {} decisions",
            took_ms.len()
        );
        let of_round = (
            percentile(&mut took_ms, 0.95),
            percentile(&mut took_ms, 0.99),
        );
        sheet.note(&format!(
            "re-sync {round}: {:.1} s, {} decisions, p95 {:.1} ms, p99 {:.1} ms (load average before: {load:.1})",
            began.elapsed().as_secs_f64(),
            took_ms.len(),
            of_round.0,
            of_round.1
        ));
        p95 = p95.min(of_round.0);
        p99 = p99.min(of_round.1);
        decisions += took_ms.len() as u64;
    }
    sheet.put("rescan.decision_ms.p95", p95, "ms", decisions);
    sheet.put("rescan.decision_ms.p99", p99, "ms", decisions);
    drop(door);
    let mut server = stage.server;
    server.stop()
}

/// What phones show for some of the tickets.
async fn codes(stage: &Stage, bought: &[Bought]) -> anyhow::Result<Vec<String>> {
    let each = SHOWN.div_ceil(bought.len());
    let mut codes = Vec::new();
    for order in bought {
        for ticket in order.tickets.iter().take(each) {
            let path = format!("/tickets/{ticket}?secret={}", order.secret);
            let shown = stage.guest.get(&path).await?;
            codes.push(text(&shown, "/code")?.to_owned());
        }
    }
    Ok(codes)
}

/// A door that scans what it is told, and its replica to look at.
struct AtDoor {
    child: Child,
    says: ChildStdin,
    hears: BufReader<ChildStdout>,
    replica: Connection,
}

impl Drop for AtDoor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl AtDoor {
    fn open(device: &Device, event: Uuid) -> anyhow::Result<Self> {
        let data = device.data.to_string_lossy().into_owned();
        let event = event.to_string();
        let arguments = [
            "scan", "--data", &data, "--event", &event, "--reader", "--sync", "--lan", "off",
        ];
        let mut command = device.command(&arguments)?;
        command.stdin(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().context("starting door scan")?;
        let (says, hears) = (child.stdin.take(), child.stdout.take());
        Ok(Self {
            says: says.context("no standard input")?,
            hears: BufReader::new(hears.context("no standard output")?),
            child,
            replica: open_to_look(&device.data)?,
        })
    }

    fn phase(&self) -> anyhow::Result<Option<SyncPhase>> {
        Ok(sync_state::phase(&self.replica)?.map(|(phase, _)| phase))
    }

    /// The next guest comes: milliseconds to the verdict, which has to be green.
    fn scan<'c>(&mut self, codes: &mut impl Iterator<Item = &'c String>) -> anyhow::Result<f64> {
        std::thread::sleep(PAUSE);
        let code = codes.next().context("all tickets were shown")?;
        let began = Instant::now();
        writeln!(self.says, "{code}").context("showing a code")?;
        let mut line = String::new();
        self.hears
            .read_line(&mut line)
            .context("hearing a verdict")?;
        let took = began.elapsed();
        let said: Value = serde_json::from_str(&line).with_context(|| format!("{line:?}"))?;
        ensure!(said["decision"] == "admit", "a good ticket: {said}");
        Ok(took.as_secs_f64() * 1e3)
    }

    fn scan_until<'c>(
        &mut self,
        codes: &mut impl Iterator<Item = &'c String>,
        phase: SyncPhase,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.phase()? != Some(phase) {
            ensure!(began.elapsed() < LONGEST, "never {}", phase.as_str());
            self.scan(codes)?;
        }
        Ok(())
    }

    /// Milliseconds of each decision that was asked for in that phase.
    fn scan_while<'c>(
        &mut self,
        codes: &mut impl Iterator<Item = &'c String>,
        phase: SyncPhase,
    ) -> anyhow::Result<Vec<f64>> {
        let began = Instant::now();
        let mut took_ms = Vec::new();
        while self.phase()? == Some(phase) {
            ensure!(began.elapsed() < LONGEST, "always {}", phase.as_str());
            took_ms.push(self.scan(codes)?);
        }
        Ok(took_ms)
    }
}
