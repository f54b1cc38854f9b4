//! A long evening with eight real doors and the real server: people come, others show a used ticket, tickets are still
//! being sold. Memory has to be flat, files as large as what is in them, and nothing may go wrong.
//!
//! A device is a process `door scan --reader --sync`, as at a venue; they find each other by what the server tells.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use shared::ids::TicketId;
use uuid::Uuid;

use super::kill::audit;
use crate::api::number;
use crate::at_door::{AtDoor, Lan, codes, with_certificates};
use crate::bench::cpu::{load_average, resident_mb};
use crate::bench::enrolment::enrol;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::processes::Device;

const DOORS: usize = 8;
/// Somebody comes that often, to one door after the other.
const EVERY: Duration = Duration::from_secs(1);
/// Every so many, a ticket that is in already is shown at another door; and tickets are sold.
const AGAIN: u64 = 5;
const SALE: u64 = 10;
/// Memory and files are looked at that often.
const SAMPLE: Duration = Duration::from_secs(5);
/// Caches fill for this share of the time; what a process grows by afterwards is what counts.
const WARM: f64 = 0.3;
/// More than this is a leak: three thousand facts are less than two megabytes.
const MOST_GROWTH_MB: f64 = 12.0;
/// Until everything is everywhere.
const AT_REST: Duration = Duration::from_secs(90);

