//! A device enrolled as at a venue: the organizer offers, the program `door` proves, the organizer confirms.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::json;
use uuid::Uuid;

use crate::api::text;
use crate::organizer::Venue;
use crate::processes::Device;

const LONGEST: Duration = Duration::from_secs(20);

/// Enrols `device` for the events at gate 1, against the server's address `url`.
pub async fn enrol(
    venue: &Venue,
    device: &Device,
    url: &str,
    events: &[Uuid],
) -> anyhow::Result<()> {
    enrol_with(venue, device, url, (events, &["scan"][..])).await
}

/// The same with these rights.
pub async fn enrol_with(
    venue: &Venue,
    device: &Device,
    url: &str,
    (events, rights): (&[Uuid], &[&str]),
) -> anyhow::Result<()> {
    let may = |right: &str| rights.contains(&right);
    let offer = json!({
        "organizer_id": venue.organizer, "device_name": "Porte A",
        "rights": {"scan": may("scan"), "search": may("search"), "sell": may("sell"), "supervise": may("supervise")},
        "events": events, "gate": 1,
    });
    let offer = venue.owner.post("/devices/offers", &offer).await?;
    let (id, code) = (text(&offer, "/id")?, text(&offer, "/code")?);
    let data = device.data.to_string_lossy().into_owned();
    let arguments = ["enrol", "--server", url, "--code", code, "--data", &data];
    let door = device
        .command(&arguments)?
        .spawn()
        .context("starting door enrol")?;
    proved(venue, id).await?;
    let path = format!("/devices/offers/{id}/confirm");
    venue.owner.post(&path, &json!({})).await?;
    let output = door.wait_with_output().context("waiting for door enrol")?;
    if !output.status.success() {
        bail!(
            "door enrol failed: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// Waits until both sides have proved that they know the code.
async fn proved(venue: &Venue, offer: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let state = venue.owner.get(&format!("/devices/offers/{offer}")).await?;
        if text(&state, "/digits").is_ok() {
            return Ok(());
        }
        if began.elapsed() > LONGEST {
            bail!("the device did not prove within {LONGEST:?} that it knows the code: {state}");
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
