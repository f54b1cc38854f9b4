//! Claims over the session that the sync holds: the door asks from its own thread, and waits there; the calls are made
//! beside the sync's own, so that no page or upload holds them up.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use shared::wire::latest::{ClaimAnswer, ClaimAsk};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::requests::Caller;
use super::transport::SyncTransport;
use crate::door::Claims;

/// A door's question.
#[derive(Debug)]
struct Call {
    request: ClaimAsk,
    until: Instant,
    answer: SyncSender<ClaimAnswer>,
}

/// The door's end; clones ask the same server.
#[derive(Clone, Debug)]
pub struct ClaimLine(UnboundedSender<Call>);

/// The sync's end: [`ClaimDesk::serve`] takes it.
#[derive(Debug)]
pub struct ClaimCalls(UnboundedReceiver<Call>);

/// Both ends.
pub fn claim_line() -> (ClaimLine, ClaimCalls) {
    let (line, calls) = unbounded_channel();
    (ClaimLine(line), ClaimCalls(calls))
}

impl Claims for ClaimLine {
    fn claim(&self, request: ClaimAsk, limit: Duration) -> Option<ClaimAnswer> {
        let (answer, answered) = sync_channel(1);
        let until = Instant::now() + limit;
        let call = Call {
            request,
            until,
            answer,
        };
        self.0.send(call).ok()?;
        answered.recv_timeout(limit).ok()
    }
}

/// Makes the calls.
pub struct ClaimDesk<T>(Arc<Caller<T>>);

impl<T: SyncTransport> ClaimDesk<T> {
    pub(super) fn of(caller: &Arc<Caller<T>>) -> Self {
        Self(Arc::clone(caller))
    }

    /// Until the door is gone. Run it beside the driver's steps.
    pub async fn serve(self, mut calls: ClaimCalls) {
        let mut under_way = FuturesUnordered::new();
        loop {
            tokio::select! {
                call = calls.0.recv() => match call {
                    Some(call) => under_way.push(self.make(call)),
                    None => return,
                },
                Some(()) = under_way.next(), if !under_way.is_empty() => {}
            }
        }
    }

    async fn make(&self, call: Call) {
        let token = self.0.token();
        let asked = self.0.transport().claim(&token, &call.request);
        let answered = tokio::time::timeout_at(call.until.into(), asked).await;
        match answered {
            // Nobody waits any more if the send fails.
            Ok(Ok(answered)) => drop(call.answer.send(answered.value)),
            Ok(Err(error)) => tracing::debug!(%error, "a claim was not answered"),
            Err(_) => {}
        }
    }
}
