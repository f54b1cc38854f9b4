//! The load: guests who hold, pay, get their money back and go in; and what was acknowledged to them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;
use uuid::Uuid;

use crate::bench::buyer::{Bought, Held, Wanted, hold, pay};
use crate::bench::stage::Stage;
use crate::organizer::new_id;

/// At once.
const BUYERS: usize = 8;

/// What the server acknowledged, and what it left without an answer.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Paid, with tickets in hand.
    pub paid: Vec<Bought>,
    /// Of those, with their money back.
    pub refunded: Vec<Bought>,
    /// Tickets of those that went in.
    pub entered: Vec<String>,
    /// No answer came.
    pub unanswered: Vec<Request>,
}

impl Told {
    /// Whether a refund of that order is without an answer.
    pub fn asks_refund_of(&self, order: Uuid) -> bool {
        self.unanswered.iter().any(|request| match request {
            Request::Refund(bought, _) => bought.order == order,
            Request::Hold(_) | Request::Pay(_) | Request::Enter(_) => false,
        })
    }
}

/// A request that may be sent again.
#[derive(Clone, Debug)]
pub enum Request {
    /// An order.
    Hold(Wanted),
    /// Its payment.
    Pay(Held),
    /// Money back, under the refund's id.
    Refund(Bought, Uuid),
    /// An entry of its first ticket.
    Enter(Bought),
}

/// Where the load stands with regard to the kill.
#[derive(Debug, Default)]
pub struct Signals {
    /// From now on requests may fail.
    pub killed: AtomicBool,
    /// No new requests.
    pub stop: AtomicBool,
}

impl Signals {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// # Errors
    /// The failure itself, if nothing was killed that could explain it.
    fn excuse(&self, error: anyhow::Error) -> anyhow::Result<()> {
        if self.killed.load(Ordering::SeqCst) {
            return Ok(());
        }
        Err(error.context("a request failed before anything was killed"))
    }
}

/// Buys, refunds and enters until told to stop or sold out.
pub async fn load(
    stage: &Stage,
    event: Uuid,
    told: &Mutex<Told>,
    signals: &Signals,
) -> anyhow::Result<()> {
    let buyers = (0..BUYERS).map(|n| one_after_another(stage, event, n, told, signals));
    futures::future::try_join_all(buyers).await.map(drop)
}

async fn one_after_another(
    stage: &Stage,
    event: Uuid,
    first: usize,
    told: &Mutex<Told>,
    signals: &Signals,
) -> anyhow::Result<()> {
    let mut n = first;
    while !signals.stopped() {
        let mut next = Some(Request::Hold(Wanted::new(
            event,
            &[(1, 1 + (n % 2) as u32)],
        )));
        n += 1;
        while let Some(request) = next.take() {
            match send(stage, &request).await {
                Ok(done) => next = note(told, done, n),
                Err(error) => {
                    signals.excuse(error)?;
                    lock(told).unanswered.push(request);
                }
            }
        }
        if signals.killed.load(Ordering::SeqCst) {
            until_back(stage, signals).await;
        }
    }
    Ok(())
}

/// All that was told by now.
pub fn so_far(told: &Mutex<Told>) -> Told {
    lock(told).clone()
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    // Nobody panics halfway through a push.
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an answer said.
enum Done {
    /// Places are held.
    Held(Held),
    /// None are left.
    SoldOut,
    /// Paid.
    Paid(Bought),
    /// The money is back.
    Refunded(Bought),
    /// Somebody is in.
    Entered(String),
}

/// Remembers what was acknowledged; what this buyer does next.
fn note(told: &Mutex<Told>, done: Done, n: usize) -> Option<Request> {
    let mut told = lock(told);
    match done {
        Done::Held(held) => Some(Request::Pay(held)),
        Done::SoldOut => None,
        Done::Paid(order) => {
            told.paid.push(order.clone());
            match n % 5 {
                0 => Some(Request::Refund(order, new_id())),
                1 | 3 => Some(Request::Enter(order)),
                _ => None,
            }
        }
        Done::Refunded(order) => {
            told.refunded.push(order);
            None
        }
        Done::Entered(ticket) => {
            told.entered.push(ticket);
            None
        }
    }
}

async fn send(stage: &Stage, request: &Request) -> anyhow::Result<Done> {
    Ok(match request {
        Request::Hold(wanted) => match hold(&stage.guest, wanted).await? {
            Some(held) => Done::Held(held),
            None => {
                // The rush is over; some places may come back with a refund.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Done::SoldOut
            }
        },
        Request::Pay(held) => Done::Paid(pay(&stage.guest, held).await?),
        Request::Refund(order, id) => {
            let refund = stage.refund(order, *id).await?;
            match refund.get("state").and_then(Value::as_str) {
                Some("succeeded") => Done::Refunded(order.clone()),
                _ => bail!("a refund is not done: {refund}"),
            }
        }
        Request::Enter(order) => {
            let ticket = order.tickets.first().context("an order without tickets")?;
            match stage.enter(ticket).await?.as_str() {
                "admit" | "already_entered" => Done::Entered(ticket.clone()),
                other => bail!("a good ticket was answered {other}"),
            }
        }
    })
}

/// Sends again what had no answer; all of it must come to its end now.
pub async fn finish(stage: &Stage, told: &Mutex<Told>) -> anyhow::Result<u64> {
    let unanswered = std::mem::take(&mut lock(told).unanswered);
    let count = unanswered.len() as u64;
    for request in unanswered {
        let mut next = Some(request);
        while let Some(request) = next.take() {
            let done = send(stage, &request).await;
            let done = done.with_context(|| format!("sending again: {request:?}"))?;
            // 2: pays what is held and leaves it at that.
            next = note(told, done, 2);
        }
    }
    Ok(count)
}

/// Waits until the server serves again, or the load is to stop.
async fn until_back(stage: &Stage, signals: &Signals) {
    while !signals.stopped() {
        if stage.guest.get("/events?limit=1").await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
