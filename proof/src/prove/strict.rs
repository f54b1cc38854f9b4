//! Strict mode with the real programs: the server hands out the rights, doors ask each other for them, one that is cut off
//! lets in its own share and asks about the rest, the server is started anew, and the share of a door that is declared lost
//! is let in by the others. Invariants E1 and E2 of docs/SYNC.md.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use shared::ids::{DeviceId, TicketId};
use uuid::Uuid;

use crate::api::{number, text};
use crate::at_door::{AtDoor, LONGEST, codes, id_of, with_certificates};
use crate::bench::enrolment::enrol;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::processes::{Device, free_port};

const DOORS: usize = 3;
/// Sold before the doors are opened, and after it.
const SOLD: [u32; 2] = [12, 3];

/// One evening.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let evening = evening(&mut stage, folder.path()).await;
    let again = evening
        .with_context(|| format!("the server's log ends: {}", stage.server.last_log_lines()))?;
    stage.server.stop()?;
    sheet.put("strict.green_after_loss", again as f64, "count", 1);
    Ok(())
}

/// Tickets with their codes, by the door that holds their right.
type Shares = Vec<Vec<(TicketId, String)>>;

async fn evening(stage: &mut Stage, folder: &Path) -> anyhow::Result<usize> {
    let event = stage.event(&Offer::only(SOLD.iter().sum())).await?;
    stage.make_strict(event).await?;
    let mut sold = codes(stage, event, SOLD[0]).await?;
    let devices: Vec<Device> = ["a", "b", "c"]
        .iter()
        .map(|name| Device::below(folder, name))
        .collect();
    for device in &devices {
        enrol(&stage.venue, device, &stage.server.url(), &[event]).await?;
    }
    let open = format!("/events/{event}/open-doors");
    stage.venue.owner.post(&open, &json!({})).await?;
    sold.extend(codes(stage, event, SOLD[1]).await?);
    with_certificates(&devices)?;
    let ids: Vec<DeviceId> = devices.iter().map(id_of).collect::<Result<_, _>>()?;
    let mut shares = shares(stage, event, &ids, &sold).await?;
    let sizes: Vec<usize> = shares.iter().map(Vec::len).collect();
    ensure!(sizes == [5, 5, 5], "unequal shares: {sizes:?}");

    let mut doors = (0..2)
        .map(|n| AtDoor::open(&devices[n], event, free_port()?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for door in &doors {
        door.wait_for_peers(1)?;
    }
    ask_each_other(stage, event, &ids, &mut doors, &mut shares).await?;

    // The third one never had a network since the rights were handed out.
    let mut alone = AtDoor::alone(&devices[2], event)?;
    let (_, code) = shares[2].remove(0);
    ensure!(
        alone.scan(&code)?.decision == "admit",
        "a cut-off door lets in what it holds"
    );
    let asked = alone.scan(&shares[0][0].1)?;
    ensure!(
        asked.decision == "ask" && asked.reason.as_deref() == Some("home_gate_elsewhere"),
        "a ticket of another's share: {asked:?}"
    );

    let before = held(stage, event).await?;
    stage.server.stop()?;
    let own = shares[0].remove(0).1;
    ensure!(doors[0].scan(&own)?.decision == "admit", "without a server");
    stage.server.start().await?;
    let after = held(stage, event).await?;
    ensure!(
        before == after,
        "a new start of the server moved rights: {before:?} {after:?}"
    );

    drop(alone);
    declare_lost(stage, event, ids[2], shares[2].len() + 1).await?;
    let mut again = 0;
    for (ticket, code) in &shares[2] {
        // Each at the other door than the one before.
        admitted_soon(&mut doors[again % 2], code)
            .with_context(|| format!("ticket {ticket} of the lost door"))?;
        again += 1;
    }
    let view = rights(stage, event).await?;
    ensure!(
        number(&view, "/held_by_nobody")? == 0,
        "rights without a holder: {view}"
    );
    Ok(again)
}

/// Each of the two lets in one of its own and one of the other's.
async fn ask_each_other(
    stage: &Stage,
    event: Uuid,
    ids: &[DeviceId],
    doors: &mut [AtDoor],
    shares: &mut Shares,
) -> anyhow::Result<()> {
    for here in 0..2 {
        let there = 1 - here;
        let (_, own) = shares[here].remove(0);
        ensure!(
            doors[here].scan(&own)?.decision == "admit",
            "its own ticket at door {here}"
        );
        let (ticket, other) = shares[there].remove(0);
        let said = doors[here].scan(&other)?;
        ensure!(
            said.decision == "admit",
            "a ticket that door {there} holds: {said:?}"
        );
        let again = doors[there].scan(&other)?;
        ensure!(again.decision != "admit", "a second entry: {again:?}");
        // The facts tell the server, too. Asking the other door may have moved the right back before it refused.
        let began = Instant::now();
        while !(doors[0].has_sent_all()?
            && doors[1].has_sent_all()?
            && doors[there].knows_of(ticket)?)
        {
            ensure!(began.elapsed() < LONGEST, "the server was not told");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let view = stage
            .venue
            .owner
            .get(&format!("/events/{event}/rights/{ticket}"))
            .await?;
        let holder = text(&view, "/holder")?;
        ensure!(
            ids[..2].iter().any(|id| id.to_string() == holder),
            "held by neither: {view}"
        );
    }
    Ok(())
}

async fn rights(stage: &Stage, event: Uuid) -> anyhow::Result<Value> {
    let path = format!("/events/{event}/rights");
    stage.venue.owner.get(&path).await
}

/// How many each device holds, by its id.
async fn held(stage: &Stage, event: Uuid) -> anyhow::Result<BTreeMap<String, i64>> {
    let view = rights(stage, event).await?;
    let doors = view["doors"].as_array().context("no list of doors")?;
    doors
        .iter()
        .map(|door| Ok((text(door, "/id")?.to_owned(), number(door, "/held")?)))
        .collect()
}

async fn shares(
    stage: &Stage,
    event: Uuid,
    ids: &[DeviceId],
    sold: &[(TicketId, String)],
) -> anyhow::Result<Shares> {
    let mut shares = vec![Vec::new(); DOORS];
    for (ticket, code) in sold {
        let path = format!("/events/{event}/rights/{ticket}");
        let right = stage.venue.owner.get(&path).await?;
        let holder: DeviceId = text(&right, "/holder")?.parse()?;
        let at = ids.iter().position(|id| *id == holder);
        shares[at.context("a holder that is no door")?].push((*ticket, code.clone()));
    }
    Ok(shares)
}

async fn declare_lost(
    stage: &Stage,
    event: Uuid,
    device: DeviceId,
    share: usize,
) -> anyhow::Result<()> {
    let path = format!("/devices/{device}/declare-lost");
    stage.venue.owner.post(&path, &json!({})).await?;
    let view = rights(stage, event).await?;
    let void = number(&view, "/void_by_loss")?;
    ensure!(
        void == share as i64,
        "of {share} tickets {void} went to others: {view}"
    );
    let alerts = stage
        .venue
        .owner
        .get(&format!("/alerts?event={event}"))
        .await?;
    let kinds = alerts.as_array().context("no list of alerts")?;
    let told = kinds.iter().any(|alert| alert["kind"] == "guarantee_void");
    ensure!(told, "the loss is not told: {alerts}");
    Ok(())
}

/// The new list reaches a door within a moment; until then the ticket is amber.
fn admitted_soon(door: &mut AtDoor, code: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let said = door.scan(code)?;
        if said.decision == "admit" {
            return Ok(());
        }
        ensure!(
            said.decision == "ask" && began.elapsed() < LONGEST,
            "it is answered {said:?}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}
