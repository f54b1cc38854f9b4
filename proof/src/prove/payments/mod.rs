//! Thousands buy at Stripe's double while calls fail and hang, answers and events get lost, repeated, late and out of
//! order, buyers are declined, leave, pay twice or too late, and the server is killed. Afterwards the double, which is
//! outside of whatever is killed, says what money came and went: to the cent that of payments, ledger and tickets. In the
//! midst of it the organizer connects an account of its own: from then on the money is passed on there, and what Stripe
//! says of transfers and fees is the ledger's, too.

mod books;
mod buyer;
mod calm;
mod connect;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use stripe_double::edge::{OsRandom, SystemClock};
use stripe_double::faults::{CallChances, Chances};
use stripe_double::{Double, Settings};
use uuid::Uuid;

use crate::api::Api;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::processes::Server;
use buyer::{End, Told};

const KEY: &str = "sk_test_double";
const SECRET: &str = "whsec_of_the_proof";
/// At once.
const BUYERS: usize = 32;
/// One in so many wants a place of the scarce event.
const SCARCE: u32 = 4;
/// Long enough for nearly everybody, and so long is waited for who left: in a short proof not quite so long.
const HOLD_S: u32 = 30;
const HOLD_S_IN_SHORT: u32 = 10;
/// Too short for some: their money comes late, and their places may be gone.
const SHORT_HOLD_S: u32 = 3;

const EVENTS_FAIL: Chances = Chances {
    repeated: 10,
    lost: 5,
    late: 10,
    swapped: 5,
};
const CALLS_FAIL: CallChances = CallChances {
    fails: 10,
    hangs: 2,
    answer_lost: 4,
};

/// How much is proved.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many buy.
    pub purchases: u32,
    /// How often the server is killed.
    pub kills: u32,
    /// Where all draws come from.
    pub seed: u64,
    /// Whether it is enough that no money is at stake in what is still open; else everything comes to its end.
    pub is_short: bool,
}

/// What buyers act on.
struct Scene {
    guest: Api,
    owner: Api,
    double: Double,
    organizer: Uuid,
    plenty: Uuid,
    scarce: Uuid,
    ended: AtomicU64,
}

/// Sells, lets everything go wrong, waits until it is calm, compares.
pub async fn run(sheet: Sheet, plan: Plan) -> anyhow::Result<()> {
    sheet.note(&format!(
        "seed {}; the same draws again: ./hub prove payments --seed {}",
        plan.seed, plan.seed
    ));
    let folder = fresh_folder()?;
    let double = Double::start(Settings::new(Arc::new(SystemClock), Box::new(OsRandom))).await?;
    let base = double.base();
    let settings = [
        WITHOUT_LIMITS.as_slice(),
        &[
            ("STRIPE_SECRET_KEY", KEY),
            ("STRIPE_WEBHOOK_SECRET", SECRET),
            ("STRIPE_API_BASE", &base),
        ],
    ]
    .concat();
    let stage = Stage::set(folder.path(), &settings).await?;
    double.deliver_to(
        &format!("{}/webhooks/stripe", stage.server.url()),
        &[SECRET],
    );
    let hold_s = if plan.is_short {
        HOLD_S_IN_SHORT
    } else {
        HOLD_S
    };
    let scene = Scene {
        plenty: stage
            .event_held_for(hold_s, &Offer::only(1_000_000))
            .await?,
        scarce: stage
            .event_held_for(SHORT_HOLD_S, &Offer::only(plan.purchases / 5))
            .await?,
        organizer: stage.venue.organizer,
        guest: stage.guest,
        owner: stage.venue.owner,
        double,
        ended: AtomicU64::new(0),
    };
    let mut server = stage.server;
    let proved = prove(sheet, plan, &scene, &mut server).await;
    proved.with_context(|| {
        let log = server.last_log_lines();
        format!("seed {}; the server's log ends: {log}", plan.seed)
    })?;
    server.stop()
}

async fn prove(sheet: Sheet, plan: Plan, scene: &Scene, server: &mut Server) -> anyhow::Result<()> {
    scene.double.chances(EVENTS_FAIL);
    scene.double.call_chances(CALLS_FAIL);
    // An evening that fails has no end for the kills to wait for.
    let (told, kills) = tokio::try_join!(evening(scene, plan), kills(scene, plan, server))?;
    scene.double.call_chances(CallChances::default());
    let calm_after = calm::wait(server.data(), &scene.double, plan.is_short).await?;
    let tally = books::compare(scene, server.data(), &told).await?;
    let n = u64::from(plan.purchases);
    for (what, count) in [
        ("purchases", n),
        ("kills", kills),
        ("paid", tally.paid),
        ("refunded", tally.refunded),
        ("charges", tally.charges),
        ("passed_on", tally.passed_on),
        ("given_back", tally.given_back),
        ("sold_out", ends(&told, End::SoldOut)),
        ("without_tickets", ends(&told, End::Without)),
        ("in_hand_at_once", ends(&told, End::Tickets)),
    ] {
        sheet.put(format!("payments.{what}"), count as f64, "count", n);
    }
    let euros = |minor: i64| minor as f64 / 100.0;
    sheet.put("payments.came".to_owned(), euros(tally.came), "eur", n);
    sheet.put("payments.went_back".to_owned(), euros(tally.went), "eur", n);
    sheet.put(
        "payments.organizers".to_owned(),
        euros(tally.organizers),
        "eur",
        n,
    );
    sheet.put("payments.fees".to_owned(), euros(tally.fees), "eur", n);
    let calm_s = calm_after.as_secs_f64();
    sheet.put("payments.calm_after".to_owned(), calm_s, "s", 1);
    Ok(())
}

fn ends(told: &[Told], end: End) -> u64 {
    told.iter().filter(|told| told.end == end).count() as u64
}

/// Some buy before the organizer has an account of its own, the others after.
async fn evening(scene: &Scene, plan: Plan) -> anyhow::Result<Vec<Told>> {
    let before = plan.purchases / 3;
    let mut told = buyers(scene, plan, 0..before).await?;
    connect::connect(scene, scene.organizer).await?;
    told.extend(buyers(scene, plan, before..plan.purchases).await?);
    Ok(told)
}

async fn buyers(scene: &Scene, plan: Plan, some: Range<u32>) -> anyhow::Result<Vec<Told>> {
    let all = futures::stream::iter(some).map(|n| async move {
        let told = buyer::buy(scene, &mut draws(plan, n)).await;
        scene.ended.fetch_add(1, Ordering::SeqCst);
        told.with_context(|| format!("purchase {n}"))
    });
    let all: Vec<anyhow::Result<Told>> = all.buffer_unordered(BUYERS).collect().await;
    all.into_iter().collect()
}

/// Kills the server when a drawn share of the purchases has ended, and starts it again; how often.
async fn kills(scene: &Scene, plan: Plan, server: &mut Server) -> anyhow::Result<u64> {
    let mut random = draws(plan, plan.purchases);
    let each = u64::from(plan.purchases) / u64::from(plan.kills + 1);
    let mut killed = 0;
    for n in 0..u64::from(plan.kills) {
        let at = each * n + random.random_range(each / 2..=each + each / 4);
        while scene.ended.load(Ordering::SeqCst) < at {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..200))).await;
        server.kill()?;
        server.start().await?;
        killed += 1;
    }
    ensure!(killed == u64::from(plan.kills), "too few kills");
    Ok(killed)
}

/// The draws of one purchase: the same for the same seed.
fn draws(plan: Plan, n: u32) -> StdRng {
    StdRng::seed_from_u64(plan.seed ^ u64::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
