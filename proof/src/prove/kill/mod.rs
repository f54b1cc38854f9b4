//! `kill -9` of the server, of its PostgreSQL and of a device, under load, at moments drawn over the whole operation.
//!
//! What was acknowledged is remembered here, outside of whatever is killed. After each round all of it must still be
//! there, nothing may be sold twice, and every journal must verify.

pub mod audit;
mod buyers;
mod device;
mod door;
mod house;

use std::time::Duration;

use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::bench::figures::{Form, Sheet, percentile};
use crate::demo::telling::say;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// The process `sync-server`.
    Server,
    /// The postmaster that it started.
    Postgres,
    /// The process `door`, scanning or syncing.
    Device,
}

impl Target {
    const ALL: [Self; 3] = [Self::Server, Self::Postgres, Self::Device];

    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Postgres => "postgres",
            Self::Device => "device",
        }
    }
}

/// How much is proved.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Kills of each target.
    pub rounds: u32,
    /// Where all draws come from.
    pub seed: u64,
    /// One target instead of all.
    pub only: Option<Target>,
}

/// What the rounds of one target saw; every count is of things that still held afterwards.
#[derive(Debug, Default)]
pub struct Tally {
    /// Kills.
    pub rounds: u32,
    /// Milliseconds into the operation.
    pub killed_at_ms: Vec<f64>,
    /// Milliseconds until it served again.
    pub back_ms: Vec<f64>,
    /// Paid orders that were acknowledged.
    pub orders: u64,
    /// Refunds that were acknowledged.
    pub refunds: u64,
    /// Entries that were acknowledged: by the API, or printed by the door.
    pub entries: u64,
    /// Facts that the server acknowledged to a door.
    pub facts: u64,
    /// Requests without an answer, sent again afterwards.
    pub repeated: u64,
}

/// Kills each target so many times.
pub async fn run(sheet: Sheet, plan: Plan) -> anyhow::Result<()> {
    sheet.note(&format!(
        "seed {}; the same draws again: ./hub prove kill --seed {}",
        plan.seed, plan.seed
    ));
    for target in Target::ALL {
        if plan.only.is_some_and(|only| only != target) {
            continue;
        }
        let proved = match target {
            Target::Server | Target::Postgres => house::rounds(sheet, plan, target).await,
            Target::Device => device::rounds(sheet, plan).await,
        };
        let name = target.name();
        let tally = proved.with_context(|| format!("killing {name}, seed {}", plan.seed))?;
        put(sheet, name, tally);
    }
    if sheet.form == Form::Table {
        say("nothing acknowledged was lost, nothing was sold twice, every journal verifies");
    }
    Ok(())
}

fn put(sheet: Sheet, name: &str, mut tally: Tally) {
    let n = u64::from(tally.rounds);
    let figure = |what: &str| format!("kill.{name}.{what}");
    sheet.put(figure("rounds"), n as f64, "count", n);
    for (what, count) in [
        ("orders_kept", tally.orders),
        ("refunds_kept", tally.refunds),
        ("entries_kept", tally.entries),
        ("facts_kept", tally.facts),
        ("requests_repeated", tally.repeated),
    ] {
        sheet.put(figure(what), count as f64, "count", n);
    }
    for (what, values) in [
        ("killed_at_ms", &mut tally.killed_at_ms),
        ("back_ms", &mut tally.back_ms),
    ] {
        for (share, at) in [("p50", 0.5), ("max", 1.0)] {
            let value = percentile(values, at);
            if value.is_finite() {
                sheet.put(figure(&format!("{what}.{share}")), value, "ms", n);
            }
        }
    }
}

/// The draws of one round: the same for the same seed, whatever the rounds before took.
fn draws(plan: Plan, target: Target, round: u32) -> StdRng {
    let which = (target as u64) << 32 | u64::from(round);
    StdRng::seed_from_u64(plan.seed ^ which.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A moment in `0..=longest`.
fn moment(random: &mut StdRng, longest: Duration) -> Duration {
    longest.mul_f64(random.random_range(0.0..=1.0))
}
