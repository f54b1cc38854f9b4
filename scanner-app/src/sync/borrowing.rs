//! What a till asks of the server while a guest waits: places of the common stock, orders of the store, promo codes. It asks from its own
//! thread, and waits there; the calls are made beside the sync's own, over its session.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use shared::ids::{EventId, FactId, OrderId};
use shared::wire::latest::{
    CollectAnswer, CollectAsk, ErrorCode, FoundOrders, OrderSearch, PromotionAnswer, PromotionAsk,
    StockSale,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::stock::{LendError, StockDesk, TookOver};
use super::transport::{SyncTransport, TransportError};

/// A till's question.
#[derive(Debug)]
struct Call {
    asks: Asks,
    until: Instant,
}

#[derive(Debug)]
enum Asks {
    Places(EventId, StockSale, SyncSender<Result<(), Unanswered>>),
    Orders(OrderSearch, SyncSender<Result<FoundOrders, Unanswered>>),
    Collect(
        OrderId,
        CollectAsk,
        SyncSender<Result<CollectAnswer, Unanswered>>,
    ),
    TakeOver(OrderId, SyncSender<Result<TookOver, Unanswered>>),
    Promotion(
        FactId,
        PromotionAsk,
        SyncSender<Result<PromotionAnswer, Unanswered>>,
    ),
    /// Nobody waits for it.
    NoPromotion(FactId),
}

/// So long whoever asks next waits for a till's word that nobody waits for.
const MOMENT: Duration = Duration::from_secs(2);

/// No answer, or one that says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The server is not there, or was too slow.
    #[error("the server can't be reached; ask again when the network is there")]
    Away,
    /// It says no.
    #[error("the server refused")]
    Refused(ErrorCode),
}

impl From<TransportError> for Unanswered {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Refused { code, .. } => Self::Refused(code),
            TransportError::Unreachable(_)
            | TransportError::TimedOut
            | TransportError::NotTheServer
            | TransportError::Damaged(_)
            | TransportError::TooLarge => Self::Away,
        }
    }
}

impl From<LendError> for Unanswered {
    fn from(error: LendError) -> Self {
        match error {
            LendError::Transport(error) => error.into(),
            LendError::Signed(_)
            | LendError::KeysElsewhere
            | LendError::GiveBack(_)
            | LendError::Replica(_) => {
                tracing::error!(
                    code = error.code(),
                    "what the server answered a till is lost"
                );
                Self::Away
            }
        }
    }
}

/// The till's end; clones ask the same server.
#[derive(Clone, Debug)]
pub struct StockLine(UnboundedSender<Call>);

/// The sync's end: [`StockDesk::serve`] takes it.
#[derive(Debug)]
pub struct StockCalls(UnboundedReceiver<Call>);

/// Both ends.
pub fn stock_line() -> (StockLine, StockCalls) {
    let (line, calls) = unbounded_channel();
    (StockLine(line), StockCalls(calls))
}

impl StockLine {
    /// Borrows what the sale lacks. Once it says yes, the till has the places.
    pub fn lend_for(&self, event: EventId, sale: StockSale, limit: Duration) -> bool {
        self.ask(limit, |answer| Asks::Places(event, sale, answer))
            .is_ok()
    }

    /// Looks for orders of the store.
    pub fn find_orders(&self, text: &str, limit: Duration) -> Result<FoundOrders, Unanswered> {
        let search = OrderSearch {
            text: text.to_owned(),
        };
        self.ask(limit, |answer| Asks::Orders(search, answer))
    }

    /// Hands an order's tickets out: which are to be printed.
    pub fn collect(
        &self,
        order: OrderId,
        ask: CollectAsk,
        limit: Duration,
    ) -> Result<CollectAnswer, Unanswered> {
        self.ask(limit, |answer| Asks::Collect(order, ask, answer))
    }

    /// Takes a reservation over. Once it says that its places are here, the till has them.
    pub fn take_over(&self, order: OrderId, limit: Duration) -> Result<TookOver, Unanswered> {
        self.ask(limit, |answer| Asks::TakeOver(order, answer))
    }

    /// What places cost with a promo code. Once it says so, the till has a use of it.
    pub fn promotion(
        &self,
        fact: FactId,
        ask: PromotionAsk,
        limit: Duration,
    ) -> Result<PromotionAnswer, Unanswered> {
        self.ask(limit, |answer| Asks::Promotion(fact, ask, answer))
    }

    /// Tells the server, when it can be told, that a use will not be made.
    pub fn give_promotion_up(&self, fact: FactId) {
        let call = Call {
            asks: Asks::NoPromotion(fact),
            until: Instant::now() + MOMENT,
        };
        // Without the sync it is told at the next start.
        let _ = self.0.send(call);
    }

    fn ask<T>(
        &self,
        limit: Duration,
        asks: impl FnOnce(SyncSender<Result<T, Unanswered>>) -> Asks,
    ) -> Result<T, Unanswered> {
        let (answer, answered) = sync_channel(1);
        let call = Call {
            asks: asks(answer),
            until: Instant::now() + limit,
        };
        self.0.send(call).map_err(|_| Unanswered::Away)?;
        answered
            .recv_timeout(limit)
            .unwrap_or(Err(Unanswered::Away))
    }
}

impl<T: SyncTransport> StockDesk<T> {
    /// Until the till is gone. Run it beside the driver's steps. A clerk serves one guest at a time.
    pub async fn serve(self, mut calls: StockCalls) {
        while let Some(Call { asks, until }) = calls.0.recv().await {
            // Nobody waits any more if a send fails.
            match asks {
                Asks::Places(event, sale, answer) => {
                    let lent = async {
                        self.lend_for(event, sale).await.map_err(|error| {
                            tracing::info!(code = error.code(), "no place was lent");
                            Unanswered::Away
                        })
                    };
                    let _ = answer.send(within(until, lent).await);
                }
                Asks::Orders(search, answer) => {
                    let found = async { Ok(self.find_orders(&search).await?) };
                    let _ = answer.send(within(until, found).await);
                }
                Asks::Collect(order, ask, answer) => {
                    let collected = async { Ok(self.collect(order, &ask).await?) };
                    let _ = answer.send(within(until, collected).await);
                }
                Asks::TakeOver(order, answer) => {
                    let taken = async {
                        self.take_over(order).await.map_err(|error| {
                            tracing::info!(code = error.code(), "no reservation was taken over");
                            Unanswered::from(error)
                        })
                    };
                    let _ = answer.send(within(until, taken).await);
                }
                Asks::Promotion(fact, ask, answer) => {
                    let asked = async { Ok(self.promotion(fact, &ask).await?) };
                    let _ = answer.send(within(until, asked).await);
                }
                Asks::NoPromotion(fact) => {
                    let given_up = async { Ok(self.give_promotion_up(fact).await?) };
                    // It is told again, and its time ends.
                    let _ = within(until, given_up).await;
                }
            }
        }
    }
}

async fn within<T>(
    until: Instant,
    asked: impl Future<Output = Result<T, Unanswered>>,
) -> Result<T, Unanswered> {
    tokio::time::timeout_at(until.into(), asked)
        .await
        .unwrap_or_else(|_| {
            tracing::info!("the server did not answer a till in time");
            Err(Unanswered::Away)
        })
}
