//! Doors that reach each other, and the server, only over the project's own relays: lines of 20 ms that break before the
//! request, in its middle, before the answer, in its middle, that trickle, or that swallow everything.

use std::net::SocketAddr;
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use scanner_app::peers::discover::{LanText, told};
use tokio::net::TcpListener;

use super::building::{Building, DOORS, KNOWN, SENT};
use super::{Tally, others};
use crate::at_door::Lan;
use crate::bench::relay::{Fault, Line, Relay};
use crate::processes::free_port;

const ALL: [usize; DOORS] = [0, 1, 2, 3];
/// From one end of a line to the other.
const LINK: Duration = Duration::from_millis(20);
/// How long a line is bad.
const BAD: Duration = Duration::from_secs(2);

/// All that a line can do.
pub const FAULTS: [Fault; 6] = [
    Fault::BeforeAnswer,
    Fault::MidAnswer,
    Fault::BeforeRequest,
    Fault::MidRequest,
    Fault::Trickle,
    Fault::Silent,
];

fn line(fault: Fault) -> Line {
    Line { delay: LINK, fault }
}

/// Doors that know of each other only a relay each.
pub struct Lines<'a> {
    building: &'a mut Building,
    /// From, to.
    between: Vec<(usize, usize, Relay)>,
    guests: usize,
}

impl<'a> Lines<'a> {
    /// Closed doors that know no way to each other.
    pub fn of(building: &'a mut Building, guests: usize) -> Self {
        Self {
            building,
            between: Vec::new(),
            guests,
        }
    }

    /// Opens all without a server, each told of a relay to each other one.
    pub async fn open(&mut self) -> anyhow::Result<()> {
        self.building.line.change(line(Fault::BeforeRequest));
        self.building.forget()?;
        self.between.clear();
        for there in ALL {
            let port = free_port()?;
            for here in others(there) {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let text = LanText {
                    device: Some(self.building.id(there)),
                    addresses: vec![listener.local_addr()?],
                };
                told::leave(&self.building.devices[here].data, &text)?;
                let relay = Relay::with(listener, port, line(Fault::None));
                self.between.push((here, there, relay));
            }
            let lan = Lan {
                at: SocketAddr::from(([127, 0, 0, 1], port)).to_string(),
                announces: false,
            };
            self.building.open(there, &lan, |command| command)?;
        }
        for door in ALL {
            self.building.door(door)?.wait_for_peers(DOORS - 1)?;
        }
        Ok(())
    }

    fn all_between(&self, fault: Fault) {
        for (_, _, relay) in &self.between {
            relay.change(line(fault));
        }
    }

    /// All lines between doors are bad like that for a while.
    pub async fn between_doors(
        &mut self,
        fault: Fault,
        random: &mut StdRng,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        self.all_between(fault);
        self.building.enter_many(self.guests, &ALL, random)?;
        tokio::time::sleep(BAD).await;
        self.building.enter(random.random_range(0..DOORS))?;
        self.all_between(Fault::None);
        let took = self.building.all_know(&ALL, KNOWN)?;
        tally.known(took);
        self.building.refused_at(&ALL, 2)?;
        tally.case(&format!("lines between doors, {fault:?}"), took);
        Ok(())
    }

    /// One door can call nobody, and only one can call it; what it sees is known all the same.
    pub fn asymmetric(&mut self, random: &mut StdRng, tally: &mut Tally) -> anyhow::Result<()> {
        let lonely = random.random_range(0..DOORS);
        let friend = others(lonely)[random.random_range(0..DOORS - 1)];
        for (from, to, relay) in &self.between {
            if *from == lonely || (*to == lonely && *from != friend) {
                relay.change(line(Fault::BeforeRequest));
            }
        }
        self.building.enter_many(self.guests, &ALL, random)?;
        self.building.enter(lonely)?;
        let took = self.building.all_know(&ALL, KNOWN)?;
        tally.known(took);
        self.building.refused_at(&ALL, 2)?;
        self.all_between(Fault::None);
        tally.case("a door that calls nobody and that one other can call", took);
        Ok(())
    }

    /// Doors that have only the server, over lines that are bad like that; one dies, the server may too.
    pub async fn only_the_server(
        &mut self,
        fault: Fault,
        random: &mut StdRng,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        self.building.line.change(line(fault));
        self.building.enter_many(self.guests, &ALL, random)?;
        let dies = random.random_range(0..DOORS);
        let after = Duration::from_micros(random.random_range(0..12_000));
        let died = self.building.kill_while_scanning(dies, after)?;
        tokio::time::sleep(BAD).await;
        self.open_alone(dies)?;
        self.building.back(dies, died)?;
        self.building.line.change(line(Fault::None));
        let took = self.building.server_has_all(SENT).await?;
        tally.sent(took);
        tally.sent(self.building.all_know(&ALL, SENT)?);
        self.building.refused_at(&ALL, 2)?;
        tally.case(
            &format!("lines to the server, {fault:?}, kill -9 of a door"),
            took,
        );
        Ok(())
    }

    /// All of them, with nothing but the server.
    pub async fn open_all_alone(&mut self) -> anyhow::Result<()> {
        self.building.line.change(line(Fault::None));
        self.building.close()?;
        self.between.clear();
        ALL.into_iter().try_for_each(|door| self.open_alone(door))?;
        self.building.server_has_all(SENT).await?;
        self.building.all_know(&ALL, SENT)?;
        Ok(())
    }

    fn open_alone(&mut self, door: usize) -> anyhow::Result<()> {
        let lan = Lan {
            at: "off".into(),
            announces: false,
        };
        self.building.open(door, &lan, |command| command)
    }
}
