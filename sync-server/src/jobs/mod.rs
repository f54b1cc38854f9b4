//! What runs from time to time. Each job may run on several servers at once: they change rows conditionally.

use std::convert::Infallible;
use std::fmt::Display;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::door::{claims, money, unread};
use crate::messages::{sender, sms};
use crate::orders::expire::expire;
use crate::orders::notices::{carts, remind, tell};
use crate::orders::{resale, reservation, waiting_list};
use crate::payments::stripe::webhook;
use crate::payments::{ask, give_back, payout, refund};
use crate::tickets::issuer;
use crate::web::metrics;

/// A hold may outlive its time by so much; a paid order that a crash left waits so long after the start.
const OFTEN: Duration = Duration::from_secs(1);
/// Of the figures: what was recorded is folded.
const UPKEEP: Duration = Duration::from_secs(5);
/// For what only a failure leaves behind, and for mails that nobody waits for.
const SELDOM: Duration = Duration::from_secs(10);
/// For what is due at a time of day.
const EACH_MINUTE: Duration = Duration::from_mins(1);

/// Runs all jobs until the server is told to stop.
pub async fn run(app: App) {
    let expire = |app: App| async move { expire(&app.pool, app.now_ms()).await.map(drop) };
    let issue = |app: App| async move { issuer::sweep(&app).await };
    let give_back = |app: App| async move { give_back::sweep(&app).await };
    let ask = |app: App| async move { ask::sweep(&app).await };
    let payees = |app: App| async move { payout::sweep(&app).await };
    let forget = |app: App| async move { webhook::sweep(&app).await };
    let upkeep = |_| async {
        metrics::upkeep();
        Ok::<_, Infallible>(())
    };
    let claims = |app: App| async move { claims::sweep(&app.pool, app.now_ms()).await };
    let unread = |app: App| async move { unread::read_again(&app).await };
    let tills = |app: App| async move { money::sweep(&app).await };
    let tell = |app: App| async move { tell::sweep(&app).await };
    let remind = |app: App| async move { remind::sweep(&app).await };
    let carts = |app: App| async move { carts::sweep(&app).await };
    let offer = |app: App| async move { waiting_list::sweep(&app).await };
    let resale = |app: App| async move { resale::sweep(&app).await };
    let lapse = |app: App| async move { reservation::sweep(&app).await };
    let unlist = |app: App| async move { waiting_list::forget(&app).await };
    let refund = |app: App| async move { refund::sweep(&app).await };
    tokio::join!(
        sender::run(app.clone()),
        sms::sender::run(app.clone()),
        every(&app, UPKEEP, "web::metrics", upkeep),
        every(&app, OFTEN, "orders::expire", expire),
        every(&app, OFTEN, "orders::waiting_list", offer),
        every(&app, OFTEN, "orders::resale", resale),
        every(&app, OFTEN, "tickets::issuer", issue),
        every(&app, SELDOM, "payments::ask", ask),
        every(&app, SELDOM, "payments::stripe::webhook", forget),
        every(&app, SELDOM, "payments::payout", payees),
        every(&app, SELDOM, "payments::give_back", give_back),
        every(&app, SELDOM, "payments::refund", refund),
        every(&app, SELDOM, "orders::notices::tell", tell),
        every(&app, SELDOM, "orders::reservation", lapse),
        every(&app, EACH_MINUTE, "orders::notices::remind", remind),
        every(&app, EACH_MINUTE, "orders::notices::carts", carts),
        every(&app, EACH_MINUTE, "orders::waiting_list", unlist),
        every(&app, SELDOM, "door::claims", claims),
        every(&app, SELDOM, "door::unread", unread),
        every(&app, SELDOM, "door::money", tills),
    );
}

async fn every<E: Display, F: Future<Output = Result<(), E>>>(
    app: &App,
    period: Duration,
    name: &str,
    job: impl Fn(App) -> F,
) {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => break,
            _ = ticks.tick() => {}
        }
        if let Err(error) = job(app.clone()).await {
            tracing::warn!(job = name, %error, "a job failed and runs again soon");
        }
    }
}
