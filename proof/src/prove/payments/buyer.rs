//! Somebody who buys: books, goes to Stripe's page, does there what people do, comes back or not.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rand::RngExt as _;
use rand::rngs::StdRng;
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{SCARCE, Scene};
use crate::api::{Api, number, text};
use crate::bench::buyer::Wanted;
use crate::organizer::new_id;

/// A killed server is back within this.
const PATIENCE: Duration = Duration::from_secs(90);
const MOMENT: Duration = Duration::from_millis(100);
/// How long a buyer looks at the page that says "a moment": what was not told is asked for later.
const LOOKS_FOR: Duration = Duration::from_secs(4);

/// What a buyer knows in the end.
#[derive(Clone, Debug)]
pub struct Told {
    pub order: Uuid,
    pub end: End,
    /// What the server acknowledged to be on its way back, in minor units.
    pub refunded: i64,
}

/// How it ended, as far as the buyer saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// No places were left.
    SoldOut,
    /// Tickets in hand.
    Tickets,
    /// Went away without: gave up, was refused, or the answer takes its time.
    Without,
}

/// What somebody does at Stripe's page.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Pays,
    DeclinedFirst,
    DeclinedAndGone,
    ConfirmsAtBank,
    RefusesAtBank,
    Leaves,
    SlowBank {
        pays: bool,
    },
    /// Two windows, and pays in both.
    Twice,
}

impl Manner {
    fn draw(random: &mut StdRng) -> Self {
        match random.random_range(0..100) {
            0..=6 => Self::DeclinedFirst,
            7..=10 => Self::DeclinedAndGone,
            11..=16 => Self::ConfirmsAtBank,
            17..=19 => Self::RefusesAtBank,
            20..=25 => Self::Leaves,
            26..=28 => Self::SlowBank { pays: true },
            29..=30 => Self::SlowBank { pays: false },
            31..=36 => Self::Twice,
            _ => Self::Pays,
        }
    }

    /// The buttons, one after the other.
    fn presses(self) -> &'static [&'static str] {
        match self {
            Self::Pays | Self::Twice => &["pay"],
            Self::DeclinedFirst => &["decline", "pay"],
            Self::DeclinedAndGone => &["decline"],
            Self::ConfirmsAtBank => &["authenticate", "confirm"],
            Self::RefusesAtBank => &["authenticate", "refuse"],
            Self::Leaves => &[],
            Self::SlowBank { .. } => &["slow"],
        }
    }
}

/// One purchase from its first request on; whatever the server does not answer is sent again.
pub async fn buy(scene: &Scene, random: &mut StdRng) -> anyhow::Result<Told> {
    let is_scarce = random.random_range(0..SCARCE) == 0;
    let event = if is_scarce {
        scene.scarce
    } else {
        scene.plenty
    };
    let wanted = Wanted::new(event, &[(1, random.random_range(1..=3))]);
    let order = wanted.order;
    let told = |end| Told {
        order,
        end,
        refunded: 0,
    };
    let Some(secret) = hold(scene, &wanted).await? else {
        return Ok(told(End::SoldOut));
    };
    let manner = Manner::draw(random);
    if is_scarce {
        // Some come back to their basket when its time is over.
        wait(random, 2_500).await;
    }
    let pages = if matches!(manner, Manner::Twice) {
        let (one, other) = tokio::join!(pay(scene, order, &secret), pay(scene, order, &secret));
        [one?, other?]
    } else {
        [pay(scene, order, &secret).await?, None]
    };
    let mut pages: Vec<String> = pages.into_iter().flatten().collect();
    pages.sort();
    pages.dedup();
    if pages.is_empty() {
        return Ok(told(End::Without));
    }
    if is_scarce {
        // Others think it over on Stripe's page.
        wait(random, 5_000).await;
    }
    for page in &pages {
        act(scene, random, page, manner).await?;
    }
    let Some(total) = look(scene, order, &secret).await? else {
        return Ok(told(End::Without));
    };
    let refunded = match random.random_range(0..100) {
        0..=4 => refund(scene, order, total).await?,
        5..=7 => refund(scene, order, random.random_range(1..=total)).await?,
        _ => 0,
    };
    Ok(Told {
        refunded,
        ..told(End::Tickets)
    })
}

