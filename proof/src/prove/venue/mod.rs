//! Four real doors and the real server on bad networks: in network namespaces of their own, and over the project's own
//! relays. Whatever was cut, late or killed: afterwards every green light is at the server exactly once, every door
//! refuses what is in, attendance and alerts are what was seen, and all journals verify.

mod building;
mod halls;
mod lines;
mod namespaces;
mod oracle;
mod strange;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use shared::ids::TicketId;

use self::building::{Building, DOORS};
use self::halls::{Halls, Way};
use self::lines::{FAULTS, Lines};
use self::namespaces::Room;
use crate::bench::figures::{Form, Sheet, percentile};
use crate::demo::telling::say;

/// How much is proved.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often each case is run, each time with other draws.
    pub rounds: u32,
    /// Where all draws come from.
    pub seed: u64,
    /// Fewer cases and guests.
    pub is_short: bool,
    /// This process is in a network namespace of its own.
    pub is_inside: bool,
}

impl Plan {
    fn draws(self, round: u32) -> StdRng {
        StdRng::seed_from_u64(self.seed ^ u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// In each case.
    fn guests(self) -> usize {
        if self.is_short { 4 } else { 16 }
    }

    fn announcements(self) -> u32 {
        if self.is_short { 1_000 } else { 20_000 }
    }

    fn night(self) -> Duration {
        Duration::from_secs(if self.is_short { 2 } else { 120 })
    }

    fn arguments(self, sheet: Sheet) -> Vec<String> {
        let mut arguments: Vec<String> = ["prove", "venue", "--inside", "--seed"]
            .map(str::to_owned)
            .into();
        arguments.push(self.seed.to_string());
        arguments.extend(["--rounds".to_owned(), self.rounds.to_string()]);
        if self.is_short {
            arguments.push("--short".to_owned());
        }
        if sheet.form == Form::Json {
            arguments.push("--json".to_owned());
        }
        arguments
    }
}

/// Runs all cases.
pub async fn run(sheet: Sheet, plan: Plan) -> anyhow::Result<()> {
    let rooms = if plan.is_inside {
        namespaces::build(DOORS as u8 + 1)?
    } else {
        match namespaces::refusal() {
            None => return namespaces::run_apart(&plan.arguments(sheet)),
            Some(reason) => {
                sheet.note(&format!("namespaces: not run ({reason})"));
                Vec::new()
            }
        }
    };
    sheet.note(&format!(
        "seed {}; the same draws again: ./hub prove venue --seed {}",
        plan.seed, plan.seed
    ));
    let began = Instant::now();
    let mut tally = Tally::new(sheet);
    for round in 0..plan.rounds {
        evening(plan, round, &rooms, &mut tally)
            .await
            .with_context(|| format!("the venue, seed {}, round {round}", plan.seed))?;
    }
    tally.put(sheet);
    if sheet.form == Form::Table {
        say(&format!(
            "every green light is at the server once, every door refuses what is in, attendance and alerts are what was seen ({:.0} s)",
            began.elapsed().as_secs_f64()
        ));
    }
    Ok(())
}

/// All cases once, on one building.
async fn evening(plan: Plan, round: u32, rooms: &[Room], tally: &mut Tally) -> anyhow::Result<()> {
    let mut random = plan.draws(round);
    let tickets = if plan.is_short { 120 } else { 600 };
    let mut building = Building::set(tickets).await?;
    if !rooms.is_empty() {
        if round == 0
            && let Some(reason) = namespaces::delay_lines(rooms)
        {
            tally.sheet.note(&format!(
                "netem: not run ({reason}): lines between rooms have no delay, those of the relays have 20 ms"
            ));
        }
        let (doors, strangers) = rooms.split_at(DOORS);
        let mut halls = Halls::of(&mut building, doors, plan.guests())?;
        in_rooms(plan, &mut halls, &strangers[0], &mut random, tally).await?;
        halls.end().await?;
    }
    let mut lines = Lines::of(&mut building, plan.guests());
    over_relays(plan, &mut lines, &mut random, tally).await?;
    tally.came(&building.oracle.came(), building.oracle.twice().len());
    building.finish().await
}

async fn in_rooms(
    plan: Plan,
    halls: &mut Halls<'_>,
    stranger: &Room,
    random: &mut StdRng,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    halls.found(Way::Announced, random, tally)?;
    if !plan.is_short {
        halls.found(Way::Typed, random, tally)?;
        halls.found(Way::Shown, random, tally)?;
        halls.found(Way::Server, random, tally)?;
    }
    halls.flood(stranger, plan.announcements(), random, tally)?;
    halls.found(Way::LastKnown, random, tally)?;
    halls.one_way(random, tally)?;
    halls.halves(random, tally)?;
    if !plan.is_short {
        halls.calls_one_way(random, tally)?;
    }
    halls.night(plan.night(), random, tally).await?;
    halls.deaths(random, tally).await
}

async fn over_relays(
    plan: Plan,
    lines: &mut Lines<'_>,
    random: &mut StdRng,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let faults = if plan.is_short {
        &FAULTS[..2]
    } else {
        &FAULTS[..]
    };
    lines.open().await?;
    for fault in faults {
        lines.between_doors(*fault, random, tally).await?;
    }
    lines.asymmetric(random, tally)?;
    lines.open_all_alone().await?;
    for fault in faults {
        lines.only_the_server(*fault, random, tally).await?;
    }
    Ok(())
}

/// The other doors.
fn others(door: usize) -> Vec<usize> {
    (0..DOORS).filter(|other| *other != door).collect()
}

/// What the cases took.
struct Tally {
    sheet: Sheet,
    cases: u64,
    known_ms: Vec<f64>,
    sent_ms: Vec<f64>,
    tickets: usize,
    twice: usize,
    grown_mb: f64,
    slowest_scan: Duration,
}

impl Tally {
    fn new(sheet: Sheet) -> Self {
        Self {
            sheet,
            cases: 0,
            known_ms: Vec::new(),
            sent_ms: Vec::new(),
            tickets: 0,
            twice: 0,
            grown_mb: 0.0,
            slowest_scan: Duration::ZERO,
        }
    }

    /// What a stranger's announcements cost.
    fn flooded(&mut self, grown_mb: f64, slowest: Duration) {
        self.grown_mb = self.grown_mb.max(grown_mb);
        self.slowest_scan = self.slowest_scan.max(slowest);
    }

    /// All doors knew so long after lines were good again, or after the last guest where they weren't cut.
    fn known(&mut self, after: Duration) {
        self.known_ms.push(after.as_secs_f64() * 1e3);
    }

    /// The server had everything so long after.
    fn sent(&mut self, after: Duration) {
        self.sent_ms.push(after.as_secs_f64() * 1e3);
    }

    fn case(&mut self, what: &str, took: Duration) {
        self.cases += 1;
        self.sheet
            .note(&format!("{what}: {:.1} s", took.as_secs_f64()));
    }

    fn came(&mut self, tickets: &std::collections::BTreeSet<TicketId>, twice: usize) {
        self.tickets += tickets.len();
        self.twice += twice;
    }

    fn put(mut self, sheet: Sheet) {
        let n = self.cases;
        sheet.put("venue.cases", n as f64, "count", n);
        sheet.put("venue.tickets_in", self.tickets as f64, "count", n);
        sheet.put("venue.tickets_in_twice", self.twice as f64, "count", n);
        let slowest = self.slowest_scan.as_secs_f64() * 1e3;
        sheet.put("venue.flood.grown_mb.max", self.grown_mb, "MB", n);
        sheet.put("venue.flood.scan_ms.max", slowest, "ms", n);
        for (what, values) in [("known", &mut self.known_ms), ("sent", &mut self.sent_ms)] {
            let n = values.len() as u64;
            for (share, at) in [("p50", 0.5), ("max", 1.0)] {
                let name = format!("venue.{what}_ms.{share}");
                sheet.put(name, percentile(values, at), "ms", n);
            }
        }
    }
}
