//! The same opening through the store's pages, as browsers without scripts: five thousand people come within some seconds for
//! five hundred places, and most of them pass through the waiting room.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use uuid::Uuid;

use crate::bench::cpu::load_average;
use crate::bench::figures::{Sheet, percentile};
use crate::bench::stage::{Offer, Stage};

const VISITORS: u32 = 5_000;
const PLACES: u32 = 500;
/// They come one after the other within this, evenly.
const COME_WITHIN: Duration = Duration::from_secs(20);
/// Best of so many sales, each of an event of its own.
const ROUNDS: usize = 5;
/// Longer than anybody has to wait for an answer to "is there a place for me".
const PATIENCE: Duration = Duration::from_mins(5);

/// How it ended for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Bought,
    /// Was told that nothing is left.
    ToldSoldOut,
}

/// What one sale came to.
struct Sale {
    page_ms_p95: f64,
    waited_s_max: f64,
    waited: usize,
    sent_away: u64,
}

/// Measures the sales and checks that each sold what there was, and left nobody without an answer.
pub async fn run(sheet: Sheet, stage: &Stage) -> anyhow::Result<()> {
    let mut sales = Vec::new();
    for _ in 0..ROUNDS {
        let load = load_average();
        let sale = sale(stage).await?;
        sheet.note(&format!(
            "exactly {PLACES} of {VISITORS} bought through the pages, the others were told; {} waited, up to {:.0} s, {} times somebody was sent away for a second; p95 of a page {:.0} ms (load average before: {load:.1})",
            sale.waited, sale.waited_s_max, sale.sent_away, sale.page_ms_p95
        ));
        sales.push(sale);
    }
    let least = |of: fn(&Sale) -> f64| sales.iter().map(of).fold(f64::INFINITY, f64::min);
    let n = u64::from(VISITORS) * ROUNDS as u64;
    sheet.put(
        "rush.pages.page_ms.p95",
        least(|sale| sale.page_ms_p95),
        "ms",
        n,
    );
    sheet.put(
        "rush.pages.waited_s.max",
        least(|sale| sale.waited_s_max),
        "s",
        n,
    );
    Ok(())
}

async fn sale(stage: &Stage) -> anyhow::Result<Sale> {
    let event = stage.event(&Offer::only(PLACES)).await?;
    let browser = Browser::at(&stage.server.url())?;
    let visitors = (0..VISITORS).map(|n| {
        let browser = &browser;
        async move {
            tokio::time::sleep(COME_WITHIN.mul_f64(f64::from(n) / f64::from(VISITORS))).await;
            let visit = visit(browser, event, n);
            let end = tokio::time::timeout(PATIENCE, visit).await;
            end.with_context(|| format!("visitor {n} is not told anything"))?
        }
    });
    let ends = futures::future::try_join_all(visitors).await?;
    let bought = ends.iter().filter(|(end, _)| *end == End::Bought).count();
    let (sold, held) = stage.sold_and_held(event).await?;
    ensure!(
        bought == PLACES as usize && (sold, held) == (i64::from(PLACES), 0),
        "{bought} bought, {sold} places are sold and {held} held; there are {PLACES}"
    );
    let waits: Vec<f64> = ends.iter().filter_map(|(_, waited)| *waited).collect();
    let mut page_ms = browser.page_ms.into_inner().context("a visitor panicked")?;
    Ok(Sale {
        page_ms_p95: percentile(&mut page_ms, 0.95),
        waited_s_max: waits.iter().copied().fold(0.0, f64::max),
        waited: waits.len(),
        sent_away: browser.sent_away.load(Ordering::Relaxed),
    })
}

