//! A guest who buys: holds places, pays by the test provider, has tickets. Every step may be sent again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::clock::UnixMillis;
use uuid::Uuid;

use crate::api::{Api, number, text};
use crate::organizer::new_id;

/// How long a buyer waits for the tickets in the answer to the payment, in milliseconds.
const WAIT_ISSUED_MS: u32 = 2_000;

/// How long somebody goes on trying.
const PATIENCE: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_millis(200);
/// In the error of a request that the server was too busy for.
const BUSY: &str = "503 Service Unavailable";

/// What a buyer wants: an order that is not sent yet.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The order's id, made by the buyer.
    pub order: Uuid,
    body: Value,
}

impl Wanted {
    /// Places of an event: type numbers with quantities.
    pub fn new(event: Uuid, lines: &[(u16, u32)]) -> Self {
        let order = new_id();
        let lines: Vec<_> = lines
            .iter()
            .map(|(no, quantity)| json!({"type_no": no, "quantity": quantity}))
            .collect();
        let email = format!("public-{}@example.org", order.simple());
        let body = json!({
            "id": order, "event_id": event, "lines": lines, "email": email,
            "name": "Dominique Public",
        });
        Self { order, body }
    }

    /// What is sent for it.
    pub fn body(&self) -> &Value {
        &self.body
    }
}

/// A held order.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its id.
    pub order: Uuid,
    /// Opens it for a guest.
    pub secret: String,
}

/// A paid order.
#[derive(Clone, Debug)]
pub struct Bought {
    /// Its id.
    pub order: Uuid,
    /// Opens it for a guest.
    pub secret: String,
    /// Its tickets' ids.
    pub tickets: Vec<String>,
    /// When the server took the payment.
    pub paid_ms: UnixMillis,
}

/// What came of wanting to buy.
#[derive(Clone, Debug)]
pub enum Purchase {
    /// Paid, tickets in hand.
    Bought(Bought),
    /// The places were gone.
    SoldOut,
}

/// Holds and pays; waits for the tickets.
pub async fn buy(guest: &Api, event: Uuid, lines: &[(u16, u32)]) -> anyhow::Result<Purchase> {
    let Some(held) = hold(guest, &Wanted::new(event, lines)).await? else {
        return Ok(Purchase::SoldOut);
    };
    pay(guest, &held).await.map(Purchase::Bought)
}

/// As [`buy`], by somebody who does what a busy server says: tries again in a moment, under the same ids.
pub async fn patiently(guest: &Api, event: Uuid, lines: &[(u16, u32)]) -> anyhow::Result<Purchase> {
    let wanted = Wanted::new(event, lines);
    let mut held = None;
    let began = Instant::now();
    loop {
        let attempt = async {
            if held.is_none() {
                held = hold(guest, &wanted).await?;
            }
            match &held {
                None => Ok(Purchase::SoldOut),
                Some(held) => pay(guest, held).await.map(Purchase::Bought),
            }
        };
        match attempt.await {
            Err(error) if began.elapsed() < PATIENCE && error.to_string().contains(BUSY) => {
                tokio::time::sleep(MOMENT).await;
            }
            outcome => return outcome,
        }
    }
}

/// Holds places; `None` when they are gone.
pub async fn hold(guest: &Api, wanted: &Wanted) -> anyhow::Result<Option<Held>> {
    let (status, answer) = guest
        .call(Method::POST, "/orders", Some(&wanted.body))
        .await?;
    if matches!(status, StatusCode::CREATED | StatusCode::OK) {
        let secret = text(&answer, "/secret")?.to_owned();
        let order = wanted.order;
        return Ok(Some(Held { order, secret }));
    }
    match text(&answer, "/code") {
        Ok("sold_out") => Ok(None),
        _ => bail!("POST /orders was answered {status}: {answer}"),
    }
}

/// Pays a held order and waits for its tickets.
pub async fn pay(guest: &Api, held: &Held) -> anyhow::Result<Bought> {
    let Held { order, secret } = held;
    let path = format!("/orders/{order}/pay?secret={secret}&wait_issued={WAIT_ISSUED_MS}");
    let mut answer = guest.post(&path, &json!({"method": "accept"})).await?;
    let path = format!("/orders/{order}?secret={secret}");
    while answer.get("issued_ms").is_none_or(Value::is_null) {
        answer = guest.get(&path).await?;
    }
    let tickets = answer.get("tickets").and_then(Value::as_array);
    let tickets = tickets.context("an issued order without tickets")?;
    Ok(Bought {
        order: *order,
        secret: secret.clone(),
        tickets: tickets
            .iter()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect(),
        paid_ms: number(&answer, "/paid_ms")?,
    })
}
