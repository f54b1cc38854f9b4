//! Keeping a till in stock: beside the engine, and only while everything that this till did is with the server, so that both
//! count alike. What can't be sold any more is given back first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::clock::UnixMillis;
use shared::ids::{EventId, FactId, OrderId};
use shared::wire::latest::{
    CollectAnswer, CollectAsk, ErrorCode, FoundOrders, OrderSearch, PromotionAnswer, PromotionAsk,
    ReservedLine, StockAnswer, StockAsk, StockSale, TakeOverAnswer, TakeOverAsk, TakenOver,
};

use super::requests::Caller;
use super::transport::{SyncTransport, TransportError};
use crate::replica::signed::{self, ApplySignedError};
use crate::replica::stock::{self as kept, OnSale};
use crate::replica::{
    ReplicaError, WriteTx, events, facts, identity, promotions, sign_off, till_terms,
};
use crate::till::stock::{GiveBackError, Which, give_back};

/// Somebody else may have given places back, or the organizer has made more.
const AGAIN: Duration = Duration::from_mins(1);
/// What it did is on its way to the server.
const MOMENT: Duration = Duration::from_millis(300);
/// This till sold something.
const SOON: Duration = Duration::from_secs(2);

/// When to ask.
#[derive(Debug)]
pub(super) struct StockAsks {
    next_at: Instant,
    was_answered: bool,
}

impl Default for StockAsks {
    fn default() -> Self {
        Self {
            next_at: Instant::now(),
            was_answered: false,
        }
    }
}

impl StockAsks {
    pub(super) fn next_at(&self) -> Instant {
        self.next_at
    }

    /// Whether the server said once what this till may sell.
    pub(super) fn is_settled(&self) -> bool {
        self.was_answered
    }

    /// Facts of this device came on the disk.
    pub(super) fn soon(&mut self) {
        self.next_at = self.next_at.min(Instant::now() + SOON);
    }

    pub(super) fn came(&mut self, asked: Asked) {
        let pause = match asked {
            Asked::Answered => {
                self.was_answered = true;
                AGAIN
            }
            Asked::NotYet => MOMENT,
            Asked::Failed => {
                // A round that comes to an end does not wait for it.
                self.was_answered = true;
                AGAIN / 4
            }
        };
        self.next_at = Instant::now() + pause;
    }
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The server said what this till may sell.
    Answered,
    /// What this till did is not with the server yet.
    NotYet,
    /// It will be asked again.
    Failed,
}

/// A till was not given places.
#[derive(Debug, thiserror::Error)]
pub enum LendError {
    /// The server can't be reached, or says no.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// What it sent can't be trusted.
    #[error(transparent)]
    Signed(#[from] ApplySignedError),
    /// The keys of this replica are on another machine: nothing could be sealed.
    #[error("this till's keys stayed on another machine; enrol it again in a new folder")]
    KeysElsewhere,
    /// What can't be sold any more was not given back.
    #[error(transparent)]
    GiveBack(#[from] GiveBackError),
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl LendError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Signed(_) => "wrong_server",
            Self::KeysElsewhere => "keys_elsewhere",
            Self::GiveBack(error) => error.code(),
            Self::Replica(error) => error.code(),
        }
    }
}

/// Tops up what this till holds of each of its events.
pub(super) async fn top_up<T: SyncTransport>(caller: Arc<Caller<T>>) -> Asked {
    match all_events(&caller).await {
        Ok(asked) => asked,
        Err(LendError::Transport(error)) => {
            // Of a revocation, a lost session and a server that is not there the engine hears by itself.
            tracing::debug!(%error, "places to sell will be asked for again");
            Asked::Failed
        }
        Err(error) => {
            tracing::error!(%error, "keeping this till in stock failed");
            Asked::Failed
        }
    }
}