/// Runs for so many minutes.
pub async fn run(sheet: Sheet, minutes: f64) -> anyhow::Result<()> {
    let length = Duration::from_secs_f64(minutes * 60.0);
    let people = (length.as_secs_f64() / EVERY.as_secs_f64()) as u32 + 1;
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(2 * people + 1_000)).await?;
    let devices: Vec<Device> = (1..=DOORS)
        .map(|n| Device::below(folder.path(), &format!("door-{n}")))
        .collect();
    for device in &devices {
        enrol(&stage.venue, device, &stage.server.url(), &[event]).await?;
    }
    let codes = codes(&stage, event, people).await?;
    with_certificates(&devices)?;
    let lan = Lan {
        at: "127.0.0.1:0".into(),
        announces: false,
    };
    let mut doors = devices
        .iter()
        .map(|device| AtDoor::start(device, AtDoor::command(device, event, &lan)?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for door in &doors {
        door.wait_for_peers(DOORS - 1)?;
    }
    sheet.note(&format!(
        "{DOORS} doors and the server for {minutes} min, somebody every {EVERY:?}, load average before: {:.1}",
        load_average()
    ));
    let mut memory = Memory::of(&doors, &stage);
    let mut evening = Evening {
        waiting: codes.into(),
        ..Evening::default()
    };
    let began = Instant::now();
    let (mut turn, mut sampled) = (0u64, Instant::now());
    while began.elapsed() < length {
        evening.turn(turn, &mut doors, &stage, event).await?;
        turn += 1;
        if sampled.elapsed() >= SAMPLE {
            sampled = Instant::now();
            memory.sample(began.elapsed().as_secs_f64() / length.as_secs_f64())?;
        }
        let next = EVERY.mul_f64(turn as f64);
        tokio::time::sleep(next.saturating_sub(began.elapsed())).await;
    }
    let held = evening.at_rest(&stage, event, &doors).await?;
    memory.put(sheet)?;
    files(sheet, &devices, held)?;
    for door in doors {
        let status = door.end()?;
        ensure!(status.success(), "a door ended with {status}");
    }
    for device in &devices {
        device.verified_facts()?;
    }
    stage
        .server
        .run(&["verify-journals", &event.to_string(), "--json"])?;
    stage.server.stop()?;
    no_complaints(&stage)?;
    sheet.put("soak.minutes", minutes, "min", DOORS as u64);
    sheet.put("soak.entries", evening.entered.len() as f64, "count", turn);
    sheet.put("soak.refused", evening.refused as f64, "count", turn);
    sheet.put("soak.facts", held as f64, "count", turn);
    Ok(())
}

/// What was let in, kept outside of all that runs.
#[derive(Default)]
struct Evening {
    waiting: VecDeque<(TicketId, String)>,
    entered: Vec<(TicketId, String)>,
    refused: u64,
}

impl Evening {
    async fn turn(
        &mut self,
        turn: u64,
        doors: &mut [AtDoor],
        stage: &Stage,
        event: Uuid,
    ) -> anyhow::Result<()> {
        let at = turn as usize % doors.len();
        if turn % SALE == SALE - 1 {
            stage.fill(event, &[1], 1).await?;
        }
        if turn % AGAIN == AGAIN - 1
            && let Some((ticket, code)) = self.entered.iter().rev().nth(DOORS)
        {
            let said = doors[at].scan(code)?;
            ensure!(
                said.decision == "refuse",
                "{ticket} went in seconds ago, and door {at} said {said:?}"
            );
            self.refused += 1;
            return Ok(());
        }
        let shown = self.waiting.pop_front().context("no more tickets")?;
        let said = doors[at].scan(&shown.1)?;
        ensure!(
            said.decision == "admit",
            "{} is good, and door {at} said {said:?}",
            shown.0
        );
        self.entered.push(shown);
        Ok(())
    }

    /// Everything is at the server once and on each door; how many facts the server holds.
    async fn at_rest(&self, stage: &Stage, event: Uuid, doors: &[AtDoor]) -> anyhow::Result<u64> {
        let came = self.entered.len() as i64;
        let began = Instant::now();
        loop {
            let path = format!("/events/{event}/attendance");
            let seen = stage.venue.owner.get(&path).await?;
            let entries = number(&seen, "/entries")?;
            let known = doors
                .iter()
                .map(entries_known)
                .collect::<Result<Vec<_>, _>>()?;
            if entries == came && known.iter().all(|known| *known == came) {
                ensure!(number(&seen, "/duplicates")? == 0, "a duplicate: {seen}");
                break;
            }
            ensure!(
                began.elapsed() < AT_REST,
                "{came} went in; the server counts {entries}, the doors know {known:?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let mut database = audit::connect(stage.server.data()).await?;
        audit::books(&mut database, event).await?;
        audit::journals(&mut database, event).await
    }
}

fn entries_known(door: &AtDoor) -> rusqlite::Result<i64> {
    door.replica()
        .query_row("select count(*) from fact where kind = 2", [], |row| {
            row.get(0)
        })
}

/// Resident memory of each process over time.
struct Memory {
    processes: Vec<(String, u32)>,
    /// Share of the time, and MB.
    samples: BTreeMap<String, Vec<(f64, f64)>>,
}

impl Memory {
    fn of(doors: &[AtDoor], stage: &Stage) -> Self {
        let each = doors.iter().enumerate();
        let mut processes: Vec<(String, u32)> = each
            .map(|(n, door)| (format!("door-{}", n + 1), door.pid()))
            .collect();
        processes.extend(stage.server.pid().map(|pid| ("server".to_owned(), pid)));
        Self {
            processes,
            samples: BTreeMap::new(),
        }
    }

    fn sample(&mut self, at: f64) -> anyhow::Result<()> {
        for (name, pid) in &self.processes {
            let samples = self.samples.entry(name.clone()).or_default();
            samples.push((at, resident_mb(*pid)?));
        }
        Ok(())
    }

    fn put(&self, sheet: Sheet) -> anyhow::Result<()> {
        let (mut worst, mut most) = (0.0f64, 0.0f64);
        for (name, samples) in &self.samples {
            let (warm, end) = growth(samples);
            sheet.note(&format!(
                "{name}: {warm:.1} MB once warm, {end:.1} MB at the end"
            ));
            ensure!(
                end - warm <= MOST_GROWTH_MB,
                "{name} grew from {warm:.1} to {end:.1} MB"
            );
            if name == "server" {
                sheet.put("soak.server_mb", end, "MB", samples.len() as u64);
                sheet.put(
                    "soak.server_growth_mb",
                    end - warm,
                    "MB",
                    samples.len() as u64,
                );
            } else {
                worst = worst.max(end - warm);
                most = most.max(end);
            }
        }
        let n = DOORS as u64;
        sheet.put("soak.door_mb.max", most, "MB", n);
        sheet.put("soak.door_growth_mb.max", worst, "MB", n);
        Ok(())
    }
}

/// The most in the tenth of the time after the warm-up, and in the last tenth.
fn growth(samples: &[(f64, f64)]) -> (f64, f64) {
    let most = |from: f64, to: f64| {
        let within = samples.iter().filter(|(at, _)| (from..to).contains(at));
        within.map(|(_, mb)| *mb).fold(0.0, f64::max)
    };
    (most(WARM, WARM + 0.1), most(0.9, f64::INFINITY))
}

/// What the devices take on the disk.
fn files(sheet: Sheet, devices: &[Device], facts: u64) -> anyhow::Result<()> {
    let sizes = devices.iter().map(|device| size(&device.data));
    let sizes = sizes.collect::<Result<Vec<_>, _>>()?;
    let largest = sizes.into_iter().max().unwrap_or_default();
    sheet.put("soak.replica_mb.max", largest as f64 / 1e6, "MB", facts);
    // A fact has some 400 bytes with its indexes; the log of SQLite at most 16 MB.
    ensure!(
        largest < 20_000_000 + facts * 2_000,
        "a replica with {facts} facts takes {largest} bytes"
    );
    Ok(())
}

fn size(folder: &Path) -> std::io::Result<u64> {
    fs::read_dir(folder)?.try_fold(0, |sum, entry| Ok(sum + entry?.metadata()?.len()))
}

/// The log holds warnings and errors only.
fn no_complaints(stage: &Stage) -> anyhow::Result<()> {
    let log: PathBuf = stage.server.data().join("server.log");
    let text = fs::read_to_string(log)?;
    let complaints: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("WARN") || line.contains("ERROR"))
        .collect();
    ensure!(
        complaints.is_empty(),
        "the server complained: {complaints:#?}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_after_the_warm_up_is_seen_and_what_grows_before_is_not() {
        let flat = |at: f64| if at < WARM { 100.0 * at } else { 30.0 };
        let leak = |at: f64| 30.0 + 20.0 * at;
        let of = |mb: &dyn Fn(f64) -> f64| {
            let samples: Vec<(f64, f64)> = (0..100)
                .map(|n| f64::from(n) / 100.0)
                .map(|at| (at, mb(at)))
                .collect();
            let (warm, end) = growth(&samples);
            end - warm
        };
        assert!(of(&flat).abs() < 0.1);
        assert!(of(&leak) > 11.0);
    }
}
