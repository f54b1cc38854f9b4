//! One device that was offline for a whole night comes back with everything that it saw.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use shared::ids::TicketId;

use super::super::cpu::{load_average, settle, tree_cpu_ms};
use super::super::enrolment::enrol;
use super::super::figures::Sheet;
use super::super::stage::{Offer, Stage};
use super::past::{let_in, unsent};
use crate::api::number;
use crate::organizer::now_ms;
use crate::processes::Device;

/// Entries, each of a ticket of its own.
const FACTS: u32 = 100_000;
/// Eleven hours of entries, and one before the first.
const HOURS: i64 = 13;
/// Best of so many nights, each of an event and a device of its own.
const NIGHTS: usize = 5;

/// Measures nights.
pub async fn run(sheet: Sheet, stage: &Stage, folder: &Path) -> anyhow::Result<()> {
    let pid = stage.server.pid().context("the server does not run")?;
    let (mut best_s, mut cpu_ms) = (f64::INFINITY, 0.0);
    for night in 0..NIGHTS {
        let event = stage.event_open_for(HOURS, &Offer::only(FACTS)).await?;
        let bought = stage.fill(event, &[1], FACTS).await?;
        let tickets = bought.iter().flat_map(|order| &order.tickets);
        let tickets: Vec<TicketId> = tickets.map(|id| id.parse()).collect::<Result<_, _>>()?;
        let device = Device::below(folder, &format!("night-{night}"));
        enrol(&stage.venue, &device, &stage.server.url(), &[event]).await?;
        device.run_well(&["sync"])?;
        let_in(&device, event, &tickets, now_ms())?;
        // Its opening is one more.
        let waiting = unsent(&device)?;
        ensure!(waiting == u64::from(FACTS) + 1, "{waiting} facts wait");
        settle(pid).await;
        let load = load_average();
        let cpu_before_ms = tree_cpu_ms(pid);
        let began = Instant::now();
        device.run_well(&["sync"])?;
        let took_s = began.elapsed().as_secs_f64();
        settle(pid).await;
        let cpu_of_night_ms = tree_cpu_ms(pid) - cpu_before_ms;
        ensure!(unsent(&device)? == 0, "some facts were not acknowledged");
        let attendance = format!("/events/{event}/attendance");
        let counted = stage.venue.owner.get(&attendance).await?;
        ensure!(
            number(&counted, "/entries")? == i64::from(FACTS),
            "the server counts {counted}"
        );
        sheet.note(&format!(
            "night {night}: {took_s:.1} s, {:.0} CPU s on the server (load average before: {load:.1})",
            cpu_of_night_ms / 1e3
        ));
        best_s = best_s.min(took_s);
        cpu_ms += cpu_of_night_ms;
    }
    let facts = u64::from(FACTS) * NIGHTS as u64;
    sheet.put("reconnect.seconds", best_s, "s", NIGHTS as u64);
    let per_fact = cpu_ms / facts as f64;
    sheet.put("reconnect.cpu_ms_per_fact", per_fact, "ms", facts);
    Ok(())
}
