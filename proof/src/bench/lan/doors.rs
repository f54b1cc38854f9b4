//! Four real `door` processes. The server enrols them and gives them their certificates, then it is stopped; each line
//! between two of them is a relay with a delay.
//!
//! An effect is the time from the line that says «admit» on one door to the moment at which another door's replica
//! holds the entry, so that its next decision refuses; that it does is then tried.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rusqlite::Connection;
use scanner_app::camera::{Frame, read_codes};
use scanner_app::peers::discover::{LanText, told};
use scanner_app::replica::{ReplicaError, identity, open_to_look, peer_key, signed};
use serde_json::Value;
use shared::ids::TicketId;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::super::cpu::load_average;
use super::super::enrolment::enrol;
use super::super::figures::{Sheet, percentile};
use super::super::relay::{Fault, Line, Relay};
use super::super::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use super::LINK;
use crate::processes::{Device, free_port, signal, wait_for_end};

const DOORS: usize = 4;
const ENTRIES: usize = 120;
/// How lines break.
const FAULTS: [Fault; 3] = [Fault::BeforeRequest, Fault::BeforeAnswer, Fault::MidAnswer];
/// For so long.
const BAD: Duration = Duration::from_secs(3);
/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_mins(1);

pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let event = stage.event(&Offer::only(1_000)).await?;
    let codes = codes(&stage, event).await?;
    let names = ["a", "b", "c", "d"];
    let devices: Vec<Device> = names
        .iter()
        .map(|name| Device::below(folder.path(), name))
        .collect();
    for device in &devices {
        enrol(&stage.venue, device, &stage.server.url(), &[event]).await?;
    }
    with_certificates(&devices)?;
    stage.server.stop()?;
    let ports: Vec<u16> = (0..DOORS).map(|_| free_port()).collect::<Result<_, _>>()?;
    let relays = lines(&devices, &ports).await?;
    let mut doors = devices
        .iter()
        .zip(&ports)
        .map(|(device, port)| AtDoor::open(device, event, *port))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for (at, door) in doors.iter().enumerate() {
        door.wait_for_peers()
            .with_context(|| format!("door {at}"))?;
    }
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
    let decision = doors[0].scan(code)?;
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

/// Tickets with what a phone shows for each.
async fn codes(stage: &Stage, event: Uuid) -> anyhow::Result<Vec<(TicketId, String)>> {
    let mut codes = Vec::new();
    for order in stage
        .fill(event, &[1], (ENTRIES + FAULTS.len()) as u32)
        .await?
    {
        for ticket in &order.tickets {
            let path = format!("/tickets/{ticket}/qr.png?secret={}", order.secret);
            let png = stage.guest.bytes(&path).await?;
            let picture = image::load_from_memory(&png).context("reading a ticket's PNG")?;
            let luma = picture.to_luma8();
            let (width, height) = luma.dimensions();
            let name = ticket.clone();
            let texts = read_codes(&Frame {
                luma: luma.into_raw(),
                width,
                height,
                name,
            });
            let text = texts.first().context("a ticket's PNG without a code")?;
            codes.push((ticket.parse()?, text.clone()));
        }
    }
    Ok(codes)
}

/// Each door syncs until it can show itself to the others.
fn with_certificates(devices: &[Device]) -> anyhow::Result<()> {
    for device in devices {
        let data = device.data.to_string_lossy().into_owned();
        let watch = [
            "sync",
            "--watch",
            "--lan",
            "127.0.0.1:0",
            "--announce",
            "off",
            "--data",
            &data,
        ];
        let mut syncing = device
            .command(&watch)?
            .spawn()
            .context("starting door sync")?;
        let began = Instant::now();
        while !is_ready(device)? {
            ensure!(
                began.elapsed() < LONGEST,
                "no certificate within {LONGEST:?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        signal(syncing.id(), "TERM")?;
        wait_for_end(&mut syncing, LONGEST)?;
    }
    // The first ones synced before the list named the last; and each needs the whole roster.
    for device in devices {
        device.run_well(&["sync"])?;
    }
    Ok(())
}

fn is_ready(device: &Device) -> anyhow::Result<bool> {
    let replica = open_to_look(&device.data)?;
    let named = signed::peer_authority(&replica)?.is_some();
    Ok(named && peer_key::issued_ms(&replica)?.is_some())
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

fn id_of(device: &Device) -> anyhow::Result<shared::ids::DeviceId> {
    let identity = identity::load(&open_to_look(&device.data)?)?;
    Ok(identity.context("a door that is not enrolled")?.device)
}

/// A door that scans what it is told.
struct AtDoor {
    child: Child,
    says: ChildStdin,
    hears: BufReader<ChildStdout>,
    replica: Connection,
}

impl Drop for AtDoor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl AtDoor {
    fn open(device: &Device, event: Uuid, port: u16) -> anyhow::Result<Self> {
        let (data, event) = (
            device.data.to_string_lossy().into_owned(),
            event.to_string(),
        );
        let listen = SocketAddr::from(([127, 0, 0, 1], port)).to_string();
        let arguments = [
            "scan",
            "--data",
            &data,
            "--event",
            &event,
            "--reader",
            "--sync",
            "--lan",
            &listen,
            "--announce",
            "off",
        ];
        let mut command = device.command(&arguments)?;
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("starting door scan")?;
        let (says, hears) = (child.stdin.take(), child.stdout.take());
        Ok(Self {
            says: says.context("no standard input")?,
            hears: BufReader::new(hears.context("no standard output")?),
            child,
            replica: open_to_look(&device.data)?,
        })
    }

    fn wait_for_peers(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let states = scanner_app::replica::peers::states(&self.replica)?;
            if states.iter().filter(|state| state.is_reachable).count() == DOORS - 1 {
                return Ok(());
            }
            ensure!(
                began.elapsed() < LONGEST,
                "the others were not found: {states:?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Shows a code; what the door says.
    fn scan(&mut self, code: &str) -> anyhow::Result<String> {
        writeln!(self.says, "{code}").context("showing a code")?;
        let mut line = String::new();
        self.hears
            .read_line(&mut line)
            .context("hearing a verdict")?;
        let said: Value = serde_json::from_str(&line).with_context(|| format!("{line:?}"))?;
        match said["decision"].as_str() {
            Some(decision) => Ok(decision.to_owned()),
            None => bail!("no verdict: {said}"),
        }
    }

    fn knows_of(&self, ticket: TicketId) -> Result<bool, ReplicaError> {
        let mut statement = self
            .replica
            .prepare_cached("select 1 from fact where ticket = ?1 and kind = 2")?;
        Ok(statement.exists([ticket.to_i64()])?)
    }
}

/// Milliseconds until each other door knows of it.
fn entry(
    doors: &mut [AtDoor],
    at: usize,
    ticket: TicketId,
    code: &str,
) -> anyhow::Result<Vec<f64>> {
    let decision = doors[at].scan(code)?;
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
        let decision = doors[n].scan(code)?;
        ensure!(
            decision == "refuse",
            "door {n} knew of the entry and said {decision}"
        );
    }
    Ok(effects)
}
