//! `./hub prove`: the long proofs. Their figures are committed in docs/PROOF.md.

mod kill;
mod leases;
mod machine;
mod payments;
mod restore;
mod soak;
mod station;
mod strict;
mod supervised;
mod till_day;
mod venue;

use clap::ValueEnum as _;

use crate::bench::figures::{Form, Sheet};

/// What can be proved, in the order in which all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Proof {
    Station,
    Restore,
    Strict,
    Leases,
    TillDay,
    Venue,
    Kill,
    Payments,
    Soak,
}

/// What to prove.
#[derive(clap::Args)]
pub struct Options {
    /// All when absent, with `--short` all but the soak. By ./hub alone there are also scans and till-window.
    names: Vec<Proof>,
    /// A short while instead of the full length: what `./hub test` runs.
    #[arg(long)]
    short: bool,
    /// Draws the same kill points, doors and guests again.
    #[arg(long)]
    seed: Option<u64>,
    /// Rounds of each kind; 100 kills unless told, 3 with `--short`; of the venue 3, and 1.
    #[arg(long)]
    rounds: Option<u32>,
    /// Of the kill rounds only these: `server`, `postgres`, `device`.
    #[arg(long)]
    only: Option<kill::Target>,
    /// How many buy in the proof of payments; 10,000 unless told, 150 with `--short`.
    #[arg(long)]
    purchases: Option<u32>,
    /// How long the soak lasts; 30 unless told, half a minute with `--short`.
    #[arg(long)]
    minutes: Option<f64>,
    /// One JSON object a figure.
    #[arg(long)]
    json: bool,
    /// This is the venue's own network namespace.
    #[arg(long, hide = true)]
    inside: bool,
}

impl Options {
    fn proofs(&self) -> Vec<Proof> {
        if !self.names.is_empty() {
            return self.names.clone();
        }
        let all = Proof::value_variants().iter().copied();
        all.filter(|proof| !self.short || *proof != Proof::Soak)
            .collect()
    }

    fn plan(&self) -> kill::Plan {
        let usual = if self.short { 3 } else { 100 };
        kill::Plan {
            rounds: self.rounds.unwrap_or(usual),
            seed: self.seed.unwrap_or_else(rand::random),
            only: self.only,
        }
    }

    fn payments(&self) -> payments::Plan {
        let (purchases, kills) = if self.short { (150, 1) } else { (10_000, 20) };
        payments::Plan {
            purchases: self.purchases.unwrap_or(purchases),
            kills,
            seed: self.seed.unwrap_or_else(rand::random),
            is_short: self.short,
        }
    }

    fn leases(&self) -> leases::Plan {
        leases::Plan {
            partitions: if self.short { 10 } else { 200 },
            seed: self.seed.unwrap_or_else(rand::random),
        }
    }

    fn till_day(&self) -> till_day::Plan {
        till_day::Plan {
            sales: if self.short { 40 } else { 200 },
            seed: self.seed.unwrap_or_else(rand::random),
        }
    }

    fn venue(&self) -> venue::Plan {
        let usual = if self.short { 1 } else { 3 };
        venue::Plan {
            rounds: self.rounds.unwrap_or(usual),
            seed: self.seed.unwrap_or_else(rand::random),
            is_short: self.short,
            is_inside: self.inside,
        }
    }

    fn minutes(&self) -> f64 {
        self.minutes.unwrap_or(if self.short { 0.5 } else { 30.0 })
    }
}

/// Proves and prints.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let form = if options.json {
        Form::Json
    } else {
        Form::Table
    };
    let sheet = Sheet { form };
    for proof in options.proofs() {
        match proof {
            Proof::Station => station::run(sheet).await?,
            Proof::Restore => restore::run(sheet).await?,
            Proof::Strict => strict::run(sheet).await?,
            Proof::Leases => leases::run(sheet, options.leases()).await?,
            Proof::TillDay => till_day::run(sheet, options.till_day()).await?,
            Proof::Venue => venue::run(sheet, options.venue()).await?,
            Proof::Kill => kill::run(sheet, options.plan()).await?,
            Proof::Payments => payments::run(sheet, options.payments()).await?,
            Proof::Soak => soak::run(sheet, options.minutes()).await?,
        }
    }
    Ok(())
}
