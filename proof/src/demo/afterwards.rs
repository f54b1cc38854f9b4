//! The server is back: what the doors saw is sent, compared and verified.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::offline::Seen;
use super::stage::{Sold, Stage};
use super::telling::Telling;
use crate::api::number;

/// To the end.
pub async fn play(
    tell: &mut Telling,
    stage: &mut Stage,
    sold: &Sold,
    seen: Seen,
) -> anyhow::Result<()> {
    tell.step("return");
    if !tell.breaks("return") {
        let took = stage.server.start().await?;
        tell.note(&format!("ready after {:.1} s", took.as_secs_f32()));
    }
    tell.check(
        "the server answers",
        stage.guest.get("/events").await.is_ok(),
        true,
    )?;

    tell.step("sync");
    for door in 0..2 {
        if !(tell.breaks("sync") && door == 1) {
            stage.doors[door].run_well(&["sync"])?;
        }
        let status = stage.doors[door].run_well(&["status"])?;
        let unsent = number(
            status.first().context("no status")?,
            "/enrolled/unsent_facts",
        )?;
        tell.check("facts that wait to be sent", unsent, 0)?;
    }

    let owner = &sold.venue.owner;
    tell.step("duplicate");
    let event = if tell.breaks("duplicate") {
        sold.other_event
    } else {
        sold.event
    };
    let alerts = owner.get(&format!("/alerts?event={event}")).await?;
    let duplicates: Vec<&str> = alerts
        .as_array()
        .into_iter()
        .flatten()
        .filter(|alert| alert["kind"] == "duplicate_entry")
        .filter_map(|alert| alert["subject"].as_str())
        .collect();
    tell.check(
        "tickets that entered twice",
        duplicates.join(" "),
        sold.anna.tickets[1].clone(),
    )?;

    tell.step("attendance");
    if tell.breaks("attendance") {
        let online = format!(
            "/tickets/scan/{}",
            crate::organizer::buy(&stage.guest, sold.event, 1, "x@example.org")
                .await?
                .tickets[0]
        );
        owner
            .post(&online, &Value::Object(serde_json::Map::new()))
            .await?;
    }
    let attendance = owner
        .get(&format!("/events/{}/attendance", sold.event))
        .await?;
    let green = number(&attendance, "/entries")? + number(&attendance, "/duplicates")?;
    tell.check(
        "entries and duplicate entries, as the doors showed green",
        green,
        seen.admitted as i64,
    )?;
    tell.check(
        "refusals, as the doors told them",
        number(&attendance, "/refusals")?,
        seen.refused as i64,
    )?;
    // Eleven people hold eleven tickets; the copy of one of them is inside too, and counted as a duplicate.
    tell.check(
        "tickets inside",
        number(&attendance, "/inside")?,
        seen.admitted as i64 - 1,
    )?;

    journals(tell, stage)
}

fn journals(tell: &mut Telling, stage: &Stage) -> anyhow::Result<()> {
    tell.step("journals");
    for (n, door) in stage.doors.iter().enumerate() {
        let folder = stage.folder.path().join(format!("journals-{n}"));
        let folder_text = folder.to_string_lossy().into_owned();
        door.run_well(&["journal", "export", &folder_text])?;
        let files: Vec<_> = std::fs::read_dir(&folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        tell.check("a journal for the event", !files.is_empty(), true)?;
        for file in files {
            if tell.breaks("journals") {
                spoil(&file)?;
            }
            let file_text = file.to_string_lossy().into_owned();
            let run = door.command(&["journal", "verify", &file_text])?.output()?;
            tell.check(
                "`door journal verify` finds it sound",
                run.status.success(),
                true,
            )?;
            let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/journal_reader.py");
            let other = Command::new("python3")
                .args([reader, "verify", &file_text])
                .output()
                .context("running python3")?;
            tell.check(
                "the second reader finds it sound",
                other.status.success(),
                true,
            )?;
        }
    }
    Ok(())
}

/// Changes one character in the middle of a file.
fn spoil(file: &Path) -> anyhow::Result<()> {
    let mut bytes = std::fs::read(file)?;
    let middle = bytes.len() / 2;
    bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
    Ok(std::fs::write(file, bytes)?)
}
