//! `rush.*`: the opening of a sale. Two thousand buyers, each on a connection of its own, want one of a thousand places.

mod pages;

use std::collections::HashSet;
use std::time::Instant;

use anyhow::ensure;

use crate::bench::buyer::{Purchase, patiently};
use crate::bench::cpu::load_average;
use crate::bench::figures::{Sheet, percentile};
use crate::bench::load::closed_loop;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::organizer::now_ms;

const BUYERS: u64 = 2_000;
const PLACES: u32 = 1_000;
/// Best of so many sales, each of an event of its own.
const ROUNDS: usize = 5;
/// Before the first sale, on another event: connections to the database are open on the day of a sale.
const EARLIER_ORDERS: u64 = 64;

struct Sale {
    orders_per_s: f64,
    ticket_ms_p99: f64,
}

/// Only the opening through the store's pages.
pub async fn only_through_pages(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    pages::run(sheet, &stage).await?;
    let mut server = stage.server;
    server.stop()
}

/// Measures the sale and checks that it sold what there was.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let earlier = stage.event(&Offer::only(PLACES)).await?;
    closed_loop(32, EARLIER_ORDERS, |_| async {
        patiently(&stage.guest, earlier, &[(1, 1)]).await.map(drop)
    })
    .await?;
    let mut sales = Vec::new();
    for _ in 0..ROUNDS {
        let load = load_average();
        let sale = sale(&stage).await?;
        sheet.note(&format!(
            "exactly {PLACES} of {BUYERS} bought, {:.0} orders a second, p99 {:.0} ms (load average before: {load:.1})",
            sale.orders_per_s, sale.ticket_ms_p99
        ));
        sales.push(sale);
    }
    let orders = u64::from(PLACES) * ROUNDS as u64;
    let most = sales.iter().map(|sale| sale.orders_per_s);
    let least = sales.iter().map(|sale| sale.ticket_ms_p99);
    sheet.put(
        "rush.orders_per_s",
        most.fold(0.0, f64::max),
        "per_s",
        orders,
    );
    sheet.put(
        "rush.ticket_ms.p99",
        least.fold(f64::INFINITY, f64::min),
        "ms",
        orders,
    );
    pages::run(sheet, &stage).await?;
    let mut server = stage.server;
    server.stop()
}

/// One sale, from the first request to the last ticket.
async fn sale(stage: &Stage) -> anyhow::Result<Sale> {
    let event = stage.event(&Offer::only(PLACES)).await?;
    let began = Instant::now();
    let buyers = (0..BUYERS).map(|_| async {
        let purchase = patiently(&stage.guest, event, &[(1, 1)]).await?;
        anyhow::Ok((purchase, now_ms(), began.elapsed()))
    });
    let outcomes = futures::future::try_join_all(buyers).await?;
    let mut tickets = HashSet::new();
    let mut bought = 0;
    let mut last_paid = 0.0f64;
    let mut waits_ms = Vec::new();
    for (purchase, answered_ms, elapsed) in outcomes {
        let Purchase::Bought(order) = purchase else {
            continue;
        };
        bought += 1;
        last_paid = last_paid.max(elapsed.as_secs_f64());
        // From the moment the server took the payment to the answer with the ticket in it, answer's way included.
        waits_ms.push((answered_ms - order.paid_ms) as f64);
        tickets.extend(order.tickets);
    }
    let (sold, _) = stage.sold_and_held(event).await?;
    ensure!(
        bought == PLACES && tickets.len() == PLACES as usize && sold == i64::from(PLACES),
        "{bought} orders were paid, {} tickets issued, {sold} places counted as sold; there are {PLACES}",
        tickets.len()
    );
    Ok(Sale {
        orders_per_s: f64::from(bought) / last_paid,
        ticket_ms_p99: percentile(&mut waits_ms, 0.99),
    })
}
