//! Four real `door` processes at an event in strict mode: each ticket is shown at a door drawn in turn, three of four times at
//! one that has to ask the holder of its right. The server has handed out the rights, then it is stopped; each line between
//! two doors is a relay with a delay. Measured from the code to the verdict, as the person at the door waits for it.

use std::time::Instant;

use anyhow::ensure;

use super::super::cpu::load_average;
use super::super::figures::{Sheet, percentile};
use super::super::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use super::LINK;
use super::doors::{DOORS, enrolled, opened};
use crate::at_door::{codes, with_certificates};
use serde_json::json;

const TICKETS: usize = 400;
/// A green light that comes later is not one in time.
const IN_TIME_MS: f64 = 150.0;

pub(super) async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(1_000)).await?;
    stage.make_strict(event).await?;
    let codes = codes(&stage, event, TICKETS as u32).await?;
    let devices = enrolled(&stage, folder.path(), event).await?;
    let open = format!("/events/{event}/open-doors");
    stage.venue.owner.post(&open, &json!({})).await?;
    with_certificates(&devices)?;
    stage.server.stop()?;
    let (mut doors, _relays) = opened(&devices, event).await?;
    let load = load_average();
    let mut greens = Vec::new();
    let mut others = Vec::new();
    for (n, (_, code)) in codes.iter().enumerate() {
        let began = Instant::now();
        let said = doors[n % DOORS].scan(code)?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        match said.decision.as_str() {
            "admit" => greens.push(took),
            "ask" => others.push(said.reason),
            _ => anyhow::bail!("a good ticket was answered {said:?}"),
        }
    }
    let in_time = greens.iter().filter(|took| **took <= IN_TIME_MS).count();
    sheet.note(&format!(
        "{DOORS} doors in strict mode, {LINK:?} links, load average before: {load:.1}; not green: {others:?}"
    ));
    let n = codes.len() as u64;
    let share = in_time as f64 / codes.len() as f64;
    sheet.put("strict.green_in_time", share, "share", n);
    let count = greens.len() as u64;
    ensure!(count > 0, "no ticket at all was green");
    for (name, at) in [("strict.green_ms.p50", 0.5), ("strict.green_ms.p99", 0.99)] {
        sheet.put(name, percentile(&mut greens, at), "ms", count);
    }
    Ok(())
}
