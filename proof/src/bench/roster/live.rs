//! How soon an idle device that is up to date knows of one changed ticket.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rusqlite::Connection;
use scanner_app::replica::{ReplicaError, events, open_to_look, tickets};
use serde_json::Value;
use shared::ids::{EventId, TicketId};
use shared::roster::TicketStatus;
use uuid::Uuid;

use super::super::buyer::Bought;
use super::super::cpu::load_average;
use super::super::figures::{Sheet, percentile};
use super::super::stage::Stage;
use crate::organizer::new_id;
use crate::processes::{Device, signal, wait_for_end};

/// Tickets that change, one after the other.
pub const CHANGES: usize = 200;
/// Wall figures are the best of so many parts of them.
const PARTS: usize = 5;
/// Between two changes: the device is idle again by then, and its request is waiting.
const PAUSE: Duration = Duration::from_millis(100);
/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_mins(1);

/// Refunds orders of one ticket each and looks at the device's replica: from the moment at which the refund is asked for
/// to the one at which the next decision refuses the ticket.
pub async fn run(
    sheet: Sheet,
    stage: &Stage,
    device: &Device,
    event: Uuid,
    orders: &[Bought],
) -> anyhow::Result<()> {
    let data = device.data.to_string_lossy().into_owned();
    let mut command = device.command(&["sync", "--watch", "--lan", "off", "--data", &data])?;
    command.stderr(Stdio::inherit());
    let mut watching = command.spawn().context("starting door sync --watch")?;
    let says = watching.stdout.take().context("no standard output")?;
    until_live(BufReader::new(says))?;
    let replica = open_to_look(&device.data)?;
    let load = load_average();
    let (mut p50, mut p95) = (f64::INFINITY, f64::INFINITY);
    for part in orders.chunks(CHANGES / PARTS) {
        let mut took_ms = Vec::new();
        for order in part {
            tokio::time::sleep(PAUSE).await;
            let ticket = order.tickets.first().context("an order without a ticket")?;
            let ticket: TicketId = ticket.parse()?;
            let began = Instant::now();
            let refund = stage.refund(order, new_id());
            let known = wait_until(|| Ok(is_refunded(&replica, EventId(event), ticket)?));
            let (refunded, known) = tokio::join!(refund, known);
            refunded?;
            took_ms.push((known? - began).as_secs_f64() * 1e3);
        }
        p50 = p50.min(percentile(&mut took_ms, 0.5));
        p95 = p95.min(percentile(&mut took_ms, 0.95));
    }
    signal(watching.id(), "TERM")?;
    wait_for_end(&mut watching, LONGEST)?;
    sheet.note(&format!("changes: load average before: {load:.1}"));
    let n = orders.len() as u64;
    sheet.put("roster.live_ms.p50", p50, "ms", n);
    sheet.put("roster.live_ms.p95", p95, "ms", n);
    Ok(())
}

/// The moment at which it is so.
async fn wait_until(is_so: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<Instant> {
    let began = Instant::now();
    while !is_so()? {
        ensure!(
            began.elapsed() < LONGEST,
            "a device was not up to date within {LONGEST:?}"
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(Instant::now())
}

/// Reads what the device says of itself until it is up to date; what it says later is little, and a pipe holds it.
fn until_live(says: impl BufRead) -> anyhow::Result<()> {
    for line in says.lines() {
        let told: Value = serde_json::from_str(&line?).unwrap_or_default();
        if told["state"] == "live" {
            return Ok(());
        }
    }
    bail!("door sync --watch ended before it was up to date")
}

fn is_refunded(
    replica: &Connection,
    event: EventId,
    ticket: TicketId,
) -> Result<bool, ReplicaError> {
    let missing = ReplicaError::Row { table: "event" };
    let no = events::number(replica, event)?.ok_or(missing)?;
    let row = tickets::ticket(replica, no, ticket)?;
    Ok(row.is_some_and(|row| row.status == TicketStatus::Refunded))
}
