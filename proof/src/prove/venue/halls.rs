//! Doors in rooms of their own, with the kernel's lines between them: how they find each other, and what is cut.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::building::{Building, DOORS, KNOWN, SENT};
use super::namespaces::{PORT, Room};
use super::{Tally, others, strange};
use crate::api::text;
use crate::at_door::Lan;
use crate::bench::cpu::resident_mb;
use crate::bench::relay::{Fault, Line, Relay};

const ALL: [usize; DOORS] = [0, 1, 2, 3];
/// What a thousand of a stranger's announcements may cost a door, and what any number.
const MOST_GROWTH_MB: f64 = 8.0;
const MOST_GROWTH_EVER_MB: f64 = 16.0;
/// With its commit, on a machine that builds something else meanwhile.
const SLOWEST_SCAN: Duration = Duration::from_secs(1);

/// How doors find each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Announcements in the network (mDNS).
    Announced,
    /// Where they answered last.
    LastKnown,
    /// What the server tells.
    Server,
    /// What another one's screen shows.
    Shown,
    /// Addresses typed by a person.
    Typed,
}

/// Four doors in four rooms; each has a line to the server of its own.
pub struct Halls<'a> {
    building: &'a mut Building,
    rooms: &'a [Room],
    lines: Vec<Relay>,
    guests: usize,
}

