//! Places lent to tills, with the real server and real replicas: three tills are cut off and come back at random while guests
//! buy online, until everything of a type is sold. Invariants S1 and S2 of docs/SYNC.md.
//!
//! A partition is one step: whichever tills the dice cut off sell from what they were lent; the others, and the store, go on.
//! What was sold is counted here, ticket by ticket, and not asked of the server.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scanner_app::door::now_of;
use scanner_app::replica::Replica;
use scanner_app::till::stock::{self, NotTaken, SellError, Which};
use serde_json::Value;
use shared::ids::{EventId, TypeNo};
use uuid::Uuid;

use crate::api::number;
use crate::bench::buyer::{Purchase, patiently};
use crate::bench::enrolment::enrol_with;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::in_step::{hand_in, sync};
use crate::organizer::now_ms;
use crate::processes::Device;

const PLACES: u32 = 500;
const TILLS: usize = 3;
const STEPS: usize = 10;
const TYPE: TypeNo = TypeNo(1);
/// Guests who buy in one step, all at once: 200 in an evening.
const BUYERS: usize = 20;

/// How long the proof is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Partitions in all.
    pub partitions: usize,
    /// Draws the same evening again.
    pub seed: u64,
}

#[derive(Default)]
struct Told {
    evenings: u64,
    partitions: u64,
    sold_at_tills: u64,
    sold_online: u64,
    /// Sales at tills that were cut off, and those that their lease covered.
    wanted: u64,
    covered: u64,
    served: u64,
}

/// As many evenings as it takes.
pub async fn run(sheet: Sheet, plan: Plan) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let mut told = Told::default();
    let mut dice = StdRng::seed_from_u64(plan.seed);
    while told.partitions < plan.partitions as u64 {
        let evening = told.evenings;
        let below = folder.path().join(format!("evening-{evening}"));
        std::fs::create_dir_all(&below).context("making an evening's folder")?;
        evening_of(&stage, &below, &mut dice, &mut told)
            .await
            .with_context(|| {
                format!(
                    "evening {evening} of seed {}; the server's log ends: {}",
                    plan.seed,
                    stage.server.last_log_lines()
                )
            })?;
        told.evenings += 1;
    }
    stage.server.stop()?;
    let n = told.partitions;
    sheet.put("leases.partitions", n as f64, "count", told.evenings);
    sheet.put("leases.oversold", 0.0, "count", n);
    sheet.put(
        "leases.sold_at_tills",
        told.sold_at_tills as f64,
        "count",
        n,
    );
    sheet.put("leases.sold_online", told.sold_online as f64, "count", n);
    let served = told.served as f64 / (told.covered as f64).max(1.0);
    sheet.put(
        "leases.covered_served",
        served * 100.0,
        "percent",
        told.covered,
    );
    let within = told.served as f64 / (told.wanted as f64).max(1.0);
    sheet.put(
        "leases.offline_served",
        within * 100.0,
        "percent",
        told.wanted,
    );
    Ok(())
}

struct Till {
    replica: Replica,
    /// Ids and numbers of what it sold.
    sold: BTreeSet<String>,
}

async fn evening_of(
    stage: &Stage,
    folder: &Path,
    dice: &mut StdRng,
    told: &mut Told,
) -> anyhow::Result<()> {
    let event = stage.event(&Offer::only(PLACES)).await?;
    let mut tills = Vec::with_capacity(TILLS);
    for n in 0..TILLS {
        let device = Device::below(folder, &format!("till-{n}"));
        let rights = ["scan", "sell"];
        enrol_with(
            &stage.venue,
            &device,
            &stage.server.url(),
            (&[event][..], &rights[..]),
        )
        .await?;
        let replica = Replica::open(&device.data, &device.state).context("opening a till")?;
        sync(&replica).await.context("a till's first sync")?;
        tills.push(Till {
            replica,
            sold: BTreeSet::new(),
        });
    }
    let mut online = BTreeSet::new();
    for _ in 0..STEPS {
        let cut_off: Vec<bool> = tills.iter().map(|_| dice.random_ratio(2, 3)).collect();
        let wishes: Vec<Vec<u32>> = tills
            .iter()
            .map(|_| {
                let sales = dice.random_range(1..=6);
                (0..sales).map(|_| dice.random_range(1..=4)).collect()
            })
            .collect();
        let guests: Vec<u32> = (0..BUYERS).map(|_| dice.random_range(1..=3)).collect();
        let buying = buy(stage, event, &guests);
        let selling = async {
            for (till, (is_cut_off, wishes)) in tills.iter_mut().zip(cut_off.iter().zip(&wishes)) {
                if !is_cut_off {
                    sync(&till.replica).await?;
                }
                for n in wishes {
                    sell(till, EventId(event), *n, told)?;
                    // So that the guests get a turn between two sales.
                    tokio::task::yield_now().await;
                }
            }
            anyhow::Ok(())
        };
        let (bought, sold) = tokio::join!(buying, selling);
        sold?;
        for ticket in bought? {
            ensure!(online.insert(ticket), "a ticket was sold twice online (S2)");
        }
        told.partitions += 1;
        is_within(stage, event, &tills, &online).await?;
    }
    heal(stage, event, &mut tills, &mut online).await?;
    told.sold_at_tills += tills.iter().map(|till| till.sold.len() as u64).sum::<u64>();
    told.sold_online += online.len() as u64;
    Ok(())
}

