//! A new device's first sync of an event of a million tickets, and then one changed ticket after another.
//!
//! The tickets are bought through the API, four hundred an order, and signed by the server's own issuer.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use uuid::Uuid;

use super::super::buyer::{Bought, Purchase, patiently};
use super::super::cpu::{load_average, peak_mb_of};
use super::super::enrolment::enrol;
use super::super::figures::Sheet;
use super::super::relay::Line;
use super::super::stage::{Stage, fresh_folder};
use super::{TYPES, live, offers, tickets_known};
use crate::processes::Device;

const TICKETS: u32 = 1_000_000;
/// Best of so many devices.
const DEVICES: usize = 5;
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Measures first syncs and changes.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let (stage, relay, address) = Stage::behind_a_relay(folder.path(), Line::default()).await?;
    let event = stage.event(&offers(TICKETS)).await?;
    let began = Instant::now();
    let changing = singles(&stage, event).await?;
    let bulk = TICKETS - changing.len() as u32;
    stage.fill(event, &TYPES, bulk / TYPES.len() as u32).await?;
    sheet.note(&format!(
        "{TICKETS} tickets bought and issued in {:.0} s",
        began.elapsed().as_secs_f64()
    ));
    let (mut best_s, mut bytes, mut peak_mb) = (f64::INFINITY, 0, 0.0f64);
    for n in 0..DEVICES {
        let device = device(folder.path(), n);
        enrol(&stage.venue, &device, &address, &[event]).await?;
        let (load, before) = (load_average(), relay.carried().down);
        let first = tokio::task::spawn_blocking(move || first_sync(&device)).await??;
        let known = tickets_known(&first.device)?;
        ensure!(
            known == i64::from(TICKETS),
            "the device knows {known} tickets"
        );
        sheet.note(&format!(
            "device {n}: {:.1} s, {:.0} MB (load average before: {load:.1})",
            first.took_s, first.peak_mb
        ));
        best_s = best_s.min(first.took_s);
        peak_mb = peak_mb.max(first.peak_mb);
        bytes = bytes.max(relay.carried().down - before);
    }
    let (devices, tickets) = (DEVICES as u64, u64::from(TICKETS));
    sheet.put("roster.million.s", best_s, "s", devices);
    sheet.put("roster.million.device_mb", peak_mb, "MB", devices);
    let per_ticket = bytes as f64 / f64::from(TICKETS);
    sheet.put(
        "roster.million.bytes_per_ticket",
        per_ticket,
        "bytes",
        tickets,
    );
    live::run(sheet, &stage, &device(folder.path(), 0), event, &changing).await?;
    let mut server = stage.server;
    server.stop()
}

fn device(folder: &Path, n: usize) -> Device {
    Device::below(folder, &format!("door-{n}"))
}

/// Orders of one ticket, to be refunded one by one.
async fn singles(stage: &Stage, event: Uuid) -> anyhow::Result<Vec<Bought>> {
    let mut orders = Vec::new();
    for _ in 0..live::CHANGES {
        match patiently(&stage.guest, event, &[(1, 1)]).await? {
            Purchase::Bought(order) => orders.push(order),
            Purchase::SoldOut => bail!("the event of the measure is sold out"),
        }
    }
    Ok(orders)
}

/// A device and what its first sync took.
struct First {
    device: Device,
    took_s: f64,
    peak_mb: f64,
}

/// The whole run of `door sync`, and the most memory that it ever had.
fn first_sync(device: &Device) -> anyhow::Result<First> {
    let data = device.data.to_string_lossy().into_owned();
    let mut command = device.command(&["sync", "--data", &data])?;
    command.stdout(Stdio::null()).stderr(Stdio::inherit());
    let began = Instant::now();
    let mut syncing = command.spawn().context("starting door sync")?;
    let peak_mb = watched(&mut syncing)?;
    Ok(First {
        device: device.clone(),
        took_s: began.elapsed().as_secs_f64(),
        peak_mb,
    })
}

/// Looks at a process until it ends: afterwards nobody knows what it had.
fn watched(process: &mut Child) -> anyhow::Result<f64> {
    let mut peak_mb = 0.0f64;
    loop {
        // It may end between the two.
        if let Ok(now_mb) = peak_mb_of(process.id()) {
            peak_mb = peak_mb.max(now_mb);
        }
        if let Some(status) = process.try_wait().context("asking after door sync")? {
            ensure!(status.success(), "door sync ended with {status}");
            return Ok(peak_mb);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
