//! `search.*`: finding people by hand among the names of 100,000 orders.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use scanner_app::edge::SystemClock;
use scanner_app::replica::Replica;
use scanner_app::replica::roster::{ApplyPageError, Side, apply_page};
use scanner_app::replica::summaries::{self, Kept, Progress};
use scanner_app::search::{Index, MOST_HITS};
use shared::ids::{OrderId, TicketId};
use shared::roster::Rights;
use shared::roster::summary::{HeldTicket, OrderSummary};
use shared::ticket::ShortCode;
use shared::wire::latest::Page;

use super::cpu::peak_mb;
use super::door::seeding::{self, Folders, event};
use super::figures::{Sheet, percentile};
use super::stage::fresh_folder;
use crate::organizer::now_ms;

const ORDERS: u32 = 100_000;
const SEARCHES: usize = 1_000;
const SEED: u64 = 20_261_129;
/// As many as the door writes in one transaction.
const SLICE: usize = 200;

const GIVEN: [&str; 40] = [
    "Marie",
    "Jean",
    "Noël",
    "Chloé",
    "Jean-Pierre",
    "Zoé",
    "Léa",
    "Hugo",
    "Inès",
    "Raphaël",
    "Anaïs",
    "Loïc",
    "Margaux",
    "Mathéo",
    "Élodie",
    "Maxime",
    "Camille",
    "Sarah",
    "Yasmine",
    "Omar",
    "Björn",
    "Jürgen",
    "Søren",
    "Łukasz",
    "José",
    "Iñaki",
    "Giulia",
    "Niccolò",
    "Åsa",
    "Emma",
    "Louis",
    "Jules",
    "Adèle",
    "Manon",
    "Martin",
    "Maud",
    "Marc",
    "Mehdi",
    "Awa",
    "Thérèse",
];
const SYLLABLES: [&str; 24] = [
    "du", "pont", "mar", "tin", "le", "fè", "vre", "gar", "nier", "rous", "sel", "ber", "trand",
    "mo", "reau", "lau", "rent", "cœu", "ret", "guil", "laume", "weiß", "o’n", "dia",
];

/// Fills a replica and searches it.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let replica = Folders::below(folder.path()).open()?;
    let rights = Rights {
        scan: true,
        search: true,
        ..Rights::default()
    };
    seeding::enrol(&replica, rights, now_ms())?;
    let orders = orders();
    fill(&replica, &orders).await?;
    let index = Index::of(&replica, event(), Arc::new(SystemClock));
    let began = Instant::now();
    let standing = index.refresh()?;
    sheet.put("search.open_ms", ms(began), "ms", ORDERS.into());
    ensure!(standing.orders == orders.len() && standing.is_complete);
    let mut taken = Vec::with_capacity(SEARCHES);
    for (text, wanted) in typed(&orders) {
        let began = Instant::now();
        let hits = index.find(&text, MOST_HITS)?;
        taken.push(ms(began));
        ensure!(
            hits.len() == MOST_HITS || hits.iter().any(|hit| hit.order == wanted),
            "{text} does not find its order"
        );
    }
    let n = taken.len() as u64;
    sheet.put("search.ms.p50", percentile(&mut taken, 0.5), "ms", n);
    sheet.put("search.ms.p95", percentile(&mut taken, 0.95), "ms", n);
    sheet.put("search.peak_mb", peak_mb()?, "MB", ORDERS.into());
    Ok(())
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn orders() -> Vec<OrderSummary> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut tickets = seeding::tickets(seeding::TICKETS);
    (0..ORDERS)
        .map(|n| {
            let buyer = name(&mut random);
            let places = random.random_range(1..=4);
            let held = |(at, ticket): (usize, TicketId)| HeldTicket {
                ticket,
                holder: if at == 0 {
                    buyer.clone()
                } else {
                    name(&mut random)
                },
            };
            let tickets = tickets
                .by_ref()
                .take(places)
                .enumerate()
                .map(held)
                .collect();
            OrderSummary {
                order: OrderId::from_bytes(u128::from(n + 1).to_be_bytes()),
                code: format!("TH-{:010}", u64::from(n) * 77_777),
                note: String::new(),
                tickets,
                buyer,
            }
        })
        .collect()
}

fn name(random: &mut StdRng) -> String {
    let given = GIVEN[random.random_range(0..GIVEN.len())];
    let mut family = String::new();
    for _ in 0..random.random_range(2..=3) {
        family.push_str(SYLLABLES[random.random_range(0..SYLLABLES.len())]);
    }
    format!("{given} {family}")
}

/// Roster and names, as the sync writes them.
async fn fill(replica: &Replica, orders: &[OrderSummary]) -> anyhow::Result<()> {
    let ids: Vec<TicketId> = orders
        .iter()
        .flat_map(|order| order.tickets.iter().map(|held| held.ticket))
        .collect();
    for (n, ids) in (0..).zip(ids.chunks(50_000)) {
        let mut page: Page = seeding::page(ids, now_ms(), n);
        if n == 0 {
            page.entries = seeding::rules(now_ms());
        }
        replica
            .write(move |tx| apply_page(tx, event(), &page, Side::InUse, now_ms()))
            .map_err(|error: ApplyPageError| anyhow::Error::from(error))
            .context("applying a page")?;
    }
    let begun = replica.begin_names(event()).await?;
    let (held, names) = begun.context("the device may search")?;
    let life = held.life;
    for rows in orders.chunks(SLICE) {
        let rows: Vec<_> = rows.iter().map(|row| names.seal(row)).collect();
        let progress = Progress {
            epoch: 1,
            cursor: "c".into(),
            has_more: false,
        };
        let kept =
            replica.write(move |tx| summaries::put(tx, event(), life, &rows, Some(&progress)))?;
        ensure!(kept == Kept::Yes, "the names were kept");
    }
    Ok(())
}

/// What people type, and the order that they mean: words' beginnings of a name, whole names, codes.
fn typed(orders: &[OrderSummary]) -> Vec<(String, OrderId)> {
    let mut random = StdRng::seed_from_u64(SEED + 1);
    (0..SEARCHES)
        .map(|n| {
            let order = &orders[random.random_range(0..orders.len())];
            let held = &order.tickets[random.random_range(0..order.tickets.len())];
            let begin = |word: &str, letters: usize| word.chars().take(letters).collect::<String>();
            let (given, family) = held.holder.split_once(' ').unwrap_or_default();
            let text = match n % 6 {
                0 => format!("{} {}", begin(family, 3), begin(given, 3)),
                1 => held.holder.clone(),
                2 => begin(family, 4).to_lowercase(),
                3 => begin(given, 2),
                4 => ShortCode::of(held.ticket).to_string(),
                _ => order.code.clone(),
            };
            (text, order.order)
        })
        .collect()
}
