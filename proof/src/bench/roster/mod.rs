//! `roster.*`: what a door is told of an event: all of it at first, and then each change.

mod first_sync;
mod live;
mod million;

use std::path::Path;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::figures::Sheet;
use super::relay::Relay;
use super::stage::{Offer, Stage, WITHOUT_LIMITS};
use crate::api::number;
use crate::processes::Device;

const TYPES: [u16; 4] = [1, 2, 3, 4];

/// Measures first syncs of 50,000 and of 1,000,000 tickets, and changes.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    first_sync::run(sheet).await?;
    million::run(sheet).await
}

/// A server that devices reach at the address of a relay, which counts what comes from there.
async fn behind_a_relay(folder: &Path) -> anyhow::Result<(Stage, Relay, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let settings = [
        WITHOUT_LIMITS.as_slice(),
        &[("TICKETHUB_PUBLIC_URL", &address)],
    ]
    .concat();
    let stage = Stage::set(folder, &settings).await?;
    let relay = Relay::to(listener, stage.server.port());
    Ok((stage, relay, address))
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
