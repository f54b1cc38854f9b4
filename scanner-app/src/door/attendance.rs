//! How many people are inside, from all facts that are here, of this device and of others. Only tickets of which something
//! new was heard are folded again.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;
use shared::admission::fold::CountedGates;
use shared::admission::{FoldContext, Issued, fold};
use shared::ids::{EventId, GateNo, TicketId};

use super::ScanError;
use super::scene::Scene;
use crate::replica::{facts, tickets};

/// The venue now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attending {
    /// People inside.
    pub inside: u32,
    /// Entries so far, without those that count double.
    pub entries: u32,
    /// Exits so far.
    pub exits: u32,
    /// People allowed in at once.
    pub capacity: Option<u32>,
    /// By gate, in the order of their numbers. What happened at no gate, or at one that is no longer in the list, comes
    /// last, without a name.
    pub gates: Vec<AtOneGate>,
}

/// What happened at a gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtOneGate {
    /// The gate's name.
    pub name: Option<String>,
    /// Entries there.
    pub entries: u32,
    /// Exits there.
    pub exits: u32,
}

/// One event's.
#[derive(Debug)]
pub struct Attendance {
    event: EventId,
    scene: Option<Scene>,
    /// Number of the last fact that is counted.
    through: i64,
    tickets: HashMap<TicketId, Moves>,
    total: Total,
}

/// Of all tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Total {
    inside: u32,
    entries: BTreeMap<GateNo, u32>,
    exits: BTreeMap<GateNo, u32>,
}

/// What one ticket adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Moves {
    inside: bool,
    gates: CountedGates,
}

impl Attendance {
    /// Of this event; nothing is counted yet.
    pub fn of(event: EventId) -> Self {
        Self {
            event,
            scene: None,
            through: 0,
            tickets: HashMap::new(),
            total: Total::default(),
        }
    }

    /// Of which event.
    pub fn event(&self) -> EventId {
        self.event
    }

    /// Counts what came since, and says how it stands. `None`: nothing came.
    pub fn refresh(&mut self, replica: &Connection) -> Result<Option<Attending>, ScanError> {
        let is_current = self
            .scene
            .as_ref()
            .is_some_and(|scene| scene.is_current(replica));
        if !is_current {
            // Other rules or devices: every ticket may count otherwise.
            self.scene = Some(Scene::load(replica, self.event)?);
            self.through = 0;
            self.tickets.clear();
            self.total = Total::default();
        }
        let Some(scene) = &self.scene else {
            return Ok(None);
        };
        let (moved, through) = facts::tickets_after(replica, scene.event_no, self.through)?;
        if moved.is_empty() && is_current {
            return Ok(None);
        }
        for ticket in moved {
            let now = moves(replica, scene, ticket)?;
            self.total.add(&now);
            if let Some(before) = self.tickets.insert(ticket, now) {
                self.total.take(&before);
            }
        }
        self.through = through;
        Ok(Some(self.total.of_gates(scene)))
    }
}

impl Total {
    fn add(&mut self, moves: &Moves) {
        self.inside += u32::from(moves.inside);
        for (at, gates) in self.beside(moves) {
            for gate in gates {
                *at.entry(*gate).or_default() += 1;
            }
        }
    }

    /// What was added before.
    fn take(&mut self, moves: &Moves) {
        self.inside -= u32::from(moves.inside);
        for (at, gates) in self.beside(moves) {
            for gate in gates {
                *at.entry(*gate).or_default() -= 1;
            }
        }
    }

    fn beside<'a>(
        &'a mut self,
        moves: &'a Moves,
    ) -> [(&'a mut BTreeMap<GateNo, u32>, &'a [GateNo]); 2] {
        [
            (&mut self.entries, &moves.gates.entries),
            (&mut self.exits, &moves.gates.exits),
        ]
    }

    fn of_gates(&self, scene: &Scene) -> Attending {
        let at = |gates: &BTreeMap<GateNo, u32>, no| gates.get(&no).copied().unwrap_or(0);
        let mut gates: Vec<AtOneGate> = scene
            .gates
            .iter()
            .map(|gate| AtOneGate {
                name: Some(gate.name.clone()),
                entries: at(&self.entries, gate.no),
                exits: at(&self.exits, gate.no),
            })
            .collect();
        let (entries, exits) = (self.entries.values().sum(), self.exits.values().sum());
        let elsewhere = AtOneGate {
            name: None,
            entries: entries - gates.iter().map(|gate| gate.entries).sum::<u32>(),
            exits: exits - gates.iter().map(|gate| gate.exits).sum::<u32>(),
        };
        if elsewhere != AtOneGate::default() {
            gates.push(elsewhere);
        }
        Attending {
            inside: self.inside,
            entries,
            exits,
            capacity: scene.event.capacity,
            gates,
        }
    }
}

fn moves(replica: &Connection, scene: &Scene, ticket: TicketId) -> Result<Moves, ScanError> {
    let facts = facts::of_ticket(replica, scene.event_no, ticket)?;
    let rules = scene.rules();
    let context = FoldContext {
        rules: &rules,
        devices: &scene.devices,
        server: scene.server,
        ticket,
        row: tickets::ticket(replica, scene.event_no, ticket)?,
        issued: Issued::Unseen,
    };
    let folded = fold(&facts, &context);
    Ok(Moves {
        inside: folded.state.inside,
        gates: CountedGates::of(&facts, &folded),
    })
}
