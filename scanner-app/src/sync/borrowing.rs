//! Places of the common stock for a sale in progress: a till asks from its own thread, and waits there; the calls are made beside
//! the sync's own, over its session.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use shared::ids::EventId;
use shared::wire::latest::StockSale;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::stock::StockDesk;
use super::transport::SyncTransport;

/// A till's question.
#[derive(Debug)]
struct Call {
    event: EventId,
    sale: StockSale,
    until: Instant,
    answer: SyncSender<()>,
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
        let (answer, answered) = sync_channel(1);
        let until = Instant::now() + limit;
        let call = Call {
            event,
            sale,
            until,
            answer,
        };
        self.0.send(call).is_ok() && answered.recv_timeout(limit).is_ok()
    }
}

impl<T: SyncTransport> StockDesk<T> {
    /// Until the till is gone. Run it beside the driver's steps. A clerk sells to one guest at a time.
    pub async fn serve(self, mut calls: StockCalls) {
        while let Some(call) = calls.0.recv().await {
            let lent = self.lend_for(call.event, call.sale);
            match tokio::time::timeout_at(call.until.into(), lent).await {
                // Nobody waits any more if the send fails.
                Ok(Ok(())) => drop(call.answer.send(())),
                Ok(Err(error)) => tracing::info!(code = error.code(), "no place was lent"),
                Err(_) => tracing::info!("the server did not lend in time"),
            }
        }
    }
}
