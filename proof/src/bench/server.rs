//! `server.*`: what one request costs the server and its PostgreSQL together, and how many it answers.
//!
//! CPU is the whole process tree's, by the operating system, over all requests of a figure and all that they leave to
//! be done afterwards (tickets to issue, mails to write). The callers are another process, which is not counted.

use std::future::Future;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use tempfile::TempDir;
use uuid::Uuid;

use super::buyer::{Purchase, buy};
use super::cpu::{load_average, settle, tree_cpu_ms};
use super::figures::Sheet;
use super::load::closed_loop;
use super::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::organizer::{PASSWORD, new_id, person};

/// Connections at once.
const CALLERS: [usize; 3] = [1, 8, 32];
/// A wall figure is the best of so many.
const ROUNDS: u64 = 5;
const ENTRIES: u64 = 400;
const ORDERS: u64 = 120;
const PAGES: u64 = 1_000;
/// Unmeasured, so that every connection knows its statements.
const WARM_UP: u64 = 100;

/// Measures entries, orders and pages at each number of connections.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let _mails = mails_in_memory(folder.path())?;
    let stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    measure(sheet, &stage)
        .await
        .with_context(|| format!("the server's log ends: {}", stage.server.last_log_lines()))?;
    let mut server = stage.server;
    server.stop()
}

/// Where memory serves as a disk, the server's mails go there. An ext4 without a journal, as these machines have, passes over
/// each inode that was freed within the last five minutes: after a run that deleted its folder each mail cost 0.7 ms more.
fn mails_in_memory(folder: &Path) -> anyhow::Result<Option<TempDir>> {
    let memory = Path::new("/dev/shm");
    if !memory.is_dir() {
        return Ok(None);
    }
    let mails = tempfile::Builder::new()
        .prefix("th-proof-mails-")
        .tempdir_in(memory)
        .context("making a folder of mails in memory")?;
    let data = folder.join("server");
    std::fs::create_dir_all(&data).context("making the server's folder")?;
    symlink(mails.path(), data.join("mail")).context("leading the server's mails there")?;
    Ok(Some(mails))
}

async fn measure(sheet: Sheet, stage: &Stage) -> anyhow::Result<()> {
    let event = stage.event(&Offer::only(1_000_000)).await?;
    for callers in CALLERS {
        pages(sheet, stage, event, callers).await?;
    }
    let strangers = Client::new();
    let member = member(stage).await?;
    for callers in CALLERS {
        event_pages(
            sheet,
            stage,
            ("server.event_page", &strangers, event),
            callers,
        )
        .await?;
    }
    for callers in CALLERS {
        event_pages(
            sheet,
            stage,
            ("server.event_page_member", &member, event),
            callers,
        )
        .await?;
    }
    for callers in CALLERS {
        orders(sheet, stage, event, callers).await?;
    }
    for callers in CALLERS {
        entries(sheet, stage, event, callers).await?;
    }
    Ok(())
}

async fn pages(sheet: Sheet, stage: &Stage, event: Uuid, callers: usize) -> anyhow::Result<()> {
    let path = format!("/events/{event}");
    let measure = Measure::of("server.page", callers, PAGES);
    measure
        .run(sheet, stage, |_| async {
            stage.guest.get(&path).await.map(drop)
        })
        .await
}

/// A browser of somebody who is logged in.
async fn member(stage: &Stage) -> anyhow::Result<Client> {
    let email = format!("anna-{}@example.org", new_id().simple());
    person(&stage.guest, stage.server.data(), &email, "Anna Petit").await?;
    let browser = Client::builder().redirect(Policy::none()).build()?;
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let answer = browser
        .post(format!("{}/fr/login", stage.server.url()))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let cookie = answer.headers().get(SET_COOKIE).context("no log-in")?;
    let session = cookie.to_str()?.split(';').next().unwrap_or_default();
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, session.parse()?);
    Ok(Client::builder().default_headers(headers).build()?)
}