/// A page, or where it leads.
struct Shown {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Shown {
    fn leads_to(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// The value of a field of the page's form.
    fn field(&self, name: &str) -> Option<&str> {
        let behind = self
            .text
            .split_once(&format!("name=\"{name}\" value=\""))?
            .1;
        behind.split('"').next()
    }

    fn reloads_after(&self) -> Option<Duration> {
        let seconds = self.headers.get("refresh")?.to_str().ok()?;
        seconds.parse().ok().map(Duration::from_secs)
    }
}

/// Every page's time is noted.
struct Browser {
    client: Client,
    base: String,
    page_ms: Mutex<Vec<f64>>,
    sent_away: AtomicU64,
}

impl Browser {
    fn at(base: &str) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::builder()
                .redirect(redirect::Policy::none())
                .build()?,
            base: base.to_owned(),
            page_ms: Mutex::default(),
            sent_away: AtomicU64::new(0),
        })
    }

    async fn open(&self, path: &str) -> anyhow::Result<Shown> {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request).await.with_context(|| path.to_owned())
    }

    async fn press(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Shown> {
        // Ids, letters and an address: a blank is all that has to be written otherwise.
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")));
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(pairs.collect::<Vec<_>>().join("&"));
        self.send(request).await.with_context(|| path.to_owned())
    }

    /// Whoever is told that too many came at once presses again.
    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Shown> {
        let request = request.header(ACCEPT, "text/html");
        let began = Instant::now();
        loop {
            let again = request.try_clone().context("a form can be sent again")?;
            let shown = self.once(again).await?;
            if shown.status != StatusCode::SERVICE_UNAVAILABLE {
                ensure!(
                    !shown.status.is_server_error(),
                    "{}: {}",
                    shown.status,
                    shown.text
                );
                return Ok(shown);
            }
            self.sent_away.fetch_add(1, Ordering::Relaxed);
            ensure!(began.elapsed() < PATIENCE, "sent away: {}", shown.text);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn once(&self, request: RequestBuilder) -> anyhow::Result<Shown> {
        let began = Instant::now();
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        if let Ok(mut all) = self.page_ms.lock() {
            all.push(took);
        }
        Ok(Shown {
            status,
            headers,
            text,
        })
    }
}

/// Somebody's whole visit; and how long in the waiting room, in seconds.
async fn visit(browser: &Browser, event: Uuid, n: u32) -> anyhow::Result<(End, Option<f64>)> {
    let path = format!("/fr/events/{event}");
    let shown = browser.open(&path).await?;
    let Some(order) = shown.field("order") else {
        ensure!(
            shown.text.contains("Complet"),
            "neither a form nor a reason"
        );
        return Ok((End::ToldSoldOut, None));
    };
    let fields = [
        ("order", order),
        ("type", "1"),
        ("places", "1"),
        ("step", "reserve"),
    ];
    let mut pressed = browser.press(&path, &fields).await?;
    let mut waited = None;
    if let Some(queue) = pressed.leads_to().filter(|to| to.contains("/queue?")) {
        let began = Instant::now();
        let turn = wait(browser, queue).await?;
        waited = Some(began.elapsed().as_secs_f64());
        let Some(place) = turn.as_ref().and_then(|turn| turn.field("place")) else {
            return Ok((End::ToldSoldOut, waited));
        };
        let fields = [
            ("place", place),
            ("type", "1"),
            ("places", "1"),
            ("step", "reserve"),
        ];
        pressed = browser.press(&path, &fields).await?;
    }
    if pressed.status == StatusCode::CONFLICT {
        return Ok((End::ToldSoldOut, waited));
    }
    let checkout = pressed.leads_to().context("booking leads nowhere")?;
    pay(browser, checkout, n).await?;
    Ok((End::Bought, waited))
}

/// In the waiting room, which says at every look how many are before: its page when it is their turn, or nothing: all is sold.
async fn wait(browser: &Browser, queue: &str) -> anyhow::Result<Option<Shown>> {
    loop {
        let shown = browser.open(queue).await?;
        if shown.field("place").is_some() {
            return Ok(Some(shown));
        }
        if shown.text.contains("Plus rien à réserver") {
            return Ok(None);
        }
        ensure!(
            shown.text.contains("avant vous"),
            "somebody waits without being told"
        );
        let again = shown.reloads_after().context("the page does not reload")?;
        tokio::time::sleep(again).await;
    }
}

async fn pay(browser: &Browser, checkout: &str, n: u32) -> anyhow::Result<()> {
    browser.open(checkout).await?;
    let email = format!("public-{n}@example.org");
    let fields = [
        ("email", email.as_str()),
        ("name", "Dominique Public"),
        ("method", "accept"),
    ];
    let paid = browser.press(checkout, &fields).await?;
    let order = paid.leads_to().context("paying leads nowhere")?;
    loop {
        let shown = browser.open(order).await?;
        if shown.text.contains("C’est réservé") {
            return Ok(());
        }
        match shown.reloads_after() {
            Some(again) => tokio::time::sleep(again).await,
            None => bail!("a paid order's page says: {}", shown.text),
        }
    }
}