async fn wait(random: &mut StdRng, longest_ms: u64) {
    tokio::time::sleep(Duration::from_millis(random.random_range(0..=longest_ms))).await;
}

/// Sends until somebody answers who is neither gone nor broken.
pub async fn stubbornly(
    api: &Api,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> anyhow::Result<(StatusCode, Value)> {
    let began = Instant::now();
    loop {
        let answer = api.call(method.clone(), path, body).await;
        match answer {
            Ok((status, answer)) if !status.is_server_error() => return Ok((status, answer)),
            answer => ensure!(
                began.elapsed() < PATIENCE,
                "{method} {path} was answered nothing but {answer:?}"
            ),
        }
        tokio::time::sleep(MOMENT).await;
    }
}

/// The order's secret, or nothing: sold out.
async fn hold(scene: &Scene, wanted: &Wanted) -> anyhow::Result<Option<String>> {
    let path = "/orders";
    let (status, answer) =
        stubbornly(&scene.guest, Method::POST, path, Some(wanted.body())).await?;
    if status.is_success() {
        return match text(&answer, "/secret") {
            Ok(secret) => Ok(Some(secret.to_owned())),
            // It was made, the answer was lost, and its time is up.
            Err(_) => Ok(None),
        };
    }
    match text(&answer, "/code")? {
        "sold_out" => Ok(None),
        _ => bail!("POST /orders was answered {status}: {answer}"),
    }
}

/// Where to pay; nothing if it is too late for that.
async fn pay(scene: &Scene, order: Uuid, secret: &str) -> anyhow::Result<Option<String>> {
    let path = format!("/orders/{order}/pay?secret={secret}");
    let body = json!({"method": "checkout"});
    let (status, answer) = stubbornly(&scene.guest, Method::POST, &path, Some(&body)).await?;
    if status.is_success() {
        return Ok(text(&answer, "/redirect_url").ok().map(str::to_owned));
    }
    match text(&answer, "/code")? {
        "hold_expired" | "conflict" => Ok(None),
        _ => bail!("POST {path} was answered {status}: {answer}"),
    }
}

/// Of somebody at Stripe's pages.
pub fn browser() -> reqwest::Result<Client> {
    Client::builder().redirect(redirect::Policy::none()).build()
}

async fn act(scene: &Scene, random: &mut StdRng, page: &str, manner: Manner) -> anyhow::Result<()> {
    let browser = browser()?;
    for choice in manner.presses() {
        wait(random, 50).await;
        let request = browser
            .post(page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("choice={choice}"));
        let status = request.send().await?.status();
        ensure!(
            !status.is_client_error() && !status.is_server_error(),
            "Stripe's page was answered {status}"
        );
    }
    if let Manner::SlowBank { pays } = manner {
        wait(random, 1_000).await;
        let session = page.rsplit('/').next().context("a page without a name")?;
        // In two windows the other one may have been paid: then no bank is asked.
        let _ = scene.double.bank_answers(session, pays);
    }
    Ok(())
}

/// The order's total once its tickets are there; nothing if the buyer has enough of looking.
async fn look(scene: &Scene, order: Uuid, secret: &str) -> anyhow::Result<Option<i64>> {
    let path = format!("/orders/{order}?secret={secret}");
    let began = Instant::now();
    while began.elapsed() < LOOKS_FOR {
        let (status, answer) = stubbornly(&scene.guest, Method::GET, &path, None).await?;
        ensure!(status.is_success(), "GET {path} was answered {status}");
        if text(&answer, "/state")? == "paid" && number(&answer, "/issued_ms").is_ok() {
            return number(&answer, "/total_minor").map(Some);
        }
        tokio::time::sleep(MOMENT).await;
    }
    Ok(None)
}

/// Money back by the organizer; how much was acknowledged.
async fn refund(scene: &Scene, order: Uuid, amount: i64) -> anyhow::Result<i64> {
    let body = json!({"id": new_id(), "amount_minor": amount, "reason": "Empêchement"});
    let path = format!("/orders/{order}/refunds");
    let (status, answer) = stubbornly(&scene.owner, Method::POST, &path, Some(&body)).await?;
    ensure!(
        status.is_success(),
        "POST {path} was answered {status}: {answer}"
    );
    match text(&answer, "/state")? {
        "pending" | "succeeded" => Ok(amount),
        other => bail!("a refund is {other}"),
    }
}