/// The page as a browser asks for it, which people look at before a sale.
async fn event_pages(
    sheet: Sheet,
    stage: &Stage,
    (name, browser, event): (&'static str, &Client, Uuid),
    callers: usize,
) -> anyhow::Result<()> {
    let url = format!("{}/fr/events/{event}", stage.server.url());
    let measure = Measure::of(name, callers, PAGES);
    measure
        .run(sheet, stage, |_| async {
            let answer = browser.get(&url).header(ACCEPT, "text/html").send().await?;
            let page = answer.error_for_status()?.text().await?;
            ensure!(page.contains("</html>"), "a page without an end");
            Ok(())
        })
        .await
}

async fn orders(sheet: Sheet, stage: &Stage, event: Uuid, callers: usize) -> anyhow::Result<()> {
    let measure = Measure::of("server.order", callers, ORDERS);
    measure
        .run(sheet, stage, |_| async {
            match buy(&stage.guest, event, &[(1, 1)]).await? {
                Purchase::Bought(order) if order.tickets.len() == 1 => Ok(()),
                Purchase::Bought(order) => bail!("one place, {} tickets", order.tickets.len()),
                Purchase::SoldOut => bail!("sold out"),
            }
        })
        .await
}

async fn entries(sheet: Sheet, stage: &Stage, event: Uuid, callers: usize) -> anyhow::Result<()> {
    let wanted = ENTRIES * ROUNDS + WARM_UP;
    let bought = stage.fill(event, &[1], wanted as u32).await?;
    let tickets: Vec<_> = bought.into_iter().flat_map(|order| order.tickets).collect();
    let measure = Measure::of("server.entry", callers, ENTRIES);
    measure
        .run(sheet, stage, |n| {
            let ticket = tickets.get(n as usize);
            async move { enter(stage, ticket.context("too few tickets")?).await }
        })
        .await
}

/// The first entry of a good ticket.
async fn enter(stage: &Stage, ticket: &str) -> anyhow::Result<()> {
    match stage.enter(ticket).await?.as_str() {
        "admit" => Ok(()),
        other => bail!("a good ticket was not admitted: {other}"),
    }
}

struct Measure {
    name: &'static str,
    callers: usize,
    /// Requests a round.
    each: u64,
}

impl Measure {
    fn of(name: &'static str, callers: usize, each: u64) -> Self {
        Self {
            name,
            callers,
            each,
        }
    }

    /// `work(n)` is asked for with every `n` once, from 0 on.
    async fn run<W, F>(&self, sheet: Sheet, stage: &Stage, work: W) -> anyhow::Result<()>
    where
        W: Fn(u64) -> F,
        F: Future<Output = anyhow::Result<()>>,
    {
        let pid = stage.server.pid().context("the server does not run")?;
        closed_loop(self.callers, WARM_UP, &work).await?;
        settle(pid).await;
        let load_before = load_average();
        let cpu_before = tree_cpu_ms(pid);
        let (mut per_s, mut p95_ms) = (0.0f64, f64::INFINITY);
        for round in 0..ROUNDS {
            let first = WARM_UP + round * self.each;
            let mut outcome = closed_loop(self.callers, self.each, |n| work(first + n)).await?;
            per_s = per_s.max(outcome.per_second());
            p95_ms = p95_ms.min(outcome.latency_ms(0.95));
        }
        settle(pid).await;
        let requests = ROUNDS * self.each;
        let cpu_ms = (tree_cpu_ms(pid) - cpu_before) / requests as f64;
        let Self { name, callers, .. } = self;
        sheet.put(format!("{name}.cpu_ms.c{callers}"), cpu_ms, "ms", requests);
        sheet.put(format!("{name}.per_s.c{callers}"), per_s, "per_s", requests);
        sheet.put(format!("{name}.p95_ms.c{callers}"), p95_ms, "ms", requests);
        sheet.note(&format!("load average before: {load_before:.1}"));
        Ok(())
    }
}
