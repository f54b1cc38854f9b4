//! The internet of a whole building comes back: fifty devices at the same moment.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use shared::ids::TicketId;
use uuid::Uuid;

use super::super::cpu::load_average;
use super::super::enrolment::enrol;
use super::super::figures::Sheet;
use super::super::stage::{Offer, Stage};
use super::past::{let_in, unsent};
use super::requests::Requests;
use crate::api::number;
use crate::organizer::now_ms;
use crate::processes::{Device, json_lines};

const DEVICES: usize = 50;
/// Of each device: an hour in which nobody pushes.
const FACTS: usize = 200;
/// What a device has to ask if nothing goes wrong: a nonce, a session, the signed objects; its facts in one piece, a look
/// whether there are others; the roster, and what the others brought meanwhile. More would be a storm.
const MOST_REQUESTS: u64 = 20;

/// Measures the crowd.
pub async fn run(sheet: Sheet, stage: &Stage, folder: &Path) -> anyhow::Result<()> {
    let places = (DEVICES * FACTS) as u32;
    let event = stage.event(&Offer::only(places)).await?;
    let bought = stage.fill(event, &[1], places).await?;
    let tickets = bought.iter().flat_map(|order| &order.tickets);
    let tickets: Vec<TicketId> = tickets.map(|id| id.parse()).collect::<Result<_, _>>()?;
    let devices = enrolled(stage, folder, event).await?;
    for (device, its) in devices.iter().zip(tickets.chunks(FACTS)) {
        device.run_well(&["sync"])?;
        let_in(device, event, its, now_ms())?;
    }
    let load = load_average();
    let before = Requests::of(&stage.server).await?;
    let began = Instant::now();
    let returning = devices.iter().map(come_back);
    let returning: Vec<Child> = returning.collect::<anyhow::Result<_>>()?;
    let told: Vec<Vec<Value>> = returning
        .into_iter()
        .map(told)
        .collect::<anyhow::Result<_>>()?;
    let took_s = began.elapsed().as_secs_f64();
    let asked = Requests::of(&stage.server).await?.since(before);
    for device in &devices {
        ensure!(unsent(device)? == 0, "some facts were not acknowledged");
    }
    let failures = told
        .iter()
        .flatten()
        .filter(|line| line.get("failed").is_some());
    let failures = failures.count() as u64;
    ensure!(
        failures == 0 && asked.failed == 0,
        "devices told of {failures} failures, the server of {}",
        asked.failed
    );
    let most = MOST_REQUESTS * DEVICES as u64;
    ensure!(asked.all <= most, "{} requests: a storm", asked.all);
    let counted = stage
        .venue
        .owner
        .get(&format!("/events/{event}/attendance"))
        .await?;
    ensure!(
        number(&counted, "/entries")? == i64::from(places),
        "the server counts {counted}"
    );
    sheet.note(&format!(
        "{DEVICES} devices with {FACTS} facts each, load average before: {load:.1}"
    ));
    let n = DEVICES as u64;
    sheet.put("reconnect.crowd.seconds", took_s, "s", n);
    let of_each = asked.all as f64 / DEVICES as f64;
    sheet.put("reconnect.crowd.requests_per_device", of_each, "count", n);
    sheet.put("reconnect.crowd.errors", asked.failed as f64, "count", n);
    Ok(())
}

async fn enrolled(stage: &Stage, folder: &Path, event: Uuid) -> anyhow::Result<Vec<Device>> {
    let mut devices = Vec::new();
    for n in 0..DEVICES {
        let device = Device::below(folder, &format!("crowd-{n}"));
        enrol(&stage.venue, &device, &stage.server.url(), &[event]).await?;
        devices.push(device);
    }
    Ok(devices)
}

fn come_back(device: &Device) -> anyhow::Result<Child> {
    let data = device.data.to_string_lossy().into_owned();
    let mut command = device.command(&["sync", "--data", &data])?;
    // What a device says is some lines: a pipe holds them until somebody reads.
    command.stderr(Stdio::inherit());
    command.spawn().context("starting door sync")
}

/// What a device said until it was up to date.
fn told(device: Child) -> anyhow::Result<Vec<Value>> {
    let output = device.wait_with_output().context("waiting for door sync")?;
    let lines = json_lines(&output.stdout);
    if !output.status.success() {
        bail!("a device did not come back: {:?}", lines.last());
    }
    Ok(lines)
}
