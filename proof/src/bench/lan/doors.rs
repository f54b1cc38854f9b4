//! Four real `door` processes. The server enrols them and gives them their certificates, then it is stopped; each line
//! between two of them is a relay with a delay.
//!
//! An effect is the time from the line that says «admit» on one door to the moment at which another door's replica
//! holds the entry, so that its next decision refuses; that it does is then tried.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use scanner_app::peers::discover::{LanText, told};
use shared::ids::TicketId;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::super::cpu::load_average;
use super::super::enrolment::enrol;
use super::super::figures::{Sheet, percentile};
use super::super::relay::{Fault, Line, Relay};
use super::super::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use super::LINK;
use crate::at_door::{AtDoor, LONGEST, codes, id_of, with_certificates};
use crate::processes::{Device, free_port};

pub(super) const DOORS: usize = 4;
const ENTRIES: usize = 120;
/// How lines break.
const FAULTS: [Fault; 3] = [Fault::BeforeRequest, Fault::BeforeAnswer, Fault::MidAnswer];
/// For so long.
const BAD: Duration = Duration::from_secs(3);

pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(1_000)).await?;
    let codes = codes(&stage, event, (ENTRIES + FAULTS.len()) as u32).await?;
    let devices = enrolled(&stage, folder.path(), event).await?;
    with_certificates(&devices)?;
    stage.server.stop()?;
    let (mut doors, relays) = opened(&devices, event).await?;
    let load = load_average();
    let mut effects = Vec::new();
    let (measured, spoilt) = codes.split_at(ENTRIES);
    for (n, (ticket, code)) in measured.iter().enumerate() {
        effects.extend(entry(&mut doors, n % DOORS, *ticket, code)?);
    }
    sheet.note(&format!(
        "{DOORS} doors, {LINK:?} links, load average before: {load:.1}"
    ));
    let n = effects.len() as u64;
    sheet.put("lan.effect_ms.p50", percentile(&mut effects, 0.5), "ms", n);
    sheet.put("lan.effect_ms.p95", percentile(&mut effects, 0.95), "ms", n);
    for (fault, (ticket, code)) in FAULTS.into_iter().zip(spoilt) {
        let took = healed(&mut doors, &relays, fault, *ticket, code)?;
        sheet.note(&format!(
            "all lines {fault:?} for {BAD:?}: known {took:?} after they were good again"
        ));
    }
    Ok(())
}

/// An entry while every line breaks like that; how long after they are good again everybody knows of it.
fn healed(
    doors: &mut [AtDoor],
    relays: &[Relay],
    fault: Fault,
    ticket: TicketId,
    code: &str,
) -> anyhow::Result<Duration> {
    let delay = LINK;
    for relay in relays {
        relay.change(Line { delay, fault });
    }
    let decision = doors[0].scan(code)?.decision;
    ensure!(
        decision == "admit",
        "the network is no reason to refuse: {decision}"
    );
    std::thread::sleep(BAD);
    let fault = Fault::None;
    for relay in relays {
        relay.change(Line { delay, fault });
    }
    let began = Instant::now();
    for door in doors.iter() {
        while !door.knows_of(ticket)? {
            ensure!(
                began.elapsed() < LONGEST,
                "a door never heard of an entry during {fault:?}"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(began.elapsed())
}

/// A relay for each pair, and word to each door of where the others may be reached.
async fn lines(devices: &[Device], ports: &[u16]) -> anyhow::Result<Vec<Relay>> {
    let mut relays = Vec::new();
    for (here, device) in devices.iter().enumerate() {
        for (there, other) in devices
            .iter()
            .enumerate()
            .filter(|(there, _)| *there != here)
        {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let text = LanText {
                device: Some(id_of(other)?),
                addresses: vec![listener.local_addr()?],
            };
            let line = Line {
                delay: LINK,
                ..Line::default()
            };
            relays.push(Relay::with(listener, ports[there], line));
            told::leave(&device.data, &text).context("telling a door of another")?;
        }
    }
    Ok(relays)
}

/// The doors, enrolled for the event.
pub(super) async fn enrolled(
    stage: &Stage,
    folder: &Path,
    event: Uuid,
) -> anyhow::Result<Vec<Device>> {
    let devices: Vec<Device> = ["a", "b", "c", "d"]
        .iter()
        .map(|name| Device::below(folder, name))
        .collect();
    for device in &devices {
        enrol(&stage.venue, device, &stage.server.url(), &[event]).await?;
    }
    Ok(devices)
}

/// All of them at work, each in step with the others over a relay for each pair.
pub(super) async fn opened(
    devices: &[Device],
    event: Uuid,
) -> anyhow::Result<(Vec<AtDoor>, Vec<Relay>)> {
    let ports: Vec<u16> = (0..DOORS).map(|_| free_port()).collect::<Result<_, _>>()?;
    let relays = lines(devices, &ports).await?;
    let doors = devices
        .iter()
        .zip(&ports)
        .map(|(device, port)| AtDoor::open(device, event, *port))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for (at, door) in doors.iter().enumerate() {
        door.wait_for_peers(DOORS - 1)
            .with_context(|| format!("door {at}"))?;
    }
    Ok((doors, relays))
}

/// Milliseconds until each other door knows of it.
fn entry(
    doors: &mut [AtDoor],
    at: usize,
    ticket: TicketId,
    code: &str,
) -> anyhow::Result<Vec<f64>> {
    let decision = doors[at].scan(code)?.decision;
    let durable = Instant::now();
    ensure!(decision == "admit", "a good ticket: {decision}");
    let mut waiting: Vec<usize> = (0..doors.len()).filter(|n| *n != at).collect();
    let mut effects = Vec::new();
    while !waiting.is_empty() {
        let mut knows = Vec::new();
        for &n in &waiting {
            if doors[n].knows_of(ticket)? {
                effects.push(durable.elapsed().as_secs_f64() * 1e3);
                knows.push(n);
            }
        }
        waiting.retain(|n| !knows.contains(n));
        ensure!(
            durable.elapsed() < LONGEST,
            "doors {waiting:?} never heard of it"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    for n in (0..doors.len()).filter(|n| *n != at) {
        let decision = doors[n].scan(code)?.decision;
        ensure!(
            decision == "refuse",
            "door {n} knew of the entry and said {decision}"
        );
    }
    Ok(effects)
}
