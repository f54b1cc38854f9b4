//! `door.*`: a door whose replica holds a million tickets.
//!
//! The replica is filled here; another process, which does nothing but be a door, opens it and is measured.

mod at_work;
pub mod seeding;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::cpu::load_average;
use super::figures::Sheet;
use super::stage::fresh_folder;
use crate::organizer::now_ms;
use seeding::Folders;

/// Fills a replica and measures a door that works with it.
pub fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let folders = Folders::below(folder.path());
    seeding::fill(&folders, seeding::TICKETS, now_ms())?;
    let file = folder.path().join("door").join("replica.db");
    let bytes = std::fs::metadata(file).map_or(0, |file| file.len());
    let load = load_average();
    sheet.note(&format!(
        "{} tickets, replica of {:.0} MB on the disk (load average before: {load:.1})",
        seeding::TICKETS,
        bytes as f64 / 1e6
    ));
    let door = Command::new(std::env::current_exe().context("finding this program")?)
        .args(["bench", "door", "--json", "--replica"])
        .arg(folder.path())
        .output()
        .context("starting the measured door")?;
    ensure!(
        door.status.success(),
        "the measured door failed: {}",
        String::from_utf8_lossy(&door.stderr)
    );
    for line in crate::processes::json_lines(&door.stdout) {
        put_again(sheet, &line)?;
    }
    Ok(())
}

/// A figure of the other process.
fn put_again(sheet: Sheet, line: &Value) -> anyhow::Result<()> {
    let name = crate::api::text(line, "/name")?;
    let value = line.pointer("/value").and_then(Value::as_f64);
    let n = line.pointer("/n").and_then(Value::as_u64);
    let unit = match crate::api::text(line, "/unit")? {
        "us" => "us",
        "ms" => "ms",
        _ => "MB",
    };
    let value = value.context("a figure without its value")?;
    sheet.put(name, value, unit, n.unwrap_or(0));
    Ok(())
}

/// The measured process.
pub fn be_measured(sheet: Sheet, folder: &Path) -> anyhow::Result<()> {
    at_work::run(sheet, &Folders::below(folder))
}
