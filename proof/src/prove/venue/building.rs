//! Four doors of one venue, its server, tickets, and what was seen of them.

use std::collections::VecDeque;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use rand::rngs::StdRng;
use scanner_app::replica::{Replica, ReplicaError};
use shared::ids::{DeviceId, TicketId};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::oracle::Oracle;
use crate::at_door::{AtDoor, Lan, codes, id_of, with_certificates};
use crate::bench::enrolment::enrol;
use crate::bench::relay::Relay;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::processes::Device;

pub const DOORS: usize = 4;
/// Until every door knows of an entry once lines between doors are good again: they wait at most 15 s before they try again,
/// and where only one other can call, it draws this door every third time, every 3 s.
pub const KNOWN: Duration = Duration::from_mins(1);
/// Until the server has everything once lines to it are good again: doors wait at most 60 s before they try again.
pub const SENT: Duration = Duration::from_secs(75);

/// The doors, closed or at work, and what was seen.
pub struct Building {
    /// The server and its organizer.
    pub stage: Stage,
    /// The evening.
    pub event: Uuid,
    /// One a door.
    pub devices: Vec<Device>,
    ids: Vec<DeviceId>,
    doors: Vec<Option<AtDoor>>,
    waiting: VecDeque<(TicketId, String)>,
    used: Vec<(TicketId, String)>,
    /// What was seen.
    pub oracle: Oracle,
    /// Where doors believe the server to be; in the root namespace, straight to it.
    pub line: Relay,
    /// Its port, the same in every room.
    pub port: u16,
    _folder: TempDir,
}

impl Building {
    /// Enrolled doors that know the roster and have certificates, closed.
    pub async fn set(tickets: u32) -> anyhow::Result<Self> {
        let folder = fresh_folder()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let address = format!("http://127.0.0.1:{port}");
        let settings = [
            WITHOUT_LIMITS.as_slice(),
            &[("TICKETHUB_PUBLIC_URL", &address)],
        ]
        .concat();
        let stage = Stage::set(folder.path(), &settings).await?;
        let line = Relay::to(listener, stage.server.port());
        let event = stage.event(&Offer::only(tickets)).await?;
        let devices: Vec<Device> = (1..=DOORS)
            .map(|n| Device::below(folder.path(), &format!("door-{n}")))
            .collect();
        for device in &devices {
            enrol(&stage.venue, device, &address, &[event]).await?;
        }
        let waiting = codes(&stage, event, tickets).await?.into();
        with_certificates(&devices)?;
        let ids = devices.iter().map(id_of).collect::<Result<_, _>>()?;
        Ok(Self {
            stage,
            event,
            ids,
            doors: devices.iter().map(|_| None).collect(),
            devices,
            waiting,
            used: Vec::new(),
            oracle: Oracle::default(),
            line,
            port,
            _folder: folder,
        })
    }

    /// The id of a door's device.
    pub fn id(&self, door: usize) -> DeviceId {
        self.ids[door]
    }

    /// A door at work.
    pub fn door(&mut self, door: usize) -> anyhow::Result<&mut AtDoor> {
        self.doors[door]
            .as_mut()
            .with_context(|| format!("door {door} is closed"))
    }

    /// Opens a door; `place` may put its command somewhere else.
    pub fn open(
        &mut self,
        door: usize,
        lan: &Lan,
        place: impl FnOnce(Command) -> Command,
    ) -> anyhow::Result<()> {
        let device = &self.devices[door];
        let command = place(AtDoor::command(device, self.event, lan)?);
        self.doors[door] = Some(AtDoor::start(device, command)?);
        Ok(())
    }

    /// Closes all that are open.
    pub fn close(&mut self) -> anyhow::Result<()> {
        (0..DOORS).try_for_each(|door| self.leave(door))
    }

    /// Closes a door, if it is open.
    pub fn leave(&mut self, door: usize) -> anyhow::Result<()> {
        if let Some(door) = self.doors[door].take() {
            let status = door.end()?;
            ensure!(status.success(), "a door ended with {status}");
        }
        Ok(())
    }

    /// All doors, closed, forget where the others were.
    pub fn forget(&mut self) -> anyhow::Result<()> {
        self.close()?;
        (0..DOORS).try_for_each(|door| self.forget_at(door))
    }

    /// A door that is closed forgets where the others were.
    pub fn forget_at(&self, door: usize) -> anyhow::Result<()> {
        self.change_at(door, "delete from peer_address")?;
        self.all_away_at(door)
    }

    /// A door that is closed takes nobody for reachable.
    pub fn all_away_at(&self, door: usize) -> anyhow::Result<()> {
        self.change_at(door, "update peer set state = 'away'")
    }

    fn change_at(&self, door: usize, statement: &'static str) -> anyhow::Result<()> {
        let device = &self.devices[door];
        let replica = Replica::open(&device.data, &device.state)?;
        replica.write(move |tx| {
            tx.execute(statement, [])?;
            Ok::<_, ReplicaError>(())
        })?;
        Ok(())
    }

