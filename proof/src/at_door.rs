//! Doors at work: the program `door scan --reader --sync`, which is shown a code by a line, and what they need before.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rusqlite::Connection;
use scanner_app::camera::{Frame, read_still};
use scanner_app::replica::{ReplicaError, identity, open_to_look, peer_key, peers, signed};
use serde_json::Value;
use shared::ids::{DeviceId, JournalId, TicketId};
use uuid::Uuid;

use crate::bench::stage::Stage;
use crate::processes::{Device, signal, wait_for_end};

/// Nothing here takes longer.
pub const LONGEST: Duration = Duration::from_mins(1);

/// How a door takes part in the exchange with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lan {
    /// As `--lan` takes it: `on`, `off` or an address.
    pub at: String,
    /// Whether it announces itself and hears others.
    pub announces: bool,
}

/// What a door said to a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// `admit`, `refuse`, `ask` …
    pub decision: String,
    /// Why not.
    pub reason: Option<String>,
    /// Where its fact stands.
    pub place: Option<(JournalId, u64)>,
}

/// A door that scans what it is told. Dropping it kills it.
pub struct AtDoor {
    child: Child,
    says: Option<ChildStdin>,
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
    /// The command that [`AtDoor::start`] runs.
    pub fn command(device: &Device, event: Uuid, lan: &Lan) -> anyhow::Result<Command> {
        let (data, event) = (
            device.data.to_string_lossy().into_owned(),
            event.to_string(),
        );
        let announce = if lan.announces { "on" } else { "off" };
        device.command(&[
            "scan",
            "--data",
            &data,
            "--event",
            &event,
            "--reader",
            "--sync",
            "--lan",
            &lan.at,
            "--announce",
            announce,
        ])
    }

    /// In step with the others, whose calls it takes at that port of this machine.
    pub fn open(device: &Device, event: Uuid, port: u16) -> anyhow::Result<Self> {
        let lan = Lan {
            at: format!("127.0.0.1:{port}"),
            announces: false,
        };
        Self::start(device, Self::command(device, event, &lan)?)
    }

    /// With no network at all.
    pub fn alone(device: &Device, event: Uuid) -> anyhow::Result<Self> {
        let (data, event) = (
            device.data.to_string_lossy().into_owned(),
            event.to_string(),
        );
        let scan = ["scan", "--data", &data, "--event", &event, "--reader"];
        Self::start(device, device.command(&scan)?)
    }

    /// Starts it.
    pub fn start(device: &Device, mut command: Command) -> anyhow::Result<Self> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().context("starting door scan")?;
        let (says, hears) = (child.stdin.take(), child.stdout.take());
        Ok(Self {
            says: Some(says.context("no standard input")?),
            hears: BufReader::new(hears.context("no standard output")?),
            child,
            replica: open_to_look(&device.data)?,
        })
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its replica, to look at.
    pub fn replica(&self) -> &Connection {
        &self.replica
    }

    /// Shows a code; what the door says.
    pub fn scan(&mut self, code: &str) -> anyhow::Result<Said> {
        self.show(code)?;
        let mut line = String::new();
        self.hears
            .read_line(&mut line)
            .context("hearing a verdict")?;
        said(&line)
    }

    /// Shows a code and waits for nothing.
    pub fn show(&mut self, code: &str) -> anyhow::Result<()> {
        let says = self.says.as_mut().context("the reader was unplugged")?;
        writeln!(says, "{code}").context("showing a code")
    }

    /// `kill -9`; what it had said by then.
    pub fn kill(mut self) -> anyhow::Result<Vec<Said>> {
        self.child.kill().context("killing a door")?;
        self.child.wait().context("waiting for a killed door")?;
        let mut rest = Vec::new();
        std::io::Read::read_to_end(&mut self.hears, &mut rest).context("hearing its last words")?;
        String::from_utf8_lossy(&rest)
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(said)
            .collect()
    }

    /// Unplugs the reader, so that it ends.
    pub fn end(mut self) -> anyhow::Result<ExitStatus> {
        drop(self.says.take());
        wait_for_end(&mut self.child, LONGEST)
    }

    /// How many others answer.
    pub fn reaches(&self) -> Result<usize, ReplicaError> {
        let states = peers::states(&self.replica)?;
        Ok(states.iter().filter(|state| state.is_reachable).count())
    }

    /// Waits until so many others answer; how long that took.
    pub fn wait_for_peers(&self, count: usize) -> anyhow::Result<Duration> {
        let began = Instant::now();
        while self.reaches()? < count {
            ensure!(
                began.elapsed() < LONGEST,
                "the others were not found: {:?}",
                peers::states(&self.replica)?
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(began.elapsed())
    }

    /// Whether the server has all that it wrote.
    pub fn has_sent_all(&self) -> Result<bool, ReplicaError> {
        let mut unsent = self
            .replica
            .prepare_cached("select 1 from own_journal where acked_through < last_seq")?;
        Ok(!unsent.exists([])?)
    }

    /// Whether an entry of the ticket is on its disk.
    pub fn knows_of(&self, ticket: TicketId) -> Result<bool, ReplicaError> {
        let mut statement = self
            .replica
            .prepare_cached("select 1 from fact where ticket = ?1 and kind = 2")?;
        Ok(statement.exists([ticket.to_i64()])?)
    }
}

fn said(line: &str) -> anyhow::Result<Said> {
    let said: Value = serde_json::from_str(line).with_context(|| format!("{line:?}"))?;
    let text = |name: &str| said[name].as_str().map(str::to_owned);
    let Some(decision) = text("decision") else {
        bail!("no verdict: {said}");
    };
    let place = match (
        said["fact"]["journal"].as_str(),
        said["fact"]["seq"].as_u64(),
    ) {
        (Some(journal), Some(seq)) => Some((journal.parse()?, seq)),
        (Some(_) | None, _) => None,
    };
    Ok(Said {
        decision,
        reason: text("reason"),
        place,
    })
}

/// So many tickets with what a phone shows for each.
pub async fn codes(
    stage: &Stage,
    event: Uuid,
    count: u32,
) -> anyhow::Result<Vec<(TicketId, String)>> {
    let mut codes = Vec::new();
    for order in stage.fill(event, &[1], count).await? {
        for ticket in &order.tickets {
            let path = format!("/tickets/{ticket}/qr.png?secret={}", order.secret);
            let png = stage.guest.bytes(&path).await?;
            let picture = image::load_from_memory(&png).context("reading a ticket's PNG")?;
            let luma = picture.to_luma8();
            let (width, height) = luma.dimensions();
            let name = ticket.clone();
            let found = read_still(&Frame {
                luma: luma.into_raw(),
                width,
                height,
                name,
                taken: None,
            });
            let code = found.first().context("a ticket's PNG without a code")?;
            codes.push((ticket.parse()?, code.text.clone()));
        }
    }
    Ok(codes)
}

/// Each door syncs until it can show itself to the others, and then until it knows all of them.
pub fn with_certificates(devices: &[Device]) -> anyhow::Result<()> {
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

/// The device's id.
pub fn id_of(device: &Device) -> anyhow::Result<DeviceId> {
    let identity = identity::load(&open_to_look(&device.data)?)?;
    Ok(identity.context("a door that is not enrolled")?.device)
}
