//! Asking other doors for rights: the door asks from its own thread and waits there; the calls are made by the exchange,
//! beside its own.

use std::collections::BTreeSet;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId};
use shared::wire::latest::RightAsk;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::dial::Dialer;
use super::saves;
use crate::door::{Holders, InHand};
use crate::replica::{Priority, Replica};

/// An answer that comes too late for its scan serves the next one; then it isn't waited for any more.
const LONGEST: Duration = Duration::from_secs(5);

/// A door's question.
#[derive(Debug)]
pub(super) struct RightCall {
    holder: DeviceId,
    event: EventId,
    ask: RightAsk,
    answered: SyncSender<()>,
}

/// Which devices answer at the moment.
pub(super) type Reachable = Arc<Mutex<BTreeSet<DeviceId>>>;

/// The door's end; clones ask the same exchange.
#[derive(Clone, Debug)]
pub struct RightLine {
    calls: UnboundedSender<RightCall>,
    reachable: Reachable,
    in_hand: InHand,
}

/// The exchange's end: [`super::Lan::with_rights`] takes it.
#[derive(Debug)]
pub struct RightCalls {
    pub(super) calls: UnboundedReceiver<RightCall>,
    pub(super) reachable: Reachable,
    pub(super) in_hand: InHand,
}

/// Both ends.
pub fn right_line() -> (RightLine, RightCalls) {
    let (sender, calls) = unbounded_channel();
    let (reachable, in_hand) = (Reachable::default(), InHand::default());
    let line = RightLine {
        calls: sender,
        reachable: Arc::clone(&reachable),
        in_hand: in_hand.clone(),
    };
    let calls = RightCalls {
        calls,
        reachable,
        in_hand,
    };
    (line, calls)
}

impl Holders for RightLine {
    fn can_reach(&self, holder: DeviceId) -> bool {
        let reachable = self
            .reachable
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        reachable.contains(&holder)
    }

    fn ask(&self, holder: DeviceId, event: EventId, ask: RightAsk, limit: Duration) {
        let (answered, waits) = sync_channel(1);
        let call = RightCall {
            holder,
            event,
            ask,
            answered,
        };
        if self.calls.send(call).is_ok() {
            // Whatever came of it is on the disk, or isn't: the next look says.
            let _ = waits.recv_timeout(limit);
        }
    }

    fn in_hand(&self) -> &InHand {
        &self.in_hand
    }
}

/// Makes one call and keeps what it brings, then wakes the door that waits.
pub(super) async fn make(call: RightCall, dialer: Dialer, replica: Replica, now_ms: UnixMillis) {
    let asked = dialer.ask_right(call.holder, call.event, &call.ask);
    let answer = match tokio::time::timeout(LONGEST, asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::debug!(?error, holder = %call.holder, "a right was not asked for");
            let _ = call.answered.try_send(());
            return;
        }
        Err(_) => return,
    };
    // A guest waits.
    let replica = replica.with_priority(Priority::Door);
    let kept = async {
        if let Some(leases) = answer.leases {
            saves::objects(&replica, vec![leases]).await?;
        }
        let envelopes = answer.facts.into_iter().map(|bytes| bytes.0).collect();
        saves::facts(&replica, call.holder, envelopes, now_ms).await
    };
    if let Err(error) = kept.await {
        tracing::error!(%error, "keeping the facts of a right failed");
    }
    let _ = call.answered.try_send(());
}