    /// The next guest goes in at a door.
    pub fn enter(&mut self, door: usize) -> anyhow::Result<TicketId> {
        let (ticket, code) = self.next_ticket()?;
        let said = self.door(door)?.scan(&code)?;
        ensure!(
            said.decision == "admit",
            "{ticket} is good, and door {door} said {said:?}"
        );
        self.oracle.green(ticket, self.id(door), said.place);
        self.used.push((ticket, code));
        Ok(ticket)
    }

    /// So many guests, each at a door drawn by lot among those given.
    pub fn enter_many(
        &mut self,
        count: usize,
        doors: &[usize],
        random: &mut StdRng,
    ) -> anyhow::Result<()> {
        for _ in 0..count {
            self.enter(doors[random.random_range(0..doors.len())])?;
        }
        Ok(())
    }

    /// One ticket goes in at each of these doors, none of which can know of the others.
    pub fn enter_at_each(&mut self, doors: &[usize]) -> anyhow::Result<()> {
        let (ticket, code) = self.next_ticket()?;
        for door in doors {
            let said = self.door(*door)?.scan(&code)?;
            ensure!(
                said.decision == "admit",
                "door {door} can't know of {ticket} and said {said:?}"
            );
            self.oracle.green(ticket, self.id(*door), said.place);
        }
        self.used.push((ticket, code));
        Ok(())
    }

    /// A door dies by `kill -9`, `after` a code was shown. What it wrote without a word is found out as it comes back.
    pub fn kill_while_scanning(&mut self, door: usize, after: Duration) -> anyhow::Result<Died> {
        let (ticket, code) = self.next_ticket()?;
        let mut at_work = self.doors[door].take().context("the door is closed")?;
        at_work.show(&code)?;
        std::thread::sleep(after);
        let said = at_work.kill()?;
        let green = said.iter().find(|said| said.decision == "admit");
        if let Some(said) = green {
            self.oracle.green(ticket, self.id(door), said.place);
        }
        let told = green.is_some();
        self.used.push((ticket, code));
        Ok(Died { ticket, told })
    }

    /// What a door that is back knows of the ticket that it had in its hands: nobody else was shown it.
    pub fn back(&mut self, door: usize, died: Died) -> anyhow::Result<()> {
        let wrote = self.door(door)?.knows_of(died.ticket)?;
        ensure!(
            wrote || !died.told,
            "{} was told and forgotten",
            died.ticket
        );
        if wrote && !died.told {
            self.oracle.green(died.ticket, self.id(door), None);
        }
        if !wrote {
            self.used.retain(|(ticket, _)| *ticket != died.ticket);
        }
        Ok(())
    }

    fn next_ticket(&mut self) -> anyhow::Result<(TicketId, String)> {
        self.waiting.pop_front().context("no more tickets")
    }

    /// Waits until each of these doors has every entry on its disk; how long that took.
    pub fn all_know(&mut self, doors: &[usize], limit: Duration) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let expected = self.oracle.entries();
        for door in doors {
            loop {
                let known = entries_known(self.door(*door)?)?;
                if known == expected {
                    break;
                }
                ensure!(
                    began.elapsed() < limit,
                    "door {door} knows {known} of {expected} entries after {limit:?}"
                );
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(began.elapsed())
    }

    /// Waits until the server holds every entry; how long that took.
    pub async fn server_has_all(&self, limit: Duration) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let mut database = super::super::kill::audit::connect(self.stage.server.data()).await?;
        let expected = self.oracle.entries();
        loop {
            let held: i64 =
                sqlx::query_scalar("select count(*) from facts where event_id = $1 and kind = 2")
                    .bind(self.event)
                    .fetch_one(&mut database)
                    .await?;
            if held == expected as i64 {
                return Ok(began.elapsed());
            }
            ensure!(
                began.elapsed() < limit,
                "the server holds {held} of {expected} entries after {limit:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Each of these doors refuses each of the last tickets that went in.
    pub fn refused_at(&mut self, doors: &[usize], last: usize) -> anyhow::Result<()> {
        let used: Vec<_> = self.used.iter().rev().take(last).cloned().collect();
        for door in doors {
            for (ticket, code) in &used {
                let said = self.door(*door)?.scan(code)?;
                // The same code within two seconds is one scan, and gets the answer that it had.
                let is_refused = said.decision == "refuse";
                ensure!(is_refused, "{ticket} is in, and door {door} said {said:?}");
            }
        }
        Ok(())
    }

    /// Everything is where it has to be, once and nowhere twice.
    pub async fn compare(&mut self) -> anyhow::Result<()> {
        self.oracle.compare(&self.stage, self.event).await?;
        for device in &self.devices {
            device.verified_facts()?;
        }
        Ok(())
    }

    /// The books at the very end.
    pub async fn finish(mut self) -> anyhow::Result<()> {
        self.close()?;
        self.compare().await?;
        let event = self.event.to_string();
        self.stage
            .server
            .run(&["verify-journals", &event, "--json"])?;
        self.stage.server.stop()
    }
}

/// What is open about a door that died.
#[derive(Clone, Copy, Debug)]
pub struct Died {
    ticket: TicketId,
    told: bool,
}

fn entries_known(door: &AtDoor) -> anyhow::Result<usize> {
    let count: i64 = door
        .replica()
        .prepare_cached("select count(*) from fact where kind = 2")?
        .query_row([], |row| row.get(0))?;
    Ok(count.try_into()?)
}
