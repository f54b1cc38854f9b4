//! The measured door: it opens the replica, judges, and lets people in.

use std::sync::mpsc::channel;

use anyhow::{Context as _, ensure};
use scanner_app::door::{AtGate, Door, Outcome, Sight};
use shared::admission::{Decision, Direction};

use super::seeding::{Folders, TICKETS, event, shown, tickets};
use crate::bench::cpu::peak_mb;
use crate::bench::figures::{Sheet, percentile};
use crate::bench::thread_time::thread_time;
use crate::organizer::now_ms;

/// Tickets let in; as many are only judged before. Spread over all.
const SCANS: usize = 1_000;
/// Wall figures are the best of so many parts of the scans.
const PARTS: usize = 5;
/// Judged for the percentile of the CPU time, half of those that went in among them.
const JUDGED: usize = 20_000;

/// Measures and prints.
pub fn run(sheet: Sheet, folders: &Folders) -> anyhow::Result<()> {
    let replica = folders.open()?;
    let door = Door::open(&replica, event(), &AtGate::AsEnrolled, Direction::In)
        .context("opening the door")?;
    judge_cpu_us(&door, every(TICKETS as usize / SCANS))?;
    commits(sheet, &door)?;
    sheet.put("door.replica_mb", peak_mb()?, "MB", u64::from(TICKETS));
    let mut judged = judge_cpu_us(&door, every(TICKETS as usize / JUDGED))?;
    let n = judged.len() as u64;
    sheet.put(
        "door.verify_decide_us.p50",
        percentile(&mut judged, 0.5),
        "us",
        n,
    );
    sheet.put(
        "door.verify_decide_us.p99",
        percentile(&mut judged, 0.99),
        "us",
        n,
    );
    Ok(())
}

/// The codes of every so manieth ticket.
fn every(step: usize) -> Vec<String> {
    tickets(TICKETS).step_by(step).map(shown).collect()
}

/// Microseconds of CPU time of the thread that verifies and decides, for each code.
fn judge_cpu_us(door: &Door, codes: Vec<String>) -> anyhow::Result<Vec<f64>> {
    let expected = codes.len();
    let (sender, taken) = channel();
    door.judge_each(codes, now_ms(), move |judge| {
        let before = thread_time();
        let judged = judge();
        // Nobody listens any more only if the measure is over.
        let _ = sender.send(thread_time().saturating_sub(before));
        judged
    })?;
    let taken: Vec<f64> = taken.iter().map(|time| time.as_secs_f64() * 1e6).collect();
    ensure!(taken.len() == expected, "{} codes were judged", taken.len());
    Ok(taken)
}

/// From the decision to the fact on the disk, by the wall clock.
fn commits(sheet: Sheet, door: &Door) -> anyhow::Result<()> {
    let codes = every(TICKETS as usize / SCANS);
    let (mut p50, mut p95) = (f64::INFINITY, f64::INFINITY);
    for part in codes.chunks(SCANS / PARTS) {
        let mut commits_ms = Vec::new();
        for code in part {
            let verdict = door.scan(code, Sight::Still, now_ms())?;
            let admitted = matches!(
                verdict.outcome,
                Outcome::Decided {
                    decision: Decision::Admit(_),
                    ..
                }
            );
            ensure!(admitted, "a good ticket was not admitted: {verdict:?}");
            let commit_us = verdict
                .times
                .total_us
                .saturating_sub(verdict.times.judge_us);
            commits_ms.push(commit_us as f64 / 1e3);
        }
        p50 = p50.min(percentile(&mut commits_ms, 0.5));
        p95 = p95.min(percentile(&mut commits_ms, 0.95));
    }
    sheet.put("door.commit_ms.p50", p50, "ms", SCANS as u64);
    sheet.put("door.commit_ms.p95", p95, "ms", SCANS as u64);
    Ok(())
}