async fn all_events<T: SyncTransport>(caller: &Caller<T>) -> Result<Asked, LendError> {
    let events = caller
        .replica()
        .read_async(|tx| {
            let identity = identity::load(tx)?;
            let has_signed_off = sign_off::since_ms(tx)?.is_some();
            let sells = identity.filter(|identity| identity.rights.sell && !has_signed_off);
            Ok::<_, ReplicaError>(sells.map(|identity| identity.events))
        })
        .await?;
    let Some(events) = events else {
        return Ok(Asked::Answered);
    };
    let (replica, now_ms) = (caller.replica().clone(), caller.clock().now_ms());
    let given =
        tokio::task::spawn_blocking(move || give_back(&replica, None, Which::NotForSale, now_ms));
    let given = given.await.unwrap_or(Ok(0))?;
    if given > 0 || caller.replica().read_async(facts::unsent_count).await? > 0 {
        return Ok(Asked::NotYet);
    }
    for event in events {
        match lend(caller, event, None).await {
            // Not on sale any more, or nobody knows it: what is here stays as it is.
            Ok(())
            | Err(LendError::Transport(TransportError::Refused {
                code: ErrorCode::NotFound | ErrorCode::NotOnSale | ErrorCode::Forbidden,
                ..
            })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Asked::Answered)
}

/// Asks for places of one event and keeps what comes, sealed.
pub(super) async fn lend<T: SyncTransport>(
    caller: &Caller<T>,
    event: EventId,
    sale: Option<StockSale>,
) -> Result<(), LendError> {
    let ask = StockAsk {
        event,
        sale,
        have: have(caller).await?,
    };
    let answer = caller.transport().stock(&caller.token(), &ask).await?.value;
    keep_sealed(caller, event, answer).await
}

/// The signed objects that are here.
async fn have<T: SyncTransport>(caller: &Caller<T>) -> Result<String, ReplicaError> {
    let have = caller.replica().read_async(signed::versions).await?;
    let have: Vec<String> = have
        .iter()
        .map(|(kind, version)| format!("{}:{version}", kind.as_str()))
        .collect();
    Ok(have.join(","))
}

async fn keep_sealed<T: SyncTransport>(
    caller: &Caller<T>,
    event: EventId,
    answer: StockAnswer,
) -> Result<(), LendError> {
    let vault = caller
        .replica()
        .vault()
        .cloned()
        .ok_or(LendError::KeysElsewhere)?;
    let said_ms = caller.clock().now_ms();
    caller
        .replica()
        .write_async(move |tx| keep(tx, &vault, event, answer, said_ms))
        .await
}

fn keep(
    tx: &WriteTx<'_>,
    vault: &crate::vault::Vault,
    event: EventId,
    answer: StockAnswer,
    said_ms: UnixMillis,
) -> Result<(), LendError> {
    for object in &answer.objects {
        signed::apply(tx, object)?;
    }
    // It may have signed off, been revoked or lost the right while the answer was under way.
    let may_sell = identity::load(tx)?.is_some_and(|identity| identity.rights.sell);
    let is_revoked = match identity::load(tx)? {
        Some(identity) => {
            signed::device(tx, identity.device)?.is_some_and(|own| own.revocation.is_some())
        }
        None => true,
    };
    if !may_sell || is_revoked || sign_off::since_ms(tx)?.is_some() {
        return Ok(());
    }
    let no = events::number_or_new(tx, event)?;
    let on_sale = OnSale {
        series: answer.series,
        currency: answer.currency,
        paper: answer.paper,
        types: answer.types,
        said_ms,
    };
    kept::put_on_sale(tx, no, &on_sale)?;
    till_terms::put(tx, &answer.terms)?;
    kept::put(tx, vault, no, &answer.tickets)?;
    Ok(())
}

/// What came of taking a reservation over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TookOver {
    /// Its places are here, and may be sold by now.
    Here(EventId, Vec<ReservedLine>),
    /// Another till was first.
    There(TakenOver),
    /// It was paid online.
    Paid,
    /// It has lapsed, or was given up.
    Over,
    /// The server says what this till does not know.
    Unknown,
}

/// For a till that is online: places of the common stock, for a minute, orders of the store, and its promo codes.
pub struct StockDesk<T>(Arc<Caller<T>>);

impl<T> std::fmt::Debug for StockDesk<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StockDesk")
    }
}

impl<T> Clone for StockDesk<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: SyncTransport> StockDesk<T> {
    pub(super) fn of(caller: &Arc<Caller<T>>) -> Self {
        Self(Arc::clone(caller))
    }

    /// Orders of the store that fit.
    pub async fn find_orders(&self, search: &OrderSearch) -> Result<FoundOrders, TransportError> {
        let token = self.0.token();
        let found = self.0.transport().find_orders(&token, search);
        Ok(found.await?.value)
    }

    /// An order's tickets to be printed, noted at the server.
    pub async fn collect(
        &self,
        order: OrderId,
        ask: &CollectAsk,
    ) -> Result<CollectAnswer, TransportError> {
        let token = self.0.token();
        let collected = self.0.transport().collect(&token, order, ask);
        Ok(collected.await?.value)
    }

    /// Takes a reservation over. When it returns, `till::stock::take` finds its places.
    pub async fn take_over(&self, order: OrderId) -> Result<TookOver, LendError> {
        let caller = &self.0;
        let ask = TakeOverAsk {
            have: have(caller).await?,
        };
        let token = caller.token();
        let answer = caller.transport().take_over(&token, order, &ask);
        Ok(match answer.await?.value {
            TakeOverAnswer::Lent(places) => {
                keep_sealed(caller, places.event, places.stock).await?;
                TookOver::Here(places.event, places.lines)
            }
            TakeOverAnswer::TakenOver(before) => TookOver::There(before),
            TakeOverAnswer::Paid => TookOver::Paid,
            TakeOverAnswer::Over => TookOver::Over,
            TakeOverAnswer::Unknown => TookOver::Unknown,
        })
    }

    /// What places cost with a promo code, and a use of it, kept until it is made or given up.
    pub async fn promotion(
        &self,
        fact: FactId,
        ask: &PromotionAsk,
    ) -> Result<PromotionAnswer, LendError> {
        let token = self.0.token();
        let answer = self.0.transport().promotion(&token, fact, ask).await?.value;
        if let PromotionAnswer::Reduced(promotion) = answer.clone() {
            self.0
                .replica()
                .write_async(move |tx| promotions::put(tx, fact, &promotion))
                .await?;
        }
        Ok(answer)
    }

    /// Tells the server of a use that will not be made.
    pub async fn give_promotion_up(&self, fact: FactId) -> Result<(), LendError> {
        let token = self.0.token();
        self.0.transport().give_promotion_up(&token, fact).await?;
        let forgotten = self
            .0
            .replica()
            .write_async(move |tx| promotions::forget(tx, fact));
        Ok(forgotten.await?)
    }

    /// Borrows what a sale in progress lacks. When it returns, `till::stock::take` finds the places.
    pub async fn lend_for(&self, event: EventId, sale: StockSale) -> Result<(), LendError> {
        lend(&self.0, event, Some(sale)).await
    }
}
