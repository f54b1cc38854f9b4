//! `roster.*`: what a door is told of an event: all of it at first, and then each change.

mod first_sync;
mod live;
mod million;

use anyhow::Context as _;

use super::figures::Sheet;
use super::stage::Offer;
use crate::api::number;
use crate::processes::Device;

const TYPES: [u16; 4] = [1, 2, 3, 4];

/// Measures first syncs of 50,000 and of 1,000,000 tickets, and changes.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    first_sync::run(sheet).await?;
    million::run(sheet).await
}

/// Every combination of window and home gate, of each type so many places.
fn offers(quota: u32) -> [Offer; TYPES.len()] {
    TYPES.map(|no| Offer {
        no,
        quota,
        window: u8::from(no > 2),
        home_gate: 1 + no % 2,
    })
}

fn tickets_known(device: &Device) -> anyhow::Result<i64> {
    let status = device.run_well(&["status"])?;
    let status = status.first().context("no status")?;
    number(status, "/enrolled/events/0/tickets")
}
