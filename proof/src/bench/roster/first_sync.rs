//! A new device's first sync of an event of 50,000 tickets, of several types, windows, gates and statuses.
//!
//! The tickets are bought through the API, some are refunded. The device is the program `door`, enrolled beforehand;
//! between it and the server stands a relay that counts every byte of the answers, headers included.

use std::time::Instant;

use anyhow::ensure;

use super::super::cpu::load_average;
use super::super::enrolment::enrol;
use super::super::figures::Sheet;
use super::super::relay::Line;
use super::super::stage::{Stage, fresh_folder};
use super::{TYPES, offers, tickets_known};
use crate::organizer::new_id;
use crate::processes::Device;

const TICKETS: u32 = 50_000;
/// Each is five hundred tickets' order in a hundred.
const REFUNDED_ORDERS: usize = 5;
/// Best of so many devices.
const DEVICES: usize = 5;

/// Measures first syncs.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let (stage, relay, address) = Stage::behind_a_relay(folder.path(), Line::default()).await?;
    let event = stage.event(&offers(TICKETS)).await?;
    let bought = stage
        .fill(event, &TYPES, TICKETS / TYPES.len() as u32)
        .await?;
    for order in bought.iter().take(REFUNDED_ORDERS) {
        stage.refund(order, new_id()).await?;
    }
    let (mut best_s, mut bytes) = (f64::INFINITY, 0);
    for n in 0..DEVICES {
        let device = Device::below(folder.path(), &format!("door-{n}"));
        enrol(&stage.venue, &device, &address, &[event]).await?;
        let load = load_average();
        let before = relay.carried();
        let began = Instant::now();
        device.run_well(&["sync"])?;
        let took_s = began.elapsed().as_secs_f64();
        let after = relay.carried();
        let known = tickets_known(&device)?;
        ensure!(
            known == i64::from(TICKETS),
            "the device knows {known} tickets"
        );
        sheet.note(&format!(
            "device {n}: {took_s:.2} s, {} bytes down, {} up (load average before: {load:.1})",
            after.down - before.down,
            after.up - before.up
        ));
        best_s = best_s.min(took_s);
        bytes = bytes.max(after.down - before.down);
    }
    sheet.put("roster.first_sync.s", best_s, "s", DEVICES as u64);
    let per_ticket = bytes as f64 / f64::from(TICKETS);
    sheet.put(
        "roster.bytes_per_ticket",
        per_ticket,
        "bytes",
        u64::from(TICKETS),
    );
    let mut server = stage.server;
    server.stop()
}
