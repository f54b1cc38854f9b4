//! A door that was enrolled, has its roster, and reaches nobody.

use std::path::Path;

use serde_json::{Value, json};

use super::eye::sees_queue;
use crate::bench::door::seeding::{self, Folders};
use crate::organizer::now_ms;

/// Fills its replica, and draws what a webcam sees of some tickets, spread over all.
pub async fn set_up(folder: &Path, tickets: u32, guests: u32) -> anyhow::Result<Value> {
    let (device, pictures) = (folder.join("device"), folder.join("pictures"));
    let folders = Folders {
        data: device.join("data"),
        state: device.join("state"),
    };
    seeding::fill(&folders, tickets, now_ms())?;
    let apart = (tickets / guests.max(1)).max(1) as usize;
    let shown = seeding::tickets(tickets).step_by(apart).enumerate();
    let queue = shown
        .take(guests as usize)
        .map(|(n, ticket)| (format!("ticket-{n}"), seeding::presented(ticket)));
    sees_queue(&pictures, queue.collect()).await?;
    Ok(json!({ "device": device, "pictures": pictures }))
}