impl<'a> Halls<'a> {
    /// Closed doors in these rooms; `guests` come in each case.
    pub fn of(
        building: &'a mut Building,
        rooms: &'a [Room],
        guests: usize,
    ) -> anyhow::Result<Self> {
        let server = building.stage.server.port();
        let lines = rooms
            .iter()
            .map(|room| Ok(Relay::to(room.listen(building.port)?, server)))
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            building,
            rooms,
            lines,
            guests,
        })
    }

    fn open(&mut self, announces: bool) -> anyhow::Result<()> {
        ALL.into_iter()
            .try_for_each(|door| self.open_one(door, announces))
    }

    fn open_one(&mut self, door: usize, announces: bool) -> anyhow::Result<()> {
        let lan = Lan {
            at: "on".into(),
            announces,
        };
        let room = &self.rooms[door];
        let into = |command: Command| room.around(&command);
        self.building.open(door, &lan, into)
    }

    /// The lines of these doors to the server are dead, those of the others are good.
    fn without_server(&self, doors: &[usize]) {
        for (at, line) in self.lines.iter().enumerate() {
            let fault = if doors.contains(&at) {
                Fault::BeforeRequest
            } else {
                Fault::None
            };
            line.change(Line {
                fault,
                ..Line::default()
            });
        }
    }

    fn mend_rooms(&self) -> anyhow::Result<()> {
        self.rooms.iter().try_for_each(Room::heal)
    }

    /// With nothing but this way, and no server, they find each other; what one lets in, all refuse.
    pub fn found(
        &mut self,
        way: Way,
        random: &mut StdRng,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        match way {
            Way::LastKnown => {
                self.building.close()?;
                ALL.into_iter()
                    .try_for_each(|door| self.building.all_away_at(door))?;
            }
            Way::Announced | Way::Server | Way::Shown | Way::Typed => self.building.forget()?,
        }
        if way == Way::Server {
            self.without_server(&[]);
        } else {
            self.without_server(&ALL);
        }
        self.open(way == Way::Announced)?;
        match way {
            Way::Announced | Way::LastKnown | Way::Server => {}
            Way::Shown => self.tell_all(Self::shown)?,
            Way::Typed => {
                self.tell_all(|halls, there| Ok(halls.rooms[there].address().to_string()))?;
            }
        }
        let mut took = Duration::ZERO;
        for door in ALL {
            took += self.building.door(door)?.wait_for_peers(DOORS - 1)?;
        }
        self.without_server(&ALL);
        self.building.enter_many(self.guests, &ALL, random)?;
        tally.known(self.building.all_know(&ALL, KNOWN)?);
        self.building.refused_at(&ALL, 2)?;
        tally.case(&format!("found, {way:?}"), took);
        Ok(())
    }

    fn shown(&self, door: usize) -> anyhow::Result<String> {
        let lines = self.building.devices[door].run_well(&["lan", "show"])?;
        let shown = lines.first().context("it shows nothing")?;
        Ok(text(shown, "/lan")?.to_owned())
    }

    /// Each door is told of each other one.
    fn tell_all(
        &mut self,
        of: impl Fn(&Self, usize) -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        for there in ALL {
            // Its own addresses are noted when it has looked at them.
            self.wait_until_listening(there)?;
            let text = of(self, there)?;
            for here in others(there) {
                self.building.devices[here].run_well(&["lan", "add", &text])?;
            }
        }
        Ok(())
    }

    fn wait_until_listening(&mut self, door: usize) -> anyhow::Result<()> {
        let began = std::time::Instant::now();
        loop {
            let replica = self.building.door(door)?.replica();
            let own = scanner_app::replica::peers::own_addresses(replica)?;
            if own.contains(&self.rooms[door].address()) {
                return Ok(());
            }
            ensure!(
                began.elapsed() < KNOWN,
                "door {door} listens at {own:?}, port {PORT}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A stranger in the hall announces a thousand doors that aren't there, and false addresses of those that are. Nobody
    /// scans slower, memory stays what it was, and a door that comes back is found by its true announcement.
    pub fn flood(
        &mut self,
        stranger: &Room,
        announcements: u32,
        random: &mut StdRng,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        self.without_server(&ALL);
        self.building.forget()?;
        self.open(true)?;
        for door in ALL {
            self.building.door(door)?.wait_for_peers(DOORS - 1)?;
        }
        let siblings: Vec<_> = ALL.iter().map(|door| self.building.id(*door)).collect();
        let before = self.resident_mb()?;
        let began = std::time::Instant::now();
        let speaker = stranger.speaker(strange::PORT)?;
        let mut slowest = Duration::ZERO;
        for at in 0..announcements {
            speaker
                .send_to(&strange::announcement(at, &siblings), strange::GROUP)
                .context("announcing")?;
            if at % (announcements / 20) == 0 {
                let asked = std::time::Instant::now();
                self.building.enter(random.random_range(0..DOORS))?;
                slowest = slowest.max(asked.elapsed());
            }
        }
        tally.known(self.building.all_know(&ALL, KNOWN)?);
        let grown = grown_mb(&before, &self.resident_mb()?);
        let most = if announcements > 1_000 {
            MOST_GROWTH_EVER_MB
        } else {
            MOST_GROWTH_MB
        };
        ensure!(
            grown < most,
            "{announcements} false announcements made a door grow by {grown:.1} MB"
        );
        ensure!(
            slowest < SLOWEST_SCAN,
            "a scan took {slowest:?} while a stranger announced"
        );
        let back = random.random_range(0..DOORS);
        self.building.leave(back)?;
        self.building.forget_at(back)?;
        self.open_one(back, true)?;
        // While it makes itself known, too.
        for at in 0..200 {
            let false_address = strange::announcement(10 * at + 1, &siblings);
            speaker.send_to(&false_address, strange::GROUP)?;
            std::thread::sleep(Duration::from_millis(5));
        }
        self.building.door(back)?.wait_for_peers(DOORS - 1)?;
        for door in others(back) {
            self.building.door(door)?.wait_for_peers(DOORS - 1)?;
        }
        self.building.enter(back)?;
        tally.known(self.building.all_know(&ALL, KNOWN)?);
        tally.flooded(grown, slowest);
        tally.case(
            &format!("{announcements} false announcements: a door grew by {grown:.1} MB at most, slowest scan {slowest:?}"),
            began.elapsed(),
        );
        Ok(())
    }

    fn resident_mb(&mut self) -> anyhow::Result<Vec<f64>> {
        ALL.into_iter()
            .map(|door| resident_mb(self.building.door(door)?.pid()))
            .collect()
    }

    /// One door hears another that doesn't hear it; what either sees, all come to know over the others.
    pub fn one_way(&mut self, random: &mut StdRng, tally: &mut Tally) -> anyhow::Result<()> {
        self.without_server(&ALL);
        let deaf = random.random_range(0..DOORS);
        let mute = others(deaf)[random.random_range(0..DOORS - 1)];
        self.rooms[mute].send_nothing_to(&self.rooms[deaf])?;
        self.building
            .enter_many(self.guests, &[deaf, mute], random)?;
        let took = self.building.all_know(&ALL, KNOWN)?;
        tally.known(took);
        self.building.refused_at(&ALL, 2)?;
        self.mend_rooms()?;
        tally.case("one of a pair hears nothing", took);
        Ok(())
    }

    /// Two doors alone, one of which takes no calls: the other one's rounds carry both ways.
    pub fn calls_one_way(&mut self, random: &mut StdRng, tally: &mut Tally) -> anyhow::Result<()> {
        self.without_server(&ALL);
        let shut = random.random_range(0..DOORS);
        let calling = others(shut)[random.random_range(0..DOORS - 1)];
        self.rooms[shut].take_no_calls_of(&self.rooms[calling])?;
        for away in others(shut).into_iter().filter(|door| *door != calling) {
            self.rooms[away].unplug()?;
        }
        let pair = [shut, calling];
        self.building.enter_many(self.guests, &pair, random)?;
        tally.known(self.building.all_know(&pair, KNOWN)?);
        self.building.refused_at(&pair, 2)?;
        self.mend_rooms()?;
        let took = self.building.all_know(&ALL, KNOWN)?;
        tally.known(took);
        tally.case(
            "one of two takes no calls, the others' cables are out",
            took,
        );
        Ok(())
    }

    /// Two halves without a server: a ticket goes in at both, and all hear of it afterwards.
    pub fn halves(&mut self, random: &mut StdRng, tally: &mut Tally) -> anyhow::Result<()> {
        self.without_server(&ALL);
        let with_first = random.random_range(1..DOORS);
        let (one, two): (Vec<usize>, Vec<usize>) = ALL
            .into_iter()
            .partition(|door| *door == 0 || *door == with_first);
        for (here, there) in one.iter().flat_map(|a| two.iter().map(move |b| (*a, *b))) {
            self.rooms[here].send_nothing_to(&self.rooms[there])?;
            self.rooms[there].send_nothing_to(&self.rooms[here])?;
        }
        self.building.enter_at_each(&[one[0], two[0]])?;
        self.building.enter_many(self.guests, &ALL, random)?;
        self.mend_rooms()?;
        let took = self.building.all_know(&ALL, KNOWN)?;
        tally.known(took);
        self.building.refused_at(&ALL, 2)?;
        tally.case("two halves, a ticket in at both", took);
        Ok(())
    }

    /// The server is gone for the night; in the morning one door alone reaches it and hands in for all.
    pub async fn night(
        &mut self,
        length: Duration,
        random: &mut StdRng,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        self.building.stage.server.stop()?;
        self.without_server(&[]);
        let began = std::time::Instant::now();
        self.building.enter_many(self.guests, &ALL, random)?;
        while began.elapsed() < length {
            self.building.enter(random.random_range(0..DOORS))?;
            tokio::time::sleep(length / 20).await;
        }
        tally.known(self.building.all_know(&ALL, KNOWN)?);
        let uplink = random.random_range(0..DOORS);
        self.without_server(&others(uplink));
        self.building.stage.server.start().await?;
        let took = self.building.server_has_all(SENT).await?;
        tally.sent(took);
        self.building.refused_at(&ALL, 2)?;
        self.building
            .oracle
            .compare(&self.building.stage, self.building.event)
            .await?;
        tally.case(
            &format!("no server for {length:?}, then one door hands in for all"),
            took,
        );
        Ok(())
    }

    /// A door dies while it scans, another one's cable is out; then the server dies while people go in.
    pub async fn deaths(&mut self, random: &mut StdRng, tally: &mut Tally) -> anyhow::Result<()> {
        self.without_server(&[]);
        let dies = random.random_range(0..DOORS);
        let away = others(dies)[random.random_range(0..DOORS - 1)];
        self.rooms[away].unplug()?;
        let after = Duration::from_micros(random.random_range(0..12_000));
        let died = self.building.kill_while_scanning(dies, after)?;
        self.building
            .enter_many(self.guests, &others(dies), random)?;
        self.building.stage.server.kill()?;
        self.building
            .enter_many(self.guests, &others(dies), random)?;
        self.mend_rooms()?;
        self.open_one(dies, false)?;
        self.building.back(dies, died)?;
        let known = self.building.all_know(&ALL, KNOWN)?;
        tally.known(known);
        self.building.refused_at(&ALL, 2)?;
        self.building.stage.server.start().await?;
        let took = self.building.server_has_all(SENT).await?;
        tally.sent(took);
        tally.case("kill -9 of a door while it scans, and of the server", took);
        Ok(())
    }

    /// Doors closed, everything good again, and the books compared.
    pub async fn end(self) -> anyhow::Result<()> {
        self.without_server(&[]);
        self.building.server_has_all(SENT).await?;
        self.building.all_know(&ALL, SENT)?;
        self.building.compare().await?;
        self.building.forget()
    }
}

fn grown_mb(before: &[f64], after: &[f64]) -> f64 {
    let each = before.iter().zip(after);
    each.map(|(before, after)| after - before)
        .fold(0.0, f64::max)
}
