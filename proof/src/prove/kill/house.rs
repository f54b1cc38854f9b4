//! Kills of the server and of its PostgreSQL, while guests buy, get their money back and go in, and a door sends facts.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use rand::rngs::StdRng;
use uuid::Uuid;

use super::buyers::{self, Signals, Told};
use super::door::PictureDoor;
use super::{Plan, Tally, Target, audit, draws, moment};
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::processes::signal;

/// Tickets that the door lets in before each round, to be sent while the load runs.
const SHOWN: usize = 2;
/// The load runs for at most so long before the kill.
const LONGEST_LOAD: Duration = Duration::from_millis(1_500);
/// PostgreSQL is killed under a load that goes on for so long afterwards.
const LOAD_AFTERWARDS: Duration = Duration::from_millis(700);
/// Places of a round's event: some rounds sell out before the kill.
const PLACES: std::ops::RangeInclusive<u32> = 20..=200;
/// Every so manieth round the server is killed while it starts, too.
const KILLED_AT_START: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// So many rounds.
pub async fn rounds(sheet: Sheet, plan: Plan, target: Target) -> anyhow::Result<Tally> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let tickets = plan.rounds * SHOWN as u32;
    let mut door = PictureDoor::set(&stage, folder.path(), tickets).await?;
    let mut tally = Tally::default();
    for round in 0..plan.rounds {
        let one = one(&mut stage, &mut door, plan, target, round, &mut tally);
        one.await.with_context(|| {
            format!(
                "round {round}; the server's log ends: {}",
                stage.server.last_log_lines()
            )
        })?;
    }
    let mut database = audit::connect(stage.server.data()).await?;
    tally.facts = audit::journals(&mut database, door.event).await?;
    drop(database);
    sheet.note(&format!(
        "{}: {} facts of the door on the server",
        target.name(),
        tally.facts
    ));
    stage.server.stop()?;
    Ok(tally)
}

async fn one(
    stage: &mut Stage,
    door: &mut PictureDoor,
    plan: Plan,
    target: Target,
    round: u32,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let mut random = draws(plan, target, round);
    let event = stage
        .event(&Offer::only(random.random_range(PLACES)))
        .await?;
    let (pictures, _) = door.queue(stage, SHOWN).await?;
    let verdicts = door.scan(&pictures)?;
    let admitted = verdicts.iter().filter(|verdict| verdict.said == "admit");
    tally.entries += admitted.count() as u64;
    let told = Mutex::new(Told::default());
    let killed = under_load(stage, door, event, target, &mut random, &told).await?;
    tally.killed_at_ms.push(killed.at.as_secs_f64() * 1e3);
    let back = match killed.back {
        Some(back) => back,
        None => start_again(stage, round, &mut random).await?,
    };
    tally.back_ms.push(back.as_secs_f64() * 1e3);
    let checked = check(stage, door, event, told, tally);
    tokio::time::timeout(LONGEST_WAIT, checked)
        .await
        .context("the server is back and does not come to an end")??;
    tally.rounds += 1;
    Ok(())
}

/// A kill.
struct Killed {
    /// Into the load.
    at: Duration,
    /// How long it took to come back by itself, if it does.
    back: Option<Duration>,
}

/// Runs the load, starts the door's sync at a drawn moment, kills at another one.
async fn under_load(
    stage: &Stage,
    door: &PictureDoor,
    event: Uuid,
    target: Target,
    random: &mut StdRng,
    told: &Mutex<Told>,
) -> anyhow::Result<Killed> {
    let signals = Signals::default();
    let victim = victim(stage, target)?;
    let killed_at = moment(random, LONGEST_LOAD);
    let sync_at = moment(random, killed_at);
    let killing = async {
        tokio::time::sleep(sync_at).await;
        let mut syncing = door.start_syncing()?;
        tokio::time::sleep(killed_at.saturating_sub(sync_at)).await;
        signals.killed.store(true, Ordering::SeqCst);
        signal(victim, "KILL")?;
        let back = match target {
            Target::Postgres => {
                let back = by_itself(stage, victim).await?;
                tokio::time::sleep(LOAD_AFTERWARDS).await;
                Some(back)
            }
            Target::Server | Target::Device => None,
        };
        signals.stop.store(true, Ordering::SeqCst);
        // It gives up or tries again by itself; the next one will do.
        let _ = syncing.kill();
        syncing.wait().context("waiting for door sync")?;
        anyhow::Ok(back)
    };
    let load = buyers::load(stage, event, told, &signals);
    let (loaded, killed) = tokio::join!(load, killing);
    loaded?;
    Ok(Killed {
        at: killed_at,
        back: killed?,
    })
}

fn victim(stage: &Stage, target: Target) -> anyhow::Result<u32> {
    match target {
        Target::Server | Target::Device => stage.server.pid().context("the server does not run"),
        Target::Postgres => {
            let file = stage.server.data().join("postgres/cluster/postmaster.pid");
            let text = std::fs::read_to_string(file).context("asking who is the postmaster")?;
            let pid = text.lines().next().context("an empty postmaster.pid")?;
            Ok(pid.trim().parse()?)
        }
    }
}

/// Until the server, which watches its PostgreSQL, serves from another one.
async fn by_itself(stage: &Stage, killed: u32) -> anyhow::Result<Duration> {
    let began = Instant::now();
    loop {
        let another = victim(stage, Target::Postgres).is_ok_and(|pid| pid != killed);
        if another && stage.guest.get("/events?limit=1").await.is_ok() {
            return Ok(began.elapsed());
        }
        ensure!(
            began.elapsed() < LONGEST_WAIT,
            "PostgreSQL does not come back"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Starts the killed server, in some rounds killing it once more meanwhile; how long the start took.
async fn start_again(
    stage: &mut Stage,
    round: u32,
    random: &mut StdRng,
) -> anyhow::Result<Duration> {
    stage.server.kill()?;
    if round % KILLED_AT_START == KILLED_AT_START - 1 {
        let cut_at = moment(random, LONGEST_LOAD);
        let _ = tokio::time::timeout(cut_at, stage.server.start()).await;
        stage.server.kill()?;
    }
    stage.server.start().await
}

async fn check(
    stage: &Stage,
    door: &PictureDoor,
    event: Uuid,
    told: Mutex<Told>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    // What was acknowledged before anything is sent again.
    let before = buyers::so_far(&told);
    audit::acknowledged(stage, &before).await?;
    tally.repeated += buyers::finish(stage, &told).await?;
    let told = buyers::so_far(&told);
    audit::acknowledged(stage, &told).await?;
    let mut database = audit::connect(stage.server.data()).await?;
    audit::books(&mut database, event).await?;
    audit::journals(&mut database, event).await?;
    door.sync()?;
    let (held, own) = (
        audit::facts_of(&mut database, door.event, "Porte A").await?,
        door.verified_facts()?,
    );
    ensure!(
        held == own,
        "after a whole sync the door has {own} facts and the server {held}"
    );
    tally.orders += told.paid.len() as u64;
    tally.refunds += told.refunded.len() as u64;
    tally.entries += told.entered.len() as u64;
    Ok(())
}