/// Everything comes back, and the store sells what is left: then every place is sold, once.
async fn heal(
    stage: &Stage,
    event: Uuid,
    tills: &mut [Till],
    online: &mut BTreeSet<String>,
) -> anyhow::Result<()> {
    for till in &*tills {
        sync(&till.replica).await?;
        stock::give_back(&till.replica, Some(EventId(event)), Which::All, now_ms())?;
        hand_in(&till.replica).await?;
    }
    let row = row(stage, event).await?;
    ensure!(
        number(&row, "/leased")? == 0,
        "places are still lent after all tills gave them back: {row}"
    );
    loop {
        let bought = buy(stage, event, &[1; BUYERS]).await?;
        if bought.is_empty() {
            break;
        }
        online.extend(bought);
    }
    is_within(stage, event, tills, online).await?;
    let sold = sold(tills, online)?;
    ensure!(
        sold == PLACES as usize,
        "{sold} of {PLACES} places were sold although guests wanted more"
    );
    Ok(())
}

/// S1 and S2, by what is in people's hands, and by the server's count.
async fn is_within(
    stage: &Stage,
    event: Uuid,
    tills: &[Till],
    online: &BTreeSet<String>,
) -> anyhow::Result<()> {
    let sold = sold(tills, online)?;
    ensure!(
        sold <= PLACES as usize,
        "{sold} tickets of {PLACES} places (S1)"
    );
    let row = row(stage, event).await?;
    let taken = number(&row, "/held")? + number(&row, "/sold")? + number(&row, "/leased")?;
    ensure!(
        taken <= i64::from(PLACES) && taken >= sold as i64,
        "the server counts {taken} places of {PLACES} as taken, and {sold} are sold: {row}"
    );
    Ok(())
}

fn sold(tills: &[Till], online: &BTreeSet<String>) -> anyhow::Result<usize> {
    let mut all = online.clone();
    let mut sold = online.len();
    for till in tills {
        all.extend(till.sold.iter().cloned());
        sold += till.sold.len();
    }
    ensure!(all.len() == sold, "a ticket was sold twice (S2)");
    Ok(sold)
}

pub(super) async fn row(stage: &Stage, event: Uuid) -> anyhow::Result<Value> {
    let path = format!("/events/{event}/types");
    let answer = stage.venue.owner.get(&path).await?;
    let row = answer.pointer("/types/0").cloned();
    row.context("no ticket type")
}

/// The tickets of those who got some.
async fn buy(stage: &Stage, event: Uuid, guests: &[u32]) -> anyhow::Result<Vec<String>> {
    let purchases: Vec<anyhow::Result<Purchase>> = futures::stream::iter(guests.to_vec())
        .map(|places| async move { patiently(&stage.guest, event, &[(TYPE.0, places)]).await })
        .buffer_unordered(8)
        .collect()
        .await;
    let mut tickets = Vec::new();
    for purchase in purchases {
        match purchase? {
            Purchase::Bought(order) => tickets.extend(order.tickets),
            Purchase::SoldOut => {}
        }
    }
    Ok(tickets)
}

/// A sale from the lease: it succeeds if the lease covers it.
fn sell(till: &mut Till, event: EventId, n: u32, told: &mut Told) -> anyhow::Result<()> {
    let now_ms = now_ms();
    let now = now_of(till.replica.time().now(now_ms));
    let unsold = till
        .replica
        .read(move |connection| stock::unsold(connection, event, now))?;
    let has = unsold.get(&TYPE).copied().unwrap_or(0);
    told.wanted += 1;
    told.covered += u64::from(has >= n);
    match stock::sell(&till.replica, event, TYPE, n, now_ms) {
        Ok(tickets) => {
            told.served += 1;
            for ticket in tickets {
                let is_new = till.sold.insert(ticket.id.to_string());
                ensure!(is_new, "a till sold ticket {} twice (S2)", ticket.id);
            }
            Ok(())
        }
        Err(SellError::NotTaken(NotTaken::TooFew { left })) => {
            ensure!(
                has < n && left == has,
                "a till refused to sell {n} of {has} places that it was lent"
            );
            Ok(())
        }
        Err(error) => Err(error).context("selling at a till"),
    }
}
